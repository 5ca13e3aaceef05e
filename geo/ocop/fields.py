"""The fields that several layers share."""

from dataclasses import replace

from geo.ocop import tasks
from geo.schema import Field, Label

SOURCES = Field(
    "source_ids", "sources", Label("Nguồn", "Sources"), "refs", required=True, target="sources",
    help=Label("mã của nguồn, cách nhau bằng dấu ;", "source ids, joined by ;"),
)  # fmt: skip
NOTE = Field(
    "note", "note", Label("Ghi chú", "Note"), "longtext", aliases=("ghi chu", "diễn giải", "mô tả", "description")
)
ADDRESS = Field(
    "address",
    "address",
    Label("Địa chỉ theo nguồn", "Address (as in the source)"),
    search=True,
    search_class="address",
    aliases=("địa chỉ", "nơi sản xuất", "địa điểm", "vị trí hành chính", "trụ sở"),
)
OLD_COMMUNE = Field(
    "old_commune_code", "old_comm", Label("Xã cũ (đến 30/6/2025)", "Former commune (until 30 June 2025)"),
    "ref", target="old_communes", aliases=("mã xã cũ",),
)  # fmt: skip
OLD_DISTRICT = Field(
    "district_code", "district", Label("Huyện cũ (đến 30/6/2025)", "Former district (until 30 June 2025)"),
    "ref", target="districts", aliases=("mã huyện",),
)  # fmt: skip
PRECISION = Field(
    "precision", "precision", Label("Độ chính xác vị trí", "Location precision"), "code", codes="precision", aliases=("độ chính xác", "precision"),
)  # fmt: skip
POSITION_SOURCE = Field("position_source", "pos_source", Label("Nguồn vị trí", "Source of the location"))
PLACE = (ADDRESS, OLD_COMMUNE, OLD_DISTRICT, replace(PRECISION, task=tasks.LOCATION), POSITION_SOURCE)

UNIT_CODE = Field(
    "code",
    "code",
    Label("Mã đơn vị", "Unit code"),
    required=True,
    aliases=("mã", "mã xã", "mã đơn vị hành chính", "mã ĐVHC", "maxa"),
)
UNIT_NAME = Field(
    "name",
    "name",
    Label("Tên", "Name"),
    required=True,
    search=True,
    table=True,
    aliases=("tên xã", "tên đơn vị", "tenxa", "xã/phường"),
)
UNIT_NAME_EN = Field("name_en", "name_en", Label("Tên tiếng Anh", "English name"), search=True, lang="en")
UNIT_KIND = Field(
    "kind",
    "kind",
    Label("Loại", "Type"),
    "code",
    codes="unit_kind",
    table=True,
    aliases=("cấp", "loại đơn vị hành chính"),
)
AREA_KM2 = Field(
    "area_km2", "area_km2", Label("Diện tích công bố", "Published area"), "real", unit="km²", minimum=0, table=True, aliases=("diện tích km2", "diện tích tự nhiên"),
    measures="area",  # the generalised outlines of the shipped units differ by at most 8.2 %
)  # fmt: skip


NAME_FR = Field(
    "name_fr", "name_fr", Label("Tên tiếng Pháp", "French name"), search=True, sparse=True, aliases=("tên tiếng Pháp",),
    lang="fr",
)  # fmt: skip
TRANSLATED_FIELDS = Field(
    "translated_fields", "mt_fields",
    Label("Thông tin chỉ dựa vào bản dịch máy", "Facts that rest on a machine translation alone"),
    "codes", codes="translated_field", sparse=True, hidden=True,
)  # fmt: skip
"""The fields of a record whose values no source in the original language states."""
VISITORS = Field(
    "visitors", "visitors", Label("Lượt khách trong năm", "Visitors in a year"), "integer", minimum=0, sparse=True, aliases=("lượt khách", "số lượt khách"),
)  # fmt: skip
VISITORS_YEAR = Field(
    "visitors_year", "vis_year", Label("Năm của số liệu khách", "Year of the visitor number"), "integer", minimum=1990, maximum=2100, sparse=True,
)  # fmt: skip
ASSESSED_HELP = Label(
    "ngày hội đồng họp, không phải ngày cấp giấy chứng nhận",
    "the day of the council's meeting, not of the certificate",
)
