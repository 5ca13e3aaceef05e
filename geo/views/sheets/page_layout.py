"""The paper of a sheet and where each part stands on it, in millimetres from the upper left corner."""

from typing import Literal, NamedTuple, TypeAlias

from geo.schema import Label

Orientation: TypeAlias = Literal["landscape", "portrait"]


class Paper(NamedTuple):
    """A size of paper: its short and long side in millimetres, its margin, and the scale of its texts."""

    key: str
    short_mm: float
    long_mm: float
    margin_mm: float
    text: float


PAPERS = {"a3": Paper("a3", 297.0, 420.0, 10.0, 1.0), "a4": Paper("a4", 210.0, 297.0, 8.0, 0.86)}
"""Sizes of ISO 216. The texts of A4 are smaller, since its side has less room."""

ORIENTATIONS: dict[Orientation, Label] = {
    "landscape": Label("Khổ ngang", "Landscape"),
    "portrait": Label("Khổ dọc", "Portrait"),
}

GRID_BAND_MM = 4.6
"""Room around the map for the coordinates of its grid."""
_GAP_MM = 3.0


class Form(NamedTuple):
    """The paper of a sheet and its direction."""

    paper: Paper
    orientation: Orientation


class Rect(NamedTuple):
    """A rectangle: its left and upper edge, its width and its height in millimetres."""

    x: float
    y: float
    w: float
    h: float

    def without_band(self, band: float) -> "Rect":
        """The rectangle without a band along each edge."""
        return Rect(self.x + band, self.y + band, self.w - 2 * band, self.h - 2 * band)


class PageLayout(NamedTuple):
    """The places of the parts of a sheet. `text` is the factor of all sizes of type."""

    width: float
    height: float
    text: float
    title: Rect
    map: Rect
    inset: Rect
    legend: Rect
    scale: Rect
    table: Rect
    signature: Rect
    notes: Rect


class Needs(NamedTuple):
    """What parts need: the heights of legend and table in millimetres, and the height of the inset by its width.

    A ratio of 0 is no inset; `inset_share` is the most that it may take of the height beside the map.
    """

    legend: float = 0.0
    table: float = 0.0
    inset_ratio: float = 0.0
    inset_share: float = 0.2


def page_layout(form: Form, needs: Needs) -> PageLayout:
    """The layout of a paper; the place of the map does not depend on the needs."""
    return (_landscape if form.orientation == "landscape" else _portrait)(form.paper, needs)


def map_size(form: Form) -> tuple[float, float]:
    """Width and height of the map on a paper in millimetres."""
    layout = page_layout(form, Needs())
    return layout.map.w, layout.map.h


def side_width(paper: Paper, orientation: Orientation) -> float:
    """The width of a column beside or below the map in millimetres."""
    if orientation == "landscape":
        return 98.0 * _share(paper)
    return (paper.short_mm - 2 * paper.margin_mm - 2 * _GAP_MM) / 3


def _share(paper: Paper) -> float:
    return 1.0 if paper.key == "a3" else 0.74


def _landscape(paper: Paper, needs: Needs) -> PageLayout:
    """The map at the left, a column at its right, a title above and the notes below both."""
    m, share = paper.margin_mm, _share(paper)
    width, height = paper.long_mm, paper.short_mm
    title = Rect(m, m, width - 2 * m, 14.0 * share)
    notes_mm = 23.0 * share
    notes = Rect(m, height - m - notes_mm, width - 2 * m, notes_mm)
    side = side_width(paper, "landscape")
    top, end = title.y + title.h + 1.5, notes.y - 1.5
    frame = Rect(m, top, width - 2 * m - side - _GAP_MM, end - top)
    x, y = width - m - side, top + GRID_BAND_MM
    inset = Rect(x, y, side, min(side * needs.inset_ratio, needs.inset_share * (end - top)))
    y += inset.h + (_GAP_MM if needs.inset_ratio else 0.0)
    sign_mm, scale_mm = 34.0 * share, 20.0 * share
    signature = Rect(x, end - GRID_BAND_MM - sign_mm, side, sign_mm)
    legend = Rect(x, y, side, min(needs.legend, signature.y - y - scale_mm - needs.table - _GAP_MM))
    scale = Rect(x, legend.y + legend.h + 1.0, side, scale_mm)
    table = Rect(x, scale.y + scale.h + 1.0, side, signature.y - scale.y - scale.h - 2.0)
    places = title, frame.without_band(GRID_BAND_MM), inset, legend, scale, table, signature, notes
    return PageLayout(width, height, paper.text, *places)


def _portrait(paper: Paper, needs: Needs) -> PageLayout:
    """The map between the title and three columns: the legend, the table with the scale, the inset with signatures."""
    m, share = paper.margin_mm, _share(paper)
    width, height = paper.short_mm, paper.long_mm
    title = Rect(m, m, width - 2 * m, 14.0 * share)
    notes_mm = 23.0 * share
    notes = Rect(m, height - m - notes_mm, width - 2 * m, notes_mm)
    sign_mm, scale_mm = 34.0 * share, 20.0 * share
    panel_mm = 104.0 * share
    panel_y = notes.y - 1.5 - panel_mm
    top = title.y + title.h + 1.5
    frame = Rect(m, top, width - 2 * m, panel_y - top - 1.0)
    side = side_width(paper, "portrait")
    left, middle, right = m, m + side + _GAP_MM, m + 2 * (side + _GAP_MM)
    legend = Rect(left, panel_y, side, panel_mm)
    scale = Rect(middle, panel_y, side, scale_mm)
    table = Rect(middle, panel_y + scale_mm + 1.0, side, panel_mm - scale_mm - 1.0)
    signature = Rect(right, panel_y + panel_mm - sign_mm, side, sign_mm)
    inset = Rect(right, panel_y, side, panel_mm - sign_mm - 1.0 if needs.inset_ratio else 0.0)
    places = title, frame.without_band(GRID_BAND_MM), inset, legend, scale, table, signature, notes
    return PageLayout(width, height, paper.text, *places)
