"""The page Overview: the programme in key figures with their change, what needs a decision, plots and a small map."""

from datetime import date
from typing import NamedTuple

from geo.ocop.codes import CODE_LISTS
from geo.plan.certificates import quarter
from geo.plan.figures import Figure
from geo.schema import Label
from geo.views.plan.desk import Content, Desk, content_of
from geo.views.plan.figure_view import address_of, figure_cell, path_of
from geo.views.plan.overview_map import overview_map
from geo.views.plan.plots import Bar, BarPlot, ColumnPlot, Part, Pillar
from geo.views.plan.table import Column, Link, Table
from geo.views.plan.table_sources import for_files, records_of_figures
from geo.views.values import format_date

KEY_FIGURES = (
    "products_total", "products_valid", "products_lapsed", "products_lapsing_in_quarter",
    "producers_total", "zones_area", "products_with_zone", "products_with_story",
    "villages_recognised", "villages_near_site", "sites_total", "communes_without_product",
)  # fmt: skip
"""The indicators of the cards, in their order."""


class Decision(NamedTuple):
    """An indicator that calls for a decision while it is not surely zero, and what is to be decided."""

    indicator: str
    task: Label


DECISIONS = (
    Decision("products_lapsing_in_quarter", Label("Lập hồ sơ đánh giá lại trước khi giấy chứng nhận hết hạn", "Prepare the dossiers before the certificates end")),
    Decision("products_lapsed", Label("Đánh giá lại, hoặc ghi rõ là không công nhận lại", "Assess again, or record that it is not certified again")),
    Decision("products_validity_unknown", Label("Ghi ngày cấp giấy chứng nhận để biết thời hạn", "Record when the certificate was issued")),
    Decision("products_without_zone", Label("Quy hoạch vùng nguyên liệu, hoặc ghi nơi mua nguyên liệu", "Plan a raw-material zone, or record where the material is bought")),
    Decision("zones_without_product", Label("Chọn sản phẩm để phát triển từ vùng này", "Choose a product to develop from the zone")),
    Decision("sites_without_village", Label("Xem xét nghề, làng nghề hoặc điểm bán sản phẩm gần điểm này", "Consider a craft, a village or a shop near the site")),
    Decision("villages_without_site", Label("Tìm hướng tiêu thụ khác, vì không có điểm du lịch gần", "Find other outlets, since no site is near")),
    Decision("communes_to_extend_to", Label("Xem xét nhân rộng chương trình đến xã, phường này", "Consider extending the programme to these communes")),
    Decision("communes_without_anything", Label("Khảo sát, vì chưa có thông tin nào", "Survey them, since nothing is on record")),
)  # fmt: skip

_QUARTER = (("Quý từ {} đến {}.", "vi"), ("The quarter from {} to {}.", "en"))
_FIRST_YEAR = 2019
_COLUMNS = (
    Column("indicator", Label("Nội dung", "Item"), "link"),
    Column("figure", Label("Số liệu", "Figure"), "interval"),
    Column("unit", Label("Đơn vị", "Unit")),
    Column("task", Label("Việc cần quyết định", "Decision needed")),
)


def compose_overview(desk: Desk) -> Content:
    """The content of the page."""
    before = desk.before()
    cards = [(desk.figure(key), before.figure(key)) for key in KEY_FIGURES]
    return content_of(
        _decisions(desk),
        card_pairs=cards,
        map=overview_map(desk.records, desk.atlas),
        by_group=_by_code(desk, "group", "product_group", Label("Sản phẩm theo nhóm", "Products by group")),
        by_stars=_by_code(desk, "stars", "stars", Label("Sản phẩm theo hạng sao", "Products by stars")),
        by_year=recognised_by_year(desk),
    )


def _decisions(desk: Desk) -> Table:
    """The matters whose figure is not surely zero, and those whose figure is unknown."""
    span = quarter(desk.parameters.on)
    figures = [(desk.figure(decision.indicator), decision.task) for decision in DECISIONS]
    called_for = [(figure, task) for figure, task in figures if figure.value is None or figure.value.possible]
    return Table(
        "decisions",
        Label("Cần quyết định trong quý", "To be decided this quarter"),
        _COLUMNS,
        tuple((figure_link(one), figure_cell(one), one.indicator.unit, task) for one, task in called_for),
        rests_on=for_files(desk, records_of_figures(one for one, _ in called_for)),
        note=Label(*(words.format(*(format_date(day.isoformat(), lang) for day in span)) for words, lang in _QUARTER)),
        empty=Label("Không có việc nào cần quyết định.", "Nothing needs a decision."),
    )


def figure_link(figure: Figure, text: Label | None = None) -> Link:
    """The cell that leads to the page of a figure."""
    return Link(text or figure.indicator.name, path_of(figure), tuple(address_of(figure).items()))


def _by_code(desk: Desk, field: str, codes: str, title: Label) -> BarPlot:
    """The products of each code of a list; codes that no product has or may have are left out."""
    figures = [(code, desk.figure(f"products_{field}_{code.key}")) for code in CODE_LISTS[codes].codes]
    bars = (
        Bar(code.label, figure.value, path_of(figure), tuple(address_of(figure).items()))
        for code, figure in figures
        if figure.value is None or figure.value.possible
    )
    return BarPlot(title, Label("Giá trị", "Value"), Label("Số sản phẩm", "Products"), tuple(bars))


def recognised_by_year(desk: Desk) -> ColumnPlot:
    """The products recognised in each year up to that of the desk."""
    pillars = []
    for year in range(_FIRST_YEAR, max(_FIRST_YEAR, desk.parameters.on.year) + 1):
        value = desk.figure("products_recognised_in_year", on=date(year, 12, 31)).value
        label = Label(str(year), str(year))
        pillars.append(Pillar(label, label, (value.sure if value else 0,)))
    return ColumnPlot(
        Label("Sản phẩm theo năm công nhận", "Products by year of recognition"),
        (Part("dated", Label("sản phẩm", "products")),),
        tuple(pillars),
    )
