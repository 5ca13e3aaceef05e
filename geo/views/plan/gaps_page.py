"""The page Gaps: each gap of the programme with its count, and the records that have it as a list to send."""

from dataclasses import replace

from geo.ocop.layers import LAYERS
from geo.ocop.styles import STYLES
from geo.plan.figures import Figure
from geo.plan.gaps import GAPS, Gap
from geo.plan.proximity import proximity
from geo.views.plan.choices import choice_of
from geo.views.plan.desk import Content, Desk, content_of
from geo.views.plan.figure_view import definitions_of, figure_table
from geo.views.plan.proximity_page import MOST_ROWS, STATES, Selected, Side, near_of, place_table, sides_of
from geo.views.plan.table import Table

CHOICES = ("gap",)
_WITHOUT = Selected(("maybe", "far", "unplaced"), farthest_first=True)


def compose_gaps(desk: Desk) -> Content:
    """The content of the page."""
    gap = GAPS[choice_of("gap", desk.choices.get("gap"), GAPS) or next(iter(GAPS))]
    figures = {key: desk.figure(key) for key in GAPS}
    figure = figures[gap.indicator]
    table = _near_table(desk, gap, figure) if gap.link else figure_table(desk.atlas, figure, desk.most and MOST_ROWS)
    return content_of(
        replace(table, key="records", title=figure.indicator.name),
        gap=gap,
        gaps=GAPS,
        figures=figures,
        figure=figure,
        icons={layer: STYLES[layer].icon for layer in LAYERS},
        side=_side(desk, gap),
        states=STATES,
    )


def _near_table(desk: Desk, gap: Gap, figure: Figure) -> Table:
    """The records that are not surely near one of the other layer, the farthest first, with their two nearest ones."""
    spec, reach_m = near_of(gap.link), desk.parameters.km * 1_000
    table = place_table(desk.records, spec, gap.side or "", reach_m, _WITHOUT, desk.most and MOST_ROWS)
    return replace(table, definitions=(*definitions_of(figure)[:2], *table.definitions))


def _side(desk: Desk, gap: Gap) -> Side | None:
    """The counts of the layer with the gap, where a distance decides it."""
    if gap.link is None:
        return None
    spec = near_of(gap.link)
    answer = proximity(desk.records, spec.source, spec.target)
    sides = sides_of(desk.records, spec, answer, desk.parameters.km * 1_000)
    return next(side for side in sides if side.layer == gap.side)
