"""The indicators of certificates: valid, lapsed and lapsing on a day, and what their terms rest on."""

from datetime import timedelta

from geo.plan import certificates
from geo.plan.figures import Indicator, Parameters
from geo.plan.formulas import count, missing, share
from geo.plan.products import PERCENT
from geo.plan.records import Records
from geo.plan.selections import Condition, Selection
from geo.schema import Label

_LAYER = "products"
_SCOPE = ("on", "unit", "cohort")
_UNIT = Label("sản phẩm", "products")
_MISSING = missing(_LAYER, "certified_from")


def valid_on_day(records: Records, parameters: Parameters) -> Selection:
    """The products whose certificate is valid on the day of the parameters."""
    return certificates.valid(records, parameters.on)


def lapsed_by_day(records: Records, parameters: Parameters) -> Selection:
    """The products whose certificate ended before the day of the parameters, without a new one."""
    return certificates.lapsed(records, parameters.on)


def _lapsing(records: Records, parameters: Parameters) -> Selection:
    last = parameters.on + timedelta(days=parameters.days)
    return certificates.lapsing(records, parameters.on, last) & valid_on_day(records, parameters)


def _lapsing_in_quarter(records: Records, parameters: Parameters) -> Selection:
    return certificates.lapsing(records, *certificates.quarter(parameters.on))


def _was_certified(records: Records, _: Parameters) -> Selection:
    return certificates.calendar_of(records).was_certified


def _late(records: Records, _: Parameters) -> Selection:
    return certificates.reassessed_late(records)


def _basis(*keys: str) -> Condition:
    def condition(records: Records, _: Parameters) -> Selection:
        return certificates.based_on(records, *keys)

    return condition


RECOGNITION: tuple[Indicator, ...] = (
    Indicator("products_valid", Label("Sản phẩm còn hiệu lực chứng nhận", "Products with a valid certificate"), "P1", _UNIT,
              Label("Số sản phẩm có giấy chứng nhận còn hiệu lực vào ngày được chọn (36 tháng kể từ ngày cấp); chỉ biết năm thì trong năm đầu và năm cuối là “có thể”.",
                    "The products whose certificate is valid on the chosen day (36 months from its issue); where only the year is known, those in their first and last year are possible."),
              count(_LAYER, valid_on_day), _LAYER, _SCOPE, _MISSING),
    Indicator("products_valid_share", Label("Tỷ lệ sản phẩm còn hiệu lực chứng nhận", "Share of products with a valid certificate"), "P1", PERCENT,
              Label("Số sản phẩm còn hiệu lực vào ngày được chọn, chia cho số sản phẩm từng được công nhận và đã rõ thời hạn.",
                    "The products valid on the chosen day, divided by those that were ever certified and whose term is known."),
              share(_LAYER, valid_on_day, _was_certified), _LAYER, _SCOPE, _MISSING, 1),
    Indicator("products_lapsed", Label("Sản phẩm hết hiệu lực, chưa công nhận lại", "Products lapsed and not certified again"), "P1", _UNIT,
              Label("Số sản phẩm có giấy chứng nhận hết hạn trước ngày được chọn mà không có giấy mới còn hiệu lực vào ngày đó.",
                    "The products whose certificate ended before the chosen day and which have no other certificate that is valid on it."),
              count(_LAYER, lapsed_by_day), _LAYER, _SCOPE, _MISSING),
    Indicator("products_lapsing", Label("Sản phẩm sắp hết hiệu lực", "Products about to lapse"), "P1", _UNIT,
              Label("Số sản phẩm còn hiệu lực vào ngày được chọn và hết hạn trong số ngày được chọn kể từ ngày đó.",
                    "The products valid on the chosen day whose certificate ends within the chosen number of days after it."),
              count(_LAYER, _lapsing), _LAYER, ("days", *_SCOPE), _MISSING),
    Indicator("products_lapsing_in_quarter", Label("Sản phẩm hết hiệu lực trong quý", "Products lapsing in the quarter"), "P1", _UNIT,
              Label("Số sản phẩm có giấy chứng nhận hết hạn trong quý của ngày được chọn.", "The products whose certificate ends in the quarter of the chosen day."),
              count(_LAYER, _lapsing_in_quarter), _LAYER, _SCOPE, _MISSING),
    Indicator("products_validity_recorded", Label("Sản phẩm có thời hạn theo ngày", "Products whose term is known by its date"), "P1", _UNIT,
              Label("Số sản phẩm có ghi ngày cấp hoặc ngày hết hạn; cùng hai chỉ tiêu sau cộng lại bằng tất cả sản phẩm.",
                    "The products with a date of issue or of expiry on record; with the next two they add up to all products."),
              count(_LAYER, _basis("recorded", "date")), _LAYER, ("unit", "cohort"), _MISSING),
    Indicator("products_validity_by_year", Label("Sản phẩm có thời hạn suy từ năm", "Products whose term is derived from the year"), "P1", _UNIT,
              Label("Số sản phẩm chỉ biết năm công nhận, thời hạn tính theo năm.", "The products of which only the year is known, from which the term is derived."),
              count(_LAYER, _basis("year")), _LAYER, ("unit", "cohort"), _MISSING),
    Indicator("products_validity_unknown", Label("Sản phẩm chưa rõ thời hạn", "Products whose term is not known"), "P1", _UNIT,
              Label("Số sản phẩm chưa ghi ngày hay năm nào để tính thời hạn.", "The products without a date or a year to derive the term from."),
              count(_LAYER, _basis("unknown")), _LAYER, ("unit", "cohort"), _MISSING),
    Indicator("products_reassessed_late", Label("Sản phẩm có thời gian gián đoạn chứng nhận", "Products with a gap between two certificates"), "P1", _UNIT,
              Label("Số sản phẩm được công nhận lại sau khi giấy trước đã hết hạn.", "The products certified again after the earlier certificate had ended."),
              count(_LAYER, _late), _LAYER, ("unit", "cohort"), _MISSING),
)  # fmt: skip
