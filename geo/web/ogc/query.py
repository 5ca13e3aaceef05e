"""What part of a layer a request to OGC API - Features asks for: the standard's parameters and our own as one Query."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson
from werkzeug.datastructures import MultiDict

from geo import budget
from geo.atlas import Query
from geo.atlas.cql2 import parse
from geo.atlas.cql2.cost import functions_in
from geo.atlas.cql2.properties import Queryable
from geo.atlas.cql2.tree import Where, join_filters
from geo.errors import BadQuery
from geo.ocop.collections import COLLECTIONS
from geo.views.ogc.queryables import in_address
from geo.views.ogc.served_crs import CRS84, Served, served
from geo.web.http import params
from geo.web.http.params import Args

_WHOLE = 2.0**53
"""From here on a float holds no more every whole number."""
_MANY_FUNCTIONS = 10
"""Functions of a filter that takes long for certain: it needs its place before the work begins."""
_LANGUAGES: dict[str, parse.Language] = {"cql2-text": "cql2-text", "cql2-json": "cql2-json"}


def query_of(layer: str, args: Args, *, most_functions: int) -> Query:
    """The records asked for, without a page; BadQuery for anything that is not understood.

    A filter may hold `most_functions` functions; BadQuery for more, Busy for many where no long request may begin.
    """
    system = served(args["bbox-crs"], "bbox-crs") if args.get("bbox-crs") else None
    if system is None or system.uri == CRS84 or not args.get("bbox"):
        query = params.selection(layer, args)
    else:
        query = _in_box(params.selection(layer, params.without(args, "bbox")), params.corners(args), system)
    where = _where(layer, args)
    if where is not None:
        _refuse_costly(where, most_functions)
    return replace(query, time=params.period(args), sort=_sort(layer, args) or query.sort, where=where)


def properties_of(layer: str, args: Args) -> tuple[str, ...]:
    """The properties asked for; none means all of them."""
    names = params.many(args, "properties")
    fields = [*(row.name for row in COLLECTIONS[layer].fields), "commune_code", "commune_name", "measured_area_ha"]
    for name in names:
        if name not in fields:
            listed = ", ".join(fields)
            raise BadQuery(
                f"properties={name!r} is no property of {layer}. Properties: {listed}.",
                f"properties={name!r} không phải thuộc tính của {layer}. Các thuộc tính: {listed}.",
            )
    return names


def posted(body: bytes) -> Args:
    """The parameters in the body of a search: a JSON object whose members are named as the parameters are.

    A list is written as it would be in an address; `filter` may be CQL2 JSON as it stands. BadQuery for anything else.
    """
    try:
        members = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise _no_object(str(error)) from None
    if not isinstance(members, dict):
        raise _no_object(type(members).__name__)
    return MultiDict(_flat(members))


def _flat(members: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in members.items():
        if name == "filter" and isinstance(value, dict):
            yield name, orjson.dumps(value).decode()
            yield from [] if "filter-lang" in members else [("filter-lang", "cql2-json")]
        elif isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
            yield name, ",".join(map(_written, value))
        elif isinstance(value, str | int | float):
            yield name, _written(value)
        elif value is not None:
            raise BadQuery(
                f"{name}: expected text, a number or a list of them.", f"{name}: cần chữ, số hoặc danh sách của chúng."
            )


def _written(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _no_object(fault: str) -> BadQuery:
    example = '{"filter": {"op": "=", "args": [{"property": "stars"}, 4]}, "limit": 100}'
    return BadQuery(
        f"The body is not a JSON object ({fault}). Expected parameters by name, such as: {example}.",
        f"Nội dung không phải đối tượng JSON ({fault}). Cần các tham số theo tên, ví dụ: {example}.",
    )


# --- filters -------------------------------------------------------------------------------------------


def _where(layer: str, args: Args) -> Where | None:
    """The CQL2 filter and the values of queryables as one condition; None when neither is given."""
    parts = [part for part in (_filter(layer, args), _values(layer, args)) if part is not None]
    return join_filters(parts)


def _refuse_costly(where: Where, most: int) -> None:
    functions = functions_in(where)
    if functions > most:
        raise BadQuery(
            f"The filter applies {functions} functions (LIKE, CASEI, ACCENTI, S_*, T_*, A_* ...) to each record;"
            f" at most {most}. Use IN for lists of values, or ask in several requests.",
            f"Bộ lọc áp dụng {functions} hàm (LIKE, CASEI, ACCENTI, S_*, T_*, A_* ...) cho mỗi bản ghi; tối đa {most}."
            " Hãy dùng IN cho danh sách giá trị, hoặc chia thành nhiều yêu cầu.",
        )
    if functions >= _MANY_FUNCTIONS:
        budget.take_place()


def _filter(layer: str, args: Args) -> Where | None:
    """The CQL2 filter; BadQuery for its language or system even where there is no filter."""
    said = args.get("filter-lang", "cql2-text")
    if said not in _LANGUAGES:
        raise BadQuery(
            f"filter-lang={said!r}: expected cql2-text or cql2-json.",
            f"filter-lang={said!r}: cần cql2-text hoặc cql2-json.",
        )
    system = served(args["filter-crs"], "filter-crs") if args.get("filter-crs") else None
    if not args.get("filter"):
        return None
    reading = None if system is None else replace(system.reading, swapped=system.north_first)
    return parse.parse(args["filter"], _LANGUAGES[said], layer, reading)


def _values(layer: str, args: Args) -> Where | None:
    """`name=value` of queryables: equal to it, or (codes and numbers) to one of several joined by commas."""
    known = in_address(layer)
    given = {name: [value for value in args.getlist(name) if value] for name in dict.fromkeys(args) if name in known}
    asked = [_is_one_of(known[name], values) for name, values in given.items() if values]
    if not asked:
        return None
    node = asked[0] if len(asked) == 1 else {"op": "and", "args": asked}
    return parse.parse(orjson.dumps(node).decode(), "cql2-json", layer)


def _is_one_of(queryable: Queryable, values: list[str]) -> dict[str, Any]:
    field = queryable.field
    parted = queryable.kind == "number" or (field is not None and field.codes is not None)
    if len(values) > 1 and not parted:
        raise BadQuery(
            f"{queryable.name} is given {len(values)} times; one value, or filter={queryable.name} IN ('…', '…').",
            f"{queryable.name} có {len(values)} lần; chỉ một giá trị, hoặc dùng filter={queryable.name} IN ('…', '…').",
        )
    given = [part.strip() for value in values for part in (value.split(",") if parted else [value])]
    wanted = [_number(queryable.name, text) if queryable.kind == "number" else text for text in given]
    at = {"property": queryable.name}
    if queryable.several:
        return {"op": "a_overlaps", "args": [at, wanted]}
    equal = [{"op": "=", "args": [at, value]} for value in wanted]
    return equal[0] if len(equal) == 1 else {"op": "or", "args": equal}


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) < float("inf"):
        raise BadQuery(f"{name}={text!r}: expected a number.", f"{name}={text!r}: cần một số.")
    return int(number) if number.is_integer() and abs(number) < _WHOLE else number


# --- order and place -------------------------------------------------------------------------------------


def _in_box(query: Query, corners: tuple[float, float, float, float], system: Served) -> Query:
    box = system.box(corners)
    return replace(query, area=box) if isinstance(box, bytes) else replace(query, bbox=box)


def _sort(layer: str, args: Args) -> str:
    """`sortby=-stars,+name` as the atlas sorts; BadQuery for what is no field."""
    names = params.many(args, "sortby")
    for name in names:
        if not re.fullmatch(r"[+-]?\w+", name) or not COLLECTIONS[layer].has(name.lstrip("+- ")):
            known = ", ".join(field.name for field in COLLECTIONS[layer].fields)
            raise BadQuery(
                f"sortby={name!r}: expected field names, with + or - before them. Fields: {known}.",
                f"sortby={name!r}: cần tên trường, có dấu + hoặc - phía trước. Các trường: {known}.",
            )
    return ",".join(name.removeprefix("+") for name in names)
