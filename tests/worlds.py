"""A small made-up province as a seed folder of real files, for tests that read, damage or build one."""

import csv
import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from shapely import MultiPolygon, box

from geo.crs import STORE_CRS
from geo.ocop.layers import LAYERS
from geo.schema import Field, LayerSpec
from tests.frames import WEST, frame, world

Record = dict[str, Any]

OUTLINE: Record = {
    "outline_id": "1", "name": "Thanh An", "kind": "commune", "area_ha": 1200.0, "population": 900,
    "source_ids": "S1", "at": MultiPolygon([WEST]),
}  # fmt: skip


def write_seed(folder: Path, layers: Mapping[str, Sequence[Record]] | None = None) -> Path:
    """The seed folder of a whole province, written to `folder`; `layers` replaces the records of some layers.

    A record is field name -> value, with its geometry (STORE_CRS) under "at"; fields left out are unknown.
    Without `layers` the seed has no issue but the missing places that are meant.
    """
    frames = world() | {"outlines_2009": frame("outlines_2009", OUTLINE)}
    frames |= {name: frame(name, *records) for name, records in (layers or {}).items()}
    for name, rows in frames.items():
        write_layer(folder, rows, LAYERS[name])
    return folder


def records(layer: str, **changes: Any) -> list[Record]:
    """The small province's records of a layer, with `changes` made to the first."""
    if layer == "outlines_2009":
        return [OUTLINE | changes]
    rows = world()[layer]
    rows_of_layer = [dict(row.drop("geometry"), at=row.geometry) for _, row in rows.iterrows()]
    return [{str(name): value for name, value in rows_of_layer[0].items()} | changes, *rows_of_layer[1:]]


def write_layer(folder: Path, rows: gpd.GeoDataFrame, spec: LayerSpec, *, crs: str = STORE_CRS) -> Path:
    """The layer's own folder, with everything a seed has of it; `crs` is what the shapefile is written in."""
    home = folder / spec.name
    home.mkdir(parents=True, exist_ok=True)
    beside = [field for field in spec.fields if _is_beside(field, rows)]
    if spec.geometry is None:
        _write_csv(home / f"{spec.name}.csv", rows, spec.fields)
    else:
        _write_shapefile(home / f"{spec.name}.shp", rows, spec, crs)
        if beside:
            _write_csv(home / f"{spec.name}.text.csv", rows, [spec.field(spec.key), *beside])
    (home / f"{spec.name}.json").write_text(json.dumps(metadata(spec, len(rows)), ensure_ascii=False), encoding="utf-8")
    return home


def metadata(spec: LayerSpec, records: int) -> dict[str, Any]:
    """What the .json of a layer says."""
    return {
        "title": spec.label._asdict(),
        "abstract": spec.about._asdict(),
        "source": [{"name": "Báo Điện Biên Phủ", "address": "https://example.org/a", "licence": "CC BY 4.0"}],
        "licence": "CC BY 4.0",
        "attribution": {"vi": "Tỉnh nhỏ", "en": "Small province"},
        "lineage": {"vi": "Dựng cho kiểm thử", "en": "Made for tests"},
        "crs": STORE_CRS,
        "date": "2026-01-02",
        "records": records,
    }


def square(west: float, south: float, side: float = 0.2) -> MultiPolygon:
    """A square of one part, in degrees."""
    return MultiPolygon([box(west, south, west + side, south + side)])


def _is_beside(field: Field, rows: gpd.GeoDataFrame) -> bool:
    cells = [value for value in rows[field.name] if isinstance(value, str)]
    return bool(cells) and (field.kind == "longtext" or any(_is_long(value) for value in cells))


def _is_long(value: object) -> bool:
    return isinstance(value, str) and len(value.encode("utf-8")) > 254


def _write_csv(path: Path, rows: gpd.GeoDataFrame, fields: Sequence[Field]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in fields])
        cells = [["" if value is None else value for value in rows[field.name]] for field in fields]
        writer.writerows(zip(*cells, strict=True))


def _write_shapefile(path: Path, rows: gpd.GeoDataFrame, spec: LayerSpec, crs: str) -> None:
    data = {field.short: _column(rows[field.name], field) for field in spec.fields if field.kind != "longtext"}
    shapes = rows.geometry if crs == STORE_CRS else rows.geometry.to_crs(crs)
    table = gpd.GeoDataFrame(data, geometry=np.asarray(shapes.array, dtype=object), crs=crs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about places that are not known
        pyogrio.write_dataframe(table, path, driver="ESRI Shapefile", encoding="UTF-8", geometry_type=spec.geometry)


def _column(cells: "pd.Series[Any]", field: Field) -> "pd.Series[Any]":
    if field.kind == "integer":
        return cells.astype("Int64")
    if field.kind == "real":
        return cells.astype("float64")
    return pd.Series([None if value is None or _is_long(value) else str(value) for value in cells], dtype=object)
