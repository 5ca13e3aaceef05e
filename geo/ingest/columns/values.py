"""Cells as offices write them into what a field holds: numbers, dates, words of code lists, names of records.

Nothing is changed silently: what was understood otherwise than written is a Translation, what was not is a Refusal.
"""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeAlias

from rapidfuzz import fuzz, process

from geo.ingest.columns.number_notation import Decision, NumberStyle, Plausible, decide, read_number
from geo.ocop.codes import CODE_LISTS
from geo.schema import Field, Label
from geo.text import fold, nfc

Value: TypeAlias = str | int | float | None


class Translation(NamedTuple):
    """What a cell said, what it was taken for, by which rule, and in how many rows."""

    field: str
    before: str
    after: str
    rule: Label
    rows: int


class Refusal(NamedTuple):
    """A cell that was not understood: the kind of issue, why, and what was probably meant ("" when nobody knows)."""

    kind: str
    why: Label
    suggestion: str = ""


class Read(NamedTuple):
    """One cell understood: its value, the rule when the value is not what was written, or why it is refused."""

    value: Value
    rule: Label | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Names:
    """The records of a layer that a reference may name: names by id, and ids by folded name."""

    ids: Mapping[str, str]
    by_name: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, records: Mapping[str, str]) -> "Names":
        """From record id -> name; a record without a name, which is "", is found by its id only."""
        by_name: dict[str, list[str]] = defaultdict(list)
        for key, name in records.items():
            if name:
                by_name[folded(name)].append(key)
        return cls(dict(records), {name: tuple(keys) for name, keys in by_name.items()})


def folded(text: str) -> str:
    """The words of `text` without case, marks and punctuation: what names are compared by.

    >>> folded("HTX  Cà-phê, Mường Ảng")
    'htx ca phe muong ang'
    """
    return " ".join(re.findall(r"[a-z0-9]+", fold(nfc(text))))


class Column(NamedTuple):
    """The cells of one field understood, row by row, with the distinct translations.

    `decision` is what the marks in numbers were taken for; None for a field of another kind.
    """

    values: list[Value]
    refusals: dict[int, Refusal]
    translations: tuple[Translation, ...]
    decision: Decision | None = None


def read_column(
    field: Field, cells: Sequence[object], records: Mapping[str, Names], *,
    plausible: Plausible | None = None, style: NumberStyle | None = None,
) -> Column:  # fmt: skip
    """Every cell as `field` holds it; `records` are the layers that references name. Rows are counted from 0.

    `plausible` is what the numbers may be, by default what the field allows; `style` is what a person says of them.
    """
    decision = _decision(field, cells, plausible, style)
    reader = _reader(field, decision.style if decision is not None else "comma", records)
    nothing = _words_for_nothing(field)
    by_cell: dict[tuple[type, object], Read] = {}
    values: list[Value] = []
    refusals: dict[int, Refusal] = {}
    counted: Counter[tuple[str, str, Label]] = Counter()
    for row, cell in enumerate(cells):
        key = (type(cell), cell)
        read = by_cell.get(key)
        if read is None:
            read = by_cell[key] = Read(None) if _says_nothing(cell, nothing) else reader(cell)
        values.append(read.value)
        if read.refusal is not None:
            refusals[row] = read.refusal
        elif read.rule is not None:
            counted[str(cell), str(read.value), read.rule] += 1
    listed = (Translation(field.name, before, after, rule, rows) for (before, after, rule), rows in counted.items())
    return Column(values, refusals, tuple(sorted(listed, key=lambda one: -one.rows)), decision)


def _decision(
    field: Field, cells: Sequence[object], plausible: Plausible | None, style: NumberStyle | None
) -> Decision | None:
    if field.kind not in {"integer", "real"}:
        return None
    if style is not None:
        return Decision(style)
    return decide(cells, plausible or Plausible(field.minimum, field.maximum), whole_numbers=field.kind == "integer")


Reader: TypeAlias = Callable[[object], Read]


def _says_nothing(cell: object, nothing: frozenset[str]) -> bool:
    """Whether a cell is empty, holds marks only ("-", "…"), or one of the words for nothing."""
    if not isinstance(cell, str):
        return cell is None
    if not any(letter.isalnum() or letter in "★☆⭐" for letter in cell):
        return True
    return len(cell) < 20 and not _SAYS_SOMETHING.search(cell) and (folded(cell) or "?") in nothing


def _words_for_nothing(field: Field) -> frozenset[str]:
    """The folded words that leave `field` empty: none in a text, and none that name a code of its list."""
    if field.kind in {"code", "codes"}:
        return _NOTHING - _code_names(field.codes or "").keys()
    return _NOTHING if field.kind in {"integer", "real", "date", "ref", "refs"} else frozenset({""})


_SAYS_SOMETHING = re.compile("[0-9]")
"""No word for nothing holds a digit, which most cells do; folding takes long."""

_NOTHING = frozenset({"khong", "khong co", "chua co", "chua ro", "chua co so lieu", "n a", "null", "none", "nan"})
"""What people write for nothing where a number, a date, a code or a record is asked for, folded."""


def _reader(field: Field, style: NumberStyle, records: Mapping[str, Names]) -> Reader:
    if field.kind in {"integer", "real"}:
        return partial(_number, field, style)
    if field.kind == "date":
        return _date
    if field.kind in {"code", "codes"}:
        return partial(_codes, field, _code_names(field.codes or ""))
    if field.kind in {"ref", "refs"}:
        return partial(_references, field, records.get(field.target or "", Names({}, {})))
    return _plain


def _plain(cell: object) -> Read:
    """Text keeps its spaces and lines here: mend.py lists what it trims."""
    if isinstance(cell, bool):
        return Read("có" if cell else "không", Label("Có/không thành chữ", "yes/no in words"))
    if isinstance(cell, float) and cell.is_integer():
        return Read(str(int(cell)))
    if str(cell).endswith(_CUT):
        words = (
            "văn bản bị cắt ở cột của Shapefile; giữ văn bản đã có",
            "the text is cut in the Shapefile; what is known stays",
        )
        return _refused("cut_text", *words)
    return Read(str(cell))


_CUT = "[…]"
"""Ends a text that our own Shapefiles cut at 254 bytes (geo.views.export.shapefile)."""


# --- numbers -----------------------------------------------------------------------------------------

_UNIT = Label("bỏ đơn vị sau số", "unit after the number dropped")
_STARS = Label("đếm số sao", "stars counted")
_UNITS = {"ho", "ha", "sao", "nguoi", "km2", "nam", "san pham", "thanh vien", "m2", "hecta", "ho dan", "households"}


def _number(field: Field, style: NumberStyle, cell: object) -> Read:
    if isinstance(cell, bool):
        return _refused("bad_number", f"{cell!r} không phải số", f"{cell!r} is not a number")
    if isinstance(cell, int | float):
        return Read(_whole(field, cell))
    text = str(cell).strip()
    stars = text.count("★") + text.count("⭐")
    if stars:
        return Read(stars, _STARS)
    number = read_number(text, style)
    rest = folded(number.rest) if number else ""
    if number is None or (rest and rest not in _UNITS and rest != folded(field.unit or "")):
        words = f"{text!r} không phải số", f"{text!r} is not a number"
        return _refused("bad_number", *words, _likely_number(field, text))
    if rest == "m2" or (rest in {"ha", "km2"} and field.unit and rest != folded(field.unit.replace("²", "2"))):
        words = f"{text!r} ghi bằng {rest}, cần {field.unit}", f"{text!r} is in {rest}, expected {field.unit}"
        return _refused("bad_number", *words)
    return Read(_whole(field, number.value), number.rule or (_UNIT if rest else None))


def _whole(field: Field, number: float) -> int | float:
    if field.kind == "integer" and float(number).is_integer():
        return int(number)
    return number if field.kind == "integer" else float(number)


def _likely_number(field: Field, text: str) -> str:
    """The first number of a text that the field may hold, the year of a date in a column of years; else the first."""
    numbers = re.findall(r"\d+", text)
    least, most = field.minimum, field.maximum
    fitting = [one for one in numbers if (least is None or least <= int(one)) and (most is None or int(one) <= most)]
    return next(iter(fitting or numbers), "")


# --- dates -------------------------------------------------------------------------------------------

_DAY_FIRST = Label("ngày dd/mm/yyyy thành ISO 8601", "dd/mm/yyyy as ISO 8601")
_SERIAL = Label("số ngày của Excel thành ngày", "day number of Excel as a date")
_MONTH = Label("tháng/năm thành ISO 8601", "month/year as ISO 8601")
_YEAR = Label("chỉ giữ năm", "the year")
_EXCEL_EPOCH = dt.date(1899, 12, 30)

_SHAPES: tuple[tuple[re.Pattern[str], tuple[int, int, int], Label], ...] = (
    (re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[t ]\d{2}:.*)?"), (1, 2, 3), _DAY_FIRST),
    (
        re.compile(r"(?:ngay\s*)?(\d{1,2})\s*(?:[/.-]|thang)\s*(\d{1,2})\s*(?:[/.-]|,?\s*nam)\s*(\d{4})"),
        (3, 2, 1), _DAY_FIRST,
    ),
    (re.compile(r"(?:thang\s*)?(\d{1,2})\s*(?:[/.-]|nam)\s*(\d{4})"), (2, 1, 0), _MONTH),
    (re.compile(r"nam\s*(\d{4})"), (1, 0, 0), _YEAR),
)  # fmt: skip
"""Folded dates as people write them, and which groups are year, month and day (0: not there)."""
_SPAN = re.compile(r"\d{4}(-\d{2})?(-\d{2})?/\d{4}(-\d{2})?(-\d{2})?")


def _date(cell: object) -> Read:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _day_number(cell)
    text = fold(str(cell)).strip()
    for pattern, parts, rule in _SHAPES:
        match = pattern.fullmatch(text)
        if match:
            year, month, day = (match[part] if part else None for part in parts)
            return _checked(cell, str(year), month, day, rule)
    if _SPAN.fullmatch(text):
        return Read(text)
    return _refused("bad_date", f"{cell!r} không phải ngày dd/mm/yyyy", f"{cell!r} is not a date dd/mm/yyyy")


def _day_number(number: float) -> Read:
    """A year, or the days since the end of 1899 as Excel counts them."""
    if 1800 <= number <= 2200 and float(number).is_integer():
        return Read(str(int(number)))
    if 20_000 <= number <= 80_000:
        return Read((_EXCEL_EPOCH + dt.timedelta(days=int(number))).isoformat(), _SERIAL)
    return _refused("bad_date", f"{number!r} không phải ngày", f"{number!r} is not a date")


def _checked(cell: object, year: str, month: str | None, day: str | None, rule: Label | None) -> Read:
    """The date when the calendar has it; with day and month exchanged as a suggestion when it has not."""
    try:
        dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        other = f"{year}-{int(day):02d}-{int(month):02d}" if day and month and int(month) <= 31 else ""
        suggestion = other if other and _is_day(other) else ""
        return _refused("bad_date", f"lịch không có ngày {cell}", f"there is no day {cell}", suggestion)
    parts = [year, *(f"{int(part):02d}" for part in (month, day) if part)]
    text = "-".join(parts)
    return Read(text, rule if text != str(cell) else None)


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


# --- words of code lists and names of records ------------------------------------------------------------

_CODED = Label("tên trong danh mục thành mã", "word of the list as its code")
_NAMED = Label("tên thành mã bản ghi", "name as the record's id")
_ALIKE = 80.0
_SEPARATOR = re.compile(r"\s*[;,\n+/]\s*|\s+(?:và|and)\s+")


def _code_names(name: str) -> Mapping[str, str]:
    names: dict[str, str] = {}
    for code in CODE_LISTS[name].codes:
        for word in (code.key, *code.label, *code.aliases):
            names.setdefault(folded(word), code.key)
    return names


def _codes(field: Field, names: Mapping[str, str], cell: object) -> Read:
    codes = CODE_LISTS[field.codes or ""]
    value = _looked_up(field, str(cell), names, "bad_code", _CODED, codes.keys())
    if value.refusal is None:
        return value
    (vi, en), listed = value.refusal.why, codes.listed()
    why = Label(f"{vi}; các mã dùng được: {listed.vi}", f"{en}; codes that can be used: {listed.en}")
    return Read(None, None, value.refusal._replace(why=why))


def _looked_up(field: Field, text: str, names: Mapping[str, str], kind: str, rule: Label, keys: Sequence[str]) -> Read:
    """One word, or several joined by marks where the field takes several, as keys."""
    several = field.kind in {"codes", "refs"}
    whole = _key_of(text, names, keys)
    if whole is not None:
        return Read(whole, rule if whole != text.strip() else None)
    parts = [part for part in _SEPARATOR.split(text) if part] if several else [text]
    keys_of_parts = [_key_of(part, names, keys) for part in parts]
    missing = next((part for part, key in zip(parts, keys_of_parts, strict=True) if key is None), None)
    if missing is None:
        joined = ";".join(dict.fromkeys(key for key in keys_of_parts if key is not None))
        return Read(joined, rule if joined != text.strip() else None)
    bare = folded(missing)
    alike = [name for name in names if _denials(name) == _denials(bare)]  # "chưa đạt" is not meant for "đạt"
    near = process.extractOne(bare, alike, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    suggestion = _as_written(field, names[near[0]]) if near else ""
    return _refused(kind, f"không nhận ra {missing!r}", f"{missing!r} is not known", suggestion)


_DENIALS = frozenset({"chua", "khong", "not", "no", "none"})


def _denials(name: str) -> frozenset[str]:
    """The words of a folded name that turn its meaning round."""
    return _DENIALS.intersection(name.split())


def _as_written(field: Field, key: str) -> str:
    """A code as people write it in Vietnamese lists; the key of a record as it is."""
    codes = CODE_LISTS[field.codes].codes if field.codes else ()
    return next((code.label.vi for code in codes if code.key == key), key)


def _key_of(text: str, names: Mapping[str, str], keys: Sequence[str]) -> str | None:
    stripped = text.strip()
    if stripped in keys:
        return stripped
    bare = folded(stripped)
    # "1. Thực phẩm", "I. Đồ uống": lists of forms are numbered.
    return names.get(bare) or names.get(re.sub(r"^([ivx]+|\d+|[a-d]) ", "", bare))


def _references(field: Field, names: Names, cell: object) -> Read:
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    padded = text.strip().zfill(5) if field.target in {"communes", "old_communes"} and text.strip().isdigit() else text
    padded = padded.strip().zfill(3) if field.target == "districts" and text.strip().isdigit() else padded
    single = {name: keys[0] for name, keys in names.by_name.items() if len(keys) == 1}
    several = names.by_name.get(folded(text), ())
    if len(several) > 1:
        listed = ", ".join(several)
        words = f"{text!r} là tên của nhiều bản ghi: {listed}", f"{text!r} is the name of several records: {listed}"
        return _refused("unknown_reference", *words)
    kind = "unknown_source" if field.target == "sources" else "unknown_reference"
    return _looked_up(field, padded, single, kind, _NAMED, list(names.ids))


def _refused(kind: str, vi: str, en: str, suggestion: str = "") -> Read:
    return Read(None, None, Refusal(kind, Label(vi, en), suggestion))
