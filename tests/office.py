"""Sample files of offices, for several test packages."""

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from shapely import MultiPolygon, Point, box

from geo.encodings import encode
from geo.vn2000.systems import SYSTEMS, Reading
from tests.worlds import records, write_seed

ZONES = (
    ("Vùng chè Tủa Chùa", "Chè Shan tuyết", (103.20, 21.70)),
    ("Vùng cà phê Mường Ảng", "Cà phê", (103.10, 21.50)),
    ("Vùng lúa Thanh Xương", "Lúa", (103.02, 21.35)),
)
"""Name, crop, and the south-west corner (longitude, latitude) of a square of 0.01 degrees."""


def write_vn2000_zones(path: Path, *, prj: bool = True, encoding: str = "tcvn3", system: str = "EPSG:9205") -> Path:
    """A Shapefile of ZONES in a VN-2000 system with text in an old encoding and no .cpg."""
    squares = []
    for _, _, (lng, lat) in ZONES:
        ring = np.array([(lng, lat), (lng + 0.01, lat), (lng + 0.01, lat + 0.01), (lng, lat + 0.01), (lng, lat)])
        squares.append(shapely.Polygon(np.column_stack(Reading(SYSTEMS[system]).from_lnglat(*ring.T))))

    def text(words: str) -> str:
        return encode(words, encoding, "lower").decode("latin1")

    frame = gpd.GeoDataFrame(
        {
            "TEN_VUNG": [text(name) for name, _, _ in ZONES],
            "CAY_TRONG": [text(crop) for _, crop, _ in ZONES],
            "DIEN_TICH": ["114,5", "114,6", "114,7"],
            "SO_HO": [10, 20, 30],
            "LOAI": [text("Đo đạc")] * len(ZONES),
        },
        geometry=squares,
        crs=system if prj else None,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyogrio warns of the missing .prj, which is intended
        pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


def write_office_seed(folder: Path) -> Path:
    """The seed of the small province, extended north to ZONES, with the unit that one of them is named after."""
    west, east, whole = (MultiPolygon([box(first, 21.0, last, 21.8)]) for first, last in _SPANS)
    town = {"code": "00012", "name": "Mường Ảng", "kind": "commune", "district_code": "100", "commune_code": "00001",
            "precision": "commune", "at": Point(103.15, 21.55)}  # fmt: skip
    larger = {
        "communes": [one | {"at": shape} for one, shape in zip(records("communes"), (west, east), strict=True)],
        "districts": records("districts", at=whole),
        "old_communes": [*records("old_communes"), town | {"source_ids": "S1"}],
        "province": records("province", at=whole),
    }
    return write_seed(folder, larger)


_SPANS = ((103.0, 103.2), (103.2, 103.4), (103.0, 103.4))
"""The western and the eastern end of both communes and of the whole province, degrees."""
