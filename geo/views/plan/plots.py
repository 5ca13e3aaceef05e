"""Plots of the planners' part as numbers for SVG: bars and columns whose lengths are shares of the longest one.

A plot of bars is written as a table whose middle column is drawn, so that a screen reader reads it as a table. A plot
of columns is a picture with a text that says the same. Colours are classes of plan.css, which follow the theme. Text is
never scaled, since lengths are percentages.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import Any, NamedTuple

from geo.plan.figures import Interval
from geo.schema import Label
from geo.views.plan.table import Query, interval_text, number_text
from geo.views.values import Urls

_STEPS = (1, 2, 5, 10)
_MOST_LINES = 4
"""Most horizontal lines of a plot of columns above its base."""


class Bar(NamedTuple):
    """One bar: a name, a value (None where it is unknown), and the page that it leads to ("" for none)."""

    label: Label
    value: Interval | None
    path: str = ""
    query: Query = ()


@dataclass(frozen=True)
class BarPlot:
    """Horizontal bars of one measure, in the order in which they are given."""

    title: Label
    head: Label
    measure: Label
    bars: tuple[Bar, ...]
    unit: str = ""


class Part(NamedTuple):
    """What the parts of a column stand for: a key, which names the class of its colour, and a label."""

    key: str
    label: Label


class Pillar(NamedTuple):
    """One column: a short label below it, a full one for readers, and the value of each part from the bottom up.

    `begins` is a label that stands below the first column of a group, such as a year; "" for the others.
    """

    label: Label
    name: Label
    values: tuple[float, ...]
    begins: str = ""


@dataclass(frozen=True)
class ColumnPlot:
    """Columns of stacked parts along an axis, such as months.

    `highest` is the common scale of several plots; 0 for a scale of its own.
    """

    title: Label
    parts: tuple[Part, ...]
    pillars: tuple[Pillar, ...]
    unit: str = ""
    highest: float = 0


def bar_view(plot: BarPlot, lang: str, urls: Urls) -> dict[str, Any]:
    """The plot as templates/plan/plots.html writes it; widths are percentages of the longest possible value."""
    longest = max((bar.value.possible for bar in plot.bars if bar.value is not None), default=0) or 1
    return {
        "title": plot.title.of(lang),
        "head": plot.head.of(lang),
        "measure": plot.measure.of(lang),
        "bars": [_bar_view(bar, plot.unit, longest, lang, urls) for bar in plot.bars],
    }


def _bar_view(bar: Bar, unit: str, longest: float, lang: str, urls: Urls) -> dict[str, Any]:
    value = bar.value
    return {
        "label": bar.label.of(lang),
        "url": urls.page(bar.path, **dict(bar.query)) if bar.path else "",
        "text": None if value is None else interval_text(value, unit, lang),
        "sure": _share(value.sure, longest) if value else 0,
        "possible": _share(value.possible, longest) if value else 0,
    }


def _share(value: float, whole: float) -> float:
    """A percentage with two decimals."""
    return round(100 * value / whole, 2)


def column_view(plot: ColumnPlot, lang: str) -> dict[str, Any]:
    """The plot as templates/plan/plots.html writes it; all places are percentages of its width and height."""
    top = axis_top(max(plot.highest, *(sum(pillar.values) for pillar in plot.pillars), 1))
    slot = 100 / max(1, len(plot.pillars))
    return {
        "title": plot.title.of(lang),
        "summary": _summary(plot, lang),
        "parts": [{"key": part.key, "label": part.label.of(lang)} for part in plot.parts],
        "lines": [
            {"y": round(100 - _share(level, top), 2), "text": number_text(level, plot.unit, lang)}
            for level in axis_levels(top)
        ],
        "pillars": [
            {
                "label": pillar.label.of(lang),
                "name": pillar.name.of(lang),
                "begins": pillar.begins,
                "x": round(number * slot, 3),
                "middle": round((number + 0.5) * slot, 3),
                "total": number_text(sum(pillar.values), plot.unit, lang) if sum(pillar.values) else "",
                "top": round(100 - _share(sum(pillar.values), top), 2),
                "parts": list(_stack(pillar, plot.parts, top)),
            }
            for number, pillar in enumerate(plot.pillars)
        ],
        "slot": round(slot, 3),
        "bar": round(slot * 0.66, 3),
        "inset": round(slot * 0.17, 3),
    }


def _stack(pillar: Pillar, parts: Sequence[Part], top: float) -> Iterable[dict[str, Any]]:
    """The parts of one column from the bottom up, each with its upper edge and its height; empty ones are left out."""
    below = 0.0
    for part, value in zip(parts, pillar.values, strict=True):
        below += value
        if value:
            yield {"key": part.key, "y": round(100 - _share(below, top), 2), "height": _share(value, top)}


def _summary(plot: ColumnPlot, lang: str) -> str:
    """The columns that are not empty, in words, for those who cannot see the picture."""
    words = (
        f"{pillar.name.of(lang)}: {number_text(sum(pillar.values), plot.unit, lang)}"
        for pillar in plot.pillars
        if sum(pillar.values)
    )
    return f"{plot.title.of(lang)}. {'; '.join(words)}"


def axis_top(highest: float) -> float:
    """The smallest round number from `highest` on that whole steps divide.

    >>> axis_top(1), axis_top(7), axis_top(23), axis_top(104)
    (1, 8, 30, 150)
    """
    step = _step(highest)
    return step * ceil(highest / step)


def axis_levels(top: float) -> list[float]:
    """The levels of the horizontal lines above the base.

    >>> axis_levels(8), axis_levels(30)
    ([2, 4, 6, 8], [10, 20, 30])
    """
    step = _step(top)
    return [step * number for number in range(1, round(top / step) + 1)]


def _step(highest: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, … of which at most _MOST_LINES reach `highest`."""
    power = 10 ** max(0, ceil(log10(max(1, highest) / _MOST_LINES)) - 1)
    return next(step for factor in (*_STEPS, 20, 50, 100) if (step := factor * power) * _MOST_LINES >= highest)
