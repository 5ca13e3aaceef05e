"""The addresses that programs ask: what they answer, how it may be kept, and that all of them agree."""

import csv
import gzip
import io
import itertools
import re
import zipfile
from collections import Counter
from pathlib import Path

import orjson
import pyogrio
import pytest
import shapely
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geo.atlas import Atlas
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS
from geo.ocop.layers import ON_MAP, THEMATIC
from geo.views.formats import FORMATS
from tests.web.conftest import application, read

GEOJSON = "application/geo+json"
DATA = [
    "/map.json",
    "/base/communes.json",
    "/base/communes.topojson",
    "/search.json?q=ong",
    "/products/R1.json",
    "/collections",
    "/collections/products",
    "/collections/products/items",
    "/collections/products/items/R1",
    "/export/products.csv",
]


def body(answer: TestResponse) -> dict:  # type: ignore[type-arg]
    assert answer.status_code == 200, answer.text
    result: dict = orjson.loads(answer.data)  # type: ignore[type-arg]
    return result


# --- how answers may be kept ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", DATA)
def test_data_is_not_sent_again_to_a_caller_that_holds_it(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Accept-Encoding" in again.headers["Vary"]


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_a_compressed_answer_is_known_again_too(client: FlaskClient, coding: str) -> None:
    path = "/map.json"
    first = client.get(path, headers={"Accept-Encoding": coding})
    again = client.get(path, headers={"Accept-Encoding": coding, "If-None-Match": first.headers["ETag"]})
    assert (first.headers["Content-Encoding"], again.status_code) == (coding, 304)


def test_an_answer_changes_its_tag_with_the_language_and_the_question(client: FlaskClient) -> None:
    paths = ("/map.json", "/map.json?lang=en", "/map.json?group=food", "/map.json?q=ong")
    assert len({client.get(path).headers["ETag"] for path in paths}) == len(paths)


@pytest.mark.parametrize("path", [*DATA, "/products", "/products/R1", "/healthz"])
def test_head_answers_like_get_without_a_body(client: FlaskClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    head.close()
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert head.headers.get("ETag") == get.headers.get("ETag")


@pytest.mark.parametrize("path", DATA)
def test_pages_of_other_sites_may_read_the_data(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Access-Control-Allow-Origin"] == "*"


def test_data_is_compressed_and_files_that_are_already_small_are_not(client: FlaskClient) -> None:
    packed = client.get("/map.json", headers={"Accept-Encoding": "gzip"})
    assert orjson.loads(gzip.decompress(packed.data)) == body(client.get("/map.json"))
    assert "Content-Encoding" not in client.get("/export/products.zip", headers={"Accept-Encoding": "gzip"}).headers


def test_the_base_map_may_be_kept_for_ever_under_its_version_only(client: FlaskClient) -> None:
    for path in ("/base/communes.json", "/base/communes.topojson"):
        assert "immutable" in client.get(f"{path}?v=7").headers["Cache-Control"]
        assert "immutable" not in client.get(f"{path}?v=6").headers["Cache-Control"]
        assert "immutable" not in client.get(path).headers["Cache-Control"]


def test_the_outlines_as_topojson_are_those_of_the_geojson_and_have_each_border_once(
    client: FlaskClient, tmp_path: Path
) -> None:
    file = tmp_path / "communes.topojson"
    file.write_bytes(client.get("/base/communes.topojson").data)
    units = pyogrio.read_dataframe(file).set_index("id").geometry  # GDAL's reading of it
    plain = body(client.get("/base/communes.json"))["features"]
    assert len(plain) == len(units) > 1
    for feature in plain:
        outline = shapely.from_geojson(orjson.dumps(feature["geometry"]))
        assert shapely.equals_exact(outline.normalize(), units[feature["id"]].normalize(), 1e-9)
    uses = Counter(
        index if index >= 0 else ~index
        for unit in orjson.loads(file.read_bytes())["objects"]["communes"]["geometries"]
        for ring in itertools.chain(*unit["arcs"])
        for index in ring
    )
    assert set(uses.values()) == {1, 2}  # the outline of the province, and the borders between communes


# --- what is answered ----------------------------------------------------------------------------------


def test_the_map_is_told_what_is_in_view_what_matches_and_what_has_no_place(client: FlaskClient) -> None:
    view = body(client.get("/map.json?bbox=103.0,21.0,103.2,21.2&layers=products,sites"))
    products = view["layers"]["products"]
    assert list(view["layers"]) == ["products", "sites"]
    assert (products["matched"], products["in_view"], products["unplaced"]) == (3, 1, 1)
    results = {feature["id"]: feature for feature in products["features"]}
    assert set(results) == {"products/R1", "products/R2"}
    assert results["products/R2"]["geometry"] is None
    assert results["products/R1"]["properties"] == {
        "layer": "products", "id": "R1", "title": "Mật ong Hoa Ban", "symbol": "food", "precision": "exact",
        "place": "Thanh An", "detail": "4 ★ · Thực phẩm",
    }  # fmt: skip
    assert view["facets"]["group"] == {"food": 1, "beverage": 2}


def test_no_layer_on_the_map_is_an_answer_too(client: FlaskClient) -> None:
    assert body(client.get("/map.json?layers="))["layers"] == {}


def test_names_are_found_without_diacritics(client: FlaskClient) -> None:
    hits = body(client.get("/search.json?q=doi+a1&lang=en"))["hits"]
    assert [(hit["layer"], hit["id"], hit["title"], hit["url"]) for hit in hits] == [
        ("sites", "H1", "A1 Hill", "/sites/H1?lang=en")
    ]


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_every_layer_can_be_searched(client: FlaskClient, layer: str) -> None:
    hits = body(client.get(f"/search.json?q=mat+ong&layers={layer}&lang=en"))["hits"]
    assert {hit["layer"] for hit in hits} <= {layer}
    assert hits or layer not in {"products", "links"}


@pytest.mark.parametrize("text", ["", "***", "\x00", '"', "a AND (", "🐝"])
def test_a_search_for_anything_at_all_is_answered(client: FlaskClient, text: str) -> None:
    assert body(client.get("/search.json", query_string={"q": text}))["hits"] == []
    assert client.get("/products", query_string={"q": text}).status_code == 200
    assert client.get("/map.json", query_string={"q": text}).status_code == 200


def test_items_are_geojson_and_pages_of_them_tile_the_layer(client: FlaskClient) -> None:
    address, ids = "/collections/products/items?limit=2&q=&sort=-name&lang=en", []
    while address:
        answer = client.get(address)
        page = body(answer)
        assert answer.mimetype == GEOJSON
        assert (page["type"], page["numberMatched"]) == ("FeatureCollection", 3)
        assert page["numberReturned"] == len(page["features"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", page["timeStamp"])
        ids += [feature["id"] for feature in page["features"]]
        links = {link["rel"]: link["href"] for link in page["links"]}
        assert links["self"].startswith("http://localhost/collections/products/items?")
        assert "sort=-name" in links["self"]
        assert "lang=en" in links["self"]
        address = links.get("next", "").removeprefix("http://localhost")
    assert sorted(ids) == ["R1", "R2", "R3"]
    assert len(ids) == 3


def test_a_limit_over_the_operators_maximum_is_reduced_to_it(client: FlaskClient) -> None:
    assert body(client.get("/collections/products/items?limit=500"))["numberReturned"] == 2


def test_links_carry_hard_words_and_the_public_address(small_atlas: Atlas) -> None:
    caller = application(small_atlas, public_url="https://ban-do.example.vn").test_client()
    page = body(caller.get("/collections/products/items", query_string={"q": "chè & cà=phê", "limit": "1"}))
    links = {link["rel"]: link["href"] for link in page["links"]}
    assert links["collection"] == "https://ban-do.example.vn/collections/products"
    assert "q=ch%C3%A8+%26+c%C3%A0%3Dph%C3%AA" in links["self"]


def test_collections_describe_every_layer_and_where_it_lies(client: FlaskClient) -> None:
    result = {row["id"]: row for row in body(client.get("/collections?lang=en"))["collections"]}
    assert set(result) == set(COLLECTIONS)
    assert result["communes"]["extent"]["spatial"]["bbox"] == [[103.0, 21.0, 103.4, 21.2]]
    assert "extent" not in result["sources"]
    assert result["zones"]["title"] == COLLECTIONS["zones"].label.en


def test_one_item_is_the_feature_that_the_page_of_items_holds(client: FlaskClient) -> None:
    item = body(client.get("/collections/products/items/R1"))
    related = [link["href"] for link in item.pop("links") if link["rel"] == "related"]
    assert "http://localhost/collections/producers/items/P1" in related
    entry = body(client.get("/collections/products/items"))["features"][0]
    assert related == [link["href"] for link in entry.pop("links")]
    assert item == entry


def test_the_panel_is_told_what_the_record_page_shows(client: FlaskClient) -> None:
    view = body(client.get("/products/R1.json?lang=en"))
    page = read(client.get("/products/R1?lang=en").text)
    assert view["title"] in page.text
    for fact in view["facts"]:
        assert fact["label"] in page.text
        assert (fact["value"] or "No data yet") in page.text
    for group in view["links"]:
        assert (group["within"]["certain"] if group["within"] else group["label"]) in page.text
        assert group["why"] in page.text
        for item in group["items"]:
            assert item["url"] in page.values("href")
            assert item["reason"] in group["why"]
            assert item["distance"] is None or item["distance"] in page.text


def test_health_names_the_version_and_is_never_kept(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert body(answer) == {"status": "ok", "version": 7, "published_at": "2026-01-02T03:04:05Z"}
    assert answer.headers["Cache-Control"] == "no-store"


# --- downloads -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", COLLECTIONS)
@pytest.mark.parametrize("key", FORMATS)
def test_every_layer_can_be_downloaded_in_every_format(client: FlaskClient, layer: str, key: str) -> None:
    extension = FORMATS[key].extension
    answer = client.get(f"/export/{layer}.{extension}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{layer}-v7.{extension}"'
    assert answer.headers["Content-Type"] == FORMATS[key].media_type
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    count = body(client.get(f"/collections/{layer}/items"))["numberMatched"]
    assert answer.headers["X-Feature-Count"] == str(count)


def test_a_shapefile_can_be_had_in_vn_2000(client: FlaskClient) -> None:
    with zipfile.ZipFile(io.BytesIO(client.get("/export/zones.zip?crs=EPSG:9205").data)) as archive:
        projection = next(archive.read(name).decode() for name in archive.namelist() if name.endswith(".prj"))
    assert "VN-2000" in projection or "VN_2000" in projection


def test_the_saved_map_is_one_file_that_holds_what_the_address_asks(client: FlaskClient) -> None:
    answer = client.get("/save-map?layers=sites&map=10/21.1/103.2&base=districts&lang=en&at=sites/H1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ban-do-v7.html"'
    assert "A1 Hill" in answer.text
    assert "Mật ong Hoa Ban" not in answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("base", "saved"), [("", "communes"), ("districts", "districts"), ("plain", "plain"), ("OpenStreetMap", "communes")]
)
def test_a_saved_map_keeps_the_base_map_but_for_tiles_which_need_a_network(
    client: FlaskClient, base: str, saved: str
) -> None:
    text = client.get(f"/save-map?layers=sites&base={base}").text
    assert f'"base":"{saved}"' in text


SELECTIONS = [
    ("products", "group=beverage"),
    ("products", "group=beverage,food&stars=3"),
    ("products", "material=honey"),
    ("products", "q=che+shan"),
    ("products", "commune=00001"),
    ("products", "district=100"),
    ("producers", "producer_kind=cooperative"),
    ("zones", "material=honey"),
    ("villages", "craft=embroidery"),
    ("sites", "site_kind=historic,scenic"),
    ("sites", "site_kind=museum"),
    ("products", "year=2019"),
    ("villages", "village_kind=traditional_craft"),
    ("markets", "market_kind=market"),
    ("figures", "figure=population"),
    ("figures", "commune=00001"),
    ("products", "old_commune=00011"),
    ("products", "status=certified"),
    ("products", "valid_until=2022"),
    ("products", "validity=unknown"),
    ("products", "zone=no"),
    ("links", "link=made_by&certain=yes"),
    ("links", "distance=3&end=sites"),
    ("links", "record=products/R1,villages/V1"),
]


def test_every_filter_is_among_the_selections_that_are_compared() -> None:
    assert {row.param for row in FILTERS} <= {part.split("=")[0] for _, text in SELECTIONS for part in text.split("&")}


@pytest.mark.parametrize(("layer", "text"), SELECTIONS)
def test_the_table_the_map_the_items_and_the_download_keep_the_same_records(
    client: FlaskClient, layer: str, text: str
) -> None:
    page = read(client.get(f"/{layer}?{text}").text)
    table = {e.attrs["href"].split("/")[-1] for e in page.all("a", **{"class": "named"}) if e.attrs["href"]}
    if layer in ON_MAP:
        features = body(client.get(f"/map.json?{text}"))["layers"][layer]["features"]
        assert table == {row["properties"]["id"] for row in features}
    texts = client.get(f"/export/{layer}.csv?{text}").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(texts)))
    items = body(client.get(f"/collections/{layer}/items?{text}"))
    assert len(rows) - 1 == len(table) == items["numberMatched"]
    assert {row[0] for row in rows[1:]} == table


def test_a_filter_leaves_the_layers_alone_that_it_says_nothing_about(client: FlaskClient) -> None:
    layers = body(client.get("/map.json?group=food"))["layers"]
    assert set(layers) == set(THEMATIC)
    assert layers["sites"]["matched"] == 2
    assert layers["products"]["matched"] == 1


def test_the_map_says_what_belongs_to_the_products_of_a_filter_or_leaves_the_rest_out(client: FlaskClient) -> None:
    dimmed = body(client.get("/map.json?group=food"))
    assert dimmed["tied"]["producers"] == ["P1"] and dimmed["tied"]["sites"] == ["H1"]
    assert "products" not in dimmed["tied"]
    hidden = body(client.get("/map.json?group=food&others=hide"))
    assert "tied" not in hidden
    assert [row["properties"]["id"] for row in hidden["layers"]["sites"]["features"]] == ["H1"]
    for address in ("/map.json?group=food&others=show", "/map.json?commune=00001"):
        assert "tied" not in body(client.get(address))
    assert body(client.get("/map.json?group=food&others=show"))["layers"]["sites"]["matched"] == 2
    rows = client.get("/export/sites.csv?group=food&others=hide").data.decode("utf-8-sig").splitlines()
    assert len(rows) == 2 and rows[1].startswith("H1,")
    refused = client.get("/map.json?others=grey&lang=en")
    assert refused.status_code == 400 and "others='grey' is not in the list. Values: dim, hide, show." in refused.text
