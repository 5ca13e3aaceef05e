"""The sheet of the value-chain board: its products with lines to the ends of their chains, and all chains as a list."""

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from geo.atlas import Record
from geo.crs import to_metric
from geo.errors import BadQuery
from geo.ocop.layers import LAYERS
from geo.plan.chains import PRODUCTS, STEPS, State
from geo.plan.figures import Frame
from geo.plan.records import RecordKey
from geo.schema import Label
from geo.views.plan.chains_page import GAP_LABELS, STATE_LABELS, Item, Row
from geo.views.plan.desk import Content, Desk
from geo.views.plan_sheets.plan_records import (
    NO_DATA,
    circumstances,
    km_text,
    province_window,
    records_of_layers,
    window_of_records,
)
from geo.views.sheets.grids import Grid, Group, Listing
from geo.views.sheets.map_drawing import MapContent
from geo.views.sheets.map_window import MapWindow
from geo.views.sheets.overlay import Overlay, RecordId, Stroke
from geo.views.sheets.page_layout import Form
from geo.views.sheets.sheet_document import SheetContent

_LAYERS = (PRODUCTS, *(step.layer for step in STEPS))
_ORDER: tuple[State, ...] = ("sure", "possible", "none", "unknown")
_JOIN_INK = "#1d2b2c"
_TITLE = Label("Chuỗi giá trị của sản phẩm OCOP", "Value chains of OCOP products")
_SIGNS = Label("Chuỗi của sản phẩm (khoảng cách {km} km)", "Chain of the product (distance {km} km)")
_SIGN_WORDS = {
    "yes": Label("đủ mọi bước", "every step is there"),
    "maybe": Label("có bước chưa chắc chắn", "a step is uncertain"),
    "no": Label("có khoảng trống", "a step is missing"),
}
_SURE_JOIN = Label("thuộc chuỗi, chắc chắn", "in the chain, certain")
_POSSIBLE_JOIN = Label("có thể thuộc chuỗi", "possibly in the chain")
_NEAREST = Label("{gap}; gần nhất: {names}", "{gap}; nearest: {names}")
_UNSURE = Label("{names} ({state})", "{names} ({state})")
_STEP, _GAPS, _COUNT = Label("Bước", "Step"), Label("Khoảng trống", "Gaps"), Label("{n} sản phẩm", "{n} products")
_STARS, _YEAR = Label("Sao", "Stars"), Label("Năm", "Year")


def chain_content(desk: Desk, content: Content, form: Form, lang: str) -> SheetContent:
    """What the sheet holds: all products that the page selects, in its order; BadQuery for a board of another kind."""
    if content.values["by"] != PRODUCTS:
        raise BadQuery(
            f"by={content.values['by']!r}: this board has no map. Leave `by` out for the products.",
            f"by={content.values['by']!r}: bảng này không có bản đồ. Hãy bỏ `by` để xem các sản phẩm.",
        )
    board: Sequence[Row] = content.values["board"]
    records = records_of_layers(desk.atlas, _keys(board), _LAYERS, lang)
    window, outline = _window(desk, records, form, is_part=content.values["of"] is not None)
    count = _COUNT.of(lang).format(n=len(board))
    return SheetContent(
        _TITLE.of(lang),
        circumstances(desk, lang, count, *_choices(desk, content, lang), with_km=True),
        window,
        MapContent("communes", records, outline, overlay=_overlay(desk, board, records, lang)),
        Listing(None, _summary(content, lang), _listed(board, lang)),
        credited=_LAYERS,
        shows_province=outline is None,
    )


def _window(
    desk: Desk, records: dict[str, list[Record]], form: Form, *, is_part: bool
) -> tuple[MapWindow, BaseGeometry | None]:
    """The window of a sheet, and the outline of the unit that its products lie in."""
    code, frame = desk.parameters.unit, desk.parameters.frame
    if code is not None and frame is not Frame.OLD_COMMUNES:
        unit = desk.atlas.get(frame.value, code)
        if unit.wkb is not None:
            return window_of_records({frame.value: [unit], **records}, desk, form), to_metric([unit.geometry])[0]
    return (window_of_records(records, desk, form) if is_part else province_window(desk, form)), None


def _choices(desk: Desk, content: Content, lang: str) -> list[str]:
    """The choices of the page in words: the unit, the record that all chains have, the gap, the order."""
    values, code = content.values, desk.parameters.unit
    units = dict(values["units"])
    of: Item | None = values["of"]
    gap = values["gap"]
    return [
        *([units[code].of(lang)] if code in units else []),
        *([f"{LAYERS[of.layer].article.of(lang)}: {of.title.of(lang)}"] if of else []),
        *([GAP_LABELS[gap].of(lang) if gap in GAP_LABELS else _SIGN_WORDS["no"].of(lang)] if gap else []),
    ]


def _keys(board: Sequence[Row]) -> list[RecordKey]:
    """The products and the ends of the steps that their chains have."""
    items = [row.product for row in board]
    items += [item for row in board for _, state, ends in row.cells if state != "none" for item in ends]
    return [RecordKey(item.layer, item.id) for item in items]


def _sign(row: Row) -> str:
    states = {state for _, state, _ in row.cells}
    return "no" if "none" in states else "yes" if states == {"sure"} else "maybe"


def _overlay(desk: Desk, board: Sequence[Row], records: dict[str, list[Record]], lang: str) -> Overlay:
    signs: dict[RecordId, str] = {(PRODUCTS, row.product.id): _sign(row) for row in board}
    sure, possible = _joins(board, records)
    return Overlay(
        _SIGNS.of(lang).format(km=km_text(desk, lang)),
        signs,
        {key: words.of(lang) for key, words in _SIGN_WORDS.items()},
        (
            Stroke(_SURE_JOIN.of(lang), sure, _JOIN_INK, 0.22),
            Stroke(_POSSIBLE_JOIN.of(lang), possible, _JOIN_INK, 0.18, (0.9, 0.7)),
        ),
    )


def _joins(board: Sequence[Row], records: dict[str, list[Record]]) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """Lines from each product to the places at the ends of its chain: those that are sure, and those that may be.

    Zones are drawn as areas; a line to their middle would say too much.
    """
    placed = {
        (record.layer, record.id): shapely.Point(record.lng, record.lat)
        for rows in records.values()
        for record in rows
        if record.lng is not None and record.lat is not None
    }
    places = dict(zip(placed, to_metric(list(placed.values())), strict=True))
    lines: dict[bool, list[BaseGeometry]] = {True: [], False: []}
    for row in board:
        begin = places.get((PRODUCTS, row.product.id))
        for layer, state, ends in row.cells:
            if begin is None or state == "none" or LAYERS[layer].geometry != "Point":
                continue
            for item in ends:
                end = places.get((layer, item.id))
                if end is not None and end.distance(begin) > 0:
                    lines[item.is_sure].append(shapely.LineString([begin, end]))
    return lines[True], lines[False]


def _summary(content: Content, lang: str) -> Grid:
    """For each step, how many of the products have it."""
    summary = content.values["summary"]
    rows = tuple(
        (LAYERS[layer].label.of(lang), *(str(counts[state]) for state in _ORDER)) for layer, counts in summary.items()
    )
    heads = (_STEP.of(lang), *(STATE_LABELS[state].of(lang) for state in _ORDER))
    rules = " ".join(f"{LAYERS[step.layer].label.of(lang)}: {step.rule.of(lang)}" for step in STEPS)
    return Grid(_TITLE.of(lang), heads, (Group("", rows),), (1.0, *(0.0,) * len(_ORDER)), tuple(range(1, 5)), rules)


def _listed(board: Sequence[Row], lang: str) -> Grid:
    """Every chain: the product, its stars and year, the ends of each step, its gaps."""
    heads = (
        LAYERS[PRODUCTS].article.of(lang), _STARS.of(lang), _YEAR.of(lang),
        *(LAYERS[step.layer].article.of(lang) for step in STEPS), _GAPS.of(lang),
    )  # fmt: skip
    rows = tuple(
        (
            row.product.title.of(lang),
            *("" if value is None else str(value) for value in (row.stars, row.year)),
            *(_cell(layer, state, ends, lang) for layer, state, ends in row.cells),
            "; ".join(GAP_LABELS[layer].of(lang) for layer, state, _ in row.cells if state == "none"),
        )
        for row in board
    )
    shares = (26.0, 0.0, 0.0, 24.0, 22.0, 28.0, 24.0, 20.0)
    return Grid(_TITLE.of(lang), heads, (Group("", rows),), shares, (1, 2))


def _cell(layer: str, state: str, ends: Sequence[Item], lang: str) -> str:
    names = "; ".join(item.title.of(lang) for item in ends)
    if state == "none":
        gap = GAP_LABELS[layer].of(lang)
        return _NEAREST.of(lang).format(gap=gap, names=names) if names else gap
    if state == "sure":
        return names
    words = STATE_LABELS[state].of(lang)  # type: ignore[index]
    return _UNSURE.of(lang).format(names=names, state=words) if names else NO_DATA.of(lang)
