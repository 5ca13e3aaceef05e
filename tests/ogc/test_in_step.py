"""Whoever pages or keeps a copy stays right while others publish: versions in links, the change feed."""

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd
import pytest
from shapely import Point

from geo.atlas import open_atlases
from geo.pipeline import build_atlas, prepare_atlas
from geo.report import Report
from geo.settings import Settings
from geo.store import create_store
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.frames import frame, world
from tests.ogc.conftest import Service

Rows = dict[str, str]


def products(rows: Rows) -> gpd.GeoDataFrame:
    return frame(
        "products",
        *(
            {"product_id": key, "name": name, "group": "food", "source_ids": "S1", "precision": "exact", "at": Point(103.1, 21.1)}
            for key, name in rows.items()
        ),
    )  # fmt: skip


class Office:
    """A store with several versions of the products, and the service over it."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(seed_dir=folder / "none", data_dir=folder, max_page=50)
        self.source = open_atlases(self.settings)
        self.store = create_store(self.settings)

    def publish(self, rows: Rows) -> None:
        frames = {**world(), "products": products(rows)}
        self.store.publish(frames, who="Phòng NN", why="thử", metadata={}, report=Report())
        build_atlas(self.settings, self.source, progress=lambda _: None)

    def restore(self, version: int) -> None:
        self.store.restore(version, who="Phòng NN", why="thử")
        build_atlas(self.settings, self.source, progress=lambda _: None)

    def service(self) -> Service:
        return Service(create_app(self.settings, self.source, templates=ROOT / "templates").test_client())


TEN = {f"R{n:02}": f"Chè {n}" for n in range(10)}


@contextmanager
def office_in(folder: Path, copied: Path | None = None) -> Iterator[Office]:
    """An office with a data folder, which is a copy of another if one is given."""
    if copied:
        shutil.copytree(copied, folder, dirs_exist_ok=True)
    result = Office(folder)
    yield result
    result.source.close()


@pytest.fixture(scope="module")
def one_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an office that published once; it is copied and not changed."""
    folder = tmp_path_factory.mktemp("one")
    with office_in(folder) as made:
        made.publish(TEN)
    return folder


@pytest.fixture
def office(one_version: Path, tmp_path: Path) -> Iterator[Office]:
    with office_in(tmp_path, one_version) as copy:
        yield copy


def followed(service: Service, page: Any) -> Any:
    """The page that `next` leads to; None at the end."""
    following = [link["href"] for link in page["links"] if link["rel"] == "next"]
    if not following:
        return None
    parts = urlsplit(following[0])
    answer = service.client.get(f"{parts.path}?{parts.query}", headers=service.headers)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data)


@pytest.mark.parametrize("sort", [None, "-name"])
@pytest.mark.parametrize("size", [1, 3, 4, 9])
def test_following_the_links_never_skips_or_repeats_while_others_publish(
    office: Office, size: int, sort: str | None
) -> None:
    service, query = office.service(), {"limit": str(size)} | ({"sortby": sort} if sort else {})
    page = service.get("/collections/products/items", **query)
    ids = [one["id"] for one in page["features"]]
    # R05 leaves, R00a comes in before everything: pages by number alone would skip one and repeat another.
    office.publish({"R00a": "Chè mới", **{f"R{n:02}": f"Chè {n}" for n in range(10) if n != 5}})
    while page := followed(service, page):
        ids += [one["id"] for one in page["features"]]
    assert sorted(ids) == [f"R{n:02}" for n in range(10)]
    now = service.get("/collections/products/items", limit="50")
    assert {one["id"] for one in now["features"]} == {"R00a", *(f"R{n:02}" for n in range(10) if n != 5)}


def test_pages_lead_back_in_the_same_version(office: Office) -> None:
    service = office.service()
    second = service.get("/collections/products/items", limit="4", offset="4")
    office.publish({"R99": "Chè"})
    (back,) = [link["href"] for link in second["links"] if link["rel"] == "prev"]
    parts = urlsplit(back)
    first = json.loads(service.client.get(f"{parts.path}?{parts.query}", headers=service.headers).data)
    assert [one["id"] for one in first["features"]] == ["R00", "R01", "R02", "R03"]


@pytest.mark.parametrize(("number", "status"), [("2", 404), ("0", 404), ("one", 400), ("-1", 400), ("9" * 12, 400)])
def test_a_version_that_is_not_kept_is_told(office: Office, number: str, status: int) -> None:
    body = office.service().get("/collections/products/items", status, version=number, lang="en")
    assert "version" in body["description"].lower()


def test_a_version_whose_atlas_was_thrown_away_is_told(office: Office) -> None:
    records = list((office.settings.data_dir / "atlas").glob("000001-*.sqlite"))
    office.publish({"R01": "Chè"})
    for path in records:
        path.unlink()
    body = office.service().get("/collections/products/items", 503, version="1", lang="en")
    assert "Version 1 is being prepared again" in body["description"]
    prepare_atlas(office.settings, office.source, number=1, progress=lambda _: None)
    assert office.service().get("/collections/products/items", version="1")["numberMatched"] == 10


# --- the feed ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three_versions(one_version: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of `history`; it is copied and not changed."""
    folder = tmp_path_factory.mktemp("three")
    second = {**TEN, "R01": "Chè mới", "N1": "Mật", "N2": "Gạo"}
    del second["R02"]
    third = {**second, "R01": "Chè mới hơn", "R02": "Chè 2"}
    del third["N1"]
    with office_in(folder, one_version) as made:
        made.publish(second)
        made.publish(third)
    return folder


@pytest.fixture
def history(three_versions: Path, tmp_path: Path) -> Iterator[Office]:
    """Version 1 has R00..R09; 2 changes R01, adds N1 and N2, loses R02; 3 loses N1, brings R02 back, changes R01."""
    with office_in(tmp_path, three_versions) as copy:
        yield copy


@pytest.mark.parametrize(
    ("since", "added", "changed", "removed"),
    [
        ("3", [], [], []),
        ("0000000000000003", [], [], []),
        ("2", ["R02"], ["R01"], ["N1"]),
        ("1", ["N2"], ["R01", "R02"], []),
        ("0", ["N2", *(f"R{n:02}" for n in range(10))], [], []),
    ],
)
def test_the_feed_tells_what_became_of_each_record(
    history: Office, since: str, added: list[str], changed: list[str], removed: list[str]
) -> None:
    body = history.service().get("/collections/products/changes", since=since)
    assert (body["added"], body["changed"], body["removed"]) == (added, changed, removed)
    assert (body["since"]["number"], body["version"]["number"]) == (int(since), 3)
    whole = history.service().get("/changes", since=since)["collections"]
    assert {key: whole["products"][key] for key in ("added", "changed", "removed")} == {
        "added": added, "changed": changed, "removed": removed,
    }  # fmt: skip
    assert "links" not in whole


def test_the_feed_leads_to_records_whose_ids_hold_commas(office: Office) -> None:
    office.publish({**{f"R{n:02}": f"Chè {n}" for n in range(10)}, "N,1": "Mật", "N": "Gạo", "a&b=c": "Chè"})
    service = office.service()
    feed = service.get("/collections/products/changes", since="1")
    (items,) = [link["href"] for link in feed["links"] if link["rel"] == "items"]
    parts = urlsplit(items)
    page = json.loads(service.client.get(f"{parts.path}?{parts.query}", headers=service.headers).data)
    assert {one["id"] for one in page["features"]} == {"N,1", "N", "a&b=c"} == set(feed["added"])


def test_a_copy_that_follows_the_feed_equals_the_collection(history: Office) -> None:
    """What an agency does: take version 1, apply what the feed says, compare with the service."""
    service = history.service()
    first = service.get("/collections/products/items", version="1", limit="50")
    copy = {one["id"]: one["properties"]["name"] for one in first["features"]}
    feed = service.get("/collections/products/changes", since="1")
    for key in feed["removed"]:
        del copy[key]
    (items,) = [link["href"] for link in feed["links"] if link["rel"] == "items"]
    parts = urlsplit(items)
    fresh = json.loads(service.client.get(f"{parts.path}?{parts.query}", headers=service.headers).data)
    assert fresh["numberReturned"] == len(feed["added"]) + len(feed["changed"])
    copy |= {one["id"]: one["properties"]["name"] for one in fresh["features"]}
    now = service.get("/collections/products/items", limit="50")
    assert copy == {one["id"]: one["properties"]["name"] for one in now["features"]}
    (following,) = [link["href"] for link in feed["links"] if link["rel"] == "next"]
    assert following.endswith("since=3")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_copy_stays_equal_over_ten_random_publications(office: Office, seed: int) -> None:
    """Records come, go, come back and change, earlier versions are restored; the copy looks now and then."""
    chance, service = random.Random(seed), office.service()
    rows = {f"R{n:02}": f"Chè {n}" for n in range(10)}
    copy: Rows = {}
    following = "/collections/products/changes?since=0"
    for number in range(10):
        if number in (4, 8):
            office.restore(chance.randint(1, number))
        else:
            for key in chance.sample(sorted(rows), 3):
                del rows[key]
            rows |= {f"R{chance.randint(0, 19):02}": f"Chè {chance.randint(0, 999)}" for _ in range(5)}
            office.publish(rows)
        now = service.get("/collections/products/items", limit="50")
        rows = {one["id"]: one["properties"]["name"] for one in now["features"]}
        if chance.random() < 0.6 or number == 9:
            feed = json.loads(service.client.get(following, headers=service.headers).data)
            for key in feed["removed"]:
                del copy[key]
            assert not copy.keys() & set(feed["added"]) and copy.keys() >= set(feed["changed"])
            copy |= {key: rows[key] for key in (*feed["added"], *feed["changed"])}
            assert copy == rows
            (href,) = [link["href"] for link in feed["links"] if link["rel"] == "next"]
            following = "{0.path}?{0.query}".format(urlsplit(href))


def test_the_history_in_an_atlas_does_not_grow_with_every_change(office: Office) -> None:
    for number in range(6):
        office.publish({f"R{n:02}": f"Chè {n}" for n in range(1, 10)} | {"R00": f"Lần {number}"})
    newest = office.store.versions()[-1].number
    answer = [
        (version, op) for version, layer, key, op in office.store.log(newest) if (layer, key) == ("products", "R00")
    ]
    assert answer == [(1, "added"), (newest, "changed")]
    for since in range(1, newest):
        feed = office.service().get("/collections/products/changes", since=str(since))
        assert (feed["added"], feed["changed"], feed["removed"]) == ([], ["R00"], [])


def test_a_time_means_the_version_that_was_current_then(history: Office) -> None:
    service = history.service()
    times = {row.number: row.published_at for row in history.store.versions()}
    body = service.get("/collections/products/changes", since=times[3])
    # The three may share a second: then it is the first of them, so that nothing of that second is missed.
    assert body["since"]["number"] == min(number for number, at in times.items() if at == times[3])
    assert service.get("/collections/products/changes", since="1999-01-01T00:00:00+07:00")["since"]["number"] == 0
    assert service.get("/collections/products/changes", since="2999-01-01")["added"] == []
    # A plus that was not escaped arrives as a blank.
    assert service.get("/collections/products/changes", since="1999-01-01T00:00:00 07:00")["since"]["number"] == 0


@pytest.mark.parametrize(
    "since",
    ["", "4", "yesterday", "1.5", "-1", "2026-13-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)
def test_what_is_no_version_and_no_time_is_refused(history: Office, since: str) -> None:
    body = history.service().get("/collections/products/changes", 400, since=since, lang="en")
    assert "since" in body["description"]


def test_the_feed_names_what_it_does_not_know(history: Office) -> None:
    service = history.service()
    service.get("/collections/nothing/changes", 404, since="0")
    assert "whole" in service.get("/collections/links/changes", 400, since="0", lang="en")["description"]
    service.get("/changes", 400, since="0", nonsense="1")


def test_the_landing_page_and_the_collections_lead_to_the_feed(history: Office) -> None:
    service = history.service()
    for path in ("/?f=json", "/collections/products"):
        answer = service.client.get(path, headers=service.headers).get_json()
        (at,) = [link["href"] for link in answer["links"] if link["rel"] == "monitor"]
        assert at.endswith("changes?since=3")
