"""The shipped layers are whole, sourced, placed where they say, and read by others' software."""

import csv
import json
import re
import shutil
import subprocess

import geopandas as gpd
import pyogrio
import pytest
import shapely

from geo.layers import LAYERS, PLACED
from tests.conftest import ROOT

SEED = ROOT / "data" / "shapefiles"
SHAPED = [name for name, spec in LAYERS.items() if spec.geometry]


def frame(layer: str) -> gpd.GeoDataFrame:
    return gpd.read_file(SEED / layer / f"{layer}.shp")


def sources() -> set[str]:
    with (SEED / "sources" / "sources.csv").open(encoding="utf-8") as file:
        return {row["source_id"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layers_folder_is_complete(layer: str) -> None:
    folder = SEED / layer
    about = json.loads((folder / f"{layer}.json").read_text(encoding="utf-8"))
    assert about["licence"] and about["source"] and about["lineage"]["vi"] and about["lineage"]["en"]
    if LAYERS[layer].geometry:
        assert {p.suffix for p in folder.glob(f"{layer}.*")} >= {".shp", ".shx", ".dbf", ".prj", ".cpg"}
        assert (folder / f"{layer}.cpg").read_text() == "UTF-8"
        assert about["records"] == pyogrio.read_info(folder / f"{layer}.shp")["features"]


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


@pytest.mark.parametrize("layer", PLACED)
def test_a_place_has_a_precision_and_only_a_place_has_one(layer: str) -> None:
    records = frame(layer)
    assert (records["precision"].notna() == records.geometry.notna()).all()
    assert (records["pos_source"].notna() == records.geometry.notna()).all()


@pytest.mark.parametrize("layer", PLACED)
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


def test_the_whole_seed_is_small() -> None:
    assert sum(path.stat().st_size for path in SEED.rglob("*")) < 4_000_000
