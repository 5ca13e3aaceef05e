"""The cohort of plan 3770 as a record: its members are named nowhere, so the products of its two years are candidates."""

from typing import Any

_YEARS = (2019, 2020)
_NOTE = (
    "Giả định: kế hoạch 3770/KH-UBND (S0) nêu 11 sản phẩm được chứng nhận năm 2019 và 2020 mà không nêu tên; tỉnh công nhận"
    " 26 sản phẩm năm 2019 và 9 sản phẩm năm 2020 (S1), không có danh sách. Ứng viên là mọi sản phẩm trong dữ liệu có năm"
    " công nhận 2019 hoặc 2020. Cơ quan xác nhận thì chuyển sang thành viên."
)


def cohorts(products: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The one cohort that the programme names, with the products of the years that it was chosen from."""
    candidates = sorted(product["product_id"] for product in products if product["year"] in _YEARS)
    return [
        {
            "cohort_id": "kh3770",
            "name": "11 sản phẩm của Kế hoạch 3770/KH-UBND",
            "name_en": "The 11 products of plan 3770/KH-UBND",
            "stated_size": 11,
            "members": None,
            "candidates": ";".join(candidates),
            "note": _NOTE,
            "source_ids": "S0;S1",
        }
    ]
