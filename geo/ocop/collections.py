"""The published collections: the recorded layers, and the links between their records as one more layer."""

from collections.abc import Mapping

from geo.ocop.codes import CODE_LISTS
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from geo.schema import Code, CodeList, Field, Label, LayerSpec

# The codes are the names of LINKS. They cannot be in ocop/codes.py, on which ocop/links.py depends.
CODE_LISTS["link"] = CodeList(
    "link", Label("Loại liên kết", "Type of link"), tuple(Code(row.name, row.label) for row in LINKS if row.visible)
)

_LINKED = {layer for row in LINKS if row.visible for layer in (row.source, row.target)}

LINK_LAYER = LayerSpec(
    name="links",
    label=Label("Liên kết", "Links"),
    article=Label("Liên kết", "Link"),
    group="links",
    geometry="LineString",
    key="link_id",
    title="name",
    title_en="name_en",
    may_be_unplaced=True,
    on_map=False,
    searched=False,
    unplaced=Label(
        "Không có đường nối: một đầu chưa có vị trí, hoặc hai đầu ở cùng một điểm",
        "No line: one end has no location, or both are at the same point",
    ),
    about=Label(
        "Mọi liên kết giữa sản phẩm, chủ thể, vùng nguyên liệu, làng nghề, điểm đến và đơn vị hành chính, kèm lý do, khoảng cách và mức chắc chắn; suy ra từ các lớp khác ở mỗi phiên bản. Đường thẳng nối hai điểm đại diện, không phải đường đi.",
        "Every link between products, producers, zones, villages, sites and units, with its reason, distance and certainty, derived from the other layers in each version. A straight line joins a point of each record; it is not a route.",
    ),
    fields=(
        Field("link_id", "link_id", Label("Mã", "Code"), required=True),
        Field("name", "name", Label("Hai đầu", "The two ends"), required=True, search=True, table=True),
        Field("name_en", "name_en", Label("Hai đầu (tiếng Anh)", "The two ends (English)"), search=True),
        Field("link", "link", Label("Quan hệ", "Relation"), "code", required=True, codes="link", table=True),
        Field("source_layer", "src_layer", Label("Lớp của đầu đi", "Origin layer"), required=True, hidden=True),
        Field("source_id", "source_id", Label("Mã đầu đi", "Origin code"), required=True, hidden=True),
        Field("source_name", "src_name", Label("Đầu đi", "From"), required=True),
        Field("target_layer", "tgt_layer", Label("Lớp của đầu đến", "Destination layer"), required=True, hidden=True),
        Field("target_id", "target_id", Label("Mã đầu đến", "Destination code"), required=True, hidden=True),
        Field("target_name", "tgt_name", Label("Đầu đến", "To"), required=True),
        Field("reason", "reason", Label("Lý do", "Reason"), "code", required=True, codes="link_reason", table=True),
        Field("distance_m", "distance_m", Label("Khoảng cách đường chim bay", "Straight-line distance"), "real", unit="m", minimum=0, measures="length", uncertainty_field="uncertainty_m", table=True, sparse=True),
        Field("uncertainty_m", "uncert_m", Label("Sai số của khoảng cách", "Uncertainty of the distance"), "real", unit="m", minimum=0, measures="length", sparse=True),
        Field("area_ha", "area_ha", Label("Diện tích chung", "Shared area"), "real", unit="ha", minimum=0, sparse=True),
        Field("share", "share", Label("Tỷ lệ diện tích của đầu đi", "Share of the origin's area"), "real", minimum=0, maximum=1, sparse=True),
        Field("certain", "certain", Label("Chắc chắn", "Certain"), "code", required=True, codes="yes_no", table=True),
        Field("rank", "rank", Label("Thứ tự trong các liên kết cùng loại của đầu đi", "Rank among the origin's links of this type"), "integer", required=True, minimum=1),
        Field("precision", "precision", Label("Độ chính xác vị trí", "Location precision"), "code", codes="precision",
              help=Label("của đầu kém chính xác hơn", "of the less accurate end")),
        Field("source_ids", "source_ids", Label("Nguồn", "Sources"), "refs", target="sources"),
    ),
)  # fmt: skip

# The layers whose records links join.
CODE_LISTS["layer"] = CodeList(
    "layer",
    Label("Lớp", "Layer"),
    tuple(Code(spec.name, spec.label) for spec in LAYERS.values() if spec.name in _LINKED),
)

COLLECTIONS: dict[str, LayerSpec] = {**LAYERS, LINK_LAYER.name: LINK_LAYER}
"""Name -> layer, recorded layers first. This table drives what is published, LAYERS what is recorded and edited."""

ENDS = {"source_name": ("source_layer", "source_id"), "target_name": ("target_layer", "target_id")}
"""The fields of a link that name one of its ends -> the fields that hold the end's layer and id."""


def tile_fields(layer: str) -> tuple[Field, ...]:
    """The fields of a layer that its vector tiles carry: all but long texts."""
    return tuple(field for field in COLLECTIONS[layer].fields if field.kind != "longtext")


def end_of(spec: LayerSpec, name: str, values: Mapping[str, object]) -> tuple[str, str] | None:
    """Layer and id of the record that the field `name` of a link names; None for a field that names none.

    >>> end_of(LINK_LAYER, "source_name", {"source_layer": "products", "source_id": "mat-ong"})
    ('products', 'mat-ong')
    """
    if spec.name != LINK_LAYER.name or name not in ENDS:
        return None
    layer, key = (values.get(part) for part in ENDS[name])
    return (str(layer), str(key)) if layer in LAYERS and key else None
