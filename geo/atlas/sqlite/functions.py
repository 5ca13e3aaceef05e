"""The SQL functions of a connection: what CQL2 asks of a value that SQLite cannot tell by itself.

Every function gives NULL for NULL. Arrays are texts of JSON.
"""

import json
import sqlite3
from collections.abc import Callable
from functools import lru_cache

import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geo.atlas.cql2.operators import ARRAYS, SPATIAL, TURNED, accenti, between, calculate, casei, like
from geo.atlas.cql2.spans import interval, lasts, stands, whole


def keys(text: str | None) -> str | None:
    """The keys of a field of several ("a;b") as a JSON array."""
    return None if text is None else json.dumps([key.strip() for key in text.split(";") if key.strip()])


@lru_cache(maxsize=4096)
def _members(array: str) -> frozenset[object]:
    return frozenset((isinstance(value, bool), _hashable(value)) for value in json.loads(array))


def _hashable(value: object) -> object:
    return json.dumps(value) if isinstance(value, list | dict) else value


def sets(op: str, a: str | None, b: str | None) -> bool | None:
    """Whether two JSON arrays, taken as sets, stand to each other as `op` says.

    >>> sets("a_contains", keys("weaving;embroidery"), '["weaving"]'), sets("a_equals", "[1]", "[true]")
    (True, False)
    """
    return None if a is None or b is None else ARRAYS[op](_members(a), _members(b))


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that compiled filters call. Geometries of filters are prepared once for it."""

    @lru_cache(maxsize=64)
    def prepared(wkb: bytes) -> BaseGeometry:
        geometry: BaseGeometry = shapely.from_wkb(wkb)
        shapely.prepare(geometry)
        return geometry

    def relates(op: str, wkb: bytes | None, literal: bytes | None) -> bool | None:
        """The relation is asked of the prepared side; what GEOS cannot tell of a broken shape is unknown."""
        if wkb is None or literal is None:
            return None
        try:
            return bool(SPATIAL[TURNED.get(op, op)](prepared(literal), shapely.from_wkb(wkb)))
        except GEOSException:
            return None

    functions: tuple[tuple[str, int, Callable[..., str | float | None]], ...] = (
        ("cql_casei", 1, casei),
        ("cql_accenti", 1, accenti),
        ("cql_like", 2, like),
        ("cql_between", 3, between),
        ("cql_lasts", 3, lasts),
        ("cql_calculate", 3, calculate),
        ("cql_time", 3, stands),
        ("cql_interval", 2, interval),
        ("cql_span", 1, whole),
        ("cql_keys", 1, keys),
        ("cql_sets", 3, sets),
        ("cql_place", 3, relates),
    )
    for name, arguments, function in functions:
        connection.create_function(name, arguments, function, deterministic=True)
