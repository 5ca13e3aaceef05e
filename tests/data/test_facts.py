"""Every row and every correction of the fact tables has arrived in the shipped layers, with its sources."""

import csv
import re
from functools import cache
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from geo.ocop.layers import LAYERS
from tests.conftest import ROOT

SEED = ROOT / "data" / "shapefiles"
FACTS = ROOT / "tests" / "data" / "facts"
KEYS = {"products": "product_id", "producers": "producer_id", "villages": "village_id", "sites": "site_id",
        "zones": "zone_id", "sources": "source_id"}  # fmt: skip
UNTRANSLATED = {
    "products": ("name", "name_in_source", "group", "stars", "year"),
    "producers": ("name", "kind", "founded", "households"),
    "villages": ("name", "kind", "name_en", "name_fr", "households", "households_in_craft", "visitors"),
    "sites": ("name_en", "kind", "rank", "part_of", "name_fr", "ticket_vnd", "opening", "altitude_m"),
    "zones": ("name", "area_ha", "area_year", "households"),
    "sources": ("date",),
}
"""The columns of each table whose words the layer keeps as they are."""
DISTRICT_ALONE = "Nguồn chỉ nêu huyện; điểm trên bản đồ là một điểm bên trong huyện cũ."
"""What a note says of a point that is known to the district alone; it goes when the commune becomes known."""


def rows(name: str) -> list[dict[str, str]]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def shipped(layer: str) -> dict[str, dict[str, Any]]:
    """The records of a shipped layer by key, fields under their full names, None where empty; `at` is the point."""
    spec, folder = LAYERS[layer], SEED / layer
    if spec.geometry is None:
        frame = pd.read_csv(folder / f"{layer}.csv", dtype=str)
    else:
        frame = gpd.read_file(folder / f"{layer}.shp").rename(
            columns={field.short: field.name for field in spec.fields}
        )
    records = {str(row[spec.key]): row for row in frame.to_dict("records")}
    texts = folder / f"{layer}.text.csv"
    if texts.exists():
        for row in pd.read_csv(texts, dtype=str).to_dict("records"):
            records[row[spec.key]].update(row)
    return {
        key: {
            name: None if not hasattr(value, "geom_type") and pd.isna(value) else value
            for name, value in record.items()
        }
        for key, record in records.items()
    }


def same(value: Any, text: str) -> bool:
    """Whether a shipped value is that of a table's cell."""
    if not text:
        return value is None
    return value is not None and (str(value) == text or _number(value) == _number(text) is not None)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def cited(record: dict[str, Any]) -> set[str]:
    return set(record["source_ids"].split(";"))


@pytest.mark.parametrize("layer", KEYS)
def test_every_row_is_a_record_with_its_words_and_sources(layer: str) -> None:
    corrected = {(row["id"], row["field"]) for row in rows("corrections") if row["layer"] == layer}
    for row in rows(f"more_{layer}"):
        key = row[KEYS[layer]]
        record = shipped(layer)[key]
        for column in UNTRANSLATED[layer]:
            assert (key, column) in corrected or same(record[column], row[column]), (key, column, record[column])
        assert layer == "sources" or set(row["source_id"].split(";")) <= cited(record), key
        assert (row.get("note") or "") in (record.get("note") or ""), key
        assert not row.get("story") or record["story_vi"] == row["story"]
        assert not row.get("lat") or (record["geometry"].y, record["geometry"].x) == (
            float(row["lat"]),
            float(row["lon"]),
        )


def test_a_source_keeps_its_publisher_and_description() -> None:
    for row in rows("more_sources"):
        record = shipped("sources")[row["source_id"]]
        assert (
            row["publisher"] in {record["publisher"], record["publisher_en"]} or row["publisher"] in record["what_en"]
        )
        assert record["what_en"].startswith(row["what"])


def test_no_publisher_carries_a_remark_in_english() -> None:
    english = (
        r"translat|English|French|German|Spanish|Wikipedia \(|\b(copy|read|commit|package|PyPI|list|text|pages|of)\b"
    )
    for record in shipped("sources").values():
        assert not re.search(english, record["publisher"]), record["publisher"]


def test_a_site_has_its_name_and_decision() -> None:
    for row in rows("more_sites"):
        record, (number, _, day) = shipped("sites")[row["site_id"]], row["decision"].partition(" of ")
        assert record["name"] == row["name_vi"] and same(record["decision"], number)
        if day:
            assert "-".join(f"{int(part):02}" for part in reversed(day.split("/"))) == record["decided"]


def test_codes_stand_for_the_words_of_the_tables() -> None:
    products, zones, villages = shipped("products"), shipped("zones"), shipped("villages")
    assert (products["R48"]["raw_material"], products["R54"]["raw_material"]) == ("pineapple", "canna_starch")
    assert products["R53"]["status"] == "not_renewed"
    assert (zones["Z26"]["crop"], zones["Z14"]["crop"]) == ("coffee", "macadamia")
    assert (villages["V14"]["people"], villages["V21"]["people"]) == ("dao", "xa_phang")
    assert [villages[key]["craft"] for key in ("V24", "V25", "V26")] == ["costume_making", "khen_making", "forging"]


def test_zones_of_present_communes_name_them_and_no_district() -> None:
    communes = {record["code"]: record["name"] for record in shipped("communes").values()}
    for row in rows("more_zones"):
        record = shipped("zones")[row["zone_id"]]
        names = [communes[code] for code in (record["commune_codes_since_2025"] or "").split(";") if code]
        assert names == [name for name in row["communes_since_2025"].split(";") if name]
        assert (record["district_code"] is None) == (not row["district_until_2025"])
        assert record["geometry"].area > 0 and record["extent_kind"] == "administrative"


def test_every_correction_has_arrived_with_its_source() -> None:
    for row in rows("corrections"):
        record = shipped(row["layer"])[row["id"]]
        field, new = row["field"], row["new"]
        if field in {"lat", "lon"}:
            assert f"{getattr(record['geometry'], 'y' if field == 'lat' else 'x'):.6f}" == new
        elif field == "note" or row["how"] == "append":
            assert new.replace(DISTRICT_ALONE, "").strip() in record[field], row
            if row["how"] == "append":
                assert row["old"].replace(DISTRICT_ALONE, "").strip() in record[field], row
        else:
            assert same(record[field], new), (row["id"], field, record[field], new)
        if row["layer"] != "sources":
            assert set(row["source"].split(";")) <= cited(record), row


def test_what_follows_from_a_correction_has_followed() -> None:
    products, sites = shipped("products"), shipped("sites")
    assert (products["R09"]["address"], products["R09"]["precision"]) == (
        shipped("producers")["P18"]["address"],
        "commune",
    )
    assert "chỉ nêu huyện" not in products["R09"]["note"]
    assert (products["R22"]["address"], products["R22"]["precision"]) == ("huyện Tuần Giáo", "district")
    assert (products["R45"]["scheme"], products["R35"]["scheme"]) == ("QD148", "QD1048")
    assert sites["H13"]["address"] == "xã Noong Luống, huyện Điện Biên" and sites["H13"]["precision"] == "commune"
    assert sites["H11"]["address"] == "bản Pó (bản Bó), xã Chiềng Đông, huyện Tuần Giáo"


def test_a_product_that_is_known_more_finely_than_its_producer_stays_where_it_is() -> None:
    product, producer = shipped("products")["R37"], shipped("producers")["P21"]
    assert product["producer_id"] == "P21" and producer["precision"] == "district"
    assert product["precision"] == "commune" and product["old_commune_code"]


def test_every_figure_has_its_value_unit_year_and_source() -> None:
    figures = list(shipped("figures").values())
    assert len(figures) == len(rows("units_figures")) == 263
    by_row = {
        (one["level"], one["commune_code"] or one["old_commune_code"] or one["district_code"] or "11", one["figure"], one["year"] or "", one["source_ids"]): one
        for one in figures
    }  # fmt: skip
    for row in rows("units_figures"):
        record = by_row[row["level"], row["code"], row["figure"], row["year"], row["source_id"]]
        assert same(record["words" if row["unit"] == "text" else "value"], row["value"]), row
        assert (record["note"] is None) == (not row["note"])
        assert ("bản dịch máy" in (record["note"] or "")) == ("machine translation" in row["note"])
    people = [float(one["value"]) for one in figures if (one["level"], one["figure"]) == ("commune_2025", "population")]
    assert len(people) == 45 and sum(people) == 673_091
    for figure in ("seat", "difficulty_zone"):
        assert len([one for one in figures if (one["level"], one["figure"]) == ("commune_2025", figure)]) == 45


def test_every_market_has_its_days_and_place() -> None:
    markets = shipped("markets")
    assert len(markets) == 12
    for row in rows("markets"):
        record = markets[row["market_id"]]
        assert all(same(record.get(name), row[name]) for name in ("name", "kind", "days", "days_words"))
        assert row["note"] in (record.get("note") or "") and set(row["source_id"].split(";")) == cited(record)
        assert row["place"] in record["address"]


def test_what_rests_on_a_machine_translation_alone_says_so() -> None:
    translated = {key for key, record in shipped("sources").items() if record["kind"] == "machine_translation"}
    assert len(translated) == 17
    for layer in ("products", "producers", "villages", "sites", "zones", "markets", "figures"):
        for key, record in shipped(layer).items():
            facts = {source for source in cited(record) if not source.startswith("B")}
            if facts <= translated:
                assert "bản dịch máy" in record["note"], (layer, key)


@pytest.mark.parametrize("layer", ["products", "villages"])
def test_a_value_that_a_note_calls_a_machine_translation_alone_is_marked(layer: str) -> None:
    kinds = {key: source["kind"] for key, source in shipped("sources").items()}
    words = re.compile(r"chỉ (dựa vào|theo)[^.]*bản dịch máy|chỉ theo S\d+ \(bản dịch máy\)", re.IGNORECASE)
    doubtful = {key: record for key, record in shipped(layer).items() if words.search(record.get("note") or "")}
    assert doubtful
    for key, record in doubtful.items():
        all_translated = {kinds[source] for source in cited(record)} - {"data_set"} == {"machine_translation"}
        marked = (record["translated_fields"] or "").split(";")
        assert all_translated or all(LAYERS[layer].has(name) and record[name] is not None for name in marked), key
    assert not {key for key, record in shipped(layer).items() if record["translated_fields"]} - doubtful.keys()
