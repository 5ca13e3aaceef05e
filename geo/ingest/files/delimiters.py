"""What parts the cells of delimited text: counted outside quotes, where most lines have equally many."""

import re
from collections import Counter

DELIMITERS = ";\t|,"
_LINES = 50
_HEAD = 1 << 16
_BLANK = " \t\r\n\xa0"
_QUOTED = re.compile(r'"(?:[^"]|"")*+"')
_UNFINISHED = re.compile(r'(?:^|[;\t|,\r\n])"[^"]*\Z')


def delimiter_of(text: str) -> str:
    """What most of the first lines have equally often outside quotes."""
    lines = _lines(text)
    return max(DELIMITERS, key=lambda mark: _telling(lines, mark))


def is_delimited(text: str) -> bool:
    """Whether a text begins as a table: below titles, at least half of the lines have equally many cells.

    `text` may end in the middle of a line, which is not looked at.
    """
    lines = _lines(text)
    return any(_is_parted(lines, mark) for mark in DELIMITERS)


def _is_parted(lines: list[str], mark: str) -> bool:
    start = next((at for at, line in enumerate(lines) if mark in line), None)
    if start is None:
        return False
    alike, _ = _telling(lines[start:], mark)
    return alike * 2 >= len(lines) - start and (alike >= 2 or len(lines) - start == 1)


def _lines(text: str) -> list[str]:
    """The first lines without what stands in quotes; the last one is left out where it may be cut."""
    head = text[:_HEAD]
    bare = _UNFINISHED.sub("\n", _QUOTED.sub("", head)) if '"' in head else head
    lines = [line for line in re.split(r"\r\n|\r|\n", bare) if line.strip(_BLANK)]
    return (lines[:-1] or lines)[:_LINES]


def _telling(lines: list[str], mark: str) -> tuple[int, int]:
    """How many lines have the mark as often as most that have it, and how often."""
    counts = Counter(line.count(mark) for line in lines)
    counts.pop(0, None)
    often, times = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return times, often
