"""CQL2 JSON -> SQL: names from the declared fields only, values bound, kinds checked, NULL three-valued as in SQL."""

import json
import math
import sqlite3
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

import shapely

from geo.atlas.cql2.geometry import BadShape, Crs, shape_of
from geo.atlas.cql2.properties import KINDS, Kind, Queryable, queryables_of
from geo.atlas.cql2.text import Node
from geo.atlas.model import Where
from geo.atlas.sqlite import functions
from geo.atlas.sqlite.tables import create, rtree_of, table_of
from geo.errors import BadQuery

_COMPARE = ("=", "<>", "<", ">", "<=", ">=")
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Term:
    """A piece of a filter as SQL. `fixed` is its value where no record is needed to know it.

    `levels` counts the brackets in it. `instant` marks a literal moment, `name` a name of the layer. `bounds` are those
    of a literal geometry.
    """

    kind: Kind
    text: str
    values: tuple[str | int | float | bytes, ...] = ()
    fixed: str | int | float | None = None
    levels: int = 0
    instant: bool = False
    name: Queryable | None = None
    bounds: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


def compile_filter(node: Node, layer: str, crs: Crs | None) -> Where:
    """A filter in CQL2 JSON as one condition; BadQuery when it is not true or false, or too much for SQLite."""
    compiler = _Compiler(layer, crs)
    term = compiler.predicate(node, "a filter", "bộ lọc")
    try:
        with _LOCK:
            _scratch().execute(f"EXPLAIN SELECT 1 FROM {table_of(layer)} f WHERE {term.text}", term.values)
    except (sqlite3.OperationalError, sqlite3.DataError) as error:
        raise BadQuery(
            f"The filter is too complicated for the database ({error}); split it or nest it less.",
            f"Bộ lọc quá phức tạp đối với cơ sở dữ liệu ({error}); hãy tách ra hoặc lồng ít hơn.",
        ) from None
    return Where(layer, term.text, term.values)


@lru_cache(maxsize=1)
def _scratch() -> sqlite3.Connection:
    """An empty atlas in memory, which says of a condition whether SQLite takes it."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    create(connection)
    functions.register(connection)
    return connection


def _joined(word: str, terms: list[Term]) -> Term:
    """Terms joined by AND or OR in halves, so that a long list is not a deep one; the deeper half first."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    halves = sorted((_joined(word, terms[:middle]), _joined(word, terms[middle:])), key=lambda half: -half.levels)
    return _sql("boolean", f"({halves[0].text} {word} {halves[1].text})", *halves)


def _sql(kind: Kind, text: str, *terms: Term) -> Term:
    """SQL over terms that appear in it once each and in this order."""
    values = tuple(value for term in terms for value in term.values)
    return Term(kind, text, values, levels=1 + max((term.levels for term in terms), default=0))


def _literal(kind: Kind, value: str | int | float, *, instant: bool = False) -> Term:
    return Term(kind, "?", (value,), fixed=value, instant=instant)


def _shown(node: Node) -> str:
    text = json.dumps(node, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


class _Compiler:
    def __init__(self, layer: str, crs: Crs | None) -> None:
        self.layer, self.crs = layer, crs
        self.names = queryables_of(layer)
        self.ops: dict[str, Callable[[str, list[Node]], Term]] = {
            "and": self._connect, "or": self._connect, "not": self._not, "isnull": self._is_null, "like": self._like,
            "between": self._between, "in": self._in, "casei": self._letters, "accenti": self._letters,
            **dict.fromkeys(_COMPARE, self._compare),
            **dict.fromkeys(("+", "-", "*", "/", "%", "div", "^"), self._calculate),
            **dict.fromkeys(functions.SPATIAL, self._spatial),
            **dict.fromkeys((op for op in functions.TIMES if op.startswith("t_")), self._temporal),
            **dict.fromkeys(functions.ARRAYS, self._array),
        }  # fmt: skip

    # --- what is said when something is wrong ------------------------------------------------------

    def _refuse(self, en: str, vi: str) -> NoReturn:
        known_en = ", ".join(f"{name} ({KINDS[row.kind].en})" for name, row in self.names.items())
        known_vi = ", ".join(f"{name} ({KINDS[row.kind].vi})" for name, row in self.names.items())
        raise BadQuery(
            f"{en}. Queryables of {self.layer}: {known_en}.",
            f"{vi}. Các trường lọc được của {self.layer}: {known_vi}.",
        )

    def _wrong_kind(self, term: Term, node: Node, wanted: Kind, where: str) -> NoReturn:
        self._refuse(
            f"{where} takes {KINDS[wanted].en}, but {_shown(node)} is {KINDS[term.kind].en}",
            f"{where} cần {KINDS[wanted].vi}, nhưng {_shown(node)} là {KINDS[term.kind].vi}",
        )

    def _count(self, op: str, args: list[Node], least: int, most: int | None = None) -> None:
        most = least if most is None else most
        if not least <= len(args) <= most:
            wanted = str(least) if least == most else f"{least}+"
            self._refuse(
                f"{op.upper()} takes {wanted} arguments, but was given {len(args)}",
                f"{op.upper()} cần {wanted} tham số, nhưng nhận được {len(args)}",
            )

    # --- terms -------------------------------------------------------------------------------------

    def term(self, node: Node) -> Term:
        """Any expression, of whatever kind it is."""
        if isinstance(node, bool):
            return Term("boolean", "1" if node else "0")
        if isinstance(node, int | float):
            return self._number(node)
        if isinstance(node, str):
            return _literal("text", node)
        if isinstance(node, list):
            return self._array_literal(node)
        if isinstance(node, dict):
            return self._object(node)
        return self._refuse(
            "NULL is no value to compare with; use IS NULL", "NULL không phải giá trị để so sánh; hãy dùng IS NULL"
        )

    def _number(self, value: int | float) -> Term:
        if not math.isfinite(value) or (isinstance(value, int) and abs(value) >= 2**63):
            self._refuse(f"The number {value} is too large", f"Số {value} quá lớn")
        return _literal("number", value)

    def _object(self, node: dict[str, Node]) -> Term:
        if isinstance(node.get("op"), str) and isinstance(node.get("args"), list):
            op = node["op"].lower()
            if op not in self.ops:
                known = ", ".join(self.ops)
                self._refuse(
                    f"No function or operator {node['op']!r}. Known: {known}",
                    f"Không có hàm hay phép toán {node['op']!r}. Các phép đã biết: {known}",
                )
            return self.ops[op](op, node["args"])
        if isinstance(node.get("property"), str):
            return self._property(node["property"])
        for word, reader in (("date", self._instant), ("timestamp", self._instant), ("interval", self._interval)):
            if word in node:
                return reader(word, node[word])
        if "type" in node or "bbox" in node:
            return self._geometry(node)
        return self._refuse(f"{_shown(node)} is not an expression of CQL2", f"{_shown(node)} không phải biểu thức CQL2")

    def _property(self, name: str) -> Term:
        row = self.names.get(name)
        if row is None:
            self._refuse(
                f"No property {name!r} in layer {self.layer}", f"Không có trường {name!r} trong lớp {self.layer}"
            )
        return Term(row.kind, row.column, name=row)

    def _of_kind(self, node: Node, kind: Kind, where: str) -> Term:
        term = self.term(node)
        if term.kind != kind:
            self._wrong_kind(term, node, kind, where)
        return term

    def predicate(self, node: Node, en: str = "AND, OR and NOT", vi: str = "AND, OR, NOT") -> Term:
        """What is true or false (or unknown) of a record."""
        term = self.term(node)
        if term.kind != "boolean":
            self._refuse(
                f"Expected a condition in {en}, but {_shown(node)} is {KINDS[term.kind].en}",
                f"Cần một điều kiện trong {vi}, nhưng {_shown(node)} là {KINDS[term.kind].vi}",
            )
        return term

    # --- logic and comparison ----------------------------------------------------------------------

    def _connect(self, op: str, args: list[Node]) -> Term:
        self._count(op, args, 2, max(2, len(args)))
        return _joined(op.upper(), [self.predicate(arg) for arg in args])

    def _not(self, op: str, args: list[Node]) -> Term:
        """Written so that SQLite's parser keeps no word of it while it reads what is inside."""
        self._count(op, args, 1)
        inner = self.predicate(args[0])
        return _sql("boolean", f"({inner.text} = 0)", inner)

    def _is_null(self, _: str, args: list[Node]) -> Term:
        self._count("IS NULL", args, 1)
        inner = self.term(args[0])
        return _sql("boolean", f"({inner.text} IS NULL)", inner)

    def _alike(self, args: list[Node], where: str) -> list[Term]:
        """Terms of one kind that has an order; a text beside a date is read as one."""
        terms = [self.term(arg) for arg in args]
        if any(term.kind == "time" for term in terms):
            terms = [self._as_time(term, arg) for term, arg in zip(terms, args, strict=True)]
        first = terms[0]
        for term, arg in zip(terms, args, strict=True):
            if term.kind in {"geometry", "array"}:
                better = "S_EQUALS" if term.kind == "geometry" else "A_EQUALS"
                self._refuse(
                    f"{where} cannot compare {_shown(arg)}; use {better}",
                    f"{where} không so sánh được {_shown(arg)}; hãy dùng {better}",
                )
            if term.kind != first.kind:
                self._refuse(
                    f"{where} compares values of one kind, but {_shown(args[0])} is {KINDS[first.kind].en} "
                    f"and {_shown(arg)} is {KINDS[term.kind].en}",
                    f"{where} chỉ so sánh giá trị cùng loại, nhưng {_shown(args[0])} là {KINDS[first.kind].vi} "
                    f"còn {_shown(arg)} là {KINDS[term.kind].vi}",
                )
        return terms

    def _as_time(self, term: Term, node: Node) -> Term:
        if term.kind != "text" or not isinstance(term.fixed, str):
            return term
        if functions.span(term.fixed) is None:
            self._bad_date(node)
        return _literal("time", term.fixed)

    def _compare(self, op: str, args: list[Node]) -> Term:
        self._count(op, args, 2)
        left, right = self._alike(args, f"'{op}'")
        if left.kind == "time":
            return _sql("boolean", f"cql_time('{op}', {left.text}, {right.text})", left, right)
        if left.kind == "boolean" and op not in {"=", "<>"}:
            self._refuse("Conditions compare by = and <> only", "Điều kiện chỉ so sánh được bằng = và <>")
        if op in {"=", "<>"} and right.levels > left.levels:
            left, right = right, left
        return _sql("boolean", f"({left.text} {op} {right.text})", left, right)

    def _between(self, op: str, args: list[Node]) -> Term:
        self._count(op, args, 3)
        value, low, high = self._alike(args, "BETWEEN")
        if value.kind == "boolean":
            self._wrong_kind(value, args[0], "number", "BETWEEN")
        function = "cql_lasts" if value.kind == "time" else "cql_between"
        return _sql("boolean", f"{function}({value.text}, {low.text}, {high.text})", value, low, high)

    def _in(self, op: str, args: list[Node]) -> Term:
        self._count(op, args, 2)
        if not isinstance(args[1], list) or not args[1]:
            self._refuse("IN takes a list of at least one value", "IN cần danh sách có ít nhất một giá trị")
        value, *items = self._alike([args[0], *args[1]], "IN")
        if value.kind == "time":
            value, *items = (_sql("time", f"cql_span({term.text})", term) for term in (value, *items))
        listed = ", ".join(item.text for item in items)
        return _sql("boolean", f"({value.text} IN ({listed}))", value, *items)

    def _like(self, op: str, args: list[Node]) -> Term:
        self._count(op, args, 2)
        value, pattern = (self._of_kind(arg, "text", "LIKE") for arg in args)
        if pattern.fixed is None:
            self._refuse(
                f"LIKE takes a pattern as a literal, not {_shown(args[1])}",
                f"LIKE cần mẫu viết sẵn, không phải {_shown(args[1])}",
            )
        return _sql("boolean", f"cql_like({value.text}, {pattern.text})", value, pattern)

    def _letters(self, op: str, args: list[Node]) -> Term:
        """CASEI and ACCENTI; done here already for a literal, and once however often it is asked."""
        self._count(op, args, 1)
        term = self._of_kind(args[0], "text", op.upper())
        if isinstance(term.fixed, str):
            return _literal("text", (functions.casei if op == "casei" else functions.accenti)(term.fixed) or "")
        done = term.text.split("(")[:-1]
        return term if f"cql_{op}" in done else _sql("text", f"cql_{op}({term.text})", term)

    def _calculate(self, op: str, args: list[Node]) -> Term:
        self._count(op, args, 2)
        left, right = (self._of_kind(arg, "number", f"'{op}'") for arg in args)
        if op in {"+", "*"} and right.levels > left.levels:
            left, right = right, left
        if op in {"+", "-", "*"}:
            return _sql("number", f"({left.text} {op} {right.text})", left, right)
        if op == "/":
            return _sql("number", f"({left.text} * 1.0 / {right.text})", left, right)
        return _sql("number", f"cql_calculate('{op}', {left.text}, {right.text})", left, right)

    # --- time --------------------------------------------------------------------------------------

    def _bad_date(self, node: Node) -> NoReturn:
        self._refuse(
            f"{_shown(node)} is not a date; write DATE('2019-02-14'), TIMESTAMP('2019-02-14T08:00:00Z') or an INTERVAL "
            "of two such texts or '..'",
            f"{_shown(node)} không phải ngày; hãy viết DATE('2019-02-14'), TIMESTAMP('2019-02-14T08:00:00Z') hoặc "
            "INTERVAL gồm hai chuỗi như vậy hoặc '..'",
        )

    def _moment(self, text: Node, word: str = "") -> str:
        """A day or an instant as RFC 3339 writes them, whole."""
        clock = isinstance(text, str) and "T" in text
        wrong = (word == "date" and clock) or (word == "timestamp" and not clock)
        if not isinstance(text, str) or wrong or len(text) < 10 or "/" in text or functions.span(text) is None:
            self._bad_date(text)
        return text

    def _instant(self, word: str, text: Node) -> Term:
        return _literal("time", self._moment(text, word), instant=True)

    def _interval(self, _: str, ends: Node) -> Term:
        if not isinstance(ends, list) or len(ends) != 2:
            self._bad_date(ends)
        if all(isinstance(end, str) for end in ends):
            return self._fixed_interval(ends)
        terms = [
            _literal("time", end if end == ".." else self._moment(end)) if isinstance(end, str)
            else self._of_kind(end, "time", "INTERVAL")
            for end in ends
        ]  # fmt: skip
        return _sql("time", f"cql_interval({terms[0].text}, {terms[1].text})", *terms)

    def _fixed_interval(self, ends: list[str]) -> Term:
        moments = [end for end in ends if end != ".." and self._moment(end)]
        if len({"T" in moment for moment in moments}) > 1 or moments != sorted(moments):
            self._refuse(
                f"INTERVAL takes two dates or two timestamps, the earlier first, not {_shown(ends)}",
                f"INTERVAL cần hai ngày hoặc hai thời điểm, cái trước đứng trước, không phải {_shown(ends)}",
            )
        return _literal("time", "/".join(ends))

    def _temporal(self, op: str, args: list[Node]) -> Term:
        self._count(op, args, 2)
        left, right = (self._as_time(self.term(arg), arg) for arg in args)
        for term, arg in ((left, args[0]), (right, args[1])):
            if term.kind != "time":
                self._wrong_kind(term, arg, "time", op.upper())
            if term.instant and op not in functions.BOTH:
                self._refuse(
                    f"{op.upper()} is of intervals; {_shown(arg)} is an instant, write INTERVAL",
                    f"{op.upper()} dùng cho khoảng thời gian; {_shown(arg)} là một thời điểm, hãy viết INTERVAL",
                )
        return _sql("boolean", f"cql_time('{op}', {left.text}, {right.text})", left, right)

    # --- lists -------------------------------------------------------------------------------------

    def _array_literal(self, items: list[Node]) -> Term:
        terms = [self.term(item) for item in items]
        if any(term.kind in {"geometry"} for term in terms):
            self._refuse("Arrays of geometries are not compared", "Không so sánh danh sách các hình")
        if all(term.fixed is not None or term.text in {"0", "1"} for term in terms):
            values = [term.text == "1" if term.kind == "boolean" else term.fixed for term in terms]
            return _literal("array", json.dumps(values))
        return _sql("array", f"json_array({', '.join(term.text for term in terms)})", *terms)

    def _array(self, op: str, args: list[Node]) -> Term:
        self._count(op, args, 2)
        terms = []
        for arg in args:
            term = self.term(arg)
            if term.name is not None and term.name.several:
                term = _sql("array", f"cql_keys({term.text})", term)
            if term.kind != "array":
                several = ", ".join(row.name for row in self.names.values() if row.several)
                self._refuse(
                    f"{op.upper()} takes arrays, but {_shown(arg)} is {KINDS[term.kind].en}; fields of several keys: "
                    f"{several}",
                    f"{op.upper()} cần danh sách, nhưng {_shown(arg)} là {KINDS[term.kind].vi}; trường có nhiều mã: "
                    f"{several}",
                )
            terms.append(term)
        self._check_members(op, args, terms)
        return _sql("boolean", f"cql_sets('{op}', {terms[0].text}, {terms[1].text})", *terms)

    def _check_members(self, op: str, args: list[Node], terms: Iterable[Term]) -> None:
        """A field of keys holds texts: an array beside it holds nothing else."""
        if not any(term.text.startswith("cql_keys") for term in terms):
            return
        for item in (item for arg in args if isinstance(arg, list) for item in arg):
            self._of_kind(item, "text", op.upper())

    # --- places ------------------------------------------------------------------------------------

    def _geometry(self, node: dict[str, Node]) -> Term:
        try:
            shape = shape_of(node, self.crs)
        except BadShape as error:
            self._refuse(
                f"The geometry {_shown(node)} cannot be used: {error.en}",
                f"Không dùng được hình {_shown(node)}: {error.vi}",
            )
        return Term("geometry", "?", (shapely.to_wkb(shape),), bounds=shape.bounds)

    def _spatial(self, op: str, args: list[Node]) -> Term:
        self._count(op, args, 2)
        left, right = (self._of_kind(arg, "geometry", op.upper()) for arg in args)
        if left.name is None and right.name is not None:
            left, right, op = right, left, functions.TURNED.get(op, op)
        if left.name is None or right.name is not None:
            return _sql("boolean", f"cql_place('{op}', {left.text}, {right.text})", left, right)
        west, south, east, north = right.bounds
        apart = 1 if op == "s_disjoint" else 0
        text = (
            f"CASE WHEN f.geom IS NULL THEN NULL WHEN f.row NOT IN (SELECT row FROM {rtree_of(self.layer)} "
            f"WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?) THEN {apart} "
            f"ELSE cql_place('{op}', f.geom, ?) END"
        )
        return Term("boolean", f"({text})", (east, west, north, south, *right.values), levels=2)
