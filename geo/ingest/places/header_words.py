"""What the name of a column says about places: an axis, a whole place, or that it only goes with one."""

import re
from typing import Literal, NamedTuple, TypeAlias

from geo.crs import STORE_CRS
from geo.text import fold, nfc
from geo.vn2000.systems import VN2000_DEGREES

Axis: TypeAlias = Literal["lat", "lng", "x", "y", "both"]


class Meaning(NamedTuple):
    """What a name stands for; `sure` when the name alone says so, and not only together with the values."""

    axis: Axis
    sure: bool


_ACCOMPANIES = re.compile(
    r"\b(alt|altitude|elevation|cao do|do cao|precision|accuracy|do chinh xac|sai so|he toa do|he quy chieu|srid|epsg|crs"
    r"|nguon|source|phuong phap|method|loai|kieu|type|ghi chu|note|ngay|date|nguoi|number of|so luong|ma|id)\b"
)
"""What is recorded beside coordinates, or of something else."""

_AMOUNT = re.compile(
    r"\b(gia|tien|vnd|doanh thu|von|chi phi|thu nhap|loi nhuan|kinh phi|ngan sach|gia tri|san luong|dien tich|so luong"
    r"|khoi luong|dan so|so ho|so nguoi|so khau|nam|ty le|dien thoai|sdt|cccd|ma|so|price|cost|income|amount|area|year|phone)\b"
)
"""What columns of other numbers are called."""

_PART_OF_ANGLE = re.compile(r"\b(phut|giay|minutes?|seconds?|min|sec)\b")
_AXES: tuple[tuple[str, Axis, bool], ...] = (
    (r"\b(lat|latitude|vi ?do|vi tuyen)\b", "lat", True),
    (r"\b(lng|lon|long|longitude|kinh ?do|kinh tuyen)\b", "lng", True),
    (r"\b(northings?|toa do bac|huong bac)\b", "lat", True),
    (r"\b(eastings?|toa do dong|huong dong)\b", "lng", True),
    (r"^((toa ?do|coord|td|utm|vn 2000) )?(vd|n|b|north|bac)( m)?$", "lat", True),
    (r"^((toa ?do|coord|td|utm|vn 2000) )?(kd|e|d|east|dong)( m)?$", "lng", True),
    (r"\b(hoanh do)\b", "x", True),
    (r"\b(tung do)\b", "y", True),
    (r"\btoa ?do vi$", "lat", False),
    (r"\btoa ?do kinh$", "lng", False),
    (r"\b(north|bac)\b", "lat", False),
    (r"\b(east|dong)\b", "lng", False),
    (
        r"\b(coord|point|toa ?do|td|utm|vn ?2000|gps|center|centroid|pos)? ?x ?(coord|coordinate|vn ?2000|utm|toa ?do)?\b",
        "x",
        True,
    ),
    (
        r"\b(coord|point|toa ?do|td|utm|vn ?2000|gps|center|centroid|pos)? ?y ?(coord|coordinate|vn ?2000|utm|toa ?do)?\b",
        "y",
        True,
    ),
)
"""Folded words, the axis, and whether they say so without the values."""

_WHOLE: tuple[tuple[str, bool], ...] = (
    (
        r"\b(toa ?do|coordinates?|coords?|gps|geo ?points?|geo ?shapes?|geo ?traces?|lat ?(lng|lon|long)|google ?maps?)\b",
        True,
    ),
    (r"\b(wkt|ewkt|wkb|geom|geometry|geojson|plus ?codes?|ma cong|xy)\b", True),
    (r"\b(location|vi tri|map|maps|ban do|shape|ranh gioi|boundary|polygon|dia diem)\b", False),
)


def meaning_of(header: str) -> Meaning | None:
    """What a column's name says; None when it says nothing of places.

    >>> meaning_of("Toạ độ VN-2000 / X (m)"), meaning_of("_Toạ độ_latitude")
    (Meaning(axis='x', sure=True), Meaning(axis='lat', sure=True))
    >>> meaning_of("Kinh độ Đông"), meaning_of("Toạ độ (X, Y)"), meaning_of("_Toạ độ_precision")
    (Meaning(axis='lng', sure=True), Meaning(axis='both', sure=True), None)
    """
    words = words_of(header)
    if _ACCOMPANIES.search(words) or _PART_OF_ANGLE.search(words):
        return None
    axes: dict[Axis, bool] = {}
    for pattern, axis, sure in _AXES:
        if re.search(pattern, words):
            axes.setdefault(axis, sure)
    for pair in (("lat", "lng"), ("x", "y")):
        if all(axes.get(axis) for axis in pair):
            return Meaning("both", True)
    meanings = [Meaning(axis, sure) for axis, sure in sorted(axes.items(), key=lambda one: not one[1])]
    meanings += [Meaning("both", sure) for pattern, sure in _WHOLE if re.search(pattern, words)]
    is_other = _AMOUNT.search(words) is not None
    return next((meaning for meaning in meanings if meaning.sure or not is_other), None)


def is_amount(header: str) -> bool:
    """Whether a name says that the numbers are an amount, a year or a code, and not a place.

    >>> is_amount("Giá bán (đồng)"), is_amount("Cột 5")
    (True, False)
    """
    return meaning_of(header) is None and _AMOUNT.search(words_of(header)) is not None


def is_part_of_angle(header: str) -> bool:
    """Whether a column holds the minutes or seconds of an angle whose degrees are in another column."""
    return _PART_OF_ANGLE.search(words_of(header)) is not None


def words_of(header: str) -> str:
    """The folded words of a name, with names like KinhDo and POINT_X taken apart.

    The currency is told from the east while both still have their marks.
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"đồng\b", "vnd", nfc(header), flags=re.IGNORECASE))
    words = " ".join(re.findall(r"[a-z]+|\d+", fold(apart)))
    return re.sub(
        r"\b(kinhdo|vido|toado|td|coord|point)(?=(dong|bac|x|y)\b)|\b([xy])(?=(coord|vn|utm|m)\b)", r"\1\3 ", words
    )


def crs_of_names(names: str, *, in_degrees: bool) -> str | None:
    """The coordinate system that the names of columns state for their numbers; None when they state none.

    Metres in WGS 84 are UTM, and the province lies in zone 48.

    >>> crs_of_names("Kinh độ (WGS 84)", in_degrees=True), crs_of_names("X (VN-2000)", in_degrees=False)
    ('OGC:CRS84', None)
    """
    words = words_of(names)
    world = re.search(r"\bwgs ?(19)?84\b", words) is not None
    vietnamese = re.search(r"\bvn ?2000\b", words) is not None
    if in_degrees and world != vietnamese:
        # Degrees under "VN-2000 X (m)" contradict the name: it states nothing.
        angles = re.search(r"\b(lat|latitude|vi ?do|lng|lon|long|longitude|kinh ?do)\b", words) is not None
        return STORE_CRS if world else VN2000_DEGREES if angles else None
    if in_degrees:
        return None
    zone = re.search(r"\butm (?:zone |mui )?(4[789]) ?n?\b", words)
    if vietnamese or not (world or zone):
        return None
    return f"EPSG:326{zone[1] if zone is not None else 48}"
