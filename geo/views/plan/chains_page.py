"""The page Value-chain board: every product with its zone, producer, village and sites, and the same seen from them."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from geo.errors import BadQuery
from geo.ocop.layers import LAYERS
from geo.ocop.styles import STYLES, icon_of
from geo.plan.chains import (
    MOST_ENDS,
    PRODUCTS,
    STATES,
    STEPS,
    Chain,
    End,
    State,
    chains,
    products_by_record,
    products_of,
    states,
)
from geo.plan.figures import Frame
from geo.plan.formulas import FEWEST_HOUSEHOLDS
from geo.plan.memberships import memberships, scope
from geo.plan.proximity import places_of
from geo.plan.records import RecordKey, Records
from geo.schema import Label
from geo.text import sort_key
from geo.views.plan.desk import Content, Desk, content_of
from geo.views.plan.names import record_cell, titles_of
from geo.views.plan.table import Cell, Column, Definition, Link, Table, record_path

CHOICES = ("by", "of", "gap", "order")
MOST_ROWS = 100
"""Products on the page; the files have all."""

_LAYERS = tuple(step.layer for step in STEPS)
_FRAMES = tuple(frame.value for frame in Frame)
BY: dict[str, Label] = {name: LAYERS[name].label for name in (PRODUCTS, *_LAYERS, *_FRAMES)}
"""What the rows of the board are: products with their chains, or the records and units that products belong to."""
ORDERS: dict[str, Label] = {
    "name": Label("Tên", "Name"),
    "gaps": Label("Nhiều khoảng trống trước", "Most gaps first"),
    "stars": Label("Hạng sao", "Stars"),
    "year": Label("Năm công nhận", "Year certified"),
}
GAP_LABELS: dict[str, Label] = {step.layer: step.gap for step in STEPS}
STATE_LABELS: dict[State, Label] = {
    "sure": Label("chắc chắn", "certain"),
    "possible": Label("có thể", "possible"),
    "none": Label("không có", "none"),
    "unknown": Label("chưa đủ số liệu", "too little data"),
}


class Item(NamedTuple):
    """A record in a cell of the board, with the numbers that are shown beside it; None where there are none.

    `few` says that there are so few households that their number is withheld.
    """

    layer: str
    id: str
    title: Label
    path: str
    is_sure: bool
    area_ha: float | None = None
    households: int | None = None
    few: bool = False
    distance_m: float | None = None
    unsure_m: float | None = None


@dataclass(frozen=True)
class Row:
    """A product on the board: its symbol, stars and year, and the state and records of each step."""

    product: Item
    icon: str
    stars: int | None
    year: int | None
    cells: tuple[tuple[str, State, tuple[Item, ...]], ...]


def compose_chains(desk: Desk) -> Content:
    """The content of the page."""
    by = _one_of(desk, "by", BY, PRODUCTS)
    gap, order = _one_of(desk, "gap", {"any": None, **GAP_LABELS}, ""), _one_of(desk, "order", ORDERS, "name")
    of = _record(desk)
    values: dict[str, Any] = {
        "by": by, "bys": BY, "gap": gap, "gaps": GAP_LABELS, "order": order, "orders": ORDERS, "steps": STEPS,
        "state_labels": STATE_LABELS, "layers": LAYERS, "of": of, "icons": {name: STYLES[name].icon for name in BY},
        "units": _units(desk), "most_ends": MOST_ENDS, "fewest_households": FEWEST_HOUSEHOLDS,
    }  # fmt: skip
    if by != PRODUCTS:
        table = _units_table(desk, by) if by in _FRAMES else _records_table(desk, by)
        return content_of(table, rows=[], summary={}, **values)
    rows = _chosen(desk, of, gap)
    board = _ordered(_rows(desk.records, chains(desk.records, desk.parameters, rows)), order)
    return content_of(
        _table(board, desk), rows=board[:MOST_ROWS], matched=len(board), marks=_marks(desk.records, board[:MOST_ROWS]),
        summary=_summary(board), **values,
    )  # fmt: skip


def _one_of(desk: Desk, name: str, keys: "dict[str, Any]", default: str) -> str:
    value = desk.choices.get(name) or default
    if value and value not in keys:
        choices = ", ".join(keys)
        raise BadQuery(f"{name}={value!r}: expected one of {choices}.", f"{name}={value!r}: cần một trong {choices}.")
    return value


def _record(desk: Desk) -> Item | None:
    """The record of the parameter `of`, as layer/key; None without it."""
    text = desk.choices.get("of")
    if not text:
        return None
    layer, _, key = text.partition("/")
    if layer not in _LAYERS or key not in desk.records.ids(layer):
        layers = ", ".join(_LAYERS)
        raise BadQuery(
            f"of={text!r}: expected layer/key of a record of {layers}.",
            f"of={text!r}: cần lớp/mã của một bản ghi thuộc {layers}.",
        )
    return _item(desk.records, RecordKey(layer, key), {layer: _Names(desk.records, layer)}, is_sure=True)


class _Names:
    """The names of a layer's records, and their rows by key."""

    def __init__(self, records: Records, layer: str) -> None:
        self.titles = titles_of(records, layer)
        self.rows = {str(key): row for row, key in enumerate(records.ids(layer))}


def _item(records: Records, key: RecordKey, names: dict[str, _Names], *, is_sure: bool, end: End | None = None) -> Item:
    row = names[key.layer].rows[key.id]
    households = _number(records, key.layer, "households", row)
    few = households is not None and 0 < households < FEWEST_HOUSEHOLDS
    return Item(
        key.layer, key.id, names[key.layer].titles[row], record_path(key.layer, key.id), is_sure,
        area_ha=_number(records, key.layer, "area_ha", row),
        households=None if few or households is None else int(households), few=few,
        distance_m=end.distance_m if end else None, unsure_m=end.unsure_m if end else None,
    )  # fmt: skip


def _number(records: Records, layer: str, field: str, row: int) -> float | None:
    if layer not in {"zones", "producers", "villages"} or not LAYERS[layer].has(field):
        return None
    value = records.column(layer, field)[row]
    return None if value is None else float(value)


def _chosen(desk: Desk, of: Item | None, gap: str) -> list[int]:
    """The rows of the products that the request selects."""
    records, parameters = desk.records, desk.parameters
    mask = np.ones(records.count(PRODUCTS), bool)
    if of is not None:
        mask &= products_of(records, parameters, RecordKey(of.layer, of.id)).possible
    if parameters.unit is not None:
        mask &= scope(records, PRODUCTS, parameters).possible
    if gap:
        by_layer = states(records, parameters)
        layers = _LAYERS if gap == "any" else (gap,)
        mask &= np.array([any(by_layer[one][row] == "none" for one in layers) for row in range(len(mask))], bool)
    return [int(row) for row in np.flatnonzero(mask)]


def _rows(records: Records, board: list[Chain]) -> list[Row]:
    names = {layer: _Names(records, layer) for layer in (PRODUCTS, *_LAYERS)}
    groups, stars, years = (records.column(PRODUCTS, name) for name in ("group", "stars", "year"))
    rows = []
    for chain in board:
        row = names[PRODUCTS].rows[chain.product.id]
        cells = tuple(
            (
                layer,
                chain.states[layer],
                tuple(_item(records, end.record, names, is_sure=end.is_sure, end=end) for end in chain.ends[layer]),
            )
            for layer in _LAYERS
        )
        product = _item(records, chain.product, names, is_sure=True)
        rows.append(Row(product, icon_of(PRODUCTS, groups[row]), stars[row], years[row], cells))
    return rows


def _gaps(row: Row) -> int:
    return sum(state == "none" for _, state, _ in row.cells)


def _ordered(rows: list[Row], order: str) -> list[Row]:
    """The rows by name, or by something else and then by name; rows without a value last."""
    rows = sorted(rows, key=lambda row: sort_key(row.product.title.vi))
    if order == "gaps":
        return sorted(rows, key=lambda row: -_gaps(row))
    if order in {"stars", "year"}:
        return sorted(rows, key=lambda row: -(getattr(row, order) or 0))
    return rows


def _summary(board: list[Row]) -> dict[str, dict[State, int]]:
    """For each step how many of the products are in each state."""
    return {
        layer: {state: sum(row.cells[place][1] == state for row in board) for state in STATES}
        for place, layer in enumerate(_LAYERS)
    }


# --- tables -------------------------------------------------------------------------------------------------


def _table(board: list[Row], desk: Desk) -> Table:
    columns = [
        Column("product", LAYERS[PRODUCTS].article, "link"),
        Column("stars", LAYERS[PRODUCTS].field("stars").label, "integer"),
        Column("year", LAYERS[PRODUCTS].field("year").label, "integer"),
    ]
    for step in STEPS:
        label = LAYERS[step.layer].article
        columns += [Column(step.layer, label), Column(f"{step.layer}_state", _of(label))]
    columns += [
        Column("site_km", Label("Cách điểm gần nhất", "Distance to the nearest site"), "number", "km"),
        Column("gaps", Label("Khoảng trống", "Gaps")),
    ]
    return Table(
        "chains",
        Label("Chuỗi giá trị của từng sản phẩm", "The value chain of each product"),
        tuple(columns),
        tuple(_cells(row) for row in board),
        records=tuple(RecordKey(PRODUCTS, row.product.id) for row in board),
        definitions=tuple(Definition(LAYERS[step.layer].label, step.rule) for step in STEPS),
    )


def _of(label: Label) -> Label:
    return Label(f"{label.vi}: mức chắc chắn", f"{label.en}: certainty")


def _cells(row: Row) -> tuple[Cell, ...]:
    cells: list[Cell] = [Link(row.product.title, row.product.path), row.stars, row.year]
    for _, state, items in row.cells:
        names = Label("; ".join(item.title.vi for item in items), "; ".join(item.title.en for item in items))
        cells += [names if items else None, STATE_LABELS[state]]
    sites = row.cells[-1][2]
    metres = sites[0].distance_m if sites else None
    gaps = [GAP_LABELS[layer] for layer, state, _ in row.cells if state == "none"]
    words = Label("; ".join(gap.vi for gap in gaps), "; ".join(gap.en for gap in gaps))
    return (*cells, None if metres is None else round(metres / 1_000, 1), words)


_PRODUCTS_IN_CHAIN = Column("products", Label("Sản phẩm trong chuỗi", "Products in the chain"), "interval")


def _records_table(desk: Desk, layer: str) -> Table:
    """The records of a layer, each with the number of products in whose chain it is."""
    records = desk.records
    titles, counts = titles_of(records, layer), products_by_record(records, desk.parameters, layer)
    ids = records.ids(layer)
    order = sorted(
        range(len(titles)), key=lambda row: (-counts[row].sure, -counts[row].possible, sort_key(titles[row].vi))
    )
    rows = [
        (
            Link(titles[row], "/plan/chains", _query(desk, of=f"{layer}/{ids[row]}")),
            record_cell(records, layer, titles, row)._replace(text=Label("hồ sơ", "record")),
            counts[row],
        )
        for row in order
    ]
    step = next(step for step in STEPS if step.layer == layer)
    return Table(
        "chains",
        Label(f"{LAYERS[layer].label.vi}: sản phẩm trong chuỗi", f"{LAYERS[layer].label.en}: products in the chain"),
        (
            Column("record", LAYERS[layer].article, "link"),
            Column("page", Label("Hồ sơ", "Record"), "link"),
            _PRODUCTS_IN_CHAIN,
        ),
        tuple(rows),
        records=tuple(RecordKey(layer, str(ids[row])) for row in order),
        definitions=(Definition(LAYERS[layer].label, step.rule),),
    )


def _units_table(desk: Desk, frame: str) -> Table:
    """The units of a frame, each with its products and how many of them lack a step of the chain."""
    records, parameters = desk.records, replace(desk.parameters, frame=Frame(frame))
    titles, members = titles_of(records, frame), memberships(records, PRODUCTS, Frame(frame))
    missing = [~step.condition(records, parameters) for step in STEPS]
    rows: list[tuple[Cell, ...]] = []
    for row, code in enumerate(map(str, records.ids(frame))):
        inside = members.in_unit(code)
        link = Link(titles[row], "/plan/chains", _query(desk, frame=frame, unit=code))
        rows.append((link, code, inside.interval, *((one & inside).interval for one in missing)))
    table = Table(
        "chains",
        Label(f"{LAYERS[frame].label.vi}: chuỗi giá trị", f"{LAYERS[frame].label.en}: value chains"),
        (
            Column("unit", LAYERS[frame].article, "link"),
            Column("code", Label("Mã", "Code")),
            Column("products", LAYERS[PRODUCTS].label, "interval"),
            *(Column(f"without_{step.layer}", _capital(step.gap), "interval") for step in STEPS),
        ),
        tuple(rows),
        definitions=tuple(Definition(LAYERS[step.layer].label, step.rule) for step in STEPS),
    )
    return table.ordered("unit")


def _capital(label: Label) -> Label:
    return Label(*(text[:1].upper() + text[1:] for text in label))


def _query(desk: Desk, **more: str) -> tuple[tuple[str, str], ...]:
    """The parameters of a link to the board: the version and day of the desk, the distance, and `more`."""
    parameters = desk.parameters
    moment = {"version": str(parameters.version), "on": parameters.on.isoformat(), "km": f"{parameters.km:g}"}
    return tuple((moment | more).items())


def _units(desk: Desk) -> list[tuple[str, Label]]:
    """Code and name of the units of the frame of the parameters, in the order of their names."""
    frame = desk.parameters.frame.value
    pairs = zip(map(str, desk.records.ids(frame)), titles_of(desk.records, frame), strict=True)
    return sorted(pairs, key=lambda pair: sort_key(pair[1].vi))


# --- for the map ----------------------------------------------------------------------------------------------


def _marks(records: Records, board: list[Row]) -> dict[str, dict[str, Any]]:
    """Where the products of the page and the ends of their chains lie: "layer/key" -> longitude, latitude, radius."""
    wanted: dict[str, set[str]] = {}
    for row in board:
        for item in (row.product, *(item for _, _, items in row.cells for item in items)):
            wanted.setdefault(item.layer, set()).add(item.id)
    marks = {}
    for layer, ids in wanted.items():
        if LAYERS[layer].geometry != "Point":
            continue
        places = places_of(records, layer)
        lngs, lats = places.lnglat
        rows = zip(places.ids.tolist(), lngs.tolist(), lats.tolist(), places.uncertainty_m.tolist(), strict=True)
        for key, lng, lat, radius_m in rows:
            if key in ids:
                marks[f"{layer}/{key}"] = {"point": [round(lng, 6), round(lat, 6)], "uncertainty_m": radius_m}
    return marks
