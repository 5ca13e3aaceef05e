"""The texts of the report in Vietnamese and English, by key."""

from geo.schema import Label

WORDS: dict[str, Label] = {
    "state": Label("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SOCIALIST REPUBLIC OF VIET NAM"),
    "motto": Label("Độc lập - Tự do - Hạnh phúc", "Independence - Freedom - Happiness"),
    "number": Label("Số: ……/BC-……", "No.: ……/BC-……"),
    "day": Label("{place}, ngày …… tháng …… năm ……", "{place}, date ……………"),
    "kind": Label("BÁO CÁO", "REPORT"),
    "abstract": Label(
        "Kết quả thực hiện Kế hoạch số 3770/KH-UBND về sản phẩm OCOP, từ {first} đến {last}",
        "Results of plan 3770/KH-UBND on OCOP products, from {first} to {last}",
    ),
    "intro": Label(
        "Thực hiện Kế hoạch số 3770/KH-UBND năm 2021 của Ủy ban nhân dân tỉnh Điện Biên, {office} báo cáo kết quả như sau."
        " Số liệu lấy từ phiên bản {n} của bản đồ OCOP Điện Biên, công bố {at}. Nơi nào số liệu phụ thuộc vào vị trí,"
        " thời hạn hoặc tư cách chưa biết chắc, báo cáo nêu cả số chắc chắn và số tối đa.",
        "In implementation of plan 3770/KH-UBND (2021) of the People's Committee of Điện Biên province, {office} reports as"
        " follows. The figures come from version {n} of the OCOP map of Điện Biên, published {at}. Where a figure depends on"
        " a place, a term or a membership that is not known for certain, both the certain and the largest value are given.",
    ),
    "key": Label("I. SỐ LIỆU CHÍNH", "I. KEY FIGURES"),
    "decide": Label("II. VIỆC CẦN QUYẾT ĐỊNH", "II. WHAT NEEDS A DECISION"),
    "gaps": Label("III. SỐ LIỆU CÒN THIẾU", "III. WHAT IS MISSING"),
    "gaps_intro": Label(
        "{n} chỉ tiêu có bản ghi chưa đủ số liệu để xét. Danh sách từng bản ghi và nơi tra cứu có ở trang Thông tin cần tra"
        " cứu.",
        "{n} indicators have records with too little data to decide. The page What is missing lists each record and where to"
        " look.",
    ),
    "no_field_intro": Label(
        "Hệ thống chưa có trường dữ liệu cho các nội dung sau của kế hoạch.",
        "There is no field yet for these parts of the plan.",
    ),
    "rest": Label(
        "Kết quả theo từng nội dung, danh sách sản phẩm, giấy chứng nhận, cách tính, nguồn và bản đồ có ở các phụ lục.",
        "The appendices hold the results by clause, the products, the certificates, the rules, the sources and the map.",
    ),
    "indicator": Label("Chỉ tiêu", "Indicator"),
    "to_record": Label("Cần ghi nhận", "To be recorded"),
    "records": Label("Số bản ghi", "Records"),
    "clause": Label("Nội dung", "Clause"),
    "rule": Label("Cách tính", "Rule"),
    "term": Label("Khái niệm", "Term"),
    "meaning": Label("Ý nghĩa", "Meaning"),
    "appendix": Label("Phụ lục {n}", "Appendix {n}"),
    "attached": Label("(Kèm theo Báo cáo số ……/BC-…… ngày …… tháng …… năm …… của {office})", "(Attached to report no. ……/BC-…… of …… by {office})"),
    "by_clause": Label("KẾT QUẢ THEO TỪNG NỘI DUNG CỦA KẾ HOẠCH", "RESULTS BY CLAUSE OF THE PLAN"),
    "cohort": Label("NHÓM SẢN PHẨM CỦA KẾ HOẠCH", "THE PRODUCTS OF THE PLAN"),
    "certificates": Label("GIẤY CHỨNG NHẬN", "CERTIFICATES"),
    "definitions": Label("ĐỊNH NGHĨA VÀ NGUỒN", "DEFINITIONS AND SOURCES"),
    "map": Label("BẢN ĐỒ", "MAP"),
    "sources": Label("Nguồn và giấy phép", "Sources and licences"),
    "figure_rules": Label("Cách tính các chỉ tiêu", "Rules of the indicators"),
    "terms": Label("Khái niệm", "Terms"),
    "before": Label("Ngày {day}", "{day}"),
    "no_cohort": Label("Phiên bản này chưa ghi nhóm sản phẩm nào.", "This version has no cohort of products."),
    "recipients": Label("Nơi nhận:", "Recipients:"),
    "recipient": Label("- Như trên;", "- As above;"),
    "archive": Label("- Lưu: VT, …….", "- Archive: VT, ……."),
    "authority": Label("THỦ TRƯỞNG CƠ QUAN", "HEAD OF THE OFFICE"),
    "sign": Label("(Ký, ghi rõ họ tên và đóng dấu)", "(Signature, full name and seal)"),
    "sure": Label("Chắc chắn", "Certain"),
    "sure_meaning": Label("Bản ghi thuộc con số này với mọi sai số vị trí, thời hạn đã nêu.", "The record belongs to the figure whatever the stated uncertainty of place or date."),
    "possible": Label("Tối đa", "At most"),
    "possible_meaning": Label("Gồm cả bản ghi có thể thuộc con số này, tuỳ vị trí, thời hạn hoặc tư cách thật.", "Counts also the records that may belong to the figure, which depends on their true place, date or membership."),
    "undecided": Label("Chưa đủ số liệu để xét", "Too little data to decide"),
    "undecided_meaning": Label("Không có số liệu để xét bản ghi; bản ghi không được tính vào con số.", "Nothing is recorded by which to decide; the record is not counted."),
}  # fmt: skip
"""Key -> text."""
