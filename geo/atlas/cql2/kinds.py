"""The type check of CQL2 JSON: each name must be a queryable of the layer, each argument of its operator's type."""

import json
import math
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import NoReturn

import shapely

from geo import budget
from geo.atlas.cql2 import operators, spans
from geo.atlas.cql2.geometry import BadShape, Crs, shape_of
from geo.atlas.cql2.properties import KINDS, queryables_of
from geo.atlas.cql2.text import Node
from geo.atlas.cql2.tree import Array, Constant, Expression, Kind, Operation, Property, Shape
from geo.errors import BadQuery

_COMPARE = ("=", "<>", "<", ">", "<=", ">=")


def check(node: Node, layer: str, crs: Crs | None) -> Expression:
    """A filter in CQL2 JSON as a tree of kind "boolean"; BadQuery for an unknown name or a wrong kind of argument."""
    return _Checker(layer, crs).predicate(node, "a filter", "bộ lọc")


def _excerpt(node: Node) -> str:
    text = json.dumps(node, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _literal(text: str) -> str:
    """The text as CQL2 Text writes it.

    >>> _literal("M'Then")
    "'M''Then'"
    """
    return "'" + text.replace("'", "''") + "'"


def _is_instant(part: Expression) -> bool:
    """Whether the expression is a literal DATE or TIMESTAMP and not an interval."""
    return isinstance(part, Constant) and part.kind == "time" and "/" not in str(part.value)


class _Checker:
    def __init__(self, layer: str, crs: Crs | None) -> None:
        self.layer, self.crs = layer, crs
        self.names = queryables_of(layer)
        self.ops: dict[str, Callable[[str, list[Node]], Expression]] = {
            "and": self._connect, "or": self._connect, "not": self._not, "isnull": self._is_null, "like": self._like,
            "between": self._between, "in": self._in, "casei": self._letters, "accenti": self._letters,
            **dict.fromkeys(_COMPARE, self._compare),
            **dict.fromkeys(("+", "-", "*", "/", "%", "div", "^"), self._calculate),
            **dict.fromkeys(operators.SPATIAL, self._spatial),
            **dict.fromkeys((op for op in spans.TIMES if op.startswith("t_")), self._temporal),
            **dict.fromkeys(operators.ARRAYS, self._array),
        }  # fmt: skip

    # --- errors ------------------------------------------------------------------------------------

    def _refuse(self, en: str, vi: str) -> NoReturn:
        names_en = ", ".join(f"{name} ({KINDS[row.kind].en})" for name, row in self.names.items())
        names_vi = ", ".join(f"{name} ({KINDS[row.kind].vi})" for name, row in self.names.items())
        raise BadQuery(
            f"{en}. Queryables of {self.layer}: {names_en}.",
            f"{vi}. Các trường lọc được của {self.layer}: {names_vi}.",
        )

    def _wrong_kind(self, part: Expression, node: Node, kind: Kind, where: str) -> NoReturn:
        self._refuse(
            f"{where} takes {KINDS[kind].en}, but {_excerpt(node)} is {KINDS[part.kind].en}",
            f"{where} cần {KINDS[kind].vi}, nhưng {_excerpt(node)} là {KINDS[part.kind].vi}",
        )

    def _count(self, op: str, args: list[Node], least: int, most: int | None = None) -> None:
        most = least if most is None else most
        if not least <= len(args) <= most:
            number = str(least) if least == most else f"{least}+"
            self._refuse(
                f"{op.upper()} takes {number} arguments, but was given {len(args)}",
                f"{op.upper()} cần {number} tham số, nhưng nhận được {len(args)}",
            )

    # --- expressions -------------------------------------------------------------------------------

    def expression(self, node: Node) -> Expression:
        """The tree of an expression of any kind."""
        budget.spend()
        if isinstance(node, bool):
            return Constant("boolean", node)
        if isinstance(node, int | float):
            return self._number(node)
        if isinstance(node, str):
            return Constant("text", node)
        if isinstance(node, list):
            return self._array_literal(node)
        if isinstance(node, dict):
            return self._object(node)
        return self._refuse(
            "NULL is no value to compare with; use IS NULL", "NULL không phải giá trị để so sánh; hãy dùng IS NULL"
        )

    def _number(self, value: int | float) -> Expression:
        if not math.isfinite(value) or (isinstance(value, int) and abs(value) >= 2**63):
            self._refuse(f"The number {value} is too large", f"Số {value} quá lớn")
        return Constant("number", value)

    def _object(self, node: dict[str, Node]) -> Expression:
        if isinstance(node.get("op"), str) and isinstance(node.get("args"), list):
            op = node["op"].lower()
            if op not in self.ops:
                names = ", ".join(self.ops)
                self._refuse(
                    f"No function or operator {node['op']!r}. Known: {names}",
                    f"Không có hàm hay phép toán {node['op']!r}. Các phép đã biết: {names}",
                )
            return self.ops[op](op, node["args"])
        if isinstance(node.get("property"), str):
            return self._property(node["property"])
        for word, reader in (("date", self._instant), ("timestamp", self._instant), ("interval", self._interval)):
            if word in node:
                return reader(word, node[word])
        if "type" in node or "bbox" in node:
            return self._geometry(node)
        return self._refuse(
            f"{_excerpt(node)} is not an expression of CQL2", f"{_excerpt(node)} không phải biểu thức CQL2"
        )

    def _property(self, name: str) -> Expression:
        row = self.names.get(name)
        if row is None:
            self._no_property(name)
        return Property(row.kind, name)

    def _no_property(self, name: str) -> NoReturn:
        """Refuse a name: with the one most alike, else with how a text is written, which is taken for a name often."""
        near = get_close_matches(name, self.names, n=1)
        hint_en, hint_vi = f"text is written {_literal(name)}", f"chữ được viết là {_literal(name)}"
        if near:
            hint_en, hint_vi = f"did you mean {near[0]}?", f"có phải {near[0]}?"
        self._refuse(
            f"No property {name!r} in layer {self.layer} ({hint_en})",
            f"Không có trường {name!r} trong lớp {self.layer} ({hint_vi})",
        )

    def _of_kind(self, node: Node, kind: Kind, where: str) -> Expression:
        part = self.expression(node)
        if part.kind != kind:
            self._wrong_kind(part, node, kind, where)
        return part

    def predicate(self, node: Node, en: str = "AND, OR and NOT", vi: str = "AND, OR, NOT") -> Expression:
        """The tree of an expression of kind "boolean"."""
        part = self.expression(node)
        if part.kind != "boolean":
            self._refuse(
                f"Expected a condition in {en}, but {_excerpt(node)} is {KINDS[part.kind].en}",
                f"Cần một điều kiện trong {vi}, nhưng {_excerpt(node)} là {KINDS[part.kind].vi}",
            )
        return part

    # --- logic and comparison ----------------------------------------------------------------------

    def _connect(self, op: str, args: list[Node]) -> Expression:
        self._count(op, args, 2, max(2, len(args)))
        return Operation("boolean", op, tuple(self.predicate(arg) for arg in args))

    def _not(self, op: str, args: list[Node]) -> Expression:
        self._count(op, args, 1)
        return Operation("boolean", op, (self.predicate(args[0]),))

    def _is_null(self, op: str, args: list[Node]) -> Expression:
        self._count("IS NULL", args, 1)
        return Operation("boolean", op, (self.expression(args[0]),))

    def _alike(self, args: list[Node], where: str) -> tuple[Expression, ...]:
        """Expressions of one comparable kind; a text that is compared with a date is read as a date."""
        parts = [self.expression(arg) for arg in args]
        if any(part.kind == "time" for part in parts):
            parts = [self._as_time(part, arg) for part, arg in zip(parts, args, strict=True)]
        first = parts[0]
        for part, arg in zip(parts, args, strict=True):
            if part.kind in {"geometry", "array"}:
                better = "S_EQUALS" if part.kind == "geometry" else "A_EQUALS"
                self._refuse(
                    f"{where} cannot compare {_excerpt(arg)}; use {better}",
                    f"{where} không so sánh được {_excerpt(arg)}; hãy dùng {better}",
                )
            if part.kind != first.kind:
                self._refuse(
                    f"{where} compares values of one kind, but {_excerpt(args[0])} is {KINDS[first.kind].en} "
                    f"and {_excerpt(arg)} is {KINDS[part.kind].en}",
                    f"{where} chỉ so sánh giá trị cùng loại, nhưng {_excerpt(args[0])} là {KINDS[first.kind].vi} "
                    f"còn {_excerpt(arg)} là {KINDS[part.kind].vi}",
                )
        return tuple(parts)

    def _as_time(self, part: Expression, node: Node) -> Expression:
        if not isinstance(part, Constant) or part.kind != "text":
            return part
        if spans.span(str(part.value)) is None:
            self._bad_date(node)
        return Constant("time", part.value)

    def _compare(self, op: str, args: list[Node]) -> Expression:
        self._count(op, args, 2)
        sides = self._alike(args, f"'{op}'")
        if sides[0].kind == "boolean" and op not in {"=", "<>"}:
            self._refuse("Conditions compare by = and <> only", "Điều kiện chỉ so sánh được bằng = và <>")
        return Operation("boolean", op, sides)

    def _between(self, op: str, args: list[Node]) -> Expression:
        self._count(op, args, 3)
        parts = self._alike(args, "BETWEEN")
        if parts[0].kind == "boolean":
            self._wrong_kind(parts[0], args[0], "number", "BETWEEN")
        return Operation("boolean", op, parts)

    def _in(self, op: str, args: list[Node]) -> Expression:
        self._count(op, args, 2)
        if not isinstance(args[1], list) or not args[1]:
            self._refuse("IN takes a list of at least one value", "IN cần danh sách có ít nhất một giá trị")
        value, *items = self._alike([args[0], *args[1]], "IN")
        return Operation("boolean", op, (value, Array(tuple(items))))

    def _like(self, op: str, args: list[Node]) -> Expression:
        self._count(op, args, 2)
        value, pattern = (self._of_kind(arg, "text", "LIKE") for arg in args)
        if not isinstance(pattern, Constant):
            self._refuse(
                f"LIKE takes a pattern as a literal, not {_excerpt(args[1])}",
                f"LIKE cần mẫu viết sẵn, không phải {_excerpt(args[1])}",
            )
        return Operation("boolean", op, (value, pattern))

    def _letters(self, op: str, args: list[Node]) -> Expression:
        """CASEI and ACCENTI: evaluated here for a literal; nested calls become one, as both are idempotent."""
        self._count(op, args, 1)
        part = self._of_kind(args[0], "text", op.upper())
        if isinstance(part, Constant):
            fold = operators.casei if op == "casei" else operators.accenti
            return Constant("text", fold(str(part.value)) or "")
        inner: Expression = part
        while isinstance(inner, Operation):  # the only operations of kind text are CASEI and ACCENTI
            if inner.op == op:
                return part
            inner = inner.args[0]
        return Operation("text", op, (part,))

    def _calculate(self, op: str, args: list[Node]) -> Expression:
        self._count(op, args, 2)
        return Operation("number", op, tuple(self._of_kind(arg, "number", f"'{op}'") for arg in args))

    # --- time --------------------------------------------------------------------------------------

    def _bad_date(self, node: Node) -> NoReturn:
        self._refuse(
            f"{_excerpt(node)} is not a date; write DATE('2019-02-14'), TIMESTAMP('2019-02-14T08:00:00Z') or an "
            "INTERVAL of two such texts or '..'",
            f"{_excerpt(node)} không phải ngày; hãy viết DATE('2019-02-14'), TIMESTAMP('2019-02-14T08:00:00Z') hoặc "
            "INTERVAL gồm hai chuỗi như vậy hoặc '..'",
        )

    def _moment(self, text: Node, word: str = "") -> str:
        """A full date or a timestamp of RFC 3339; BadQuery for anything else."""
        clock = isinstance(text, str) and "T" in text
        wrong = (word == "date" and clock) or (word == "timestamp" and not clock)
        if not isinstance(text, str) or wrong or len(text) < 10 or "/" in text or spans.span(text) is None:
            self._bad_date(text)
        return text

    def _instant(self, word: str, text: Node) -> Expression:
        return Constant("time", self._moment(text, word))

    def _interval(self, op: str, ends: Node) -> Expression:
        if not isinstance(ends, list) or len(ends) != 2:
            self._bad_date(ends)
        if all(isinstance(end, str) for end in ends):
            return self._fixed_interval(ends)
        parts = [
            Constant("time", end if end == ".." else self._moment(end)) if isinstance(end, str)
            else self._of_kind(end, "time", "INTERVAL")
            for end in ends
        ]  # fmt: skip
        return Operation("time", op, tuple(parts))

    def _fixed_interval(self, ends: list[str]) -> Expression:
        moments = [end for end in ends if end != ".." and self._moment(end)]
        if len({"T" in moment for moment in moments}) > 1 or moments != sorted(moments):
            self._refuse(
                f"INTERVAL takes two dates or two timestamps, the earlier first, not {_excerpt(ends)}",
                f"INTERVAL cần hai ngày hoặc hai thời điểm, cái trước đứng trước, không phải {_excerpt(ends)}",
            )
        return Constant("time", "/".join(ends))

    def _temporal(self, op: str, args: list[Node]) -> Expression:
        self._count(op, args, 2)
        parts = [self.expression(arg) for arg in args]
        sides = tuple(self._as_time(part, arg) for part, arg in zip(parts, args, strict=True))
        for part, side, arg in zip(parts, sides, args, strict=True):
            if side.kind != "time":
                self._wrong_kind(side, arg, "time", op.upper())
            if op not in spans.BOTH and _is_instant(part):
                self._refuse(
                    f"{op.upper()} is of intervals; {_excerpt(arg)} is an instant, write INTERVAL",
                    f"{op.upper()} dùng cho khoảng thời gian; {_excerpt(arg)} là một thời điểm, hãy viết INTERVAL",
                )
        return Operation("boolean", op, sides)

    # --- lists -------------------------------------------------------------------------------------

    def _array_literal(self, items: list[Node]) -> Expression:
        parts = tuple(self.expression(item) for item in items)
        if any(part.kind == "geometry" for part in parts):
            self._refuse("Arrays of geometries are not compared", "Không so sánh danh sách các hình")
        return Array(parts)

    def _array(self, op: str, args: list[Node]) -> Expression:
        self._count(op, args, 2)
        sides = tuple(self._as_array(op, arg) for arg in args)
        self._check_members(op, args, sides)
        return Operation("boolean", op, sides)

    def _as_array(self, op: str, node: Node) -> Expression:
        """A literal array, or the array of keys that a field of several keys holds."""
        part = self.expression(node)
        if isinstance(part, Property) and self.names[part.name].several:
            return Property("array", part.name)
        if part.kind != "array":
            several = ", ".join(row.name for row in self.names.values() if row.several)
            self._refuse(
                f"{op.upper()} takes arrays, but {_excerpt(node)} is {KINDS[part.kind].en}; fields of several keys: "
                f"{several}",
                f"{op.upper()} cần danh sách, nhưng {_excerpt(node)} là {KINDS[part.kind].vi}; trường có nhiều mã: "
                f"{several}",
            )
        return part

    def _check_members(self, op: str, args: list[Node], sides: Iterable[Expression]) -> None:
        """BadQuery unless an array compared with a field of keys holds texts only, as the keys are texts."""
        if not any(isinstance(side, Property) for side in sides):
            return
        for item in (item for arg in args if isinstance(arg, list) for item in arg):
            self._of_kind(item, "text", op.upper())

    # --- places ------------------------------------------------------------------------------------

    def _geometry(self, node: dict[str, Node]) -> Expression:
        try:
            shape = shape_of(node, self.crs)
        except BadShape as error:
            self._refuse(
                f"The geometry {_excerpt(node)} cannot be used: {error.en}",
                f"Không dùng được hình {_excerpt(node)}: {error.vi}",
            )
        return Shape(shapely.to_wkb(shape))

    def _spatial(self, op: str, args: list[Node]) -> Expression:
        self._count(op, args, 2)
        return Operation("boolean", op, tuple(self._of_kind(arg, "geometry", op.upper()) for arg in args))
