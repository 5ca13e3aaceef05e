"""Three places written into a table in every way that people and programs have, under any names of columns.

Each must arrive where it is, or become a question: never is a place lost or moved without a word.
"""

import json
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openlocationcode import openlocationcode

from geo.crs import STORE_CRS, geodesic_distance_m
from geo.ingest.decisions import Answers
from geo.ingest.stage import Staged
from geo.vn2000.systems import SYSTEMS, Reading
from tests.ingest.cases import PLACES, new_records, staged
from tests.ingest.import_cases import Columns, sheet

KINDS = ("di tích lịch sử", "di tích lịch sử", "danh lam thắng cảnh")
METRES = [code for code, system in SYSTEMS.items() if system.family == "vn2000" and system.grid and system.standing < 2]
HEADERS = [
    ("Vĩ độ", "Kinh độ"), ("lat", "lng"), ("Latitude", "Longitude"), ("POINT_Y", "POINT_X"), ("ycoord", "xcoord"),
    ("X", "Y"), ("Toạ độ X (m)", "Toạ độ Y (m)"), ("Toạ độ VN-2000 / X (m)", "Toạ độ VN-2000 / Y (m)"),
    ("Vĩ độ Bắc", "Kinh độ Đông"), ("VI_DO", "KINH_DO"), ("_Toạ độ_latitude", "_Toạ độ_longitude"), ("N", "E"),
    ("Northing", "Easting"), ("gps-Latitude", "gps-Longitude"), ("ToaDoX", "ToaDoY"), ("a", "b"), ("Cột 5", "Cột 6"),
]  # fmt: skip
WHOLE_HEADERS = [
    "Toạ độ", "WKT", "the_geom", "Vị trí", "Link Google Maps", "GPS", "Location", "Điểm GPS", "ranh_gioi", "Cột 5", "b",
]  # fmt: skip


class Writing(NamedTuple):
    """The cells of one row, and the key of the coordinate system that they are in."""

    cells: tuple[object, ...]
    crs: str


def _dms(angle: float, marks: str, letter: str) -> str:
    seconds = round(angle * 3600, 3)
    degrees, minutes, rest = int(seconds // 3600), int(seconds % 3600 // 60), seconds % 60
    return "{}{d}{:02d}{m}{:06.3f}{s}{}".format(
        degrees, minutes, rest, letter, **dict(zip("dms", marks.split("|"), strict=True))
    )


MARKS = ["°|'|\"", "°|’|’’", "º |´ |´´ ", "o|'|''", " độ | phút | giây", ":|:|", "˚|′|″", "d|m|s", "°|`|``"]
NUMBERS: dict[str, Callable[[float], object]] = {
    "number": lambda value: value,
    "point": lambda value: f"{value:.6f}",
    "comma": lambda value: f"{value:.6f}".replace(".", ","),
}
AMOUNTS: dict[str, Callable[[float], object]] = {
    "number": lambda value: round(value, 3),
    "point": lambda value: f"{value:.2f}",
    "comma": lambda value: f"{value:.2f}".replace(".", ","),
    "grouped": lambda value: f"{value:,.2f}".replace(",", " ").replace(".", ",").replace(" ", "."),
    "spaced": lambda value: f"{value:,.2f}".replace(",", " "),
    "unit": lambda value: f"{value:.1f} m",
}


def metres_of(code: str, lng: float, lat: float) -> tuple[float, float]:
    east, north = Reading(SYSTEMS[code]).from_lnglat(lng, lat)
    return float(east[0]), float(north[0])


WHOLE: dict[str, Callable[[float, float], str]] = {
    "WKT": lambda lng, lat: f"POINT ({lng} {lat})",
    "WKT with heights": lambda lng, lat: f"point z({lng} {lat} 512.5)",
    "EWKT": lambda lng, lat: f"SRID=4326;POINT({lng} {lat})",
    "EWKB": lambda lng, lat: shapely.to_wkb(
        shapely.set_srid(shapely.Point(lng, lat), 4326), hex=True, include_srid=True
    ),
    "GeoJSON": lambda lng, lat: json.dumps({"type": "Point", "coordinates": [lng, lat]}),
    "object": lambda lng, lat: json.dumps({"lat": lat, "lng": lng}),
    "geopoint": lambda lng, lat: f"{lat} {lng} 512.3 4.9",
    "geopoint without accuracy": lambda lng, lat: f"{lat} {lng} 512.3",
    "google": lambda lng, lat: f"https://www.google.com/maps?q={lat},{lng}",
    "google place": lambda lng, lat: (
        f"https://www.google.com/maps/place/A/@21.1,103.1,17z/data=!3m1!8m2!3d{lat}!4d{lng}?entry=ttu"
    ),
    "openstreetmap": lambda lng, lat: f"https://www.openstreetmap.org/?mlat={lat}&mlon={lng}#map=16/21.1/103.1",
    "apple": lambda lng, lat: f"https://maps.apple.com/?ll={lat},{lng}&q=A",
    "geo": lambda lng, lat: f"geo:{lat},{lng}?z=17",
    "plus code": lambda lng, lat: openlocationcode.encode(lat, lng, 14),
    "pair": lambda lng, lat: f"{lat}, {lng}",
    "pair east first": lambda lng, lat: f"{lng}; {lat}",
    "words": lambda lng, lat: f"Vĩ độ: {lat}, Kinh độ: {lng}".replace(".", ","),
    "x and y": lambda lng, lat: f"X: {lng} Y: {lat}",
    "letters": lambda lng, lat: f"N{lat} E{lng}",
    "brackets": lambda lng, lat: f"({lat}, {lng})",
}


@st.composite
def two_columns(draw: st.DrawFn) -> tuple[tuple[str, str], list[Writing]]:
    """Names of two columns, and the places in them: degrees, angles or metres, in either order."""
    style = draw(st.sampled_from(["degrees", "angles", "metres"]))
    north_first = draw(st.booleans())
    if style == "metres":
        crs, write = draw(st.sampled_from(METRES)), AMOUNTS[draw(st.sampled_from(sorted(AMOUNTS)))]
        rows = [tuple(map(write, metres_of(crs, *place))) for place in PLACES]
    elif style == "angles":
        crs, marks, letters = STORE_CRS, draw(st.sampled_from(MARKS)), draw(st.sampled_from(["ĐB", "EN", "  "]))
        rows = [(_dms(lng, marks, letters[0]).strip(), _dms(lat, marks, letters[1]).strip()) for lng, lat in PLACES]
    else:
        crs, form = STORE_CRS, NUMBERS[draw(st.sampled_from(sorted(NUMBERS)))]
        rows = [(form(lng), form(lat)) for lng, lat in PLACES]
    names = draw(st.sampled_from(HEADERS))
    names = names[::-1] if draw(st.booleans()) else names
    return names, [Writing(row[::-1] if north_first else row, crs) for row in rows]


@st.composite
def one_column(draw: st.DrawFn) -> tuple[tuple[str], list[Writing]]:
    """The name of a column with whole places, in any notation; in metres too."""
    name = draw(st.sampled_from(WHOLE_HEADERS))
    style = draw(st.sampled_from([*sorted(WHOLE), "metres", "EWKT in metres"]))
    if style == "metres":
        crs = draw(st.sampled_from(METRES))
        joint = draw(
            st.sampled_from(
                ["X: {1:.3f} Y: {0:.3f}", "Y={0:.2f}; X={1:.2f}", "{1:.2f}, {0:.2f}", "E {0:.1f} N {1:.1f}"]
            )
        )
        return (name,), [Writing((joint.format(*metres_of(crs, *place)),), crs) for place in PLACES]
    if style == "EWKT in metres":
        crs = draw(st.sampled_from(METRES))
        texts = ["SRID={};POINT({} {})".format(crs[5:], *metres_of(crs, *place)) for place in PLACES]
        return (name,), [Writing((text,), crs) for text in texts]
    return (name,), [Writing((WHOLE[style](*place),), STORE_CRS) for place in PLACES]


def table_of(names: tuple[str, ...], rows: list[Writing], *, first: bool) -> Columns:
    """A table of sites with the places in some columns, before or behind the others."""
    others: Columns = {
        "STT": [1, 2, 3], "Tên di tích": ["Đồi thử", "Hang thử", "Suối thử"], "Loại di tích": list(KINDS),
        "Năm xếp hạng": [2004, 2011, 2020], "Giá vé (đồng)": [20000, 15000, 2400000],
    }  # fmt: skip
    places: Columns = {name: [row.cells[at] for row in rows] for at, name in enumerate(names)}
    return {**places, **others} if first else {**others, **places}


def farthest_m(result: Staged) -> float:
    """How far the records are at most from where they are; infinity when one has no place."""
    shapes = new_records(result).geometry.tolist()
    if len(shapes) != len(PLACES) or any(shape is None for shape in shapes):
        return float("inf")
    return max(geodesic_distance_m(shape.x, shape.y, *place) for shape, place in zip(shapes, PLACES, strict=True))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(two_columns(), one_column()), st.booleans())
def test_places_arrive_or_are_asked_about(written: tuple[tuple[str, ...], list[Writing]], first: bool) -> None:
    names, rows = written
    table = sheet(table_of(names, rows, first=first))
    result = staged(table, "sites")
    asked = {question.key for question in result.open}
    if "mapping:@places" in asked:
        return
    assert "crs" in asked or farthest_m(result) < 0.1, (names, rows, farthest_m(result))
    answered = staged(table, "sites", Answers(crs=rows[0].crs))
    assert farthest_m(answered) < 0.1, (names, rows, [issue.message for issue in answered.report.issues])


@pytest.mark.parametrize("style", sorted(WHOLE))
@pytest.mark.parametrize("name", ["Toạ độ", "Cột 5"])
def test_a_place_in_one_cell_is_read_in_every_notation(style: str, name: str) -> None:
    rows = [Writing((WHOLE[style](*place),), STORE_CRS) for place in PLACES]
    result = staged(sheet(table_of((name,), rows, first=False)), "sites")
    assert farthest_m(result) < 0.1


OUTLINE = shapely.Polygon([(103.10, 21.45), (103.104, 21.45), (103.1045, 21.454), (103.10, 21.4545)])
HOLED = OUTLINE.difference(shapely.Point(103.102, 21.452).buffer(0.0005, quad_segs=2))


def in_metres(shape: shapely.Polygon, code: str = "EPSG:9205") -> shapely.Polygon:
    """The outline in a VN-2000 system, east before north."""
    return shapely.transform(shape, lambda xy: np.column_stack(Reading(SYSTEMS[code]).from_lnglat(*xy.T)))


OUTLINES: dict[str, tuple[Callable[[shapely.Polygon], str], str]] = {
    "WKT": (lambda shape: str(shape.wkt), "OGC:CRS84"),
    "WKT in metres": (lambda shape: str(in_metres(shape).wkt), "EPSG:9205"),
    "EWKT": (lambda shape: f"SRID=9205;{in_metres(shape).wkt}", ""),
    "MultiPolygon": (lambda shape: str(shapely.MultiPolygon([shape]).wkt), "OGC:CRS84"),
    "EWKB": (lambda shape: shapely.to_wkb(shapely.set_srid(shape, 4326), hex=True, include_srid=True), ""),
    "GeoJSON": (shapely.to_geojson, ""),
    "Feature": (
        lambda shape: json.dumps(
            {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(shape))}
        ),
        "",
    ),
}
RINGS: dict[str, tuple[Callable[[shapely.Polygon], str], str]] = {
    "geoshape": (lambda shape: ";".join(f"{y} {x} 512.5 4.9" for x, y in shape.exterior.coords), ""),
    "geoshape without heights": (lambda shape: "; ".join(f"{y} {x}" for x, y in shape.exterior.coords), ""),
    "corners": (
        lambda shape: "\n".join(f"X={y:.5f}; Y={x:.5f}" for x, y in list(in_metres(shape).exterior.coords)[:-1]),
        "EPSG:9205",
    ),
    "numbered corners": (
        lambda shape: "\n".join(
            f"Đỉnh {number}: {y:.5f}, {x:.5f}"
            for number, (x, y) in enumerate(in_metres(shape).exterior.coords, start=1)
        ),
        "EPSG:9205",
    ),
}


@pytest.mark.parametrize(("style", "shape"), [*((one, HOLED) for one in OUTLINES), *((one, OUTLINE) for one in RINGS)])
@pytest.mark.parametrize("name", ["ranh_gioi", "WKT", "Cột 5"])
def test_an_outline_in_one_cell_is_read_in_every_notation(style: str, shape: shapely.Polygon, name: str) -> None:
    write, crs = {**OUTLINES, **RINGS}[style]
    table = sheet({
        "Tên vùng": ["Vùng thử"], "Cây trồng": ["tea"], "Loại ranh giới": ["surveyed"], name: [write(shape)],
    })  # fmt: skip
    result = staged(table, "zones")
    assert {question.key for question in result.open} == ({"crs"} if crs else set())
    outline = new_records(staged(table, "zones", Answers(crs=crs or None))).geometry.iloc[0]
    assert outline.geom_type == "MultiPolygon"
    assert outline.boundary.hausdorff_distance(shape.boundary) < 2e-9  # 0.2 mm
