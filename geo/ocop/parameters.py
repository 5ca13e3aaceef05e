"""The query parameters of the service as rows; requests and the OpenAPI document are both read from them."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

from geo.ocop.codes import CODE_LISTS
from geo.ocop.filters import FILTERS
from geo.schema import LANGS, Label

Kind: TypeAlias = Literal["text", "uri", "integer", "texts", "numbers"]
"""Of a value: "texts" and "numbers" are lists joined by commas."""


@dataclass(frozen=True)
class Parameter:
    """One query parameter.

    `choices` are the allowed values, or those of the items of a list; empty for any. `least` and `most` limit the
    length of a text, the number of items of a list, or the number itself; `default` replaces a missing value.
    `once` says that a request with two different values is refused, since it is ambiguous.
    """

    name: str
    label: Label
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    default: str | int | None = None
    least: int | None = None
    most: int | None = None
    once: bool = True


MAX_TEXT = 200
MAX_IDS = 500
MAX_FILTER = 20_000
ID_LISTS = ("ids",)
"""Lists whose items are free text, in which a comma is percent-encoded; see web/http/list_request.py."""
_LARGEST = 999_999_999

_ROWS = (
    Parameter("f", Label("định dạng của phản hồi", "format of the response")),
    Parameter("lang", Label("ngôn ngữ", "language"), choices=LANGS, default="vi"),
    Parameter("limit", Label("số bản ghi mỗi trang; vượt mức tối đa thì được giảm xuống", "records per page; limits above the maximum are reduced"), "integer", least=1),
    Parameter("offset", Label("số bản ghi bỏ qua trước trang; vượt mức tối đa thì được giảm xuống", "records skipped before the page; offsets above the maximum are reduced"), "integer", default=0, least=0, most=_LARGEST),
    Parameter("version", Label("phiên bản dữ liệu của các trang, lấy từ liên kết next", "data version of the pages, taken from the next link"), "integer", least=1, most=_LARGEST),
    Parameter("bbox", Label("khung toạ độ theo bbox-crs", "bounding box: lower corner, upper corner, in bbox-crs"), "numbers", least=4, most=6),
    Parameter("bbox-crs", Label("hệ toạ độ của bbox", "coordinate system of bbox"), "uri"),
    Parameter("crs", Label("hệ toạ độ của phản hồi", "coordinate system of the response"), "uri"),
    Parameter("datetime", Label("mốc hoặc khoảng thời gian RFC 3339, '..' là không giới hạn", "RFC 3339 date or time, or from/until, '..' for no bound")),
    Parameter("properties", Label("chỉ các thuộc tính này", "only these properties"), "texts", once=False),
    Parameter("sortby", Label("sắp xếp, + hoặc - phía trước", "order by fields, + or - before each"), "texts", once=False),
    Parameter("sort", Label("sắp xếp theo một trường", "order by one field, - before it for the reverse")),
    Parameter("filter", Label("bộ lọc CQL2", "CQL2 filter"), most=MAX_FILTER),
    Parameter("filter-lang", Label("ngôn ngữ của bộ lọc", "language of the filter"), choices=("cql2-text", "cql2-json"), default="cql2-text"),
    Parameter("filter-crs", Label("hệ toạ độ trong bộ lọc", "coordinate system of geometries in the filter"), "uri"),
    Parameter("q", Label("tìm theo tên, có dấu hoặc không dấu", "search by name, with or without diacritics"), most=MAX_TEXT),
    Parameter("ids", Label("mã các bản ghi; dấu phẩy bên trong mã viết là %2C", "codes of the records; a comma inside a code is written %2C"), "texts", most=MAX_IDS, once=False),
    Parameter("encoding", Label("bảng mã chữ khi f=shp", "text encoding for f=shp")),
    Parameter("letters", Label("cách ghi chữ mà bảng mã không có, khi f=shp", "how to write letters that the encoding lacks, for f=shp")),
    Parameter("since", Label("số phiên bản (0 là từ đầu) hoặc thời điểm RFC 3339", "number of a version (0 for all), or an RFC 3339 time")),
    Parameter("v", Label("mã phiên bản; nếu là mã hiện hành, phản hồi được lưu đệm vô thời hạn", "version stamp; with the current one the response may be cached for ever")),
    Parameter("layers", Label("chỉ trong các lớp này", "only in these layers"), "texts", once=False),
    Parameter("map", Label("mức phóng/vĩ độ/kinh độ", "zoom/latitude/longitude")),
    Parameter("base", Label("bản đồ nền", "base map")),
    Parameter("terrain", Label("bản đồ nền có sông, đường và địa danh; off để tắt", "rivers, roads and towns below the records; off hides them"), choices=("off",)),
    Parameter("at", Label("bản ghi đang mở, dạng lớp/mã", "the open record, as layer/key")),
    Parameter("area", Label("khu vực của tờ bản đồ: province, selection, hoặc lớp/mã", "area of a sheet: province, selection, or layer/key"), default="province"),
    Parameter("paper", Label("khổ giấy", "size of the paper"), choices=("a3", "a4"), default="a3"),
    Parameter("orientation", Label("chiều của giấy", "direction of the paper"), choices=("landscape", "portrait"), default="landscape"),
    Parameter("published", Label("ngày công bố phiên bản của tờ bản đồ", "day on which the version of a sheet was published")),
    Parameter("ground", Label("bản đồ nền của tờ bản đồ; none là không có", "base map of a sheet; none for a sheet without one")),
    Parameter("type", Label("loại tài nguyên: dataset", "kind of resource: dataset"), "texts", once=False),
    Parameter("externalIds", Label("mã định danh của tập dữ liệu, có hoặc không có hệ mã", "identifiers of data sets, with or without their scheme"), "texts", once=False),
    Parameter("others", Label("bản ghi của lớp khác không liên kết với bản ghi được lọc: dim làm mờ, hide ẩn, show giữ nguyên", "records of other layers that no link joins to what a filter chooses: dim, hide or show"), choices=("dim", "hide", "show"), default="dim"),
    *(
        Parameter(row.param, row.label, "numbers", most=1) if row.kind == "most"
        else Parameter(row.param, row.label, "texts", CODE_LISTS[row.codes].keys() if row.codes else (), once=False)
        for row in FILTERS
    ),
)  # fmt: skip
PARAMETERS = {row.name: row for row in _ROWS}
"""Name -> parameter. Choices of crs, bbox-crs and filter-crs are added by the service, those of f by each resource."""

# --- which of them a resource accepts ---------------------------------------------------------------------

FILTER_PARAMS = tuple(row.param for row in FILTERS)
SELECTION = ("bbox", "q", "ids", "sort", "others", *FILTER_PARAMS)
"""They select records for a list or a download."""
FILE = ("crs", "encoding", "letters")
"""They choose how a download is encoded; see write_export for their values."""
MAP_STATE = ("map", "layers", "base", "terrain", "q", "at", "others", *FILTER_PARAMS)
"""The parameters of the map page."""
SHEET = ("version", "published", "ground", "area", "layers", "paper", "orientation", "q", *FILTER_PARAMS)
"""The parameters of a printed sheet."""
ITEMS = (
    "f", "lang", "filter", "filter-lang", "filter-crs", "limit", "offset", "version", "bbox", "bbox-crs", "crs",
    "datetime", "properties", "sortby", "sort", "q", "ids", "encoding", "letters", *FILTER_PARAMS,
)  # fmt: skip
"""The parameters of /collections/{layer}/items in every layer."""
RECORDS = ("f", "q", "bbox", "datetime", "type", "ids", "externalIds", "limit", "offset")
"""The parameters of /catalogue/items."""


@lru_cache(maxsize=8)
def page_limit(most: int) -> Parameter:
    """The parameter `limit` of a resource whose pages have at most `most` records."""
    return replace(PARAMETERS["limit"], most=most, default=min(100, most))


RECORDS_LIMIT = page_limit(1_000)
SEARCH_LIMIT = replace(
    PARAMETERS["limit"], label=Label("số kết quả tối đa", "maximum number of results"), most=50, default=12
)
