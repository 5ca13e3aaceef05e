"""Sample columns of office files, Vietnamese and others, for the tests and the confusion table."""

_NAMES = """
    Điện Biên Phủ, Him Lam, Tân Thanh, Mường Thanh, Thanh Bình, Thanh Trường, Thanh Minh, Mường Lay, Sông Đà, Na Lay,
    Lay Nưa, Sá Tổng, Sín Thầu, Sen Thượng, Leng Su Sìn, Mường Nhé, Nậm Vì, Chung Chải, Nậm Kè, Pá Mỳ, Mường Toong,
    Huổi Lếch, Quảng Lâm, Na Cô Sa, Mường Chà, Chà Cang, Chà Nưa, Nậm Tin, Pa Tần, Nà Hỳ, Nà Khoa, Nậm Nhừ, Nậm Chua,
    Na Sang, Ma Thì Hồ, Sa Lông, Chà Tở, Nậm Khăn, Nà Bủng, Vàng Đán, Mường Tùng, Huổi Lèng, Pa Ham, Hừa Ngài,
    Nậm Nèn, Huổi Mí, Si Pa Phìn, Phìn Hồ, Mường Pồn, Mường Mươn, Na Son, Điện Biên Đông, Keo Lôm, Xa Dung, Phì Nhừ,
    Mường Luân, Chiềng Sơ, Luân Giói, Tủa Chùa, Mường Báng, Nà Tòng, Tủa Thàng, Huổi Só, Sín Chải, Tả Sìn Thàng,
    Lao Xả Phình, Sính Phình, Trung Thu, Tả Phìn, Sáng Nhè, Xá Nhè, Mường Đun, Phình Sáng, Tuần Giáo, Quài Cang,
    Quài Nưa, Mường Ảng, Ẳng Nưa, Ẳng Cang, Pú Nhung, Rạng Đông, Ta Ma, Mường Mùn, Mùn Chung, Pú Xi, Chiềng Sinh,
    Nà Sáy, Mường Thín, Mường Khong, Quài Tở, Tỏa Tình, Tênh Phông, Búng Lao, Ẳng Tở, Chiềng Đông, Mường Lạn,
    Nặm Lịch, Xuân Lao, Nà Tấu, Mường Đăng, Ngối Cáy, Mường Phăng, Nà Nhạn, Pá Khoang, Thanh Nưa, Hua Thanh,
    Thanh Luông, Thanh Hưng, Thanh Chăn, Noong Bua, Nam Thanh, Thanh Xương, Thanh Yên, Noong Luống, Pa Thơm, Thanh An,
    Noong Hẹt, Sam Mứn, Pom Lót, Na Ư, Núa Ngam, Hẹ Muông, Na Tông, Mường Nhà, Mường Lói, Phu Luông, Pu Nhi, Nong U,
    Phình Giàng, Pú Hồng, Tìa Dình, Háng Lìa
"""
UNITS = tuple(name.strip() for name in _NAMES.split(","))

ACCENTED_UNITS = tuple(name for name in UNITS if not name.isascii())
DISTRICTS = (
    "Huyện Điện Biên", "Huyện Điện Biên Đông", "Huyện Mường Ảng", "Huyện Mường Chà", "Huyện Mường Nhé",
    "Huyện Nậm Pồ", "Huyện Tủa Chùa", "Huyện Tuần Giáo", "Thành phố Điện Biên Phủ", "Thị xã Mường Lay",
)  # fmt: skip
PRODUCTS = (
    "Mật ong Hoa Ban Điện Biên", "Khẩu xén Mường Lay", "Trà xanh Shan tuyết Sính Phình", "Gạo vai gẫy",
    "Cá tép dầu sấy Na Lay", "Bưởi da xanh Kiên Trung", "Dưa mèo Hoa Sơn Tra", "Rượu nếp nương men lá",
    "Quả đỗ leo bốn mùa", "Thịt trâu gác bếp Chung Phước", "Bún gạo lứt đỏ", "Miến dong Lộc Biên",
    "Đông trùng hạ thảo Huy Hùng", "Cà phê túi nhúng Smile Single Bar Coffee", "Lạc đỏ Na Son",
    "Vịt bầu ủ muối hoa tiêu Mường Đun", "Chẩm chéo Sâm Điêu", "Mỹ phẩm nghệ", "Kẹo lạc ngũ vị",
)  # fmt: skip
PEOPLE = (
    "Lò Văn Hặc", "Quàng Thị Yến", "Giàng A Páo", "Nguyễn Hữu Thọ", "Cà Thị Ỏ", "Vàng Thị Mỷ", "Đỗ Quỳnh Như",
    "Phạm Ngọc Thủy", "Bùi Thuý Hằng", "Tòng Văn Inh", "Sùng A Chía", "Lường Thị Ẻn", "Hồ Nguyệt Ánh",
)  # fmt: skip
NOTES = (
    "Vùng nguyên liệu đã được cấp mã số, diện tích 12 ha, cần kiểm tra lại ranh giới.",
    "Hợp tác xã chưa nộp hồ sơ; đề nghị bổ sung trước ngày 30/6.",
    "Trồng từ năm 2015, hỗ trợ giống của Trung tâm khuyến nông tỉnh.",
    "Đất dốc, thường xuyên bị sạt lở vào mùa mưa lũ.",
    "Rừng phòng hộ đầu nguồn, không được chuyển mục đích sử dụng.",
)  # fmt: skip
VIETNAMESE = {
    "units": ACCENTED_UNITS, "districts": DISTRICTS, "products": PRODUCTS, "people": PEOPLE, "notes": NOTES,
}  # fmt: skip

# Columns that detection must not change, as read from a file in Latin-1 or in Unicode.
NOT_VIETNAMESE = {
    "empty": ("", None, ""),
    "codes": ("03127", "VN-11-0005", "QL12", "A1.2", "TT-BTNMT", "ÔTC-1".replace("Ô", "O")),
    "numbers": ("12,5", "1.250", "-3", "1e5", "0", "21.38"),
    "English": (
        "The road goes on to the pass.", "Is it open?", "Don't add water; I'm sure it's ok.", "Middle school (A+B)",
        "U.S.A.", "e.g. tea, coffee", "What do you do? So?", "Who are you? He's here.", "Data(base) a.b",
    ),
    "addresses": ("ha.nguyen@example.org", "tu.an@example.vn", "https://example.org/a?b=c&d=e", "mo.ca@example.com"),
    "blood groups": ("O+", "A+", "A-", "AB+", "O-", "B+"),
    "formulas": ("a^2+b^2", "e^x", "f(a)=a+b", "u+v", "O(n)"),
    "French": ("Région forestière", "Thé vert", "Café moulu", "Hélène Élysée", "Noël à la ferme", "Château d’Eau", "ça va"),
    "German": ("Köln", "Mühle", "Straße", "Grünfläche", "Höhe über Meer", "Süd", "Äcker", "für Öl"),
    "Spanish": ("Año", "El Niño", "Camión", "España", "Población", "Río", "Túnel"),
    "Portuguese": ("São João", "Coração", "Água", "Estação", "Pães"),
    "Nordic": ("Ærø", "Malmö", "Tromsø", "Ålesund", "Þingvellir", "Guðrún"),
    "units of measure": ("10 m²", "25°C", "12 km²", "3 µm", "± 5 m", "½ ha", "5 m³"),
    "signs": ("§ 12", "© 2020", "Nescafé®", "«thé»", "10 €", "№ 5"),
    "Lao": ("ເມືອງຂວາ", "ພົງສາລີ", "ນ້ຳອູ"),
    "Chinese": ("奠边府", "猛天县", "普洱茶"),
    "Lao and English": ("Muang Khua ເມືອງຂວາ", "Phongsali ພົງສາລີ"),
    "Russian": ("Ханой", "Дьенбьенфу", "Чай"),
    "Chinese bytes (GBK)": tuple(text.encode("gbk").decode("latin1") for text in ("奠边府", "猛天县", "普洱茶", "中国茶叶")),
    "Thai bytes (CP874)": tuple(text.encode("cp874").decode("latin1") for text in ("เชียงใหม่", "น่าน", "เมืองน่าน")),
}  # fmt: skip
