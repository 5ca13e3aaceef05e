"""Every layer of the service as rows: fields, keys, titles, groups. One row adds one thing everywhere."""

from geo.ocop.codes import CODE_LISTS
from geo.schema import Field, Label, LayerSpec

# --- fields that several layers share -----------------------------------------------------------------

_SOURCES = Field(
    "source_ids", "sources", Label("Nguồn", "Sources"), "refs", required=True, target="sources",
    help=Label("mã của nguồn, cách nhau bằng dấu ;", "source ids, joined by ;"),
)  # fmt: skip
_NOTE = Field(
    "note", "note", Label("Ghi chú", "Note"), "longtext", aliases=("ghi chu", "diễn giải", "mô tả", "description")
)
_ADDRESS = Field(
    "address",
    "address",
    Label("Địa chỉ theo nguồn", "Address (as in the source)"),
    search=True,
    aliases=("địa chỉ", "nơi sản xuất", "địa điểm", "vị trí hành chính", "trụ sở"),
)
_OLD_COMMUNE = Field(
    "old_commune_code", "old_comm", Label("Xã cũ (đến 30/6/2025)", "Former commune (until 30 June 2025)"),
    "ref", target="old_communes", aliases=("mã xã cũ",),
)  # fmt: skip
_OLD_DISTRICT = Field(
    "district_code", "district", Label("Huyện cũ (đến 30/6/2025)", "Former district (until 30 June 2025)"),
    "ref", target="districts", aliases=("mã huyện",),
)  # fmt: skip
_PRECISION = Field(
    "precision", "precision", Label("Độ chính xác vị trí", "Location precision"), "code", codes="precision", aliases=("độ chính xác", "precision"),
)  # fmt: skip
_POSITION_SOURCE = Field("position_source", "pos_source", Label("Nguồn vị trí", "Source of the location"))
_PLACE = (_ADDRESS, _OLD_COMMUNE, _OLD_DISTRICT, _PRECISION, _POSITION_SOURCE)

_UNIT_CODE = Field(
    "code",
    "code",
    Label("Mã đơn vị", "Unit code"),
    required=True,
    aliases=("mã", "mã xã", "mã đơn vị hành chính", "mã ĐVHC", "maxa"),
)
_UNIT_NAME = Field(
    "name",
    "name",
    Label("Tên", "Name"),
    required=True,
    search=True,
    table=True,
    aliases=("tên xã", "tên đơn vị", "tenxa", "xã/phường"),
)
_UNIT_NAME_EN = Field("name_en", "name_en", Label("Tên tiếng Anh", "English name"), search=True)
_UNIT_KIND = Field(
    "kind",
    "kind",
    Label("Loại", "Type"),
    "code",
    codes="unit_kind",
    table=True,
    aliases=("cấp", "loại đơn vị hành chính"),
)
_AREA_KM2 = Field(
    "area_km2", "area_km2", Label("Diện tích công bố", "Published area"), "real", unit="km²", minimum=0, table=True, aliases=("diện tích km2", "diện tích tự nhiên"),
    measures="area",  # the generalised outlines of the shipped units differ by at most 8.2 %
)  # fmt: skip


# --- layers -------------------------------------------------------------------------------------------

_LAYERS = (
    LayerSpec(
        name="products",
        label=Label("Sản phẩm OCOP", "OCOP products"),
        article=Label("Sản phẩm OCOP", "OCOP product"),
        group="programme",
        geometry="Point",
        key="product_id",
        title="name",
        symbol="group",
        distinct="producer_id",
        may_be_unplaced=True,
        time=("certified_from", "certified_until"),
        about=Label(
            "Sản phẩm đã được đánh giá, phân hạng; vị trí là nơi chủ thể sản xuất, nếu không rõ thì là xã hoặc huyện cũ.",
            "Products rated under OCOP, shown at the producer's location or, if unknown, in the former commune or district.",
        ),
        thematic=True,
        fields=(
            Field("product_id", "product_id", Label("Mã", "Code"), required=True, aliases=("id", "mã sản phẩm", "mã SP", "ma_sp", "product id")),
            Field("name", "name", Label("Tên sản phẩm", "Product"), required=True, search=True, table=True, aliases=("sản phẩm", "tên SP", "ten_sp", "product name", "tên hàng hoá")),
            Field("group", "group", Label("Nhóm", "Group"), "code", required=True, codes="product_group", table=True, aliases=("nhóm sản phẩm", "nhóm SP", "ngành hàng", "phân nhóm")),
            Field("scheme", "scheme", Label("Bộ tiêu chí áp dụng", "Criteria applied"), "code", codes="scheme"),
            Field("stars", "stars", Label("Hạng sao", "Stars"), "integer", codes="stars", unit="★", minimum=1, maximum=5, table=True, aliases=("xếp hạng", "số sao", "phân hạng", "hạng", "đạt sao", "kết quả phân hạng", "sao", "rating")),
            Field("year", "year", Label("Năm công nhận", "Year certified"), "integer", minimum=2018, maximum=2100, table=True, aliases=("năm đánh giá", "năm được công nhận", "năm chứng nhận")),
            Field("status", "status", Label("Tình trạng", "Status"), "code", codes="product_status", aliases=("trạng thái",)),
            Field("reassessed", "reassessed", Label("Năm đánh giá lại", "Reassessed"), "integer", minimum=2018, maximum=2100),
            Field("decision", "decision", Label("Quyết định", "Decision"), aliases=("số quyết định", "quyết định công nhận", "số QĐ")),
            Field("certified_from", "cert_from", Label("Chứng nhận từ ngày", "Certified from"), "date", aliases=("ngày cấp", "ngày công nhận", "ngày chứng nhận", "ngày quyết định")),
            Field("certified_until", "cert_until", Label("Chứng nhận đến ngày", "Certified until"), "date", aliases=("ngày hết hạn", "hết hạn", "có giá trị đến")),
            Field("phase_status", "phase", Label("Kế hoạch 3770 (2021-2023)", "Plan 3770 (2021-2023)"), "code", codes="phase_status"),
            Field("producer_id", "producer", Label("Chủ thể", "Producer"), "ref", target="producers", aliases=("tên chủ thể", "chủ thể sản xuất", "cơ sở sản xuất", "đơn vị sản xuất", "tên cơ sở", "HTX", "producer name")),
            Field("raw_material", "material", Label("Nguyên liệu", "Raw material"), "code", codes="material", table=True, aliases=("nguyên liệu chính", "vùng nguyên liệu")),
            *_PLACE,
            Field("story_vi", "story_vi", Label("Câu chuyện sản phẩm", "Product story (Vietnamese)"), "longtext"),
            Field("story_en", "story_en", Label("Câu chuyện sản phẩm (tiếng Anh)", "Product story"), "longtext"),
            _NOTE,
            _SOURCES,
        ),
    ),
    LayerSpec(
        name="producers",
        label=Label("Chủ thể sản xuất", "Producers"),
        article=Label("Chủ thể sản xuất", "Producer"),
        group="programme",
        geometry="Point",
        key="producer_id",
        title="name",
        symbol="kind",
        may_be_unplaced=True,
        time=("founded",),
        about=Label(
            "Hợp tác xã, tổ hợp tác, doanh nghiệp và hộ kinh doanh làm ra sản phẩm.",
            "Co-operatives, co-operative groups, companies and households that make the products.",
        ),
        thematic=True,
        fields=(
            Field("producer_id", "prod_id", Label("Mã", "Code"), required=True, aliases=("id", "mã chủ thể", "mã cơ sở", "ma_ct")),
            Field("name", "name", Label("Tên chủ thể", "Producer"), required=True, search=True, table=True, aliases=("chủ thể", "tên cơ sở", "tên HTX", "tên hợp tác xã", "hợp tác xã", "đơn vị", "tên đơn vị", "cơ sở sản xuất", "producer name")),
            Field("kind", "kind", Label("Loại hình", "Type"), "code", required=True, codes="producer_kind", table=True, aliases=("loại hình chủ thể", "loại chủ thể", "hình thức tổ chức")),
            Field("founded", "founded", Label("Thành lập", "Founded"), "date", table=True, aliases=("năm thành lập", "ngày thành lập")),
            Field("households", "households", Label("Số hộ liên kết", "Partner households"), "integer", unit=None, minimum=0, table=True, aliases=("số hộ", "hộ liên kết", "số thành viên", "số hộ tham gia")),
            *_PLACE,
            _NOTE,
            _SOURCES,
        ),
    ),
    LayerSpec(
        name="zones",
        label=Label("Vùng nguyên liệu", "Raw-material zones"),
        article=Label("Vùng nguyên liệu", "Raw-material zone"),
        group="programme",
        geometry="MultiPolygon",
        key="zone_id",
        title="name",
        symbol="extent_kind",
        may_be_unplaced=True,
        outline=("extent_kind", ("surveyed",)),
        apart="crop",
        distinct="crop",
        about=Label(
            "Vùng trồng, nuôi cung cấp nguyên liệu. Ranh giới hiện có là đường bao đơn vị hành chính; diện tích nên lấy theo số héc-ta công bố.",
            "Areas that supply raw material. The boundaries available are those of the communes named; rely on the published hectares.",
        ),
        thematic=True,
        fields=(
            Field("zone_id", "zone_id", Label("Mã", "Code"), required=True, aliases=("id", "mã vùng", "ma_vung", "mã vùng nguyên liệu")),
            Field("name", "name", Label("Tên vùng", "Zone"), required=True, search=True, table=True, aliases=("tên vùng nguyên liệu", "vùng", "vùng nguyên liệu", "ten_vung", "zone name")),
            Field("crop", "crop", Label("Cây trồng, vật nuôi", "Crop or stock"), "code", required=True, codes="material", table=True, aliases=("cây trồng", "loại cây", "cây", "vật nuôi", "loại cây trồng", "cay_trong", "nguyên liệu")),
            Field("area_ha", "area_ha", Label("Diện tích công bố", "Published area"), "real", unit="ha", minimum=0, table=True, measures="area", aliases=("diện tích", "diện tích (ha)", "dien_tich", "quy mô (ha)", "area")),
            Field("area_year", "area_year", Label("Năm của số liệu diện tích", "Year of the area"), "integer", minimum=1990, maximum=2100, table=True, aliases=("năm số liệu", "năm")),
            Field("households", "households", Label("Số hộ", "Households"), "integer", minimum=0, table=True, aliases=("số hộ tham gia", "hộ")),
            Field("growing_area_code", "grow_code", Label("Mã số vùng trồng", "Growing-area code"), aliases=("mã vùng trồng", "mã số")),
            Field("extent_kind", "extent", Label("Loại ranh giới", "Type of boundary"), "code", required=True, codes="extent_kind"),
            Field("old_commune_codes", "old_comms", Label("Các xã cũ được nêu tên", "Former communes named"), "refs", target="old_communes", aliases=("xã cũ", "các xã", "thuộc xã")),
            _OLD_DISTRICT,
            _NOTE,
            _SOURCES,
        ),
    ),
    LayerSpec(
        name="villages",
        label=Label("Làng nghề, bản du lịch", "Craft and tourism villages"),
        article=Label("Làng nghề, bản", "Village"),
        group="places",
        geometry="Point",
        key="village_id",
        title="name",
        symbol="kind",
        may_be_unplaced=True,
        time=("recognised",),
        about=Label(
            "Làng nghề, nghề truyền thống và bản du lịch cộng đồng; tình trạng công nhận ghi đúng theo nguồn.",
            "Craft villages, traditional crafts and community-tourism villages, with recognition as the sources give it.",
        ),
        thematic=True,
        fields=(
            Field("village_id", "village_id", Label("Mã", "Code"), required=True, aliases=("id", "mã làng", "mã làng nghề", "ma_lang")),
            Field("name", "name", Label("Tên", "Name"), required=True, search=True, table=True, aliases=("tên làng nghề", "tên bản", "làng nghề", "tên làng", "làng", "bản")),
            Field("kind", "kind", Label("Loại", "Type"), "code", required=True, codes="village_kind", table=True, aliases=("loại làng nghề", "phân loại")),
            Field("craft", "craft", Label("Nghề", "Craft"), "codes", codes="craft_kind", table=True, aliases=("nghề", "ngành nghề", "nghề truyền thống")),
            Field("people", "people", Label("Dân tộc", "People"), "code", codes="people", table=True),
            Field("recognised", "recognised", Label("Công nhận", "Recognised"), "date", table=True, aliases=("năm công nhận", "ngày công nhận")),
            Field("decision", "decision", Label("Quyết định", "Decision")),
            Field("households", "households", Label("Số hộ", "Households"), "integer", minimum=0),
            Field("households_in_craft", "hh_craft", Label("Số hộ làm nghề", "Households in the craft"), "integer", minimum=0, aliases=("số hộ làm nghề", "hộ làm nghề")),
            *_PLACE,
            _NOTE,
            _SOURCES,
        ),
    ),
    LayerSpec(
        name="sites",
        label=Label("Di tích, danh thắng, điểm du lịch", "Heritage and tourism sites"),
        article=Label("Di tích, điểm du lịch", "Site"),
        group="places",
        geometry="Point",
        key="site_id",
        title="name",
        title_en="name_en",
        symbol="kind",
        may_be_unplaced=True,
        time=("decided",),
        about=Label(
            "Di tích, danh lam thắng cảnh, bảo tàng, suối khoáng và cây di sản.",
            "Relics, scenic places, museums, hot springs and heritage trees.",
        ),
        thematic=True,
        fields=(
            Field("site_id", "site_id", Label("Mã", "Code"), required=True, aliases=("id", "mã di tích", "mã điểm", "ma_dt")),
            Field("name", "name", Label("Tên", "Name"), required=True, search=True, table=True, aliases=("tên di tích", "di tích", "tên điểm", "điểm du lịch", "danh thắng", "tên điểm du lịch")),
            Field("name_en", "name_en", Label("Tên tiếng Anh", "English name"), search=True),
            Field("kind", "kind", Label("Loại", "Type"), "code", required=True, codes="site_kind", table=True, aliases=("loại di tích", "loại hình di tích", "phân loại")),
            Field("rank", "rank", Label("Xếp hạng", "Rank"), "code", codes="site_rank", table=True, aliases=("cấp xếp hạng", "hạng di tích", "xếp hạng di tích")),
            Field("decision", "decision", Label("Quyết định xếp hạng", "Decision on the rank")),
            Field("decided", "decided", Label("Ngày quyết định", "Date of the decision"), "date", aliases=("ngày xếp hạng", "ngày QĐ")),
            Field("part_of", "part_of", Label("Thuộc di tích", "Part of"), "ref", target="sites"),
            *_PLACE,
            _NOTE,
            _SOURCES,
        ),
    ),
    LayerSpec(
        name="communes",
        label=Label("Xã, phường từ 1/7/2025", "Communes and wards since 1 July 2025"),
        article=Label("Xã, phường", "Commune or ward"),
        group="units",
        geometry="MultiPolygon",
        key="code",
        title="name",
        title_en="name_en",
        tiling=True,
        about=Label(
            "45 xã, phường theo Nghị quyết 1661/NQ-UBTVQH15; mã theo Quyết định 19/2025/QĐ-TTg.",
            "The 45 communes and wards of Resolution 1661/NQ-UBTVQH15; codes of Decision 19/2025/QĐ-TTg.",
        ),
        on_map=False,
        fields=(_UNIT_CODE, _UNIT_NAME, _UNIT_NAME_EN, _UNIT_KIND, _AREA_KM2, _NOTE, _SOURCES),
    ),
    LayerSpec(
        name="districts",
        label=Label("Huyện, thị xã, thành phố (đến 30/6/2025)", "Districts (until 30 June 2025)"),
        article=Label("Huyện, thị xã, thành phố cũ", "Former district"),
        group="units",
        geometry="MultiPolygon",
        key="code",
        title="name",
        tiling=True,
        about=Label(
            "10 đơn vị cấp huyện cho đến khi bỏ cấp huyện ngày 1/7/2025.",
            "The 10 district-level units until districts ended on 1 July 2025.",
        ),
        on_map=False,
        fields=(_UNIT_CODE, _UNIT_NAME, _UNIT_KIND, _AREA_KM2, _NOTE, _SOURCES),
    ),
    LayerSpec(
        name="old_communes",
        label=Label("Xã, phường, thị trấn (đến 30/6/2025)", "Communes (until 30 June 2025)"),
        article=Label("Xã, phường, thị trấn cũ", "Former commune"),
        group="units",
        geometry="Point",
        key="code",
        title="name",
        about=Label(
            "129 đơn vị cấp xã cũ và xã, phường mới mà từng đơn vị đã nhập vào.",
            "The 129 former communes, and the commune or ward of 2025 that each became part of.",
        ),
        fields=(
            _UNIT_CODE,
            _UNIT_NAME,
            _UNIT_KIND,
            Field("district_code", "district", Label("Huyện cũ", "Former district"), "ref", required=True, target="districts", table=True),
            Field("commune_code", "new_code", Label("Nhập vào (từ 1/7/2025)", "Became part of (since 1 July 2025)"), "ref", required=True, target="communes", table=True),
            Field("agreeing_sources", "agreeing", Label("Số nguồn thống nhất", "Sources that agree"), "integer", minimum=0),
            _PRECISION,
            _NOTE,
            _SOURCES,
        ),
    ),
    LayerSpec(
        name="outlines_2009",
        label=Label("Đường bao xã theo tổng điều tra 2009", "Commune outlines of the 2009 census"),
        article=Label("Đường bao xã 2009", "Commune outline of 2009"),
        group="units",
        geometry="MultiPolygon",
        key="outline_id",
        title="name",
        about=Label(
            "Lớp hỗ trợ: đường bao thô của các xã cũ, kèm diện tích và dân số theo tổng điều tra 2009; đường bao đã có các đơn vị chia tách năm 2012-2013, số liệu thì chưa, nên không cộng được.",
            "Supporting layer: coarse outlines of former communes with area and population from the 2009 census. The outlines already show units split in 2012-2013, the figures do not, so do not add them up.",
        ),
        fields=(
            Field("outline_id", "outline_id", Label("Mã", "Code"), required=True, aliases=("id",)),
            _UNIT_NAME,
            _UNIT_KIND,
            Field("district", "district", Label("Huyện (2009)", "District (2009)"), table=True),
            Field("area_ha", "area_ha", Label("Diện tích năm 2009", "Area in 2009"), "real", unit="ha", minimum=0, table=True),
            Field("population", "population", Label("Dân số năm 2009", "Population in 2009"), "integer", minimum=0, table=True),
            _OLD_COMMUNE,
            _NOTE,
            _SOURCES,
        ),
    ),
    LayerSpec(
        name="province",
        label=Label("Tỉnh", "Province"),
        article=Label("Tỉnh", "Province"),
        group="units",
        geometry="MultiPolygon",
        key="code",
        title="name",
        title_en="name_en",
        about=Label(
            "Đường bao của 45 xã, phường; ranh giới minh hoạ, không có giá trị pháp lý.",
            "The outline of the 45 communes and wards; for illustration, without legal force.",
        ),
        on_map=False,
        fields=(_UNIT_CODE, _UNIT_NAME, _UNIT_NAME_EN, _UNIT_KIND, _AREA_KM2, _NOTE, _SOURCES),
    ),
    LayerSpec(
        name="sources",
        label=Label("Nguồn số liệu", "Sources"),
        article=Label("Nguồn", "Source"),
        group="records",
        geometry=None,
        key="source_id",
        title="publisher",
        time=("date",),
        about=Label(
            "Các nguồn công khai mà mọi bản ghi dẫn chiếu.",
            "The public sources that every record cites.",
        ),
        fields=(
            Field("source_id", "source_id", Label("Mã", "Code"), required=True, aliases=("id",)),
            Field("publisher", "publisher", Label("Nơi công bố", "Publisher"), required=True, search=True, table=True),
            Field("address", "address", Label("Địa chỉ", "Address"), "url", table=True),
            Field("date", "date", Label("Ngày", "Date"), "date", table=True),
            Field("what", "what", Label("Nội dung", "Contents"), "longtext", table=True),
        ),
    ),
)  # fmt: skip

LAYERS: dict[str, LayerSpec] = {layer.name: layer for layer in _LAYERS}

GROUPS: dict[str, Label] = {
    "programme": Label("Chương trình OCOP", "OCOP programme"),
    "places": Label("Làng nghề và điểm đến", "Villages and sites"),
    "units": Label("Đơn vị hành chính", "Administrative units"),
    "links": Label("Liên kết giữa các lớp", "Links between the layers"),
    "records": Label("Hồ sơ", "Records"),
}

POINT_LAYERS = tuple(
    name for name, layer in LAYERS.items() if layer.geometry == "Point" and set(_PLACE) <= set(layer.fields)
)
"""The layers of points that carry the fields of _PLACE."""

THEMATIC = tuple(name for name, layer in LAYERS.items() if layer.thematic)
"""The layers that are the subject of the programme; the map shows them when it opens."""

ON_MAP = tuple(name for name, layer in LAYERS.items() if layer.geometry and layer.on_map)
"""The layers that can be switched on over the base map, which draws the communes or the districts."""


def code_list(name: str) -> tuple[str, ...]:
    """The keys of the code list called `name`."""
    return CODE_LISTS[name].keys()
