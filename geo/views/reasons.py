"""Why two records are linked and how far apart they are, in words."""

import math

from geo.atlas import LinkRow
from geo.codes import PRECISIONS
from geo.layers import LAYERS, LINKS
from geo.schema import Label, LinkSpec, MatchLink
from geo.views.export.values import number_shown

SPECS: dict[str, LinkSpec] = {spec.name: spec for spec in LINKS}

REASONS: dict[str, Label] = {
    "recorded": Label("Ghi trong hồ sơ", "On record"),
    "crosswalk": Label("Ghi trong hồ sơ, qua bảng chuyển đổi xã cũ - xã mới", "On record, by the commune crosswalk"),
    "matched": Label("Trùng {fields}, chưa có hồ sơ", "Same {fields}, not on record"),
    "inside": Label("Điểm nằm trong ranh giới", "The point lies inside the outline"),
    "overlap": Label("Ranh giới chồng lên nhau", "The outlines overlap"),
    "near": Label("Trong vòng 10 km, đo trên bản đồ", "Within 10 km, measured on the map"),
    "nearest": Label("Gần nhất trong loại, đo trên bản đồ", "Nearest of its kind, measured on the map"),
}

TO_CHECK = Label("cần kiểm tra", "to be checked")
METHOD = Label(
    "Khoảng cách là đường trắc địa trên elipxôit WGS 84 (đường chim bay), không phải đường bộ.",
    "Distances are geodesic on the WGS 84 ellipsoid (as the crow flies), not along roads.",
)
_ABOUT = Label("khoảng {km} km", "about {km} km")
_WITHIN = Label("không quá {km} km", "within {km} km")
_SHARE = Label("{area} ({share} % diện tích)", "{area} ({share} % of the area)")
_EXACT_M = next(precision.uncertainty_m for precision in PRECISIONS if not precision.approximate)


def reason_of(link: LinkRow, lang: str) -> str:
    """Why the link exists, naming the fields that were compared where it was matched by value."""
    spec = SPECS[link.link]
    words = REASONS[link.reason].of(lang)
    if isinstance(spec, MatchLink):
        labels = [LAYERS[spec.source].field(field).label.of(lang) for field, _ in spec.on]
        return words.format(fields=", ".join(label[:1].lower() + label[1:] for label in labels))
    return words


def label_of(link: str, *, forward: bool, lang: str) -> str:
    """What the link is called, seen from its source or from its target."""
    spec = SPECS[link]
    return (spec.label if forward else spec.inverse).of(lang)


def measure_of(link: LinkRow, lang: str) -> str | None:
    """The distance or the shared area of a link; None where it has neither."""
    if link.area_ha is not None:
        area = number_shown(float(round(link.area_ha)), "ha", lang)
        return _SHARE.of(lang).format(area=area, share=round(100 * (link.share or 0)))
    if link.distance_m is None:
        return None
    return distance_shown(link.distance_m, link.uncertainty_m or 0.0, lang)


def distance_shown(distance_m: float, uncertainty_m: float, lang: str) -> str:
    """A distance no more precise than its places: exact, about, or only an upper bound.

    >>> distance_shown(3215, 100, "vi"), distance_shown(3215, 2000, "en"), distance_shown(350, 100, "vi")
    ('3,2 km', 'about 3 km', '350 m')
    >>> distance_shown(1200, 16000, "vi")
    'không quá 18 km'
    """
    if uncertainty_m > 2 * _EXACT_M:
        if distance_m <= uncertainty_m:
            return _WITHIN.of(lang).format(km=math.ceil((distance_m + uncertainty_m) / 1000))
        return _ABOUT.of(lang).format(km=round(distance_m / 1000))
    if distance_m < 1000:
        return f"{round(distance_m)} m"
    return number_shown(round(distance_m / 1000, 1), None, lang) + " km"
