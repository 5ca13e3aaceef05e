"""The filters of the map, the lists, the exports and the addresses, as rows."""

from collections.abc import Iterable

from geo.ocop.collections import LINK_LAYER
from geo.ocop.layers import POINT_LAYERS
from geo.ocop.links import LINKS
from geo.schema import Filter, KeyLink, Label, Overlap

_LINK = LINK_LAYER.name
_IN_DISTRICTS = tuple(row.name for row in LINKS if isinstance(row, KeyLink) and row.target == "districts")
_OF_OLD_COMMUNES = tuple(row.name for row in LINKS if isinstance(row, KeyLink) and row.target == "old_communes")
_COVER_COMMUNES = tuple(row.name for row in LINKS if isinstance(row, Overlap) and row.target == "communes")

FILTERS: tuple[Filter, ...] = (
    Filter("group", Label("Nhóm sản phẩm", "Product group"), {"products": "group"}, codes="product_group"),
    Filter("stars", Label("Hạng sao", "Stars"), {"products": "stars"}, codes="stars"),
    Filter("year", Label("Năm công nhận", "Year certified"), {"products": "year"}),
    Filter("status", Label("Tình trạng công nhận", "Recognition status"), {"products": "status"}, codes="product_status"),
    Filter(
        "valid_until", Label("Hiệu lực đến (năm)", "Valid until (year)"), {"products": "expected_until"}, kind="year",
        derived=("validity", ("date", "year")),
    ),
    Filter("validity", Label("Căn cứ xác định thời hạn", "Basis of the validity"), {"products": "validity_basis"}, codes="validity_basis"),
    Filter("zone", Label("Vùng nguyên liệu của sản phẩm", "Raw-material zone of the product"), {}, codes="has_zone", kind="linked", links=("zone_of_material",)),
    Filter("material", Label("Nguyên liệu", "Raw material"), {"products": "raw_material", "zones": "crop"}, codes="material"),
    Filter("producer_kind", Label("Loại hình chủ thể", "Type of producer"), {"producers": "kind"}, codes="producer_kind"),
    Filter("village_kind", Label("Loại làng nghề, bản", "Type of village"), {"villages": "kind"}, codes="village_kind"),
    Filter("craft", Label("Nghề", "Craft"), {"villages": "craft"}, codes="craft_kind"),
    Filter("site_kind", Label("Loại di tích, điểm", "Type of site"), {"sites": "kind"}, codes="site_kind"),
    Filter("market_kind", Label("Loại chợ, lễ hội", "Market or festival"), {"markets": "kind"}, codes="market_kind"),
    Filter("figure", Label("Chỉ tiêu", "Figure"), {"figures": "figure"}, codes="figure_kind"),
    Filter(
        "commune", Label("Xã, phường", "Commune or ward"), {}, kind="unit", unit="communes",
        links=(
            *(f"{layer}_in_commune" for layer in POINT_LAYERS), *(f"{layer}_by_crosswalk" for layer in POINT_LAYERS),
            *_COVER_COMMUNES, "figure_of_commune",
        ),
    ),
    Filter("district", Label("Huyện cũ", "Former district"), {}, kind="unit", unit="districts", links=_IN_DISTRICTS),
    Filter(
        "old_commune", Label("Xã cũ (đến 30/6/2025)", "Former commune (until 30 June 2025)"), {}, kind="unit",
        unit="old_communes", links=_OF_OLD_COMMUNES, outline="outlines_2009",
    ),
    Filter("link", Label("Quan hệ", "Relation"), {_LINK: "link"}, codes="link"),
    Filter("certain", Label("Mức chắc chắn", "Certainty"), {_LINK: "certain"}, codes="certainty"),
    Filter("distance", Label("Khoảng cách tối đa (km)", "Distance at most (km)"), {_LINK: "distance_m"}, kind="most", scale=1_000),
    Filter("end", Label("Lớp ở một đầu", "Layer at one end"), {_LINK: ("source_layer", "target_layer")}, codes="layer", kind="end"),
    Filter(
        "record", Label("Bản ghi ở một đầu (lớp/mã)", "Record at one end (layer/code)"),
        {_LINK: ("source_layer", "source_id", "target_layer", "target_id")}, kind="record",
    ),
)  # fmt: skip

BY_PARAM = {row.param: row for row in FILTERS}
PARAMS = tuple(BY_PARAM)
COUNTED = tuple(row.param for row in FILTERS if row.kind not in {"most", "record"})
"""The filters with a list of values, of which each has a number of records; the others take any number or record."""
_SOURCE_OF = {spec.name: spec.source for spec in LINKS}


LAYERS_OF = {row.param: frozenset(row.fields) | {_SOURCE_OF[link] for link in row.links} for row in FILTERS}
"""Parameter -> the layers that the filter applies to."""


def applies(param: str, layer: str) -> bool:
    """Whether the filter `param` applies to records of `layer`."""
    return layer in LAYERS_OF[param]


def chosen_layers(params: Iterable[str]) -> tuple[str, ...]:
    """The layers of which some filters choose records by what they are; a filter by unit says where records lie.

    >>> chosen_layers(["material", "commune"]), chosen_layers(["commune"])
    (('products', 'zones'), ())
    """
    return tuple(sorted({layer for param in params if BY_PARAM[param].kind != "unit" for layer in LAYERS_OF[param]}))
