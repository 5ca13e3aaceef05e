"""Plus codes (Open Location Code) as places, by the specification at github.com/google/open-location-code.

The reference library has had no release since 2019 and no wheel, and an import only decodes.
"""

from typing import NamedTuple

_DIGITS = "23456789CFGHJMPQRVWX"
_SEPARATOR, _BEFORE_SEPARATOR = "+", 8
_PAIRS = 10
"""Digits that come in pairs of latitude and longitude; those after them number the cells of a grid of 5 by 4."""
_LONGEST = 15


class PlusCodeCell(NamedTuple):
    """The centre of the cell that a code names, degrees of WGS 84."""

    lng: float
    lat: float


def is_plus_code(code: str) -> bool:
    """Whether a text is a full or a short code.

    >>> is_plus_code("7PH592P9+JC"), is_plus_code("92P9+JC"), is_plus_code("92P+JC"), is_plus_code("92P9+J")
    (True, True, False, False)
    """
    before, separator, after = code.upper().partition(_SEPARATOR)
    if not separator or len(before) > _BEFORE_SEPARATOR or len(before) % 2 or len(before) < 2 or len(after) == 1:
        return False
    if not set(before + after) <= set(_DIGITS):
        return False
    is_full = len(before) == _BEFORE_SEPARATOR
    return not is_full or (_DIGITS.index(before[0]) < 9 and _DIGITS.index(before[1]) < 18)


def is_short(code: str) -> bool:
    """Whether a code needs a place near by to be complete."""
    return code.index(_SEPARATOR) < _BEFORE_SEPARATOR


def decode(code: str) -> PlusCodeCell:
    """The cell of a full code.

    >>> decode("7PH592P9+JC")
    PlusCodeCell(lng=103.0185625, lat=21.3865625)
    """
    digits = [_DIGITS.index(letter) for letter in code.upper().replace(_SEPARATOR, "")[:_LONGEST]]
    lat, lng, height, width = -90.0, -180.0, 400.0, 400.0
    for row, column in zip(digits[:_PAIRS:2], digits[1:_PAIRS:2], strict=True):
        height, width = height / 20, width / 20
        lat, lng = lat + row * height, lng + column * width
    for digit in digits[_PAIRS:]:
        height, width = height / 5, width / 4
        lat, lng = lat + digit // 4 * height, lng + digit % 4 * width
    return PlusCodeCell(round(lng + width / 2, 9), round(lat + height / 2, 9))


def complete(code: str, near: tuple[float, float]) -> str:
    """The full code that a short one stands for near a place (longitude, latitude).

    >>> complete("92P9+JC", (103.02, 21.39))
    '7PH592P9+JC'
    """
    lng, lat = near
    missing = _BEFORE_SEPARATOR - code.index(_SEPARATOR)
    step = 20.0 ** (2 - missing // 2)
    cells = [
        _prefix(lng + east * step, lat + north * step, missing) + code.upper()
        for north in (-1, 0, 1)
        for east in (-1, 0, 1)
    ]
    return min(cells, key=lambda full: max(abs(decode(full).lng - lng), abs(decode(full).lat - lat)))


def _prefix(lng: float, lat: float, length: int) -> str:
    """The first digits of the code of a place."""
    north, east, size = min(max(lat, -90.0), 90.0 - 1e-9) + 90, (lng + 180) % 360, 400.0
    digits = ""
    for _ in range(length // 2):
        size /= 20
        row, column = int(north // size), int(east // size)
        digits += _DIGITS[row] + _DIGITS[column]
        north, east = north - row * size, east - column * size
    return digits
