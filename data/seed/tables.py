"""Tables that map the sources' wording to the schema's codes, and facts that the fact tables lack.

A word without a row raises KeyError: nothing is guessed and nothing is dropped.
"""

from typing import Any, NamedTuple

MATERIALS = {
    "shan tea": "shan_tea", "arabica coffee": "arabica_coffee", "canna starch": "canna_starch",
    "black cardamom": "black_cardamom", "green squash": "green_squash",
    **{word: word for word in ("honey", "fish", "rice", "pomelo", "melon", "beans", "buffalo", "docynia", "tea",
                               "cordyceps", "peanut", "taro", "pork", "duck", "pineapple", "macadamia", "amomum",
                               "cinnamon", "coffee")},
    "canna": "canna_starch",
}  # fmt: skip
CRAFTS = {
    "food": "food_making", "weaving": "weaving", "embroidery": "embroidery", "bamboo and rattan": "bamboo_rattan",
    "weaving and embroidery": "weaving;embroidery", "shoes and costume": "costume_making", "khèn making": "khen_making",
    "blacksmithing": "forging",
}  # fmt: skip
PEOPLES = {
    "White Thái": "white_thai", "Black Thái": "black_thai", "Thái": "thai", "Lào": "lao", "Mông": "mong",
    "Hà Nhì": "ha_nhi", "Dao": "dao", "Xạ Phang": "xa_phang",
}  # fmt: skip
STATUSES = {
    "certified": "certified",
    "not_renewed": "not_renewed",
    "re-assessed 2023": "reassessed",
    "assessed (9 of 10 recognised)": "assessed",
    "popular OCOP product (stars not in source)": "listed",
}
UNIT_KINDS = {
    "Thành phố": "city", "Thị xã": "district_town", "Thị Xã": "district_town", "Huyện": "district",
    "Phường": "ward", "Thị trấn": "township", "Xã": "commune",
}  # fmt: skip

# The outlines (B4) spell these former communes otherwise: (district, name there) -> name in the crosswalk (B3).
# Each is the only outline of its district without a name of its own in the crosswalk; for all but Phu Luông, whose
# point is one of the 14 that lie elsewhere, the crosswalk's point lies inside it.
OUTLINE_NAMES = {
    ("Tủa Chùa", "Xín Chải"): "Sín Chải", ("Tủa Chùa", "Sáng Nhè"): "Xá Nhè",
    ("Mường Chà", "Xá Lông"): "Sa Lông", ("Mường Chà", "Xá Tổng"): "Sá Tổng",
    ("Điện Biên", "Noọng Hẹt"): "Noong Hẹt", ("Điện Biên", "Pu Luông"): "Phu Luông",
    ("Điện Biên Đông", "Luân Giới"): "Luân Giói", ("Điện Biên Đông", "Pú Nhi"): "Pu Nhi",
}  # fmt: skip
# Moved from Điện Biên district to the city on 1 January 2020; the outlines keep them in the district.
MOVED_2020 = {"Nà Tấu", "Nà Nhạn", "Mường Phăng", "Pá Khoang"}

SOURCES: list[dict[str, Any]] = [
    {"source_id": "S33", "publisher": "Trang thông tin điện tử huyện Điện Biên",
     "address": "https://huyendienbien.dienbien.gov.vn/ThanhYen/Tintuc/View/Danh-gia-phan-hang-cac-san-pham-OCOP-huyen-Dien-Bien-nam-2022?PageIndex=12",
     "date": "2022-12-23", "what": "Điện Biên district, 2022: three products of three producers, with their addresses, rated 3 stars by the district's council and passed on to the provincial one"},
    {"source_id": "S34", "publisher": "disanxanh.cinet.vn",
     "address": "http://disanxanh.cinet.vn/ArticleDetail.aspx?articleid=68368&sitepageid=29",
     "date": "2022-03-05", "what": "Inventory of relics, decision 418/QĐ-UBND of 4/3/2022: 49 places, 14 of them national, 14 provincial; the national ones named with their places"},
    {"source_id": "S35", "publisher": "Sở Văn hóa, Thể thao và Du lịch tỉnh Điện Biên",
     "address": "http://svhttdldienbien.gov.vn/portal/pages/2019-12-26/Them-hai-di-tich-danh-lam-thang-canh-duoc-xep-hang4mo5cycy16ca.aspx",
     "date": "2019-12-26", "what": "Vừ Pà Chay (xã Pu Nhi) and the scenic cave Hấu Chua (xã Sín Chải) ranked provincial; 10 provincial sites, nine of them named"},
    {"source_id": "S36", "publisher": "baodienbienphu.com.vn",
     "address": "http://baodienbienphu.com.vn/tin-tuc/du-lich/121333/hang-kho-chua-la-tai-san-van-hoa-gop-phan-phat-trien-kinh-te-du-lich",
     "date": "2016-04-01", "what": "Khó Chua La cave, Pàng Dề A1, xã Xá Nhè: national scenic place, decision 4252/QĐ-BVHTTDL of 9/12/2015; the Xá Nhè cave is a national scenic place too"},
    {"source_id": "S37", "publisher": "svhttdl.dienbien.gov.vn",
     "address": "http://svhttdl.dienbien.gov.vn/portal/pages/2023-9-7/Top-cac-Hang-dong-danh-cho-du-khach-ua-kham-pha-mayvxerf6iwc4p.aspx",
     "date": "2023-09-07", "what": "Huổi Cang and Huổi Đáp caves, bản Huổi Cang, xã Pa Ham: national scenic place, 2019"},
    {"source_id": "S38", "publisher": "huyendienbien.gov.vn",
     "address": "http://huyendienbien.gov.vn/vanhoa/Tintuc/View/Di-tich-Quoc-gia-danh-lam-thang-canh-hang-dong-Chua-Ta-xa-He-Muong-huyen-Dien-Bien-tinh",
     "date": "2018-12-06", "what": "Chua Ta cave, bản Na Côm, xã Hẹ Muông: national scenic place"},
    {"source_id": "S39", "publisher": "minhquan-lichsu.blogspot.com",
     "address": "http://minhquan-lichsu.blogspot.com/2012/07/tham-khuong-di-chi-khao-co-hoc-au-tien.html",
     "date": "2012-07-06", "what": "Thẳm Khương, bản Bó: archaeological site, dug in 1974; the page counts it to xã Chiềng Sinh"},
    {"source_id": "B1", "publisher": "Nhà xuất bản Tài nguyên - Môi trường và Bản đồ Việt Nam (sapnhap.bando.com.vn)",
     "address": "https://sapnhap.bando.com.vn", "date": "2025",
     "what": "Administrative reference map since 1 July 2025: boundary facts of the 45 communes and wards, as compiled under the MIT licence by the Vietnamese Provinces Database project; generalised to about 50 m"},
    {"source_id": "B2", "publisher": "Cổng thông tin điện tử Chính phủ (gis.chinhphu.vn)",
     "address": "https://gis.chinhphu.vn", "date": None,
     "what": "The government's administrative map: boundary facts of the 10 districts until 30 June 2025; the city's outline is the one before 1 January 2020"},
    {"source_id": "B3", "publisher": "vietnamadminunits 1.0.4 (PyPI)", "address": "https://pypi.org/project/vietnamadminunits/",
     "date": None, "what": "The 129 former communes, a point in each, and the commune that each went into (MIT licence)"},
    {"source_id": "B4", "publisher": "communesVN, epix-project (R package)", "address": "https://github.com/epix-project/communesVN",
     "date": "2009", "what": "130 commune outlines with the area and population of the 2009 census, coarse (MIT licence)"},
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
    sources: str
    kind_by_name: bool = False
    """No source says what kind of site it is: the kind is read from its name."""
    decision: str = ""
    note: str = ""


SITES = (
    Site("H21", "Thành Sam Mứn", "Sam Mứn citadel", "historic", "national", "", "Pom Lót", "Điện Biên", "S34", kind_by_name=True),
    Site("H22", "Hang động Chua Ta", "Chua Ta cave", "scenic", "national", "bản Na Côm", "Hẹ Muông", "Điện Biên", "S34;S38"),
    Site("H23", "Hang Mường Tỉnh", "Mường Tỉnh cave", "historic", "national", "bản Mường Tỉnh A", "Xa Dung", "Điện Biên Đông", "S34", kind_by_name=True),
    Site("H24", "Hang động Huổi Cang - Huổi Đáp", "Huổi Cang - Huổi Đáp caves", "scenic", "national", "bản Huổi Cang, Huổi Đáp", "Pa Ham", "Mường Chà", "S34;S37"),
    Site("H25", "Hang Thẩm Khương", "Thẩm Khương cave", "archaeology", "national", "bản Bó", "Chiềng Đông", "Tuần Giáo", "S34;S39",
         note="S34 ghi xã Chiềng Đông, S39 ghi xã Chiềng Sinh."),
    Site("H26", "Hang động Há Chớ", "Há Chớ cave", "scenic", "national", "bản Đề Chia C", "Pú Nhung", "Tuần Giáo", "S34", kind_by_name=True),
    Site("H27", "Hang động Xá Nhè", "Xá Nhè cave", "scenic", "national", "thôn Pàng Dề B", "Xá Nhè", "Tủa Chùa", "S34;S36"),
    Site("H28", "Hang động Khó Chua La", "Khó Chua La cave", "scenic", "national", "thôn Pàng Dề A1", "Xá Nhè", "Tủa Chùa", "S34;S36",
         decision="4252/QĐ-BVHTTDL of 9/12/2015", note='S34 ghi "xã Pá Nhè", S36 ghi xã Xá Nhè.'),
    Site("H29", "Hang động Pê Răng Ky", "Pê Răng Ky cave", "scenic", "national", "thôn Nậm Bành", "Huổi Só", "Tủa Chùa", "S34", kind_by_name=True),
    Site("H30", "Hang động Hấu Chua", "Hấu Chua cave", "scenic", "provincial", "", "Sín Chải", "Tủa Chùa", "S35"),
    Site("H31", "Di tích Vừ Pà Chay", "Vừ Pà Chay relic", "historic", "provincial", "", "Pu Nhi", "Điện Biên Đông", "S35", kind_by_name=True),
)  # fmt: skip
NATIONAL = {"H07": "", "H08": "bản Mường Luân 1", "H09": "bản Nà Muông", "H10": "bản Pa Xa Lào"}
"""Sites of the fact table that the inventory S34 ranks as national -> the village that it names, "" for none."""

_HONEY = (
    "Hợp tác xã Ong mật Điện Biên ở đội 10, xã Sam Mứn, huyện Điện Biên (S2). Hợp tác xã do chín hộ nuôi ong của xã Sam Mứn thành lập tháng 2/2019 (S3).",
    "The Điện Biên honey co-operative is in đội 10, xã Sam Mứn, Điện Biên district (S2). It was founded in February 2019 by nine bee-keeping households of xã Sam Mứn (S3).",
)
_KHAU = (
    "Khẩu xén và khẩu chí chọp của xã Lay Nưa, thị xã Mường Lay đạt 3 sao năm 2019 (S4). Tổ hợp tác làm ra có hơn mười gia đình (S4).",
    "Khẩu xén and khẩu chí chọp of xã Lay Nưa, Mường Lay town, were rated 3 stars in 2019 (S4). The co-operative group that makes them has over ten families (S4).",
)
_TEA = (
    "Công ty Hương Linh làm ba loại chè của Tủa Chùa (S6), liên kết 32 ha chè với 400 hộ xã Sính Phình (S8). Ba loại chè được công nhận lần đầu năm 2019 và đánh giá lại năm 2023, đều 3 sao (S5).",
    "The company Hương Linh makes three teas of Tủa Chùa (S6) and links 32 ha of tea with 400 households of xã Sính Phình (S8). The three were first certified in 2019 and assessed again in 2023, all with 3 stars (S5).",
)
STORIES = {
    "R01": _HONEY, "R02": _HONEY, "R03": _KHAU, "R04": _KHAU, "R05": _TEA, "R06": _TEA, "R07": _TEA,
    "R36": ("Dự án bí xanh Tìa Dình năm 2023 có 15 ha với 21 hộ (S10). Huyện Điện Biên Đông có bốn sản phẩm từ 3 sao trở lên (S10).",
            "The green-squash project of Tìa Dình had 15 ha and 21 households in 2023 (S10). Điện Biên Đông district has four products of 3 stars or more (S10)."),
    "R45": ("Hợp tác xã dệt thổ cẩm Na Sang 2 ở xã Núa Ngam, huyện Điện Biên (S16).",
            "The brocade co-operative Na Sang 2 is in xã Núa Ngam, Điện Biên district (S16)."),
}  # fmt: skip
STORY_SOURCES = {"R01": "S3", "R02": "S2;S3", "R05": "S8", "R06": "S8", "R07": "S8"}

NOTES = {
    "assessed": "Mười sản phẩm được đánh giá năm 2021, chín được công nhận; nguồn không nêu sản phẩm nào không đạt (S7).",
    "district_place": "Nguồn chỉ nêu huyện; điểm trên bản đồ là một điểm bên trong huyện cũ.",
    "count_2022": "S6 ghi 14 sản phẩm năm 2022 nhưng nêu 15 tên.",
    "R10": "S7 nêu sản phẩm này trong mười sản phẩm đánh giá năm 2021; S6 ghi 4 sao năm 2022.",
    "inventory": "Hạng theo danh mục kiểm kê di tích, Quyết định 418/QĐ-UBND ngày 4/3/2022 (S34).",
    "no_decision": "Quyết định xếp hạng chưa có nguồn.",
    "kind_by_name": "Loại điểm lấy theo tên gọi, chưa có nguồn.",
    "zone": "Ranh giới là đường bao các đơn vị hành chính được nêu tên, không phải ranh giới đo đạc; số héc-ta công bố là số liệu đáng tin.",
    "outline_before": "Đường bao đo được {drawn} ha, lệch diện tích công bố quá 25 %: diện tích, dân số là của năm 2009, đường bao có thể là của đơn vị sau khi chia tách.",
    "outline_zero": "Nguồn ghi 0 cho diện tích và dân số năm 2009: chưa có số liệu.",
    "outline_alone": "Bảng chuyển đổi (B3) không có xã mang tên này.",
    "city": "Đường bao là của thành phố trước ngày 1/1/2020; bảng chuyển đổi xếp Nà Tấu, Nà Nhạn, Mường Phăng, Pá Khoang vào thành phố, đường bao xếp vào huyện Điện Biên.",
    "tua_chua": "Rộng hơn số công bố 12,9 km²: ở rìa tỉnh, đường bao xã (B1) vượt ra ngoài đường bao huyện (B2).",
    "point_outside": "Điểm mà nguồn cho nằm ngoài xã, phường mà xã này nhập vào.",
}

TRANSLATED_FIELDS = {
    "R47": "stars;year;status",
    "R48": "stars",
    "R50": "stars",
    "R59": "stars",
    "V14": "households",
    "V21": "recognised",
}
"""The values that, as the note of the record says, only a machine translation states."""
