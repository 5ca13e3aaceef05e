"""How the sources of the base map are classed: heights, rivers and towns as rows."""

from typing import Any

HEIGHT_CLASSES = {
    "from_300": 300, "from_600": 600, "from_900": 900, "from_1200": 1200,
    "from_1500": 1500, "from_1800": 1800, "from_2100": 2100,
}  # fmt: skip
"""Class of heights -> its lower edge in metres."""

RIVERS: dict[str, dict[str, Any]] = {
    "Sông Hồng": {"kind": "great_river", "name": "Sông Hồng", "name_en": "Red River", "rank": 1},
    "Sông Đà": {"kind": "great_river", "name": "Sông Đà", "name_en": "Da River", "rank": 2},
    "Sông Mã": {"kind": "great_river", "name": "Sông Mã", "name_en": "Ma River", "rank": 3},
    "Nậm U (Nam Ou)": {"kind": "great_river", "name": "Nậm U", "name_en": "Nam Ou", "rank": 4},
    "Nậm Na": {"kind": "river", "name": "Nậm Na", "rank": 1},
    "Nậm Hua (Nậm Khoai)": {"kind": "river", "name": "Nậm Hua", "rank": 2},
}
"""Vietnamese name in the sources -> the attributes of the river."""


def _towns(kind: str, country: str, rank: int, *names: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {(country, name): {"kind": kind, "rank": rank} for name in names}


PLACES: dict[tuple[str, str], dict[str, Any]] = {
    **_towns("seat", "VN", 1, "Điện Biên Phủ"),
    **_towns("town", "VN", 1, "Mường Lay"),
    **_towns(
        "town", "VN", 2, "Mường Chà", "Thị Trấn Tủa Chùa", "Tuần Giáo", "Mường Ảng", "Điện Biên Đông", "Mường Nhé"
    ),
    **_towns("town_beyond", "VN", 1, "Lai Châu", "Sơn La", "Lào Cai"),
    **_towns(
        "town_beyond", "VN", 2, "Than Uyên", "Sông Mã", "Thị Trấn Sìn Hồ", "Sa Pa", "Phong Thổ",
        "Thị Trấn Thuận Châu", "Tam Đường", "Thị Trấn Mường Tè", "Bát Xát",
    ),
    **_towns("town_beyond", "LA", 1, "Phôngsali"),
    **_towns("town_beyond", "LA", 2, "Khoa"),
    **_towns("town_beyond", "CN", 2, "Jinhe"),
}  # fmt: skip
"""(country code, name in GeoNames) -> class and rank; every other place is a village, in the province or beyond it."""
