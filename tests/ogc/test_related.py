"""Links from every feature to what it is tied to: in pages as in single features, whole, and leading somewhere."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from shapely import Point

from geo.atlas import Atlas, Query, UrlAffixes
from geo.atlas.sqlite.related import MOST
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from tests.frames import frame, world
from tests.frozen import frozen
from tests.ogc.conftest import Service

AFFIXES = UrlAffixes.of("https://example.vn/ocop", "?lang=en")
SPECS = {spec.name: spec for spec in LINKS}


def tied(atlas: Atlas, layer: str, record: str) -> list[tuple[str, str, str]]:
    """Kind, layer and id of what a record is tied to, from the links themselves and in their order, of each kind MOST."""
    results: list[tuple[str, str, str]] = []
    kinds: dict[tuple[str, bool], int] = {}
    for row in atlas.links(layer, record):
        kind = row.link, row.forward
        kinds[kind] = kinds.get(kind, 0) + 1
        cut = SPECS[row.link].visible or not row.forward
        if kinds[kind] <= MOST or not cut:
            results.append((row.link, row.layer, row.id))
    return results


def features(atlas: Atlas, query: Query) -> list[dict[str, Any]]:
    """The features of a query as a page has them."""
    returned, body = atlas.linked_features(query, AFFIXES)
    result: list[dict[str, Any]] = json.loads(b"[%b]" % body)
    assert len(result) == returned
    return result


def ends(links: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """The same of links to single features."""
    parts = [(one["link"], unquote(one["href"].partition("?")[0]).rpartition("/collections/")[2]) for one in links]
    return [(kind, *path.split("/items/")) for kind, path in parts if "/items/" in path]  # type: ignore[misc]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_feature_of_a_page_links_to_all_that_it_is_tied_to(real_atlas: Atlas, layer: str) -> None:
    for feature in features(real_atlas, Query(layer)):
        assert ends(feature["links"]) == tied(real_atlas, layer, feature["id"]), feature["id"]


def test_a_link_as_a_feature_leads_to_both_ends(real_atlas: Atlas) -> None:
    for feature in features(real_atlas, Query("links")):
        values = feature["properties"]
        assert ends(feature["links"]) == [
            (values["link"], values["source_layer"], values["source_id"]),
            (values["link"], values["target_layer"], values["target_id"]),
        ]


@pytest.mark.parametrize(
    "query",
    [{}, {"crs": "http://www.opengis.net/def/crs/EPSG/0/9205"}, {"properties": "name"}, {"bbox": "103,21,103.1,21.4"},
     {"sortby": "-name"}, {"q": "dien bien"}, {"lang": "en"}],
)  # fmt: skip
@pytest.mark.parametrize("layer", ["products", "communes"])
def test_they_are_the_same_however_the_page_is_asked_for(service: Service, layer: str, query: dict[str, str]) -> None:
    page = service.get(f"/collections/{layer}/items", **query, limit="1000")
    posted = service.client.post(f"/collections/{layer}/search", json=query | {"limit": "1000"}).get_json()
    assert page["features"] == posted["features"] and page["features"]
    lang = {name: query[name] for name in ("lang",) if name in query}
    for feature in page["features"][:5]:
        single = service.get(f"/collections/{layer}/items/{feature['id']}", **lang)
        assert feature["links"] == [one for one in single["links"] if one["rel"] == "related"]
        for link in feature["links"]:
            assert set(link) == {"rel", "type", "href", "title", "link"} and link["type"] == "application/geo+json"
            assert link["href"].startswith("http://localhost/collections/")
            assert ("lang=en" in link["href"]) == (query.get("lang") == "en")


def test_each_leads_to_a_feature_of_that_name(service: Service) -> None:
    for layer in ("products", "zones", "sites"):
        for feature in service.get(f"/collections/{layer}/items", limit="10")["features"]:
            for link in feature["links"]:
                there = service.get(link["href"])
                title = there["properties"][COLLECTIONS[link["href"].split("/")[4]].title] or there["id"]
                assert link["title"].endswith(f": {title}") and there["type"] == "Feature"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_where_there_are_too_many_one_link_leads_to_all(service: Service, lang: str) -> None:
    query = {} if lang == "vi" else {"lang": lang}
    sources = service.get("/collections/sources/items", limit="1000", **query)["features"]
    longer = [(one["id"], link) for one in sources for link in one["links"] if "/items?" in link["href"]]
    assert longer, "no source is cited by so many of one layer"
    for key, link in longer:
        assert link["href"].endswith("&lang=en") == (lang == "en")
        page = service.get(f"{link['href']}&limit=1000")
        assert page["numberMatched"] == page["numberReturned"] > MOST
        assert link["title"].endswith(f"tất cả {page['numberMatched']} / all {page['numberMatched']}")
        assert all(key in one["properties"]["source_ids"].split(";") for one in page["features"])


@pytest.fixture
def crowded(tmp_path: Path) -> Any:
    """A producer of sixty products, with names and keys that mean something in JSON, in addresses and in filters."""
    frames = world()
    key, cited = "P'1/ă\\u0002?&", {"source_ids": "S1"}
    frames["producers"] = frame("producers", {"producer_id": key, "name": 'Tên "\\u0001" \\ href":"/', **cited})
    products = ({"product_id": f"R{n:02}", "name": f"Chè {n}", "producer_id": key, **cited} for n in range(60))
    frames["products"] = frame("products", *products)
    with frozen(frames, tmp_path / "crowded") as atlas:
        yield atlas, key


def test_a_crowd_is_cut_and_its_whole_named(crowded: tuple[Atlas, str]) -> None:
    atlas, key = crowded
    (producer,) = features(atlas, Query("producers"))
    makes = [link for link in producer["links"] if link["link"] == "made_by"]
    assert [link["href"].rpartition("/")[2] for link in makes[:-1]] == [f"R{n:02}?lang=en" for n in range(MOST)]
    assert makes[-1]["title"] == "Sản phẩm / Makes: tất cả 60 / all 60"
    path, _, query = makes[-1]["href"].partition("?")
    assert path == "https://example.vn/ocop/collections/links/items"
    assert unquote(query) == f"link=made_by&target_id={key}&lang=en"


def test_odd_names_and_keys_come_through(crowded: tuple[Atlas, str]) -> None:
    atlas, key = crowded
    for feature in features(atlas, Query("products")):
        (link,) = [one for one in feature["links"] if one["link"] == "made_by"]
        begin, _, rest = link["href"].partition("/collections/producers/items/")
        quoted, _, end = rest.partition("?")
        assert (begin, unquote(quoted), end) == ("https://example.vn/ocop", key, "lang=en")
        assert link["title"] == 'Chủ thể sản xuất / Made by: Tên "\\u0001" \\ href":"/'


def test_a_feature_without_ties_has_no_links_and_a_file_has_none_at_all(tmp_path: Path) -> None:
    frames = {name: one.iloc[:0] for name, one in world().items()}
    frames["sites"] = frame("sites", {"site_id": "H1", "name": "A", "kind": "scenic", "at": Point(103, 21)})
    with frozen(frames, tmp_path / "bare") as atlas:
        (bare,) = features(atlas, Query("sites"))
        assert bare["links"] == []
        (plain,) = map(json.loads, atlas.features(Query("sites")))
        assert "links" not in plain and plain == {name: value for name, value in bare.items() if name != "links"}
