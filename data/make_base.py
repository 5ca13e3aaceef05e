"""Make data/shapefiles/base, the files of the base map, from a folder of open sources.

    python data/make_base.py --source FOLDER

FOLDER holds the cut sources that data/shapefiles/base/README.md describes. It needs contourpy (1.3) beside
requirements.txt. Running it twice gives the same files.
"""

import json
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from contourpy import FillType, contour_generator
from shapely.geometry.base import BaseGeometry

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from data.seed.base_names import HEIGHT_CLASSES, PLACES, RIVERS  # noqa: E402
from data.seed.base_origins import AS_OF, ORIGINS  # noqa: E402
from geo.basemap.declaration import BASE_LAYERS, COLUMNS, SHIPPED  # noqa: E402

Row = dict[str, Any]
_FINER = 12
"""Steps that a cell of the height grid is divided into, by cubic interpolation, before it is contoured."""
_SIMPLE_DEG, _GRID_DEG = 0.002, 1e-4


def heights(source: Path) -> list[Row]:
    """The area above each class's height, nested in one another, from cells of 5 arc-minutes."""
    grid = json.loads((source / "elevation_5min.json").read_text(encoding="utf-8"))
    lng, lat = (np.array(grid[name]) for name in ("lon", "lat"))
    cells = np.array(grid["height_m"], dtype=float)
    fine = _finer(_finer(cells).T).T
    x, y = (np.linspace(edge[0], edge[-1], count) for edge, count in ((lng, fine.shape[1]), (lat, fine.shape[0])))
    contours = contour_generator(x, y, fine, fill_type=FillType.OuterOffset)
    rows = []
    for kind, height_m in HEIGHT_CLASSES.items():
        points, offsets = contours.filled(height_m, 10_000)
        areas = [_polygon(*one) for one in zip(points, offsets, strict=True)]
        area = shapely.set_precision(shapely.simplify(shapely.union_all(areas), _SIMPLE_DEG), _GRID_DEG)
        if not area.is_empty:
            rows.append({"kind": kind, "height_m": float(height_m), "geometry": area})
    return rows


def _polygon(points: Any, offsets: Any) -> BaseGeometry:
    rings = [points[begin:end] for begin, end in pairwise(offsets)]
    return shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))


def _finer(rows: Any) -> Any:
    """Each row with _FINER times as many steps, by Catmull-Rom interpolation."""
    count = rows.shape[1]
    at = np.linspace(0, count - 1, (count - 1) * _FINER + 1)
    left = np.minimum(at.astype(int), count - 2)
    t = at - left
    a, b, c, d = (rows[:, np.clip(left + step, 0, count - 1)] for step in (-1, 0, 1, 2))
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def neighbours(source: Path) -> list[Row]:
    """The neighbouring provinces and countries, for their names; their coarse edges are never drawn."""
    areas = gpd.read_file(source / "neighbours.geojson")
    return [
        {"kind": row.kind, "name": row.name, "name_en": row.name_en, "geometry": row.geometry}
        for row in areas.itertuples(index=False, name="Neighbour")
    ]


def rivers(source: Path) -> list[Row]:
    """The rivers of both sources, by the Vietnamese name."""
    lines = [gpd.read_file(source / f"rivers_{name}.geojson") for name in ("natural_earth", "gshhg")]
    return [
        {**RIVERS[name], "geometry": shape}
        for frame in lines
        for name, shape in zip(frame["name_vi"], frame.geometry, strict=True)
    ]


def roads(source: Path) -> list[Row]:
    """The roads with their numbers; one without a number keeps the level that its source gives."""
    lines = gpd.read_file(source / "roads.geojson")
    return [
        {
            "kind": "national" if row["ref"] or row["level_as_given"] == "Quốc Gia" else "district",
            "ref": row["ref"] or None,
            "geometry": row["geometry"],
        }
        for row in lines.sort_values("gid", kind="stable").to_dict("records")
    ]


def dams(source: Path) -> list[Row]:
    """The dams of hydropower plants, the most powerful first."""
    points = gpd.read_file(source / "hydropower.geojson").sort_values("mw", ascending=False)
    return [
        {
            "kind": "dam", "name": f"Thủy điện {row['name']}", "name_en": f"{row['name']} dam", "rank": rank,
            "geometry": row["geometry"],
        }
        for rank, row in enumerate(points.to_dict("records"), start=1)
    ]  # fmt: skip


def summits(source: Path) -> list[Row]:
    """The one named height with a citable position."""
    points = gpd.read_file(source / "heights_passes.geojson")
    return [
        {
            "kind": row["kind"], "name": row["name_vi"].partition(" (")[0], "height_m": float(row["height_m"]),
            "min_zoom": 9.0, "geometry": row["geometry"],
        }
        for row in points.to_dict("records")
    ]  # fmt: skip


def places(source: Path) -> list[Row]:
    """The towns and villages, classed by data/seed/base_names.py; "Thị Trấn", a level that was abolished, is left out."""
    points = gpd.read_file(source / "places_geonames.geojson")
    return [
        {
            **PLACES.get((row["country_code"], row["name"]), _village(row)),
            "name": row["name"].removeprefix("Thị Trấn "),
            "geometry": row["geometry"],
        }
        for row in points.to_dict("records")
    ]


def _village(row: Row) -> Row:
    at_home = row["country_code"] == "VN" and row["geonames_admin1"] == "11"
    return {"kind": "village" if at_home else "village_beyond"}


MAKERS: dict[str, Callable[[Path], list[Row]]] = {
    "heights": heights,
    "neighbours": neighbours,
    "rivers": rivers,
    "roads": roads,
    "dams": dams,
    "summits": summits,
    "places": places,
}


def write(key: str, rows: list[Row], out: Path) -> None:
    """Write one layer's folder anew: a Shapefile in WGS 84 and UTF-8, and its sources as JSON."""
    folder = out / key
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    frame = gpd.GeoDataFrame(rows, crs=4326).reindex(columns=[*COLUMNS, "geometry"])
    for name, kind in COLUMNS.items():
        frame[name] = frame[name].astype(object if kind is str else "Int64" if kind is int else float)
    geometry = BASE_LAYERS[key].geometry.removeprefix("Multi")
    pyogrio.write_dataframe(
        frame, folder / f"{key}.shp", encoding="UTF-8", geometry_type=geometry,
        layer_options={"DBF_DATE_LAST_UPDATE": AS_OF, "RESIZE": "YES"},
    )  # fmt: skip
    body = {"as_of": AS_OF, "origins": [one._asdict() for one in ORIGINS[key]]}
    for origin in body["origins"]:
        origin["attribution"] = origin["attribution"]._asdict()
    (folder / f"{key}.json").write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@click.command()
@click.option(
    "--source", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path), help="The cut sources."
)
@click.option(
    "--out",
    default=ROOT / "data" / "shapefiles" / "base",
    show_default=False,
    type=click.Path(path_type=Path),
    help="Where to write.",
)
def main(source: Path, out: Path) -> None:
    """Write every layer's folder anew."""
    for key in SHIPPED:
        rows = MAKERS[key](source)
        write(key, rows, out)
        click.echo(f"{key}: {len(rows)}")


if __name__ == "__main__":
    main()
