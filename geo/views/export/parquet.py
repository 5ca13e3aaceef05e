"""GeoParquet 1.1 in row groups: a column for each field, WKB geometry and a bounding box for each record."""

import json
from itertools import chain
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from geo.crs import STORE_CRS
from geo.views.export.job import Array, Job
from geo.views.export.vector import GEOMETRY, arrays_of, declared_columns, schema_of
from geo.views.notice import WGS84

_VERSION = "1.1.0"
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_BOX = pa.struct([(side, pa.float64()) for side in _SIDES])
_BOXES = "bbox"
_GROUP_BYTES = 16_000_000
"""Target size of a row group: it fits in memory and is large enough for fast reading."""


def write_parquet(job: Job, out: BinaryIO) -> int:
    """Write GeoParquet 1.1 and return how many records it holds; a layer without places is plain Parquet.

    Geometries are WKB, easting before northing. The column `bbox` holds the box of each geometry, so that readers
    can skip row groups. The notice is in the file metadata, in both languages.
    """
    has_geometry = job.spec.geometry is not None
    columns, schema = declared_columns(job), schema_of(job, declared_columns(job))
    if has_geometry:
        schema = schema.append(pa.field(_BOXES, _BOX))
    count, group, extents = 0, [], []
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in job.batches():
            arrays, shapes = arrays_of(job, batch, columns)
            if has_geometry:
                boxes = shapely.bounds(shapes)
                extents.append(boxes[~np.isnan(boxes[:, 0])])
                arrays.append(_boxes(boxes))
            group.append(pa.record_batch(arrays, schema=schema))
            count += len(batch)
            if sum(one.nbytes for one in group) >= _GROUP_BYTES:
                writer.write_table(pa.Table.from_batches(group).combine_chunks())
                group.clear()
        if group:
            writer.write_table(pa.Table.from_batches(group).combine_chunks())
        writer.add_key_value_metadata(_notes(job) | (_geo(job, extents) if has_geometry else {}))
    return count


def _boxes(boxes: Array) -> pa.Array:
    sides = [pa.array(boxes[:, side]) for side in range(len(_SIDES))]
    return pa.StructArray.from_arrays(sides, fields=list(_BOX), mask=pa.array(np.isnan(boxes[:, 0])))


def _geo(job: Job, extents: list[Array]) -> dict[str, str]:
    """The `geo` metadata of GeoParquet; `extents` are the boxes of all geometries."""
    crs = CRS.from_user_input(STORE_CRS if job.crs == WGS84 else job.crs)
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": [job.spec.geometry],
        "crs": crs.to_json_dict(),
        "orientation": "counterclockwise",
        "covering": {"bbox": {side: [_BOXES, side] for side in _SIDES}},
    }
    boxes = np.vstack(extents) if extents else np.empty((0, len(_SIDES)))
    if len(boxes):
        column["bbox"] = [float(side) for side in chain(boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0))]
    geo = {"version": _VERSION, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    return {"geo": json.dumps(geo, ensure_ascii=False)}


def _notes(job: Job) -> dict[str, str]:
    notice = job.notice()
    return {
        "title": notice.title.vi,
        "title_en": notice.title.en,
        "licence": notice.licence,
        "attribution": notice.attribution.vi,
        "attribution_en": notice.attribution.en,
        "version": str(notice.version),
        "published_at": notice.published_at,
    }
