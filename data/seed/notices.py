"""The metadata of each layer: sources, licence, attribution and lineage, in Vietnamese and English."""

from typing import Any, NamedTuple

from geo.schema import Label

CREATED_ON = "2026-11-30"

_FACTS_LICENCE = (
    "Số liệu dẫn nguồn công khai; bản biên tập được cấp phép CC BY 4.0. / "
    "The facts cite public sources; the compilation is offered under CC BY 4.0."
)
_BORDERS_LICENCE = (
    "MIT (B1); ranh giới huyện là số liệu công bố của B2. / MIT (B1); the districts' borders are published facts of B2."
)
_OURS = Label("Biên tập: dự án Bản đồ OCOP.", "Compiled by the OCOP atlas project.")


class Origin(NamedTuple):
    """A source as the metadata cites it, with the attribution that its licence asks for."""

    name: str
    address: str | None
    licence: str
    credit: Label


_SOURCE_LIST = Origin(
    "Các nguồn công khai nêu ở từng bản ghi (lớp sources)",
    None,
    "số liệu công khai, dẫn nguồn",
    Label("các nguồn công khai nêu ở từng bản ghi", "the public sources that each record cites"),
)
_B1 = Origin(
    "B1: Nhà xuất bản Tài nguyên - Môi trường và Bản đồ Việt Nam, theo bản biên soạn của dự án Vietnamese Provinces Database",
    "https://sapnhap.bando.com.vn",
    "MIT",
    Label(
        "sapnhap.bando.com.vn, theo Vietnamese Provinces Database (MIT), đã tổng quát hoá",
        "sapnhap.bando.com.vn as compiled by the Vietnamese Provinces Database project (MIT), generalised",
    ),
)
_B2 = Origin(
    "B2: Cổng thông tin điện tử Chính phủ, bản đồ hành chính",
    "https://gis.chinhphu.vn",
    "số liệu ranh giới công bố",
    Label("gis.chinhphu.vn", "gis.chinhphu.vn"),
)
_B3 = Origin(
    "B3: vietnamadminunits 1.0.4 (PyPI)",
    "https://pypi.org/project/vietnamadminunits/",
    "MIT",
    Label("vietnamadminunits 1.0.4 (MIT)", "vietnamadminunits 1.0.4 (MIT)"),
)
_B4 = Origin(
    "B4: communesVN, epix-project (R)",
    "https://github.com/epix-project/communesVN",
    "MIT",
    Label("communesVN, epix-project (MIT)", "communesVN of epix-project (MIT)"),
)


class Notice(NamedTuple):
    """The sources, licence and lineage of one layer."""

    origins: tuple[Origin, ...]
    licence: str
    lineage: Label


_POINTS = Notice(
    (_SOURCE_LIST, _B1, _B2, _B3, _B4),
    _FACTS_LICENCE,
    Label(
        "Số liệu đọc từ các nguồn công khai nêu ở từng bản ghi; điều nguồn không nói thì để trống. Nơi không có toạ độ được đặt tại một điểm bên trong xã cũ (đường bao B4 giao với xã, phường mới mà xã cũ nhập vào theo B3), nếu không biết xã thì bên trong huyện cũ (B2), và ghi rõ độ chính xác. Các toạ độ lấy từ S32 chưa được kiểm chứng, coi là chính xác đến bản.",
        "Facts read from the public sources that each record cites; what they do not say is empty. Places without coordinates stand at a point inside the former commune (outline B4 within the commune that B3 says it went into), or where no commune is named inside the former district (B2), with their precision. The positions taken from S32 are unverified and count as known to the village.",
    ),
)
_TARIFF = Label(
    "Phí tham quan: Quyết định 20/2020/QĐ-UBND (S61) quy định từ ngày 10/10/2020, cho người lớn mỗi lượt, 20.000 đ ở di tích quốc gia đặc biệt, di tích quốc gia và danh thắng quốc gia, 15.000 đ ở di tích cấp tỉnh, 25.000 đ ở bảo tàng; nguồn không nêu nơi nào thu, và chưa rõ quyết định còn hiệu lực hay không, nên không ghi thành giá vé của từng điểm.",
    "Visitor fees: decision 20/2020/QĐ-UBND (S61) sets, from 10 October 2020 and for each visit of an adult, 20,000 đ at special national and national relics and national scenic places, 15,000 đ at provincial ones, and 25,000 đ at museums. The source does not say which places charge, and whether it is in force is not known, so it is not given as the ticket of any site.",
)
_UNION = Label(
    "Hợp của chúng rộng 9.548 km², diện tích công bố của tỉnh là 9.539,93 km².",
    "Their union has 9,548 km², the province's published area is 9,539.93 km².",
)

NOTICES: dict[str, Notice] = {
    **dict.fromkeys(("products", "producers", "villages", "markets"), _POINTS),
    "sites": _POINTS._replace(lineage=Label(f"{_POINTS.lineage.vi} {_TARIFF.vi}", f"{_POINTS.lineage.en} {_TARIFF.en}")),
    "zones": Notice((_SOURCE_LIST, _B1, _B2, _B4), _FACTS_LICENCE, Label(
        "Đường bao là hợp của các xã cũ (B4, nơi thiếu thì xã mới mà xã đó nhập vào, B1), của các xã, phường mới (B1) hoặc cả huyện cũ (B2) mà nguồn nêu tên, cắt theo đường bao tỉnh; không phải ranh giới đo đạc, rộng gấp nhiều lần số héc-ta công bố.",
        "Each outline is the union of the former communes (B4; where there is no outline, the commune that it went into, B1), of the present communes (B1), or the whole former district (B2), that the source names, clipped to the province; not a surveyed boundary, and many times the published hectares.",
    )),
    "communes": Notice((_B1,), "MIT", Label(
        f"45 xã, phường; ranh giới tổng quát hoá cùng nhau đến khoảng 50 m. Chỗ lệch ranh giới nơi Na Son, Núa Ngam và Pu Nhi gặp nhau được khớp lại, mỗi xã đổi dưới 30 m²; ngoài ra các đỉnh giữ nguyên như nguồn. {_UNION.vi}",
        f"45 communes and wards; borders generalised together to about 50 m. The borders that do not match where Na Son, Núa Ngam and Pu Nhi meet were joined, which moves less than 30 m² of any commune; the source's vertices stay otherwise. {_UNION.en}",
    )),
    "districts": Notice((_B2, _B1), _BORDERS_LICENCE, Label(
        "Ghép lại từ các xã, phường 2025 (B1) cắt theo đường bao huyện (B2): mảnh dưới 1,5 % diện tích xã hoặc hẹp hơn 150 m và chỗ hở thuộc về huyện chính của xã, mảnh rời dưới 2 km² thuộc về huyện kề, nên các huyện phủ kín tỉnh và chung ranh giới với xã. Vì đường bao xã vượt ra ngoài đường bao huyện ở rìa tỉnh, Tủa Chùa rộng hơn số công bố 12,9 km². Thành phố Điện Biên Phủ theo đường bao trước ngày 1/1/2020: Nà Tấu, Nà Nhạn, Mường Phăng, Pá Khoang còn nằm trong huyện Điện Biên.",
        "Rebuilt from the communes of 2025 (B1) cut by the districts' outlines (B2): pieces under 1.5 % of a commune or narrower than 150 m, and gaps, go to the commune's main district, cut-off parts under 2 km² to the neighbour, so that districts tile the province and share the communes' borders. Where the communes reach beyond the districts at the province's edge they are kept: Tủa Chùa has 12.9 km² more than published. Điện Biên Phủ city has its outline of before 1 January 2020: Nà Tấu, Nà Nhạn, Mường Phăng and Pá Khoang still lie in Điện Biên district.",
    )),
    "old_communes": Notice((_B3,), "MIT", Label(
        "129 đơn vị cấp xã cũ, mỗi đơn vị một điểm và xã, phường mới mà nó nhập vào; 14 điểm nằm ngoài xã, phường đó, để nguyên như nguồn, có ghi chú và được liệt kê ở trang Chất lượng.",
        "The 129 former communes, a point each and the commune that each went into; 14 points lie outside it, kept as the source gives them, noted and listed on the quality page.",
    )),
    "outlines_2009": Notice((_B4,), "MIT", Label(
        "130 đường bao thô, chồng lấn nhau đến 35 ha, để nguyên như nguồn. Diện tích, dân số là của tổng điều tra 2009, còn đường bao đã theo các đơn vị chia tách năm 2012-2013 (có huyện Nậm Pồ): 15 đơn vị mang số 0, được ghi là chưa có số liệu; ở 29 đơn vị khác đường bao lệch diện tích công bố quá 25 %, xem ghi chú từng bản ghi. Nối với 129 xã cũ theo tên và huyện, tám cách viết khác được quy về tên của B3; Tà Lèng không có trong B3.",
        "130 coarse outlines, overlapping by up to 35 ha, kept as the source gives them. Area and population are those of the 2009 census, while the outlines already show the units split in 2012-2013 (there is a Nậm Pồ district): 15 units carry a 0, taken as unknown; in 29 others the outline is over 25 % off the published area, see each record's note. Joined to the 129 former communes by name and district, eight spellings brought to those of B3; Tà Lèng is not in B3.",
    )),
    "province": Notice((_B1,), "MIT", Label(
        f"Hợp của 45 xã, phường, không có lỗ hổng; ranh giới minh hoạ, không có giá trị pháp lý. {_UNION.vi}",
        f"The union of the 45 communes and wards, without holes; for illustration, without legal force. {_UNION.en}",
    )),
    "figures": Notice((_SOURCE_LIST,), _FACTS_LICENCE, Label(
        "Mỗi bản ghi là một con số (hoặc nơi đặt trụ sở) mà một nguồn nêu cho một đơn vị. Nơi các nguồn không khớp nhau, mọi con số đều được giữ; ghi chú nói rõ.",
        "Each record is one figure (or seat) that a source gives for a unit. Where sources disagree all figures are kept, and the notes say so.",
    )),
    "cohorts": Notice((_SOURCE_LIST,), _FACTS_LICENCE, Label(
        "Mỗi bản ghi là một nhóm sản phẩm mà một kế hoạch nêu. Không nguồn nào liệt kê 11 sản phẩm của Kế hoạch 3770, nên các sản phẩm được công nhận năm 2019 và 2020 được ghi là ứng viên, chưa phải thành viên.",
        "Each record is a group of products that a plan speaks of. No source lists the 11 products of plan 3770, so the products recognised in 2019 and 2020 are recorded as candidates, not as members.",
    )),
    "sources": Notice((_SOURCE_LIST,), _FACTS_LICENCE, Label(
        "Danh mục các nguồn được dẫn. Nguồn không có địa chỉ trên mạng được tả bằng lời.",
        "The list of the sources cited. A source without an address on the web is described in words.",
    )),
}  # fmt: skip


def metadata(layer: str, title: Label, about: Label, records: int) -> dict[str, Any]:
    """The content of `<layer>.json`."""
    notice = NOTICES[layer]
    return {
        "title": title._asdict(),
        "abstract": about._asdict(),
        "source": [{"name": o.name, "address": o.address, "licence": o.licence} for o in notice.origins],
        "licence": notice.licence,
        "attribution": {
            "vi": f"Dữ liệu: {'; '.join(o.credit.vi for o in notice.origins)}. {_OURS.vi}",
            "en": f"Data: {'; '.join(o.credit.en for o in notice.origins)}. {_OURS.en}",
        },
        "lineage": notice.lineage._asdict(),
        "crs": "OGC:CRS84",
        "date": CREATED_ON,
        "records": records,
    }
