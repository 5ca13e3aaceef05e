"""CQL2 Text converted to CQL2 JSON: a grammar after the BNF of OGC 21-065r2, parsed by lark.

Two existing parsers were tried on some 150 filters and rejected. pygeofilter 0.4.0 (8 June 2026) takes T_* for infix
operators, lacks A_*, '' in a literal, NOT (a AND b) and TRUE, and prints its parse tables on an error. cql2 0.6.0
(13 August 2026, Rust) parses nearly everything correctly, but needs time 2^n for n brackets around a syntax error (22:
five seconds) and crashes the process on 2,400, and filters come from anybody. lark's LALR parser takes linear time and
does not recurse; the tests compare its results with those of cql2.
"""

import re
from typing import Any, TypeAlias

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args

from geo import budget
from geo.errors import BadQuery
from geo.text import nfc

Node: TypeAlias = Any
"""CQL2 JSON: an object, a list, str, int, float or bool."""

_GRAMMAR = r"""
start: or_
?or_: and_
    | and_ (_OR and_)+                -> or_
?and_: not_
     | not_ (_AND not_)+              -> and_
?not_: _NOT not_                       -> not_
     | predicate
?predicate: sum
     | sum COMPARE sum                 -> binary
     | sum _LIKE sum                   -> like
     | sum _NOT _LIKE sum              -> not_like
     | sum _BETWEEN sum _AND sum     -> between
     | sum _NOT _BETWEEN sum _AND sum -> not_between
     | sum _IN "(" array ")"            -> in_
     | sum _NOT _IN "(" array ")"       -> not_in
     | sum _IS _NULL                   -> null
     | sum _IS _NOT _NULL              -> not_null
?sum: product
     | sum PLUS product                -> binary
     | sum MINUS product               -> binary
?product: power
     | product TIMES power             -> binary
?power: unary
     | unary POWER power               -> binary
?unary: atom
     | MINUS unary                     -> minus
     | PLUS unary                      -> plus
?atom: NUMBER                          -> number
     | STRING                          -> string
     | TRUE                            -> true
     | FALSE                           -> false
     | NAME                            -> property
     | QUOTED                          -> quoted
     | NAME "(" [array] ")"             -> call
     | geometry
     | "(" or_ ")"
     | "(" or_ ("," or_)+ ")"          -> array
     | "(" ")"                         -> array
array: or_ ("," or_)*
geometry: SHAPE "(" items ")"
items: item ("," item)*
?item: SIGNED+                         -> position
     | "(" items ")"
     | geometry

_AND.3: /AND\b/i
_OR.3: /OR\b/i
_NOT.3: /NOT\b/i
_LIKE.3: /LIKE\b/i
_BETWEEN.3: /BETWEEN\b/i
_IN.3: /IN\b/i
_IS.3: /IS\b/i
_NULL.3: /NULL\b/i
TRUE.3: /TRUE\b/i
FALSE.3: /FALSE\b/i
SHAPE.2: /(?:(?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION)(?=\s*(?:Z\s*)?\()(?:\s*Z)?/i
COMPARE: "<=" | ">=" | "<>" | "=" | "<" | ">"
PLUS: "+"
MINUS: "-"
TIMES: "*" | "/" | "%" | /DIV\b/i
POWER: "^"
NUMBER: /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?/
SIGNED: /[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?/
STRING: /'(?:[^'\\]|''|\\.)*'/s
NAME: /(?!(?:AND|OR|NOT|NULL|TRUE|FALSE)\b)(?:[^\W\d]|:)[\w.:\u0300-\u036f]*/i
QUOTED: /"[^"]+"/
%ignore /\s+/
"""

_ESCAPE = re.compile(r"''|\\(.)", re.DOTALL)
_CONTROL = {"'": "'", "\\": "\\", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_SHAPES = {
    name.upper(): name
    for name in (
        "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection",
    )
}  # fmt: skip


def _unescape(match: re.Match[str]) -> str:
    """The character of an escape sequence; a backslash before % and _ stays, as LIKE gives it a meaning."""
    return "'" if match[0] == "''" else _CONTROL.get(match[1], match[0])


def number(text: str) -> int | float:
    """An int for a whole number of fewer than 19 digits, so that it fits 64 bits; a float for any other."""
    return int(text) if len(text) < 19 and text.lstrip("+-").isdecimal() else float(text)


def _op(name: str, *args: Node) -> Node:
    return {"op": name, "args": list(args)}


def _bare(end: Node) -> Node:
    """The text of DATE('..') or TIMESTAMP('..'): CQL2 JSON has plain texts inside an interval."""
    return end.get("date", end.get("timestamp", end)) if isinstance(end, dict) else end


class _ToJson(Transformer[Token, Node]):
    """Builds CQL2 JSON while the parser runs: walking a finished tree would recurse and overflow on deep filters."""

    def start(self, parts: list[Node]) -> Node:
        return parts[0]

    def or_(self, parts: list[Node]) -> Node:
        return _op("or", *parts)

    def and_(self, parts: list[Node]) -> Node:
        return _op("and", *parts)

    def not_(self, parts: list[Node]) -> Node:
        return _op("not", *parts)

    def binary(self, parts: list[Node]) -> Node:
        return _op(parts[1].lower(), parts[0], parts[2])

    def like(self, parts: list[Node]) -> Node:
        return _op("like", *parts)

    def between(self, parts: list[Node]) -> Node:
        return _op("between", *parts)

    def in_(self, parts: list[Node]) -> Node:
        return _op("in", *parts)

    def null(self, parts: list[Node]) -> Node:
        return _op("isNull", *parts)

    def not_like(self, parts: list[Node]) -> Node:
        return _op("not", _op("like", *parts))

    def not_between(self, parts: list[Node]) -> Node:
        return _op("not", _op("between", *parts))

    def not_in(self, parts: list[Node]) -> Node:
        return _op("not", _op("in", *parts))

    def not_null(self, parts: list[Node]) -> Node:
        return _op("not", _op("isNull", *parts))

    def minus(self, parts: list[Node]) -> Node:
        value = parts[1]
        return -value if isinstance(value, int | float) and not isinstance(value, bool) else _op("*", -1, value)

    def plus(self, parts: list[Node]) -> Node:
        return parts[1]

    def number(self, parts: list[Token]) -> Node:
        return number(parts[0])

    def string(self, parts: list[Token]) -> Node:
        budget.spend()
        return nfc(_ESCAPE.sub(_unescape, parts[0][1:-1]))

    def true(self, _: list[Token]) -> Node:
        return True

    def false(self, _: list[Token]) -> Node:
        return False

    def property(self, parts: list[Token]) -> Node:
        budget.spend()
        return {"property": nfc(str(parts[0]))}

    def quoted(self, parts: list[Token]) -> Node:
        return {"property": nfc(parts[0][1:-1])}

    def array(self, parts: list[Node]) -> Node:
        return parts

    @v_args(inline=True)
    def call(self, name: Token, args: Node) -> Node:
        word, args = name.lower(), args or []
        if word in {"date", "timestamp"} and len(args) == 1:
            return {word: args[0]}
        if word == "interval":
            return {word: [_bare(arg) for arg in args]}
        if word == "bbox":
            return {word: args}
        if word.startswith("a_"):  # ('x') is an array of one item here, and a parenthesised text elsewhere
            args = [[arg] if isinstance(arg, str | int | float) else arg for arg in args]
        return _op(str(name), *args)

    def position(self, parts: list[Token]) -> Node:
        budget.spend()
        return [number(part) for part in parts]

    def items(self, parts: list[Node]) -> Node:
        return parts

    @v_args(inline=True)
    def geometry(self, shape: Token, items: Node) -> Node:
        kind = _SHAPES[shape.upper().rstrip("Z \t\r\n")]
        if kind == "GeometryCollection":
            return {"type": kind, "geometries": items}
        if kind == "Point":
            return {"type": kind, "coordinates": items[0]}
        if kind == "MultiPoint":  # WKT allows MULTIPOINT (1 2, 3 4) and MULTIPOINT ((1 2), (3 4))
            items = [item[0] if item and isinstance(item[0], list) else item for item in items]
        return {"type": kind, "coordinates": items}


_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=_ToJson(), maybe_placeholders=True)


def read(text: str) -> Node:
    """The filter as CQL2 JSON; BadQuery with the position of the first syntax error."""
    try:
        return _PARSER.parse(text)
    except UnexpectedInput as error:
        at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        at = len(text) if at_end or error.pos_in_stream is None else error.pos_in_stream
        rest = text[at : at + 20]
        token = (repr(rest), repr(rest)) if rest else ("the end", "chỗ kết thúc")
        raise BadQuery(
            f"The filter cannot be read at character {at + 1}: {token[0]} does not belong there. "
            "Expected CQL2 Text, such as: name LIKE 'Chè%' AND stars >= 4.",
            f"Không đọc được bộ lọc tại ký tự {at + 1}: {token[1]} không hợp lệ ở đó. "
            "Cần CQL2 Text, ví dụ: name LIKE 'Chè%' AND stars >= 4.",
        ) from None
