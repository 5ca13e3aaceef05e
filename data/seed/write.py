"""Write records to the seed folder: shapefiles with short column names, CSV for long text, JSON metadata."""

import csv
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from data.seed.notices import CREATED_ON, metadata
from data.seed.records import Record
from geo.ocop.layers import LAYERS
from geo.schema import Field, LayerSpec

_DBF_BYTES = 254


def write(layer: str, records: list[Record], out: Path) -> None:
    """Write one layer's folder anew."""
    spec, folder = LAYERS[layer], out / layer
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    records = sorted(records, key=lambda record: str(record[spec.key]))
    if spec.geometry is None:
        _write_csv(folder / f"{layer}.csv", [field.name for field in spec.fields], records)
    else:
        _write_shapefile(folder / f"{layer}.shp", spec, records)
        _write_long_text(folder / f"{layer}.text.csv", spec, records)
    _write_metadata(folder / f"{layer}.json", spec, len(records))


def _write_csv(path: Path, names: list[str], records: list[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def _write_shapefile(path: Path, spec: LayerSpec, records: list[Record]) -> None:
    columns = {
        field.short: _column(field, [record.get(field.name) for record in records])
        for field in spec.fields
        if field.kind != "longtext"
    }
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([record["at"] for record in records], crs=4326))
    kind = "Point" if spec.geometry == "Point" else "Polygon"
    pyogrio.write_dataframe(frame, path, encoding="UTF-8", geometry_type=kind,
                            layer_options={"DBF_DATE_LAST_UPDATE": CREATED_ON, "RESIZE": "YES"})  # fmt: skip


def _column(field: Field, values: list[Any]) -> Any:
    if field.kind == "integer":
        return pd.array(values, dtype="Int64")
    if field.kind == "real":
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    too_long = [value for value in values if value and len(value.encode()) > _DBF_BYTES]
    if too_long:
        raise ValueError(f"{field.name}: {too_long[0]!r} does not fit a .dbf; make the field longtext")
    return pd.Series(values, dtype=object)


def _write_long_text(path: Path, spec: LayerSpec, records: list[Record]) -> None:
    names = [field.name for field in spec.fields if field.kind == "longtext"]
    rows = [record for record in records if any(record.get(name) for name in names)]
    if rows:
        _write_csv(path, [spec.key, *names], rows)


def _write_metadata(path: Path, spec: LayerSpec, count: int) -> None:
    body = metadata(spec.name, spec.label, spec.about, count)
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
