"""The sheet of the page Proximity: both layers with what is near, rings around the places of one, all distances."""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import to_metric
from geo.ocop.layers import LAYERS
from geo.plan.proximity import proximity
from geo.plan.reaches import places_of
from geo.plan.records import RecordKey
from geo.schema import Label, Near
from geo.views.plan.desk import Content, Desk
from geo.views.plan.proximity_page import STATES, Side, title_of
from geo.views.plan.table import Table, number_text
from geo.views.plan_sheets.plan_records import (
    circumstances,
    grid_of_table,
    km_text,
    province_window,
    records_of_layers,
)
from geo.views.sheets.grids import Grid, Group, Listing
from geo.views.sheets.map_drawing import MapContent
from geo.views.sheets.overlay import Overlay, RecordId, Stroke
from geo.views.sheets.page_layout import Form
from geo.views.sheets.sheet_document import SheetContent

_SIGN_OF_STATE = {"near": "yes", "maybe": "maybe", "far": "no"}
RING_INK = "#7a1f5c"
_TITLE = Label("Khoảng cách: {link}", "Proximity: {link}")
_SIGNS = Label("Trong {km} km", "Within {km} km")
_SURE_RING = Label("chắc chắn trong {km} km quanh {layer}", "surely within {km} km of {layer}")
_POSSIBLE_RING = Label("có thể trong {km} km quanh {layer}", "possibly within {km} km of {layer}")
_SHOWN = Label("danh sách: {state}", "listed: {state}")
_HEADS = (
    Label("Lớp", "Layer"), Label("Gần: chắc chắn", "Near: surely"), Label("tối đa", "at most"),
    Label("Xa: chắc chắn", "Far: surely"), Label("tối đa", "at most"), Label("Chưa có vị trí", "No location"),
)  # fmt: skip
_PAIRS = Label("Số cặp", "Pairs")


def proximity_content(desk: Desk, content: Content, form: Form, lang: str) -> SheetContent:
    """What the sheet holds."""
    spec: Near = content.values["spec"]
    show, layers = str(content.values["show"]), (spec.source, spec.target)
    keys = [RecordKey(layer, str(key)) for layer in layers for key in desk.records.ids(layer)]
    tables = [content.tables[layer] for layer in layers]
    if show:
        tables = [table.where(lambda row: row[1] == STATES[show]) for table in tables]
    return SheetContent(
        _TITLE.of(lang).format(link=title_of(spec).of(lang)),
        circumstances(desk, lang, _SHOWN.of(lang).format(state=STATES[show].of(lang)) if show else "", with_km=True),
        province_window(desk, form),
        MapContent(
            "communes",
            records_of_layers(desk.atlas, keys, layers, lang),
            overlay=near_overlay(desk, spec, layers, spec.target, lang),
        ),
        Listing(None, _summary(desk, content, lang), _listed(tables, lang)),
        credited=layers,
    )


def signs_of(desk: Desk, spec: Near, layers: Sequence[str]) -> dict[RecordId, str]:
    """The sign of each record of some of the two layers of a link that has a place."""
    answer, reach_m = proximity(desk.records, spec.source, spec.target), desk.parameters.km * 1_000
    sides = ((spec.source, answer.here, answer.of_here), (spec.target, answer.there, answer.of_there))
    return {
        (layer, str(key)): "yes" if most_m <= reach_m else "maybe" if least_m <= reach_m else "no"
        for layer, places, near in sides
        if layer in layers
        for key, most_m, least_m in zip(places.ids, near.most_m, near.least_m, strict=True)
    }


def near_overlay(desk: Desk, spec: Near, signed: Sequence[str], layer: str, lang: str) -> Overlay:
    """The signs of the records of `signed` layers, and rings of the chosen distance around the places of a layer.

    The rings are less wide by the uncertainty of each place for what is sure, and wider for what is possible. Buffers
    are made in METRIC_CRS, whose scale differs from 1 by at most 2 in 10,000 in the province.
    """
    words = {"km": km_text(desk, lang), "layer": LAYERS[layer].label.of(lang).lower()}
    sure, possible = _rings(desk, layer)
    return Overlay(
        _SIGNS.of(lang).format(**words),
        signs_of(desk, spec, signed),
        {sign: STATES[state].of(lang) for state, sign in _SIGN_OF_STATE.items()},
        (
            Stroke(_SURE_RING.of(lang).format(**words), sure, RING_INK, 0.35),
            Stroke(_POSSIBLE_RING.of(lang).format(**words), possible, RING_INK, 0.25, (1.1, 0.7)),
        ),
    )


def _rings(desk: Desk, layer: str) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """The outlines of what is surely and of what is possibly within the distance of a place of the layer."""
    places = places_of(desk.records, layer)
    points = to_metric(np.asarray(shapely.points(np.column_stack(places.lnglat)), dtype=object))
    reach_m = desk.parameters.km * 1_000
    radii = reach_m - places.uncertainty_m, reach_m + places.uncertainty_m
    inner, outer = (
        shapely.union_all(shapely.buffer(points[radius > 0], radius[radius > 0], quad_segs=32)) for radius in radii
    )
    same = bool((places.uncertainty_m == 0).all())
    sure, possible = ([] if reach.is_empty else [reach.boundary] for reach in (inner, outer))
    return sure, [] if same else possible


def _listed(tables: Sequence[Table], lang: str) -> Grid:
    """Both tables of places as one, a group for each layer."""
    grids = [grid_of_table(table, lang) for table in tables]
    first = grids[0]
    groups = tuple(Group(table.title.of(lang), grid.groups[0].rows) for table, grid in zip(tables, grids, strict=True))
    nearest = Label("Gần nhất", "Nearest").of(lang)
    record = Label("Nơi", "Place").of(lang)
    heads = (record, first.heads[1], nearest, *first.heads[3:])
    shares = tuple(max(pair) for pair in zip(*(grid.columns for grid in grids), strict=True))
    return first._replace(heads=heads, groups=groups, columns=shares)


def _summary(desk: Desk, content: Content, lang: str) -> Grid:
    """For each layer, how many are near and far, surely and at most; and the pairs within the distance."""
    sides: list[Side] = content.values["sides"]
    rows = [
        (
            side.label.of(lang),
            *(number_text(bound, "", lang) for bounds in (side.within, side.beyond) for bound in bounds),
            str(side.unplaced),
        )
        for side in sides
    ]
    pairs = content.values["pairs"]
    rows.append((_PAIRS.of(lang), *(number_text(bound, "", lang) for bound in pairs), "", "", ""))
    title = _SIGNS.of(lang).format(km=km_text(desk, lang))
    meaning = content.tables["pairs"].definitions[0].meaning.of(lang)
    heads = tuple(head.of(lang) for head in _HEADS)
    return Grid(title, heads, (Group("", tuple(rows)),), (1.0, *(0.0,) * 5), (1, 2, 3, 4, 5), meaning)
