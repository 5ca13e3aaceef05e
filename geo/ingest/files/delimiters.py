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
    """Whether most of the first lines, or all below a title, have the same number of cells.

    `text` may end in the middle of a line. One line, or prose with a comma here and there, is no table.
    """
    lines = _lines(text)
    alike, _ = max((_telling(lines, mark) for mark in DELIMITERS), default=(0, 0))
    return alike >= 1 and alike * 2 >= len(lines) and (alike >= 2 or len(lines) <= 2)


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
