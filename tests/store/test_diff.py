"""What differs between two frames or two versions: which records, which fields, how far, how large."""

import unicodedata
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer
from shapely import MultiPolygon, Point, box
from shapely.affinity import translate

from geo.crs import METRIC_CRS, STORE_CRS
from geo.errors import NotFound
from geo.ocop.layers import LAYERS
from geo.store import Store, diff
from geo.store.diff import Counts, FieldChange, RecordDiff, summary
from tests.frames import compare, frame, world
from tests.store.conftest import Publish
from tests.worlds import records

ELLIPSOID = Geod(a=6378137.0, rf=298.257223563)


def changed(layer: str, **values: Any) -> list[RecordDiff]:
    """What differs when the first record of a layer of the small province has other values."""
    return compare(LAYERS[layer], world()[layer], frame(layer, *records(layer, **values)))


def shifted(east_m: float, north_m: float, shape: MultiPolygon) -> MultiPolygon:
    """The outline moved by metres of METRIC_CRS."""
    there = Transformer.from_crs(STORE_CRS, METRIC_CRS, always_xy=True)
    metric = shapely.transform(shape, lambda xy: np.column_stack(there.transform(*xy.T)))
    moved = translate(metric, east_m, north_m)
    back = shapely.transform(moved, lambda xy: np.column_stack(there.transform(*xy.T, direction="INVERSE")))
    assert isinstance(back, MultiPolygon)
    return back


@pytest.mark.parametrize("layer", LAYERS)
def test_frames_of_the_same_content_have_no_difference(layer: str) -> None:
    rows = world()[layer]
    assert compare(LAYERS[layer], rows, rows.iloc[::-1].reset_index(drop=True)) == []
    assert compare(LAYERS[layer], None, None) == compare(LAYERS[layer], None, rows.iloc[:0]) == []


def test_an_added_record_has_its_fields_and_its_place() -> None:
    [one] = compare(
        LAYERS["villages"],
        world()["villages"],
        frame("villages", *records("villages"), {"village_id": "V2", "name": "Bản Phủ", "at": Point(103.0, 21.3)}),
    )
    assert (one.layer, one.record, one.op, one.title) == ("villages", "V2", "added", "Bản Phủ")
    assert one.fields == (FieldChange("village_id", None, "V2"), FieldChange("name", None, "Bản Phủ"))
    assert (one.moved_m, one.area_ha, one.before, one.after) == (None, None, None, Point(103.0, 21.3))


def test_a_removed_record_is_called_by_what_it_was() -> None:
    rows = world()["zones"]
    [one] = compare(LAYERS["zones"], rows, None)
    assert (one.record, one.op, one.title, one.after) == ("Z1", "removed", "Vùng nuôi ong", None)
    assert one.before is not None and one.before.equals(rows.geometry[0])
    assert (one.moved_m, one.area_ha) == (None, None)
    assert FieldChange("area_ha", 15.0, None) in one.fields


def test_a_changed_record_has_only_the_fields_that_changed() -> None:
    [one] = changed("products", stars=5, year=None)
    assert (one.record, one.op) == ("R1", "changed")
    assert set(one.fields) == {FieldChange("stars", 4, 5), FieldChange("year", 2019, None)}
    assert (one.moved_m, one.area_ha) == (None, None)
    assert one.before == one.after == Point(103.1, 21.1)


def test_a_new_name_is_the_title_and_keeps_its_letters_as_they_were_written() -> None:
    name = unicodedata.normalize("NFC", "Mật ong rừng Mường Ảng")
    [one] = changed("products", name=name)
    assert one.title == name and one.fields == (FieldChange("name", "Mật ong Hoa Ban", name),)
    assert unicodedata.is_normalized("NFC", one.title)
    [one] = changed("products", name=unicodedata.normalize("NFD", "Mật ong Hoa Ban"))
    assert [change.field for change in one.fields] == ["name"]  # other bytes: the store composes nothing of its own


def test_a_record_that_lost_its_title_is_called_by_the_old_one_and_then_by_its_key() -> None:
    [one] = changed("sites", name=None)
    assert one.title == "Đồi A1"
    [one] = compare(LAYERS["sites"], None, frame("sites", {"site_id": "H7"}))
    assert one.title == "H7"


@pytest.mark.parametrize(("before", "after"), [(5, 5.0), (5.0, 5), (5, np.int64(5)), (0.0, -0.0), (None, float("nan"))])
def test_a_number_written_another_way_is_the_same_number(before: object, after: object) -> None:
    spec = LAYERS["zones"]
    for field in ("area_ha", "households"):
        one, other = (frame("zones", *records("zones", **{field: value})) for value in (before, after))
        assert compare(spec, one, other) == []


def test_a_number_that_differs_in_its_last_digit_is_another() -> None:
    [one] = changed("zones", area_ha=15.000000000000002)
    assert one.fields == (FieldChange("area_ha", 15.0, 15.000000000000002),)


@pytest.mark.parametrize("there", [Point(103.15, 21.2), Point(103.150001, 21.1), Point(102.2, 22.5), Point(-77, 39)])
def test_a_point_moves_as_far_as_the_ellipsoid_says(there: Point) -> None:
    [one] = changed("sites", at=there)
    assert (one.record, one.op, one.fields, one.area_ha) == ("H1", "changed", (), None)
    assert one.moved_m == pytest.approx(ELLIPSOID.inv(103.15, 21.1, there.x, there.y)[2], rel=1e-9)
    assert (one.before, one.after) == (Point(103.15, 21.1), there)


def test_less_than_a_tenth_of_a_millimetre_is_no_move() -> None:
    assert changed("sites", at=Point(103.15 + 1e-10, 21.1)) == []


@pytest.mark.parametrize(("east", "north"), [(30.0, 40.0), (0.0, 1.0), (-2000.0, 0.0)])
def test_an_outline_moves_by_metres_and_keeps_its_hectares(east: float, north: float) -> None:
    [one] = changed("zones", at=shifted(east, north, records("zones")[0]["at"]))
    # To metres and back loses half a millimetre, as the two ellipsoids' heights differ and are dropped.
    assert one.fields == () and one.moved_m == pytest.approx(float(np.hypot(east, north)), abs=2e-3)
    assert one.area_ha is not None and one.area_ha[0] == pytest.approx(one.area_ha[1], rel=1e-4)


def test_an_outline_that_grows_has_the_area_before_and_after() -> None:
    [one] = changed("zones", at=MultiPolygon([box(103.05, 21.05, 103.15, 21.16)]))
    expected = []
    for north in (21.15, 21.16):
        ring = [(103.05, 21.05), (103.15, 21.05), (103.15, north), (103.05, north)]
        expected.append(ELLIPSOID.polygon_area_perimeter(*zip(*ring, strict=True))[0] / 10_000)
    assert one.area_ha == pytest.approx(tuple(expected), rel=1e-6) and 11_000 < expected[0] < 12_000
    assert one.moved_m == pytest.approx(ELLIPSOID.inv(103.05, 21.15, 103.05, 21.16)[2], rel=1e-3)


def test_rings_that_run_either_way_add_up() -> None:
    ring, other, hole = box(103.0, 21.0, 103.1, 21.1), box(103.2, 21.0, 103.3, 21.1), box(103.02, 21.02, 103.04, 21.04)
    pierced = ring.difference(hole)
    straight = MultiPolygon([pierced, other])
    crooked = MultiPolygon([pierced, shapely.reverse(other)])
    [one] = compare(
        LAYERS["zones"], frame("zones", *records("zones", at=straight)), frame("zones", *records("zones", at=crooked))
    )
    expected = sum(
        sign * abs(ELLIPSOID.geometry_area_perimeter(part)[0]) for sign, part in ((1, ring), (1, other), (-1, hole))
    )
    assert one.moved_m == pytest.approx(0.0, abs=1e-6)
    assert one.area_ha == pytest.approx((expected / 10_000, expected / 10_000), rel=1e-9)


@pytest.mark.parametrize(("layer", "kind"), [("sites", "Point"), ("zones", "MultiPolygon")])
def test_a_place_that_appears_or_vanishes_is_a_field_and_no_distance(layer: str, kind: str) -> None:
    spec = LAYERS[layer]
    placed, unplaced = frame(layer, *records(layer)), frame(layer, *records(layer, at=None))
    [removal], [result] = compare(spec, placed, unplaced), compare(spec, unplaced, placed)
    assert removal.fields == (FieldChange("geometry", kind, None),) and removal.after is None
    assert result.fields == (FieldChange("geometry", None, kind),) and result.before is None
    assert all(one.op == "changed" and one.moved_m is None and one.area_ha is None for one in (removal, result))


@pytest.mark.parametrize(("layer", "empty"), [("sites", Point()), ("zones", MultiPolygon())])
def test_an_empty_place_is_none(layer: str, empty: shapely.Geometry) -> None:
    [one] = changed(layer, at=empty)
    assert [(change.field, change.after) for change in one.fields] == [("geometry", None)]
    assert (one.moved_m, one.area_ha, one.after) == (None, None, None)
    spec = LAYERS[layer]
    assert compare(spec, frame(layer, *records(layer, at=None)), frame(layer, *records(layer, at=empty))) == []


def test_the_summary_counts_each_layer() -> None:
    before, after = world(), world()
    after["products"] = frame("products", *records("products", at=Point(103.0, 21.0), stars=5)[:2])
    after["villages"] = frame(
        "villages", *records("villages", craft="weaving"), {"village_id": "V2", "name": "Bản Phủ"}
    )
    diffs = [one for name, spec in LAYERS.items() for one in compare(spec, before[name], after[name])]
    assert summary(diffs) == {
        "products": Counts(added=0, changed=1, removed=1, moved=1),
        "villages": Counts(added=1, changed=1, removed=0, moved=0),
    }
    assert summary([]) == {}


def test_few_changes_among_many_records_are_found_without_opening_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    many = gpd.GeoDataFrame(
        {field.name: gpd.pd.Series([None] * 20_000, dtype=object) for field in LAYERS["sites"].fields},
        geometry=gpd.points_from_xy(np.linspace(102.2, 103.5, 20_000), np.full(20_000, 21.5), crs=STORE_CRS),
    )
    many["site_id"] = [f"H{i:05d}" for i in range(20_000)]
    other = many.copy()
    other.loc[[3, 19_000], "name"] = "Hang động"
    opened: list[object] = []
    open_shapes = diff._shapes
    monkeypatch.setattr(diff, "_shapes", lambda contents: opened.extend(contents) or open_shapes(contents))
    assert [one.record for one in compare(LAYERS["sites"], many, other)] == ["H00003", "H19000"]
    assert len(opened) == 4


def test_versions_compare_in_the_order_of_the_layers_and_then_of_the_keys(store: Store, publish: Publish) -> None:
    publish()
    publish(world() | {"products": frame("products", *records("products", stars=5)[:2]), "zones": frame("zones")})
    expected = {("products", "R1"): "changed", ("products", "R3"): "removed", ("zones", "Z1"): "removed"}
    order = sorted(expected, key=lambda one: (list(LAYERS).index(one[0]), one[1]))
    assert [(one.layer, one.record, one.op) for one in store.compare(1, 2)] == [(*one, expected[one]) for one in order]
    backwards = {(one.layer, one.record): one.op for one in store.compare(2, 1)}
    assert backwards == {("products", "R1"): "changed", ("products", "R3"): "added", ("zones", "Z1"): "added"}


def test_before_the_first_version_there_was_nothing(store: Store, publish: Publish) -> None:
    assert store.compare(0, 0) == []
    publish()
    first_diff = store.compare(0, 1)
    assert {one.op for one in first_diff} == {"added"} and len(first_diff) == sum(
        len(rows) for rows in world().values()
    )
    assert {one.op for one in store.compare(1, 0)} == {"removed"}
    assert store.compare(1, 1) == []


@pytest.mark.parametrize("pair", [(0, 2), (2, 1), (-1, 1)])
def test_a_version_that_never_was_does_not_compare(store: Store, publish: Publish, pair: tuple[int, int]) -> None:
    publish()
    with pytest.raises(NotFound, match="Versions: 1 to 1"):
        store.compare(*pair)


def test_a_restored_version_does_not_differ_from_the_one_it_was(store: Store, publish: Publish) -> None:
    publish()
    publish(world() | {"products": frame("products", *records("products", at=Point(103.0, 21.0))[:1])})
    store.restore(1, who="hoa", why="trả lại")
    assert store.compare(1, 3) == [] and len(store.compare(2, 3)) == len(store.compare(1, 2)) == 3


def test_an_id_stays_used_when_its_record_is_gone(store: Store, publish: Publish) -> None:
    assert store.used_ids("products") == set()
    publish()
    publish(world() | {"products": frame("products", {"product_id": "R9", "name": "Gạo"})})
    publish(world() | {"products": frame("products")})
    assert store.used_ids("products") == {"R1", "R2", "R3", "R9"}
    assert store.used_ids("sites") == {"H1", "H2"} and store.used_ids("roads") == set()
