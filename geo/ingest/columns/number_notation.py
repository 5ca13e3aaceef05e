"""Numbers as text: what a dot or a comma in them means, decided by the whole column."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from geo.schema import Label

NumberStyle: TypeAlias = Literal["comma", "point"]
"""The decimal mark: a comma, as in Viet Nam, or a point."""

_OTHER: dict[NumberStyle, NumberStyle] = {"comma": "point", "point": "comma"}
_DECIMAL_MARK: dict[NumberStyle, str] = {"comma": ",", "point": "."}
_SPACES = " \u00a0\u202f\u2009"
_NUMBER = re.compile(rf"([+-]?)(\d{{1,3}}(?:[.,{_SPACES}]\d{{3}})+(?!\d)|\d+)(?:([.,])(\d+))?")
_VIETNAMESE = Label("số viết kiểu Việt Nam (1.234,5)", "number in Vietnamese notation (1.234,5)")
_ENGLISH = Label("dấu phẩy phân nhóm hàng nghìn (1,234.5)", "comma that groups thousands (1,234.5)")
_WITH_SPACES = Label("dấu cách phân nhóm hàng nghìn (1 234)", "spaces that group thousands (1 234)")


class Number(NamedTuple):
    """A number at the beginning of a text, the text behind it, and the rule when it had to be interpreted."""

    value: float
    rest: str
    rule: Label | None


def _unmeasured(_: int) -> None:
    return None


class Plausible(NamedTuple):
    """What the numbers of a column may be: least and greatest, and the area that is measured on a row's outline."""

    minimum: float | None = None
    maximum: float | None = None
    measured: Callable[[int], float | None] = _unmeasured


class Decision(NamedTuple):
    """The decimal mark of a column; `example` is a text that has two meanings when nothing decides between them.

    `why` says what decided, where the column itself left it open.
    """

    style: NumberStyle
    example: str = ""
    why: Label | None = None


def read_number(text: str, style: NumberStyle) -> Number | None:
    """The number that `text` begins with; None when it begins with none.

    >>> read_number("1.234,5 ha", "point").value, read_number("0.512", "comma").value
    (1234.5, 0.512)
    >>> read_number("12.345", "comma").value, read_number("12.345", "point").value
    (12345.0, 12.345)
    """
    match = _NUMBER.match(text)
    if match is None:
        return None
    proofs = _proofs(match)
    if len(proofs) > 1:
        return None
    own = proofs.pop() if proofs else style
    sign, whole, mark, decimals = match.groups()
    if mark is None and whole.count(_DECIMAL_MARK[own]) == 1 and whole[-4] == _DECIMAL_MARK[own]:
        whole, decimals = whole[:-4], whole[-3:]
        mark = _DECIMAL_MARK[own]
    digits = re.sub(r"\D", "", whole)
    return Number(float(f"{sign}{digits}.{decimals or 0}"), text[match.end() :], _rule(whole, mark))


def _rule(whole: str, mark: str | None) -> Label | None:
    """The rule that explains a number which is not written as programs write it."""
    if mark == "," or "." in whole:
        return _VIETNAMESE
    if "," in whole:
        return _ENGLISH
    return _WITH_SPACES if not whole.isdigit() else None


def decide(cells: Sequence[object], plausible: Plausible, *, whole_numbers: bool) -> Decision:
    """What a dot or a comma before three digits means in a column.

    Other cells of the column decide, then a leading zero, the plausible values and the measured areas. Numbers that
    can only be whole have no decimals.
    """
    texts = {row: cell.strip() for row, cell in enumerate(cells) if isinstance(cell, str)}
    matches = {row: match for row, text in texts.items() if (match := _NUMBER.match(text)) is not None}
    proofs = {style for match in matches.values() for style in _proofs(match)}
    doubtful = {row: match[0] for row, match in matches.items() if _is_doubtful(match)}
    if len(proofs) == 1:
        return Decision(proofs.pop())
    if not doubtful:
        return Decision("comma")
    if whole_numbers:
        return Decision("comma" if any("." in text for text in doubtful.values()) else "point")
    for style, why in (_by_range(doubtful.values(), plausible), _by_area(doubtful, plausible.measured)):
        if style is not None:
            return Decision(style, why=why)
    return Decision("comma", example=next(iter(doubtful.values())))


def _is_doubtful(match: re.Match[str]) -> bool:
    """Whether a number has one mark, before three digits, which may group thousands or begin the decimals."""
    return not _proofs(match) and match[3] is None and sum(match[2].count(mark) for mark in ".,") == 1


def _proofs(match: re.Match[str]) -> set[NumberStyle]:
    """The decimal marks that a number proves; two for one that contradicts itself."""
    _, whole, mark, _ = match.groups()
    marks = [letter for letter in whole if not letter.isdigit()]
    proofs: set[NumberStyle] = set()
    if mark is not None:
        proofs.add("comma" if mark == "," else "point")
    elif marks and marks[-1] in ".," and (whole.startswith("0") or (len(marks) > 1 and marks[-1] not in marks[:-1])):
        # A leading zero groups no thousands, and the last of two different marks begins the decimals.
        proofs.add("comma" if marks[-1] == "," else "point")
        marks = marks[:-1]
    elif len(marks) == 1:
        marks = []
    for letter in set(marks) & {".", ","}:
        proofs.add("point" if letter == "," else "comma")
    return proofs


def _both(text: str) -> dict[NumberStyle, float]:
    """A doubtful number by either decimal mark."""
    numbers = {style: read_number(text, style) for style in _OTHER}
    return {style: number.value for style, number in numbers.items() if number is not None}


def _by_range(doubtful: Iterable[str], plausible: Plausible) -> tuple[NumberStyle | None, Label]:
    low, high = plausible.minimum, plausible.maximum
    values = [_both(text) for text in doubtful]
    fitting = [
        style for style in _OTHER
        if all((low is None or one[style] >= low) and (high is None or one[style] <= high) for one in values)
    ]  # fmt: skip
    return fitting[0] if len(fitting) == 1 else None, _RANGE


def _by_area(doubtful: dict[int, str], measured: Callable[[int], float | None]) -> tuple[NumberStyle | None, Label]:
    """The reading that the outlines confirm: the two are a thousandfold apart."""
    votes: set[NumberStyle] = set()
    for row, text in doubtful.items():
        area = measured(row)
        if area:
            votes |= {style for style, value in _both(text).items() if area / _ALIKE <= value <= area * _ALIKE}
    return votes.pop() if len(votes) == 1 else None, _AREA


_ALIKE = 1.5
_RANGE = Label("theo khoảng giá trị có thể có", "by the values that are possible")
_AREA = Label("theo diện tích đo trên ranh giới", "by the area measured on the outlines")


def meanings(text: str) -> Iterator[tuple[NumberStyle, Label]]:
    """What a doubtful text means by either decimal mark, in words."""
    mark = "." if "." in text else ","
    name = _MARKS[mark]
    for style, value in _both(text).items():
        shown = f"{value:.0f}" if value.is_integer() else repr(value)
        vi, en = ("là dấu thập phân", "is the decimal mark") if _DECIMAL_MARK[style] == mark else _GROUPS
        yield (
            style,
            Label(f"{text} = {shown.replace('.', ',')} ({name.vi} {vi})", f"{text} = {shown} (the {name.en} {en})"),
        )


_MARKS = {",": Label("dấu phẩy", "comma"), ".": Label("dấu chấm", "point")}
_GROUPS = ("phân nhóm hàng nghìn", "groups thousands")
