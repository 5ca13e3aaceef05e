"""The compiler of CQL2 trees to SQL conditions over a layer's table, alias f, with bound values.

NULL has the same three-valued logic in CQL2 and SQL. geo.atlas.cql2.kinds has checked the tree; what is refused here
is a condition that exceeds SQLite's limits.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import shapely

from geo.atlas.cql2.operators import ARRAYS, CONVERSE, SPATIAL
from geo.atlas.cql2.spans import TIMES
from geo.atlas.cql2.tree import Array, Constant, Expression, Operation, Property, Shape, Where
from geo.atlas.sqlite import functions, link_layer
from geo.atlas.sqlite.statement import Statement
from geo.atlas.sqlite.tables import FOLDS, column_of, create, folded_fields, folded_text, rtree_of, table_of
from geo.errors import BadQuery
from geo.ocop.collections import COLLECTIONS

_COMPARE = ("=", "<>", "<", ">", "<=", ">=")
ATLAS_COLUMNS = {"id": "id", "commune_code": "commune", "district_code": "district", "geometry": "geom"}
"""Queryable -> column, for the queryables that are not declared fields of a layer."""
_LONGEST_GLOB = 2_000
"""Characters of a pattern; SQLite refuses a statement whose pattern is much longer."""
_LOCK = threading.Lock()


@lru_cache(maxsize=32)  # one request uses a condition several times: for the check, the count and the page
def compile_where(where: Where) -> Statement:
    """A filter as one SQL condition; BadQuery when it exceeds SQLite's limits."""
    term = _Compiler(where.layer).term(where.condition)
    try:
        with _LOCK:
            _empty_atlas().execute(f"EXPLAIN SELECT 1 FROM {table_of(where.layer)} f WHERE {term.text}", term.values)
    except (sqlite3.OperationalError, sqlite3.DataError) as error:
        raise BadQuery(
            f"The filter is too complicated for the database ({error}); split it or nest it less.",
            f"Bộ lọc quá phức tạp đối với cơ sở dữ liệu ({error}); hãy tách ra hoặc lồng ít hơn.",
        ) from None
    return Statement(term.text, term.values)


@lru_cache(maxsize=1)
def _empty_atlas() -> sqlite3.Connection:
    """An empty atlas in memory, in which conditions are prepared to find whether SQLite accepts them."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    create(connection)
    link_layer.create(connection)
    functions.register(connection)
    return connection


@dataclass(frozen=True)
class Term:
    """A part of a filter as SQL; `levels` is the depth of its brackets, which SQLite limits."""

    text: str
    values: tuple[str | int | float | bytes, ...] = ()
    levels: int = 0


def _sql(text: str, *terms: Term) -> Term:
    """A term of SQL text that contains `terms` once each, in this order."""
    values = tuple(value for term in terms for value in term.values)
    return Term(text, values, levels=1 + max((term.levels for term in terms), default=0))


def _join(word: str, terms: Sequence[Term]) -> Term:
    """Terms joined by AND or OR as a balanced tree: its depth grows with the logarithm of their number."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    halves = sorted((_join(word, terms[:middle]), _join(word, terms[middle:])), key=lambda half: -half.levels)
    return _sql(f"({halves[0].text} {word} {halves[1].text})", *halves)


def _deeper_first(one: Term, other: Term) -> tuple[Term, Term]:
    """The two sides of a commutative operator, the deeper first: SQLite's parser then needs a smaller stack."""
    return (other, one) if other.levels > one.levels else (one, other)


class _Compiler:
    def __init__(self, layer: str) -> None:
        self.layer = layer
        self.ops: dict[str, Callable[[Operation], Term]] = {
            "and": self._connect, "or": self._connect, "not": self._not, "isnull": self._is_null, "like": self._like,
            "between": self._between, "in": self._in, "casei": self._letters, "accenti": self._letters,
            "interval": self._interval,
            **dict.fromkeys(_COMPARE, self._compare),
            **dict.fromkeys(("+", "-", "*", "/", "%", "div", "^"), self._calculate),
            **dict.fromkeys(SPATIAL, self._spatial),
            **dict.fromkeys((op for op in TIMES if op.startswith("t_")), self._temporal),
            **dict.fromkeys(ARRAYS, self._sets),
        }  # fmt: skip

    def term(self, part: Expression) -> Term:
        """The SQL of any expression."""
        match part:
            case Constant("boolean", value):
                return Term("1" if value else "0")
            case Constant(_, value):
                return Term("?", (value,))
            case Shape(wkb):
                return Term("?", (wkb,))
            case Property(kind, name):
                column = Term(f"f.{self._column(name)}")
                return _sql(f"cql_keys({column.text})", column) if kind == "array" else column
            case Array(items):
                return self._array(items)
            case Operation(_, op, _):
                return self.ops[op](part)

    def _terms(self, parts: Sequence[Expression]) -> list[Term]:
        return [self.term(part) for part in parts]

    def _column(self, name: str) -> str:
        spec = COLLECTIONS[self.layer]
        return column_of(spec.field(name)) if spec.has(name) else ATLAS_COLUMNS[name]

    # --- logic and comparison ----------------------------------------------------------------------

    def _connect(self, part: Operation) -> Term:
        return _join(part.op.upper(), self._terms(part.args))

    def _not(self, part: Operation) -> Term:
        """`= 0` behind the condition instead of NOT before it, which would stay on the stack of SQLite's parser."""
        (inner,) = self._terms(part.args)
        return _sql(f"({inner.text} = 0)", inner)

    def _is_null(self, part: Operation) -> Term:
        (inner,) = self._terms(part.args)
        return _sql(f"({inner.text} IS NULL)", inner)

    def _compare(self, part: Operation) -> Term:
        if part.args[0].kind == "time":
            return self._temporal(part)
        left, right = self._terms(part.args)
        if part.op in {"=", "<>"}:
            left, right = _deeper_first(left, right)
        return _sql(f"({left.text} {part.op} {right.text})", left, right)

    def _between(self, part: Operation) -> Term:
        value, low, high = self._terms(part.args)
        if part.args[0].kind != "time" and all(isinstance(bound, Constant) for bound in part.args[1:]):
            return _sql(f"({value.text} BETWEEN {low.text} AND {high.text})", value, low, high)
        function = "cql_lasts" if part.args[0].kind == "time" else "cql_between"
        return _sql(f"{function}({value.text}, {low.text}, {high.text})", value, low, high)

    def _in(self, part: Operation) -> Term:
        first, array = part.args
        items = array.items if isinstance(array, Array) else ()
        value, *alternatives = self._terms((first, *items))
        if first.kind == "time":
            value, *alternatives = (_sql(f"cql_span({term.text})", term) for term in (value, *alternatives))
        return _sql(f"({value.text} IN ({', '.join(term.text for term in alternatives)}))", value, *alternatives)

    def _like(self, part: Operation) -> Term:
        value, pattern = self._terms(part.args)
        glob = glob_of(str(pattern.values[0]))
        if glob is None:
            return _sql(f"cql_like({value.text}, {pattern.text})", value, pattern)
        return _sql(f"({value.text} GLOB {pattern.text})", value, replace(pattern, values=(glob,)))

    def _letters(self, part: Operation) -> Term:
        functions: tuple[str, ...] = (part.op,)
        inmost = part.args[0]
        if isinstance(inmost, Operation):
            functions, inmost = (part.op, inmost.op), inmost.args[0]
        spec = COLLECTIONS[self.layer]
        if isinstance(inmost, Property) and spec.has(inmost.name):
            field = spec.field(inmost.name)
            if functions in FOLDS and field in folded_fields(self.layer):
                return Term(folded_text(field, functions), levels=1)
        (inner,) = self._terms(part.args)
        return _sql(f"cql_{part.op}({inner.text})", inner)

    def _calculate(self, part: Operation) -> Term:
        left, right = self._terms(part.args)
        if part.op in {"+", "*"}:
            left, right = _deeper_first(left, right)
        if part.op in {"+", "-", "*"}:
            return _sql(f"({left.text} {part.op} {right.text})", left, right)
        if part.op == "/":
            return _sql(f"({left.text} * 1.0 / {right.text})", left, right)
        return _sql(f"cql_calculate('{part.op}', {left.text}, {right.text})", left, right)

    # --- time --------------------------------------------------------------------------------------

    def _interval(self, part: Operation) -> Term:
        start, end = self._terms(part.args)
        return _sql(f"cql_interval({start.text}, {end.text})", start, end)

    def _temporal(self, part: Operation) -> Term:
        left, right = self._terms(part.args)
        return _sql(f"cql_time('{part.op}', {left.text}, {right.text})", left, right)

    # --- lists -------------------------------------------------------------------------------------

    def _array(self, items: Sequence[Expression]) -> Term:
        values = [_literal(item) for item in items]
        if None not in values:
            return Term("?", (json.dumps(values),))
        terms = self._terms(items)
        return _sql(f"json_array({', '.join(term.text for term in terms)})", *terms)

    def _sets(self, part: Operation) -> Term:
        left, right = self._terms(part.args)
        return _sql(f"cql_sets('{part.op}', {left.text}, {right.text})", left, right)

    # --- places ------------------------------------------------------------------------------------

    def _spatial(self, part: Operation) -> Term:
        """A spatial relation; with a literal, only records whose box in the R*Tree meets the literal's are tested."""
        (left, right), op = part.args, part.op
        if isinstance(left, Shape) and isinstance(right, Property):
            left, right, op = right, left, CONVERSE.get(op, op)
        if not (isinstance(left, Property) and isinstance(right, Shape)):
            one, other = self._terms((left, right))
            return _sql(f"cql_place('{op}', {one.text}, {other.text})", one, other)
        west, south, east, north = shapely.from_wkb(right.wkb).bounds
        apart = 1 if op == "s_disjoint" else 0
        text = (
            f"CASE WHEN f.geom IS NULL THEN NULL WHEN f.row NOT IN (SELECT row FROM {rtree_of(self.layer)} "
            f"WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?) THEN {apart} "
            f"ELSE cql_place('{op}', f.geom, ?) END"
        )
        return Term(f"({text})", (east, west, north, south, right.wkb), levels=2)


def glob_of(like: str) -> str | None:
    r"""A pattern of LIKE as one of SQLite's GLOB, which needs no Python; None for one that GLOB cannot hold.

    >>> glob_of("M_t%"), glob_of(r"100\%"), glob_of("[a]*")
    ('M?t*', '100%', '[[]a][*]')
    """
    if len(like) > _LONGEST_GLOB or "\0" in like:
        return None
    pieces, letters = [], iter(like)
    for letter in letters:
        if letter in "%_":
            pieces.append("*" if letter == "%" else "?")
        else:
            literal = next(letters, letter) if letter == "\\" else letter
            pieces.append(f"[{literal}]" if literal in "*?[" else literal)
    return "".join(pieces)


def _literal(item: Expression) -> str | int | float | bool | None:
    """The value of a constant, or an array of constants as JSON; None for any other expression."""
    if isinstance(item, Constant):
        return item.value
    if isinstance(item, Array):
        values = [_literal(inner) for inner in item.items]
        return None if None in values else json.dumps(values)
    return None
