"""Records as Arrow columns, and streams of them handed to GDAL; the only user of pyogrio."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import shapely
from pyogrio import read_bounds
from pyogrio.raw import open_arrow, write_arrow

from geo.atlas import Record
from geo.schema import Field
from geo.views.export.job import Array, Job, in_crs
from geo.views.notice import derived_fields

ValueOf: TypeAlias = Callable[[Record, Field], object]

GEOMETRY = "geometry"
"""The column of the places, WKB, after all others; a layer without places has none."""

_TYPES = {"integer": pa.int64(), "real": pa.float64()}


class Column(NamedTuple):
    """One column of a file: its name there, and the field it is filled from."""

    name: str
    field: Field


def declared_columns(job: Job) -> list[Column]:
    """Every field of the layer under its own name."""
    return [Column(field.name, field) for field in (*job.spec.fields, *derived_fields(job.spec))]


def value(record: Record, field: Field) -> object:
    """The value of a field as the atlas holds it."""
    return record.properties.get(field.name)


def schema_of(job: Job, columns: Sequence[Column]) -> pa.Schema:
    """The Arrow types of the columns, and of GEOMETRY where the layer has places."""
    fields = [pa.field(name, _type(field)) for name, field in columns]
    return pa.schema([*fields, pa.field(GEOMETRY, pa.binary())] if job.spec.geometry else fields)


def arrays_of(
    job: Job, batch: Sequence[Record], columns: Sequence[Column], value_of: ValueOf = value
) -> tuple[list[pa.Array], Array]:
    """The columns of a batch as schema_of declares them, missing values null; and its geometries in the job's system.

    Coordinates are east before north, outer rings counter-clockwise. A layer without places has no geometries.
    """
    rows = [[value_of(record, field) for _, field in columns] for record in batch]
    arrays = [_array(field, [row[place] for row in rows]) for place, (_, field) in enumerate(columns)]
    shapes = np.empty(len(batch) if job.spec.geometry else 0, dtype=object)
    if job.spec.geometry:
        shapes[:] = [record.geometry for record in batch]
        shapes = shapely.orient_polygons(in_crs(shapes, job.crs))
        arrays.append(pa.array(shapely.to_wkb(shapes), type=pa.binary()))
    return arrays, shapes


def write_file(
    job: Job,
    path: Path,
    columns: Sequence[Column],
    *,
    driver: str,
    value_of: ValueOf = value,
    encoding: str | None = None,
    geometry_type: str | None = None,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> int:
    """Write the job's records with the GDAL driver `driver`; return how many GDAL reads from the file afterwards.

    Records go through in batches. Missing numbers and texts are nulls, a missing place is a null geometry. Where
    `path` exists, the layer is added to it. `encoding` is GDAL's name for the text of the file where the driver has
    a choice, `geometry_type` what is declared of the layer instead of its own type, `options` what pyogrio hands on.
    """
    schema, errors = schema_of(job, columns), []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for batch in job.batches():
                yield pa.record_batch(arrays_of(job, batch, columns, value_of)[0], schema=schema)
        except Exception as error:
            errors.append(error)
            raise

    try:
        write_arrow(
            pa.RecordBatchReader.from_batches(schema, batches()),
            path,
            layer=job.query.layer,
            driver=driver,
            geometry_name=GEOMETRY if job.spec.geometry else None,
            geometry_type=geometry_type or job.spec.geometry,
            crs=job.crs if job.spec.geometry else None,
            encoding=encoding,
            append=path.exists(),
            **options,
        )
    except Exception:
        if errors:  # Arrow tells its own error instead
            raise errors[0] from None
        raise
    return _count_records(path, job.query.layer)


def _count_records(path: Path, layer: str) -> int:
    """How many records can be read from a file. Its head is not asked: a full disk is met after that was written."""
    with open_arrow(path, layer=layer, columns=[], use_pyarrow=True) as (_, batches):
        return sum(batch.num_rows for batch in batches)


def box_of(path: Path) -> tuple[float, float, float, float] | None:
    """West, south, east and north of all places in a file of GDAL's; None when none of its records has one."""
    _, sides = read_bounds(path)
    present = sides[:, ~np.isnan(sides[0])]
    if not present.size:
        return None
    (west, south), (east, north) = present[:2].min(axis=1), present[2:].max(axis=1)
    return float(west), float(south), float(east), float(north)


def _type(field: Field) -> pa.DataType:
    return _TYPES.get(field.kind, pa.string())


def _array(field: Field, values: Sequence[object]) -> pa.Array:
    if field.kind in _TYPES:
        return pa.array(values, type=_type(field))
    return pa.array([None if one is None else c_text(str(one)) for one in values], type=pa.string())


def c_text(text: str) -> str:
    """`text` without the null character, at which GDAL would silently end it."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
