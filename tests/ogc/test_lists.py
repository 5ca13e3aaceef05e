"""Ids that hold a comma, in lists of the query and of a body: each record by its own id, whoever writes the list."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from shapely import Point

from tests.frames import frame, world
from tests.frozen import frozen
from tests.ogc.conftest import Service
from tests.ogc.requirement import requirement
from tests.web.conftest import application

ITEMS = "/collections/products/items"


@pytest.fixture(scope="module")
def commas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A province whose products have ids with and without commas."""
    frames = world()
    frames["products"] = frame(
        "products",
        *(
            {"product_id": key, "name": f"Chè {key}", "group": "beverage", "source_ids": "S1", "precision": "exact",
             "at": Point(103.05, 21.1)}
            for key in ("1", "Z9", "Z9,1", "Z8", "Đ,ê&=%2C", "a b")
        ),
    )  # fmt: skip
    folder: Path = tmp_path_factory.mktemp("commas")
    with frozen(frames, folder / "a") as atlas:
        yield Service(application(atlas, max_page=10, data_dir=folder).test_client())


def ids_of(page: Any) -> set[str]:
    return {feature["id"] for feature in page["features"]}


@requirement("common/core/query-param-list-escape")
@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("ids=Z9%2C1", {"Z9,1"}),
        ("ids=Z9,1", {"Z9", "1"}),
        ("ids=Z9%2C1,Z8", {"Z9,1", "Z8"}),
        ("ids=Z8&ids=Z9%2c1", {"Z9,1", "Z8"}),
        ("ids=Z8%2CZ9", {"Z8", "Z9"}),  # many libraries encode the commas of a list too
        (urlencode({"ids": "Z8,a b"}), {"Z8", "a b"}),
        ("ids=%C4%90%2C%C3%AA%26%3D%252C,a+b", {"Đ,ê&=%2C", "a b"}),
        ("id=Z9%2C1", {"Z9,1"}),
        ("ids=none", set()),
        ("ids=none%2C", set()),
    ],
)
def test_a_comma_inside_an_id_is_percent_encoded(commas: Service, query: str, ids: set[str]) -> None:
    page = commas.get(f"{ITEMS}?{query}")
    assert ids_of(page) == ids and page["numberMatched"] == len(ids)


@pytest.mark.parametrize(
    ("value", "ids"),
    [(["Z9,1"], {"Z9,1"}), (["Z9", "1"], {"Z9", "1"}), ("Z9,1", {"Z9", "1"}), (["Z9,1", "Z8"], {"Z9,1", "Z8"})],
)
def test_a_list_in_a_body_has_each_id_as_it_is(commas: Service, value: object, ids: set[str]) -> None:
    answer = commas.client.post("/collections/products/search", json={"ids": value})
    assert ids_of(answer.get_json(force=True)) == ids


def test_a_form_is_read_as_a_query_is(commas: Service) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = commas.client.post("/collections/products/search", data="ids=Z9%2C1,Z8&lang=en", headers=form)
    assert ids_of(answer.get_json(force=True)) == {"Z9,1", "Z8"}


def test_links_and_pages_keep_the_list(commas: Service) -> None:
    page = commas.get(f"{ITEMS}?ids=Z9%2C1,Z8&limit=1")
    hrefs = {link["rel"]: urlsplit(link["href"]) for link in page["links"]}
    following = commas.get(f"{ITEMS}?{hrefs['next'].query}")
    assert ids_of(page) | ids_of(following) == {"Z9,1", "Z8"}
    posted = commas.client.post("/collections/products/search", json={"ids": ["Z9,1", "Z8"], "limit": 1})
    (link,) = [one for one in posted.get_json(force=True)["links"] if one["rel"] == "next"]
    again = commas.client.post(urlsplit(link["href"]).path, json=link["body"]).get_json(force=True)
    assert ids_of(again) == ids_of(following)
    seen = commas.client.get(f"{ITEMS}?ids=Z9%2C1,Z8", headers={"Accept": "text/html"})
    html = commas.client.get(seen.headers["Location"]).text
    assert "Chè Z9,1" in html and "Chè Z8" in html and "Chè 1<" not in html
    assert "ids=Z9%2C1,Z8&amp;lang=en" in html


def test_downloads_read_the_same_list(commas: Service) -> None:
    answer = commas.client.get("/export/products.geojson?ids=Z9%2C1")
    assert ids_of(json.loads(answer.data)) == {"Z9,1"}
