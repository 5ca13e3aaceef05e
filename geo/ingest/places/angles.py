"""Numbers and angles as people write them in a cell: decimal commas, degrees, minutes and seconds, B and Đ."""

import math
import re
from numbers import Real
from typing import Literal, NamedTuple, TypeAlias

from geo.schema import Label
from geo.text import nfc

Axis: TypeAlias = Literal["", "lat", "lng"]
First: TypeAlias = Literal["north", "east"]


class Angle(NamedTuple):
    """One value of a cell. `axis` is what its letters say; `grouped` the other reading of 501.877, namely 501877."""

    value: float
    axis: Axis = ""
    grouped: float | None = None


NO_VALUE = Label("ô trống", "the cell is empty")
NOT_FINITE = Label("giá trị vô hạn không phải là toạ độ", "an infinite value is not a coordinate")
NOT_A_COORDINATE = Label("không đọc được thành toạ độ", "it cannot be read as a coordinate")
OVER_SIXTY = Label("phút và giây phải nhỏ hơn 60", "minutes and seconds must be less than 60")
NOT_WHOLE = Label("chỉ phần cuối của độ, phút, giây được có số lẻ", "only the last part of an angle may be a fraction")
TWO_AXES = Label("các chữ chỉ hướng trái nhau", "its letters name two different directions")
NOT_A_PAIR = Label("cần đúng hai toạ độ trong một ô", "exactly two coordinates are needed in one cell")

_SINGLE = "'′’‘´`ʹʼ‵＇"
_DOUBLE = '"″”“„ʺ˝＂¨〃'

_WORDS: tuple[tuple[str, str], ...] = (
    (r"&deg;|â°", "°"),
    (r"\b(\d{1,3})-(\d{1,2})-(\d{1,2}(?:[.,]\d+)?)(?![\d-])", r"\1°\2'\3"),
    (r"vĩ(?:\s*độ|\s*tuyến)?|vi\s*do\b|latitude|\blat\b|\bvđ\b|\bvd\b|northing", " N"),
    (r"kinh(?:\s*độ|\s*tuyến)|kinh(?=\s*đông)|kinh\s*do\b|longitude|\b(?:long|lng|lon)\b|\bkđ\b|\bkd\b|easting", " E"),
    (r"độ|degrees?|\bdeg\b|[º˚ᵒ⁰∘]", "°"),
    (r"(?<=\d)\s*(?:o|do)(?=[\s\d\W]|$)", "°"),
    (rf"[{_DOUBLE}]|[{_SINGLE}]{{2}}", '"'),
    (rf"phút|phut|minutes?|\bmin\b|[{_SINGLE}]", "'"),
    (r"giây|giay|seconds?|\bsec\b", '"'),
    (r"bắc|\bbac\b|north", "N"),
    (r"đông|\bdong\b|east", "E"),
    (r"tây|\btay\b|west", "W"),
    (r"\bnam\b|south", "S"),
    (r"[−–]", "-"),
    (r"(?<=\d)\s*d\s*(?=\d)", "°"),
    (r"(?<=\d)\s*m\s*(?=\d|$)", "'"),
    (r"('[^']*\d)\s*s(?=\W|[nebđd]|$)", r'\1"'),
    (r"b", "N"),
    (r"[đd]", "E"),
)
"""What is written, in lower case, and the mark that it stands for; N is never read as Nam (south) in Viet Nam.

Seconds are often two marks of minutes, of whatever kind the keyboard has; a degree sign is often a raised letter o.
"""

LONGEST = 200
"""A longer cell is no coordinate, and is not searched for one."""

_NUMBER = r"\d+(?:[.,]\d+)*"
_GROUPED_BY_SPACES = re.compile(r"([+-]?\d{1,3})((?:\s\d{3})+)((?:[.,]\d+)?)")
_TWO_GROUPED = re.compile(r"(\d{1,3}(?:\s\d{3})+(?:[.,]\d+)?)[\s,]+(\d{1,3}(?:\s\d{3})+(?:[.,]\d+)?)")
_ANGLE = re.compile(
    rf"\s*(?P<before>[NESW])?[\s:=]*(?P<sign>[+-]?)\s*(?P<deg>{_NUMBER})"
    rf"(?:\s*[°:\s]\s*(?P<min>{_NUMBER})(?:\s*[':\s]\s*(?P<sec>{_NUMBER}))?)?"
    r"\s*[°'\"]?\s*(?P<after>[NESW])?[\s.,]*"
)
_AXES: dict[str, Axis] = {"N": "lat", "S": "lat", "E": "lng", "W": "lng"}


def read_angle(cell: object) -> Angle | Label:
    """The number or angle that `cell` holds, or what is wrong with it.

    >>> read_angle("21°23'42\\" B")
    Angle(value=21.395, axis='lat', grouped=None)
    >>> read_angle("2.365.683,6").value
    2365683.6
    """
    if isinstance(cell, Real) and not isinstance(cell, bool):
        return _finite(float(cell))
    text = _marked(cell)
    return _angle(text) if text else NO_VALUE


def read_pair(cell: object) -> tuple[Angle, Angle] | Label:
    """Both values of a cell such as "21.38, 103.01", in the order written, or what is wrong with it."""
    text = _marked(cell)
    if not text:
        return NO_VALUE
    halves = _halves(text) if len(text) <= LONGEST else None
    if halves is None:
        return NOT_A_PAIR
    first, second = (_angle(half.strip(" ,;()")) for half in halves)
    if isinstance(first, Label):
        return first
    return second if isinstance(second, Label) else (first, second)


def _finite(number: float) -> Angle | Label:
    if math.isnan(number):
        return NO_VALUE
    return Angle(number) if math.isfinite(number) else NOT_FINITE


def _marked(cell: object) -> str:
    """The text of a cell with every word and sign for degrees, minutes, seconds and directions made one mark."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    text = nfc(str(cell)[: LONGEST + 1]).strip().strip("()[]").casefold()
    if len(text) > LONGEST:
        return text
    for pattern, mark in _WORDS:
        text = re.sub(pattern, mark, text)
    text = re.sub(r"[nesw]", lambda letter: letter[0].upper(), text)
    return re.sub(r"([NESW])\s+\1(?=\W|\d|$)", r"\1", text).strip()


def _angle(text: str) -> Angle | Label:
    if len(text) > LONGEST:
        return NOT_A_COORDINATE
    spaced = _GROUPED_BY_SPACES.fullmatch(text)
    if spaced is not None:
        text = spaced[1] + re.sub(r"\s", "", spaced[2]) + spaced[3]
    match = _ANGLE.fullmatch(text)
    if match is None:
        return NOT_A_COORDINATE
    parts = [_number(part) for part in match.group("deg", "min", "sec") if part is not None]
    numbers = [part for part in parts if part is not None]
    if len(numbers) < len(parts):
        return NOT_A_COORDINATE
    wrong = _wrong_parts(numbers)
    if wrong is not None:
        return wrong
    letters = {letter for letter in match.group("before", "after") if letter}
    axes = {_AXES[letter] for letter in letters}
    if len(axes) > 1:
        return TWO_AXES
    value = sum(part / 60**place for place, part in enumerate(numbers))
    sign = -1 if (match["sign"] == "-") != bool(letters & {"S", "W"}) else 1
    return Angle(sign * value, axes.pop() if axes else "", _grouped(match["deg"]) if len(parts) == 1 else None)


def _wrong_parts(parts: list[float]) -> Label | None:
    if any(part >= 60 for part in parts[1:]):
        return OVER_SIXTY
    return NOT_WHOLE if any(part != int(part) for part in parts[:-1]) else None


def _number(text: str) -> float | None:
    """A number with a decimal point or comma, its thousands grouped by the other sign; None for neither."""
    marks = [letter for letter in text if letter in ".,"]
    if len(set(marks)) == 2 and marks.count(marks[-1]) == 1:
        whole, _, rest = text.rpartition(marks[-1])
        return float(f"{whole.replace(marks[0], '')}.{rest}") if _in_threes(whole, marks[0]) else None
    if len(marks) > 1:
        return float(text.replace(marks[0], "")) if _in_threes(text, marks[0]) and len(set(marks)) == 1 else None
    return float(text.replace(",", "."))


def _in_threes(text: str, mark: str) -> bool:
    head, *groups = text.split(mark)
    return 1 <= len(head) <= 3 and all(len(group) == 3 and group.isdigit() for group in groups)


def _grouped(text: str) -> float | None:
    return float(re.sub(r"[.,]", "", text)) if re.fullmatch(r"\d{1,3}[.,]\d{3}", text) else None


# --- two together ----------------------------------------------------------------------------------


def ungrouped(one: Angle, other: Angle) -> float:
    """501.877 beside 2.365.683 is 501877: the dot groups thousands in both."""
    return one.grouped if one.grouped is not None and abs(other.value) > 100_000 else one.value


def larger_is_north(one: float, other: float) -> First | None:
    """Which of two numbers in metres is first, north or east; None when they do not tell.

    From the equator Điện Biên is 2,300 km north and never 1,000 km east; HN-72 eastings begin with a zone number.
    """
    if max(one, other) > 10_000_000:
        return "north" if other > one else "east"
    if max(one, other) < 1.2 * min(one, other):
        return None
    return "north" if one > other else "east"


# --- two in one cell -------------------------------------------------------------------------------


def _halves(text: str) -> tuple[str, str] | None:
    """The two coordinates of a cell, by whatever stands between them."""
    by_sign = [part for part in re.split(r"[;|/&\n\t]|\s-\s", text) if part.strip()]
    if len(by_sign) == 2:
        return by_sign[0], by_sign[1]
    for split in (_by_groups, _by_letters, _by_degree_signs, _by_comma, _by_spaces, _by_three_commas):
        halves = split(text)
        if halves is not None:
            return halves
    return None


def _by_groups(text: str) -> tuple[str, str] | None:
    groups = _TWO_GROUPED.fullmatch(text)
    return (groups[1], groups[2]) if groups is not None else None


def _by_letters(text: str) -> tuple[str, str] | None:
    letters = [(match.start(), _AXES[match[0]]) for match in re.finditer("[NESW]", text)]
    turn = next((place for place, axis in letters if axis != letters[0][1]), None)
    if turn is None:
        return None
    # "N21 E103" turns before its second letter, "21N 103E" after its first.
    cut = turn if letters[0][0] == 0 else max(place for place, axis in letters if place < turn) + 1
    # A dash behind a letter parts the two: no longitude of Viet Nam is negative.
    return text[:cut], text[cut:].lstrip(" -,;")


def _by_degree_signs(text: str) -> tuple[str, str] | None:
    second = re.match(rf".*?°.*?(?=[+-]?{_NUMBER}\s*°)", text)
    return (text[: second.end()], text[second.end() :]) if second is not None and text.count("°") == 2 else None


def _by_comma(text: str) -> tuple[str, str] | None:
    parts = re.split(r",\s+|\s+,", text)
    if len(parts) == 2:
        return parts[0], parts[1]
    parts = text.split(",")
    return (parts[0], parts[1]) if len(parts) == 2 and any("." in part for part in parts) else None


def _by_spaces(text: str) -> tuple[str, str] | None:
    parts = text.split()
    middle = len(parts) // 2
    return (" ".join(parts[:middle]), " ".join(parts[middle:])) if len(parts) in {2, 4, 6} else None


def _by_three_commas(text: str) -> tuple[str, str] | None:
    parts = text.split(",")
    return (",".join(parts[:2]), ",".join(parts[2:])) if len(parts) == 4 else None
