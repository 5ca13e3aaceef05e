"""The planners' pages of units, chains, gaps and distances: what they show is what the formulas give."""

import csv
import io
import json
import re
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from geo.atlas import Atlas
from geo.plan import proximity
from geo.plan.class_breaks import METHODS
from geo.plan.figures import Frame, Interval, Parameters
from geo.plan.formulas import FEWEST_HOUSEHOLDS
from geo.plan.gaps import GAPS
from geo.plan.indicators import INDICATORS, compute
from geo.plan.records import Records
from geo.settings import Settings
from geo.views.plan import chains_page, gaps_page, proximity_page
from geo.views.plan.choropleth import choropleth
from geo.views.plan.map_marks import marks_view
from geo.views.values import ABOUT, LESS
from geo.web.application import create_app
from geo.web.plan import figure_pages, workbench
from geo.web.words.plan import PLAN_WORDS
from tests.conftest import ROOT
from tests.frames import world
from tests.frozen import FixedSource, frozen
from tests.web.conftest import BROWSER, Document, read

DAY = "on=2026-12-01"


def opened(client: FlaskClient, path: str) -> Document:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200, (path, answer.text[-400:])
    return read(answer.text)


# --- by unit -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", Frame)
def test_every_unit_of_a_frame_is_in_the_table_with_a_figure_that_opens(client: FlaskClient, frame: Frame) -> None:
    document = opened(client, f"/plan/units?{DAY}&frame={frame.value}&indicator=products_total")
    codes = {"communes": ["00001", "00002"], "districts": ["100"], "old_communes": ["00011"]}[frame.value]
    figures = [value for value in document.values("href") if value.startswith("/plan/figures/") and "unit=" in value]
    assert {re.search(r"unit=(\d+)", address)[1] for address in figures} == set(codes)  # type: ignore[index]
    assert all(f"frame={frame.value}" in address for address in figures)


def test_two_maps_share_their_classes_where_the_bounds_differ(small_atlas: Atlas) -> None:
    values = {"00001": Interval(1, 3), "00002": None}
    drawing = choropleth(small_atlas, Frame.COMMUNES, values, "natural")
    assert drawing is not None
    (_, sure), (_, possible) = drawing.maps
    assert [mark.kind for mark in sure] == ["1", "unknown"]
    assert [mark.kind for mark in possible] == ["2", "unknown"]
    assert [(row.kind, row.least, row.greatest, row.units) for row in drawing.legend] == [
        ("1", 1, 1, 1), ("2", 3, 3, 0), ("unknown", None, None, 1),
    ]  # fmt: skip
    exact = choropleth(small_atlas, Frame.COMMUNES, {"00001": Interval(0, 0), "00002": Interval(2, 2)}, "natural")
    assert exact is not None and len(exact.maps) == 1
    assert [row.kind for row in exact.legend] == ["zero", "1"]


def test_former_communes_are_drawn_as_points(small_atlas: Atlas) -> None:
    drawing = choropleth(small_atlas, Frame.OLD_COMMUNES, {"00011": Interval(1, 1)}, "quantile")
    assert drawing is not None
    assert [(mark.unit.code, mark.unit.path) for mark in drawing.maps[0][1]] == [("00011", "")]


@pytest.mark.parametrize("method", METHODS)
def test_the_legend_says_by_which_method_the_classes_were_made(client: FlaskClient, method: str) -> None:
    text = client.get(f"/plan/units?{DAY}&lang=en&method={method}", headers=BROWSER).text
    assert METHODS[method].en in text.partition("choropleth__legend")[2]  # type: ignore[index]


def test_hectares_split_by_area_stand_in_a_column_that_says_so(client: FlaskClient) -> None:
    text = client.get(f"/plan/units/units.csv?{DAY}&indicator=zones_area").text
    assert text.splitlines()[0].split(",")[3:6] == ["figure_sure", "figure_possible", "estimate"]
    assert "estimate" not in client.get(f"/plan/units/units.csv?{DAY}&indicator=products_total").text


@pytest.mark.parametrize("query", ["indicator=communes_without_anything", "method=guess"])
def test_what_cannot_be_shown_by_unit_is_refused_with_what_can(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/plan/units?{query}", headers=BROWSER)
    assert answer.status_code == 400
    assert "products_total" in answer.text or "natural" in answer.text


# --- distances -----------------------------------------------------------------------------------------------


def rows_of(client: FlaskClient, path: str) -> list[dict[str, str]]:
    """The rows of a table's CSV file."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_pairs_and_the_two_nearest_are_tables(client: FlaskClient) -> None:
    (pair,) = rows_of(client, f"/plan/proximity/pairs.csv?{DAY}&km=10&lang=en")
    assert (pair["from"], pair["to"], pair["distance"], pair["certainty"]) == (
        "Bản Na Sang II",
        "A1 Hill",
        "3.1",
        "Certain",
    )
    (village,) = rows_of(client, f"/plan/proximity/villages.csv?{DAY}&km=10&lang=en")
    assert (village["nearest"], village["second"], village["state"]) == ("A1 Hill", "Động xa", "surely near")
    states = {row["record"]: row["state"] for row in rows_of(client, f"/plan/proximity/sites.csv?{DAY}&km=10&lang=en")}
    assert states == {"A1 Hill": "surely near", "Động xa": "far"}


@pytest.mark.parametrize("km", [1, 3.5, 10, 40])
def test_the_file_of_the_browser_and_the_figure_count_the_same(client: FlaskClient, km: float) -> None:
    data = client.get("/plan/proximity/village_near_site.json").get_json()
    for side, indicator in zip(data["sides"], ("villages_near_site", "sites_near_village"), strict=True):
        figure = client.get(f"/plan/figures/{indicator}.json?version=7&km={km:g}").get_json()["value"]
        counts = {
            "sure": sum(number is not None and number <= km * 1_000 for number in side["most"]),
            "possible": sum(number is not None and number <= km * 1_000 for number in side["least"]),
        }
        assert counts == figure


def test_only_the_places_of_one_state_are_shown_without_javascript(client: FlaskClient) -> None:
    document = opened(client, f"/plan/proximity?{DAY}&km=10&show=far&lang=en")
    rows = [one.text for one in document.all("th") if one.attrs.get("scope") == "row"]
    assert "Động xa" in rows and "Bản Na Sang II" in rows  # the second as an end of the pair


def test_the_tables_of_places_are_sorted_on_the_page_as_in_their_files(client: FlaskClient) -> None:
    def names(sort: str) -> list[str]:
        page = client.get(f"/plan/proximity?{DAY}&km=10&lang=en&sort={sort}", headers=BROWSER).text
        table = page.partition('data-table="sites"')[2].partition("</table>")[0]
        return re.findall(r'<th scope="row"[^>]*>.*?<a [^>]*>([^<]+)</a>', table, re.DOTALL)

    up, down = names("sites.record"), names("-sites.record")
    assert len(up) == 2 and up == down[::-1]


def test_a_link_between_no_two_layers_of_places_is_refused(client: FlaskClient) -> None:
    assert client.get("/plan/proximity?link=made_by", headers=BROWSER).status_code == 400
    assert client.get("/plan/proximity/made_by.json").status_code == 404


def test_a_table_without_rows_keeps_its_head_and_files_for_another_distance(client: FlaskClient) -> None:
    page = client.get(f"/plan/proximity?{DAY}&link=village_near_market&km=1&lang=en", headers=BROWSER).text
    pairs = page.partition('data-table="pairs"')[2].partition("</section>")[0]  # type: ignore[index]
    assert "<thead>" in pairs and "No pair is within this distance." in pairs
    assert pairs.count("data-file") == 2


# --- gaps -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", GAPS)
def test_the_list_of_a_gap_has_every_record_of_its_figure(client: FlaskClient, key: str) -> None:
    figure = client.get(f"/plan/figures/{key}.json", follow_redirects=True).get_json()
    expected = [one["id"] for group in figure["records"].values() for one in group]
    addresses = [row["record_url"] for row in rows_of(client, f"/plan/gaps/records.csv?{DAY}&gap={key}")]
    assert sorted(address.rpartition("/")[2] for address in addresses) == sorted(expected)
    text = client.get(f"/plan/gaps?{DAY}&gap={key}&lang=en", headers=BROWSER).text
    assert INDICATORS[key].name.en in text and INDICATORS[key].rule.en in text


def test_the_map_of_a_gap_has_its_records_and_says_how_certain_each_is(small_atlas: Atlas) -> None:
    parameters = Parameters(version=7, on=date(2026, 12, 1))
    records = Records.of(small_atlas)
    marks = marks_view(small_atlas, compute(records, "zones_without_product", parameters), "en")
    (zone,) = marks["features"]  # a product of its crop lies in the district, but no source says that it feeds it
    assert (zone["id"], zone["properties"]["detail"].split(" · ")[0]) == ("zones/Z1", "Possible")
    marks = marks_view(small_atlas, compute(records, "products_without_producer", parameters), "en")
    assert {one["id"]: one["properties"]["detail"].split(" · ")[0] for one in marks["features"]} == {
        "products/R2": "Certain", "products/R3": "Certain",
    }  # fmt: skip
    assert marks_view(small_atlas, compute(records, "communes_without_product", parameters), "en")["features"] == []


# --- value chains ----------------------------------------------------------------------------------------------


def board(client: FlaskClient, query: str) -> dict[str, dict[str, str]]:
    """The rows of the board by the name of the product."""
    return {row["product"]: row for row in rows_of(client, f"/plan/chains/chains.csv?{DAY}&lang=en&{query}")}


def test_the_board_has_every_product_with_its_chain_and_marks_gaps(client: FlaskClient) -> None:
    rows = board(client, "km=5")
    honey = rows["Mật ong Hoa Ban"]
    assert (honey["zones"], honey["producers"], honey["villages"]) == (
        "Vùng nuôi ong",
        "Hợp tác xã Ong mật",
        "Bản Na Sang II",
    )
    assert (honey["sites"], honey["sites_state"], honey["gaps"]) == ("A1 Hill", "none", "no site near")
    assert rows["Chè Shan tuyết"]["gaps"] == "producer not known"
    text = client.get(f"/plan/chains?{DAY}&km=5&lang=en", headers=BROWSER).text
    assert text.count("chaincell--none") == sum(len(row["gaps"].split("; ")) for row in rows.values() if row["gaps"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("of=zones/Z1", ["Mật ong Hoa Ban"]),
        ("of=sites/H2&km=20", ["Cà phê <script>alert(1)</script>"]),
        ("gap=producers", ["Cà phê <script>alert(1)</script>", "Chè Shan tuyết"]),
        ("frame=districts&unit=100&gap=any&km=5", ["Cà phê <script>alert(1)</script>", "Mật ong Hoa Ban"]),
        ("order=stars", ["Mật ong Hoa Ban", "Cà phê <script>alert(1)</script>", "Chè Shan tuyết"]),
        ("order=gaps&km=5", ["Cà phê <script>alert(1)</script>", "Chè Shan tuyết", "Mật ong Hoa Ban"]),
    ],
)
def test_the_board_is_seen_from_a_record_or_a_unit_filtered_and_ordered(
    client: FlaskClient, query: str, expected: list[str]
) -> None:
    assert list(board(client, query)) == expected


def test_seen_from_zones_villages_or_units_the_board_counts_products(client: FlaskClient) -> None:
    (zone,) = rows_of(client, f"/plan/chains/chains.csv?{DAY}&by=zones")
    assert (zone["record"], zone["products_sure"], zone["products_possible"]) == ("Vùng nuôi ong", "0", "1")
    assert "of=zones" in zone["record_url"]
    communes = rows_of(client, f"/plan/chains/chains.csv?{DAY}&by=communes")
    assert {row["code"]: row["products_sure"] for row in communes} == {"00001": "1", "00002": "1"}
    assert all("unit=" in row["unit_url"] for row in communes)


def test_the_map_of_the_board_draws_its_records_with_the_precision_on_record(client: FlaskClient) -> None:
    document, frames = opened(client, f"/plan/chains?{DAY}&km=5&version=7"), world()
    marks = {one["id"]: one for one in json.loads(document.all("script", id="marks")[0].text)}
    assert {"products/R1", "zones/Z1", "villages/V1", "sites/H1"} <= set(marks)
    for layer, key in (("products", "product_id"), ("villages", "village_id"), ("sites", "site_id")):
        for record, precision in zip(frames[layer][key], frames[layer]["precision"], strict=True):
            if f"{layer}/{record}" in marks:
                assert marks[f"{layer}/{record}"]["properties"]["precision"] == precision
    assert marks["zones/Z1"]["geometry"]["type"].endswith("Polygon")


@pytest.mark.parametrize("query", ["of=zones/Z9", "of=markets/M1", "of=x", "gap=money", "by=links", "order=price"])
def test_what_the_board_cannot_be_seen_from_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/plan/chains?{query}", headers=BROWSER).status_code == 400


def test_households_of_a_few_are_withheld(tmp_path: Path) -> None:
    frames = world()
    frames["producers"].loc[0, "households"] = FEWEST_HOUSEHOLDS - 1
    with frozen(frames, tmp_path / "atlas") as atlas:
        site = create_app(
            Settings(data_dir=tmp_path / "var"), FixedSource(atlas), templates=ROOT / "templates"
        ).test_client()
        text = site.get(f"/plan/chains?{DAY}&lang=en", headers=BROWSER).text
    assert "fewer than 3 households" in text and "2 households" not in text


def test_a_page_shows_the_first_of_many_rows_and_says_what_it_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proximity, "MOST_PAIRS", 1)
    for module in (chains_page, gaps_page, proximity_page, workbench, figure_pages):
        monkeypatch.setattr(module, "MOST_ROWS", 2)
    with frozen(world(), tmp_path / "atlas") as atlas:
        site = create_app(
            Settings(data_dir=tmp_path / "var"), FixedSource(atlas), templates=ROOT / "templates"
        ).test_client()
        figure = "/plan/figures/products_total"
        for page, file in (
            (f"{figure}?version=7", f"{figure}.csv?version=7"),
            (f"/plan/chains?{DAY}", f"/plan/chains/chains.csv?{DAY}"),
            (f"/plan/chains?{DAY}&order=stars&sort=chains.product", f"/plan/chains/chains.csv?{DAY}"),
            (f"/plan/gaps?{DAY}&gap=products_without_zone", f"/plan/gaps/records.csv?{DAY}&gap=products_without_zone"),
        ):
            assert "The first 2 of 3 rows" in opened(site, f"{page}&lang=en").text, page
            assert len(rows_of(site, file)) == 3, file
        page = opened(site, f"/plan/chains?{DAY}&by=sites&km=40&lang=en")
        assert "only the nearest 100,000 are counted" in page.text
        (row, *_) = rows_of(site, f"/plan/chains/chains.csv?{DAY}&by=sites&km=40")
        assert set(row) == {"record", "record_url", "page", "page_url", "products_at_least"}
        assert len(rows_of(site, f"/plan/proximity/sites.csv?{DAY}&show=far&km=10")) == 2  # files have every place


@pytest.mark.parametrize(
    "table",
    [
        "overview/decisions", "chains/chains", "gaps/records", "certificates/certificates", "certificates/months",
        "phase/changes", "units/units", "proximity/pairs", "proximity/villages",
    ],
)  # fmt: skip
def test_the_workbook_of_a_table_names_the_sources_that_it_rests_on(client: FlaskClient, table: str) -> None:
    with client.get(f"/plan/{table}.xlsx?on=2022-01-01&lang=en") as answer:
        book = load_workbook(io.BytesIO(answer.data))
    sources = [row[0].value for row in book["Sources"].iter_rows(min_row=2)]
    assert sources == sorted(sources) and "S1" in sources
    assert book["Definitions"].max_row > 4


def test_the_figures_of_units_are_a_layer_for_other_programs(client: FlaskClient) -> None:
    features = client.get(f"/plan/units/units.geojson?{DAY}&indicator=products_total").get_json()["features"]
    rows = {one["properties"]["code"]: one for one in features}
    assert set(rows) == {"00001", "00002"}
    assert all(one["geometry"]["type"] == "MultiPolygon" for one in features)
    assert rows["00001"]["properties"]["figure_sure"] == 1


def test_distances_are_written_as_exactly_as_places_are_known(client: FlaskClient) -> None:
    for lang, texts in (("vi", ("dưới 1 km", "khoảng ")), ("en", ("less than 1 km", "about "))):
        page = client.get(f"/plan/proximity?{DAY}&link=village_near_site&km=200&lang={lang}", headers=BROWSER).text
        assert any(text in page for text in texts) and ">0 km<" not in page.replace("\N{NO-BREAK SPACE}", " ")
    assert (PLAN_WORDS["plan.near.about"], PLAN_WORDS["plan.near.less"]) == (ABOUT, LESS)  # the browser's words
    rows = rows_of(client, f"/plan/proximity/pairs.csv?{DAY}&link=village_near_site&km=200")
    assert rows and all(re.fullmatch(r"\d+(\.\d)?", row["distance"]) for row in rows)
