"""The page Certificates: what lapses by month and year, and of whom; what is not known stands apart."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from geo.errors import BadQuery
from geo.ocop.codes import CODE_LISTS
from geo.plan.certificates import quarter
from geo.plan.figures import Interval
from geo.plan.records import RecordKey
from geo.schema import Label
from geo.text import sort_key
from geo.views.plan.desk import Content, Desk, content_of
from geo.views.plan.expiries import STATES, Expiry, Unit, expiries
from geo.views.plan.figure_view import figure_cell, record_link, sources_of
from geo.views.plan.plots import ColumnPlot, Part, Pillar
from geo.views.plan.table import Cell, Column, Definition, Link, Table, record_path
from geo.views.values import Source, parts

FIGURES = (
    "products_valid", "products_lapsing", "products_lapsing_in_quarter", "products_lapsed", "products_validity_unknown",
)  # fmt: skip
"""The indicators of the cards."""
QUARTERS = 4
"""Quarters that the page counts, the one of the day first."""
MONTHS = 24
"""Months that the calendar shows, the month of the day first."""
_YEARS_BEFORE, _YEARS_AFTER = 2, 3
DATED = Part("dated", Label("biết ngày hoặc tháng", "day or month known"))
DERIVED = Part("derived", Label("chỉ biết năm, hết hạn chậm nhất cuối năm", "year known only: by the end of the year"))
NO_PRODUCER = Label("Chưa ghi chủ thể", "No producer on record")
NO_COMMUNE = Label("Chưa rõ xã, phường", "Commune not known")

_PRODUCT = Column("product", Label("Sản phẩm", "Product"), "link")
_PRODUCER = Column("producer", Label("Chủ thể", "Producer"), "link")
_COMMUNE = Column("commune", Label("Xã, phường", "Commune"))
_COLUMNS = (
    _PRODUCT,
    Column("ends_first", Label("Hết hạn sớm nhất", "Ends at the earliest"), "date"),
    Column("ends_last", Label("Hết hạn muộn nhất", "Ends at the latest"), "date"),
    Column("state", Label("Tình trạng", "State")),
    _PRODUCER,
    _COMMUNE,
    Column("basis", Label("Căn cứ", "Basis")),
)
_UNKNOWN_COLUMNS = (_PRODUCT, _PRODUCER, _COMMUNE, Column("status", Label("Tình trạng ghi nhận", "Status on record")))
_DEFINITIONS = (
    Definition(
        Label("Thời hạn", "Term"),
        Label(
            "Giấy chứng nhận có giá trị 36 tháng (quyết định 1048/QĐ-TTg và 148/QĐ-TTg). Chỉ biết năm công nhận thì"
            " giấy hết hạn vào một ngày trong năm thứ ba sau đó.",
            "A certificate is valid for 36 months (decisions 1048/QĐ-TTg and 148/QĐ-TTg). Where only the year of"
            " recognition is known, it ends on some day of the third year after it.",
        ),
    ),
)


class Grouping(NamedTuple):
    """A way of grouping the products: its label, the unit of a product, and the name of those without one."""

    label: Label
    unit: Callable[[Expiry], Unit | None]
    without: Label


GROUPINGS: Mapping[str, Grouping] = {
    "producer": Grouping(Label("Chủ thể", "Producer"), lambda row: row.producer, NO_PRODUCER),
    "commune": Grouping(Label("Xã, phường", "Commune"), lambda row: row.commune, NO_COMMUNE),
}
"""Key of the parameter and of the table -> grouping."""


def compose_certificates(desk: Desk) -> Content:
    """The content of the page; BadQuery for a producer or commune that no product has."""
    rows = select_expiries(desk)
    certificates = [row for row in rows if row.ends is not None]
    on, horizon = desk.parameters.on, desk.parameters.on + timedelta(days=desk.parameters.days)
    return content_of(
        _table("lapsing", Label("Hết hạn trong {days} ngày tới", "Ending within {days} days"), desk,
               (row for row in certificates if may_lapse(row, on, horizon))),
        _quarters(desk),
        _months(desk, certificates),
        *(_groups(desk, key, rows) for key in GROUPINGS),
        _table("certificates", Label("Mọi giấy chứng nhận", "All certificates"), desk, certificates),
        _unknown(desk, [row for row in rows if row.ends is None]),
        card_pairs=[(desk.figure(key), None) for key in FIGURES],
        by_month=_month_plot(on, certificates),
        by_year=_year_plot(on, certificates),
        chosen=_chosen(desk, rows),
        calendar_query=dict(desk.choices),
    )  # fmt: skip


def select_expiries(desk: Desk) -> list[Expiry]:
    """The products of the page: all, or those of the producer and of the commune that the request names."""
    rows = expiries(desk.atlas, desk.records, desk.parameters.on)
    for name, grouping in GROUPINGS.items():
        code = desk.choices.get(name)
        if code is None:
            continue
        units = {unit.key.id for row in rows if (unit := grouping.unit(row))}
        if code not in units:
            raise BadQuery(
                f"{name}={code!r}: no product has this {name}. The tables of /plan/certificates name those that have.",
                f"{name}={code!r}: không sản phẩm nào thuộc mã này. Các bảng ở /plan/certificates nêu những mã có.",
            )
        rows = [row for row in rows if (unit := grouping.unit(row)) and unit.key.id == code]
    return rows


def may_lapse(row: Expiry, first: date, last: date) -> bool:
    """Whether a certificate that is valid, or may be, ends or may end on a day from `first` to `last`."""
    return row.state in {"valid", "may_be_valid"} and row.may_end(first, last)


def _chosen(desk: Desk, rows: Iterable[Expiry]) -> list[Label]:
    """The names of the producer and the commune that the page is limited to."""
    names = (
        next((unit.name for row in rows if (unit := grouping.unit(row))), None)
        for name, grouping in GROUPINGS.items()
        if name in desk.choices
    )
    return [name for name in names if name is not None]


def _table(key: str, title: Label, desk: Desk, rows: Iterable[Expiry]) -> Table:
    listed = list(rows)
    days = desk.parameters.days
    return Table(
        key,
        Label(title.vi.format(days=days), title.en.format(days=days)),
        _COLUMNS,
        tuple(_cells(row) for row in listed),
        records=_keys(listed),
        sources=_sources(desk, listed),
        definitions=_DEFINITIONS,
        empty=Label("Không có giấy chứng nhận nào.", "No certificate."),
    )


def _cells(row: Expiry) -> tuple[Cell, ...]:
    first, last = (day.isoformat() for day in row.ends) if row.ends else (None, None)
    return (
        record_link(row.product),
        first,
        last,
        STATES[row.state],
        _link(row.producer),
        row.commune.name if row.commune else None,
        row.basis_label,
    )


def _link(unit: Unit | None) -> Link | None:
    return None if unit is None else Link(unit.name, record_path(unit.key.layer, unit.key.id))


def _keys(rows: Iterable[Expiry]) -> tuple[RecordKey, ...]:
    return tuple(RecordKey(row.product.layer, row.product.id) for row in rows)


def _sources(desk: Desk, rows: Iterable[Expiry]) -> tuple[Source, ...]:
    return sources_of(desk.atlas, (key for row in rows for key in parts(row.product.properties.get("source_ids"))))


def _unknown(desk: Desk, rows: list[Expiry]) -> Table:
    """The products of whose certificate neither a date nor a year is known."""
    return Table(
        "unknown",
        Label("Chưa đủ số liệu để biết thời hạn", "Term not known"),
        _UNKNOWN_COLUMNS,
        tuple(
            (
                record_link(row.product),
                _link(row.producer),
                row.commune.name if row.commune else None,
                status_label(row.product.properties.get("status")),
            )
            for row in rows
        ),
        records=_keys(rows),
        sources=_sources(desk, rows),
        definitions=_DEFINITIONS,
        note=Label(
            "Cần ghi ngày cấp giấy chứng nhận; các sản phẩm này không có trong lịch và trong tệp ICS.",
            "The day of issue is to be recorded; these products are neither in the calendar nor in the ICS file.",
        ),
        empty=Label("Mọi sản phẩm đều đã rõ thời hạn.", "The term of every product is known."),
    )


def status_label(status: object) -> Label | None:
    """The label of a product's status; None where it has none."""
    return next((code.label for code in CODE_LISTS["product_status"].codes if code.key == status), None)


def _quarters(desk: Desk) -> Table:
    """What ends in the quarter of the day and in each of those after it, as figures that open as their records."""
    rows: list[tuple[Cell, ...]] = []
    on = desk.parameters.on
    for _ in range(QUARTERS):
        first, last = quarter(on)
        number = (first.month + 2) // 3
        figure = desk.figure("products_lapsing_in_quarter", on=on)
        name = Label(f"Quý {_ROMAN[number - 1]}/{first.year}", f"Q{number} {first.year}")
        rows.append((name, first.isoformat(), last.isoformat(), figure_cell(figure)))
        on = last + timedelta(days=1)
    return Table(
        "quarters",
        Label("Hết hạn theo quý", "Ending by quarter"),
        (
            Column("quarter", Label("Quý", "Quarter")),
            Column("first", Label("Từ ngày", "From"), "date"),
            Column("last", Label("Đến ngày", "To"), "date"),
            Column("figure", Label("Số sản phẩm", "Products"), "interval"),
        ),
        tuple(rows),
        definitions=_DEFINITIONS,
    )


_ROMAN = ("I", "II", "III", "IV")


def _months(desk: Desk, rows: list[Expiry]) -> Table:
    """The calendar: months with certificates whose end is known to the month, and years with the others."""
    counts: dict[str, list[int]] = {}
    for row in rows:
        if row.ends is not None and row.ends.last >= desk.parameters.on.replace(day=1):
            text = row.ends.last.isoformat()
            period = text[: len("2026-12")] if row.is_dated else text[: len("2026")]
            counts.setdefault(period, [0, 0])[0 if row.is_dated else 1] += 1
    # A year stands after its months, since its certificates end by its last day.
    periods = sorted(counts, key=lambda period: f"{period}-99" if len(period) == len("2026") else period)
    return Table(
        "months",
        Label("Lịch hết hạn", "Calendar"),
        (
            Column("period", Label("Tháng, năm", "Month, year"), "date"),
            Column("dated", DATED.label, "integer"),
            Column("derived", DERIVED.label, "integer"),
        ),
        tuple((period, *counts[period]) for period in periods),
        sources=_sources(desk, rows),
        definitions=_DEFINITIONS,
        empty=Label("Không có giấy chứng nhận nào hết hạn từ tháng này.", "No certificate ends from this month on."),
    )


def _groups(desk: Desk, key: str, rows: list[Expiry]) -> Table:
    """For each producer or commune: its products, those that are valid, those that end soon, and the next end."""
    grouping = GROUPINGS[key]
    members: dict[Unit | None, list[Expiry]] = {}
    for row in rows:
        members.setdefault(grouping.unit(row), []).append(row)
    units = sorted(members, key=lambda unit: (unit is None, sort_key(unit.name.vi) if unit else ""))
    return Table(
        f"{key}s",
        Label(f"Theo {grouping.label.vi.lower()}", f"By {grouping.label.en.lower()}"),
        (
            Column(key, grouping.label, "link"),
            Column("products", Label("Sản phẩm", "Products"), "integer"),
            Column("valid", Label("Còn hiệu lực", "Valid"), "interval"),
            Column("lapsing", _within(desk), "interval"),
            Column("unknown", Label("Chưa rõ thời hạn", "Term not known"), "integer"),
            Column("next", Label("Hết hạn kế tiếp, muộn nhất", "Next end, at the latest"), "date"),
        ),
        tuple(_group_cells(desk, key, unit, members[unit]) for unit in units),
        records=tuple(unit.key if unit else None for unit in units),
        definitions=_DEFINITIONS,
    )


def _within(desk: Desk) -> Label:
    days = desk.parameters.days
    return Label(f"Hết hạn trong {days} ngày", f"Ending in {days} days")


def _group_cells(desk: Desk, key: str, unit: Unit | None, rows: list[Expiry]) -> tuple[Cell, ...]:
    on, horizon = desk.parameters.on, desk.parameters.on + timedelta(days=desk.parameters.days)
    sure = sum(row.state == "valid" for row in rows)
    possible = sum(row.state == "may_be_valid" for row in rows)
    lapsing = [row for row in rows if may_lapse(row, on, horizon)]
    surely = sum(row.state == "valid" and row.surely_ends(on, horizon) for row in lapsing)
    coming = [row.ends.last for row in rows if row.ends is not None and row.ends.last >= on]
    without = GROUPINGS[key].without
    return (
        Link(unit.name, "/plan/certificates", _address(desk, key, unit.key.id)) if unit else without,
        len(rows),
        Interval(sure, sure + possible),
        Interval(surely, len(lapsing)),
        sum(row.ends is None for row in rows),
        min(coming).isoformat() if coming else None,
    )


def _address(desk: Desk, key: str, code: str) -> tuple[tuple[str, str], ...]:
    """The address of the page for one producer or commune."""
    parameters = desk.parameters
    moment = (("version", str(parameters.version)), ("on", parameters.on.isoformat()), ("days", str(parameters.days)))
    return (*moment, (key, code))


def _month_plot(on: date, rows: list[Expiry]) -> ColumnPlot | None:
    """The certificates whose end is known to the month, by month; None where none ends in the months shown."""
    months = [_month_after(on, number) for number in range(MONTHS)]
    counts = dict.fromkeys(months, 0)
    for row in rows:
        if row.is_dated and row.ends is not None and (month := row.ends.last.replace(day=1)) in counts:
            counts[month] += 1
    if not any(counts.values()):
        return None
    pillars = tuple(
        Pillar(
            Label(f"{month:%m}", f"{month:%m}"),
            Label(f"{month:%m/%Y}", f"{month:%Y-%m}"),
            (counts[month],),
            str(month.year) if month.month == 1 or number == 0 else "",
        )
        for number, month in enumerate(months)
    )
    title = Label("Hết hạn theo tháng (đã biết ngày hoặc tháng)", "Ending by month (day or month known)")
    return ColumnPlot(title, (DATED,), pillars)


def _month_after(on: date, number: int) -> date:
    """The first day of the month that is `number` months after that of a day."""
    months = on.year * 12 + on.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)


def _year_plot(on: date, rows: list[Expiry]) -> ColumnPlot:
    """The certificates by the year that they end in."""
    years = range(on.year - _YEARS_BEFORE, on.year + _YEARS_AFTER + 1)
    counts = {year: [0, 0] for year in years}
    for row in rows:
        if row.ends is not None and row.ends.last.year in counts:
            counts[row.ends.last.year][0 if row.is_dated else 1] += 1
    pillars = tuple(
        Pillar(label, label, tuple(counts[year])) for year in years if (label := Label(str(year), str(year)))
    )
    return ColumnPlot(Label("Hết hạn theo năm", "Ending by year"), (DATED, DERIVED), pillars)
