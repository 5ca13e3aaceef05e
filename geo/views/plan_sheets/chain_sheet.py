"""The sheet of the value-chain board: its products with lines to the ends of their chains, and all chains as a list."""

from collections.abc import Mapping, Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from geo.atlas import Record
from geo.crs import to_metric
from geo.errors import BadQuery
from geo.ocop.layers import LAYERS
from geo.plan.chains import STEPS, Chain, State, chains
from geo.plan.figures import Frame
from geo.plan.joints import PRODUCTS, End
from geo.plan.records import RecordKey
from geo.schema import Label
from geo.views.plan.chains_page import GAP_LABELS, STATE_LABELS
from geo.views.plan.desk import Content, Desk
from geo.views.plan_sheets.plan_records import (
    LIST,
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

Members = Mapping[RecordId, Record]
"""The records of a sheet by layer and key."""


def chain_content(desk: Desk, content: Content, form: Form, lang: str) -> SheetContent:
    """What the sheet holds: all products that the page selects, in its order; BadQuery for a board of another kind."""
    if content.values["by"] != PRODUCTS:
        raise BadQuery(
            f"by={content.values['by']!r}: this board has no map. Leave `by` out for the products.",
            f"by={content.values['by']!r}: bảng này không có bản đồ. Hãy bỏ `by` để xem các sản phẩm.",
        )
    board = _board(desk, content)
    records = records_of_layers(desk.atlas, _keys(board), _LAYERS, lang)
    members = {(record.layer, record.id): record for rows in records.values() for record in rows}
    shown = _keys_on_map(board)
    drawn = {layer: [one for one in rows if (layer, one.id) in shown] for layer, rows in records.items()}
    window, outline = _window(desk, drawn, form, is_part=content.values["of"] is not None)
    count = _COUNT.of(lang).format(n=len(board))
    return SheetContent(
        _TITLE.of(lang),
        circumstances(desk, lang, count, *_choices(desk, content, lang), with_km=True),
        window,
        MapContent("communes", drawn, outline, overlay=_overlay(desk, board, members, lang)),
        Listing(None, _summary(content, lang), _listed(board, members, lang)),
        credited=_LAYERS,
        shows_province=outline is None,
    )


def _board(desk: Desk, content: Content) -> list[Chain]:
    """The chains of the products in the table of the page, in its order."""
    rows = {str(key): row for row, key in enumerate(desk.records.ids(PRODUCTS))}
    keys = (key for key in content.tables["chains"].records if key is not None)
    return chains(desk.records, desk.parameters, [rows[key.id] for key in keys])


def _keys(board: Sequence[Chain]) -> list[RecordKey]:
    """The products and the ends of all steps, also those beyond the distance, which the list names."""
    ends = [end.record for chain in board for ends in chain.ends.values() for end in ends]
    return [*(chain.product for chain in board), *ends]


def _keys_on_map(board: Sequence[Chain]) -> set[RecordId]:
    """The products, and the ends of the steps that their chains have or may have."""
    ends = (end.record for chain in board for _, ends in _present(chain) for end in ends)
    return {(key.layer, key.id) for key in (*(chain.product for chain in board), *ends)}


def _present(chain: Chain) -> list[tuple[str, tuple[End, ...]]]:
    """The steps that a chain has or may have, each with its ends."""
    return [(layer, ends) for layer, ends in chain.ends.items() if chain.states[layer] != "none"]


def _window(
    desk: Desk, records: dict[str, list[Record]], form: Form, *, is_part: bool
) -> tuple[MapWindow, BaseGeometry | None]:
    """The window of a sheet, and the outline of the unit that its products lie in."""
    code, frame = desk.parameters.unit, desk.parameters.frame
    if code is not None and frame is not Frame.OLD_COMMUNES:
        unit = desk.atlas.get(frame.value, code)
        if unit.wkb is not None:
            inside = {frame.value: [unit], PRODUCTS: records[PRODUCTS]}
            return window_of_records(inside, desk, form), to_metric([unit.geometry])[0]
    return (window_of_records(records, desk, form) if is_part else province_window(desk, form)), None


def _choices(desk: Desk, content: Content, lang: str) -> list[str]:
    """The choices of the page in words: the unit, the record that all chains have, the gap."""
    values, code = content.values, desk.parameters.unit
    units: dict[str, Label] = dict(values["units"])
    of, gap = values["of"], values["gap"]
    return [
        *([units[code].of(lang)] if code in units else []),
        *([f"{LAYERS[of.layer].article.of(lang)}: {of.title.of(lang)}"] if of else []),
        *([GAP_LABELS[gap].of(lang) if gap in GAP_LABELS else _SIGN_WORDS["no"].of(lang)] if gap else []),
    ]


# --- the map -----------------------------------------------------------------------------------------


def _sign(chain: Chain) -> str:
    states = set(chain.states.values())
    return "no" if "none" in states else "yes" if states == {"sure"} else "maybe"


def _overlay(desk: Desk, board: Sequence[Chain], members: Members, lang: str) -> Overlay:
    signs: dict[RecordId, str] = {(PRODUCTS, chain.product.id): _sign(chain) for chain in board}
    sure, possible = _joins(board, members)
    return Overlay(
        _SIGNS.of(lang).format(km=km_text(desk, lang)),
        signs,
        {key: words.of(lang) for key, words in _SIGN_WORDS.items()},
        (
            Stroke(_SURE_JOIN.of(lang), sure, _JOIN_INK, 0.22),
            Stroke(_POSSIBLE_JOIN.of(lang), possible, _JOIN_INK, 0.18, (0.9, 0.7)),
        ),
    )


def _joins(board: Sequence[Chain], members: Members) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """Lines from each product to the places at the ends of its chain: those that are sure, and those that may be.

    Zones are drawn as areas; a line to their middle would say too much.
    """
    placed = {
        key: shapely.Point(record.lng, record.lat)
        for key, record in members.items()
        if record.lng is not None and record.lat is not None and LAYERS[key[0]].geometry == "Point"
    }
    places = dict(zip(placed, to_metric(list(placed.values())), strict=True))
    lines: dict[bool, list[BaseGeometry]] = {True: [], False: []}
    for chain in board:
        begin = places.get((PRODUCTS, chain.product.id))
        for one in (end for _, ends in _present(chain) for end in ends):
            end = places.get((one.record.layer, one.record.id))
            if begin is not None and end is not None and end.distance(begin) > 0:
                lines[one.is_sure].append(shapely.LineString([begin, end]))
    return lines[True], lines[False]


# --- tables ------------------------------------------------------------------------------------------


def _summary(content: Content, lang: str) -> Grid:
    """For each step, how many of the products have it."""
    summary: dict[str, dict[State, int]] = content.values["summary"]
    rows = tuple(
        (LAYERS[layer].label.of(lang), *(str(counts[state]) for state in _ORDER)) for layer, counts in summary.items()
    )
    heads = (_STEP.of(lang), *(STATE_LABELS[state].of(lang) for state in _ORDER))
    rules = " ".join(f"{LAYERS[step.layer].label.of(lang)}: {step.rule.of(lang)}" for step in STEPS)
    return Grid(_TITLE.of(lang), heads, (Group("", rows),), (1.0, *(0.0,) * len(_ORDER)), tuple(range(1, 5)), rules)


def _listed(board: Sequence[Chain], members: Members, lang: str) -> Grid:
    """Every chain: the product, its stars and year, the ends of each step, its gaps."""
    heads = (
        LAYERS[PRODUCTS].article.of(lang), _STARS.of(lang), _YEAR.of(lang),
        *(LAYERS[step.layer].article.of(lang) for step in STEPS), _GAPS.of(lang),
    )  # fmt: skip
    rows = tuple(_listed_row(chain, members, lang) for chain in board)
    shares = (26.0, 0.0, 0.0, 24.0, 22.0, 28.0, 24.0, 20.0)
    return Grid(LIST.of(lang), heads, (Group("", rows),), shares, (1, 2))


def _listed_row(chain: Chain, members: Members, lang: str) -> tuple[str, ...]:
    product = members[PRODUCTS, chain.product.id]
    return (
        product.title_in(lang),
        *(str(product.properties.get(name) or "") for name in ("stars", "year")),
        *(_cell(chain, step.layer, members, lang) for step in STEPS),
        "; ".join(GAP_LABELS[layer].of(lang) for layer in chain.gaps),
    )


def _cell(chain: Chain, layer: str, members: Members, lang: str) -> str:
    """The names at the end of a step, and what is to be said of a step that is not certain."""
    state = chain.states[layer]
    names = "; ".join(members[end.record.layer, end.record.id].title_in(lang) for end in chain.ends[layer])
    if state == "none":
        gap = GAP_LABELS[layer].of(lang)
        return _NEAREST.of(lang).format(gap=gap, names=names) if names else gap
    if state == "sure":
        return names
    return _UNSURE.of(lang).format(names=names, state=STATE_LABELS[state].of(lang)) if names else NO_DATA.of(lang)
