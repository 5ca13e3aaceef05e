"""The links between layers as rows, recorded and derived, and the pairs of links that should agree."""

from geo.ocop.layers import LAYERS, POINT_LAYERS
from geo.schema import (
    Disagreement,
    KeyLink,
    Label,
    LinkSpec,
    MatchLink,
    Near,
    NearestOfKind,
    Overlap,
    ThroughLink,
    Within,
)

_IN_COMMUNE = Label("Nằm trong xã, phường (từ 1/7/2025)", "In the commune or ward (since 1 July 2025)")
_IN_DISTRICT = Label("Nằm trong huyện cũ", "In the former district")
_SITES_NEAR = Label("Di tích, điểm du lịch trong vòng 10 km", "Sites within 10 km")
_HOLDS: dict[str, Label] = {
    name: Label(f"{LAYERS[name].label.vi} tại đây", f"{LAYERS[name].label.en} here") for name in LAYERS
}
NEAR_SITES_M = 10_000.0
NEAREST_SHOWN_M = 20_000.0
"""Farther in a straight line, the nearest site of a type is a journey of its own, not a place beside the village."""


def _unit_links(layer: str) -> tuple[LinkSpec, ...]:
    """The links of a layer of points to the administrative units, by recorded code and by geometry."""
    return (
        Within(f"{layer}_in_commune", layer, "communes", _IN_COMMUNE, _HOLDS[layer]),
        ThroughLink(
            f"{layer}_by_crosswalk", layer, "communes", "old_commune_code", "old_communes", "commune_code",
            Label("Xã, phường hiện nay", "Present commune (from the old-to-new list)"), _HOLDS[layer],
        ),
        Within(f"{layer}_in_district", layer, "districts", _IN_DISTRICT, _HOLDS[layer], at_least="district"),
        KeyLink(f"{layer}_of_district", layer, "districts", "district_code", Label("Huyện cũ theo hồ sơ", "Former district on record"), _HOLDS[layer]),
        KeyLink(f"{layer}_of_old_commune", layer, "old_communes", "old_commune_code", Label("Xã cũ theo hồ sơ", "Former commune on record"), _HOLDS[layer]),
    )  # fmt: skip


LINKS: tuple[LinkSpec, ...] = (
    KeyLink("made_by", "products", "producers", "producer_id", Label("Chủ thể sản xuất", "Made by"), Label("Sản phẩm", "Makes")),
    MatchLink(
        "zone_of_material", "products", "zones", (("raw_material", "crop"), ("district_code", "district_code")),
        Label("Có thể lấy nguyên liệu từ vùng (cùng loại, cùng huyện cũ)", "Possible raw-material zone (same material, same former district)"),
        Label("Sản phẩm có thể dùng nguyên liệu này (cùng loại, cùng huyện cũ)", "Possible products (same material, same former district)"),
    ),
    Within("producer_in_zone", "producers", "zones", Label("Nằm trong vùng nguyên liệu", "Inside the raw-material zone"), Label("Chủ thể trong vùng", "Producers inside"), each="any"),
    MatchLink(
        "product_village", "products", "villages", (("old_commune_code", "old_commune_code"),),
        Label("Làng nghề, bản cùng xã cũ", "Villages in the same former commune"),
        Label("Sản phẩm OCOP cùng xã cũ", "OCOP products in the same former commune"),
    ),
    MatchLink(
        "producer_village", "producers", "villages", (("old_commune_code", "old_commune_code"),),
        Label("Làng nghề, bản cùng xã cũ", "Villages in the same former commune"),
        Label("Chủ thể sản xuất cùng xã cũ", "Producers in the same former commune"),
    ),
    Near("producer_near_village", "producers", "villages", NEAR_SITES_M, Label("Làng nghề, bản trong vòng 10 km", "Villages within 10 km"), Label("Chủ thể trong vòng 10 km", "Producers within 10 km")),
    Near("product_near_site", "products", "sites", NEAR_SITES_M, _SITES_NEAR, Label("Sản phẩm OCOP trong vòng 10 km", "OCOP products within 10 km")),
    Near("producer_near_site", "producers", "sites", NEAR_SITES_M, _SITES_NEAR, Label("Chủ thể trong vòng 10 km", "Producers within 10 km")),
    Near("village_near_site", "villages", "sites", NEAR_SITES_M, _SITES_NEAR, Label("Làng nghề, bản trong vòng 10 km", "Villages within 10 km")),
    Near("village_near_market", "villages", "markets", NEAR_SITES_M, Label("Chợ phiên, lễ hội trong vòng 10 km", "Markets and festivals within 10 km"), Label("Làng nghề, bản trong vòng 10 km", "Villages within 10 km")),
    Near("producer_near_market", "producers", "markets", NEAR_SITES_M, Label("Chợ phiên, lễ hội trong vòng 10 km", "Markets and festivals within 10 km"), Label("Chủ thể trong vòng 10 km", "Producers within 10 km")),
    NearestOfKind("village_nearest_site", "villages", "sites", "kind", Label("Điểm gần nhất của mỗi loại", "Nearest site of each type"), Label("Gần nhất đối với các bản", "Nearest site of its type for villages"), shown_m=NEAREST_SHOWN_M),
    NearestOfKind("producer_nearest_site", "producers", "sites", "kind", Label("Điểm gần nhất của mỗi loại", "Nearest site of each type"), Label("Gần nhất đối với các chủ thể", "Nearest site of its type for producers"), shown_m=NEAREST_SHOWN_M),
    KeyLink("part_of", "sites", "sites", "part_of", Label("Thuộc di tích", "Part of"), Label("Điểm thành phần", "Component sites")),
    KeyLink("zone_names_commune", "zones", "old_communes", "old_commune_codes", Label("Xã cũ được nêu tên", "Former communes named"), Label("Vùng nguyên liệu nêu tên xã", "Zones that name it")),
    ThroughLink("zone_by_crosswalk", "zones", "communes", "old_commune_codes", "old_communes", "commune_code", Label("Xã, phường hiện nay", "Present communes (from the old-to-new list)"), Label("Vùng nguyên liệu theo hồ sơ", "Zones on record")),
    KeyLink("zone_names_present_commune", "zones", "communes", "commune_codes_since_2025", Label("Xã, phường được nêu tên", "Communes and wards named"), Label("Vùng nguyên liệu nêu tên xã, phường", "Zones that name it")),
    KeyLink("zone_of_district", "zones", "districts", "district_code", Label("Huyện cũ theo hồ sơ", "Former district on record"), Label("Vùng nguyên liệu theo hồ sơ", "Zones on record")),
    Overlap("zone_covers_commune", "zones", "communes", Label("Nằm trên địa bàn xã, phường", "Covers communes and wards"), Label("Vùng nguyên liệu tại đây", "Zones here")),
    Overlap("zone_covers_district", "zones", "districts", Label("Nằm trên địa bàn huyện cũ", "Covers former districts"), Label("Vùng nguyên liệu tại đây", "Zones here")),
    Overlap("zone_overlaps_zone", "zones", "zones", Label("Chồng lên vùng khác", "Overlaps other zones"), Label("Trùng một phần với vùng", "Overlapped by")),
    KeyLink("old_commune_went_into", "old_communes", "communes", "commune_code", Label("Nhập vào", "Became part of"), Label("Hợp thành từ các xã cũ", "Made from former communes")),
    KeyLink("old_commune_of_district", "old_communes", "districts", "district_code", Label("Thuộc huyện cũ", "In the former district"), Label("Các xã cũ", "Former communes")),
    Within("old_commune_in_commune", "old_communes", "communes", Label("Điểm nằm trong xã, phường", "Point lies in"), Label("Điểm xã cũ nằm tại đây", "Points of former communes here")),
    KeyLink("outline_of_old_commune", "outlines_2009", "old_communes", "old_commune_code", Label("Xã cũ", "Former commune"), Label("Đường bao năm 2009", "Outline of 2009")),
    KeyLink("cohort_has", "cohorts", "products", "members", Label("Thành viên đã xác nhận", "Confirmed members"), Label("Thuộc nhóm", "In the cohort")),
    KeyLink("cohort_may_have", "cohorts", "products", "candidates", Label("Ứng viên, chưa xác nhận", "Candidates, not confirmed"), Label("Có thể thuộc nhóm, chưa xác nhận", "Perhaps in the cohort, not confirmed"),
            visible=False),  # assumed: it must not stand among the links on record with the sources of the cohort
    KeyLink("figure_of_commune", "figures", "communes", "commune_code", Label("Xã, phường", "Commune or ward"), Label("Số liệu", "Figures")),
    KeyLink("figure_of_old_commune", "figures", "old_communes", "old_commune_code", Label("Xã cũ", "Former commune"), Label("Số liệu", "Figures")),
    KeyLink("figure_of_district", "figures", "districts", "district_code", Label("Huyện cũ", "Former district"), Label("Số liệu", "Figures")),
    *(link for layer in POINT_LAYERS for link in _unit_links(layer)),
    *(
        KeyLink(f"{layer.name}_cites", layer.name, "sources", "source_ids", Label("Nguồn", "Sources"),
                Label(f"{layer.label.vi} dẫn nguồn này", f"{layer.label.en} that cite it"), visible=False)
        for layer in LAYERS.values()
        if layer.has("source_ids")
    ),
)  # fmt: skip

DISAGREEMENTS: tuple[Disagreement, ...] = (
    *(
        Disagreement(
            f"{layer}_commune", f"{layer}_by_crosswalk", f"{layer}_in_commune",
            Label("Xã, phường theo hồ sơ khác xã, phường chứa điểm", "The commune on record is not the one that contains the point"),
        )
        for layer in POINT_LAYERS
    ),
    *(
        Disagreement(
            f"{layer}_district", f"{layer}_of_district", f"{layer}_in_district",
            Label("Huyện cũ theo hồ sơ khác huyện chứa điểm", "The district on record is not the one that contains the point"),
        )
        for layer in POINT_LAYERS
    ),
    Disagreement(
        "zone_commune", "zone_by_crosswalk", "zone_covers_commune",
        Label("Vùng nêu tên xã mà không chạm tới", "The zone names a commune that it does not touch"),
    ),
    Disagreement(
        "zone_district", "zone_of_district", "zone_covers_district",
        Label("Vùng nêu tên huyện mà không chạm tới", "The zone names a district that it does not touch"),
    ),
    Disagreement(
        "old_commune_commune", "old_commune_went_into", "old_commune_in_commune",
        Label("Điểm của xã cũ nằm ngoài xã, phường mà xã đó nhập vào", "The former commune's point lies outside the commune it became part of"),
    ),
)  # fmt: skip
