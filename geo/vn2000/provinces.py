"""Which province's cadastre uses which VN-2000 zone."""

PROVINCES: dict[str, tuple[str, ...]] = {
    "EPSG:9205": ("Điện Biên", "Lai Châu"),
    "EPSG:9206": ("Sơn La",),
    "EPSG:9207": ("Cà Mau", "Kiên Giang"),
    "EPSG:9208": ("An Giang", "Lào Cai", "Nghệ An", "Phú Thọ", "Yên Bái"),
    "EPSG:5897": (
        "Hà Nội", "Hà Nam", "Hà Tây", "Ninh Bình", "Thanh Hoá", "Vĩnh Phúc",
        "Cần Thơ", "Bạc Liêu", "Đồng Tháp", "Hậu Giang",
    ),
    "EPSG:9209": (
        "Bắc Ninh", "Hà Giang", "Hà Tĩnh", "Hải Dương", "Hưng Yên", "Nam Định", "Sóc Trăng", "Tây Ninh",
        "Thái Bình", "Trà Vinh", "Vĩnh Long",
    ),
    "EPSG:9210": ("Hải Phòng", "Hồ Chí Minh", "Bến Tre", "Bình Dương", "Cao Bằng", "Long An", "Tiền Giang"),
    "EPSG:9211": ("Hoà Bình", "Quảng Bình", "Tuyên Quang"),
    "EPSG:9212": ("Bình Phước", "Quảng Trị"),
    "EPSG:9213": ("Bắc Kạn", "Thái Nguyên"),
    "EPSG:9214": ("Bắc Giang", "Thừa Thiên-Huế"),
    "EPSG:9215": ("Lạng Sơn",),
    "EPSG:9216": ("Kon Tum",),
    "EPSG:5899": ("Quảng Ninh", "Đà Nẵng", "Quảng Nam", "Bà Rịa-Vũng Tàu", "Đồng Nai", "Lâm Đồng"),
    "EPSG:5898": ("Quảng Ngãi",),
    "EPSG:9217": ("Bình Định", "Khánh Hoà", "Ninh Thuận"),
    "EPSG:9218": ("Bình Thuận", "Đắk Lắk", "Đắk Nông", "Gia Lai", "Phú Yên"),
}  # fmt: skip
"""Zone code -> the provinces, as they were before July 2025, whose cadastre uses it.
Source: the areas of use in the EPSG registry that pyproj ships (tests hold the table against it)."""
