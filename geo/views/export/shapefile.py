"""A zipped shapefile, with beside it what a shapefile cannot hold: long text, full names, the notice."""

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from geo.atlas import Record
from geo.codes import CODE_LISTS
from geo.schema import Field
from geo.views.export.job import Job, Notice
from geo.views.export.values import Reader, Source, parts
from geo.views.export.vector import Column, c_text, write_file

TEXT_BYTES = 254
"""What one text column of a .dbf holds."""

CUT = "[…]"
"""Ends a value that is cut in the .dbf and stands in full in <layer>.text.csv."""

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_PRECISION = (
    "Cột 'precision' cho biết vị trí chính xác đến đâu; nhiều vị trí chỉ gần đúng.",
    "Column 'precision' says how well a place is known; many places are approximate.",
)
_TEXT_KINDS = frozenset({"text", "longtext", "date", "code", "codes", "ref", "refs", "url"})


def write_shapefile(job: Job, out: BinaryIO) -> int:
    """Write the zip and return how many records it holds.

    Columns are the declared fields under their short names: the same files can be read in again. A layer
    without geometry is a .dbf alone. Text longer than a .dbf takes is cut there at a character and marked
    with CUT; the whole of it, and all long text, stands in <layer>.text.csv.
    """
    layer, beside = job.query.layer, _Beside(job)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (f"{layer}.shp" if job.spec.geometry else f"{layer}.dbf")
        columns = [Column(field.short, field) for field in job.spec.fields]
        written = write_file(job, path, columns, driver="ESRI Shapefile", value_of=beside.keep, options={})
        with _Zip(out, job.notice().published_at) as archive:
            for suffix in _PARTS:
                if path.with_suffix(suffix).exists():
                    archive.add(f"{layer}{suffix}", path.with_suffix(suffix).read_bytes())
            if beside.rows:
                archive.add(f"{layer}.text.csv", _csv(beside.table()))
            archive.add(f"{layer}.fields.csv", _csv(_dictionary(job.spec.fields), bom=True))
            archive.add("README.txt", _readme(job, beside).encode("utf-8-sig"))
    return written


class _Beside:
    """What goes beside the .dbf, gathered while it is written: long text and the sources cited."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._cited: set[str] = set()
        self.rows: dict[str, dict[str, str]] = {}

    def keep(self, record: Record, field: Field) -> object:
        """What the .dbf holds for a value; the whole of a long one is remembered."""
        value = record.properties.get(field.name)
        if value is None or field.kind not in _TEXT_KINDS:
            return value
        if field.target == "sources":
            self._cited.update(parts(str(value)))
        text = c_text(str(value))
        short = cut(text)
        if field.kind == "longtext" or short != text:
            self.rows.setdefault(record.id, {})[field.name] = text
        return short

    def table(self) -> Iterable[Sequence[str]]:
        """A header, then a row for every record with long text: its key, then the columns in use."""
        used = {name for row in self.rows.values() for name in row}
        spec = self._job.spec
        names = [field.name for field in spec.fields if field.name in used or field.kind == "longtext"]
        yield [spec.key, *names]
        for key, row in self.rows.items():
            yield [key, *(row.get(name, "") for name in names)]

    def sources(self) -> list[Source]:
        """Every source cited, once, in the order of ids."""
        reader = Reader(self._job.atlas, self._job.lang)
        reader.learn_sources(self._cited)
        return reader.sources(";".join(sorted(self._cited)))


class _Zip:
    """A zip whose entries all carry one date, so that the same version gives the same bytes."""

    def __init__(self, out: BinaryIO, published_at: str) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        moment = datetime.fromisoformat(published_at)
        self._date = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)

    def __enter__(self) -> "_Zip":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, name: str, content: bytes) -> None:
        """Put one file into the zip."""
        entry = zipfile.ZipInfo(name, self._date)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        self._zip.writestr(entry, content)


def cut(text: str) -> str:
    """`text` when a .dbf can hold it, else its beginning and CUT, never with half a character.

    >>> cut("Điện Biên"), len(cut("Đ" * 200).encode())
    ('Điện Biên', 253)
    """
    encoded = text.encode()
    if len(encoded) <= TEXT_BYTES:
        return text
    return encoded[: TEXT_BYTES - len(CUT.encode())].decode(errors="ignore") + CUT


def _csv(rows: Iterable[Sequence[str]], *, bom: bool = False) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")


def _dictionary(fields: Iterable[Field]) -> Iterable[Sequence[str]]:
    yield ("short", "name", "label_vi", "label_en", "kind", "unit", "codes")
    for field in fields:
        codes = CODE_LISTS[field.codes].codes if field.codes else ()
        yield (
            field.short,
            field.name,
            field.label.vi,
            field.label.en,
            field.kind,
            field.unit or "",
            "; ".join(f"{code.key} = {code.label.vi} / {code.label.en}" for code in codes),
        )


def _readme(job: Job, beside: _Beside) -> str:
    """The notice in both languages, lines ended as every system's editor reads them."""
    layer, made, cited = job.query.layer, job.notice(), beside.sources()
    lines = [
        made.title.vi,
        made.title.en,
        "",
        f"Phiên bản dữ liệu {made.version}, công bố {made.published_at}; {job.matched} bản ghi; hệ toạ độ {job.crs}.",
        f"Data version {made.version}, published {made.published_at}; {job.matched} records; CRS {job.crs}.",
        "",
        f"{layer}.fields.csv: tên đầy đủ, nhãn, đơn vị và các mã của từng cột.",
        f"{layer}.fields.csv: full name, labels, unit and codes of every column.",
        *_long_text(layer, beside),
        *(_PRECISION if job.spec.has("precision") else ()),
        *_rights(made),
    ]
    if cited:
        lines += ["", "Nguồn được dẫn / Sources cited:", *(f"  {row.id}: {row.shown()}" for row in cited)]
    return "\r\n".join(lines) + "\r\n"


def _long_text(layer: str, beside: _Beside) -> list[str]:
    if not beside.rows:
        return []
    return [
        f"{layer}.text.csv: toàn văn các giá trị dài; trong .dbf giá trị bị cắt kết thúc bằng {CUT}.",
        f"{layer}.text.csv: long values in full; a value that is cut in the .dbf ends with {CUT}.",
    ]


def _rights(made: Notice) -> list[str]:
    lines = ["", f"Giấy phép / Licence: {made.licence or '-'}"]
    lines += [text for text in (made.attribution.vi, made.attribution.en) if text]
    for name, address, licence in made.sources:
        lines.append("  " + ", ".join(part for part in (name, address, licence) if part))
    return lines
