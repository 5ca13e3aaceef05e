"""CQL2 filters: what an atlas answers held against a plain evaluation of the same filter in Python."""

import json
import math
import re
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import cql2
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box
from shapely.geometry import shape

from geo.atlas import Atlas, Query, Record
from geo.atlas.cql2.parse import MAX_DEPTH, MAX_LENGTH, Language, parse
from geo.atlas.cql2.text import read
from geo.atlas.cql2.tree import join_filters
from geo.errors import BadQuery, NotFound
from geo.ocop.layers import LAYERS
from geo.views.ogc.queryables import queryables
from geo.vn2000.systems import HOME, Reading
from tests.engines import OpenAtlases
from tests.frames import frame, world
from tests.frozen import frozen
from tests.ogc.requirement import requirement

NAMES = ("Chè Shan tuyết", "chè shan", "Mật ong", "Đồi A1", "Doi 100%", "O'Hara", "a_b", "")
CRAFTS = (None, "weaving", "weaving;embroidery", "embroidery", "bamboo;weaving")
DATES = (None, "2019", "2019-02", "2019-02-14", "2014/2015", "2018-12-31", "2019-12-31/2020-01-01", "2020")


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


def find_ids(atlas: Atlas, layer: str, text: str, lang: Language = "cql2-text", crs: Any = None) -> list[str]:
    query = Query(layer, where=parse(text, lang, layer, crs))
    records = atlas.find(query).records
    assert atlas.count(query) == len(records)
    return [record.id for record in records]


# --- the plain evaluation ------------------------------------------------------------------------------


def day_span(text: str) -> tuple[date, date]:
    if "/" in text:
        first, last = text.split("/")
        return (
            date.min if first == ".." else day_span(first)[0],
            date.max if last == ".." else day_span(last)[1],
        )
    if len(text) == 4:
        return date(int(text), 1, 1), date(int(text), 12, 31)
    if len(text) == 7:
        first_day = date.fromisoformat(f"{text}-01")
        return first_day, (first_day + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return date.fromisoformat(text), date.fromisoformat(text)


def bare(text: str) -> str:
    stroked = text.replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in unicodedata.normalize("NFD", stroked) if not unicodedata.combining(c))


ALLEN = {
    "t_after": lambda a, b, c, d: a > d, "t_before": lambda a, b, c, d: b < c,
    "t_disjoint": lambda a, b, c, d: b < c or a > d, "t_intersects": lambda a, b, c, d: not (b < c or a > d),
    "t_equals": lambda a, b, c, d: (a, b) == (c, d), "t_contains": lambda a, b, c, d: a < c and b > d,
    "t_during": lambda a, b, c, d: a > c and b < d, "t_finishedby": lambda a, b, c, d: a < c and b == d,
    "t_finishes": lambda a, b, c, d: a > c and b == d, "t_meets": lambda a, b, c, d: b == c,
    "t_metby": lambda a, b, c, d: a == d, "t_overlappedby": lambda a, b, c, d: c < a < d < b,
    "t_overlaps": lambda a, b, c, d: a < c < b < d, "t_startedby": lambda a, b, c, d: a == c and b > d,
    "t_starts": lambda a, b, c, d: a == c and b < d,
    "<": lambda a, b, c, d: b < c, "<=": lambda a, b, c, d: b <= d, ">": lambda a, b, c, d: a > d,
    ">=": lambda a, b, c, d: a >= c, "=": lambda a, b, c, d: (a, b) == (c, d), "<>": lambda a, b, c, d: (a, b) != (c, d),
}  # fmt: skip
COMPARE = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b, ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
}  # fmt: skip
MATHS = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "%": math.fmod, "div": lambda a, b: math.trunc(a / b), "^": math.pow,
}  # fmt: skip


def value(node: Any, record: Record) -> Any:  # noqa: C901, PLR0911, PLR0912
    """What CQL2 JSON is worth for a record; None is NULL. Written without a look at any engine."""
    if isinstance(node, list):
        return [value(item, record) for item in node]
    if not isinstance(node, dict):
        return node
    if "property" in node:
        if node["property"] == "geometry":
            return record.geometry
        return record.id if node["property"] == "id" else record.properties[node["property"]]
    if "date" in node:
        return node["date"]
    if "interval" in node:
        return "/".join(node["interval"])
    if "bbox" in node:
        west, south, east, north = node["bbox"]
        return (
            box(west, south, east, north)
            if west <= east
            else box(west, south, 180, north) | box(-180, south, east, north)
        )
    if "type" in node:
        return shape(node)
    op, args = node["op"].lower(), [value(arg, record) for arg in node["args"]]
    if op == "and":
        return False if False in args else None if None in args else True
    if op == "or":
        return True if True in args else None if None in args else False
    if op == "isnull":
        return args[0] is None
    if op == "in":
        tests = [None if args[0] is None or item is None else args[0] == item for item in args[1]]
        return True if True in tests else None if None in tests else False
    if any(arg is None for arg in args):
        return None
    if op == "not":
        return not args[0]
    if op == "between":
        return args[1] <= args[0] <= args[2]
    if op in {"casei", "accenti"}:
        return args[0].casefold() if op == "casei" else bare(args[0])
    if op == "like":
        parts = re.findall(r"\\.|%|_|[^%_\\]|\\", args[1], re.DOTALL)
        pattern = "".join({"%": ".*", "_": "."}.get(part, re.escape(part[-1])) for part in parts)
        return re.fullmatch(pattern, args[0], re.DOTALL) is not None
    if op in MATHS:
        try:
            return MATHS[op](args[0], args[1])
        except (ArithmeticError, ValueError):
            return None
    if op.startswith("a_"):
        a, b = (set(arg.split(";")) if isinstance(arg, str) else set(arg) for arg in args)
        return {"a_equals": a == b, "a_contains": a >= b, "a_containedby": a <= b, "a_overlaps": bool(a & b)}[op]
    if op.startswith("s_"):
        return bool(getattr(shapely, op.removeprefix("s_"))(args[0], args[1]))
    if op.startswith("t_") or any(
        isinstance(arg, dict) and ("date" in arg or arg.get("property") == "recognised") for arg in node["args"]
    ):
        return bool(ALLEN[op](*day_span(args[0]), *day_span(args[1])))
    return COMPARE[op](args[0], args[1])


def plain(atlas: Atlas, layer: str, node: Any) -> list[str]:
    return [record.id for record in atlas.find(Query(layer)).records if value(node, record) is True]


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def as_text(node: Any) -> str:  # noqa: C901, PLR0911, PLR0912
    """CQL2 JSON written as CQL2 Text, every operand in brackets."""
    if isinstance(node, bool):
        return str(node).lower()
    if isinstance(node, int | float):
        return repr(node)
    if isinstance(node, str):
        return quoted(node)
    if isinstance(node, list):
        return f"({', '.join(map(as_text, node))})"
    if "property" in node:
        return str(node["property"])
    if "date" in node:
        return f"DATE('{node['date']}')"
    if "interval" in node:
        return "INTERVAL('{}', '{}')".format(*node["interval"])
    if "bbox" in node:
        return f"BBOX({', '.join(map(str, node['bbox']))})"
    if "type" in node:
        return str(shape(node).wkt)
    op, args = node["op"], node["args"]
    if op in {"and", "or"}:
        return "(" + f" {op.upper()} ".join(map(as_text, args)) + ")"
    if op == "not":
        return f"(NOT {as_text(args[0])})"
    if op == "isNull":
        return f"({as_text(args[0])} IS NULL)"
    if op == "between":
        return "({} BETWEEN {} AND {})".format(*map(as_text, args))
    if op in {"in", "like", "div"} or not op[0].isalpha():
        return f"({as_text(args[0])} {op.upper()} {as_text(args[1])})"
    return f"{op}({', '.join(map(as_text, args))})"


# --- random filters of each class ----------------------------------------------------------------------


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


# --- the examples of the standard, with our names ------------------------------------------------------


@requirement("cql2/cql2-text", "cql2/basic-cql2", "cql2/basic-spatial-functions-plus")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stars = 4", ["R1"]),
        ("NAME = 'x'", None),
        ("name='Chè Shan tuyết'", ["R2"]),
        ("name = 'Che\u0300 Shan tuyê\u0301t'", ["R2"]),
        ('"name" = \'Chè Shan tuyết\'', ["R2"]),
        ("year IS NOT NULL", ["R1"]),
        ("geometry IS NOT NULL", ["R1", "R3"]),
        ("name LIKE 'Chè%'", ["R2"]),
        ("name NOT LIKE 'Chè%'", ["R1", "R3"]),
        ("name LIKE 'chè%'", []),
        ("casei(name) LIKE casei('CHÈ%')", ["R2"]),
        ("CASEI(ACCENTI(name)) LIKE CASEI(ACCENTI('%MẬT ONG%'))", ["R1"]),
        ("accenti(name) = accenti('Che Shan tuyet')", ["R2"]),
        ("group IN ('food','herbal')", ["R1"]),
        ("stars NOT IN (4, 5)", ["R2", "R3"]),
        ("stars BETWEEN 3.5 AND 4.5", ["R1"]),
        ("stars not between 3.5 and 4.5", ["R2", "R3"]),
        ("year = 2019 AND stars > 3 OR group = 'beverage'", ["R1", "R2", "R3"]),
        ("year = 2019 AND (stars > 4 OR group = 'beverage')", []),
        ("NOT (stars = 4 OR year = 2020)", []),
        ("NOT year = 2020", ["R1"]),
        ("stars > (year - 2016)", ["R1"]),
        ("2 < stars AND 4 = stars", ["R1"]),
        ("stars * 2 - 1 = 7 AND stars div 3 = 1 AND stars % 3 = 1 AND stars ^ 2 = 16 AND stars / 8 = 0.5", ["R1"]),
        ("2 ^ 3 ^ 2 = 512 AND -2 ^ 2 = 4 AND 8 - 4 - 2 = 2", ["R1", "R2", "R3"]),
        ("stars / 0 = 1 OR NOT stars / 0 = 1", []),
        ("(stars > 3) = TRUE", ["R1"]),
        ("id IN ('R1', 'R3')", ["R1", "R3"]),
        ("commune_code = '00002'", ["R3"]),
        ("district_code = '100'", ["R1"]),
        ("name = 'O''Hara' OR name = 'O\\'Hara'", []),
        ("S_INTERSECTS(geometry,POINT(103.1 21.1))", ["R1"]),
        ("s_within(geometry, Polygon((103 21, 103.2 21, 103.2 21.2, 103 21.2, 103 21)))", ["R1"]),
        ("S_INTERSECTS(geometry, MULTIPOINT(103.1 21.1, (103.3 21.1)))", ["R1", "R3"]),
        ("S_INTERSECTS(geometry, POINT Z (103.1 21.1 500))", ["R1"]),
        ("S_INTERSECTS(geometry, BBOX(103, 21, 0, 103.2, 21.2, 900))", ["R1"]),
        ("S_INTERSECTS(geometry, BBOX(103.2, 21, -170, 22))", ["R3"]),
        ("S_EQUALS(geometry, BBOX(103.1, 21.1, 103.1, 21.1))", ["R1"]),
        ("S_CROSSES(LINESTRING(0 0, 2 2), POLYGON((1 -1, 3 -1, 3 3, 1 3, 1 -1)))", ["R1", "R2", "R3"]),
        ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(103.1 21.1), GEOMETRYCOLLECTION(POINT(0 0))))", ["R1"]),
        ("A_CONTAINS(source_ids, ('S1'))", ["R1", "R2", "R3"]),
        ("A_OVERLAPS(('R1', 'x'), (product_id, 'y'))", ["R1"]),
        ("source_ids = 'S1'", ["R1", "R2", "R3"]),
    ],
)  # fmt: skip
def test_examples_of_the_standard_with_our_names(atlas: Atlas, text: str, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(BadQuery):
            parse(text, "cql2-text", "products")
    else:
        assert find_ids(atlas, "products", text) == expected


@requirement("cql2/temporal-functions", "cql2/array-functions")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("recognised = '2022'", True),
        ("recognised = DATE('2022-01-01')", False),
        ("recognised >= DATE('2022-01-01') AND recognised <= DATE('2022-12-31')", True),
        ("recognised BETWEEN '2022' AND '2022-12'", True),
        ("recognised IN ('2021', '2022-01-01/2022-12-31')", True),
        ("recognised < TIMESTAMP('2023-01-01T00:00:00Z')", True),
        ("recognised < TIMESTAMP('2022-12-31T12:00:00.5Z')", False),
        ("T_DURING(recognised, INTERVAL('2021-12-31', '..'))", True),
        ("T_EQUALS(recognised, INTERVAL('2022-01-01', '2022-12-31'))", True),
        ("T_EQUALS(recognised, INTERVAL('2022-01-01T00:00:00Z', '2022-12-31T23:59:59.999999Z'))", True),
        ("T_INTERSECTS(INTERVAL(recognised, recognised), DATE('2022-06-01'))", True),
        ("T_INTERSECTS(INTERVAL('..', recognised), DATE('1999-06-01'))", True),
        ("T_AFTER(recognised, DATE('2021-12-31'))", True),
        ("T_MEETS(INTERVAL('2021-01-01', '2022-01-01'), recognised)", True),
        ("craft = 'weaving;embroidery'", True),
        ("A_EQUALS(craft, ('embroidery', 'weaving'))", True),
        ("A_CONTAINEDBY(craft, ('weaving'))", False),
    ],
)  # fmt: skip
def test_dates_are_spans_and_fields_of_keys_are_arrays(atlas: Atlas, text: str, expected: bool) -> None:
    assert find_ids(atlas, "villages", text) == (["V1"] if expected else [])


def test_coordinates_are_read_in_the_system_of_the_asker(atlas: Atlas) -> None:
    from geo.crs import METRIC_CRS, transformer

    east, north = transformer("OGC:CRS84", METRIC_CRS).transform(103.1, 21.1)
    box_text = f"BBOX({east - 200}, {north - 200}, {east + 200}, {north + 200})"
    assert find_ids(atlas, "products", f"S_INTERSECTS(geometry, {box_text})", crs=Reading(HOME)) == ["R1"]
    swapped = f"BBOX({north - 200}, {east - 200}, {north + 200}, {east + 200})"
    assert find_ids(atlas, "products", f"S_INTERSECTS(geometry, {swapped})", crs=Reading(HOME, swapped=True)) == ["R1"]


def test_a_filter_adds_to_the_other_filters_and_counts_facets(atlas: Atlas) -> None:
    where = parse("stars = 3", "cql2-text", "products")
    query = Query("products", filters=(("group", ("beverage",)),), text="ca phe", where=where)
    assert [record.id for record in atlas.find(query).records] == ["R3"]
    assert atlas.facets(Query("products", where=where))["group"] == {"beverage": 2}
    assert hash(query) == hash(Query("products", filters=(("group", ("beverage",)),), text="ca phe", where=where))
    with pytest.raises(BadQuery, match="for layer products"):
        atlas.find(Query("sites", where=where))


def test_filters_of_one_layer_are_joined_and_those_of_two_are_not(atlas: Atlas) -> None:
    """Each of the two is an OR, which binds less than the AND between them."""
    texts = ("stars = 3 OR year IS NULL", "name LIKE 'Chè%' OR \"group\" = 'food'")
    filters = [parse(text, "cql2-text", "products") for text in texts]
    both = join_filters(filters)
    headers = [{record.id for record in atlas.find(Query("products", where=one)).records} for one in filters]
    assert both is not None
    assert (
        {record.id for record in atlas.find(Query("products", where=both)).records}
        == headers[0] & headers[1]
        != headers[0]
    )
    assert both == parse(" AND ".join(f"({text})" for text in texts), "cql2-text", "products")
    assert join_filters([]) is None and join_filters(filters[:1]) == filters[0]
    with pytest.raises(ValueError, match="products, sites"):
        join_filters([filters[0], parse("TRUE", "cql2-text", "sites")])


# --- what is refused -----------------------------------------------------------------------------------

REFUSED: list[tuple[str, str, str]] = [
    ("name = 1", "is text and 1 is number", "là chữ còn 1 là số"),
    ("stars = '4'", "is number", "là số"),
    ("tên = 'a'", "No property 'tên'", "Không có trường 'tên'"),
    ("foo(name) = 1", "No function or operator 'foo'", "Không có hàm"),
    ("name", "Expected a condition", "Cần một điều kiện"),
    ("name AND stars = 4", "Expected a condition", "Cần một điều kiện"),
    ("stars LIKE '4%'", "LIKE takes text", "LIKE cần chữ"),
    ("name LIKE name", "pattern as a literal", "mẫu viết sẵn"),
    ("CASEI(stars) = 'a'", "CASEI takes text", "CASEI cần chữ"),
    ("CASEI(name, name) = 'a'", "takes 1 arguments", "cần 1 tham số"),
    ("name + 1 = 2", "takes number", "cần số"),
    ("name BETWEEN 1 AND 2", "compares values of one kind", "cùng loại"),
    ("(stars > 3) < true", "by = and <> only", "bằng = và <>"),
    ("geometry = geometry", "use S_EQUALS", "hãy dùng S_EQUALS"),
    ("source_ids = ('S1', 'S2')", "use A_EQUALS", "hãy dùng A_EQUALS"),
    ("A_CONTAINS(name, ('a'))", "fields of several keys: source_ids", "trường có nhiều mã: source_ids"),
    ("A_CONTAINS(source_ids, (1))", "takes text", "cần chữ"),
    ("T_AFTER(name, DATE('2019-01-01'))", "takes time", "cần thời gian"),
    ("T_DURING(certified_from, DATE('2019-01-01'))", "is an instant", "là một thời điểm"),
    ("certified_from = DATE('2019')", "is not a date", "không phải ngày"),
    ("certified_from = DATE('2019-02-30')", "is not a date", "không phải ngày"),
    ("certified_from = TIMESTAMP('2019-02-20')", "is not a date", "không phải ngày"),
    ("certified_from = 'soon'", "is not a date", "không phải ngày"),
    ("T_AFTER(certified_from, INTERVAL('2020-01-01', '2019-01-01'))", "earlier first", "đứng trước"),
    ("T_AFTER(certified_from, INTERVAL('2019-01-01', '2020-01-01T00:00:00Z'))", "two dates or two", "hai ngày hoặc"),
    ("S_INTERSECTS(name, POINT(1 2))", "takes geometry", "cần hình"),
    ("S_INTERSECTS(geometry)", "takes 2 arguments", "cần 2 tham số"),
    ("S_INTERSECTS(geometry, POINT(500000 2300000))", "filter-crs", "filter-crs"),
    ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0)))", "cannot be used", "Không dùng được"),
    ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", "not a valid geometry", "không hợp lệ"),
    ("S_INTERSECTS(geometry, BBOX(1, 2, 3))", "4 or 6 numbers", "4 hoặc 6 số"),
    ("S_INTERSECTS(geometry, BBOX(1, 5, 3, 2))", "lower corner first", "góc nhỏ trước"),
    ("stars = 1e999", "too large", "quá lớn"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "en", "vi"), REFUSED)
def test_what_is_wrong_is_said_in_both_languages_with_the_queryables(text: str, en: str, vi: str) -> None:
    with pytest.raises(BadQuery) as refused:
        parse(text, "cql2-text", "products")
    assert en in refused.value.en and "Queryables of products: product_id (text)" in refused.value.en
    assert vi in refused.value.vi and "Các trường lọc được của products: product_id (chữ)" in refused.value.vi


@pytest.mark.parametrize(
    "text", ["", "(((", "name = 'a", "name = ", "name == 'a'", "name = NULL", "stars IN ()", "name = 'a'; DROP TABLE x", "name 'a'", "POINT EMPTY"]
)  # fmt: skip
def test_text_that_cannot_be_read_names_the_place(text: str) -> None:
    with pytest.raises(BadQuery, match=r"character \d+") as refused:
        parse(text, "cql2-text", "products")
    assert "ký tự" in refused.value.vi


@pytest.mark.parametrize(
    "text",
    [
        "[", "nonsense", "null", "5", "{}", '{"op": "=", "args": 5}', '{"op": 5, "args": []}', '{"property": 5}',
        '{"op": "=", "args": [{"property": "stars"}, null]}', '{"op": "and", "args": [true]}', '{"op": "not", "args": []}',
        '{"op": "in", "args": [{"property": "stars"}, []]}', '{"op": "in", "args": [{"property": "stars"}, 4]}',
        '{"interval": ["x"]}', '{"date": {"x": 1}}', '{"op": "=", "args": ["\\ud800", "a"]}', "[" * 900 + "]" * 900,
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": ["a", 1]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": []}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Feature", "coordinates": [1, 2]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "GeometryCollection", "geometries": 5}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": "1,2,3,4"}]}',
    ],
)  # fmt: skip
def test_json_that_is_no_filter_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(BadQuery) as refused:
        parse(text, "cql2-json", "products")
    assert refused.value.en and refused.value.vi and refused.value.en != refused.value.vi


@pytest.mark.parametrize(
    "attempt", ["x' OR 1=1 --", "x'); DROP TABLE f_products; --", "\u0000", "' UNION SELECT value FROM meta --", "?", "%"]
)  # fmt: skip
def test_what_people_type_is_never_sql(atlas: Atlas, attempt: str) -> None:
    literal = json.dumps({"op": "=", "args": [{"property": "name"}, attempt]})
    assert find_ids(atlas, "products", literal, "cql2-json") == []
    assert find_ids(atlas, "products", f"name = {quoted(attempt)}") == []
    for part in ({"property": attempt}, {"op": attempt, "args": []}):
        with pytest.raises(BadQuery):
            parse(json.dumps({"op": "=", "args": [part, "a"]}), "cql2-json", "products")


def test_long_and_deep_filters_are_refused_at_once() -> None:
    with pytest.raises(BadQuery, match="at most 20000"):
        parse("stars = 4 OR " * 2000 + "stars = 4", "cql2-text", "products")
    with pytest.raises(BadQuery, match=f"more than {MAX_DEPTH} levels"):
        parse("NOT " * MAX_DEPTH + "stars = 4", "cql2-text", "products")
    hostile = ["(" * 19_000, "(" * 5000 + "a=" + ")" * 5000, "NOT " * 4990, "-" * 19_990, "f(" * 9000, "1+" * 9990 + "1=1",
               "'" * 19_999, "A_EQUALS(a," + "(" * 9000, "POLYGON(" + "(" * 9000, "stars = " + "9" * 19_000]  # fmt: skip
    for text in hostile:
        began = time.perf_counter()
        with pytest.raises(BadQuery):
            parse(text, "cql2-text", "products")
        assert time.perf_counter() - began < 3


@pytest.mark.parametrize(
    "text",
    [
        "NOT " * (MAX_DEPTH - 2) + "stars = 4",
        "(" * 60 + "stars = 4" + ")" * 60,
        "(stars = 4 AND " * 46 + "stars = 4" + ")" * 46,
        "NOT (stars = 3 OR " * 23 + "stars = 3" + ")" * 23,
        "stars" + " + 1 - 1" * 22 + " = 4",
        " OR ".join(["stars = 4"] * 1500),
        f"stars IN ({', '.join(['4'] * 6000)})",
        "casei(accenti(" * 20 + "name" + "))" * 20 + " LIKE 'mat%'",
    ],
)  # fmt: skip
def test_filters_up_to_the_limits_are_answered(atlas: Atlas, text: str) -> None:
    assert len(text) <= MAX_LENGTH
    assert find_ids(atlas, "products", text) in (["R1"], ["R2", "R3"])


def test_many_threads_read_filters_at_once(atlas: Atlas) -> None:
    texts = [f"stars = {n} OR name = '{n}' AND S_INTERSECTS(geometry, POINT({n} {n}))" for n in range(20)]
    alone = [parse(text, "cql2-text", "products") for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: parse(text, "cql2-text", "products"), texts * 10))
    assert together == alone * 10


def test_a_layer_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound, match="Layers: products"):
        parse("true", "cql2-text", "nothing")


# --- queryables ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_queryables_are_what_filters_may_name(atlas: Atlas, layer: str, lang: str) -> None:
    schema = queryables(layer, lang)
    assert (
        schema["$schema"] == "https://json-schema.org/draft/2020-12/schema" and schema["additionalProperties"] is False
    )
    assert {field.name for field in LAYERS[layer].fields} < set(schema["properties"])
    for name, row in schema["properties"].items():
        assert row["title"] and ("type" in row) != row.get("format", "").startswith("geometry-")
        find_ids(atlas, layer, f'"{name}" IS NULL')
        if "enum" in row:
            assert len(row["enum"]) == len(row["x-enumNames"])
    assert schema["properties"].get("geometry", {}).get("format") == {
        "Point": "geometry-point", "MultiPolygon": "geometry-multipolygon", None: None,
    }[LAYERS[layer].geometry]  # fmt: skip
