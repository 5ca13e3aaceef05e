"""Pages for people: whole without JavaScript, in both languages, and every link on them leads somewhere."""

import re
from collections import Counter
from pathlib import PurePath
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS, applies
from geo.ocop.links import LINKS
from geo.views.formats import FORMATS
from geo.web.site import pages
from geo.web.words.site import WORDS
from tests.conftest import ROOT
from tests.effort import Effort
from tests.web.conftest import BROWSER, Document, Element, read

PAGES = [
    "/",
    "/layers",
    "/quality",
    "/worklist",
    "/about",
    "/connect",
    "/search",
    *(f"/{layer}" for layer in COLLECTIONS),
    "/products/R1",
    "/sites/H1",
    "/zones/Z1",
]
LANGS = ["vi", "en"]
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def opened(client: FlaskClient, path: str) -> Document:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200, path
    return read(answer.text)


def link(page: Document, text: str) -> Element:
    return next(e for e in page.all("a") if text in e.text)


def query_of(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


# --- every page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", LANGS)
def test_a_page_says_what_it_is_and_in_which_language(client: FlaskClient, path: str, lang: str) -> None:
    page = opened(client, f"{path}?lang={lang}")
    assert page.all("html")[0].attrs["lang"] == lang
    assert page.all("title")[0].text
    assert page.all("meta", name="description")[0].attrs["content"]
    assert len(page.all("h1")) == 1
    tail = "" if lang == "vi" else "?lang=en"
    assert page.all("link", rel="canonical")[0].attrs["href"] == f"http://localhost{path}{tail}"
    others = {e.attrs["hreflang"]: e.attrs["href"] for e in page.all("link", rel="alternate")}
    assert others.pop("x-default") == f"http://localhost{path}"
    assert others == {"vi": f"http://localhost{path}", "en": f"http://localhost{path}?lang=en"}


def test_vietnamese_is_what_a_page_speaks_when_nothing_is_said(client: FlaskClient) -> None:
    assert opened(client, "/about").all("html")[0].attrs["lang"] == "vi"


@pytest.mark.parametrize(
    ("path", "target"),
    [("/products/", "/products"), ("/products/R1/", "/products/R1"), ("//evil.example/", "/evil.example")],
)
def test_a_slash_too_many_leads_to_the_page_and_never_to_another_host(
    client: FlaskClient, path: str, target: str
) -> None:
    answer = client.get("/?q=a%26b&lang=en", environ_overrides={"PATH_INFO": path})
    assert answer.status_code == 308
    assert answer.headers["Location"].removeprefix("http://localhost") == f"{target}?q=a%26b&lang=en"


def test_a_page_in_another_language_keeps_everything_else(client: FlaskClient) -> None:
    page = opened(client, "/products?group=food,beverage&q=ong&sort=-stars")
    english = next(e.attrs["href"] or "" for e in page.all("a") if e.attrs.get("data-lang") == "en")
    assert query_of(english) == {"group": ["food,beverage"], "q": ["ong"], "sort": ["-stars"], "lang": ["en"]}


@pytest.mark.parametrize("lang", LANGS)
def test_every_link_on_every_page_leads_somewhere_in_the_same_language(
    client: FlaskClient, lang: str, effort: Effort
) -> None:
    start = "/" if lang == "vi" else "/?lang=en"
    waiting, visited = ["/layers" if lang == "vi" else "/layers?lang=en", start], set[str]()
    variants: Counter[tuple[str, frozenset[str]]] = Counter()
    while waiting:
        path = waiting.pop()
        # These tests have an atlas without a store; what /manage links to is followed in test_manage.py, and /readyz
        # answers 503 without a store.
        # A printed document costs up to a second, so each address of one is followed once, whatever it selects.
        name = path.partition("?")[0] if path.partition("?")[0].endswith((".pdf", ".docx")) else path
        if name in visited or path.startswith(("/manage/", "/readyz")):
            continue
        visited.add(name)
        # Pages with several selects and sorted tables link to thousands of combinations of the same parameters.
        # Nothing is read from a file that is linked to, and writing it takes several times as long as a page.
        variant = urlsplit(path).path, frozenset(query_of(path))
        variants[variant] += 1
        if variants[variant] > (effort.files if PurePath(variant[0]).suffix else effort.variants):
            continue
        # The body of a download is not read here: test_downloads.py and the tests of each format do that.
        with client.open(
            path, method="HEAD" if path.startswith("/export/") else "GET", headers=BROWSER if path == start else {},
            follow_redirects=True,
        ) as answer:  # fmt: skip
            assert answer.status_code == 200, path
            if answer.mimetype != "text/html":
                continue
            anchors = [e for e in read(answer.text).all("a") if "data-lang" not in e.attrs]
        for anchor in anchors:
            address = anchor.attrs["href"] or ""
            if address.startswith("/"):
                assert query_of(address).get("lang", ["vi"]) == [lang], f"{path} -> {address}"
                waiting.append(address.split("#")[0])
    assert {urlsplit(path).path for path in visited} >= {f"/{layer}" for layer in COLLECTIONS} | {
        "/quality",
        "/about",
        "/",
    }


@pytest.mark.parametrize("path", ["/products", "/quality"])
def test_a_form_keeps_the_language(client: FlaskClient, path: str) -> None:
    assert opened(client, f"{path}?lang=en").all("input", type="hidden", name="lang")[0].attrs["value"] == "en"


def test_every_word_that_a_page_uses_is_in_the_table_and_differs_or_is_a_name() -> None:
    used = {
        key
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for key in re.findall(r"""\bt\('([^'~]+)'\)""", path.read_text("utf-8"))
    }
    assert used <= set(WORDS)
    same = {key for key, label in WORDS.items() if label.vi == label.en}
    assert same <= {"lang.vi", "lang.en", "list.of"}
    assert not [
        key for key, label in WORDS.items() if set(re.findall(r"{\w+}", label.vi)) ^ set(re.findall(r"{\w+}", label.en))
    ]


# --- a layer as a table --------------------------------------------------------------------------------


def rows(page: Document) -> list[str]:
    return [(e.attrs["href"] or "").split("/")[-1].split("?")[0] for e in page.all("a", **{"class": "named"})]


def test_a_table_has_the_columns_of_its_declaration_and_every_record(client: FlaskClient) -> None:
    page = opened(client, "/products")
    heads = [e.text for e in page.all("a") if e.attrs.get("title", "") and "sort=" in (e.attrs["href"] or "")]
    assert heads == [field.label.vi for field in COLLECTIONS["products"].fields if field.table]
    assert rows(page) == ["R1", "R2", "R3"]
    assert "3 / 3 bản ghi" in page.text


def test_what_no_source_says_is_shown_as_missing_never_as_nothing(client: FlaskClient) -> None:
    assert "chưa có số liệu" in opened(client, "/products").text
    assert "no data yet" in opened(client, "/products?lang=en").text
    assert "None" not in opened(client, "/products/R2?lang=en").text


def test_heads_sort_and_sort_back(client: FlaskClient) -> None:
    page = opened(client, "/products?sort=stars&group=beverage,food")
    assert rows(page)[-1] == "R1"
    assert [e.attrs["aria-sort"] for e in page.all("th") if "aria-sort" in e.attrs] == ["ascending"]
    back = link(page, "Hạng sao").attrs["href"] or ""
    assert query_of(back) == {"sort": ["-stars"], "group": ["beverage,food"]}
    assert rows(opened(client, back))[0] == "R1"


def test_the_form_sorts_and_leads_to_the_matches_where_a_phone_shows_no_heads(client: FlaskClient) -> None:
    page = opened(client, "/products?stars=&sort=-stars&q=")
    [form] = [e for e in page.all("form") if str(e.attrs["action"]).startswith("/products")]
    assert str(form.attrs["action"]).endswith("#matches") and page.all("div", id="matches")
    assert [e.attrs["value"] for e in page.all("option") if "selected" in e.attrs and e.text.endswith("▼")] == [
        "-stars"
    ]
    assert opened(client, "/products?sort=").all("table")


def test_a_long_table_is_read_page_by_page(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE_ROWS", 1)
    first = opened(client, "/products?group=beverage&lang=en")
    assert "Page 1 of 2" in first.text
    after = first.all("a", rel="next")[0].attrs["href"] or ""
    second = opened(client, after)
    assert rows(first) + rows(second) == ["R2", "R3"]
    assert not second.all("a", rel="next")
    before = second.all("a", rel="prev")[0].attrs["href"] or ""
    assert rows(opened(client, before)) == ["R2"]


def test_the_form_offers_every_filter_of_the_layer_with_counts_and_shows_the_choice(client: FlaskClient) -> None:
    page = opened(client, "/products?group=food")
    names = {e.attrs["name"] for e in page.all("select")} - {"sort"}
    assert names == {row.param for row in FILTERS if applies(row.param, "products")} - {"status"}  # none has a status
    selection = [e for e in page.all("option") if "selected" in e.attrs]
    assert [(e.attrs["value"], e.text) for e in selection] == [("food", "Thực phẩm (1)")]
    assert ("beverage", "Đồ uống (2)") in [(e.attrs["value"], e.text) for e in page.all("option")]
    assert rows(page) == ["R1"]


def test_a_choice_of_several_values_survives_the_form(client: FlaskClient) -> None:
    page = opened(client, "/products?group=food,beverage&lang=en")
    selection = [e for e in page.all("option") if "selected" in e.attrs]
    assert [(e.attrs["value"], e.text) for e in selection] == [("food,beverage", "Food, Beverages")]


def test_a_filter_that_matches_nothing_says_what_to_do(client: FlaskClient) -> None:
    page = opened(client, "/products?q=khong+co&lang=en")
    assert "No matching records. Remove a filter." in page.text
    assert link(page, "Clear").attrs["href"] == "/products?lang=en"


def test_downloads_of_a_table_keep_its_selection_and_nothing_else(client: FlaskClient) -> None:
    page = opened(client, "/products?group=food&q=ong&sort=stars&page=1&utm_source=x")
    downloads = [e.attrs["href"] or "" for e in page.all("a") if "data-file" in e.attrs]
    assert {urlsplit(address).path.rsplit(".", 1)[1] for address in downloads} == {
        row.extension for row in FORMATS.values()
    }
    assert {frozenset(query_of(address)) - {"crs"} for address in downloads} == {frozenset({"group", "q"})}
    assert [query_of(address)["crs"] for address in downloads if "crs" in address] == [["EPSG:9205"], ["EPSG:9205"]]
    for address in downloads:
        with client.get(address) as answer:
            assert answer.headers["X-Feature-Count"] == "1"


def test_the_map_is_opened_with_the_filters_of_the_table(client: FlaskClient) -> None:
    page = opened(client, "/products?group=food&bbox=103,21,104,22&ids=R1&sort=name")
    address = link(page, "Xem trên bản đồ").attrs["href"] or ""
    assert query_of(address) == {"layers": ["products"], "group": ["food"]}
    assert client.get(address).status_code == 200


def test_a_layer_that_the_map_does_not_show_has_no_link_to_it(client: FlaskClient) -> None:
    assert not [e for e in opened(client, "/sources").all("a") if "Xem trên bản đồ" in e.text]


def test_a_layer_says_under_which_licence_it_is(client: FlaskClient) -> None:
    assert "CC BY 4.0" in opened(client, "/products").text


# --- a record ------------------------------------------------------------------------------------------


def test_a_record_names_its_place_its_precision_and_the_way_there(client: FlaskClient) -> None:
    page = opened(client, "/products/R3?lang=en")
    assert "to the former commune (approximate)" in page.text
    assert "Approximate location, within about 8 km" in page.text
    hosts = {urlsplit(href).hostname or urlsplit(href).scheme for href in page.values("href")}
    assert {"www.openstreetmap.org", "www.google.com", "maps.apple.com", "geo"} <= hosts
    assert "the place may be about 8 km from this point" in page.text
    assert "21.10000, 103.30000" in page.text and "VN-2000 / TM-3 103-00" in page.text
    assert query_of(link(page, "Show on the map").attrs["href"] or "")["at"] == ["products/R3"]


def test_a_record_without_a_place_says_so_and_offers_no_way_there(client: FlaskClient) -> None:
    page = opened(client, "/products/R2")
    assert "Chưa có vị trí trên bản đồ" in page.text
    assert not [value for value in page.values("href") if value.startswith("geo:") or "at=" in value]


@pytest.mark.parametrize(
    ("lang", "expected"), [("vi", "hai đầu ở cùng một điểm"), ("en", "both are at the same point")]
)
def test_a_link_without_a_line_is_not_called_unplaced(client: FlaskClient, lang: str, expected: str) -> None:
    links = client.get("/collections/links/items?limit=1000").get_json()["features"]
    key = next(quote(one["id"]) for one in links if one["geometry"] is None)
    page = opened(client, f"/links/{key}?lang={lang}")
    assert expected in page.text and "trên bản đồ" not in page.text and "No location on the map" not in page.text


def test_a_record_is_shown_where_it_lies_without_any_script(client: FlaskClient) -> None:
    page = opened(client, "/products/R3")
    assert [e.attrs["class"] for e in page.all("circle")] == [
        "locator__radius locator--products", "locator__point locator--products",
    ]  # fmt: skip
    assert opened(client, "/zones/Z1").all("path", **{"class": "locator__shape locator--zones"})
    assert not opened(client, "/products/R2").all("circle")


def test_records_lead_to_the_ones_before_and_after(client: FlaskClient) -> None:
    page = opened(client, "/products/R2?lang=en")
    assert page.all("a", rel="prev")[0].attrs["href"] == "/products/R1?lang=en"
    assert page.all("a", rel="next")[0].attrs["href"] == "/products/R3?lang=en"
    assert "Mật ong Hoa Ban" in page.text


def test_a_record_shows_its_conflicts_with_both_values(client: FlaskClient) -> None:
    page = opened(client, "/sites/H2?lang=en")
    assert "On record: Thanh An (00001). On the map: Sam Mứn (00002)." in page.text


def test_a_record_shows_what_the_checks_found(client: FlaskClient) -> None:
    assert (
        "Chưa có vị trí . Bổ sung ."
        in opened(client, "/products/R2").text.replace("vị trí.", "vị trí .").replace("Bổ sung.", "Bổ sung .")
        or "Bổ sung" in opened(client, "/products/R2").text
    )


# --- quality, about, search engines --------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_quality_counts_places_findings_and_conflicts(client: FlaskClient, lang: str) -> None:
    page = opened(client, f"/quality?lang={lang}")
    for name in ("products", "sites", "communes"):
        assert COLLECTIONS[name].label.of(lang) in page.text
    assert {"vi": "Chưa có vị trí", "en": "No place"}[lang] in page.text
    assert "Sam Mứn (00002)" in page.text


def test_quality_can_be_read_for_one_layer(client: FlaskClient) -> None:
    page = opened(client, "/quality?layer=sites&lang=en")
    assert "Động xa (H2)" in page.text
    assert "No place" not in page.text


@pytest.mark.parametrize("lang", LANGS)
def test_about_says_how_every_link_is_made_and_what_the_borders_are_worth(client: FlaskClient, lang: str) -> None:
    page = opened(client, f"/about?lang={lang}")
    for spec in LINKS:
        assert (spec.label.of(lang) in page.text) or not spec.visible
    assert {"vi": "Ranh giới minh hoạ, không có giá trị pháp lý", "en": "no legal force"}[lang] in page.text
    assert "WGS 84" in page.text
    assert {"vi": "phiên bản 7, 02/01/2026", "en": "version 7, 2026-01-02"}[lang] in page.text


def test_search_engines_are_told_every_page_in_both_languages(client: FlaskClient) -> None:
    robots = client.get("/robots.txt").text
    address = re.search(r"^Sitemap: http://localhost(.+)$", robots, re.MULTILINE)
    assert address
    places = [e.text or "" for e in ET.fromstring(client.get(address[1]).data).iter(f"{SITEMAP}loc")]
    assert {"http://localhost/", "http://localhost/products/R1", "http://localhost/products/R1?lang=en"} <= set(places)
    for place in places:
        assert client.get(place.removeprefix("http://localhost")).status_code == 200
