"""Figures of the shipped data against SQL over the store's GeoPackage, and against brute force over its places."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import geopandas as gpd
import pytest

from geo.atlas import Atlas
from geo.console.plan_figures import lines_of
from geo.crs import GEOD, METRIC_CRS
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS, code_list
from geo.plan import INDICATORS, Frame, Interval, Parameters, Records, compute, records_of
from geo.plan.cohorts import cohort_of
from geo.settings import Settings
from geo.store import open_store
from geo.views.plan.figure_view import value_text
from tests.frames import frame, world

ON = date(2026, 12, 1)
RADII_M = {row.key: row.uncertainty_m for row in PRECISIONS}


def filled(layer: str, *fields: str) -> str:
    return f"SELECT count(*) FROM {layer} WHERE " + " AND ".join(f"{field} IS NOT NULL" for field in fields)


def share(layer: str, *fields: str) -> str:
    return f"SELECT 100.0 * ({filled(layer, *fields)}) / (SELECT count(*) FROM {layer})"


SQL: dict[str, str] = {
    **{f"{layer}_total": f"SELECT count(*) FROM {layer}" for layer in ("products", "producers", "zones", "villages", "sites", "markets")},
    **{
        f"{layer}_{field}_{key}": f"SELECT count(*) FROM {layer} WHERE \"{field}\" = '{key}'"
        for layer, field, codes in (
            ("products", "group", "product_group"), ("products", "stars", "stars"), ("products", "status", "product_status"),
            ("producers", "kind", "producer_kind"), ("villages", "kind", "village_kind"),
            ("sites", "rank", "site_rank"), ("sites", "kind", "site_kind"),
        )
        for key in code_list(codes)
    },
    "products_recognised_in_year": "SELECT count(*) FROM products WHERE year = 2026",
    "products_with_producer": filled("products", "producer_id"),
    "products_without_producer": "SELECT count(*) FROM products WHERE producer_id IS NULL",
    "products_with_decision": filled("products", "decision"),
    "products_with_material": filled("products", "raw_material"),
    "products_with_story": filled("products", "story_vi"),
    "products_with_story_share": share("products", "story_vi", "story_en"),
    "products_validity_unknown": "SELECT count(*) FROM products WHERE coalesce(year, reassessed, certified_from, certified_until) IS NULL",
    "products_validity_recorded": "SELECT count(*) FROM products WHERE certified_until IS NOT NULL OR length(certified_from) > 4",
    "producers_with_product": "SELECT count(DISTINCT p.producer_id) FROM producers p JOIN products USING (producer_id)",
    "producers_without_product": "SELECT count(*) FROM producers WHERE producer_id NOT IN (SELECT producer_id FROM products WHERE producer_id IS NOT NULL)",
    "producers_households": "SELECT sum(households) FROM producers",
    "producers_with_households_share": share("producers", "households"),
    "zones_area": "SELECT sum(area_ha) FROM zones",
    "zones_with_area_share": share("zones", "area_ha", "area_year"),
    "zones_surveyed": "SELECT count(*) FROM zones WHERE extent_kind = 'surveyed'",
    "zones_households": "SELECT sum(households) FROM zones",
    "zones_with_households_share": share("zones", "households"),
    "zones_with_growing_area_code": filled("zones", "growing_area_code"),
    "villages_recognised": "SELECT count(*) FROM villages WHERE kind IN ('craft_village', 'traditional_craft_village', 'traditional_craft')",
    "villages_with_decision": filled("villages", "decision"),
    "villages_tourism_with_craft": "SELECT count(*) FROM villages WHERE kind = 'community_tourism' AND craft IS NOT NULL",
    "villages_households": "SELECT sum(households) FROM villages",
    "villages_households_in_craft": "SELECT sum(households_in_craft) FROM villages",
    "villages_visitors": "SELECT sum(visitors) FROM villages",
    "sites_with_rank_decision_share": "SELECT 100.0 * count(decision) / count(*) FROM sites WHERE rank IS NOT NULL",
    "markets_with_days": filled("markets", "days_words"),
    **{f"{layer}_unplaced": f"SELECT count(*) FROM {layer} WHERE geom IS NULL" for layer in ("products", "producers", "villages", "sites", "markets")},
    **{
        f"{layer}_precise_share": f"SELECT 100.0 * sum(coalesce(precision IN ('exact', 'village'), 0)) / count(*) FROM {layer}"
        for layer in ("products", "producers", "villages", "sites", "markets")
    },
}  # fmt: skip
"""Indicators of which nothing depends on an uncertain place or date, as one number."""

VALID = (
    # Known by the year alone: surely from the year after, surely until two years after.
    "SELECT count(*) FROM products WHERE status IN ('certified', 'reassessed', 'not_renewed')"
    " AND (year BETWEEN 2024 AND 2025 OR reassessed BETWEEN 2024 AND 2025)",
    "SELECT count(*) FROM products WHERE status IN ('certified', 'reassessed', 'not_renewed', 'assessed')"
    " AND (year BETWEEN 2023 AND 2026 OR reassessed BETWEEN 2023 AND 2026)",
)


@pytest.fixture(scope="module")
def records(real_atlas: Atlas) -> Records:
    return records_of(real_atlas)


@pytest.fixture(scope="module")
def at(records: Records) -> Parameters:
    return Parameters(version=records.version, on=ON)


@pytest.fixture(scope="module")
def ask(built: Settings) -> Iterator[Callable[[str], Any]]:
    connection = sqlite3.connect(built.data_dir / "store.gpkg")
    yield lambda sql: connection.execute(sql).fetchone()[0]
    connection.close()


@pytest.mark.parametrize("key", SQL)
def test_a_figure_is_what_sql_gives(records: Records, at: Parameters, ask: Callable[[str], Any], key: str) -> None:
    figure, number = compute(records, key, at), ask(SQL[key])
    if figure.value is None:
        assert not number, "unknown only where SQL counts nothing"
    else:
        assert figure.value == pytest.approx((number, number))


def test_valid_products_are_what_sql_gives_by_their_years(
    records: Records, at: Parameters, ask: Callable[[str], Any]
) -> None:
    assert compute(records, "products_valid", at).value == tuple(ask(sql) for sql in VALID)


def test_the_cohort_of_the_plan_has_candidates_only(records: Records, at: Parameters) -> None:
    """No source names the eleven: none is sure, and at most the stated number is possible."""
    cohort = cohort_of(records, "kh3770")
    assert (cohort.members, cohort.stated_size, cohort.is_assumed) == (frozenset(), 11, True)
    assert "Giả định" in cohort.note
    assert compute(records, "cohort_members", replace(at, cohort="kh3770")).value == Interval(0, 11)


@pytest.mark.parametrize("layer", ["products", "producers", "villages", "sites", "markets"])
def test_the_records_of_each_commune_are_what_brute_force_gives(
    records: Records, at: Parameters, built: Settings, layer: str
) -> None:
    """By the former commune on record, unless the circle is all outside; without one, by the whole circle inside."""
    file = built.data_dir / "store.gpkg"
    into = gpd.read_file(file, layer="old_communes", ignore_geometry=True).set_index("code")["commune_code"]
    communes = gpd.read_file(file, layer="communes").to_crs(METRIC_CRS).set_index("code").geometry
    expected: dict[str, set[str]] = {code: set() for code in communes.index}
    for row in gpd.read_file(file, layer=layer).to_crs(METRIC_CRS).itertuples():
        key, place = getattr(row, LAYERS[layer].key), row.geometry
        if isinstance(row.old_commune_code, str):
            code = into[row.old_commune_code]
            if place is None or communes[code].distance(place) <= RADII_M[row.precision]:
                expected[code].add(key)
        elif place is not None:
            for code, shape in communes.items():
                if shape.contains(place) and shape.boundary.distance(place) > RADII_M[row.precision]:
                    expected[code].add(key)
    sure = {
        code: {one.id for one in compute(records, f"{layer}_total", replace(at, unit=code)).records}
        for code in expected
    }
    assert sure == expected
    assert any(expected.values())


@pytest.mark.parametrize("km", [2.0, 10.0, 25.0])
def test_villages_near_a_site_are_what_brute_force_gives(
    records: Records, at: Parameters, built: Settings, km: float
) -> None:
    villages, sites = (
        rows[rows.geometry.notna()]
        for rows in (gpd.read_file(built.data_dir / "store.gpkg", layer=layer) for layer in ("villages", "sites"))
    )
    sure, possible = set(), set()
    for village in villages.itertuples():
        for site in sites.itertuples():
            metres = GEOD.inv(village.geometry.x, village.geometry.y, site.geometry.x, site.geometry.y)[2]
            radii = RADII_M[village.precision] + RADII_M[site.precision]
            sure |= {village.village_id} if metres + radii <= km * 1_000 else set()
            possible |= {village.village_id} if metres - radii <= km * 1_000 else set()
    figure = compute(records, "villages_near_site", replace(at, km=km))
    assert {one.id for one in figure.records} == sure
    assert {one.id for one in figure.possible_records} == possible - sure
    assert possible > sure


def test_the_store_and_the_atlas_give_the_same_figures(records: Records, at: Parameters, built: Settings) -> None:
    """An earlier version, whose atlas may be gone, can be computed from the store."""
    from_store = Records(records.version, open_store(built).frames(records.version))
    for key in INDICATORS:
        assert compute(from_store, key, at).digest == compute(records, key, at).digest, key


def test_every_frame_of_units_has_figures(records: Records, at: Parameters) -> None:
    for units in Frame:
        unit = str(records.ids(units.value)[0])
        for key, row in INDICATORS.items():
            if row.by_unit:
                figure = compute(records, key, replace(at, frame=units, unit=unit))
                assert figure.value is None or figure.value.sure <= figure.value.possible, (key, units)


@pytest.mark.parametrize("key", ["products_with_packaging", "products_with_label", "products_complete"])
def test_what_is_recorded_of_no_shipped_product_is_unknown_and_not_zero(
    records: Records, at: Parameters, key: str
) -> None:
    figure = compute(records, key, at)
    assert (figure.value, figure.reason) == (None, "unknown") and figure.unknown_records
    assert {key.layer for key in figure.unknown_records} == {"products"}


def test_the_command_prints_a_figure_with_its_records(run_app: Any, records: Records, at: Parameters) -> None:
    figure = compute(records, "villages_near_site", replace(at, km=10.0))
    printed = run_app("figure", "villages_near_site", "--date", "2026-12-01", "--km", "10")
    assert printed.returncode == 0, printed.stderr
    assert figure.value is not None
    assert f"{int(figure.value.sure)} chắc chắn, tối đa {int(figure.value.possible)} làng, bản" in printed.stdout
    assert figure.digest in printed.stdout
    body = json.loads(run_app("figure", "products_valid", "--date", "2026-12-01", "--version", "1", "--json").stdout)
    assert body["parameters"] == {"version": 1, "on": "2026-12-01"}
    assert body["value"] == list(compute(records, "products_valid", at).value or ())
    assert run_app("figure", "no_such").returncode == 1
    unit = run_app("figure", "products_total", "--frame", "districts", "--unit", "102", "--json")
    assert json.loads(unit.stdout)["parameters"]["frame"] == "districts"
    early = run_app("figure", "products_valid", "--date", "0001-01-01")
    assert early.returncode == 1 and "Traceback" not in early.stderr
    assert "--date='0001-01-01': cần một ngày" in early.stderr and "expected a day" in early.stderr


def test_the_command_says_in_the_words_of_the_page_why_there_is_no_value(at: Parameters) -> None:
    none = Records(1, world() | {"products": frame("products")})
    figure = compute(none, "products_with_story_share", replace(at, version=1))
    assert figure.reason == "empty"
    assert lines_of(figure, "en")[0] == (
        "Share of products with a story in both languages: no record to take a share of"
    )
    assert value_text(figure, "vi") == "không có bản ghi nào để tính tỷ lệ"
