"""The page Value-chain board: every product with its zone, producer, village and sites, and the same seen from them."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadQuery
from geo.ocop.layers import LAYERS
from geo.ocop.styles import STYLES, icon_of
from geo.plan.chains import STATES, STEPS, Chain, State, States, Step, chains, products_by_record, products_of, states
from geo.plan.figures import Frame, Interval
from geo.plan.formulas import FEWEST_HOUSEHOLDS
from geo.plan.joints import MOST_ENDS, PRODUCTS, End
from geo.plan.memberships import memberships, scope
from geo.plan.proximity import MOST_PAIRS
from geo.plan.records import RecordKey, Records
from geo.plan.selections import Mask, Numbers, numbers
from geo.schema import Label
from geo.text import sort_key
from geo.views.plan.choices import choice_of
from geo.views.plan.desk import Content, Desk, content_of
from geo.views.plan.names import record_cell, rows_by_name, title_at, titles_of
from geo.views.plan.table import Cell, Column, Definition, Link, Table, number_text, record_path
from geo.views.plan.table_sources import for_files

CHOICES = ("by", "of", "gap", "order")
MOST_ROWS = 100
"""Products on the page; the files have all."""
Places = NDArray[np.intp]

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
_GAPS = ("any", *GAP_LABELS)
_NONE = STATES.index("none")
_LISTED = Definition(
    Label("Tên trong một ô", "Names in a cell"),
    Label(
        f"Mỗi ô nêu nhiều nhất {MOST_ENDS} tên; cột mức chắc chắn xét mọi bản ghi.",
        f"A cell names at most {MOST_ENDS} records; the column of certainty rests on all of them.",
    ),
)
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
    by = choice_of("by", desk.choices.get("by"), BY) or PRODUCTS
    gap, order = (choice_of(name, desk.choices.get(name), keys) for name, keys in (("gap", _GAPS), ("order", ORDERS)))
    of = _record(desk)
    values: dict[str, Any] = {
        "by": by, "bys": BY, "gap": gap, "gaps": GAP_LABELS, "order": order or "name", "orders": ORDERS, "steps": STEPS,
        "state_labels": STATE_LABELS, "layers": LAYERS, "of": of, "icons": {name: STYLES[name].icon for name in BY},
        "units": _units(desk), "most_ends": MOST_ENDS, "fewest_households": FEWEST_HOUSEHOLDS,
    }  # fmt: skip
    if by != PRODUCTS:
        table = _units_table(desk, by) if by in _FRAMES else _records_table(desk, by)
        return content_of(table, rows=[], summary={}, **values)
    by_layer = states(desk.records, desk.parameters)
    chosen = _chosen(desk, of, gap, by_layer)
    ordered = _ordered(desk.records, chosen, by_layer, order)[: desk.most and MOST_ROWS].tolist()
    board = _rows(desk.records, chains(desk.records, desk.parameters, ordered))
    table = replace(_table(board), total=int(chosen.sum()))
    shown = board[:MOST_ROWS]
    return content_of(
        table, board=board, rows=shown, keys=_keys_of(shown), summary=_summary(by_layer, chosen), **values
    )


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
    return _item(desk.records, RecordKey(layer, key), is_sure=True)


def _row_of(records: Records, key: RecordKey) -> int:
    """The row of an existing record; the keys of a layer are in order."""
    return int(np.searchsorted(records.ids(key.layer), key.id))


def _item(records: Records, key: RecordKey, *, is_sure: bool, end: End | None = None) -> Item:
    row = _row_of(records, key)
    households = _number(records, key.layer, "households", row)
    few = households is not None and 0 < households < FEWEST_HOUSEHOLDS
    return Item(
        key.layer, key.id, title_at(records, key.layer, row), record_path(key.layer, key.id), is_sure,
        area_ha=_number(records, key.layer, "area_ha", row),
        households=None if few or households is None else int(households), few=few,
        distance_m=end.distance_m if end else None, unsure_m=end.unsure_m if end else None,
    )  # fmt: skip


def _number(records: Records, layer: str, field: str, row: int) -> float | None:
    if layer not in {"zones", "producers", "villages"} or not LAYERS[layer].has(field):
        return None
    value = records.column(layer, field)[row]
    return None if value is None else float(value)


def _chosen(desk: Desk, of: Item | None, gap: str, by_layer: dict[str, States]) -> Mask:
    """The products that the request selects."""
    records, parameters = desk.records, desk.parameters
    mask: Mask = np.ones(records.count(PRODUCTS), bool)
    if of is not None:
        mask &= products_of(records, parameters, RecordKey(of.layer, of.id)).possible
    if parameters.unit is not None:
        mask &= scope(records, PRODUCTS, parameters).possible
    if gap:
        mask &= np.logical_or.reduce([by_layer[one] == _NONE for one in (_LAYERS if gap == "any" else (gap,))])
    return mask


def _ordered(records: Records, chosen: Mask, by_layer: dict[str, States], order: str) -> Places:
    """The rows of the chosen products by name, or by something else and then by name; rows without a value last."""
    rows = rows_by_name(records, PRODUCTS)
    rows = rows[chosen[rows]]
    if order == "gaps":
        values: Numbers = np.sum([column == _NONE for column in by_layer.values()], axis=0, dtype=float)
    elif order in {"stars", "year"}:
        values = np.nan_to_num(numbers(records, PRODUCTS, order))
    else:
        return rows
    by_value: Places = rows[np.argsort(-values[rows], kind="stable")]
    return by_value


def _rows(records: Records, board: list[Chain]) -> list[Row]:
    groups, stars, years = (records.column(PRODUCTS, name) for name in ("group", "stars", "year"))
    rows = []
    for chain in board:
        row = _row_of(records, chain.product)
        cells = tuple(
            (
                layer,
                chain.states[layer],
                tuple(_item(records, end.record, is_sure=end.is_sure, end=end) for end in chain.ends[layer]),
            )
            for layer in _LAYERS
        )
        product = _item(records, chain.product, is_sure=True)
        rows.append(Row(product, icon_of(PRODUCTS, groups[row]), stars[row], years[row], cells))
    return rows


def _summary(by_layer: dict[str, States], chosen: Mask) -> dict[str, dict[State, int]]:
    """For each step how many of the chosen products are in each state."""
    return {
        layer: dict(zip(STATES, np.bincount(by_layer[layer][chosen], minlength=len(STATES)).tolist(), strict=True))
        for layer in _LAYERS
    }


def _keys_of(board: list[Row]) -> list[RecordKey]:
    """The products of the page and the records at the ends of their chains, each once."""
    items = (item for row in board for item in (row.product, *(one for _, _, items in row.cells for one in items)))
    return list(dict.fromkeys(RecordKey(item.layer, item.id) for item in items))


# --- tables -------------------------------------------------------------------------------------------------


def _table(board: list[Row]) -> Table:
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
        definitions=(*(Definition(LAYERS[step.layer].label, step.rule) for step in STEPS), _LISTED),
        rests_on=tuple(_keys_of(board)),
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
_AT_LEAST = Column(
    "products_at_least", Label("Sản phẩm trong chuỗi, ít nhất", "Products in the chain, at least"), "integer"
)
_CUT = Label(
    f"Có quá nhiều cặp: chỉ xét {number_text(MOST_PAIRS, '', 'vi')} cặp gần nhất, nên mỗi con số là mức tối thiểu.",
    f"There are too many pairs: only the nearest {number_text(MOST_PAIRS, '', 'en')} are counted, so that each number"
    " is a lower bound.",
)
"""Said of counts that rest on a part of the pairs."""


def _joined(one: Label, other: Label) -> Label:
    return Label(f"{one.vi} {other.vi}", f"{one.en} {other.en}")


def _records_table(desk: Desk, layer: str) -> Table:
    """The records of a layer, each with the number of products in whose chain it is."""
    records, counts = desk.records, products_by_record(desk.records, desk.parameters, layer)
    by_name = rows_by_name(records, layer)
    order = by_name[np.lexsort((-counts.possible[by_name] * counts.is_complete, -counts.sure[by_name]))]
    ids, shown = records.ids(layer), order[: desk.most].tolist()
    rows = [
        (
            Link(title_at(records, layer, row), "/plan/chains", _query(desk, of=f"{layer}/{ids[row]}")),
            record_cell(records, layer, row)._replace(text=Label("hồ sơ", "record")),
            Interval(int(counts.sure[row]), int(counts.possible[row])) if counts.is_complete else int(counts.sure[row]),
        )
        for row in shown
    ]
    step = _step_of(layer)
    return Table(
        "chains",
        Label(f"{LAYERS[layer].label.vi}: sản phẩm trong chuỗi", f"{LAYERS[layer].label.en}: products in the chain"),
        (
            Column("record", LAYERS[layer].article, "link"),
            Column("page", Label("Hồ sơ", "Record"), "link"),
            _PRODUCTS_IN_CHAIN if counts.is_complete else _AT_LEAST,
        ),
        tuple(rows),
        records=tuple(RecordKey(layer, str(ids[row])) for row in shown),
        definitions=(Definition(LAYERS[layer].label, step.rule),),
        note=step.rule if counts.is_complete else _joined(step.rule, _CUT),
        total=len(order),
        rests_on=for_files(desk, (RecordKey(PRODUCTS, str(key)) for key in records.ids(PRODUCTS))),
    )


def _step_of(layer: str) -> Step:
    return next(step for step in STEPS if step.layer == layer)


def _units_table(desk: Desk, frame: str) -> Table:
    """The units of a frame, each with its products and how many of them lack a step of the chain."""
    records, parameters = desk.records, replace(desk.parameters, frame=Frame(frame))
    titles, members = titles_of(records, frame), memberships(records, PRODUCTS, Frame(frame))
    missing = [~step.joint.condition(records, parameters) for step in STEPS]
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
        records=tuple(RecordKey(frame, str(code)) for code in records.ids(frame)),
        definitions=tuple(Definition(LAYERS[step.layer].label, step.rule) for step in STEPS),
        rests_on=for_files(desk, (RecordKey(PRODUCTS, str(key)) for key in records.ids(PRODUCTS))),
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
