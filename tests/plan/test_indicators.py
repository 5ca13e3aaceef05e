"""Every indicator in a small province, against values that were worked out by hand from its comments."""

from dataclasses import replace
from typing import TypeAlias

import pytest

from geo.errors import BadQuery
from geo.plan import INDICATORS, Frame, Interval, Parameters, Records, compute
from tests.plan.hand_world import AT, hand_world

Expected: TypeAlias = tuple[tuple[float, float] | None, str, str, str]
"""The bounds, to the second decimal, and the ids of the sure, the possible and the undecided records."""

# fmt: off
PROVINCE: dict[str, Expected] = {
    "products_total": ((6, 6), "R1 R2 R3 R4 R5 R6", "", ""),
    "products_recognised_in_year": ((0, 0), "", "", "R4"),
    "products_group_food": ((3, 3), "R1 R3 R5", "", ""),
    "products_group_beverage": ((2, 2), "R2 R6", "", ""),
    "products_group_herbal": ((1, 1), "R4", "", ""),
    "products_group_handicraft": ((0, 0), "", "", ""),
    "products_group_ornamental": ((0, 0), "", "", ""),
    "products_group_tourism": ((0, 0), "", "", ""),
    "products_stars_5": ((0, 0), "", "", "R4"),
    "products_stars_4": ((2, 2), "R1 R6", "", "R4"),
    "products_stars_3": ((3, 3), "R2 R3 R5", "", "R4"),
    "products_stars_2": ((0, 0), "", "", "R4"),
    "products_stars_1": ((0, 0), "", "", "R4"),
    "products_status_certified": ((2, 2), "R1 R2", "", ""),
    "products_status_reassessed": ((1, 1), "R3", "", ""),
    "products_status_assessed": ((1, 1), "R5", "", ""),
    "products_status_not_renewed": ((1, 1), "R6", "", ""),
    "products_status_listed": ((1, 1), "R4", "", ""),
    "products_with_producer": ((4, 4), "R1 R2 R3 R6", "", ""),
    "products_without_producer": ((2, 2), "R4 R5", "", ""),
    "products_with_decision": ((1, 1), "R1", "", ""),
    "products_with_material": ((5, 5), "R1 R2 R3 R5 R6", "", ""),
    "products_with_story": ((2, 2), "R1 R2", "", ""),
    "products_with_story_share": ((16.67, 16.67), "R1", "", ""),
    "products_with_packaging": ((2, 2), "R1 R2", "", "R4 R5 R6"),
    "products_with_label": ((1, 1), "R1", "", "R2 R4 R5 R6"),
    "products_complete": ((1, 1), "R1", "", "R2"),
    "products_with_contracts": (None, "", "", "R1 R2 R3 R4 R5 R6"),
    "products_with_output": (None, "", "", "R1 R2 R3 R4 R5 R6"),
    "products_with_trademark": (None, "", "", "R1 R2 R3 R4 R5 R6"),
    "products_with_quality_certificate": (None, "", "", "R1 R2 R3 R4 R5 R6"),
    "products_with_fairs": (None, "", "", "R1 R2 R3 R4 R5 R6"),
    "products_with_shops": (None, "", "", "R1 R2 R3 R4 R5 R6"),
    "products_valid": ((1, 4), "R1", "R2 R3 R5", "R4"),
    "products_valid_share": ((20, 80), "R1", "R2 R3 R5", "R4"),
    "products_lapsed": ((1, 3), "R6", "R2 R3", "R4"),
    "products_lapsing": ((1, 2), "R1", "R2", "R4"),
    "products_lapsing_in_quarter": ((0, 1), "", "R2", "R4"),
    "products_validity_recorded": ((1, 1), "R1", "", ""),
    "products_validity_by_year": ((4, 4), "R2 R3 R5 R6", "", ""),
    "products_validity_unknown": ((1, 1), "R4", "", ""),
    "products_reassessed_late": ((0, 1), "", "R3", ""),
    "phase_supported": ((1, 1), "R1", "", "R3 R4 R5 R6"),
    "cohort_members": ((1, 2), "R1", "R2 R3", ""),
    "cohort_valid": ((1, 2), "R1", "R2 R3", ""),
    "cohort_lapsed": ((0, 2), "", "R2 R3", ""),
    "producers_total": ((4, 4), "P1 P2 P3 P4", "", ""),
    "producers_kind_cooperative": ((1, 1), "P1", "", ""),
    "producers_kind_cooperative_group": ((0, 0), "", "", ""),
    "producers_kind_company": ((1, 1), "P2", "", ""),
    "producers_kind_household_business": ((1, 1), "P3", "", ""),
    "producers_kind_farm": ((1, 1), "P4", "", ""),
    "producers_with_product": ((3, 3), "P1 P2 P3", "", ""),
    "producers_without_product": ((1, 1), "P4", "", ""),
    "producers_with_valid_product": ((1, 2), "P1", "P2", ""),
    "producers_households": ((10, 10), "P1 P3", "", "P2 P4"),
    "producers_with_households_share": ((50, 50), "P1 P3", "", ""),
    "producers_near_site": ((1, 2), "P1", "P2", "P4"),
    "producers_near_market": ((1, 1), "P1", "", "P4"),
    "producers_with_training": (None, "", "", "P1 P2 P3 P4"),
    "producers_with_facilities": (None, "", "", "P1 P2 P3 P4"),
    "producers_with_inspections": (None, "", "", "P1 P2 P3 P4"),
    "zones_total": ((3, 3), "Z1 Z2 Z3", "", ""),
    "zones_area": ((150, 150), "Z1 Z2", "", "Z3"),
    "zones_with_area_share": ((33.33, 33.33), "Z1", "", ""),
    "zones_measured_area": ((1840.96, 1840.96), "Z1", "", "Z2 Z3"),
    "zones_area_differs": ((1, 1), "Z1", "", "Z2 Z3"),
    "zones_surveyed": ((1, 1), "Z1", "", ""),
    "zones_households": ((42, 42), "Z1 Z3", "", "Z2"),
    "zones_with_households_share": ((66.67, 66.67), "Z1 Z3", "", ""),
    "zones_with_growing_area_code": ((1, 1), "Z1", "", ""),
    # Equal material and district only propose a zone: no source records which zone feeds which product.
    "zones_with_product": ((0, 3), "", "Z1 Z2 Z3", ""),
    "zones_without_product": ((0, 3), "", "Z1 Z2 Z3", ""),
    "products_with_zone": ((0, 4), "", "R1 R2 R5 R6", "R4"),
    "products_without_zone": ((1, 5), "R3", "R1 R2 R5 R6", "R4"),
    "villages_total": ((4, 4), "V1 V2 V3 V4", "", ""),
    "villages_kind_traditional_craft_village": ((0, 0), "", "", ""),
    "villages_kind_craft_village": ((1, 1), "V1", "", ""),
    "villages_kind_traditional_craft": ((0, 0), "", "", ""),
    "villages_kind_craft_place": ((1, 1), "V3", "", ""),
    "villages_kind_community_tourism": ((2, 2), "V2 V4", "", ""),
    "villages_recognised": ((1, 1), "V1", "", "V3"),
    "villages_recognised_with_product": ((1, 1), "V1", "", "V3"),
    "villages_with_decision": ((1, 1), "V1", "", ""),
    "villages_with_product": ((2, 3), "V1 V2", "V4", "V3"),
    "villages_without_product": ((0, 1), "", "V4", "V3"),
    "villages_tourism_with_craft": ((1, 1), "V2", "", ""),
    "villages_households": ((80, 80), "V1 V4", "", "V2 V3"),
    "villages_households_in_craft": ((20, 20), "V1", "", "V2 V3"),
    "villages_visitors": ((100, 100), "V1", "", "V2 V3 V4"),
    "villages_near_site": ((1, 3), "V1", "V2 V4", "V3"),
    "villages_without_site": ((0, 2), "", "V2 V4", "V3"),
    "villages_near_scenic_place": ((0, 3), "", "V1 V2 V4", "V3"),
    "villages_near_relic": ((1, 1), "V1", "", "V3"),
    "villages_near_market": ((1, 1), "V1", "", "V3"),
    "sites_total": ((4, 4), "H1 H2 H3 H4", "", ""),
    "sites_rank_national_special": ((0, 0), "", "", "H2"),
    "sites_rank_national": ((1, 1), "H1", "", "H2"),
    "sites_rank_provincial": ((2, 2), "H3 H4", "", "H2"),
    "sites_rank_heritage_tree": ((0, 0), "", "", "H2"),
    "sites_kind_historic": ((1, 1), "H1", "", ""),
    "sites_kind_architecture": ((0, 0), "", "", ""),
    "sites_kind_archaeology": ((0, 0), "", "", ""),
    "sites_kind_scenic": ((2, 2), "H2 H4", "", ""),
    "sites_kind_museum": ((1, 1), "H3", "", ""),
    "sites_kind_spring": ((0, 0), "", "", ""),
    "sites_kind_heritage_tree": ((0, 0), "", "", ""),
    "sites_kind_transport": ((0, 0), "", "", ""),
    "sites_with_rank_decision_share": ((33.33, 33.33), "H1", "", ""),
    "sites_near_village": ((1, 3), "H1", "H2 H4", "H3"),
    "sites_without_village": ((0, 2), "", "H2 H4", "H3"),
    "sites_near_producer": ((1, 3), "H1", "H2 H4", "H3"),
    "sites_with_projects": (None, "", "", "H1 H2 H3 H4"),
    "markets_total": ((2, 2), "M1 M2", "", ""),
    "markets_with_days": ((1, 1), "M1", "", ""),
    "communes_without_product": ((1, 1), "00003", "", ""),
    "communes_without_anything": ((1, 1), "00003", "", ""),
    "communes_to_extend_to": ((0, 0), "", "", ""),
    "products_per_10000_people": ((2.5, 3.0), "R1 R2 R3 R4 R5 R6", "", ""),
    "products_in_difficulty_zone_1": ((2, 3), "R1 R2", "R5", "R4"),
    "products_in_difficulty_zone_2": ((0, 0), "", "", "R4"),
    "products_in_difficulty_zone_3": ((2, 3), "R3 R6", "R5", "R4"),
    "products_filled_share": ((51.39, 51.39), "R1", "", ""),
    "products_precise_share": ((50, 50), "R1 R2 R6", "", ""),
    "products_unplaced": ((1, 1), "R4", "", ""),
    "producers_filled_share": ((41.67, 41.67), "P1", "", ""),
    "producers_precise_share": ((50, 50), "P1 P3", "", ""),
    "producers_unplaced": ((1, 1), "P4", "", ""),
    "zones_filled_share": ((50, 50), "Z1", "", ""),
    "villages_filled_share": ((44.44, 44.44), "V1", "", ""),
    "villages_precise_share": ((50, 50), "V1 V4", "", ""),
    "villages_unplaced": ((1, 1), "V3", "", ""),
    "sites_filled_share": ((46.67, 46.67), "H1", "", ""),
    "sites_precise_share": ((50, 50), "H1 H2", "", ""),
    "sites_unplaced": ((1, 1), "H3", "", ""),
    "markets_filled_share": ((50, 50), "M1", "", ""),
    "markets_precise_share": ((50, 50), "M1", "", ""),
    "markets_unplaced": ((1, 1), "M2", "", ""),
}
"""Worked out for 1 June 2022, 5 km and 90 days; the figures of a cohort for G1."""

UNITS: dict[tuple[str, Frame, str], Expected] = {
    # R5 may lie in either commune, R4 has no place.
    ("products_total", Frame.COMMUNES, "00001"): ((2, 3), "R1 R2", "R5", "R4"),
    ("products_total", Frame.COMMUNES, "00002"): ((2, 3), "R3 R6", "R5", "R4"),
    ("products_total", Frame.COMMUNES, "00003"): ((0, 0), "", "", "R4"),
    ("products_total", Frame.DISTRICTS, "101"): ((4, 4), "R2 R3 R5 R6", "", "R4"),
    # R6 has coordinates only: its present commune is sure, the former one is not.
    ("products_total", Frame.OLD_COMMUNES, "00021"): ((1, 3), "R3", "R5 R6", "R4"),
    ("products_valid", Frame.COMMUNES, "00001"): ((1, 3), "R1", "R2 R5", "R4"),
    ("products_precise_share", Frame.COMMUNES, "00001"): ((66.67, 100), "R1 R2", "", "R4"),
    ("products_filled_share", Frame.COMMUNES, "00001"): ((66.67, 87.5), "R1", "", "R4"),
    ("products_per_10000_people", Frame.COMMUNES, "00001"): ((2, 3), "R1 R2", "R5", "R4"),
    ("products_per_10000_people", Frame.COMMUNES, "00002"): (None, "R3 R6", "R5", "R4"),  # no population on record
    # Z3 names both communes: it counts in each, and its households are surely of neither.
    ("zones_total", Frame.COMMUNES, "00002"): ((1, 1), "Z3", "", ""),
    ("zones_total", Frame.DISTRICTS, "101"): ((1, 2), "Z2", "Z3", ""),
    ("zones_area", Frame.COMMUNES, "00001"): ((150, 150), "Z1 Z2", "", "Z3"),
    ("zones_households", Frame.COMMUNES, "00001"): (None, "Z1", "Z3", "Z2"),  # 40 to 42: two households would show
    ("producers_households", Frame.COMMUNES, "00001"): ((9, 9), "P1", "", "P4"),
    ("producers_households", Frame.COMMUNES, "00002"): (None, "P3", "", "P2 P4"),  # a single household
    ("villages_near_site", Frame.COMMUNES, "00002"): ((0, 2), "", "V2 V4", "V3"),
}
# fmt: on


def of(records: Records, key: str, parameters: Parameters) -> Expected:
    figure = compute(records, key, parameters)
    bounds = None if figure.value is None else (round(figure.value.sure, 2), round(figure.value.possible, 2))
    sure, possible, unknown = (
        " ".join(one.id for one in keys) for keys in (figure.records, figure.possible_records, figure.unknown_records)
    )
    return bounds, sure, possible, unknown


def parameters(key: str) -> Parameters:
    return replace(AT, cohort="G1") if key.startswith("cohort_") else AT


@pytest.fixture(scope="module")
def records() -> Records:
    return hand_world()


def test_every_indicator_is_worked_out() -> None:
    assert PROVINCE.keys() == INDICATORS.keys()


@pytest.mark.parametrize("key", INDICATORS)
def test_an_indicator_of_the_province(records: Records, key: str) -> None:
    assert of(records, key, parameters(key)) == PROVINCE[key]


@pytest.mark.parametrize(("key", "frame", "unit"), UNITS)
def test_an_indicator_of_a_unit(records: Records, key: str, frame: Frame, unit: str) -> None:
    assert of(records, key, replace(AT, frame=frame, unit=unit)) == UNITS[key, frame, unit]


def test_small_numbers_of_households_are_withheld_and_say_so(records: Records) -> None:
    figure = compute(records, "producers_households", replace(AT, unit="00002"))
    assert (figure.value, figure.reason) == (None, "withheld")


def test_a_crop_limits_the_figures_of_zones(records: Records) -> None:
    assert of(records, "zones_area", replace(AT, crop="honey")) == ((100, 100), "Z1", "", "")


def test_the_order_in_which_figures_are_computed_changes_none(records: Records) -> None:
    """What is derived once for a version is computed from the records alone."""
    there, back = hand_world(), hand_world()
    first = {key: compute(there, key, parameters(key)).digest for key in INDICATORS}
    second = {key: compute(back, key, parameters(key)).digest for key in reversed(INDICATORS)}
    assert first == second


def test_an_indicator_of_the_province_refuses_a_unit(records: Records) -> None:
    with pytest.raises(BadQuery, match="whole province"):
        compute(records, "communes_without_product", replace(AT, unit="00001"))


def test_the_three_bases_of_a_term_add_up_to_all_products(records: Records) -> None:
    keys = ("products_validity_recorded", "products_validity_by_year", "products_validity_unknown")
    bounds = [compute(records, key, AT).value or Interval(0, 0) for key in keys]
    total = compute(records, "products_total", AT).value
    assert tuple(sum(column) for column in zip(*bounds, strict=True)) == total
