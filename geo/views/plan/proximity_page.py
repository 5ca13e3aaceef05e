"""The page Proximity: which places of two layers are within a distance of each other, and which are far from all."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.link.places import Places
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from geo.ocop.styles import STYLES
from geo.plan.figures import Interval
from geo.plan.proximity import Neighbours, Proximity, proximity
from geo.plan.records import RecordKey, Records
from geo.schema import LANGS, Label, Near
from geo.views.plan.choices import choice_of
from geo.views.plan.desk import Content, Desk, content_of
from geo.views.plan.figure_view import POSSIBLE, SURE
from geo.views.plan.names import record_cell, title_at
from geo.views.plan.table import Cell, Column, Definition, Distance, Table, number_text

CHOICES = ("link", "show")
NEAR: dict[str, Near] = {spec.name: spec for spec in LINKS if isinstance(spec, Near)}
"""The pairs of layers that are asked about: the rows Near of LINKS."""
FIRST = "village_near_site"
MOST_ROWS = 100
"""Rows of each table of places on the page; the files have all."""
MOST_PAIRS_SHOWN = 40
"""Rows of the table of pairs on the page."""

STATES: dict[str, Label] = {
    "near": Label("chắc chắn gần", "surely near"),
    "maybe": Label("có thể gần", "possibly near"),
    "far": Label("xa", "far"),
    "unplaced": Label("chưa có vị trí", "no location"),
}
"""What a place is for the chosen distance; the browser uses the same keys."""
PLACED = ("near", "maybe", "far")
"""The keys of those for records with a place."""

FIGURES = {
    ("villages", "sites"): "villages_near_site",
    ("sites", "villages"): "sites_near_village",
    ("villages", "markets"): "villages_near_market",
    ("producers", "sites"): "producers_near_site",
    ("producers", "markets"): "producers_near_market",
    ("sites", "producers"): "sites_near_producer",
}
"""Layer and other layer -> the indicator that counts the records of the first near one of the second."""

_DISTANCE = Definition(
    Label("Khoảng cách", "Distance"),
    Label(
        "Đường chim bay trên elipxôit WGS 84. Mỗi vị trí có bán kính không chắc chắn; “chắc chắn” khi khoảng cách cộng"
        " hai bán kính không vượt số ki-lô-mét được chọn, “có thể” khi khoảng cách trừ hai bán kính không vượt.",
        "As the crow flies on the WGS 84 ellipsoid. Each location has a radius of uncertainty: “surely” when the"
        " distance and both radii are at most the chosen kilometres, “possibly” when the distance less both radii is.",
    ),
)


_CUT = Label(
    "Có quá nhiều cặp: bảng chỉ có {n} cặp gần nhất. Số đếm theo từng nơi vẫn đủ.",
    "There are too many pairs: the table has the nearest {n}. The counts of places are complete.",
)


class Side(NamedTuple):
    """One of the two layers: its counts for the distance, over the records that have a place.

    `figure` is the indicator that counts those near, if there is one.
    """

    layer: str
    label: Label
    placed: int
    unplaced: int
    within: Interval
    beyond: Interval
    figure: str | None


def compose_proximity(desk: Desk) -> Content:
    """The content of the page."""
    spec = near_of(desk.choices.get("link"))
    show = choice_of("show", desk.choices.get("show"), STATES)
    records, reach_m = desk.records, desk.parameters.km * 1_000
    answer = proximity(records, spec.source, spec.target)
    sides = sides_of(records, spec, answer, reach_m)
    most = desk.most and MOST_ROWS
    places = [place_table(records, spec, side.layer, reach_m, most=None if show else most) for side in sides]
    return content_of(
        _pair_table(records, spec, answer, reach_m, desk.most and MOST_PAIRS_SHOWN),
        *(in_state(table, show if desk.is_page else "").head(most) for table in places),
        spec=spec,
        sides=sides,
        links={name: title_of(one) for name, one in NEAR.items()},
        pairs=answer.pairs.within(reach_m),
        is_complete=answer.pairs.is_complete(reach_m),
        cut_km=None if answer.pairs.cut_m is None else answer.pairs.cut_m / 1_000,
        kept=len(answer.pairs.here),
        show=show,
        states=STATES,
        icons={side.layer: STYLES[side.layer].icon for side in sides},
    )


def near_of(name: str | None) -> Near:
    """The row Near of LINKS called `name`, the first one for None; BadQuery names those that there are."""
    return NEAR[choice_of("link", name, NEAR) or FIRST]


def title_of(spec: Near) -> Label:
    """The two layers of a link."""
    source, target = LAYERS[spec.source].label, LAYERS[spec.target].label
    return Label(f"{source.vi} – {target.vi}", f"{source.en} – {target.en}")


def in_state(table: Table, show: str) -> Table:
    """The rows of a table of places that have a state; all of them for "", the cell of the state is the second."""
    return table if not show else table.where(lambda row: row[1] == STATES[show])


class Selected(NamedTuple):
    """Which places a table has: those in some of the STATES; the nearest come first, or the farthest."""

    states: Collection[str] = tuple(STATES)
    farthest_first: bool = False


_ALL = Selected()


def _parts(answer: Proximity) -> tuple[tuple[Places, Places, Neighbours], ...]:
    """The places of each side, those of the other, and what they have near them."""
    return (answer.here, answer.there, answer.of_here), (answer.there, answer.here, answer.of_there)


def sides_of(records: Records, spec: Near, answer: Proximity, reach_m: float) -> list[Side]:
    """The counts of both layers of a link."""
    layers = ((spec.source, spec.target), (spec.target, spec.source))
    return [
        _side(records, layer, other, neighbours, reach_m)
        for (layer, other), (_, _, neighbours) in zip(layers, _parts(answer), strict=True)
    ]


def _side(records: Records, layer: str, other: str, neighbours: Neighbours, reach_m: float) -> Side:
    placed = len(neighbours.most_m)
    sure, possible = (int((bound <= reach_m).sum()) for bound in (neighbours.most_m, neighbours.least_m))
    within, beyond = Interval(sure, possible), Interval(placed - possible, placed - sure)
    unplaced = records.count(layer) - placed
    return Side(layer, LAYERS[layer].label, placed, unplaced, within, beyond, FIGURES.get((layer, other)))


def _pair_table(records: Records, spec: Near, answer: Proximity, reach_m: float, most: int | None) -> Table:
    pairs, (source, target) = answer.pairs, (spec.source, spec.target)
    within = np.flatnonzero(pairs.least_m <= reach_m)
    chosen = within[:most]
    here, there = answer.here.rows[pairs.here[chosen]].tolist(), answer.there.rows[pairs.there[chosen]].tolist()
    sure = (pairs.most_m[chosen] <= reach_m).tolist()
    numbers = zip(here, there, pairs.distance_m[chosen].tolist(), pairs.unsure_m[chosen].tolist(), sure, strict=True)
    rows: list[tuple[Cell, ...]] = [
        (
            record_cell(records, source, one),
            record_cell(records, target, other),
            *_distance(metres, unsure_m),
            SURE if is_sure else POSSIBLE,
        )
        for one, other, metres, unsure_m, is_sure in numbers
    ]
    return Table(
        "pairs",
        title_of(spec),
        (
            Column("from", LAYERS[spec.source].article, "link"),
            Column("to", LAYERS[spec.target].article, "link"),
            Column("distance", Label("Khoảng cách", "Distance"), "number", "km"),
            Column("uncertainty", Label("Sai lệch tối đa", "Off by at most"), "number", "km"),
            Column("certainty", Label("Mức chắc chắn", "Certainty")),
        ),
        tuple(rows),
        definitions=(_DISTANCE,),
        note=None if pairs.is_complete(reach_m) else cut_note(len(pairs.here)),
        empty=Label("Không có cặp nào trong khoảng cách này.", "No pair is within this distance."),
        total=len(within),
        rests_on=(*_keys(records, source, here), *_keys(records, target, there)),
    )


def _keys(records: Records, layer: str, rows: Iterable[int]) -> list[RecordKey]:
    ids = records.ids(layer)
    return [RecordKey(layer, str(ids[row])) for row in rows]


def cut_note(kept: int) -> Label:
    """What a table says that rests on the nearest `kept` pairs, because there are more than are kept."""
    return Label(*(_CUT.of(lang).format(n=number_text(kept, "", lang)) for lang in LANGS))


def place_table(
    records: Records, spec: Near, layer: str, reach_m: float, selected: Selected = _ALL, most: int | None = None
) -> Table:
    """The records of a layer with their two nearest ones of the other; those without a place last.

    `layer` is one end of the link, and the key of the table, which has the first `most` of the selected records.
    """
    other = spec.target if layer == spec.source else spec.source
    places, others, neighbours = _parts(proximity(records, spec.source, spec.target))[layer != spec.source]
    states = _states(neighbours, reach_m)
    sign = -1.0 if selected.farthest_first else 1.0
    order = np.argsort(sign * neighbours.first_m, kind="stable")
    order = order[np.isin(states, [place for place, key in enumerate(PLACED) if key in selected.states])[order]]
    unplaced = np.setdiff1d(np.arange(records.count(layer)), places.rows)[
        : None if "unplaced" in selected.states else 0
    ]
    total = len(order) + len(unplaced)
    order, unplaced = order[:most], unplaced[: None if most is None else max(0, most - len(order))]

    def near_cells(place: int, row: int, metres: float) -> tuple[Cell, ...]:
        if row < 0:
            return (None, None, None)
        unsure_m = places.uncertainty_m[place] + others.uncertainty_m[row]
        return record_cell(records, other, int(others.rows[row])), *_distance(metres, float(unsure_m))

    def rows() -> Iterator[tuple[Cell, ...]]:
        for place in order.tolist():
            yield (
                record_cell(records, layer, int(places.rows[place])),
                STATES[PLACED[states[place]]],
                *near_cells(place, int(neighbours.first[place]), float(neighbours.first_m[place])),
                *near_cells(place, int(neighbours.second[place]), float(neighbours.second_m[place])),
            )
        for row in unplaced.tolist():
            yield (record_cell(records, layer, row), STATES["unplaced"], *[None] * 6)

    keys = _keys(records, layer, (*places.rows[order].tolist(), *unplaced.tolist()))
    near = np.concatenate([neighbours.first[order], neighbours.second[order]])
    article = LAYERS[other].article
    return Table(
        layer,
        LAYERS[layer].label,
        (
            Column("record", LAYERS[layer].article, "link"),
            Column("state", Label("Trong khoảng cách", "Within the distance")),
            Column("nearest", Label(f"Gần nhất: {article.vi.lower()}", f"Nearest {article.en.lower()}"), "link"),
            Column("nearest_km", Label("Cách", "Distance"), "number", "km"),
            Column("nearest_uncertainty", Label("Sai lệch tối đa", "Off by at most"), "number", "km"),
            Column("second", Label("Gần thứ hai", "Second nearest"), "link"),
            Column("second_km", Label("Cách", "Distance"), "number", "km"),
            Column("second_uncertainty", Label("Sai lệch tối đa", "Off by at most"), "number", "km"),
        ),
        tuple(rows()),
        records=tuple(keys),
        definitions=(_DISTANCE,),
        total=total,
        rests_on=tuple(_keys(records, other, others.rows[near[near >= 0]].tolist())),
    )


def _states(neighbours: Neighbours, reach_m: float) -> NDArray[np.intp]:
    """For each place what it is for a distance, as its place in PLACED."""
    is_near, may_be_near = neighbours.most_m <= reach_m, neighbours.least_m <= reach_m
    return np.where(is_near, PLACED.index("near"), np.where(may_be_near, PLACED.index("maybe"), PLACED.index("far")))


def _distance(metres: float, unsure_m: float) -> tuple[Distance, float]:
    """The cells of a distance and of its uncertainty in kilometres."""
    return Distance(metres, unsure_m), round(unsure_m / 1_000, 1)


# --- for the browser ----------------------------------------------------------------------------------------


def proximity_columns(records: Records, spec: Near, lang: str) -> dict[str, Any]:
    """What the browser needs to answer for any distance: both layers' places and the pairs, column by column.

    Positions are longitude, latitude in degrees; lengths are metres; infinite ones are null.
    """
    answer = proximity(records, spec.source, spec.target)
    pairs, layers = answer.pairs, (spec.source, spec.target)
    return {
        "version": records.version,
        "sides": [_columns(records, layer, parts, lang) for layer, parts in zip(layers, _parts(answer), strict=True)],
        "pairs": {
            "here": pairs.here.tolist(),
            "there": pairs.there.tolist(),
            "metres": pairs.distance_m.tolist(),
            "unsure": pairs.unsure_m.tolist(),
        },
        "cut_m": pairs.cut_m,
    }


def _columns(records: Records, layer: str, parts: tuple[Places, Places, Neighbours], lang: str) -> dict[str, Any]:
    places, _, neighbours = parts
    lng, lat = places.lnglat
    without = np.setdiff1d(np.arange(records.count(layer)), places.rows).tolist()
    ids = records.ids(layer)
    return {
        "layer": layer,
        "ids": places.ids.tolist(),
        "titles": [title_at(records, layer, row).of(lang) for row in places.rows.tolist()],
        "points": np.column_stack([lng, lat]).round(5).tolist(),
        "radii": places.uncertainty_m.tolist(),
        "most": _finite(neighbours.most_m),
        "least": _finite(neighbours.least_m),
        "first": neighbours.first.tolist(),
        "first_m": _finite(neighbours.first_m),
        "second": neighbours.second.tolist(),
        "second_m": _finite(neighbours.second_m),
        "unplaced": [{"id": str(ids[row]), "title": title_at(records, layer, row).of(lang)} for row in without],
    }


def _finite(numbers: "np.ndarray[Any, np.dtype[np.float64]]") -> list[float | None]:
    return [number if np.isfinite(number) else None for number in numbers.tolist()]
