"""Other spellings of words in names: abbreviations, English and French words, older transcriptions.

A row adds no fact: it says that two spellings mean the same word, so that a search for one finds names with the other.
"""

from typing import NamedTuple


class Spelling(NamedTuple):
    """A Vietnamese word or phrase as it is displayed, and what people write for it.

    A single word is compared with its diacritics, since many Vietnamese words differ in nothing else; a phrase is
    compared without them. Texts are read from left to right, the longest phrase first: "khó khăn" has no "khăn". Case,
    and where a tone is put (hoà, hòa), never matter.
    """

    word: str
    others: tuple[str, ...]


SPELLINGS: tuple[Spelling, ...] = (
    # --- producers ---
    Spelling("hợp tác xã", ("HTX", "cooperative", "co-operative", "cooperatives", "co-operatives")),
    Spelling("tổ hợp tác", ("THT", "cooperative group", "co-operative group")),
    Spelling("doanh nghiệp", ("DN", "enterprise")),
    Spelling("công ty", ("Cty", "company")),
    Spelling("trách nhiệm hữu hạn", ("TNHH",)),
    Spelling("sản phẩm", ("SP", "product", "products", "đặc sản", "specialty", "specialties", "souvenir", "souvenirs")),
    Spelling("sao", ("star", "stars")),
    # --- units ---
    Spelling("Điện Biên Phủ", ("DBP", "ĐBP")),
    Spelling("tỉnh", ("province",)),
    Spelling("thành phố", ("TP", "city")),
    Spelling("thị xã", ("TX",)),
    Spelling("thị trấn", ("TT", "township")),
    Spelling("huyện", ("district",)),
    Spelling("phường", ("ward",)),
    Spelling("xã", ("commune",)),
    Spelling("dân số", ("population",)),
    Spelling("diện tích", ("area",)),
    Spelling("khó khăn", ("difficult", "difficulty")),
    # --- products and materials ---
    Spelling("mật ong", ("honey", "ong mật")),
    Spelling("cà phê", ("coffee", "café", "cafe", "cf")),
    Spelling("chè", ("trà", "tea")),
    Spelling("rượu", ("wine", "liquor", "rice wine")),
    Spelling("giấm", ("vinegar",)),
    Spelling("gạo", ("rice",)),
    Spelling("bún", ("noodles",)),
    Spelling("miến", ("vermicelli", "glass noodles")),
    Spelling("chẩm chéo", ("chẳm chéo", "dipping salt")),
    Spelling("bưởi", ("pomelo", "grapefruit")),
    Spelling("dứa", ("pineapple", "pineapples")),
    Spelling("lạc", ("peanut", "peanuts", "đậu phộng")),
    Spelling("khoai sọ", ("taro",)),
    Spelling("bí xanh", ("squash", "green squash")),
    Spelling("mắc ca", ("macadamia", "macca")),
    Spelling("táo mèo", ("docynia",)),
    Spelling("thảo quả", ("cardamom", "black cardamom")),
    Spelling("sa nhân", ("amomum",)),
    Spelling("quế", ("cinnamon",)),
    Spelling("đông trùng hạ thảo", ("cordyceps",)),
    Spelling("trâu", ("buffalo",)),
    Spelling("thịt lợn", ("pork", "thịt heo")),
    Spelling("vịt", ("duck",)),
    Spelling("cá", ("fish",)),
    Spelling("khô", ("dried",)),
    Spelling("gác bếp", ("smoked",)),
    Spelling("thịt", ("meat",)),
    Spelling("nếp", ("sticky", "glutinous")),
    Spelling("rừng", ("forest", "wild")),
    Spelling("cổ thụ", ("ancient", "old-growth")),
    Spelling("xanh", ("green",)),
    Spelling("bột", ("ground", "powder")),
    Spelling("hạt", ("bean", "beans")),
    # --- crafts ---
    Spelling("khăn", ("scarf", "scarves")),
    Spelling("thổ cẩm", ("brocade",)),
    Spelling("dệt", ("weaving",)),
    Spelling("thêu", ("embroidery",)),
    Spelling("mây tre đan", ("bamboo and rattan", "rattan")),
    Spelling("rèn", ("forging", "blacksmith")),
    Spelling("dao", ("knife", "knives")),
    Spelling("khèn", ("khene", "panpipe", "panpipes")),
    Spelling("làng nghề", ("craft village", "craft villages")),
    Spelling("bản", ("village",)),
    Spelling("Mông", ("Hmong", "H'Mông", "Hmông", "Mèo")),
    # --- sites ---
    Spelling("Đờ Cát", ("de Castries", "Đờ Cát-xtơ-ri", "Đờ Cát-tơ-ri")),
    Spelling("tướng", ("general", "général")),
    Spelling("hầm", ("bunker", "casemate")),
    Spelling("đồi", ("hill", "colline")),
    Spelling("đèo", ("pass",)),
    Spelling("hang", ("cave", "caves", "grotte")),
    Spelling("hồ", ("lake",)),
    Spelling("suối khoáng", ("mineral spring", "hot spring", "hot springs", "suối khoáng nóng", "suối nước nóng")),
    Spelling("tháp", ("tower",)),
    Spelling("thành", ("citadel",)),
    Spelling("cầu", ("bridge",)),
    Spelling("bảo tàng", ("museum", "musée")),
    Spelling("nghĩa trang", ("cemetery", "cimetière")),
    Spelling("liệt sĩ", ("liệt sỹ", "martyrs", "martyr")),
    Spelling("tượng đài", ("monument",)),
    Spelling("nhà tù", ("prison",)),
    Spelling("sân bay", ("airport", "airfield")),
    Spelling("cánh đồng", ("field", "valley fields")),
    Spelling("sở chỉ huy", ("command post", "headquarters", "general giap", "tướng Giáp", "hầm tướng Giáp")),
    Spelling("chiến trường", ("battlefield", "battle")),
    Spelling("di tích", ("relic", "relics")),
    Spelling(
        "điểm du lịch",
        (
            "địa điểm du lịch",
            "điểm tham quan",
            "tourist attraction",
            "tourist attractions",
            "attractions",
            "sights",
            "things to see",
            "places to visit",
        ),
    ),
    Spelling("cực Tây", ("westernmost point", "westernmost")),
    Spelling("ngã ba biên giới", ("tri-border", "tri border", "border junction")),
    # --- markets ---
    Spelling("chợ", ("market",)),
    Spelling("lễ hội", ("festival",)),
    Spelling("té nước", ("water festival", "water splashing")),
    Spelling("đua thuyền", ("boat race", "boat racing")),
    Spelling("hoa anh đào", ("cherry blossom", "cherry blossoms")),
)

FILLERS: tuple[str, ...] = (
    "ở đâu", "o dau", "ở", "gần đây", "gan day", "gần", "gan", "tại", "mua", "bán ở đâu", "của", "và", "cho", "nào", "người",
    "near me", "near", "nearby", "in", "at", "of", "the", "a", "an", "and", "to", "for", "from", "by", "with",
    "where", "what", "is", "are", "buy", "where to buy", "how to get to", "best", "people",
)  # fmt: skip
"""Words of questions that name no record; they are left out where no record has them. Diacritics count."""
