"""Records as Arrow columns, written by GDAL; the only exporter that uses pyogrio."""

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
from geo.ocop.derived import derived_fields
from geo.schema import Field
from geo.views.export.job import Array, Job, in_crs

ValueOf: TypeAlias = Callable[[Record, Field], object]

GEOMETRY = "geometry"
"""The name of the WKB geometry column, the last one; a layer without geometry has none."""

_TYPES = {"integer": pa.int64(), "real": pa.float64()}


class Column(NamedTuple):
    """One column of a file: its name in the file, and its field."""

    name: str
    field: Field


def declared_columns(job: Job) -> list[Column]:
    """Every field of the layer under its own name."""
    return [Column(field.name, field) for field in (*job.spec.fields, *derived_fields(job.spec))]


def value(record: Record, field: Field) -> object:
    """The value of a field as the atlas holds it."""
    return record.properties.get(field.name)


def schema_of(job: Job, columns: Sequence[Column]) -> pa.Schema:
    """The Arrow schema of the columns, and of GEOMETRY if the layer has one."""
    fields = [pa.field(name, _type(field)) for name, field in columns]
    return pa.schema([*fields, pa.field(GEOMETRY, pa.binary())] if job.spec.geometry else fields)


def arrays_of(
    job: Job, batch: Sequence[Record], columns: Sequence[Column], value_of: ValueOf = value
) -> tuple[list[pa.Array], Array]:
    """The columns of a batch as schema_of declares them, missing values null; and its geometries in the job's system.

    Coordinates are east before north, outer rings counter-clockwise. A layer without geometry has an empty array.
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
    """Write the job's records with the GDAL driver `driver` and return how many GDAL reads back from the file.

    Records are written in batches; missing values and geometries are null. If `path` exists, the layer is added to
    it. `encoding` is GDAL's name of the text encoding, for drivers that have the option; `geometry_type` replaces
    the layer's own type; `options` are passed to the driver.
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
        if errors:  # pyogrio raises Arrow's error instead of the original one
            raise errors[0] from None
        raise
    return _count_records(path, job.query.layer)


def _count_records(path: Path, layer: str) -> int:
    """The number of records that GDAL reads. The count in the header is unreliable: a full disk may stop the rest."""
    with open_arrow(path, layer=layer, columns=[], use_pyarrow=True) as (_, batches):
        return sum(batch.num_rows for batch in batches)


def box_of(path: Path) -> tuple[float, float, float, float] | None:
    """West, south, east and north of all geometries in a file that GDAL reads; None when there are none."""
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
    """`text` with U+FFFD for the null character, at which GDAL would truncate it."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
