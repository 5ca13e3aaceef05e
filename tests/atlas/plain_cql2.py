"""CQL2 JSON evaluated in plain Python, without a look at any engine, and written as CQL2 text."""

import math
import re
import unicodedata
from datetime import date, timedelta
from typing import Any

import shapely
from shapely import box
from shapely.geometry import shape

from geo.atlas import Atlas, Query, Record
from geo.atlas.cql2.parse import Language, parse

NAMES = ("Chè Shan tuyết", "chè shan", "Mật ong", "Đồi A1", "Doi 100%", "O'Hara", "a_b", "")

CRAFTS = (None, "weaving", "weaving;embroidery", "embroidery", "bamboo;weaving")

DATES = (None, "2019", "2019-02", "2019-02-14", "2014/2015", "2018-12-31", "2019-12-31/2020-01-01", "2020")


def find_ids(atlas: Atlas, layer: str, text: str, lang: Language = "cql2-text", crs: Any = None) -> list[str]:
    query = Query(layer, where=parse(text, lang, layer, crs))
    records = atlas.find(query).records
    assert atlas.count(query) == len(records)
    return [record.id for record in records]


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
