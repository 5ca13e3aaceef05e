"""The page Gaps: each gap of the programme with its count, and the records that have it as a list to send."""

from dataclasses import replace

from geo.errors import BadQuery
from geo.ocop.layers import LAYERS
from geo.ocop.styles import STYLES
from geo.plan.figures import Figure
from geo.plan.gaps import GAPS, Gap
from geo.plan.proximity import proximity
from geo.views.plan.desk import Content, Desk, content_of
from geo.views.plan.figure_view import figure_table
from geo.views.plan.proximity_page import STATES, Side, head_of, near_of, place_table, sides_of
from geo.views.plan.table import Table

CHOICES = ("gap",)


def compose_gaps(desk: Desk) -> Content:
    """The content of the page."""
    gap = _gap(desk.choices.get("gap") or next(iter(GAPS)))
    figures = {key: desk.figure(key) for key in GAPS}
    figure = figures[gap.indicator]
    table = _near_table(desk, gap, figure) if gap.link else figure_table(desk.atlas, figure)
    return content_of(
        replace(table, key="records", title=figure.indicator.name),
        gap=gap,
        gaps=GAPS,
        figures=figures,
        figure=figure,
        icons={layer: STYLES[layer].icon for layer in LAYERS},
        side=_side(desk, gap),
        states=STATES,
        head_of=head_of,
    )


def _gap(key: str) -> Gap:
    if key not in GAPS:
        keys = ", ".join(GAPS)
        raise BadQuery(f"gap={key!r}: expected one of {keys}.", f"gap={key!r}: cần một trong {keys}.")
    return GAPS[key]


def _near_table(desk: Desk, gap: Gap, figure: Figure) -> Table:
    """The records that are not surely near one of the other layer, the farthest first, with their two nearest ones."""
    table = place_table(desk.records, near_of(gap.link or ""), gap.side or "", desk.parameters.km * 1_000)
    definitions = (*figure_table(desk.atlas, figure).definitions[:2], *table.definitions)
    without = table.where(lambda row: row[1] != STATES["near"]).ordered("nearest_km", descending=True)
    return replace(without, definitions=definitions)


def _side(desk: Desk, gap: Gap) -> Side | None:
    """The counts of the layer with the gap, where a distance decides it."""
    if gap.link is None:
        return None
    spec = near_of(gap.link)
    answer = proximity(desk.records, spec.source, spec.target)
    sides = sides_of(desk.records, spec, answer, desk.parameters.km * 1_000)
    return next(side for side in sides if side.layer == gap.side)
