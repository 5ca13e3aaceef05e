"""The parameters of OGC API - Features, those of the standard and of this service, as one Query to the atlas."""

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
from geo.atlas.cql2.properties import Queryable, sortables_of
from geo.atlas.cql2.tree import Where, join_filters
from geo.errors import BadQuery
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.derived import derived_fields
from geo.ocop.parameters import ID_LISTS
from geo.views.ogc.queryables import in_address
from geo.views.ogc.served_crs import CRS84, find_crs
from geo.web.http import params
from geo.web.http.params import Args

_WHOLE = 2.0**53
"""From here on a float cannot represent every integer."""
_MANY_FUNCTIONS = 10
"""Functions of a filter that takes long for certain: it needs its place before the work begins."""
_LANGUAGES: dict[str, parse.Language] = {"cql2-text": "cql2-text", "cql2-json": "cql2-json"}


def query_of(layer: str, args: Args, *, limit: int, offset: int, most_functions: int) -> Query:
    """The query of the parameters for a page; BadQuery for an invalid value.

    A filter may apply `most_functions` functions; BadQuery for more, Busy for many when no long request may begin.
    """
    system = find_crs(args["bbox-crs"], "bbox-crs") if args.get("bbox-crs") else None
    if system is None or system.uri == CRS84 or not args.get("bbox"):
        query = params.selection(layer, args)
    else:
        box = system.box(params.corners(args), args["bbox"])
        query = params.selection(layer, params.without(args, "bbox"))
        query = replace(query, area=box) if isinstance(box, bytes) else replace(query, bbox=box)
    where = _where(layer, args)
    if where is not None:
        _refuse_costly(where, most_functions)
    sort = _sort(layer, args) or query.sort
    return replace(query, time=params.period(args), sort=sort, where=where, limit=limit, offset=offset)


def properties_of(layer: str, args: Args) -> tuple[str, ...]:
    """The names in the parameter `properties`; empty without it, for all of them."""
    names = params.many(args, "properties")
    spec = COLLECTIONS[layer]
    fields = [*(row.name for row in spec.fields), *(row.name for row in derived_fields(spec))]
    for name in names:
        if name not in fields:
            names_text = ", ".join(fields)
            raise BadQuery(
                f"properties={name!r} is not a property of {layer}. Properties: {names_text}.",
                f"properties={name!r} không phải thuộc tính của {layer}. Các thuộc tính: {names_text}.",
            )
    return names


def body_parameters(body: bytes) -> Args:
    """The parameters in the body of a search: a JSON object with a member for each parameter.

    A list is joined by commas, as in a URL, except those of ID_LISTS, whose items are values of their own. `filter` may
    be an object of CQL2 JSON. BadQuery for any other body.
    """
    try:
        members = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise _not_an_object(str(error)) from None
    if not isinstance(members, dict):
        raise _not_an_object(type(members).__name__)
    return MultiDict(_parameters(members))


def _parameters(members: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in members.items():
        if name == "filter" and isinstance(value, dict):
            yield name, orjson.dumps(value).decode()
            yield from [] if "filter-lang" in members else [("filter-lang", "cql2-json")]
        elif isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
            items = list(map(_as_text, value))
            yield from ((name, item) for item in (items if name in ID_LISTS else [",".join(items)]))
        elif isinstance(value, str) and name in ID_LISTS:
            yield from ((name, item) for item in value.split(","))
        elif isinstance(value, str | int | float):
            yield name, _as_text(value)
        elif value is not None:
            raise BadQuery(
                f"{name}: expected text, a number or a list of them.", f"{name}: cần chữ, số hoặc danh sách của chúng."
            )


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _not_an_object(fault: str) -> BadQuery:
    example = '{"filter": {"op": "=", "args": [{"property": "stars"}, 4]}, "limit": 100}'
    return BadQuery(
        f"The body is not a JSON object ({fault}). Expected parameters by name, such as: {example}.",
        f"Nội dung không phải đối tượng JSON ({fault}). Cần các tham số theo tên, ví dụ: {example}.",
    )


# --- filters -------------------------------------------------------------------------------------------


def _where(layer: str, args: Args) -> Where | None:
    """The CQL2 filter and the values of queryables as one condition; None without both."""
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
    """The CQL2 filter; BadQuery for an invalid filter-lang or filter-crs, even without a filter."""
    language = args.get("filter-lang") or "cql2-text"
    if language not in _LANGUAGES:
        raise BadQuery(
            f"filter-lang={language!r}: expected cql2-text or cql2-json.",
            f"filter-lang={language!r}: cần cql2-text hoặc cql2-json.",
        )
    system = find_crs(args["filter-crs"], "filter-crs") if args.get("filter-crs") else None
    if not args.get("filter"):
        return None
    reading = None if system is None else replace(system.reading, swapped=system.north_first)
    return parse.parse(args["filter"], _LANGUAGES[language], layer, reading)


def _values(layer: str, args: Args) -> Where | None:
    """The condition of parameters `queryable=value`: equality; for codes and numbers one of several values."""
    queryables = in_address(layer)
    by_name = {
        name: [value for value in args.getlist(name) if value] for name in dict.fromkeys(args) if name in queryables
    }
    conditions = [_is_one_of(queryables[name], values) for name, values in by_name.items() if values]
    if not conditions:
        return None
    node = conditions[0] if len(conditions) == 1 else {"op": "and", "args": conditions}
    return parse.parse(orjson.dumps(node).decode(), "cql2-json", layer)


def _is_one_of(queryable: Queryable, values: list[str]) -> dict[str, Any]:
    field = queryable.field
    is_list = queryable.kind == "number" or (field is not None and field.codes is not None)
    if len(values) > 1 and not is_list:
        raise BadQuery(
            f"{queryable.name} has {len(values)} values; send one, or use filter={queryable.name} IN ('…', '…').",
            f"{queryable.name} có {len(values)} giá trị; chỉ gửi một, hoặc dùng filter={queryable.name} IN ('…', '…').",
        )
    texts = [part.strip() for value in values for part in (value.split(",") if is_list else [value])]
    literals = [_number(queryable.name, text) if queryable.kind == "number" else text for text in texts]
    if field is not None and field.codes is not None:
        params.require_codes(queryable.name, map(str, literals), CODE_LISTS[field.codes].keys())
    at = {"property": queryable.name}
    if queryable.several:
        return {"op": "a_overlaps", "args": [at, literals]}
    equal = [{"op": "=", "args": [at, value]} for value in literals]
    return equal[0] if len(equal) == 1 else {"op": "or", "args": equal}


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) < float("inf"):
        raise BadQuery(f"{name}={text!r}: expected a number.", f"{name}={text!r}: cần một số.")
    return int(number) if number.is_integer() and abs(number) < _WHOLE else number


# --- order -----------------------------------------------------------------------------------------------


def _sort(layer: str, args: Args) -> str:
    """The parameter `sortby` (-stars,+name) as Query.sort; BadQuery for an unknown field."""
    names = params.many(args, "sortby")
    for name in names:
        if re.sub(r"\A[+-]", "", name) not in sortables_of(layer):
            fields = ", ".join(sortables_of(layer))
            raise BadQuery(
                f"sortby={name!r}: expected field names, with + or - before them. Fields: {fields}.",
                f"sortby={name!r}: cần tên trường, có dấu + hoặc - phía trước. Các trường: {fields}.",
            )
    return ",".join(name.removeprefix("+") for name in names)
