"""The indicators of producers: kinds, products, households, places nearby, and what is not recorded of them yet."""

import numpy as np

from geo.ocop.codes import CODE_LISTS
from geo.plan import certificates
from geo.plan.figures import Indicator, Parameters
from geo.plan.formulas import count, has, households, missing, negated, recorded, share, value
from geo.plan.products import PERCENT
from geo.plan.reaches import within
from geo.plan.records import Records
from geo.plan.selections import Mask, Selection, everything
from geo.schema import Label

_LAYER = "producers"
_SCOPE = ("unit",)
_UNIT = Label("chủ thể", "producers")
HOUSEHOLDS = Label("hộ", "households")


def _with_product(records: Records, _: Parameters) -> Selection:
    return _makers(records, everything(records, "products"))


def _with_valid_product(records: Records, parameters: Parameters) -> Selection:
    return _makers(records, certificates.valid(records, parameters.on))


def _makers(records: Records, products: Selection) -> Selection:
    """The producers of at least one of some products, by the producer that each product names."""
    sure, possible, unknown = (
        _named_by(records, mask) for mask in (products.sure, products.possible, products.unknown)
    )
    undecided = unknown & ~sure
    return Selection(_LAYER, sure, possible & ~undecided, undecided)


def _named_by(records: Records, products: Mask) -> Mask:
    """The producers that some products name."""
    values, place = records.distinct("products", "producer_id")
    names = {values[number] for number in np.unique(place[products & (place >= 0)]).tolist()}
    return np.array([key in names for key in records.ids(_LAYER)], bool)


_KINDS = tuple(
    Indicator(
        f"producers_kind_{code.key}", Label(f"Chủ thể: {code.label.vi}", f"Producers: {code.label.en}"), "P19", _UNIT,
        Label(f"Số chủ thể có loại hình “{code.label.vi}”.", f"The producers of the type “{code.label.en}”."),
        count(_LAYER, value(_LAYER, "kind", code.key)), _LAYER, _SCOPE,
    )
    for code in CODE_LISTS["producer_kind"].codes
)  # fmt: skip

_NO_FIELD = (
    ("training", "P6", "Chủ thể đã được tập huấn, tư vấn", "Producers that had training or advice", "Các lớp tập huấn, tư vấn: ngày, nơi, đơn vị thực hiện", "Training and advice: date, place, provider"),
    ("facilities", "P8", "Chủ thể có nhà xưởng, thiết bị đã thống kê", "Producers whose workshops are on record", "Nhà xưởng, thiết bị, công suất và năm đầu tư", "Workshops, machines, capacity and year of investment"),
    ("inspections", "P12", "Chủ thể đã được kiểm tra, giám sát", "Producers that were inspected", "Các đợt kiểm tra: ngày, nội dung, kết luận", "Inspections: date, subject, conclusion"),
)  # fmt: skip
"""Field that the declaration does not have yet, clause, name and what an office should record."""

PRODUCERS: tuple[Indicator, ...] = (
    Indicator("producers_total", Label("Chủ thể sản xuất", "Producers"), "P1", _UNIT,
              Label("Số chủ thể trong dữ liệu của phiên bản.", "The producers in the data of the version."),
              count(_LAYER), _LAYER, _SCOPE),
    *_KINDS,
    Indicator("producers_with_product", Label("Chủ thể có sản phẩm OCOP", "Producers with an OCOP product"), "P1", _UNIT,
              Label("Số chủ thể được ít nhất một sản phẩm ghi là chủ thể sản xuất.", "The producers that at least one product names as its producer."),
              count(_LAYER, _with_product), _LAYER, _SCOPE, missing("products", "producer_id")),
    Indicator("producers_without_product", Label("Chủ thể chưa có sản phẩm OCOP", "Producers without an OCOP product"), "P1", _UNIT,
              Label("Số chủ thể không được sản phẩm nào ghi là chủ thể sản xuất.", "The producers that no product names as its producer."),
              count(_LAYER, negated(_with_product)), _LAYER, _SCOPE, missing("products", "producer_id")),
    Indicator("producers_with_valid_product", Label("Chủ thể có sản phẩm còn hiệu lực", "Producers with a valid product"), "P1", _UNIT,
              Label("Số chủ thể có ít nhất một sản phẩm còn hiệu lực chứng nhận vào ngày được chọn.", "The producers of at least one product whose certificate is valid on the chosen day."),
              count(_LAYER, _with_valid_product), _LAYER, ("on", *_SCOPE), missing("products", "certified_from")),
    Indicator("producers_households", Label("Hộ liên kết với chủ thể", "Households linked to producers"), "P13", HOUSEHOLDS,
              Label("Tổng số hộ liên kết mà các chủ thể ghi; chủ thể chưa ghi được liệt kê riêng; số quá nhỏ không hiển thị.",
                    "The sum of the partner households on record; producers without a number are listed apart; very small numbers are withheld."),
              households(_LAYER, "households"), _LAYER, _SCOPE, missing(_LAYER, "households")),
    Indicator("producers_with_households_share", Label("Tỷ lệ chủ thể đã ghi số hộ liên kết", "Share of producers whose households are on record"), "P13", PERCENT,
              Label("Số chủ thể có ghi số hộ liên kết, chia cho số chủ thể.", "The producers with a number of households, divided by all producers."),
              share(_LAYER, has(_LAYER, "households")), _LAYER, _SCOPE, missing(_LAYER, "households"), 1),
    Indicator("producers_near_site", Label("Chủ thể gần di tích, điểm du lịch", "Producers near a site"), "P17", _UNIT,
              Label("Số chủ thể có di tích, danh thắng hoặc điểm du lịch trong khoảng cách được chọn theo đường chim bay.", "The producers with a site within the chosen distance, as the crow flies."),
              count(_LAYER, within(_LAYER, "sites")), _LAYER, ("km", *_SCOPE)),
    Indicator("producers_near_market", Label("Chủ thể gần chợ phiên, lễ hội", "Producers near a market or festival"), "P10", _UNIT,
              Label("Số chủ thể có chợ phiên hoặc lễ hội trong khoảng cách được chọn theo đường chim bay.", "The producers with a market or festival within the chosen distance, as the crow flies."),
              count(_LAYER, within(_LAYER, "markets")), _LAYER, ("km", *_SCOPE)),
    *(
        Indicator(f"producers_with_{field}", Label(vi, en), clause, _UNIT,
                  Label("Số chủ thể có ghi thông tin này; chưa có trường dữ liệu.", "The producers with this on record; no layer has a field for it yet."),
                  recorded(_LAYER, field), _LAYER, _SCOPE, Label(task_vi, task_en))
        for field, clause, vi, en, task_vi, task_en in _NO_FIELD
    ),
)  # fmt: skip
