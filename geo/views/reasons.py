"""Why two records are linked and how far apart they are, in words."""

from geo.atlas import LinkRow
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from geo.schema import KeyLink, Label, LinkSpec, MatchLink, Near, NearestOfKind, Overlap, ThroughLink, Within
from geo.views.values import format_distance, format_number

SPECS: dict[str, LinkSpec] = {spec.name: spec for spec in LINKS}

REASONS: dict[str, Label] = {
    "recorded": Label("Ghi trong hồ sơ", "On record"),
    "crosswalk": Label(
        "Ghi trong hồ sơ, đổi từ xã cũ sang xã, phường hiện nay",
        "On record, by the list of former and present communes",
    ),
    "matched": Label("Cùng {fields}; không hồ sơ nào ghi liên kết này", "Same {fields}; no record states this link"),
    "inside": Label("Điểm nằm trong ranh giới", "The point lies inside the outline"),
    "overlap": Label("Ranh giới chồng lên nhau", "The outlines overlap"),
    "near": Label("Khoảng cách đường chim bay", "Straight-line distance"),
    "nearest": Label("Gần nhất trong loại, khoảng cách đường chim bay", "Nearest of its type, straight-line distance"),
}

_NEAR = Label("Trong vòng {km} km theo đường chim bay", "Within {km} km in a straight line")
TO_CHECK = Label("cần kiểm tra", "to be checked")
METHOD = Label(
    "Khoảng cách tính theo đường chim bay, không theo đường bộ.",
    "Distances are in a straight line, not along roads.",
)
METHOD_IN_FULL = Label(
    "Khoảng cách tính theo đường chim bay, trên elipxôit WGS 84, không theo đường bộ.",
    "Distances are in a straight line on the WGS 84 ellipsoid, not along roads.",
)
_SURE_WITHIN = Label("Trong vòng {km} km", "Within {km} km")
_POSSIBLY_WITHIN = Label("Có thể trong vòng {km} km", "Possibly within {km} km")
_SHOWN = Label("Chỉ hiển thị trong vòng {km} km", "Shown only within {km} km")
_SHARE = Label("{area} ({share} % diện tích)", "{area} ({share} % of the area)")
_PARTLY_INSIDE = Label("Đường đi qua bên trong ranh giới", "The line runs inside the outline")
_LENGTH = Label("{share} % chiều dài", "{share} % of its length")
_ALONG = Label("Ít nhất {share} % chiều dài nằm bên trong", "At least {share} % of the length lies inside")
_AND = Label(" và cùng ", " and same ")
_SHARED_AREA = Label(
    "Ranh giới chồng lên nhau ít nhất {share} % diện tích", "The outlines share at least {share} % of the area"
)
_AT_LEAST = Label(
    "Chỉ tính các vị trí có độ chính xác từ mức này trở lên: {precision}",
    "Only locations at least this accurate: {precision}",
)
_PRECISIONS = {precision.key: precision.label for precision in PRECISIONS}


def reason_of(link: LinkRow, lang: str) -> str:
    """The reason of a link, as a sentence."""
    spec = SPECS[link.link]
    words = REASONS[link.reason].of(lang)
    match spec:
        case MatchLink():
            return words.format(fields=_fields_of(spec, lang))
        case Overlap() if LAYERS[spec.source].dimension == 1:
            return _PARTLY_INSIDE.of(lang)
        case _:
            return words


def _fields_of(spec: MatchLink, lang: str) -> str:
    """The labels of the fields that a match compares, without dates in brackets, for use in a sentence."""
    labels = (LAYERS[spec.source].field(field).label.of(lang).split(" (")[0] for field, _ in spec.on)
    return _AND.of(lang).join(label[:1].lower() + label[1:] for label in labels)


def rule_of(spec: LinkSpec, lang: str) -> str:
    """The rule of a kind of link, as one line of text."""
    match spec:
        case KeyLink() | ThroughLink():
            field = LAYERS[spec.source].field(spec.field).label.of(lang)
            words = REASONS["crosswalk" if isinstance(spec, ThroughLink) else "recorded"].of(lang)
            return f"{words}: “{field}”"
        case MatchLink():
            return REASONS["matched"].of(lang).format(fields=_fields_of(spec, lang))
        case Overlap():
            rule = _ALONG if LAYERS[spec.source].dimension == 1 else _SHARED_AREA
            return rule.of(lang).format(share=f"{100 * spec.min_share:g}")
        case Within():
            words = REASONS["inside"].of(lang)
        case Near():
            words = _NEAR.of(lang).format(km=f"{spec.distance_m / 1000:g}")
        case NearestOfKind():
            words = REASONS["nearest"].of(lang)
            if spec.shown_m is not None:
                words = f"{words}. {_SHOWN.of(lang).format(km=f'{spec.shown_m / 1000:g}')}"
    return f"{words}. {_AT_LEAST.of(lang).format(precision=_PRECISIONS[spec.at_least].of(lang))}"


def label_of(link: str, *, forward: bool, lang: str) -> str:
    """The label of the link, seen from its source or from its target."""
    spec = SPECS[link]
    return (spec.label if forward else spec.inverse).of(lang)


def measure_of(link: LinkRow, lang: str) -> str | None:
    """The distance, the shared area or the share of a line's length; None where the link has none of them."""
    if link.area_ha is not None:
        area = format_number(float(round(link.area_ha)), "ha", lang)
        return _SHARE.of(lang).format(area=area, share=round(100 * (link.share or 0)))
    if link.share is not None:
        return _LENGTH.of(lang).format(share=round(100 * link.share))
    if link.distance_m is None:
        return None
    return format_distance(link.distance_m, link.uncertainty_m or 0.0, lang)


def headings_of(spec: LinkSpec, lang: str) -> dict[str, str] | None:
    """The headings of the pairs that are certainly and of those that are possibly near; None for other links."""
    if not isinstance(spec, Near):
        return None
    km = f"{spec.distance_m / 1000:g}"
    return {"certain": _SURE_WITHIN.of(lang).format(km=km), "possible": _POSSIBLY_WITHIN.of(lang).format(km=km)}


def is_shown(link: LinkRow) -> bool:
    """Whether the pages of records and the map show the link: the nearest of its type only while it is near."""
    spec = SPECS[link.link]
    if not isinstance(spec, NearestOfKind) or spec.shown_m is None or link.distance_m is None:
        return True
    return link.distance_m <= spec.shown_m
