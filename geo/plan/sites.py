"""The indicators of heritage sites, tourism sites, markets and festivals, and of what lies near them."""

from geo.ocop.codes import CODE_LISTS
from geo.plan.figures import Indicator
from geo.plan.formulas import count, has, missing, negated, recorded, share, value
from geo.plan.products import PERCENT
from geo.plan.reaches import within
from geo.schema import Label

_LAYER = "sites"
_SCOPE = ("unit",)
_UNIT = Label("điểm", "sites")
_MARKETS = Label("chợ, lễ hội", "markets and festivals")


def _of_code(field: str, codes: str, vi: str, en: str) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            f"sites_{field}_{code.key}", Label(f"{vi}: {code.label.vi}", f"{en}: {code.label.en}"), "P17", _UNIT,
            Label(f"Số di tích, điểm du lịch có “{vi}” là “{code.label.vi}”; nơi chưa ghi được liệt kê riêng.", f"The sites whose “{en}” is “{code.label.en}”; those without a value are listed apart."),
            count(_LAYER, value(_LAYER, field, code.key)), _LAYER, _SCOPE, missing(_LAYER, field),
        )
        for code in CODE_LISTS[codes].codes
    )  # fmt: skip


SITES: tuple[Indicator, ...] = (
    Indicator("sites_total", Label("Di tích, danh thắng, điểm du lịch", "Heritage and tourism sites"), "P17", _UNIT,
              Label("Số di tích, danh thắng và điểm du lịch, kể cả các điểm thành phần.", "The heritage and tourism sites, component sites included."),
              count(_LAYER), _LAYER, _SCOPE),
    *_of_code("rank", "site_rank", "Xếp hạng di tích", "Rank of the site"),
    *_of_code("kind", "site_kind", "Loại điểm", "Type of site"),
    Indicator("sites_with_rank_decision_share", Label("Tỷ lệ di tích đã xếp hạng có số quyết định", "Share of ranked sites with the number of their decision"), "P17", PERCENT,
              Label("Số di tích đã xếp hạng có ghi số quyết định, chia cho số di tích đã xếp hạng.", "The ranked sites whose decision is on record, divided by all ranked sites."),
              share(_LAYER, has(_LAYER, "decision"), has(_LAYER, "rank")), _LAYER, _SCOPE, missing(_LAYER, "decision"), 1),
    Indicator("sites_near_village", Label("Di tích, điểm du lịch gần làng nghề, bản", "Sites near a village"), "P16", _UNIT,
              Label("Số di tích, điểm du lịch có làng nghề hoặc bản du lịch trong khoảng cách được chọn theo đường chim bay.", "The sites with a craft or tourism village within the chosen distance, as the crow flies."),
              count(_LAYER, within(_LAYER, "villages")), _LAYER, ("km", *_SCOPE)),
    Indicator("sites_without_village", Label("Di tích, điểm du lịch xa mọi làng nghề, bản", "Sites without a village near"), "P16", _UNIT,
              Label("Số di tích, điểm du lịch không có làng nghề, bản nào trong khoảng cách được chọn.", "The sites without any craft or tourism village within the chosen distance."),
              count(_LAYER, negated(within(_LAYER, "villages"))), _LAYER, ("km", *_SCOPE)),
    Indicator("sites_near_producer", Label("Di tích, điểm du lịch gần chủ thể OCOP", "Sites near an OCOP producer"), "P2", _UNIT,
              Label("Số di tích, điểm du lịch có chủ thể sản xuất trong khoảng cách được chọn theo đường chim bay.", "The sites with a producer within the chosen distance, as the crow flies."),
              count(_LAYER, within(_LAYER, "producers")), _LAYER, ("km", *_SCOPE)),
    Indicator("sites_with_projects", Label("Di tích, điểm du lịch có dự án gắn kết", "Sites with a project tied to them"), "P17", _UNIT,
              Label("Số di tích, điểm du lịch có ghi dự án; chưa có trường dữ liệu.", "The sites with a project on record; no layer has a field for it yet."),
              recorded(_LAYER, "projects"), _LAYER, _SCOPE,
              Label("Dự án: tên, quyết định, năm, giai đoạn, kinh phí, địa điểm", "Projects: name, decision, year, phase, funds, place")),
    Indicator("markets_total", Label("Chợ phiên, lễ hội", "Markets and festivals"), "P18", _MARKETS,
              Label("Số chợ phiên và lễ hội trong dữ liệu của phiên bản.", "The markets and festivals in the data of the version."),
              count("markets"), "markets", _SCOPE),
    Indicator("markets_with_days", Label("Chợ phiên, lễ hội đã rõ ngày họp", "Markets and festivals whose days are known"), "P18", _MARKETS,
              Label("Số chợ phiên, lễ hội có ghi ngày họp hoặc ngày hội.", "The markets and festivals whose days are on record."),
              count("markets", has("markets", "days_words")), "markets", _SCOPE, missing("markets", "days_words")),
)  # fmt: skip
