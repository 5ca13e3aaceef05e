"""The shipped layers are whole, sourced, placed where they say, and read by others' software."""

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from geo.ocop.layers import LAYERS, POINT_LAYERS
from tests.conftest import ROOT

SEED = ROOT / "data" / "shapefiles"
SHAPED = [name for name, spec in LAYERS.items() if spec.geometry]


def frame(layer: str) -> gpd.GeoDataFrame:
    return gpd.read_file(SEED / layer / f"{layer}.shp")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def sources() -> set[str]:
    return {row["source_id"] for row in table(SEED / "sources" / "sources.csv")}


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layers_folder_is_complete(layer: str) -> None:
    folder = SEED / layer
    about = json.loads((folder / f"{layer}.json").read_text(encoding="utf-8"))
    assert about["licence"] and about["crs"] == "OGC:CRS84" and re.fullmatch(r"\d{4}-\d\d-\d\d", about["date"])
    for said in ("title", "abstract", "attribution", "lineage"):
        assert about[said]["vi"] and about[said]["en"]
    assert about["source"] and all(source["name"] and source["licence"] for source in about["source"])
    if LAYERS[layer].geometry:
        assert {p.suffix for p in folder.glob(f"{layer}.*")} >= {".shp", ".shx", ".dbf", ".prj", ".cpg"}
        assert (folder / f"{layer}.cpg").read_text() == "UTF-8"
        assert about["records"] == pyogrio.read_info(folder / f"{layer}.shp")["features"]
    else:
        assert about["records"] == len(table(folder / f"{layer}.csv"))


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_credits_the_boundary_sources_that_its_records_cite(layer: str) -> None:
    about = json.loads((SEED / layer / f"{layer}.json").read_text(encoding="utf-8"))
    named = {source["name"].partition(":")[0] for source in about["source"]}
    records = (
        frame(layer)["sources"]
        if LAYERS[layer].geometry
        else [row.get("source_ids", "") for row in table(SEED / layer / f"{layer}.csv")]
    )
    cited = set(";".join(records).split(";")) if LAYERS[layer].has("source_ids") else set()
    assert {source for source in cited if source.startswith("B")} <= named


def test_the_facts_say_how_they_are_licensed() -> None:
    for layer in ("products", "producers", "zones", "villages", "sites"):
        about = json.loads((SEED / layer / f"{layer}.json").read_text(encoding="utf-8"))
        assert "The facts cite public sources; the compilation is offered under CC BY 4.0." in about["licence"]


@pytest.mark.parametrize("layer", SHAPED)
def test_columns_are_the_declared_ones(layer: str) -> None:
    declared = [field.short for field in LAYERS[layer].fields if field.kind != "longtext"]
    assert list(frame(layer).columns.drop("geometry")) == declared


@pytest.mark.parametrize(
    ("layer", "count"), [("communes", 45), ("districts", 10), ("old_communes", 129), ("province", 1)]
)
def test_there_are_as_many_units_as_the_law_says(layer: str, count: int) -> None:
    assert len(frame(layer)) == count


@pytest.mark.parametrize("layer", ["communes", "districts"])
def test_units_tile_without_gap_or_overlap(layer: str) -> None:
    units = frame(layer)
    assert shapely.coverage_is_valid(units.geometry.to_numpy())
    tiled = units.to_crs(9205).area.sum()
    assert tiled == pytest.approx(frame("province").to_crs(9205).area.sum(), rel=1e-5)


@pytest.mark.parametrize("layer", [name for name in SHAPED if LAYERS[name].has("source_ids")])
def test_every_record_cites_sources_that_exist(layer: str) -> None:
    known = sources()
    for cited in frame(layer)["sources"]:
        assert cited and set(cited.split(";")) <= known


@pytest.mark.parametrize("layer", POINT_LAYERS)
def test_a_place_has_a_precision_and_only_a_place_has_one(layer: str) -> None:
    records = frame(layer)
    assert (records["precision"].notna() == records.geometry.notna()).all()
    assert (records["pos_source"].notna() == records.geometry.notna()).all()


@pytest.mark.parametrize("layer", POINT_LAYERS)
def test_a_place_known_to_a_former_commune_lies_in_the_commune_that_it_went_into(layer: str) -> None:
    records, communes = frame(layer), frame("communes").set_index("code")
    new = frame("old_communes").set_index("code")["new_code"]
    for row in records[records["precision"] == "commune"].itertuples():
        assert communes.geometry[new[row.old_comm]].covers(row.geometry), row


def test_the_honey_of_the_old_sam_mun_is_not_in_the_new_one() -> None:
    producer = frame("producers").set_index("prod_id").loc["P01"]
    communes = frame("communes").set_index("code")
    assert communes.loc["03352", "name"] == "Thanh An" and communes.geometry["03352"].covers(producer.geometry)
    assert communes.loc["03356", "name"] == "Sam Mứn" and not communes.geometry["03356"].covers(producer.geometry)


def test_na_sang_2_is_in_nua_ngam() -> None:
    village = frame("villages").set_index("village_id").loc["V05"]
    (home,) = frame("communes").pipe(lambda c: c[c.geometry.covers(village.geometry)])["name"]
    assert home == "Núa Ngam"


@pytest.mark.parametrize("layer", SHAPED)
def test_a_source_named_in_long_text_exists_and_is_cited_by_the_record(layer: str) -> None:
    path = SEED / layer / f"{layer}.text.csv"
    spec = LAYERS[layer]
    short = next(field.short for field in spec.fields if field.name == spec.key)
    cited = dict(zip(frame(layer)[short], frame(layer)["sources"], strict=True))
    for row in table(path) if path.exists() else []:
        stories = f"{row.get('story_vi') or ''} {row.get('story_en') or ''}"
        assert set(re.findall(r"\bS\d+\b", stories)) <= set(cited[row[spec.key]].split(";")), row
        assert set(re.findall(r"\b[SB]\d+\b", row.get("note") or "")) <= sources(), row


def test_a_source_without_a_web_address_says_so_in_words() -> None:
    rows = {row["source_id"]: row for row in table(SEED / "sources" / "sources.csv")}
    assert all(row["address"].startswith("http") or not row["address"] for row in rows.values())
    assert rows["S32"]["date"] == "2014/2015" and "BigK7171" in rows["S32"]["what_en"]
    assert "address not recorded" in rows["S7"]["what_en"]


def test_every_former_commune_has_its_outline_whatever_its_spelling() -> None:
    matched = frame("outlines_2009")["old_comm"].dropna()
    assert set(matched) == set(frame("old_communes")["code"]) and matched.is_unique
    (alone,) = frame("outlines_2009").pipe(lambda o: o[o["old_comm"].isna()])["name"]
    assert alone == "Tà Lèng"


def test_an_outline_that_is_not_of_the_area_beside_it_has_a_note() -> None:
    outlines = frame("outlines_2009").set_index("outline_id")
    drawn = outlines.to_crs(9205).area / 10_000
    apart = outlines.index[(drawn / outlines["area_ha"] - 1).abs() > 0.25]
    noted = {
        row["outline_id"]
        for row in table(SEED / "outlines_2009" / "outlines_2009.text.csv")
        if "đo được" in row["note"]
    }
    assert set(apart) == noted
    assert f"in {len(noted)} others" in (SEED / "outlines_2009" / "outlines_2009.json").read_text(encoding="utf-8")


def test_a_decision_with_a_number_has_its_date() -> None:
    sites = frame("sites")
    assert sites.loc[sites["decision"].notna(), "decided"].notna().all()


def test_the_readme_counts_what_is_shipped() -> None:
    readme = (SEED / "README.md").read_text(encoding="utf-8")
    for layer in LAYERS:
        about = json.loads((SEED / layer / f"{layer}.json").read_text(encoding="utf-8"))
        assert f"| `{layer}` | {about['records']} |" in readme


def test_unknown_numbers_are_empty_and_not_zero() -> None:
    assert frame("outlines_2009")["area_ha"].isna().any() and not (frame("outlines_2009")["area_ha"] == 0).any()
    assert frame("zones").set_index("zone_id").loc["Z05", "area_ha"] != 0


@pytest.mark.parametrize("layer", SHAPED)
def test_gdals_own_tool_reads_the_same_records_with_their_diacritics(layer: str) -> None:
    ogrinfo = shutil.which("ogrinfo")
    assert ogrinfo, "no ogrinfo on this machine: run sh .ci/system-packages"
    told = subprocess.run(
        [ogrinfo, "-al", "-geom=NO", SEED / layer / f"{layer}.shp"],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    ).stdout
    count = re.search(r"Feature Count: (\d+)", told)
    assert count and int(count[1]) == len(frame(layer))
    for name in frame(layer)["name"]:
        assert f"= {name}" in told
    assert layer != "products" or "= Mật ong Hoa Ban Điện Biên" in told


def test_the_whole_seed_is_small() -> None:
    assert sum(path.stat().st_size for path in SEED.rglob("*")) < 4_000_000
