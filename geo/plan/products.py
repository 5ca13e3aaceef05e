"""The indicators of products: how many, of which group, stars and status, and what is recorded of them."""

from geo.ocop.codes import CODE_LISTS
from geo.ocop.tasks import GOODS
from geo.plan.figures import Indicator, Parameters
from geo.plan.formulas import both, count, has, missing, negated, recorded, share, value
from geo.plan.records import Records
from geo.plan.selections import Selection, one_of
from geo.schema import Label

_LAYER = "products"
_SCOPE = ("unit", "cohort")
_UNIT = Label("sản phẩm", "products")
PERCENT = Label("%", "%")
_IS_GOODS = value(_LAYER, "group", *GOODS)


def _in_year(records: Records, parameters: Parameters) -> Selection:
    return one_of(records, _LAYER, "year", {parameters.on.year})


def _of_code(field: str, codes: str, clause: str, name: Label, cast: type[str] | type[int] = str) -> list[Indicator]:
    """An indicator for each code of a list: the products whose `field` has it; `name` ends with the code's label."""
    return [
        Indicator(
            key=f"products_{field}_{code.key}",
            name=Label(f"{name.vi}: {code.label.vi}", f"{name.en}: {code.label.en}"),
            clause=clause,
            unit=_UNIT,
            rule=Label(
                f"Số sản phẩm có trường “{name.vi}” là “{code.label.vi}”; sản phẩm chưa ghi trường này được liệt kê riêng.",
                f"The products whose field “{name.en}” is “{code.label.en}”; those without a value are listed apart.",
            ),
            formula=count(_LAYER, value(_LAYER, field, cast(code.key))),
            layer=_LAYER,
            parameters=_SCOPE,
            missing=missing(_LAYER, field),
        )
        for code in CODE_LISTS[codes].codes
    ]


_TOTAL = (
    Indicator("products_total", Label("Sản phẩm OCOP", "OCOP products"), "P1", _UNIT,
              Label("Số sản phẩm OCOP trong dữ liệu của phiên bản.", "The OCOP products in the data of the version."),
              count(_LAYER), _LAYER, _SCOPE),
    Indicator("products_recognised_in_year", Label("Sản phẩm được công nhận trong năm", "Products recognised in the year"), "P1", _UNIT,
              Label("Số sản phẩm có năm công nhận là năm của ngày được chọn; sản phẩm chưa ghi năm được liệt kê riêng.",
                    "The products whose year of recognition is the year of the chosen day; those without a year are listed apart."),
              count(_LAYER, _in_year), _LAYER, ("on", *_SCOPE), missing(_LAYER, "year")),
)  # fmt: skip

_RECORDS = (
    Indicator("products_with_producer", Label("Sản phẩm đã rõ chủ thể", "Products whose producer is known"), "P1", _UNIT,
              Label("Số sản phẩm có ghi chủ thể sản xuất.", "The products with a producer on record."),
              count(_LAYER, has(_LAYER, "producer_id")), _LAYER, _SCOPE, missing(_LAYER, "producer_id")),
    Indicator("products_without_producer", Label("Sản phẩm chưa rõ chủ thể", "Products whose producer is not known"), "P1", _UNIT,
              Label("Số sản phẩm chưa ghi chủ thể sản xuất.", "The products without a producer on record."),
              count(_LAYER, negated(has(_LAYER, "producer_id"))), _LAYER, _SCOPE, missing(_LAYER, "producer_id")),
    Indicator("products_with_decision", Label("Sản phẩm có số quyết định công nhận", "Products with the number of their decision"), "P1", _UNIT,
              Label("Số sản phẩm có ghi số quyết định công nhận.", "The products whose decision of recognition is on record."),
              count(_LAYER, has(_LAYER, "decision")), _LAYER, _SCOPE, missing(_LAYER, "decision")),
    Indicator("products_with_material", Label("Sản phẩm đã rõ nguyên liệu chính", "Products whose main material is known"), "P7", _UNIT,
              Label("Số sản phẩm có ghi nguyên liệu chính.", "The products with their main raw material on record."),
              count(_LAYER, has(_LAYER, "raw_material")), _LAYER, _SCOPE, missing(_LAYER, "raw_material")),
    Indicator("products_with_story", Label("Sản phẩm có câu chuyện tiếng Việt", "Products with a story in Vietnamese"), "P15", _UNIT,
              Label("Số sản phẩm có câu chuyện bằng tiếng Việt.", "The products with a story in Vietnamese."),
              count(_LAYER, has(_LAYER, "story_vi")), _LAYER, _SCOPE, missing(_LAYER, "story_vi")),
    Indicator("products_with_story_share", Label("Tỷ lệ sản phẩm có câu chuyện bằng hai thứ tiếng", "Share of products with a story in both languages"), "P15", PERCENT,
              Label("Số sản phẩm có câu chuyện tiếng Việt và tiếng Anh, chia cho số sản phẩm.", "The products with a story in Vietnamese and in English, divided by all products."),
              share(_LAYER, has(_LAYER, "story_vi", "story_en")), _LAYER, _SCOPE, missing(_LAYER, "story_vi"), 1),
    Indicator("products_with_packaging", Label("Sản phẩm đã hoàn thiện bao bì", "Products whose packaging is complete"), "P14", _UNIT,
              Label("Số sản phẩm là hàng hoá có bao bì “Đã hoàn thiện”; hàng hoá chưa ghi bao bì được liệt kê riêng.",
                    "The products that are goods whose packaging is “Complete”; goods without a value are listed apart."),
              count(_LAYER, value(_LAYER, "packaging", "complete"), among=_IS_GOODS), _LAYER, _SCOPE, missing(_LAYER, "packaging")),
    Indicator("products_with_label", Label("Sản phẩm đã hoàn thiện nhãn mác", "Products whose label is complete"), "P14", _UNIT,
              Label("Số sản phẩm là hàng hoá có nhãn mác “Đã hoàn thiện”; hàng hoá chưa ghi nhãn mác được liệt kê riêng.",
                    "The products that are goods whose label is “Complete”; goods without a value are listed apart."),
              count(_LAYER, value(_LAYER, "labelling", "complete"), among=_IS_GOODS), _LAYER, _SCOPE, missing(_LAYER, "labelling")),
    Indicator("products_complete", Label("Sản phẩm đủ câu chuyện, bao bì và nhãn mác", "Products whose story, packaging and label are complete"), "P14", _UNIT,
              Label("Số sản phẩm là hàng hoá có câu chuyện tiếng Việt, bao bì và nhãn mác đều “Đã hoàn thiện”. Sản phẩm có câu chuyện mà chưa ghi bao bì hoặc nhãn mác được liệt kê riêng.",
                    "The goods with a story in Vietnamese whose packaging and label are both “Complete”. Those with a story whose packaging or label has no value are listed apart."),
              count(_LAYER, value(_LAYER, "packaging", "complete"), value(_LAYER, "labelling", "complete"), among=both(_IS_GOODS, has(_LAYER, "story_vi"))),
              _LAYER, _SCOPE, missing(_LAYER, "packaging", "labelling")),
)  # fmt: skip

_NO_FIELD = (
    ("contracts", "P2", "Sản phẩm có hợp đồng tiêu thụ", "Products with a sales contract", "Hợp đồng tiêu thụ: người mua, thời hạn, sản lượng", "Sales contracts: buyer, term, quantity"),
    ("output", "P3", "Sản phẩm có sản lượng hằng năm", "Products with yearly output", "Sản lượng, lao động và doanh thu theo năm của sản phẩm", "Output, workers and revenue of the product by year"),
    ("trademark", "P4", "Sản phẩm có nhãn hiệu hoặc chỉ dẫn địa lý được bảo hộ", "Products with a protected name", "Số văn bằng bảo hộ nhãn hiệu hoặc chỉ dẫn địa lý", "The number of the trademark or geographical indication"),
    ("quality_certificate", "P9", "Sản phẩm có chứng nhận chất lượng", "Products with a quality certificate", "Chứng nhận VietGAP, hữu cơ, HACCP/ISO và thời hạn", "VietGAP, organic or HACCP/ISO certificates and their terms"),
    ("fairs", "P10", "Sản phẩm đã tham gia hội chợ", "Products shown at fairs", "Hội chợ, sự kiện xúc tiến mà sản phẩm tham gia, theo năm", "Fairs and events that the product took part in, by year"),
    ("shops", "P18", "Sản phẩm có điểm bán hoặc gian hàng trực tuyến", "Products with a shop or an online shop", "Điểm bán, gian hàng trực tuyến của sản phẩm", "Shops and online shops of the product"),
)  # fmt: skip
"""Field that the declaration does not have yet, clause, name and what an office should record."""

PRODUCTS: tuple[Indicator, ...] = (
    *_TOTAL,
    *_of_code("group", "product_group", "P19", Label("Nhóm", "Group")),
    *_of_code("stars", "stars", "P1", Label("Hạng sao", "Stars"), int),
    *_of_code("status", "product_status", "P1", Label("Tình trạng", "Status")),
    *_RECORDS,
    *(
        Indicator(f"products_with_{field}", Label(vi, en), clause, _UNIT,
                  Label("Số sản phẩm có ghi thông tin này; chưa có trường dữ liệu.", "The products with this on record; no layer has a field for it yet."),
                  recorded(_LAYER, field), _LAYER, _SCOPE, Label(task_vi, task_en))
        for field, clause, vi, en, task_vi, task_en in _NO_FIELD
    ),
)  # fmt: skip
