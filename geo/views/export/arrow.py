"""Records as Arrow batches, and the two formats that are written from a stream of them: GeoParquet, FlatGeobuf."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyogrio.raw import write_arrow
from pyproj import CRS

from geo.atlas import Record
from geo.crs import STORE_CRS
from geo.schema import Field
from geo.views.export.job import WGS84, Job, derived, in_crs
from geo.views.export.vector import c_text

_TYPES = {"integer": pa.int64(), "real": pa.float64()}
_BOX = pa.struct([(side, pa.float64()) for side in ("xmin", "ymin", "xmax", "ymax")])
_GEOMETRY = "geometry"
_VERSION = "1.1.0"


def write_parquet(job: Job, out: BinaryIO) -> int:
    """Write GeoParquet 1.1 and return how many records it holds; a layer without places is plain Parquet.

    Geometries are WKB, easting before northing; the column `bbox` holds each one's box, by which readers skip what
    lies elsewhere. The notice stands in the file's own metadata.
    """
    placed, box = job.spec.geometry is not None, None
    schema = _schema(job, [pa.field("bbox", _BOX)] if placed else [])
    written = 0
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in job.batches():
            columns, shapes = _columns(job, batch)
            if placed:
                boxes = shapely.bounds(shapes)
                box = _around(box, boxes)
                columns.append(_boxes(boxes))
            writer.write_batch(pa.record_batch(columns, schema=schema))
            written += len(batch)
        writer.add_key_value_metadata(_notes(job) | (_geo(job, box) if placed else {}))
    return written


def write_flatgeobuf(job: Job, out: BinaryIO) -> int:
    """Write FlatGeobuf and return how many records it holds, with a spatial index where every record has a place."""
    # The index cannot hold a record without a place.
    unplaced = job.spec.geometry is None or job.atlas.count(replace(job.query, place="unplaced", limit=None, offset=0))
    written: list[int] = []
    schema = _schema(job, [])

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in job.batches():
            written.append(len(batch))
            yield pa.record_batch(_columns(job, batch)[0], schema=schema)

    notice = job.notice()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{job.query.layer}.fgb"
        write_arrow(
            pa.RecordBatchReader.from_batches(schema, batches()),
            path,
            layer=job.query.layer,
            driver="FlatGeobuf",
            geometry_name=_GEOMETRY if job.spec.geometry else None,
            geometry_type=job.spec.geometry or "Unknown",
            crs=job.crs,
            layer_options={
                "SPATIAL_INDEX": "NO" if unplaced else "YES",
                "TITLE": notice.title.of(job.lang),
                "DESCRIPTION": " ".join(part for part in (notice.attribution.of(job.lang), notice.licence) if part),
            },
        )
        with path.open("rb") as made:
            while chunk := made.read(1 << 18):
                out.write(chunk)
    return sum(written)


def _fields(job: Job) -> tuple[Field, ...]:
    return (*job.spec.fields, *derived(job.spec))


def _schema(job: Job, more: list[pa.Field]) -> pa.Schema:
    fields = [pa.field(field.name, _TYPES.get(field.kind, pa.string())) for field in _fields(job)]
    geometry = [pa.field(_GEOMETRY, pa.binary())] if job.spec.geometry else []
    return pa.schema([*fields, *geometry, *more])


def _columns(job: Job, batch: list[Record]) -> tuple[list[pa.Array], Any]:
    """The arrays of a batch, and its geometries in the job's system (none for a layer without places)."""
    columns = []
    for field in _fields(job):
        values = [record.properties.get(field.name) for record in batch]
        kind = _TYPES.get(field.kind, pa.string())
        texts = kind == pa.string()
        columns.append(pa.array([c_text(str(v)) if texts and v is not None else v for v in values], type=kind))
    if job.spec.geometry is None:
        return columns, None
    shapes = np.empty(len(batch), dtype=object)
    shapes[:] = [record.geometry for record in batch]
    shapes = in_crs(shapes, job.crs)
    columns.append(pa.array(list(shapely.to_wkb(shapes)), type=pa.binary()))
    return columns, shapes


def _boxes(boxes: Any) -> pa.Array:
    missing = np.isnan(boxes[:, 0])
    sides = [pa.array(boxes[:, side], mask=missing) for side in range(4)]
    return pa.StructArray.from_arrays(sides, fields=list(_BOX), mask=pa.array(missing))


def _around(box: Any, boxes: Any) -> Any:
    """The box around a box and some more, NaN where there is none."""
    rows = boxes[~np.isnan(boxes[:, 0])] if box is None else np.vstack([boxes[~np.isnan(boxes[:, 0])], box])
    return None if not len(rows) else np.array([*rows[:, :2].min(axis=0), *rows[:, 2:].max(axis=0)])


def _geo(job: Job, box: Any) -> dict[str, str]:
    """GeoParquet's own metadata."""
    crs = CRS.from_user_input(STORE_CRS if job.crs == WGS84 else job.crs)
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": [job.spec.geometry],
        "crs": crs.to_json_dict(),
        "covering": {"bbox": {side: ["bbox", side] for side in ("xmin", "ymin", "xmax", "ymax")}},
    }
    if box is not None:
        column["bbox"] = [float(side) for side in box]
    geo = {"version": _VERSION, "primary_column": _GEOMETRY, "columns": {_GEOMETRY: column}}
    return {"geo": json.dumps(geo, ensure_ascii=False)}


def _notes(job: Job) -> dict[str, str]:
    notice = job.notice()
    return {
        "title": notice.title.of(job.lang),
        "licence": notice.licence,
        "attribution": notice.attribution.of(job.lang),
        "version": str(notice.version),
        "published_at": notice.published_at,
    }
