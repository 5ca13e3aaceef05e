"""The indicators of units: communes without anything, products per inhabitant and by difficulty zone."""

from collections import defaultdict

import numpy as np

from geo.plan.figures import Frame, Indicator, Interval, Outcome, Parameters
from geo.plan.formulas import count, in_scope
from geo.plan.memberships import memberships
from geo.plan.records import Records
from geo.plan.selections import Condition, Selection, counted
from geo.plan.shared_units import holding
from geo.schema import Label

_COMMUNES = Label("xã, phường", "communes")
_PRODUCTS = Label("sản phẩm", "products")
_PER_10000 = Label("sản phẩm trên 10.000 dân", "products per 10,000 people")
_CHAIN = ("products", "producers", "zones", "villages", "sites")
_PEOPLE = 10_000
_DIFFICULTY = (1, 2, 3)
_LEVELS = {Frame.COMMUNES: "commune_2025", Frame.DISTRICTS: "old_district", Frame.OLD_COMMUNES: "old_commune"}
_CODES = {Frame.COMMUNES: "commune_code", Frame.DISTRICTS: "district_code", Frame.OLD_COMMUNES: "old_commune_code"}


def figures_of_units(records: Records, figure: str, frame: Frame | None) -> dict[str, Interval]:
    """A published figure of each unit of a frame, of the province under "" for None: the newest, from least to most.

    Sources that give the same year may differ, hence the interval.
    """
    names = ("figure", "level", "year", "value", _CODES[frame] if frame else "figure")
    rows = zip(*(records.column("figures", name) for name in names), strict=True)
    level = _LEVELS[frame] if frame else "province"
    by_unit: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for kind, of, year, number, code in rows:
        if kind == figure and of == level and number is not None and code is not None:
            by_unit[str(code) if frame else ""][int(year or 0)].append(float(number))
    newest = {code: years[max(years)] for code, years in by_unit.items()}
    return {code: Interval(min(numbers), max(numbers)) for code, numbers in newest.items()}


def _per_10000(records: Records, parameters: Parameters) -> Outcome:
    unit = parameters.unit
    people = figures_of_units(records, "population", parameters.frame if unit else None).get(unit or "")
    products = in_scope(records, "products", parameters)
    outcome = counted(records, products, products)
    if people is None or people.sure <= 0 or outcome.value is None:
        return outcome._replace(value=None, reason="unknown", numerator=outcome.value)
    rate = Interval(outcome.value.sure / people.possible * _PEOPLE, outcome.value.possible / people.sure * _PEOPLE)
    return outcome._replace(value=rate, numerator=outcome.value, denominator=people)


def _in_difficulty_zone(zone: int) -> Condition:
    """The product lies in a commune of a difficulty zone; sure where every commune that it may lie in is of it."""

    def condition(records: Records, _: Parameters) -> Selection:
        return records.once(("difficulty zone", zone), lambda: _of_difficulty_zone(records, zone))

    return condition


def _of_difficulty_zone(records: Records, zone: int) -> Selection:
    zones = figures_of_units(records, "difficulty_zone", Frame.COMMUNES)
    members = memberships(records, "products", Frame.COMMUNES)
    figures = [zones.get(code) for code in members.places]
    is_unknown = members.with_any(np.array([one is None for one in figures], bool))
    is_elsewhere = members.with_any(np.array([one != (zone, zone) for one in figures], bool))
    unknown = members.unknown | is_unknown
    possible = members.with_any(np.array([_holds(one, zone) for one in figures], bool)) & ~unknown
    sure = ~is_elsewhere & ~unknown
    return Selection("products", sure, possible, unknown)


def _holds(figure: Interval | None, number: float) -> bool:
    return figure is not None and figure.sure <= number <= figure.possible


def _empty(records: Records, _: Parameters) -> Selection:
    """The communes without a record of any layer of the chain."""
    return ~_holding_any(records, _CHAIN)


def _without_product(records: Records, _: Parameters) -> Selection:
    return ~holding(records, "products", Frame.COMMUNES)


def _promising(records: Records, _: Parameters) -> Selection:
    """The communes with a zone, a village and a site, and without a product."""
    selection = ~holding(records, "products", Frame.COMMUNES)
    for layer in ("zones", "villages", "sites"):
        selection &= holding(records, layer, Frame.COMMUNES)
    return selection


def _holding_any(records: Records, layers: tuple[str, ...]) -> Selection:
    first, *others = (holding(records, layer, Frame.COMMUNES) for layer in layers)
    for other in others:
        first |= other
    return first


TERRITORY: tuple[Indicator, ...] = (
    Indicator("communes_without_product", Label("Xã, phường chưa có sản phẩm OCOP", "Communes without an OCOP product"), "P11", _COMMUNES,
              Label("Số xã, phường không có sản phẩm OCOP nào; sản phẩm chưa có vị trí không được tính.", "The communes without any OCOP product; products without a place are left out."),
              count("communes", _without_product), "communes"),
    Indicator("communes_without_anything", Label("Xã, phường chưa có gì", "Communes with nothing"), "P11", _COMMUNES,
              Label("Số xã, phường không có sản phẩm, chủ thể, vùng nguyên liệu, làng nghề hay điểm du lịch nào trong dữ liệu.", "The communes without any product, producer, zone, village or site in the data."),
              count("communes", _empty), "communes"),
    Indicator("communes_to_extend_to", Label("Xã, phường có điều kiện nhân rộng", "Communes to which the programme could extend"), "P11", _COMMUNES,
              Label("Số xã, phường có vùng nguyên liệu, làng nghề và điểm du lịch mà chưa có sản phẩm OCOP.", "The communes with a zone, a village and a site, and without an OCOP product."),
              count("communes", _promising), "communes"),
    Indicator("products_per_10000_people", Label("Sản phẩm OCOP trên 10.000 dân", "OCOP products per 10,000 people"), "P19", _PER_10000,
              Label("Số sản phẩm chia cho dân số mới nhất được công bố của đơn vị, nhân 10.000; các nguồn cùng năm khác nhau cho khoảng rộng hơn.",
                    "The products divided by the newest published population of the unit, times 10,000; sources of the same year that differ widen the interval."),
              _per_10000, "products", ("unit", "cohort"), Label("Dân số của đơn vị, kèm năm và nguồn", "The population of the unit, with year and source"), 2),
    *(
        Indicator(f"products_in_difficulty_zone_{zone}", Label(f"Sản phẩm ở xã khu vực {'I' * zone}", f"Products in communes of development zone {'I' * zone}"), "P19", _PRODUCTS,
                  Label(f"Số sản phẩm nằm ở xã, phường thuộc khu vực {'I' * zone} vùng dân tộc thiểu số và miền núi theo số liệu mới nhất.", f"The products in communes that the newest figures put into development zone {'I' * zone}."),
                  count("products", _in_difficulty_zone(zone)), "products", ("unit", "cohort"),
                  Label("Phân định khu vực (I, II, III) của từng xã, phường", "The development zone (I, II, III) of each commune"))
        for zone in _DIFFICULTY
    ),
)  # fmt: skip
