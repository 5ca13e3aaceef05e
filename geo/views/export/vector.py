"""Batches of records handed to GDAL as typed columns; the only user of pyogrio."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import shapely
from pyogrio.raw import write

from geo.atlas import Record
from geo.schema import Field
from geo.views.export.job import Job, in_crs

Array: TypeAlias = np.ndarray[Any, Any]
ValueOf: TypeAlias = Callable[[Record, Field], object]

_DTYPES: dict[str, tuple[str, object]] = {"integer": ("int64", 0), "real": ("float64", 0.0)}


class Column(NamedTuple):
    """One column of a file: its name there, and the field it is filled from."""

    name: str
    field: Field


def write_file(
    job: Job,
    path: Path,
    columns: Sequence[Column],
    *,
    driver: str,
    value_of: ValueOf,
    encoding: str = "UTF-8",
    options: Mapping[str, Any] = MappingProxyType({}),
) -> int:
    """Write the job's records with the GDAL driver `driver` and return how many were written.

    Missing numbers and texts are nulls, a missing place is a null geometry. `encoding` is GDAL's name for the
    text of the file; `options` go to the driver when the file is made.
    """
    written = 0
    for batch in job.batches():
        made = {} if written else options
        _append(job, path, columns, batch, driver=driver, value_of=value_of, encoding=encoding, options=made)
        written += len(batch)
    if not written:
        _append(job, path, columns, [], driver=driver, value_of=value_of, encoding=encoding, options=options)
    return written


def _append(
    job: Job,
    path: Path,
    columns: Sequence[Column],
    batch: Sequence[Record],
    *,
    driver: str,
    value_of: ValueOf,
    encoding: str,
    options: Mapping[str, Any],
) -> None:
    data = [_column(column.field, [value_of(record, column.field) for record in batch]) for column in columns]
    placed = job.spec.geometry is not None
    write(
        path,
        _geometries(job, batch) if placed else None,
        [values for values, _ in data],
        np.array([column.name for column in columns], dtype=object),
        field_mask=[missing for _, missing in data],
        layer=job.query.layer if driver == "GPKG" else None,
        driver=driver,
        geometry_type=job.spec.geometry,
        crs=job.crs if placed else None,
        encoding=encoding,
        append=path.exists(),
        **options,
    )


def _geometries(job: Job, batch: Sequence[Record]) -> Array:
    shapes = np.empty(len(batch), dtype=object)
    shapes[:] = [record.geometry for record in batch]
    wkb: Array = shapely.to_wkb(in_crs(shapes, job.crs))
    return wkb


def _column(field: Field, values: Sequence[object]) -> tuple[Array, Array]:
    """The values as one array of the field's type, and which of them are missing."""
    missing = np.array([value is None for value in values], dtype=bool)
    if field.kind in _DTYPES:
        dtype, filler = _DTYPES[field.kind]
        return np.array([filler if value is None else value for value in values], dtype=dtype), missing
    texts = np.empty(len(values), dtype=object)
    texts[:] = [None if value is None else c_text(str(value)) for value in values]
    return texts, missing


def c_text(text: str) -> str:
    """`text` without the null character, at which GDAL would silently end it."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
