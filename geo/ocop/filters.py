"""The filters of the map, the lists, the exports and the addresses, as rows."""

from geo.ocop.layers import POINT_LAYERS
from geo.ocop.links import LINKS
from geo.schema import Filter, KeyLink, Label, Overlap

_IN_DISTRICTS = tuple(row.name for row in LINKS if isinstance(row, KeyLink) and row.target == "districts")
_COVER_COMMUNES = tuple(row.name for row in LINKS if isinstance(row, Overlap) and row.target == "communes")

FILTERS: tuple[Filter, ...] = (
    Filter("group", Label("Nhóm sản phẩm", "Product group"), {"products": "group"}, codes="product_group"),
    Filter("stars", Label("Hạng sao", "Stars"), {"products": "stars"}, codes="stars"),
    Filter("year", Label("Năm công nhận", "Year certified"), {"products": "year"}),
    Filter("material", Label("Nguyên liệu", "Raw material"), {"products": "raw_material", "zones": "crop"}, codes="material"),
    Filter("producer_kind", Label("Loại hình chủ thể", "Type of producer"), {"producers": "kind"}, codes="producer_kind"),
    Filter("village_kind", Label("Loại làng nghề, bản", "Type of village"), {"villages": "kind"}, codes="village_kind"),
    Filter("craft", Label("Nghề", "Craft"), {"villages": "craft"}, codes="craft_kind"),
    Filter("site_kind", Label("Loại di tích, điểm", "Type of site"), {"sites": "kind"}, codes="site_kind"),
    Filter("market_kind", Label("Loại chợ, lễ hội", "Market or festival"), {"markets": "kind"}, codes="market_kind"),
    Filter("figure", Label("Chỉ tiêu", "Figure"), {"figures": "figure"}, codes="figure_kind"),
    Filter(
        "commune", Label("Xã, phường", "Commune or ward"), {}, unit="communes",
        links=(
            *(f"{layer}_in_commune" for layer in POINT_LAYERS), *(f"{layer}_by_crosswalk" for layer in POINT_LAYERS),
            *_COVER_COMMUNES, "figure_of_commune",
        ),
    ),
    Filter(
        "district", Label("Huyện cũ", "Former district"), {}, unit="districts",
        links=_IN_DISTRICTS,
    ),
)  # fmt: skip

PARAMS = tuple(row.param for row in FILTERS)
_SOURCE_OF = {spec.name: spec.source for spec in LINKS}


def applies(param: str, layer: str) -> bool:
    """Whether the filter `param` applies to records of `layer`."""
    row = next(row for row in FILTERS if row.param == param)
    return layer in row.fields or any(_SOURCE_OF[link] == layer for link in row.links)
