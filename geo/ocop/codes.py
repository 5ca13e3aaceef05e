"""The code lists of the OCOP programme as rows: ASCII keys, labels in both languages, and the legal basis."""

from geo.schema import Code, CodeList, Label, Precision

_QD148 = "148/QĐ-TTg (2023)"
_QD1048 = "1048/QĐ-TTg (2019)"
_ND52 = "52/2018/NĐ-CP"
_LAW_HERITAGE = "Law on Cultural Heritage"


def _codes(name: str, vi: str, en: str, *rows: tuple[str, ...], basis: str = "") -> CodeList:
    """A code list from rows of (key, Vietnamese label, English label, aliases in files ...)."""
    codes = (Code(key, Label(v, e), basis, tuple(aliases)) for key, v, e, *aliases in rows)
    return CodeList(name, Label(vi, en), tuple(codes))


PRECISIONS: tuple[Precision, ...] = (
    Precision("exact", Label("chính xác (đo đạc hoặc được cung cấp)", "exact (surveyed or given)"), 50.0, False),
    Precision("village", Label("trong phạm vi bản, thôn", "to the village"), 1_000.0, True),
    Precision("commune", Label("trong phạm vi xã cũ (gần đúng)", "to the former commune (approximate)"), 8_000.0, True),
    Precision(
        "district", Label("chỉ biết huyện cũ (gần đúng)", "to the former district (approximate)"), 25_000.0, True
    ),
)
"""Finest first. The radii in metres are a judgement of this project, not measurements."""

CODE_LISTS: dict[str, CodeList] = {
    codes.name: codes
    for codes in (
        _codes(
            "product_group", "Nhóm sản phẩm", "Product group",
            ("food", "Thực phẩm", "Food"),
            ("beverage", "Đồ uống", "Beverages", "beverage", "thức uống"),
            ("herbal", "Dược liệu và sản phẩm từ dược liệu", "Medicinal herbs", "thảo dược", "dược liệu"),
            ("handicraft", "Thủ công mỹ nghệ", "Handicrafts", "thủ công mỹ nghệ, trang trí", "lưu niệm - nội thất - trang trí", "vải và may mặc"),
            ("ornamental", "Sinh vật cảnh", "Ornamental plants and animals"),
            ("tourism", "Du lịch cộng đồng, sinh thái và điểm du lịch", "Tourism services and places", "dịch vụ du lịch", "du lịch", "dịch vụ du lịch cộng đồng"),
            basis=_QD148,
        ),
        _codes(
            "stars", "Hạng sao", "Stars",
            ("5", "5 sao", "5 stars"),
            ("4", "4 sao", "4 stars"),
            ("3", "3 sao", "3 stars"),
            ("2", "2 sao", "2 stars"),
            ("1", "1 sao", "1 star"),
            basis=_QD148,
        ),
        _codes(
            "product_status", "Tình trạng công nhận", "Recognition status",
            ("certified", "Đã được công nhận", "Certified"),
            ("reassessed", "Đã đánh giá lại", "Certified and reassessed"),
            (
                "assessed",
                "Đã đánh giá năm 2021: 9 trong 10 sản phẩm được công nhận, nguồn không nêu sản phẩm nào không đạt",
                "Assessed in 2021: 9 of 10 recognised, the source does not say which one was not",
            ),
            ("not_renewed", "Từng được công nhận, không làm hồ sơ công nhận lại", "Certified once, not certified again"),
            ("listed", "Được nêu là sản phẩm OCOP, nguồn không ghi hạng sao", "Named as an OCOP product, stars not in the source"),
        ),
        _codes(
            "validity_basis", "Căn cứ xác định thời hạn", "Basis of the validity",
            ("recorded", "Ghi trong hồ sơ", "On record"),
            ("date", "Tính từ ngày cấp: 36 tháng", "Derived from the date: 36 months"),
            ("year", "Tính từ năm công nhận: hết hạn chậm nhất cuối năm này, nếu không được đánh giá lại", "Derived from the year: ends by the end of this year at the latest, unless assessed again"),
            ("unknown", "Chưa có số liệu để tính", "No date or year to derive it from"),
            basis="1048/QĐ-TTg (2019), 148/QĐ-TTg (2023)",
        ),
        _codes(
            "phase_status", "Trong kế hoạch 3770 (2021-2023)", "In plan 3770 (2021-2023)",
            ("supported", "Được hỗ trợ trong giai đoạn", "Supported in the phase"),
            ("not_supported", "Không thuộc danh sách", "Not on the list"),
            basis="3770/KH-UBND (2021)",
        ),
        _codes(
            "producer_kind", "Loại hình chủ thể", "Type of producer",
            ("cooperative", "Hợp tác xã", "Co-operative", "HTX", "cooperative"),
            ("cooperative_group", "Tổ hợp tác", "Co-operative group", "THT", "cooperative group"),
            ("company", "Doanh nghiệp", "Company", "DN", "công ty", "công ty TNHH", "công ty cổ phần", "doanh nghiệp tư nhân"),
            ("household_business", "Hộ, cơ sở sản xuất kinh doanh", "Household business", "hộ kinh doanh", "hộ gia đình", "cơ sở sản xuất", "hộ sản xuất"),
            ("farm", "Trang trại", "Farm"),
        ),
        _codes(
            "material", "Nguyên liệu", "Raw material",
            ("honey", "Mật ong", "Honey"),
            ("shan_tea", "Chè Shan tuyết", "Shan tuyết tea", "chè tuyết", "trà Shan tuyết"),
            ("tea", "Chè", "Tea", "trà"),
            ("arabica_coffee", "Cà phê Arabica", "Arabica coffee", "cà phê chè"),
            ("coffee", "Cà phê (nguồn không nêu giống)", "Coffee (variety not in the source)", "cà phê", "coffee"),
            ("rice", "Lúa gạo", "Rice", "lúa", "gạo"),
            ("green_squash", "Bí xanh", "Green squash"),
            ("taro", "Khoai sọ", "Taro"),
            ("peanut", "Lạc", "Peanut"),
            ("beans", "Đậu đỗ", "Beans"),
            ("melon", "Dưa mèo", "Mèo cucumber"),
            ("pomelo", "Bưởi", "Pomelo"),
            ("pineapple", "Dứa", "Pineapple", "quả dứa", "dứa mật"),
            ("macadamia", "Mắc ca", "Macadamia", "mắc-ca", "macca"),
            ("docynia", "Táo mèo", "Docynia (táo mèo)"),
            ("canna_starch", "Dong riềng", "Canna starch"),
            ("black_cardamom", "Thảo quả", "Black cardamom"),
            ("amomum", "Sa nhân", "Amomum"),
            ("cinnamon", "Quế", "Cinnamon"),
            ("cordyceps", "Đông trùng hạ thảo", "Cordyceps"),
            ("buffalo", "Thịt trâu", "Buffalo meat"),
            ("pork", "Thịt lợn", "Pork"),
            ("duck", "Vịt", "Duck"),
            ("fish", "Cá", "Fish"),
        ),
        _codes(
            "extent_kind", "Loại ranh giới", "Type of boundary",
            ("surveyed", "Ranh giới đo đạc", "Surveyed boundary", "đo đạc", "GPS"),
            ("administrative", "Đường bao đơn vị hành chính, không phải ranh giới đo đạc", "Commune boundaries, not surveyed"),
        ),
        _codes(
            "village_kind", "Loại làng nghề, bản", "Type of village",
            ("traditional_craft_village", "Làng nghề truyền thống", "Traditional craft village"),
            ("craft_village", "Làng nghề", "Craft village"),
            ("traditional_craft", "Nghề truyền thống", "Traditional craft"),
            ("craft_place", "Nơi có nghề, chưa rõ công nhận", "Craft locality (recognition not confirmed)"),
            ("community_tourism", "Bản du lịch cộng đồng", "Community-tourism village"),
            basis=_ND52,
        ),
        _codes(
            "craft_kind", "Nghề", "Craft",
            ("weaving", "Dệt thổ cẩm", "Brocade weaving"),
            ("embroidery", "Thêu", "Embroidery"),
            ("bamboo_rattan", "Mây tre đan", "Bamboo and rattan"),
            ("food_making", "Làm bánh, chế biến thực phẩm", "Food making"),
            ("forging", "Rèn", "Forging"),
            ("costume_making", "Làm giày, trang phục", "Shoes and costumes"),
            ("khen_making", "Chế tác khèn", "Khèn making", "làm khèn"),
            basis=_ND52,
        ),
        _codes(
            "people", "Dân tộc", "Ethnic group",
            ("thai", "Thái", "Thái"),
            ("white_thai", "Thái trắng", "White Thái"),
            ("black_thai", "Thái đen", "Black Thái"),
            ("mong", "Mông", "Mông"),
            ("lao", "Lào", "Lào"),
            ("ha_nhi", "Hà Nhì", "Hà Nhì"),
            ("dao", "Dao", "Dao"),
            ("xa_phang", "Xạ Phang", "Xạ Phang"),
        ),
        _codes(
            "site_kind", "Loại điểm", "Type of site",
            ("historic", "Di tích lịch sử", "Historic site"),
            ("architecture", "Kiến trúc, nghệ thuật", "Architecture and art"),
            ("archaeology", "Khảo cổ", "Archaeology"),
            ("scenic", "Danh lam thắng cảnh", "Scenic place"),
            ("museum", "Bảo tàng", "Museum"),
            ("spring", "Suối khoáng nóng", "Hot spring"),
            ("heritage_tree", "Cây di sản", "Heritage trees"),
            ("transport", "Bến, sân bay", "Wharf or airport"),
            basis=_LAW_HERITAGE,
        ),
        _codes(
            "site_rank", "Xếp hạng", "Rank",
            ("national_special", "Quốc gia đặc biệt", "Special national"),
            ("national", "Quốc gia", "National"),
            ("provincial", "Cấp tỉnh", "Provincial"),
            ("heritage_tree", "Cây di sản Việt Nam", "Vietnam heritage tree"),
            basis=_LAW_HERITAGE,
        ),
        _codes(
            "market_kind", "Loại chợ, lễ hội", "Market or festival",
            ("market", "Chợ phiên", "Market", "chợ"),
            ("festival", "Lễ hội", "Festival", "hội", "tết"),
        ),
        _codes(
            "source_kind", "Loại nguồn", "Type of source",
            ("official", "Cơ quan nhà nước", "Official"),
            ("press", "Báo chí", "Press"),
            ("machine_translation", "Bản dịch máy", "Machine translation"),
            ("encyclopedia_copy", "Bách khoa toàn thư mở (Wikipedia)", "Wikipedia"),
            ("data_set", "Bộ dữ liệu", "Data set"),
            ("other", "Khác", "Other"),
        ),
        _codes(
            "page_closed", "Trang có thể đã đóng", "The page may be closed",
            ("yes", "Có: trang của huyện đã bỏ từ 1/7/2025", "Yes: a site of a district abolished on 1 July 2025"),
        ),
        _codes(
            "unit_level", "Cấp đơn vị", "Level of unit",
            ("province", "Tỉnh", "Province"),
            ("commune_2025", "Xã, phường từ 1/7/2025", "Commune or ward since 1 July 2025"),
            ("old_district", "Huyện cũ", "Former district"),
            ("old_commune", "Xã cũ", "Former commune"),
        ),
        _codes(
            "figure_kind", "Chỉ tiêu", "Figure",
            ("population", "Dân số", "Population"),
            ("area", "Diện tích", "Area"),
            ("seat", "Nơi đặt trụ sở", "Seat"),
            ("difficulty_zone", "Phân định khu vực (vùng dân tộc và miền núi)", "Development zone (ethnic minority and mountainous areas)"),
            ("households", "Số hộ", "Households"),
            ("households_poor", "Số hộ nghèo", "Poor households"),
            ("households_near_poor", "Số hộ cận nghèo", "Near-poor households"),
            ("share_thai", "Tỷ lệ người Thái", "Share of Thái"),
            ("share_mong", "Tỷ lệ người Mông", "Share of Mông"),
            ("share_kinh", "Tỷ lệ người Kinh", "Share of Kinh"),
            ("share_white_thai", "Tỷ lệ người Thái trắng", "Share of White Thái"),
            ("peoples", "Số dân tộc", "Ethnic groups"),
            ("villages_minority_mountain", "Số thôn, bản vùng dân tộc thiểu số và miền núi", "Villages in minority and mountain areas"),
            ("villages_especially_difficult", "Số thôn, bản đặc biệt khó khăn", "Especially difficult villages"),
            ("ocop_products", "Số sản phẩm OCOP", "OCOP products"),
            ("ocop_products_recognised_in_year", "Số sản phẩm OCOP được công nhận trong năm", "OCOP products recognised in the year"),
            ("ocop_products_lapsed", "Số sản phẩm OCOP hết thời hạn", "OCOP products whose term ended"),
            ("ocop_products_to_certify_again", "Số sản phẩm OCOP phải công nhận lại", "OCOP products due for recertification"),
            ("ocop_products_target", "Mục tiêu số sản phẩm OCOP", "Target number of OCOP products"),
            ("ocop_potential_products", "Số sản phẩm tiềm năng", "Potential OCOP products"),
            ("ocop_assessed", "Số sản phẩm được đánh giá", "Products assessed"),
            ("ocop_makers", "Số chủ thể OCOP", "OCOP producers"),
            ("ranked_relics", "Số di tích được xếp hạng", "Ranked heritage sites"),
            ("community_tourism_villages", "Số bản du lịch cộng đồng", "Community-tourism villages"),
            ("homestays", "Số homestay", "Homestays"),
            ("national_intangible_heritage", "Số di sản văn hóa phi vật thể quốc gia", "National intangible heritage"),
            ("coffee_area", "Diện tích cà phê", "Area of coffee"),
            ("coffee_area_bearing", "Diện tích cà phê cho thu hoạch", "Area of coffee in production"),
            ("macadamia_area", "Diện tích mắc ca", "Area of macadamia"),
            ("shan_tea_area", "Diện tích chè Shan tuyết", "Area of Shan tuyết tea"),
            ("medicinal_plants_area", "Diện tích cây dược liệu", "Area of medicinal plants"),
        ),
        _codes(
            "figure_unit", "Đơn vị tính", "Unit of measure",
            ("people", "người", "people"),
            ("km2", "km²", "km²"),
            ("ha", "ha", "ha"),
            ("percent", "%", "%"),
            ("households", "hộ", "households"),
            ("villages", "thôn, bản", "villages"),
            ("zone", "khu vực", "zone"),
        ),
        _codes(
            "unit_kind", "Loại đơn vị", "Type of unit",
            ("province", "Tỉnh", "Province"),
            ("city", "Thành phố", "City"),
            ("district_town", "Thị xã", "Town (district level)"),
            ("district", "Huyện", "District"),
            ("ward", "Phường", "Ward"),
            ("township", "Thị trấn", "Township"),
            ("commune", "Xã", "Commune"),
        ),
        _codes(
            "scheme", "Bộ tiêu chí", "Criteria",
            ("QD1048", "Quyết định 1048/QĐ-TTg (2019)", "Decision 1048/QĐ-TTg (2019)"),
            ("QD148", "Quyết định 148/QĐ-TTg (2023)", "Decision 148/QĐ-TTg (2023)"),
            basis=_QD1048,
        ),
        _codes(
            "link_reason", "Lý do liên kết", "Reason of a link",
            ("recorded", "Theo hồ sơ", "On record"),
            ("crosswalk", "Đổi từ xã cũ sang xã, phường hiện nay", "From the former to the present commune"),
            ("matched", "Cùng giá trị ở hai đầu", "Equal values at both ends"),
            ("inside", "Nằm bên trong", "Inside"),
            ("overlap", "Phủ lên nhau", "Overlapping"),
            ("near", "Ở gần", "Near"),
            ("nearest", "Gần nhất của mỗi loại", "Nearest of its type"),
        ),
        _codes(
            "translated_field", "Thông tin chỉ dựa vào bản dịch máy", "Facts that rest on a machine translation alone",
            ("stars", "Hạng sao", "Stars"),
            ("year", "Năm công nhận", "Year certified"),
            ("status", "Tình trạng", "Status"),
            ("recognised", "Công nhận", "Recognised"),
            ("households", "Số hộ", "Households"),
        ),
        _codes("yes_no", "Có/không", "Yes/no", ("yes", "Có", "Yes"), ("no", "Không", "No")),
        CodeList(
            "precision",
            Label("Độ chính xác vị trí", "Location precision"),
            tuple(Code(p.key, p.label) for p in PRECISIONS),
        ),
    )
}  # fmt: skip

ORDINAL_UNITS = frozenset({"zone"})
"""The keys of `figure_unit` that are written before their number, which is a Roman numeral: khu vực III."""
