"""The indicators of the phase 2021-2023 and of the cohort that it supports."""

from geo.plan.cohorts import cohort_of
from geo.plan.figures import Formula, Indicator, Interval, Outcome, Parameters
from geo.plan.formulas import count, in_scope, missing, value
from geo.plan.recognition import lapsed_by_day, valid_on_day
from geo.plan.records import Records
from geo.plan.selections import Condition, Selection, counted, everything
from geo.schema import Label

_LAYER = "products"
_UNIT = Label("sản phẩm", "products")
_SCOPE = ("unit", "cohort")
_COHORT = Label(
    "Danh sách sản phẩm của nhóm, theo văn bản của cơ quan",
    "The list of the products of the cohort, from a document of the office",
)


def _of_cohort(condition: Condition) -> Formula:
    """How many products of the cohort meet a condition: unknown without a cohort, at most the size stated for it."""

    def formula(records: Records, parameters: Parameters) -> Outcome:
        if parameters.cohort is None:
            return Outcome(None, reason="unknown")
        outcome = counted(records, condition(records, parameters), in_scope(records, _LAYER, parameters))
        stated = cohort_of(records, parameters.cohort).stated_size
        if outcome.value is None or stated is None:
            return outcome
        sure, possible = outcome.value
        return outcome._replace(value=Interval(sure, max(sure, min(possible, stated))))

    return formula


def _all(records: Records, _: Parameters) -> Selection:
    return everything(records, _LAYER)


COHORT_ROWS: tuple[Indicator, ...] = (
    Indicator("phase_supported", Label("Sản phẩm ghi được hỗ trợ theo Kế hoạch 3770", "Products on record as supported by plan 3770"), "P5", _UNIT,
              Label("Số sản phẩm có ghi được hỗ trợ trong giai đoạn 2021-2023.", "The products on record as supported in the phase 2021-2023."),
              count(_LAYER, value(_LAYER, "phase_status", "supported")), _LAYER, _SCOPE, missing(_LAYER, "phase_status")),
    Indicator("cohort_members", Label("Sản phẩm của nhóm được chọn", "Products of the chosen cohort"), "P5", _UNIT,
              Label("Số sản phẩm của nhóm có trong dữ liệu; sản phẩm mới là ứng viên chỉ được tính là có thể, nhiều nhất bằng số mà chương trình nêu.",
                    "The products of the cohort that the data have; candidates are possible only, and at most as many as the programme states."),
              _of_cohort(_all), _LAYER, _SCOPE, _COHORT),
    Indicator("cohort_valid", Label("Sản phẩm của nhóm còn hiệu lực chứng nhận", "Products of the cohort with a valid certificate"), "P5", _UNIT,
              Label("Số sản phẩm của nhóm có giấy chứng nhận còn hiệu lực vào ngày được chọn.", "The products of the cohort whose certificate is valid on the chosen day."),
              _of_cohort(valid_on_day), _LAYER, ("on", *_SCOPE), _COHORT),
    Indicator("cohort_lapsed", Label("Sản phẩm của nhóm hết hiệu lực, chưa công nhận lại", "Products of the cohort lapsed and not certified again"), "P5", _UNIT,
              Label("Số sản phẩm của nhóm có giấy chứng nhận hết hạn trước ngày được chọn mà không có giấy mới còn hiệu lực.", "The products of the cohort whose certificate ended before the chosen day and which have no other certificate that is valid on it."),
              _of_cohort(lapsed_by_day), _LAYER, ("on", *_SCOPE), _COHORT),
)  # fmt: skip
