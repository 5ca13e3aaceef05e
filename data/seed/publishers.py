"""Publishers and contents of the sources in both languages: the fact tables describe them in English."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

_CONTENTS = Path(__file__).with_name("source_contents.csv")
with _CONTENTS.open(encoding="utf-8", newline="") as _file:
    CONTENTS = {row["source_id"]: row["what"] for row in csv.DictReader(_file)}
"""Key of a source -> what it says, in Vietnamese: our translation of the English description."""


class Publisher(NamedTuple):
    """The name in Vietnamese and, where it differs, in English; `detail` belongs to the description of the source."""

    vi: str
    en: str | None = None
    detail: str = ""


_WHOLE = {
    "vietnamadminunits 1.0.4 (PyPI)": Publisher(
        "Danh mục xã cũ và xã, phường mới của vietnamadminunits",
        "List of former and present communes of vietnamadminunits",
        "Package vietnamadminunits 1.0.4 (PyPI)",
    ),
    "communesVN, epix-project (R package)": Publisher(
        "Ranh giới xã năm 2009 của communesVN", "Commune outlines of 2009 of communesVN",
        "R package communesVN of epix-project",
    ),
    "English Wikipedia (read in a copy)": Publisher(
        "Wikipedia tiếng Anh (đọc qua bản sao)", "English Wikipedia (read in a copy)"
    ),
    "Báo Mới (copy of Báo Điện Biên Phủ)": Publisher(
        "Báo Mới (đăng lại từ Báo Điện Biên Phủ)", "Báo Mới (copy of Báo Điện Biên Phủ)"
    ),
    "Báo Mới (copy of a local paper)": Publisher(
        "Báo Mới (đăng lại từ báo địa phương)", "Báo Mới (copy of a local paper)"
    ),
    "baomoi.net.vn (list of articles)": Publisher(
        "baomoi.net.vn (danh sách bài viết)", "baomoi.net.vn (list of articles)"
    ),
    "hethongphapluat.com (text of a decision of the province)": Publisher(
        "hethongphapluat.com (toàn văn quyết định của tỉnh)", "hethongphapluat.com (text of a decision of the province)"
    ),
    "wipo.vn (pages of the Intellectual Property Office)": Publisher(
        "wipo.vn (trang của Cục Sở hữu trí tuệ)", "wipo.vn (pages of the Intellectual Property Office)"
    ),
    "BigK7171/Dien-Bien-Smart-Tour-System (public repository)": Publisher(
        "Kho mã nguồn công khai BigK7171/Dien-Bien-Smart-Tour-System",
        "Public repository BigK7171/Dien-Bien-Smart-Tour-System",
    ),
}  # fmt: skip
"""Publisher as a fact table writes it -> how it is named."""

_COPIES = {
    "GitHub lamngockhuong/vietnam-3d-map": Publisher(
        "Bản sao của sapnhap.bando.com.vn trên GitHub (vietnam-3d-map)",
        "Copy of sapnhap.bando.com.vn on GitHub (vietnam-3d-map)",
    ),
    "GitHub vanhao1997/sap-nhap-bando": Publisher(
        "Bản sao của sapnhap.bando.com.vn trên GitHub (sap-nhap-bando)",
        "Copy of sapnhap.bando.com.vn on GitHub (sap-nhap-bando)",
    ),
    "GitHub mainguyenanhvu/vietnam-spacetime-encyclopedia": Publisher(
        "Bản trích từ dsvh.gov.vn và nvsk.vnanet.vn trên GitHub",
        "Excerpt of dsvh.gov.vn and nvsk.vnanet.vn on GitHub",
    ),
}
"""Beginning of a publisher that names a file and a commit -> how it is named. The whole goes to the description."""

_REMARKS = (
    ("Vietnamese Wikipedia", "Wikipedia tiếng Việt"),
    ("read in a copy", "đọc qua bản sao"),
    ("translated into Japanese", "bản dịch tiếng Nhật"),
    ("translated into German", "bản dịch tiếng Đức"),
    ("translated into Thai", "bản dịch tiếng Thái Lan"),
    ("translated, German", "bản dịch tiếng Đức"),
    ("translated, French", "bản dịch tiếng Pháp"),
    ("translated", "bản dịch"),
    ("in English", "tiếng Anh"),
    ("(English)", "(tiếng Anh)"),
    ("(French)", "(tiếng Pháp)"),
    ("(Spanish)", "(tiếng Tây Ban Nha)"),
)
"""Remark in English -> in Vietnamese; of two that begin alike the longer one stands first."""


def publisher_of(words: str) -> Publisher:
    """How the publisher that a fact table writes as `words` is named.

    >>> publisher_of("vietnam.vn (Báo Dân Việt, translated)").vi
    'vietnam.vn (Báo Dân Việt, bản dịch)'
    >>> publisher_of("Báo Điện Biên Phủ")
    Publisher(vi='Báo Điện Biên Phủ', en=None, detail='')
    """
    if words in _WHOLE:
        return _WHOLE[words]
    for beginning, publisher in _COPIES.items():
        if words.startswith(beginning):
            return publisher._replace(detail=words)
    vi = words
    for remark, translation in _REMARKS:
        vi = vi.replace(remark, translation)
    return Publisher(vi, words if vi != words else None)


def with_publisher(source: dict[str, Any]) -> dict[str, Any]:
    """A source with its publisher named and described in both languages, the details of its name in the English description."""
    vi, en, detail = publisher_of(source["publisher"])
    english = f"{source['what']}; {detail}" if detail else source["what"]
    return source | {"publisher": vi, "publisher_en": en, "what": CONTENTS[source["source_id"]], "what_en": english}
