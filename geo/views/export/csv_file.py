"""CSV for spreadsheets: stable column names, labels beside codes, coordinates in both systems."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np

from geo.atlas import Record
from geo.atlas.model import Value
from geo.ocop.derived import derived_fields
from geo.schema import Field, LayerSpec
from geo.text import inert
from geo.views.export.job import Job
from geo.views.values import Reader, precision_of
from geo.vn2000.systems import HOME, Reading

BOM = b"\xef\xbb\xbf"
"""Without the BOM, Excel decodes the file in the system's code page and garbles all accented letters."""

_PLACE = ("lon", "lat", "x_vn2000", "y_vn2000", "uncertainty_m")


def write_csv(job: Job, out: BinaryIO) -> int:
    """Write the table in UTF-8 with a BOM and CRLF, and return how many records it has.

    Columns are named as the fields are. A coded field and a reference have a second column
    `<name>_label` in the job's language; `source_ids` has `sources`, with addresses. `lon`, `lat` are
    degrees of the label point, `x_vn2000`, `y_vn2000` its easting and northing in metres (VN-2000, METRIC_CRS).
    Text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    reader = Reader(job.atlas, job.lang)
    out.write(BOM)
    out.write(_lines([header(job.spec)]))
    count = 0
    for batch in job.batches():
        reader.learn(job.query.layer, batch)
        rows = [list(_cells(job.spec, record, reader)) for record in batch]
        if job.spec.geometry is not None:
            for row, place in zip(rows, places_of(batch), strict=True):
                row.extend(place)
        out.write(_lines(rows))
        count += len(batch)
    return count


def header(spec: LayerSpec) -> list[str]:
    """The column names of a layer's table."""
    names = [name for field in _fields(spec) for name in (field.name, _label_column(field)) if name]
    return [*names, *_PLACE] if spec.geometry is not None else names


def _fields(spec: LayerSpec) -> tuple[Field, ...]:
    return (*spec.fields, *derived_fields(spec))


def _label_column(field: Field) -> str | None:
    if field.target == "sources":
        return "sources"
    return f"{field.name}_label" if field.codes or field.target else None


def _cells(spec: LayerSpec, record: Record, reader: Reader) -> Iterator[str]:
    for field in _fields(spec):
        value = record.properties.get(field.name)
        yield _cell(value)
        if _label_column(field):
            yield _cell(reader.format_value(field, value))


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return inert(value) if isinstance(value, str) else str(value)


def places_of(batch: Sequence[Record]) -> Iterator[tuple[str, ...]]:
    """The cells of _PLACE for every record, projected in one call; empty for a record without geometry."""
    degrees = np.array([(record.lng, record.lat) for record in batch], dtype=float)
    for record, east, north in zip(batch, *Reading(HOME).from_lnglat(degrees[:, 0], degrees[:, 1]), strict=True):
        if record.lng is None:
            yield ("",) * len(_PLACE)
            continue
        precision = precision_of(record)
        within = f"{precision.uncertainty_m:g}" if precision else ""
        metres = (f"{east:.2f}", f"{north:.2f}") if np.isfinite((east, north)).all() else ("", "")
        yield str(record.lng), str(record.lat), *metres, within


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
