"""A zipped shapefile, with further files for what a shapefile cannot hold: long text, full names, the notice."""

import csv
import io
import struct
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, cast

from geo.atlas import Record
from geo.encodings import ENCODINGS, Errors, encode, fit
from geo.errors import BadQuery
from geo.ocop.codes import CODE_LISTS
from geo.ocop.derived import derived_fields
from geo.schema import Field, LayerSpec
from geo.views.dated_files import DatedZip, date_dbf
from geo.views.export.job import Job, reading_in
from geo.views.export.vector import Column, box_of, c_text, write_file
from geo.views.export.work_folder import work_folder
from geo.views.notice import Notice
from geo.views.values import Reader, Source, parts

TEXT_BYTES = 254
"""Width of a text column of a .dbf, in bytes of its encoding."""

CUT_MARK = "[…]"
"""Marks the end of a value that is truncated in the .dbf and complete in <layer>.text.csv."""

TEXT_IN = ("utf-8", "tcvn3", "cp1258")
"""The encodings that the .dbf may have, keys of geo.encodings; the first is the default."""

_PARTS = (".shp", ".shx", ".dbf", ".prj")
# GDAL recodes text from "TCVN" and loses the last letter of every value; it does not recode "TCVN3".
_CPG = {"tcvn3": "TCVN3"}
# Latin-1 maps every byte to a character, so GDAL writes our bytes unchanged.
_AS_BYTES = "ISO-8859-1"
_MOST_LETTERS = 20
_BOX_AT = 36
"""Offset of the bounding box in the header of a .shp (ESRI Shapefile Technical Description, 1998)."""
_PRECISION = (
    "Cột 'precision' cho biết vị trí chính xác đến đâu; nhiều vị trí chỉ gần đúng.",
    "Column 'precision' says how well a place is known; many places are approximate.",
)
# Hints for other programs, tested with QGIS 3.22 and GDAL 3.6 and 3.12.
_READING_HINTS = {
    "tcvn3": (
        "QGIS: mở với bảng mã windows-1252 và hiển thị bằng phông .VnTime.",
        "QGIS: open as windows-1252 and show in a .VnTime font.",
    ),
    "cp1258": (
        "Công cụ dùng GDAL (ogr2ogr, geopandas, sf) làm mất chữ cuối khi tự chuyển từ 1258: hãy lấy bản UTF-8.",
        "Tools on GDAL (ogr2ogr, geopandas, sf) lose the last letter as they recode 1258: take UTF-8 for them.",
    ),
}
_TEXT_KINDS = frozenset({"text", "longtext", "date", "code", "codes", "ref", "refs", "url"})


def write_shapefile(job: Job, out: BinaryIO) -> int:
    """Write the zip and return how many records it holds.

       Columns are the declared fields under their short names: the same files can be imported again. A layer
       without geometry is a .dbf alone. Text longer than a .dbf column is truncated and marked with CUT_MARK.
       Such values, all long text, and values with letters that the encoding lacks are complete in <layer>.text.csv.
    BadQuery, naming those letters, when the job is strict about them.
    """
    layer, beside = job.query.layer, _Beside(job)

    with work_folder() as folder:
        path = folder / (f"{layer}.shp" if job.spec.geometry else f"{layer}.dbf")
        columns = [Column(field.short, field) for field in job.spec.fields]
        count = write_file(job, path, columns, driver="ESRI Shapefile", value_of=beside.keep, encoding=_AS_BYTES)
        if job.letters == "strict" and beside.losses:
            raise _lacking(job.encoding, beside.losses)
        if job.spec.geometry:
            _frame(path)
        published_at = job.notice().published_at
        date_dbf(path.with_suffix(".dbf"), published_at)
        with DatedZip(out, published_at) as archive:
            for part in filter(Path.exists, map(path.with_suffix, _PARTS)):
                with part.open("rb") as file:
                    archive.add(part.name, cast(BinaryIO, file))
            archive.add(f"{layer}.cpg", (ENCODINGS[job.encoding].cpg or _CPG[job.encoding]).encode())
            if beside.rows:
                archive.add(f"{layer}.text.csv", _csv(beside.table()))
            archive.add(f"{layer}.fields.csv", _csv(_dictionary(job.spec.fields), bom=True))
            archive.add("README.txt", _readme(job, beside).encode("utf-8-sig"))
    return count


def _frame(path: Path) -> None:
    """Write the bounding box of all geometries into the headers of a .shp and its .shx.

    GDAL extends the box to 0, 0 when the first record has no geometry, so programs would open the map there.
    """
    box = box_of(path)
    if box is None:
        return
    for part in (path, path.with_suffix(".shx")):
        with part.open("r+b") as file:
            file.seek(_BOX_AT)
            file.write(struct.pack("<4d", *box))


class _Beside:
    """Data for the files beside the .dbf, collected while it is written: text it cannot hold, and the cited sources.

    `losses` counts the letters that the encoding lacks, each with its substitute.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._letters: Errors = "plain" if job.letters == "strict" else job.letters
        self._source_keys: set[str] = set()
        self.losses: Counter[tuple[str, str]] = Counter()
        self.rows: dict[str, dict[str, str]] = {}

    def keep(self, record: Record, field: Field) -> object:
        """The value for the .dbf, text as bytes read as Latin-1; text that the .dbf cannot hold is added to `rows`."""
        value = record.properties.get(field.name)
        if value is None or field.kind not in _TEXT_KINDS:
            return value
        if field.target == "sources":
            self._source_keys.update(parts(str(value)))
        text = c_text(str(value))
        short, same = self._fit(text)
        if field.kind == "longtext" or not same:
            self.rows.setdefault(record.id, {})[field.name] = text
        return short.decode("latin1")

    def _fit(self, text: str) -> tuple[bytes, bool]:
        """The bytes of a text for the .dbf, and whether they are the complete text; replaced letters are counted."""
        if text.isascii() or (self._job.encoding == "utf-8" and unicodedata.is_normalized("NFC", text)):
            data = text.encode()  # the common case: no letter needs a substitute
            if len(data) <= TEXT_BYTES:
                return data, True
        short = fit(truncate(text, self._job.encoding, self._letters), self._job.encoding, self._letters)
        self.losses.update({(loss.letter, loss.substitute): loss.times for loss in short.losses})
        return encode(short.text, self._job.encoding), short.text == text

    def table(self) -> Iterable[Sequence[str]]:
        """The rows of <layer>.text.csv: a header, then the key and the long texts of each record that has any."""
        names_in_use = {name for row in self.rows.values() for name in row}
        spec = self._job.spec
        names = [field.name for field in spec.fields if field.name in names_in_use or field.kind == "longtext"]
        yield [spec.key, *names]
        for key, row in self.rows.items():
            yield [key, *(row.get(name, "") for name in names)]

    def sources(self) -> list[Source]:
        """Every source cited, once, in the order of ids."""
        reader = Reader(self._job.atlas, self._job.lang)
        reader.learn_sources(self._source_keys)
        return reader.sources(";".join(sorted(self._source_keys)))


def truncate(text: str, encoding: str = "utf-8", letters: Errors = "lower") -> str:
    """`text` if it fits a .dbf column in `encoding`, else its beginning and CUT_MARK; no character is split.

    >>> truncate("Điện Biên"), len(truncate("Đ" * 200).encode()), len(truncate("Đ" * 300, "tcvn3"))
    ('Điện Biên', 253, 254)
    """
    if len(encode(text, encoding, letters)) <= TEXT_BYTES:
        return text
    ends = list(accumulate(len(encode(letter, encoding, letters)) for letter in text))
    end = bisect_right(ends, TEXT_BYTES - len(encode(CUT_MARK, encoding)))
    while end and unicodedata.combining(text[end]):
        end -= 1
    return text[:end] + CUT_MARK


def _lacking(encoding: str, letters_lost: Counter[tuple[str, str]]) -> BadQuery:
    label, letters = ENCODINGS[encoding].label, _letter_counts(letter for letter, _ in letters_lost.elements())
    return BadQuery(
        f"{label.en} lacks these letters: {letters}. Choose letters=lower or letters=plain, or encoding=utf-8.",
        f"{label.vi} không có các chữ: {letters}. Hãy chọn letters=lower hoặc letters=plain, hoặc encoding=utf-8.",
    )


def _letter_counts(letters: Iterable[str]) -> str:
    """Letters with their counts, the most frequent first, then the number of letters not listed."""
    counts = Counter(letters)
    text = ", ".join(f"{letter} ({times})" for letter, times in counts.most_common(_MOST_LETTERS))
    return f"{text}, +{len(counts) - _MOST_LETTERS}" if len(counts) > _MOST_LETTERS else text


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
    """The notice in both languages, with CRLF line ends, which editors of every system read."""
    layer, notice, sources = job.query.layer, job.notice(), beside.sources()
    lines = [
        notice.title.vi,
        notice.title.en,
        "",
        f"Phiên bản dữ liệu {notice.version}, công bố {notice.published_at}; {job.total_count} bản ghi.",
        f"Data version {notice.version}, published {notice.published_at}; {job.total_count} records.",
        *(_system(job.crs) if job.spec.geometry else ()),
        *_encoding(job, beside),
        "",
        f"{layer}.fields.csv: tên đầy đủ, nhãn, đơn vị và các mã của từng cột.",
        f"{layer}.fields.csv: full name, labels, unit and codes of every column.",
        *_left_out(job.spec),
        *_long_text(layer, beside),
        *(_PRECISION if job.spec.has("precision") else ()),
        *_rights(notice),
    ]
    if sources:
        lines += ["", "Nguồn được dẫn / Sources cited:", *(f"  {row.id}: {row.credit_line()}" for row in sources)]
    return "\r\n".join(lines) + "\r\n"


def _system(crs: str) -> list[str]:
    reading = reading_in(crs)
    label, how = reading.label, reading.transformation
    lines = [f"Hệ toạ độ: {label.vi}.", f"CRS: {label.en}."]
    if reading.system.shift:
        lines += [f"Chuyển từ WGS 84, ngược của: {how.vi}", f"Made from WGS 84, the inverse of: {how.en}"]
    return lines


def _encoding(job: Job, beside: _Beside) -> list[str]:
    label = ENCODINGS[job.encoding].label
    lines = [
        f"Bảng mã của .dbf: {label.vi}; các tệp .csv và tệp này: UTF-8.",
        f"Encoding of the .dbf: {label.en}; the .csv files and this one: UTF-8.",
        *_READING_HINTS.get(job.encoding, ()),
    ]
    if beside.losses:
        text = ", ".join(f"{letter} → {near} ({times})" for (letter, near), times in beside.losses.most_common())
        lines += [
            f"Chữ mà bảng mã không có, đã thay trong .dbf (nguyên văn ở {job.query.layer}.text.csv): {text}.",
            f"Letters that the encoding lacks, replaced in the .dbf ({job.query.layer}.text.csv has them): {text}.",
        ]
    return lines


def _left_out(spec: LayerSpec) -> list[str]:
    names = ", ".join(field.name for field in derived_fields(spec))
    if not names:
        return []
    return [
        f"Không có trong tệp này vì được tính lại ở mỗi phiên bản: {names}; hãy lấy bản GeoPackage, CSV hoặc Excel.",
        f"Left out, as each version computes them anew: {names}; take the GeoPackage, CSV or Excel file for them.",
    ]


def _long_text(layer: str, beside: _Beside) -> list[str]:
    if not beside.rows:
        return []
    return [
        f"{layer}.text.csv: toàn văn các giá trị dài; trong .dbf giá trị bị cắt kết thúc bằng {CUT_MARK}.",
        f"{layer}.text.csv: long values in full; a value that is cut in the .dbf ends with {CUT_MARK}.",
    ]


def _rights(notice: Notice) -> list[str]:
    lines = ["", f"Giấy phép / Licence: {notice.licence or '-'}"]
    lines += [text for text in (notice.attribution.vi, notice.attribution.en) if text]
    for name, address, licence in notice.sources:
        lines.append("  " + ", ".join(part for part in (name, address, licence) if part))
    return lines
