"""The page By unit: one indicator for every unit of a frame, as a map, a ranking and a table."""

from typing import cast

from geo.errors import BadQuery
from geo.ocop.codes import CODE_LISTS
from geo.ocop.layers import LAYERS
from geo.plan.class_breaks import METHODS, Method
from geo.plan.figures import Frame, Indicator, Interval
from geo.plan.indicators import INDICATORS, indicator_of
from geo.plan.records import RecordKey
from geo.plan.units import UnitFigure, by_unit
from geo.schema import Label
from geo.text import sort_key
from geo.views.plan.choices import choice_of
from geo.views.plan.choropleth import choropleth
from geo.views.plan.desk import Content, Desk, content_of
from geo.views.plan.figure_view import address_of, path_of, rounded
from geo.views.plan.plots import Bar, BarPlot
from geo.views.plan.table import Cell, Column, Definition, Link, Table
from geo.views.plan.table_sources import for_files, records_of_figures

CHOICES = ("indicator", "method")
_FIRST = "products_total"
_RANKED = 12
"""Units in the plot of the ranking; the table has all."""

_SPLIT = Definition(
    Label("Chia theo diện tích", "Split by area"),
    Label(
        "Ước tính: số héc-ta của vùng được chia theo phần diện tích đường bao nằm trong từng đơn vị, giả định phân bố"
        " đều. Khoảng “chắc chắn – tối đa” đúng với mọi cách phân bố.",
        "An estimate: the hectares of a zone are split by the share of its outline in each unit, as if spread evenly."
        " The bounds “certain” and “at most” hold however they are spread.",
    ),
)
_CROSSWALK = Definition(
    Label("Đơn vị cũ và mới", "Former and present units"),
    Label(
        "Bản ghi ghi theo xã cũ được chuyển sang xã, phường hiện nay bằng bảng đối chiếu 129 xã cũ; bản ghi chỉ biết"
        " huyện cũ được tính là có thể nằm ở mọi xã của huyện.",
        "Records of a former commune are carried over to the present one by the list of the 129 former communes; a"
        " record of which only the former district is known may lie in any commune of it.",
    ),
)


def compose_units(desk: Desk) -> Content:
    """The content of the page."""
    indicator = _indicator(desk.choices.get("indicator") or _FIRST)
    method = cast(Method, choice_of("method", desk.choices.get("method"), METHODS) or "natural")
    rows = by_unit(desk.records, indicator.key, desk.parameters)
    names = _names(desk)
    rows.sort(key=lambda row: (_order(row.figure.value), sort_key(names[row.code].vi)))
    values = {row.code: _value(row, indicator) for row in rows}
    return content_of(
        _table(desk, indicator, rows, names),
        map=choropleth(desk.atlas, desk.parameters.frame, values, method),
        ranking=_ranking(desk, indicator, rows, names),
        indicator=indicator,
        whole=desk.figure(indicator.key),
        groups=_groups(),
        frames={frame.value: LAYERS[frame.value].label for frame in Frame},
        method=method,
        methods=METHODS,
        crops=CODE_LISTS["material"].codes if "crop" in indicator.parameters else (),
    )


def _indicator(key: str) -> Indicator:
    indicator = indicator_of(key)
    if not indicator.by_unit:
        keys = ", ".join(row.key for row in INDICATORS.values() if row.by_unit)
        raise BadQuery(
            f"indicator={key!r} is for the whole province only. Indicators by unit: {keys}.",
            f"indicator={key!r} chỉ tính cho toàn tỉnh. Các chỉ tiêu theo đơn vị: {keys}.",
        )
    return indicator


def _groups() -> list[tuple[Label, list[Indicator]]]:
    """The indicators that can be had for a unit, by the layer whose records they count."""
    groups: dict[str, list[Indicator]] = {}
    for row in INDICATORS.values():
        if row.by_unit:
            groups.setdefault(row.layer, []).append(row)
    return [(LAYERS[layer].label, rows) for layer, rows in groups.items()]


def _names(desk: Desk) -> dict[str, Label]:
    """The names of the units; of the former communes of one name with the former district."""
    frame = desk.parameters.frame
    titles = desk.atlas.titles(frame.value, map(str, desk.records.ids(frame.value)))
    return {code: Label(title, title_en or title) for code, (title, title_en) in titles.items()}


def _order(value: Interval | None) -> tuple[bool, float, float]:
    """The greatest certain value first, unknown ones last."""
    return (True, 0, 0) if value is None else (False, -value.sure, -value.possible)


def _value(row: UnitFigure, indicator: Indicator) -> Interval | None:
    value = row.figure.value
    return None if value is None else rounded(value, indicator.decimals)


def _table(desk: Desk, indicator: Indicator, rows: list[UnitFigure], names: dict[str, Label]) -> Table:
    is_split = any(row.estimate is not None for row in rows)
    columns = [
        Column("unit", LAYERS[desk.parameters.frame.value].article, "link"),
        Column("code", Label("Mã", "Code")),
        Column("figure", indicator.name, "interval"),
        *([Column("estimate", _SPLIT.term, "number", indicator.unit.vi)] if is_split else []),
        Column("undecided", Label("Chưa đủ số liệu để xét", "Too little data to decide"), "integer"),
    ]
    return Table(
        "units",
        Label(f"{indicator.name.vi} theo đơn vị", f"{indicator.name.en} by unit"),
        tuple(columns),
        tuple(_row(row, indicator, names, is_split=is_split) for row in rows),
        definitions=(
            Definition(indicator.name, indicator.rule),
            _CROSSWALK,
            *([_SPLIT] if is_split else []),
        ),
        records=tuple(RecordKey(desk.parameters.frame.value, row.code) for row in rows),
        rests_on=for_files(desk, records_of_figures(row.figure for row in rows)),
    )


def _row(row: UnitFigure, indicator: Indicator, names: dict[str, Label], *, is_split: bool) -> tuple[Cell, ...]:
    link = Link(names[row.code], path_of(row.figure), tuple(address_of(row.figure).items()))
    estimate = (None if row.estimate is None else round(row.estimate, max(1, indicator.decimals)),) if is_split else ()
    return (link, row.code, _value(row, indicator), *estimate, len(row.figure.unknown_records))


def _ranking(desk: Desk, indicator: Indicator, rows: list[UnitFigure], names: dict[str, Label]) -> BarPlot:
    """The units with the greatest values; those whose value is surely zero are left out."""
    bars = [
        Bar(names[row.code], _value(row, indicator), path_of(row.figure), tuple(address_of(row.figure).items()))
        for row in rows
        if row.figure.value is not None and row.figure.value.possible
    ]
    return BarPlot(
        Label("Các đơn vị đứng đầu", "Leading units"),
        LAYERS[desk.parameters.frame.value].article,
        indicator.unit,
        tuple(bars[:_RANKED]),
    )
