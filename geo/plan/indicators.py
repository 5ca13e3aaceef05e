"""The table of all indicators, and the figure of one of them for some parameters."""

from geo.errors import BadQuery, NotFound
from geo.ocop.tasks import LOCATION
from geo.plan.cohort_rows import COHORT_ROWS
from geo.plan.figures import Figure, Indicator, Parameters
from geo.plan.producers import PRODUCERS
from geo.plan.products import PRODUCTS
from geo.plan.recognition import RECOGNITION
from geo.plan.records import Records
from geo.plan.records_quality import QUALITY
from geo.plan.sites import SITES
from geo.plan.territory import TERRITORY
from geo.plan.villages import VILLAGES
from geo.plan.zones import ZONES

INDICATORS: dict[str, Indicator] = {
    row.key: row
    for row in (
        *PRODUCTS, *RECOGNITION, *COHORT_ROWS, *PRODUCERS, *ZONES, *VILLAGES, *SITES, *TERRITORY, *QUALITY,
    )
}  # fmt: skip
"""Key -> indicator, in the order of display."""


def indicator_of(key: str) -> Indicator:
    """The indicator called `key`; NotFound names those that there are."""
    if key not in INDICATORS:
        keys = ", ".join(INDICATORS)
        raise NotFound(f"No indicator {key!r}. Indicators: {keys}.", f"Không có chỉ tiêu {key!r}. Hiện có: {keys}.")
    return INDICATORS[key]


def compute(records: Records, key: str, parameters: Parameters, rule_number: int | None = None) -> Figure:
    """The figure of an indicator: a function of the records, the parameters and the rule, and of nothing else.

    The rule is the present one unless the number of another is given. NotFound for an unknown indicator; BadQuery when
    the parameters name another version than the records are of, a unit that the frame does not have, or a unit for an
    indicator that is for the whole province only, and for a rule that the indicator never had.
    """
    indicator = indicator_of(key)
    _check(records, indicator, parameters)
    number = rule_of(indicator, rule_number)
    outcome = (indicator.former_rule(number) or indicator).formula(records, parameters)
    return Figure(
        indicator=indicator,
        parameters=parameters,
        value=outcome.value,
        numerator=outcome.numerator,
        denominator=outcome.denominator,
        records=outcome.sure,
        possible_records=outcome.possible,
        unknown_records=outcome.unknown,
        reason=outcome.reason,
        missing=(indicator.missing or LOCATION.hint) if outcome.reason == "unknown" or outcome.unknown else None,
        rule_number=number,
    )


def rule_of(indicator: Indicator, number: int | None) -> int:
    """The number of a rule of the indicator, that of the present one for None; BadQuery for one that it never had."""
    last = indicator.rule_number
    if number is None:
        return last
    if not 1 <= number <= last:
        raise BadQuery(
            f"rule={number}: expected the number of a rule of the indicator {indicator.key!r}, 1 to {last}.",
            f"rule={number}: cần số thứ tự một quy tắc tính của chỉ tiêu {indicator.key!r}, từ 1 đến {last}.",
        )
    return number


def _check(records: Records, indicator: Indicator, parameters: Parameters) -> None:
    if parameters.version != records.version:
        raise BadQuery(
            f"The records are of version {records.version}, not {parameters.version}.",
            f"Bản ghi là của phiên bản {records.version}, không phải {parameters.version}.",
        )
    if parameters.unit is None:
        return
    if not indicator.by_unit:
        raise BadQuery(
            f"Indicator {indicator.key!r} is for the whole province only: leave out unit.",
            f"Chỉ tiêu {indicator.key!r} chỉ tính cho toàn tỉnh: hãy bỏ đơn vị.",
        )
    if parameters.unit not in set(records.ids(parameters.frame.value)):
        raise BadQuery(
            f"{parameters.frame.value} has no unit {parameters.unit!r}; expected a code of that layer.",
            f"Lớp {parameters.frame.value} không có đơn vị {parameters.unit!r}; cần mã của lớp đó.",
        )
