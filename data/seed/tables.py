"""What the sources' words mean in the schema's codes, and what they add that the fact tables do not hold.

A word that is not in a table stops the run: nothing is guessed and nothing is dropped.
"""

from typing import Any, NamedTuple

MATERIALS = {
    "shan tea": "shan_tea", "arabica coffee": "arabica_coffee", "canna starch": "canna_starch",
    "black cardamom": "black_cardamom", "green squash": "green_squash",
    **{word: word for word in ("honey", "fish", "rice", "pomelo", "melon", "beans", "buffalo", "docynia", "tea",
                               "cordyceps", "peanut", "taro", "pork", "duck")},
}  # fmt: skip
CRAFTS = {
    "food": "food_making", "weaving": "weaving", "embroidery": "embroidery", "bamboo and rattan": "bamboo_rattan",
    "weaving and embroidery": "weaving;embroidery",
}  # fmt: skip
PEOPLES = {
    "White Thái": "white_thai", "Black Thái": "black_thai", "Thái": "thai", "Lào": "lao", "Mông": "mong",
    "Hà Nhì": "ha_nhi",
}  # fmt: skip
STATUSES = {
    "certified": "certified",
    "re-assessed 2023": "reassessed",
    "assessed (9 of 10 recognised)": "assessed",
    "popular OCOP product (stars not in source)": "listed",
}
UNIT_KINDS = {
    "Thành phố": "city", "Thị xã": "district_town", "Thị Xã": "district_town", "Huyện": "district",
    "Phường": "ward", "Thị trấn": "township", "Xã": "commune",
}  # fmt: skip

# The outlines of 2009 spell these former communes otherwise: (district, name there) -> name in the crosswalk.
OUTLINE_NAMES = {("Tủa Chùa", "Xín Chải"): "Sín Chải", ("Tủa Chùa", "Sáng Nhè"): "Xá Nhè"}
# Moved from Điện Biên district to the city on 1 January 2020; the outlines keep them in the district.
MOVED_2020 = {"Nà Tấu", "Nà Nhạn", "Mường Phăng", "Pá Khoang"}

SOURCES = [
    {"source_id": "S33", "publisher": "Trang thông tin điện tử huyện Điện Biên",
     "address": "https://huyendienbien.dienbien.gov.vn/ThanhYen/Tintuc/View/Danh-gia-phan-hang-cac-san-pham-OCOP-huyen-Dien-Bien-nam-2022?PageIndex=12",
     "date": "2022-12", "what": "OCOP products of Điện Biên district assessed in 2022, with the producers' addresses"},
    {"source_id": "S34", "publisher": "disanxanh.cinet.vn",
     "address": "http://disanxanh.cinet.vn/ArticleDetail.aspx?articleid=68368&sitepageid=29",
     "date": "2022", "what": "Inventory of relics, decision 418/QĐ-UBND of 4/3/2022: national sites with their places"},
    {"source_id": "S35", "publisher": "Sở Văn hóa, Thể thao và Du lịch tỉnh Điện Biên",
     "address": "http://svhttdldienbien.gov.vn/portal/pages/2019-12-26/Them-hai-di-tich-danh-lam-thang-canh-duoc-xep-hang4mo5cycy16ca.aspx",
     "date": "2019-12-26", "what": "Provincial sites at the end of 2019"},
    {"source_id": "B1", "publisher": "Nhà xuất bản Tài nguyên - Môi trường và Bản đồ Việt Nam (sapnhap.bando.com.vn)",
     "address": "https://sapnhap.bando.com.vn", "date": "2025",
     "what": "Administrative reference map since 1 July 2025: boundary facts of the 45 communes and wards, as compiled under the MIT licence by the Vietnamese Provinces Database project; generalised to about 50 m"},
    {"source_id": "B2", "publisher": "Cổng thông tin điện tử Chính phủ (gis.chinhphu.vn)",
     "address": "https://gis.chinhphu.vn", "date": None,
     "what": "The government's administrative map: boundary facts of the 10 districts until 30 June 2025; the city's outline is the one before 1 January 2020"},
    {"source_id": "B3", "publisher": "vietnamadminunits 1.0.4 (PyPI)", "address": "https://pypi.org/project/vietnamadminunits/",
     "date": None, "what": "The 129 former communes, a point in each, and the commune that each went into (MIT licence)"},
    {"source_id": "B4", "publisher": "communesVN, epix-project (R package)", "address": "https://github.com/epix-project/communesVN",
     "date": "2009", "what": "130 commune outlines of the 2009 census with area and population, coarse (MIT licence)"},
]  # fmt: skip

PRODUCERS: list[dict[str, Any]] = [
    {"producer_id": "P09", "name": "Hợp tác xã Tâm Thiện", "kind": "cooperative", "place": "thôn Tân Biên",
     "commune_until_2025": "Noong Hẹt", "district_until_2025": "Điện Biên", "source_id": "S33"},
    {"producer_id": "P10", "name": "Công ty TNHH Giống nông nghiệp Trường Hương Điện Biên", "kind": "company",
     "place": "đội 1", "commune_until_2025": "Thanh Hưng", "district_until_2025": "Điện Biên", "source_id": "S33"},
    {"producer_id": "P11", "name": "Hợp tác xã Miến dong Lộc Biên", "kind": "cooperative", "place": "thôn Thanh Đông",
     "commune_until_2025": "Thanh Xương", "district_until_2025": "Điện Biên", "source_id": "S33"},
]  # fmt: skip
PRODUCER_OF = {"R24": "P09", "R25": "P10", "R23": "P11"}


class Site(NamedTuple):
    """A site that an inventory names with its former commune."""

    site_id: str
    name: str
    name_en: str
    kind: str
    rank: str
    place: str
    commune: str
    district: str
    source: str


SITES = (
    Site("H21", "Thành Sam Mứn", "Sam Mứn citadel", "historic", "national", "", "Pom Lót", "Điện Biên", "S34"),
    Site("H22", "Hang động Chua Ta", "Chua Ta cave", "scenic", "national", "bản Na Côm", "Hẹ Muông", "Điện Biên", "S34"),
    Site("H23", "Hang Mường Tỉnh", "Mường Tỉnh cave", "historic", "national", "bản Mường Tỉnh A", "Xa Dung", "Điện Biên Đông", "S34"),
    Site("H24", "Hang động Huổi Cang - Huổi Đáp", "Huổi Cang - Huổi Đáp caves", "scenic", "national", "", "Pa Ham", "Mường Chà", "S34"),
    Site("H25", "Hang Thẩm Khương", "Thẩm Khương cave", "historic", "national", "bản Bó", "Chiềng Đông", "Tuần Giáo", "S34"),
    Site("H26", "Hang động Há Chớ", "Há Chớ cave", "scenic", "national", "bản Đề Chia C", "Pú Nhung", "Tuần Giáo", "S34"),
    Site("H27", "Hang động Xá Nhè", "Xá Nhè cave", "scenic", "national", "thôn Pàng Dề B", "Xá Nhè", "Tủa Chùa", "S34"),
    Site("H28", "Hang động Khó Chua La", "Khó Chua La cave", "scenic", "national", "Pàng Dề A1", "Xá Nhè", "Tủa Chùa", "S34"),
    Site("H29", "Hang động Pê Răng Ky", "Pê Răng Ky cave", "scenic", "national", "Nậm Bành", "Huổi Só", "Tủa Chùa", "S34"),
    Site("H30", "Hang động Hấu Chua", "Hấu Chua cave", "scenic", "provincial", "", "Sín Chải", "Tủa Chùa", "S35"),
    Site("H31", "Di tích Vừ Pà Chay", "Vừ Pà Chay relic", "historic", "provincial", "", "Pu Nhi", "Điện Biên Đông", "S35"),
)  # fmt: skip
NATIONAL = {"H07", "H08", "H09", "H10"}
"""Sites of the fact table that the inventory of S34 ranks national."""
INVENTORY = "Xếp hạng theo danh mục kiểm kê di tích, Quyết định 418/QĐ-UBND ngày 4/3/2022 (S34); quyết định xếp hạng chưa có nguồn."
_HONEY = (
    "Hợp tác xã Ong mật Điện Biên ở đội 10, xã Sam Mứn, huyện Điện Biên (S2) được chín hộ nuôi ong của xã thành lập tháng 2/2019 (S3).",
    "The Điện Biên honey co-operative of đội 10, xã Sam Mứn, Điện Biên district (S2) was founded in February 2019 by nine bee-keeping households of the commune (S3).",
)
_KHAU = (
    "Khẩu xén và khẩu chí chọp là bánh của xã Lay Nưa, thị xã Mường Lay, đạt 3 sao năm 2019, do một tổ hợp tác hơn mười gia đình làm (S4).",
    "Khẩu xén and khẩu chí chọp are cakes of xã Lay Nưa, Mường Lay town, rated 3 stars in 2019 and made by a co-operative group of over ten families (S4).",
)
_TEA = (
    "Công ty Hương Linh làm ba loại chè của Tủa Chùa (S6), liên kết 32 ha chè với 400 hộ xã Sính Phình (S8). Ba loại chè được công nhận lần đầu năm 2019 và đánh giá lại năm 2023, đều 3 sao (S5).",
    "The company Hương Linh makes three teas of Tủa Chùa (S6) and links 32 ha of tea with 400 households of xã Sính Phình (S8). The three were first certified in 2019 and assessed again in 2023, all with 3 stars (S5).",
)
STORIES = {
    "R01": _HONEY, "R02": _HONEY, "R03": _KHAU, "R04": _KHAU, "R05": _TEA, "R06": _TEA, "R07": _TEA,
    "R36": ("Dự án liên kết bí xanh Tìa Dình năm 2023 có 15 ha với 21 hộ (S10).",
            "The green-squash link project of Tìa Dình had 15 ha and 21 households in 2023 (S10)."),
    "R45": ("Hợp tác xã dệt thổ cẩm Na Sang 2 ở xã Núa Ngam, huyện Điện Biên (S16).",
            "The brocade co-operative Na Sang 2 is in xã Núa Ngam, Điện Biên district (S16)."),
}  # fmt: skip
STORY_SOURCES = {"R01": "S3", "R02": "S2;S3", "R05": "S8", "R06": "S8", "R07": "S8"}

NOTES = {
    "assessed": "Mười sản phẩm được đánh giá năm 2021, chín được công nhận; nguồn không nêu sản phẩm nào không đạt (S7).",
    "district_place": "Nguồn chỉ nêu huyện; điểm trên bản đồ là một điểm bên trong huyện cũ.",
    "zone": "Ranh giới là đường bao các đơn vị hành chính được nêu tên, không phải ranh giới đo đạc; số héc-ta công bố là số liệu đáng tin.",
    "outline": "Đường bao thô, tên gọi của năm 2009; một số xã đã chia tách hoặc đổi tên năm 2012-2013.",
    "city": "Đường bao là của thành phố trước ngày 1/1/2020; bảng chuyển đổi xếp Nà Tấu, Nà Nhạn, Mường Phăng, Pá Khoang vào thành phố, đường bao xếp vào huyện Điện Biên.",
    "point_outside": "Điểm mà nguồn cho nằm ngoài xã, phường mà xã này nhập vào.",
}
