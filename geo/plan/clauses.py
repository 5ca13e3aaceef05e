"""The clauses of plan 3770/KH-UBND as rows, in the office's words, and what the declaration has no field for yet."""

from typing import NamedTuple

from geo.schema import Label


class Clause(NamedTuple):
    """One clause: its key, its words, and what would have to be recorded, by fields that no layer has yet, if any."""

    key: str
    words: Label
    no_field: Label | None = None


_ROWS = (
    Clause("P1", Label("Hỗ trợ các chủ thể phát triển sản phẩm OCOP cấp tỉnh đã được cấp chứng nhận theo hướng bền vững", "Support the producers of certified OCOP products of the province, sustainably")),
    Clause("P2", Label("Gắn liền với hình thành các chuỗi liên kết tiêu thụ, đảm bảo đầu ra", "Together with chains of sale that secure outlets"),
           Label("Hợp đồng tiêu thụ, người mua và điểm bán chưa có trường dữ liệu", "No field yet for sales contracts, buyers and points of sale")),
    Clause("P3", Label("Nâng cao chất lượng; mở rộng sản xuất; nâng cao thu nhập cho chủ thể và người dân", "Raise quality, widen production, raise the income of producers and people"),
           Label("Sản lượng, lao động, doanh thu theo năm chưa có trường dữ liệu", "No field yet for output, workers and revenue by year")),
    Clause("P4", Label("Củng cố, xây dựng thương hiệu cho sản phẩm OCOP của tỉnh", "Strengthen and build the brand of the province's OCOP products"),
           Label("Nhãn hiệu và chỉ dẫn địa lý chưa có trường dữ liệu", "No field yet for trademarks and geographical indications")),
    Clause("P5", Label("Giai đoạn 2021-2023 hỗ trợ 11 sản phẩm OCOP đã được chứng nhận năm 2019 và 2020", "In 2021-2023 support 11 OCOP products certified in 2019 and 2020")),
    Clause("P6", Label("Nâng cao năng lực quản lý cho các chủ thể", "Strengthen the producers' management"),
           Label("Các lớp tập huấn, tư vấn cho chủ thể chưa có trường dữ liệu", "No field yet for training and advice given to producers")),
    Clause("P7", Label("Phát triển vùng nguyên liệu sản xuất", "Develop raw-material zones")),
    Clause("P8", Label("Hoàn thiện, mở rộng quy mô sản xuất (nhà xưởng, máy móc, thiết bị sơ chế, chế biến) đáp ứng nhu cầu thị trường", "Complete and enlarge workshops and machines to meet demand"),
           Label("Nhà xưởng, thiết bị và công suất chưa có trường dữ liệu", "No field yet for workshops, machines and capacity")),
    Clause("P9", Label("Hoàn thiện, nâng cao chất lượng sản phẩm", "Complete and raise the quality of products"),
           Label("Chứng nhận VietGAP, hữu cơ, HACCP/ISO chưa có trường dữ liệu", "No field yet for VietGAP, organic and HACCP/ISO certificates")),
    Clause("P10", Label("Xúc tiến thương mại, tìm kiếm thị trường tiêu thụ ổn định", "Promote trade and find stable markets"),
           Label("Sản phẩm tham gia hội chợ nào chưa có trường dữ liệu", "No field yet for the fairs that a product took part in")),
    Clause("P11", Label("Kết thúc giai đoạn, đánh giá rút kinh nghiệm, tuyên truyền và xem xét kế hoạch nhân rộng trên toàn tỉnh", "After the phase review, spread the word and consider extension to the whole province")),
    Clause("P12", Label("Củng cố tổ chức: kiện toàn hệ thống tổ chức, xây dựng hệ thống quản lý giám sát, hoàn thiện quy trình, ứng dụng công nghệ 4.0", "Strengthen organisation: structure, supervision, processes, digital technology"),
           Label("Các đợt kiểm tra, giám sát chủ thể chưa có trường dữ liệu", "No field yet for inspections of producers")),
    Clause("P13", Label("Phát triển các mối liên kết với hộ dân, nhóm hộ, tổ hợp tác, hợp tác xã để mở rộng diện tích và nâng cao chất lượng vùng nguyên liệu", "Develop links with households, groups, co-operative groups and co-operatives to widen and improve raw-material zones")),
    Clause("P14", Label("Hoàn thiện mẫu mã, bao bì, nhãn mác: thân thiện môi trường, phong phú, đa dạng, tiện dụng", "Complete designs, packaging and labels: environment-friendly, varied, practical"),
           Label("Mẫu mã của sản phẩm chưa có trường dữ liệu", "No field yet for the designs of products")),
    Clause("P15", Label("Hoàn chỉnh câu chuyện sản phẩm hấp dẫn", "Complete an attractive product story")),
    Clause("P16", Label("Phát triển nghề, làng nghề truyền thống gắn với sản phẩm OCOP và du lịch nông nghiệp, nông thôn", "Develop crafts and traditional craft villages together with OCOP products and rural tourism")),
    Clause("P17", Label("Ưu tiên xây dựng các dự án gắn với du lịch danh lam thắng cảnh, di tích lịch sử, nông nghiệp trải nghiệm theo từng năm và giai đoạn", "Give priority to projects tied to scenic places, historic relics and agricultural experience, by year and phase"),
           Label("Các dự án, kinh phí và tiến độ chưa có trường dữ liệu", "No field yet for projects, their funds and progress")),
    Clause("P18", Label("Nâng cao khả năng tiếp thị; quảng bá trên phương tiện thông tin đại chúng; lồng ghép giới thiệu và bán sản phẩm trong hội chợ thương mại tại các địa phương", "Better marketing and publicity; show and sell products at trade fairs in the localities"),
           Label("Gian hàng trực tuyến và hoạt động quảng bá chưa có trường dữ liệu", "No field yet for online shops and publicity")),
    Clause("P19", Label("Phát triển sản phẩm nông nghiệp, phi nông nghiệp, dịch vụ theo chuỗi giá trị, do kinh tế tư nhân và kinh tế tập thể thực hiện", "Develop agricultural and other products and services along value chains, by private and collective enterprise")),
)  # fmt: skip

CLAUSES: dict[str, Clause] = {row.key: row for row in _ROWS}
"""Key -> clause. P1 to P19 follow the order of the plan as the provincial tourism site published it on 15/11/2021."""
