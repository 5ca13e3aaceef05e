"""Random CQL2 filters: what an atlas answers is what a plain evaluation of the same filter in Python answers."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import cql2
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from geo.atlas import Atlas
from geo.atlas.cql2.parse import parse
from geo.atlas.cql2.text import read
from tests.atlas.plain_cql2 import ALLEN, COMPARE, CRAFTS, DATES, MATHS, NAMES, as_text, find_ids, plain
from tests.engines import OpenAtlases
from tests.frames import frame, world
from tests.frozen import frozen
from tests.ogc.requirement import requirement


@pytest.fixture(scope="module")
def many(atlases: OpenAtlases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """Villages and products of every mixture of missing and present values, and zones to meet each other."""
    villages = [
        {"village_id": f"V{i:02}", "name": NAMES[i % 7], "kind": "traditional_craft", "craft": CRAFTS[i % 5],
         "recognised": DATES[i % 8], "households": None if i % 4 == 3 else i, "households_in_craft": None if i % 3 == 1 else i // 2,
         "decision": None if i % 5 == 2 else NAMES[(i * 3) % 7], "source_ids": "S1",
         "at": None if i % 6 == 5 else Point(103 + (i % 7) * 0.05, 21 + (i % 5) * 0.05)}
        for i in range(40)
    ]  # fmt: skip
    zones = [
        {"zone_id": f"Z{i:02}", "name": f"Vùng {i}", "crop": "honey", "extent_kind": "own", "area_ha": i * 1.5, "source_ids": "S1",
         "at": None if i == 11 else MultiPolygon([box(103 + (i % 4) * 0.1, 21 + (i // 4) * 0.1, 103.1 + (i % 4) * 0.1 + (i % 3) * 0.05, 21.1 + (i // 4) * 0.1)])}
        for i in range(12)
    ]  # fmt: skip
    frames = {**world(), "villages": frame("villages", *villages), "zones": frame("zones", *zones)}
    with frozen(frames, tmp_path_factory.mktemp("cql2"), atlases=atlases) as opened:
        yield opened


def op(name: str | st.SearchStrategy[str], *args: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.just(name) if isinstance(name, str) else name
    return st.builds(lambda chosen, *given: {"op": chosen, "args": list(given)}, names, *args)


def prop(*names: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([{"property": name} for name in names])


compare = st.sampled_from(sorted(COMPARE))

words = st.sampled_from([*NAMES, "Đồi", "%", "weaving", "weaving;embroidery"]) | st.text("aăĐ'%_\\ é", max_size=4)

texts = prop("name", "decision", "craft", "id") | words

letters = st.recursive(texts, lambda inner: op(st.sampled_from(["casei", "accenti"]), inner), max_leaves=3)

patterns = st.recursive(
    st.text("cChèoaĐ%_1 ", max_size=6) | st.sampled_from([r"%100\%", r"a\_b", "Đ%", "%"]),
    lambda inner: op(st.sampled_from(["casei", "accenti"]), inner),
    max_leaves=2,
)

numbers = st.recursive(
    prop("households", "households_in_craft") | st.integers(-3, 40) | st.sampled_from([0.5, 2.25]),
    lambda inner: op(st.sampled_from(sorted(MATHS)), inner, inner),
    max_leaves=4,
)

days = st.dates(date(2013, 1, 1), date(2021, 12, 31)).map(str) | st.sampled_from(
    ["2019-02-14", "2019-01-01", "2019-12-31", "2015-12-31"]
)

instants = st.fixed_dictionaries({"date": days})

spans = (
    st.tuples(days, days).map(lambda ends: {"interval": sorted(ends)})
    | days.map(lambda day: {"interval": [day, ".."]})
    | days.map(lambda day: {"interval": ["..", day]})
)

both = st.sampled_from(["t_after", "t_before", "t_disjoint", "t_equals", "t_intersects"])

relations = st.sampled_from(sorted(name for name in ALLEN if name.startswith("t_")))

keys = st.lists(st.sampled_from(["weaving", "embroidery", "bamboo", "x"]), min_size=1, max_size=3, unique=True)

degrees = (
    st.integers(0, 8).map(lambda n: round(102.95 + n * 0.05, 2)),
    st.integers(0, 6).map(lambda n: round(20.95 + n * 0.05, 2)),
)

point = st.builds(lambda x, y: {"type": "Point", "coordinates": [x, y]}, *degrees)

bboxes = st.builds(
    lambda x, y, w, h: {"bbox": [x, y, round(x + w, 2), round(y + h, 2)]},
    *degrees,
    st.sampled_from([0.05, 0.12]),
    st.sampled_from([0.05, 0.12]),
)

wide = st.builds(lambda x, y: {"bbox": [x, y, -170, 22]}, *degrees)

line = st.builds(
    lambda x, y: {"type": "LineString", "coordinates": [[x, y], [round(x + 0.13, 2), round(y + 0.05, 2)]]}, *degrees
)

polygon = bboxes.map(lambda b: json.loads(shapely.to_geojson(box(*b["bbox"]))))

several = st.lists(polygon | point | line, min_size=1, max_size=2).map(
    lambda gs: {"type": "GeometryCollection", "geometries": gs}
)

shapes = point | bboxes | wide | line | polygon | several

spatial = st.sampled_from(
    [
        f"s_{name}"
        for name in ("intersects", "equals", "disjoint", "touches", "within", "overlaps", "crosses", "contains")
    ]
)

geometry = prop("geometry")

CLASSES: dict[str, st.SearchStrategy[Any]] = {
    "text": op(compare, letters, letters),
    "number": op(compare, numbers, numbers),
    "null": op("isNull", prop("name", "craft", "recognised", "households", "geometry")),
    "like": op("like", letters, patterns),
    "between": op("between", numbers, numbers, numbers) | op("between", letters, letters, letters),
    "in": op("in", letters, st.lists(letters, min_size=1, max_size=3)) | op("in", numbers, st.lists(numbers, min_size=1, max_size=3)),
    "dates": op(compare, prop("recognised"), instants) | op(compare, instants, prop("recognised")),
    "time": op(both, prop("recognised") | instants | spans, prop("recognised") | instants | spans),
    "intervals": op(relations, prop("recognised") | spans, prop("recognised") | spans),
    "arrays": op(st.sampled_from(["a_equals", "a_contains", "a_containedBy", "a_overlaps"]), prop("craft") | keys, prop("craft") | keys),
    "places": op(spatial, geometry | shapes, geometry | shapes),
}  # fmt: skip

anything = st.recursive(
    st.one_of(*CLASSES.values(), st.booleans()),
    lambda inner: (
        op("not", inner)
        | st.builds(
            lambda name, items: {"op": name, "args": items},
            st.sampled_from(["and", "or"]),
            st.lists(inner, min_size=2, max_size=4),
        )
    ),
    max_leaves=6,
)


@requirement(
    "cql2/advanced-comparison-operators",
    "cql2/case-insensitive-comparison",
    "cql2/accent-insensitive-comparison",
    "cql2/basic-spatial-functions",
    "cql2/basic-spatial-functions-plus",
    "cql2/spatial-functions",
    "cql2/temporal-functions",
    "cql2/array-functions",
    "cql2/property-property",
    "cql2/arithmetic",
)
@pytest.mark.parametrize("name", CLASSES)
@given(data=st.data())
def test_an_atlas_answers_as_a_plain_evaluation_does(many: Atlas, name: str, data: st.DataObject) -> None:
    node = data.draw(CLASSES[name])
    layer = data.draw(st.sampled_from(["villages", "zones"])) if name == "places" else "villages"
    expected = plain(many, layer, node)
    assert find_ids(many, layer, json.dumps(node), "cql2-json") == expected
    refused = plain(many, layer, {"op": "not", "args": [node]})
    assert find_ids(many, layer, json.dumps({"op": "not", "args": [node]}), "cql2-json") == refused


@requirement("cql2/basic-cql2")
@given(anything)
def test_filters_joined_by_and_or_not_keep_unknown_apart_from_false(many: Atlas, node: Any) -> None:
    assert find_ids(many, "villages", json.dumps(node), "cql2-json") == plain(many, "villages", node)


@requirement("cql2/cql2-json", "cql2/cql2-text")
@given(anything)
def test_text_and_json_of_one_filter_are_one_condition(node: Any) -> None:
    text = as_text(node)
    by_text, by_json = parse(text, "cql2-text", "villages"), parse(json.dumps(node), "cql2-json", "villages")
    assert by_text == by_json and hash(by_text) == hash(by_json)


def same(node: Any) -> Any:
    """A tree with numbers as floats, operators in one case, a AND (b AND c) as one, for comparing two parsers."""
    if isinstance(node, dict):
        if node.get("op") in {"and", "or"}:
            inner = [same(arg) for arg in node["args"]]
            flat = (arg["args"] if isinstance(arg, dict) and arg.get("op") == node["op"] else [arg] for arg in inner)
            return {"op": node["op"], "args": [arg for args in flat for arg in args]}
        return {key: item.lower() if key == "op" else same(item) for key, item in node.items()}
    if isinstance(node, list):
        return [same(item) for item in node]
    return float(node) if isinstance(node, int | float) and not isinstance(node, bool) else node


@requirement("cql2/cql2-text")
@given(anything)
def test_the_grammar_reads_what_another_parser_reads(node: Any) -> None:
    text = as_text(node)
    if "\\" not in text and "^" not in text:  # it reads no escapes but '', and 2^3^2 from the left
        assert same(read(text)) == same(cql2.parse_text(text).to_json())
