"""SQL functions: the operators of CQL2 that SQLite lacks, and the documents of links.

An operator returns NULL when an argument is NULL. Arrays are JSON texts.
"""

import json
import sqlite3
from collections.abc import Callable
from functools import lru_cache

import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geo.atlas.cql2.operators import ARRAYS, CONVERSE, SPATIAL, accenti, between, calculate, casei, like
from geo.atlas.cql2.spans import canonical_span, compare_spans, interval, span_between
from geo.atlas.sqlite.link_documents import feature_of, properties_of, related_of_link


def keys_as_json(text: str | None) -> str | None:
    """The keys of a field that holds several ("a;b"), as a JSON array."""
    return None if text is None else json.dumps([key.strip() for key in text.split(";") if key.strip()])


@lru_cache(maxsize=4096)
def _members(array: str) -> frozenset[object]:
    return frozenset((isinstance(value, bool), _hashable(value)) for value in json.loads(array))


def _hashable(value: object) -> object:
    return json.dumps(value) if isinstance(value, list | dict) else value


def compare_sets(op: str, a: str | None, b: str | None) -> bool | None:
    """Whether `a op b` holds for two JSON arrays, taken as sets; None when one is None.

    >>> compare_sets("a_contains", keys_as_json("weaving;embroidery"), '["weaving"]')
    True
    >>> compare_sets("a_equals", "[1]", "[true]")
    False
    """
    return None if a is None or b is None else ARRAYS[op](_members(a), _members(b))


def register(connection: sqlite3.Connection) -> None:
    """Register the functions that filters and views call. Each connection caches the prepared geometries of filters."""

    @lru_cache(maxsize=64)
    def prepare(wkb: bytes) -> BaseGeometry:
        geometry: BaseGeometry = shapely.from_wkb(wkb)
        shapely.prepare(geometry)
        return geometry

    def relates(op: str, wkb: bytes | None, literal: bytes | None) -> bool | None:
        """Whether the relation holds; None when GEOS fails on an invalid geometry.

        The literal is the first argument, as GEOS uses its prepared geometry; hence the converse relation.
        """
        if wkb is None or literal is None:
            return None
        try:
            return bool(SPATIAL[CONVERSE.get(op, op)](prepare(literal), shapely.from_wkb(wkb)))
        except GEOSException:
            return None

    functions: tuple[tuple[str, int, Callable[..., str | float | bytes | None]], ...] = (
        ("cql_casei", 1, casei),
        ("cql_accenti", 1, accenti),
        ("cql_like", 2, like),
        ("cql_between", 3, between),
        ("cql_lasts", 3, span_between),
        ("cql_calculate", 3, calculate),
        ("cql_time", 3, compare_spans),
        ("cql_interval", 2, interval),
        ("cql_span", 1, canonical_span),
        ("cql_keys", 1, keys_as_json),
        ("cql_sets", 3, compare_sets),
        ("cql_place", 3, relates),
        ("link_feature", -1, feature_of),
        ("link_properties", -1, properties_of),
        ("link_related", 7, related_of_link),
    )
    for name, arguments, function in functions:
        connection.create_function(name, arguments, function, deterministic=True)
