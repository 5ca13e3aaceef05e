"""What GDAL, GEOS, expat and SQLite say of a file, in Vietnamese and English; what is not in the table is quoted."""

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from xml.parsers import expat

import fiona
import pyogrio
import shapely

from geo.errors import BadSource
from geo.ingest.files.table import finding
from geo.report import Issue
from geo.schema import Label

FAILURES = (
    pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError,
    pyogrio.errors.GeometryError, pyogrio.errors.FieldError, fiona.errors.FionaError, shapely.errors.ShapelyError,
    OSError, ValueError, LookupError, OverflowError, RuntimeError, SystemError, UnboundLocalError,
    expat.ExpatError,
)  # fmt: skip
"""What GDAL's two packages and ours raise for damaged files; SystemError and UnboundLocalError are slips of fiona and pyogrio."""

EXPORT_AGAIN = Label("Hãy xuất hoặc chép lại tệp.", "Export or copy it again.")

# Pattern of a message -> its words; {0}, {1} are the pattern's groups.
_MESSAGES: tuple[tuple[str, str, str], ...] = (
    (r"Measured \(M\) geometry types are not supported", "bỏ giá trị đo M của hình học, chỉ giữ toạ độ", "measures (M) of the geometries are left out, their coordinates kept"),
    (r"One or several characters couldn't be converted correctly from (\S+) to UTF-8", "có ký tự không chuyển được từ bảng mã {0} sang UTF-8", "some characters cannot be converted from {0} to UTF-8"),
    (r"organizePolygons\(\) received a polygon with more than (\d+) parts", "một vùng có trên {0} vòng: phần trong, phần ngoài có thể lẫn nhau", "a polygon has more than {0} rings: holes and parts may be mistaken for each other"),
    (r"organizePolygons\(\) received an unexpected geometry", "một vùng có phần không phải là vòng", "a polygon has a part that is no ring"),
    (r"Non closed ring detected", "có vòng không khép kín", "a ring is not closed"),
    (r"Points of LinearRing do not form a closed linestring", "có vòng không khép kín", "a ring is not closed"),
    (r"Invalid number of points in LinearRing found (\d+)", "một vòng chỉ có {0} điểm", "a ring has only {0} points"),
    (r"day is out of range for month|month must be in 1\.\.12|year \S+ is out of range", "có ngày không tồn tại trên lịch", "a date is not in the calendar"),
    (r"not recognized as being in a supported file format", "không đúng cấu trúc của định dạng này", "not laid out as this format is"),
    (r"Missing 'features' member", "thiếu thành phần 'features'", "it has no member 'features'"),
    (r"Failed to read (\w+) data|(\w+) parsing error", "nội dung không đúng cú pháp", "its text is not well formed"),
    (r"Expecting|Extra data|no ':' at|no ',' at|no object|Invalid control character|Invalid \\|Unterminated string", "nội dung không đúng cú pháp JSON", "its text is no JSON"),
    (r"maximum recursion depth", "các lớp lồng nhau quá sâu", "it is nested too deeply"),
    (r"(?:not well-formed|mismatched tag|no element found|syntax error|unclosed token|undefined entity|junk after document element|unbound prefix|duplicate attribute)[^:]*: line (\d+), column (\d+)", "XML sai cú pháp ở dòng {0}, cột {1}", "the XML is not well formed in line {0}, column {1}"),
    (r"not well-formed|mismatched tag|no element found|XML parsing", "XML sai cú pháp", "the XML is not well formed"),
    (r"codec can't decode byte (0x\w+) in position (\d+)", "byte {0} ở vị trí {1} không phải UTF-8", "byte {0} at position {1} is no UTF-8"),
    (r"file is not a database|database disk image is malformed|file is encrypted", "cơ sở dữ liệu bên trong bị hỏng", "the database in it is damaged"),
    (r"no such table: (\S+)", "thiếu bảng {0}", "table {0} is missing"),
    (r"Unable to open .*\.shx", "không mở được tệp .shx", "the .shx cannot be opened"),
    (r"Corrupted \.shp file", "tệp .shp bị hỏng", "the .shp is damaged"),
    (r"Unexpected (?:EOF|end of file)|Premature|Short read|truncated", "tệp bị cắt ngang", "it is cut short"),
    (r"No such file", "thiếu một tệp của lớp", "a file of the layer is missing"),
    (r"Permission denied", "không có quyền đọc tệp", "there is no permission to read it"),
    (r"Non-conformant content for record (\d+) in column (\S+), (.*), successfully parsed", "bản ghi {0}, cột {1}: {2!r} không đúng kiểu của cột", "record {0}, column {1}: {2!r} is not of the column's type"),
    (r"Error occurred in|Failed to (?:open|read)|Cannot open", "cấu trúc bên trong không đọc được", "its inner structure cannot be read"),
    (r"(\d+) layers, at most (\d+)", "có {0} lớp, chỉ đọc tối đa {1}", "{0} layers, at most {1}"),
    (r"GDAL takes it for (.+)", "GDAL nhận tệp là {0}", "GDAL takes it for {0}"),
)  # fmt: skip


def in_words(text: str) -> Label:
    """A message in both languages.

    >>> in_words("Non closed ring detected")
    Label(vi='có vòng không khép kín', en='a ring is not closed')
    """
    for pattern, vi, en in _MESSAGES:
        match = re.search(pattern, text, re.IGNORECASE)
        if match is not None:
            groups = [group or "" for group in match.groups()]
            return Label(vi.format(*groups), en.format(*groups))
    return Label(f"GDAL báo “{text}”", f"GDAL says “{text}”")


def warned(text: str) -> Issue:
    """The finding for a warning of GDAL."""
    return finding("reader_warning", *in_words(text), value=text)


class refusing:  # noqa: N801 - reads as a word in a with statement
    """Failures of GDAL as one BadSource that says what the file is and what to do; `name` is what the format is called."""

    def __init__(self, path: Path, name: str, remedy: Label = EXPORT_AGAIN) -> None:
        self._path, self._name, self._remedy = path, name, remedy

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, FAILURES) and not isinstance(error, BadSource):
            reason = in_words(str(error).replace(str(self._path.parent), "…")[:200])
            raise BadSource(
                f"{self._path.name} looks like {self._name} but is damaged ({reason.en}). {self._remedy.en}",
                f"{self._path.name} có dạng {self._name} nhưng bị hỏng ({reason.vi}). {self._remedy.vi}",
            ) from error


class collected:  # noqa: N801 - reads as a word in a with statement
    """GDAL's warnings as texts instead of lines on the terminal."""

    def __init__(self) -> None:
        self._catch = warnings.catch_warnings(record=True)
        self._texts: list[str] = []

    def __enter__(self) -> list[str]:
        self._log: Sequence[warnings.WarningMessage] | None = self._catch.__enter__()
        warnings.simplefilter("always")
        return self._texts

    def __exit__(self, *error: object) -> None:
        self._texts += [str(warning.message).partition(". ")[0][:200] for warning in self._log or ()]
        self._catch.__exit__(*error)  # type: ignore[arg-type]
