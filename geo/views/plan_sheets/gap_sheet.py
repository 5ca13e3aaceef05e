"""The sheet of the page Gaps: the records that lack something, marked on the map, and all of them as a list."""

from collections.abc import Mapping, Sequence

from geo.ocop.layers import LAYERS, ON_MAP
from geo.plan.figures import Figure
from geo.plan.gaps import Gap
from geo.plan.records import RecordKey
from geo.schema import Label
from geo.views.plan.desk import Content, Desk
from geo.views.plan.figure_view import rounded, without_value
from geo.views.plan.proximity_page import near_of
from geo.views.plan.table import number_text
from geo.views.plan_sheets.plan_records import (
    circumstances,
    grid_of_table,
    province_window,
    records_of_layers,
)
from geo.views.plan_sheets.proximity_sheet import near_overlay
from geo.views.sheets.grids import Grid, Group, Listing
from geo.views.sheets.map_drawing import MapContent
from geo.views.sheets.overlay import Hatching, Overlay, RecordId
from geo.views.sheets.page_layout import Form
from geo.views.sheets.sheet_document import SheetContent
from geo.views.sheets.unit_drawing import units_of

_INK = "#b3261e"
_SURE, _POSSIBLE = Label("chắc chắn", "surely"), Label("có thể", "possibly")
_HEADS = (
    Label("Khoảng trống", "Gap"), Label("Chắc chắn", "Certain"), Label("Tối đa", "At most"),
)  # fmt: skip
_THIS, _OTHERS = Label("Trên tờ này", "On this sheet"), Label("Các khoảng trống khác", "The other gaps")
_SUMMARY = Label("Khoảng trống của chương trình", "Gaps of the programme")


def gap_content(desk: Desk, content: Content, form: Form, lang: str) -> SheetContent:
    """What the sheet holds."""
    gap: Gap = content.values["gap"]
    figure: Figure = content.values["figure"]
    layers = _layers(gap, figure)
    keys = [key for layer in layers for key in _keys(desk, content, figure, layer)]
    records = records_of_layers(desk.atlas, keys, layers, lang)
    name, table = figure.indicator.name.of(lang), content.tables["records"]
    return SheetContent(
        name,
        circumstances(desk, lang, with_km="km" in figure.indicator.parameters),
        province_window(desk, form),
        MapContent("communes", records, overlay=_overlay(desk, content, lang)),
        Listing(None, _summary(content.values["figures"], figure, lang), grid_of_table(table, lang)),
        credited=layers,
    )


def _layers(gap: Gap, figure: Figure) -> tuple[str, ...]:
    """The layers whose records are drawn: units are part of the base map."""
    if gap.link is not None:
        spec = near_of(gap.link)
        return (spec.source, spec.target)
    return (figure.indicator.layer,) if figure.indicator.layer in ON_MAP else ()


def _keys(desk: Desk, content: Content, figure: Figure, layer: str) -> Sequence[RecordKey]:
    """The records of a layer that the sheet shows: those with the gap, and those that a distance is measured to."""
    if layer == figure.indicator.layer:
        return [key for key in content.tables["records"].records if key is not None]
    return [RecordKey(layer, str(key)) for key in desk.records.ids(layer)]


def _overlay(desk: Desk, content: Content, lang: str) -> Overlay:
    gap: Gap = content.values["gap"]
    figure: Figure = content.values["figure"]
    name = figure.indicator.name.of(lang)
    if gap.link is not None:
        spec = near_of(gap.link)
        other = spec.target if gap.side == spec.source else spec.source
        return near_overlay(desk, spec, (gap.side or "",), other, lang)
    if figure.indicator.layer in ON_MAP:
        words = {"no": _SURE.of(lang), "maybe": _POSSIBLE.of(lang)}
        return Overlay(name, _signs(figure), words)
    return Overlay(name, hatchings=_hatchings(desk, figure, lang))


def _signs(figure: Figure) -> dict[RecordId, str]:
    groups = (("no", figure.records), ("maybe", figure.possible_records))
    return {(key.layer, key.id): sign for sign, keys in groups for key in keys}


def _hatchings(desk: Desk, figure: Figure, lang: str) -> tuple[Hatching, ...]:
    """The units that have the gap, and those that may have it."""
    units = units_of(desk.atlas, figure.indicator.layer)
    shapes = {record.id: shape for record, shape in zip(units.records, units.shapes, strict=True)}
    groups = ((_SURE, figure.records, True), (_POSSIBLE, figure.possible_records, False))
    label = LAYERS[figure.indicator.layer].label.of(lang)
    return tuple(
        Hatching(f"{label}: {words.of(lang)}", [shapes[key.id] for key in keys if key.id in shapes], _INK, crossed)
        for words, keys, crossed in groups
        if keys
    )


def _summary(figures: Mapping[str, Figure], chosen: Figure, lang: str) -> Grid:
    """The gap of the sheet, and the others."""
    own = _row(chosen, lang)
    others = tuple(_row(figure, lang) for figure in figures.values() if figure is not chosen)
    groups = (Group(_THIS.of(lang), (own,)), Group(_OTHERS.of(lang), others))
    heads = tuple(head.of(lang) for head in _HEADS)
    return Grid(_SUMMARY.of(lang), heads, groups, (1.0, 0.0, 0.0), (1, 2), chosen.indicator.rule.of(lang))


def _row(figure: Figure, lang: str) -> tuple[str, str, str]:
    name = figure.indicator.name.of(lang)
    if figure.value is None:
        return name, without_value(figure).of(lang), ""
    sure, possible = (number_text(bound, "", lang) for bound in rounded(figure.value, figure.indicator.decimals))
    return name, sure, possible
