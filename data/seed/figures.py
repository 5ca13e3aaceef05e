"""Figures of administrative units (population, area, seat, difficulty zone, counts) as records."""

from typing import Any

from geo.ocop.codes import CODE_LISTS

_UNIT_FIELDS = {"commune_2025": "commune_code", "old_commune": "old_commune_code", "old_district": "district_code"}
"""Level -> the field that names the unit; the province needs none."""

_NOTES = {
    "census of 1 April 2009": "Tổng điều tra ngày 1/4/2009.",
    "88 makers; 5 of 4 stars, 133 of 3 stars": "88 chủ thể; 5 sản phẩm 4 sao, 133 sản phẩm 3 sao.",
    "reached the end of the term in 2024": "Hết thời hạn trong năm 2024.",
    "1 special national, 20 national; machine translation": "1 di tích quốc gia đặc biệt, 20 di tích quốc gia (bản dịch máy).",
    "machine translation": "Nguồn là bản dịch máy.",
    "over 40; machine translation": "Hơn 40 (bản dịch máy).",
    "January 2026; machine translation": "Tháng 1/2026 (bản dịch máy).",
    "decision No. 46 of the province, 2026-2030; machine translation": "Quyết định số 46 của tỉnh, giai đoạn 2026-2030 (bản dịch máy).",
    "the sum of the 45 units": "Tổng của 45 xã, phường.",
    "37.08 %": "37,08 %.",
    "9.78 %": "9,78 %.",
    "September 2022 also: S1": "S1 cũng ghi số này (tháng 9/2022).",
    "certified in 2019, certificate at its end": "Công nhận năm 2019, giấy chứng nhận hết thời hạn.",
    "early 2024; 2 of 4 stars and 3 eligible for 4 stars; S175, without a year, has the same 72: 2 of 4 stars, 64 of 3, 6 sent to the council":
        "Đầu năm 2024: 2 sản phẩm 4 sao, 3 sản phẩm đủ điều kiện 4 sao. S175, không ghi năm, cũng ghi 72: 2 sản phẩm 4 sao, 64 sản phẩm 3 sao, 6 sản phẩm đã trình hội đồng.",
    "February 2025; against 72 the year before and 109 (S11), 138 (S44) later in 2025; machine translation":
        "Tháng 2/2025 (bản dịch máy); năm trước ghi 72, sau đó trong năm 2025 ghi 109 (S11) và 138 (S44).",
    "25 put forward; 9 of 3 stars, 5 of 2 stars, 1 to be completed": "25 sản phẩm đăng ký; 9 sản phẩm 3 sao, 5 sản phẩm 2 sao, 1 sản phẩm phải hoàn thiện.",
    '"over 3,000 ha", against 4,500 at the end of 2024 (S116)': '"Hơn 3.000 ha", trong khi cuối năm 2024 là 4.500 ha (S116).',
    '"over 7,200 ha" in Tuần Giáo and Mường Chà, against 12,360 in the province (S53)': '"Hơn 7.200 ha" ở Tuần Giáo và Mường Chà, trong khi toàn tỉnh là 12.360 ha (S53).',
    '"over 600 ha", Tủa Chùa and Điện Biên Đông': '"Hơn 600 ha", ở Tủa Chùa và Điện Biên Đông.',
    "recognised by the province in 2019": "Được tỉnh công nhận năm 2019.",
    "recognised in 2020, of six put forward": "Được công nhận năm 2020, trong sáu sản phẩm đăng ký.",
    "2 of 4 stars, 5 of 3 stars; the date of the article is not in the excerpt": "2 sản phẩm 4 sao, 5 sản phẩm 3 sao; phần đọc được không ghi ngày của bài.",
    "all of 3 stars, October 2023": "Đều 3 sao, tháng 10/2023.",
    "seven of them teas of 3 stars; the date of the article is not in the excerpt; 13 of them are in the tables": "Bảy sản phẩm là chè 3 sao; phần đọc được không ghi ngày của bài; 13 sản phẩm có trong lớp sản phẩm.",
    "all of 3 stars: Na Sang pineapple, Kiên Trung pomelo, Hoàng Tâm vermicelli; machine translation": "Đều 3 sao: dứa Na Sang, bưởi Kiên Trung, miến Hoàng Tâm (bản dịch máy).",
    "Cực Tây Hà Nhì tea, 3 stars; machine translation": "Chè Cực Tây Hà Nhì, 3 sao (bản dịch máy).",
    "November 2023": "Tháng 11/2023.",
    "end of 2022; the page adds 2 of 4 stars and 10 of 3 stars, which makes 12": "Cuối năm 2022; trang ghi thêm 2 sản phẩm 4 sao và 10 sản phẩm 3 sao, cộng lại là 12.",
    "2 of 4 stars, 24 of 3 stars": "2 sản phẩm 4 sao, 24 sản phẩm 3 sao.",
    "3 stars": "Đều 3 sao.",
    "2 of 4 stars, 12 of 3 stars; the page names 15": "2 sản phẩm 4 sao, 12 sản phẩm 3 sao; trang nêu 15 tên.",
    "nine makers of six units, December 2021": "Chín chủ thể của sáu huyện, thị xã, thành phố, tháng 12/2021.",
    "at least, 3-4 stars": "Mục tiêu ít nhất, 3-4 sao.",
    "over 10,700 at the end of 2024, over 3,400 of it planted in 2024": "Hơn 10.700 ha cuối năm 2024, trong đó hơn 3.400 ha trồng năm 2024.",
    "estimate for Tuần Giáo, Mường Nhé, Điện Biên and Nậm Pồ; year not named": "Ước tính cho Tuần Giáo, Mường Nhé, Điện Biên và Nậm Pồ; nguồn không ghi năm.",
}  # fmt: skip
"""The notes of the fact table, which are in English, in Vietnamese."""

_WITHOUT_UNIT = {"text", "count"}
"""The words of the fact table that are no unit of measure: what is counted is the figure itself."""

_UNITS = {"zone (1-3)": "zone"}
"""The words of the fact table that are not the keys of `figure_unit`."""


def figure(row: dict[str, str]) -> dict[str, Any]:
    """The record of a row of `units_figures.csv`; a KeyError where a word has no translation or no code."""
    label = next(code.label for code in CODE_LISTS["figure_kind"].codes if code.key == row["figure"])
    year, is_text = row["year"], row["unit"] == "text"
    first_source = row["source_id"].split(";")[0]
    return {
        "figure_id": "-".join(part for part in (row["level"], row["code"], row["figure"], year, first_source) if part),
        "name": f"{row['name']}: {label.vi}" + (f" {year}" if year else ""),
        "name_en": f"{row['name']}: {label.en}" + (f" {year}" if year else ""),
        "level": row["level"],
        "figure": row["figure"],
        **dict.fromkeys(_UNIT_FIELDS.values()),
        **({_UNIT_FIELDS[row["level"]]: row["code"]} if row["level"] in _UNIT_FIELDS else {}),
        "year": int(year) if year else None,
        "value": None if is_text else float(row["value"]),
        "unit": None if row["unit"] in _WITHOUT_UNIT else _UNITS.get(row["unit"], row["unit"]),
        "words": row["value"] if is_text else None,
        "note": _NOTES[row["note"]] if row["note"] else None,
        "source_ids": row["source_id"],
    }
