"""What a CQL2 filter costs for each record, as the number of its functions."""

from geo.atlas.cql2.operators import ARRAYS, SPATIAL
from geo.atlas.cql2.spans import TIMES
from geo.atlas.cql2.tree import Array, Expression, Operation, Where

_FUNCTIONS = {"like", "casei", "accenti", "interval", "%", "div", "^", *SPATIAL, *ARRAYS, *TIMES} - {
    "<", "<=", ">", ">=", "=", "<>",
}  # fmt: skip
"""Operators that an engine cannot be expected to answer by an index or to compare at once."""


def functions_in(where: Where) -> int:
    """How many functions a filter applies to each record; a comparison of dates is one."""
    count, waiting = 0, [where.condition]
    while waiting:
        part: Expression = waiting.pop()
        if isinstance(part, Operation):
            count += part.op in _FUNCTIONS or (part.op in TIMES and part.args[0].kind == "time")
            waiting += part.args
        elif isinstance(part, Array):
            waiting += part.items
    return count
