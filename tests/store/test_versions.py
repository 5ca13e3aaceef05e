"""Versions: what was published is what comes back, and nothing that was once true is lost."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from geo.crs import STORE_CRS
from geo.errors import Conflict, NotFound
from geo.ocop.layers import LAYERS
from geo.report import Issue, Report
from geo.store import Store, Version
from geo.store.content import digest_of, state_of
from tests.engines import OpenStore
from tests.frames import frame, world
from tests.store.conftest import Publish
from tests.worlds import records


def changed(layer: str, **values: Any) -> dict[str, gpd.GeoDataFrame]:
    """The small province with other values in the first record of a layer."""
    return world() | {layer: frame(layer, *records(layer, **values))}


def values(frames: dict[str, gpd.GeoDataFrame]) -> dict[str, list[list[object]]]:
    """Everything in some frames, ordered by key, in a form that compares."""
    entry = {}
    for name, rows in frames.items():
        cells = [rows[field.name].tolist() for field in LAYERS[name].fields]
        shapes = [None if shape is None else shape.normalize().wkt for shape in rows.geometry]
        order = np.argsort(np.array(rows[LAYERS[name].key].tolist(), dtype=str))
        entry[name] = [[column[i] for column in (*cells, shapes)] for i in order]
    return entry


def test_a_new_store_has_no_version_and_empty_layers(store: Store) -> None:
    assert store.versions() == [] and store.current() is None
    assert {name: len(rows) for name, rows in store.frames().items()} == dict.fromkeys(LAYERS, 0)


def test_what_was_published_comes_back(store: Store, publish: Publish) -> None:
    version = publish()
    assert values(store.frames()) == values(world())
    assert version == store.current() == Version(1, version.published_at, "lan", "tests", version.digest)
    assert all(rows.crs.equals(STORE_CRS) for rows in store.frames().values())


def test_the_same_content_makes_no_new_version(store: Store, publish: Publish) -> None:
    first = publish()
    shuffled = {name: rows.iloc[::-1].reset_index(drop=True) for name, rows in world().items()}
    assert publish(shuffled, who="minh") == first and store.versions() == [first]


def test_another_value_makes_a_new_version_and_the_old_one_stays(store: Store, publish: Publish) -> None:
    publish()
    second = publish(changed("products", name="Mật ong rừng"), who="minh", why="tên mới")
    assert second.number == 2 and [version.who for version in store.versions()] == ["lan", "minh"]
    assert store.frames(1)["products"]["name"][0] == "Mật ong Hoa Ban"
    assert store.frames()["products"]["name"][0] == "Mật ong rừng"


def test_other_metadata_alone_makes_a_new_version(store: Store, publish: Publish) -> None:
    publish(metadata={"products": {"licence": "CC BY 4.0"}})
    publish(metadata={"products": {"licence": "CC0"}})
    assert [store.metadata(number)["products"]["licence"] for number in (1, 2)] == ["CC BY 4.0", "CC0"]


def test_each_version_keeps_the_report_it_was_made_with(store: Store, publish: Publish) -> None:
    report = Report([Issue.of("sites", "bad_code", "sai", "wrong", record="H1", field="kind", value="đồi")])
    publish(report=report)
    publish(changed("products", stars=5))
    assert store.report(1) == report and store.report(2) == Report()


def test_only_differences_are_logged(store: Store, publish: Publish) -> None:
    publish()
    moved = Point(103.11, 21.11)
    frames = world() | {"products": frame("products", *records("products", at=moved, stars=5)[:2])}
    frames["villages"] = frame("villages", *records("villages"), {"village_id": "V2", "name": "Bản Phủ"})
    publish(frames)
    log = {(row.layer, row.record): row for row in store.changes(1, 2)}
    assert {key: row.op for key, row in log.items()} == {
        ("products", "R1"): "changed", ("products", "R3"): "removed", ("villages", "V2"): "added",
    }  # fmt: skip
    row = log["products", "R1"]
    assert row.before and row.after and (row.before["stars"], row.after["stars"], row.moved) == (4, 5, True)
    assert log["products", "R3"].after is None and log["villages", "V2"].before is None
    assert not log["villages", "V2"].moved


def test_the_history_of_a_record_runs_from_its_birth_to_its_end_and_back(store: Store, publish: Publish) -> None:
    publish()
    publish(changed("producers", households=12))
    publish(world() | {"producers": frame("producers")})
    publish(changed("producers", households=12))
    ops = [(row.version, row.op, (row.after or {}).get("households")) for row in store.history("producers", "P1")]
    assert ops == [(1, "added", 9), (2, "changed", 12), (3, "removed", None), (4, "added", 12)]
    assert store.history("producers", "P9") == []


def test_restoring_publishes_the_old_content_as_a_new_version(store: Store, publish: Publish) -> None:
    first = publish(metadata={"products": {"licence": "CC0"}})
    publish(changed("products", name="Nhầm"))
    restored = store.restore(1, who="hoa", why="trả lại")
    assert store.state(3) == store.state(1)
    assert (restored.number, restored.who, restored.digest) == (3, "hoa", first.digest)
    assert values(store.frames()) == values(world()) and store.metadata(3) == store.metadata(1)


def test_a_layer_that_is_not_given_becomes_empty_everywhere(store: Store, publish: Publish) -> None:
    publish()
    publish({name: rows for name, rows in world().items() if name != "zones"})
    assert len(store.frames()["zones"]) == 0 and len(store.frames(1)["zones"]) == 1


def test_a_version_made_from_an_old_one_is_refused(store: Store, publish: Publish) -> None:
    publish(base=0)
    publish(changed("products", stars=5), base=1, who="minh")
    with pytest.raises(Conflict, match="minh has published version 2"):
        publish(changed("products", stars=3), base=1)
    assert store.frames()["products"]["stars"][0] == 5


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_version_that_never_was_is_not_found(store: Store, publish: Publish, number: int) -> None:
    publish()
    for ask in (store.frames, store.metadata, store.report):
        with pytest.raises(NotFound, match="Versions: 1 to 1"):
            ask(number)


def twice(layer: str) -> gpd.GeoDataFrame:
    return frame(layer, *records(layer), *records(layer))


@pytest.mark.parametrize(
    ("layer", "rows", "message"),
    [
        ("sites", lambda: twice("sites"), "used twice"),
        ("sites", lambda: frame("sites", *records("sites", site_id=None)), "missing"),
        ("sites", lambda: world()["sites"].to_crs(9205), "coordinate system"),
        ("sites", lambda: world()["sites"].drop(columns="rank"), "columns missing: rank"),
        ("sites", lambda: frame("sites", *records("sites", at=MultiPolygon([box(103, 21, 104, 22)]))), "expected a Point"),
        ("zones", lambda: frame("zones", *records("zones", at=box(103, 21, 104, 22))), "expected a MultiPolygon"),
        ("sites", lambda: frame("sites", *records("sites", at=Point(103, 21, 5))), "two dimensions"),
        ("sites", lambda: frame("sites", *records("sites", at=Point(np.inf, 21))), "expected a Point"),
        ("roads", lambda: world()["sites"], "No layer 'roads'"),
    ],
)  # fmt: skip
def test_what_would_break_the_store_is_refused_and_nothing_is_written(
    store: Store, publish: Publish, layer: str, rows: Callable[[], gpd.GeoDataFrame], message: str
) -> None:
    first = publish()
    with pytest.raises(Conflict, match=message):
        publish(world() | {layer: rows()})
    assert store.versions() == [first] and values(store.frames()) == values(world())


def test_numbers_as_numpy_has_them_are_the_same_numbers(store: Store, publish: Publish) -> None:
    first = publish()
    frames = world()
    frames["products"]["stars"] = gpd.pd.Series([4, 3, 3], dtype="Int64")
    frames["producers"]["households"] = np.array([9], dtype=np.int32)
    frames["zones"]["area_ha"] = np.array([15.0])
    frames["sites"]["decided"] = [None, float("nan")]
    frames["villages"]["households"] = gpd.pd.Series([gpd.pd.NA], dtype="Int64")
    assert publish(frames) == first


def test_an_engine_answers_every_question_of_the_protocol(store: Store) -> None:
    assert all(callable(getattr(store, name)) for name in vars(Store) if not name.startswith("_"))


def test_how_many_records_a_version_has_and_did_something_to(store: Store, publish: Publish) -> None:
    publish()
    publish(world() | {"products": frame("products", *records("products", stars=5)[:2])})
    assert (
        store.counts(1)["products"] == 3 and store.counts(2)["products"] == 2 and store.counts(2)["outlines_2009"] == 0
    )
    assert store.tallies() == {1: {"added": sum(map(len, world().values()))}, 2: {"changed": 1, "removed": 1}}
    with pytest.raises(NotFound, match="Versions: 1 to 2"):
        store.counts(3)


def test_the_digest_is_that_of_the_content_and_tells_any_difference(store: Store, publish: Publish) -> None:
    version = publish()
    state = {name: state_of(spec, store.frames()[name]) for name, spec in LAYERS.items()}
    assert digest_of(state, "{}") == version.digest
    tenth_of_a_millimetre = Point(103.15 + 1e-10, 21.1)
    assert publish(changed("sites", at=tenth_of_a_millimetre)).digest == version.digest
    assert publish(changed("sites", at=Point(103.1500001, 21.1))).digest != version.digest


def test_zero_has_no_sign(store: Store, publish: Publish) -> None:
    first = publish(changed("sites", at=Point(0.0, 21.1)))
    assert publish(changed("sites", at=Point(-0.0, 21.1))) == first


TEXT = st.none() | st.text(st.characters(codec="utf-8"), max_size=40)
DEGREES = st.floats(-180, 180, allow_nan=False).map(lambda number: round(number, 9) + 0.0)
SPOT = st.none() | st.builds(Point, DEGREES, DEGREES)
RECORD = st.fixed_dictionaries({
    "name": TEXT, "address": TEXT, "note": TEXT, "at": SPOT,
    "households": st.none() | st.integers(-(2**53), 2**53),
})  # fmt: skip


@given(rows=st.lists(RECORD, max_size=4), area=st.none() | st.floats(allow_nan=False, allow_infinity=False))
def test_any_text_number_and_place_comes_back_as_it_was(
    open_in: OpenStore, tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], area: float | None
) -> None:
    store = open_in(tmp_path_factory.mktemp("any"))
    frames = {
        "producers": frame("producers", *({"producer_id": f"P{row}", **record} for row, record in enumerate(rows))),
        "zones": frame("zones", *records("zones", area_ha=area)),
    }
    first = store.publish(frames, who="", why="", metadata={}, report=Report())
    back = store.frames()
    for name, given_rows in frames.items():
        for field in LAYERS[name].fields:
            assert back[name][field.name].tolist() == given_rows[field.name].tolist()
        for ours, theirs in zip(back[name].geometry, given_rows.geometry, strict=True):
            assert (ours is None and theirs is None) or shapely.equals_exact(ours, theirs, tolerance=1e-9)
    assert store.publish(back, who="", why="", metadata={}, report=Report()) == first
