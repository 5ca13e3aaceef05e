"""CQL2 filters that are refused, and the largest ones that are answered."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from geo.atlas import Atlas
from geo.atlas.cql2.parse import MAX_DEPTH, MAX_LENGTH, parse
from geo.errors import BadQuery, NotFound
from tests.atlas.plain_cql2 import find_ids, quoted

REFUSED: list[tuple[str, str, str]] = [
    ("name = 1", "is text and 1 is number", "là chữ còn 1 là số"),
    ("stars = '4'", "is number", "là số"),
    ("tên = 'a'", "No property 'tên'", "Không có trường 'tên'"),
    ("star = 4", "No property 'star' in layer products (did you mean stars?)", "Không có trường 'star' trong lớp products (có phải stars?)"),
    ('name = "Gạo"', "text is written 'Gạo'", "chữ được viết là 'Gạo'"),
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
    ("A_CONTAINS(name, ('a'))", "fields of several keys: translated_fields, source_ids", "trường có nhiều mã: translated_fields, source_ids"),
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
