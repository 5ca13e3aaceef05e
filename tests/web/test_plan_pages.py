"""The pages under /plan: figures with one address each, tables as files, versions side by side."""

import csv
import io
from collections.abc import Iterator

import geopandas as gpd
import pandas as pd
import pytest
from flask.testing import FlaskClient
from shapely import Point

from geo.atlas import Atlas
from geo.plan.indicators import INDICATORS
from geo.views.plan.overview_page import DECISIONS, KEY_FIGURES
from geo.views.plan.plan_pages import PAGES
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.frames import frame, world
from tests.frozen import VERSION, FixedSource, publish_atlas
from tests.web.conftest import BROWSER, Document, Settings, read

DAY = "on=2026-12-01"
FIGURE = f"/plan/figures/products_valid?version=7&{DAY}"


def opened(client: FlaskClient, path: str) -> Document:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200, (path, answer.text[-400:])
    return read(answer.text)


@pytest.fixture(scope="module")
def later(small_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A caller of a site whose current version 8 has a fourth product with a valid certificate."""
    frames = world()
    more = frame(
        "products",
        {"product_id": "R4", "name": "Bí xanh", "group": "food", "status": "certified", "certified_from": "2026-03-01",
         "producer_id": "P1", "at": Point(103.1, 21.1), "precision": "exact", "source_ids": "S1"},
    )  # fmt: skip
    frames["products"] = gpd.GeoDataFrame(pd.concat([frames["products"], more], ignore_index=True), crs=more.crs)
    with publish_atlas(frames, tmp_path_factory.mktemp("later"), version=VERSION._replace(number=8)) as newest:
        settings = Settings(data_dir=tmp_path_factory.mktemp("var"))
        yield create_app(settings, FixedSource(newest, small_atlas), templates=ROOT / "templates").test_client()


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
def test_a_page_leads_to_the_others_and_all_that_it_links_to_is_there(client: FlaskClient, page, lang: str) -> None:  # type: ignore[no-untyped-def]
    document = opened(client, f"{page.path}?{DAY}&lang={lang}")
    (heading,) = document.all("h1")
    assert heading.text == page.label.of(lang)
    links = [value for value in document.values("href") if value.startswith("/") and "/static/" not in value]
    addresses = {link.partition("?")[0]: link for link in links}
    assert {one.path for one in PAGES} <= set(addresses)
    for address in addresses.values() if lang == "vi" else ():  # one of each path
        assert client.get(address, headers=BROWSER, follow_redirects=True).status_code == 200, address


def test_the_bar_of_the_site_leads_to_the_planners_part(client: FlaskClient) -> None:
    for lang, word in (("vi", "Kế hoạch"), ("en", "Planning")):
        links = [one for one in opened(client, f"/about?lang={lang}").all("a") if one.text == word]
        assert len(links) == 1 and (links[0].attrs["href"] or "").startswith("/plan")


def test_the_indicators_of_the_overview_exist() -> None:
    assert {*KEY_FIGURES, *(decision.indicator for decision in DECISIONS)} <= set(INDICATORS)


# --- the address of a figure -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        f"/plan/figures/products_valid?{DAY}&version=7",
        f"/plan/figures/products_valid?{DAY}",
        f"/plan/figures/products_valid?version=7&km=3&{DAY}&crop=honey",
        f"/plan/figures/products_valid?version=07&{DAY}",
        f"/plan/figures/products_valid?version=7&{DAY}&{DAY}",
    ],
)
def test_another_address_leads_to_the_one_of_the_figure(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers=BROWSER)
    assert (answer.status_code, answer.location) == (302, FIGURE)
    answer = client.get(f"{address}&lang=en", headers=BROWSER)
    assert (answer.status_code, answer.location) == (302, f"{FIGURE}&lang=en")


def test_a_figure_shows_its_rule_its_clause_and_the_records_behind_it(client: FlaskClient) -> None:
    document = opened(client, f"{FIGURE}&lang=en")
    indicator = INDICATORS["products_valid"]
    assert indicator.rule.en in document.text and "This is the current version." in document.text
    (table,) = document.all("tbody")
    assert "Chè Shan tuyết" in table.text and "Too little data to decide" in table.text
    answer = client.get(f"/plan/figures/products_valid.json?version=7&{DAY}")
    figure = answer.get_json()
    assert figure["digest"] in document.text
    assert figure["parameters"] == {"version": 7, "on": "2026-12-01"}
    assert figure["value"] == {"sure": 0, "possible": 0} and figure["current"]["differs"] is False
    assert {row["id"] for row in figure["records"]["unknown"]} == {"R2", "R3"}
    assert client.get(FIGURE, headers={"Accept": "application/json"}).get_json() == figure


def test_a_figure_of_an_earlier_version_keeps_its_value_and_says_what_is_new(
    client: FlaskClient, later: FlaskClient
) -> None:
    before = client.get(f"/plan/figures/products_valid.json?version=7&{DAY}").get_json()
    after = later.get(f"/plan/figures/products_valid.json?version=7&{DAY}").get_json()
    assert after["value"] == before["value"] and after["digest"] == before["digest"]
    assert after["current"]["version"] == 8 and after["current"]["value"] == {"sure": 1, "possible": 1}
    assert "(version 8): 1 products: different" in opened(later, f"{FIGURE}&lang=en").text
    unchanged = opened(later, "/plan/figures/sites_total?version=7&lang=en")
    assert "(version 8): 2 sites: unchanged" in unchanged.text
    assert later.get(f"/plan/figures/products_valid?{DAY}", headers=BROWSER).location.endswith(f"version=8&{DAY}")


def test_an_address_from_the_time_of_a_former_rule_follows_it_and_says_what_changed(client: FlaskClient) -> None:
    path, row = "/plan/figures/products_with_zone", INDICATORS["products_with_zone"]
    former = client.get(f"{path}.json?version=7").get_json()
    present = client.get(f"{path}.json?version=7&rule=2").get_json()
    assert (former["rule_number"], former["rule"]) == (1, row.former_rules[0].rule.vi)
    assert (present["rule_number"], present["rule"]) == (2, row.rule.vi)
    assert former["value"] == {"sure": 1, "possible": 1} and present["value"] == {"sure": 0, "possible": 1}
    assert former["present_rule"] == {"number": 2, "rule": row.rule.vi, "value": present["value"], "differs": True}
    assert present["present_rule"]["differs"] is False
    page = opened(client, f"{path}?version=7&lang=en")
    assert row.former_rules[0].rule.en in page.text
    assert "This rule was replaced on 2026-12-01. By the present rule: 0 certain, at most 1 products" in page.text
    assert f"{path}?version=7&rule=2&lang=en" in page.values("href")
    assert "replaced" not in opened(client, f"{path}?version=7&rule=2&lang=en").text
    table = client.get(f"{path}.csv?version=7&lang=en")
    assert table.status_code == 200 and f"{path}?version=7" in page.text


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("/plan/figures/products_with_zone", "/plan/figures/products_with_zone?version=7&rule=2"),
        ("/plan/figures/products_with_zone?version=7&rule=1", "/plan/figures/products_with_zone?version=7"),
        ("/plan/figures/sites_total?version=7&rule=1", "/plan/figures/sites_total?version=7"),
    ],
)
def test_a_figure_has_one_address_for_each_rule(client: FlaskClient, asked: str, address: str) -> None:
    answer = client.get(asked, headers=BROWSER)
    assert (answer.status_code, answer.location) == (302, address)
    assert client.get(address, headers=BROWSER).status_code == 200


def test_the_pages_link_to_the_present_rule(client: FlaskClient) -> None:
    for path in ("/plan/gaps?gap=products_without_zone", "/plan/phase"):
        links = [
            one for one in opened(client, path).values("href") if "/figures/products_with" in one and "_zone" in one
        ]
        assert links and all("rule=2" in one for one in links), path


def test_the_overview_compares_two_versions(later: FlaskClient) -> None:
    page = opened(later, f"/plan?{DAY}&from_version=7&from_on=2026-12-01&lang=en")
    (card,) = [
        one
        for one in page.all("a")
        if one.attrs.get("class") == "keyfigure__link" and one.text.startswith("OCOP products")
    ]
    assert "4 products" in card.text and "+1 since version 7 on 2026-12-01" in card.text


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/plan/figures/nothing", 404, "products_valid"),
        ("/plan/figures/products_valid?version=9", 404, "no longer available"),
        ("/plan/figures/products_valid?on=2026-02-30", 400, "2026-12-31"),
        (f"/plan/figures/products_valid?version=7&{DAY}&frame=communes&unit=x", 400, "expected a code"),
        ("/plan/figures/villages_near_site?km=0", 400, "kilometres"),
        ("/plan/figures/products_valid?day=1", 400, "Did you mean 'days'"),
        ("/plan/figures/products_with_zone?version=7&rule=3", 400, "1 to 2"),
        ("/plan/figures/sites_total?version=7&rule=x", 400, "rule"),
        (f"/plan/figures/products_valid.pdf?version=7&{DAY}", 404, "csv, xlsx, geojson"),
        ("/plan?km=3", 400, "Unknown parameter"),
        ("/plan?sort=decisions.x", 400, "decisions.figure"),
        ("/plan/certificates?producer=P9", 400, "no product has this producer"),
        ("/plan/nothing/table.csv", 404, "overview"),
        ("/plan/overview/nothing.csv", 404, "decisions"),
        ("/plan/overview/decisions.geojson", 404, "csv, xlsx"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(
    client: FlaskClient, address: str, status: int, words: str
) -> None:
    separator = "&" if "?" in address else "?"
    answer = client.get(f"{address}{separator}lang=en", headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert words in answer.get_json()["description"]


# --- comparing ---------------------------------------------------------------------------------------------


def cards(document: Document) -> dict[str, str]:
    """Name of a key figure -> the text of its card."""
    return {
        name.text: card.text
        for name, card in zip(
            document.all("span", **{"class": "keyfigure__name"}),
            document.all("li", **{"class": "keyfigure"}),
            strict=True,
        )
    }


def test_a_figure_that_does_not_depend_on_the_day_is_compared_between_versions_only(later: FlaskClient) -> None:
    within = cards(opened(later, f"/plan?{DAY}&lang=en"))
    assert "2025-12-01" in within["Products with a valid certificate"]
    assert "2025-12-01" not in within["OCOP products"] and "Unchanged" not in within["OCOP products"]
    between = cards(opened(later, f"/plan?{DAY}&from_version=7&lang=en"))
    assert "+1 since version 7" in between["OCOP products"]
    assert "Unchanged since version 7" in between["Heritage and tourism sites"]


def test_the_phase_shows_no_earlier_value_of_what_is_not_recorded_by_day(later: FlaskClient) -> None:
    def totals(query: str) -> dict[str, str]:
        answer = later.get(f"/plan/phase/changes.csv?lang=en{query}")
        table = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
        return next(row for row in table if row["indicator"] == "OCOP products")

    within, between = totals(""), totals("&from_version=7")
    assert not within["before_sure"] and within["after_sure"] == "4" and not within["entered"]
    assert (between["before_sure"], between["after_sure"], between["entered"]) == ("3", "4", "1")
    document = opened(later, "/plan/phase?lang=en")
    assert "comparable between data versions only" in document.text and "not recorded by day" in document.text
    assert "Products with a valid certificate" in cards(document)


# --- files -------------------------------------------------------------------------------------------------


def test_a_table_of_a_page_is_a_file_for_the_version_and_day_of_the_page(client: FlaskClient) -> None:
    page = opened(client, f"/plan/certificates?{DAY}&lang=en")
    files = [value for value in page.values("href") if ".csv" in value]
    assert f"/plan/certificates/certificates.csv?version=7&{DAY}&lang=en" in files
    answer = client.get(f"/plan/certificates/certificates.csv?version=7&{DAY}&lang=en")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="certificates-certificates-v7-2026-12-01.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["product"], row["ends_first"], row["ends_last"]) for row in rows] == [
        ("Mật ong Hoa Ban", "2022-01-01", "2022-12-31")
    ]
    assert rows[0]["product_url"] == "http://localhost/products/R1"


def test_the_certificates_of_the_next_quarter_are_counted_beside_those_of_this_one(client: FlaskClient) -> None:
    answer = client.get("/plan/certificates/quarters.csv?on=2022-11-15&lang=en")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["quarter"], row["first"], row["last"], row["figure_possible"]) for row in rows] == [
        ("Q4 2022", "2022-10-01", "2022-12-31", "1"), ("Q1 2023", "2023-01-01", "2023-03-31", "0"),
        ("Q2 2023", "2023-04-01", "2023-06-30", "0"), ("Q3 2023", "2023-07-01", "2023-09-30", "0"),
    ]  # fmt: skip
    links = opened(client, "/plan/certificates?on=2022-11-15").values("href")
    assert "/plan/figures/products_lapsing_in_quarter?version=7&on=2023-01-01" in links


def test_a_table_is_sorted_by_its_headers_and_the_file_is_in_the_same_order(client: FlaskClient) -> None:
    page = opened(client, f"/plan/certificates?{DAY}&sort=-producers.products&lang=en")
    (heading,) = [one for one in page.all("th") if one.attrs.get("aria-sort")]
    assert heading.attrs["aria-sort"] == "descending" and heading.text.startswith("Products")
    rows = csv.DictReader(
        io.StringIO(
            client.get(f"/plan/certificates/producers.csv?{DAY}&sort=-producers.products").data.decode("utf-8-sig")
        )
    )
    assert [row["products"] for row in rows] == ["2", "1"]


def test_the_calendar_is_sent_as_one(client: FlaskClient) -> None:
    answer = client.get("/plan/certificates/calendar.ics?on=2022-06-01")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"UID:products-R1@certificates.ocop-dien-bien\r\n" in answer.data
    only = client.get("/plan/certificates/calendar.ics?on=2022-06-01&producer=P1")
    assert only.data.count(b"BEGIN:VEVENT") == 1
