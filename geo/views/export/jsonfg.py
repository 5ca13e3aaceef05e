"""JSON-FG (OGC Features and Geometries JSON): GeoJSON with a time and with geometry in other CRSs."""

import calendar
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO

import numpy as np
import orjson
import shapely

from geo.atlas.model import Part, Value
from geo.views.export.geojson import head_of, write_collection
from geo.views.export.job import BATCH, Job, require_coordinates
from geo.views.notice import WGS84
from geo.views.ogc.served_crs import CRS84, ServedCrs, find_crs

_CONFORMS = tuple(f"http://www.opengis.net/spec/json-fg-1/1.0/conf/{name}" for name in ("core", "types-schemas"))
_PROFILE = {"rel": "profile", "href": "http://www.opengis.net/def/profile/OGC/0/jsonfg-plus"}
"""The profile "jsonfg-plus": a feature with `place` also has `geometry`, for plain GeoJSON clients."""
_MONTH, _DAY = 7, 10  # lengths of 2019-02 and of 2019-02-14


def write_jsonfg(job: Job, out: BinaryIO) -> int:
    """Write one FeatureCollection, a feature a line, and return how many features it has.

    In WGS 84 the place is in `geometry` and `place` is null. In another system `place` holds it, in the axis order
    and the units of that system, and `geometry` holds the same in WGS 84 for readers of plain GeoJSON.
    """
    system = None if job.crs == WGS84 else find_crs(f"[{job.crs}]", "crs")
    head: dict[str, Any] = {
        "conformsTo": _CONFORMS,
        "featureType": job.query.layer,
        "links": [_PROFILE],
        "coordRefSys": CRS84 if system is None else system.uri,
        **head_of(job),
    }
    if job.spec.geometry is not None:
        head["geometryDimension"] = job.spec.dimension
    return write_collection(head, _features(job, system), out)


def _features(job: Job, system: ServedCrs | None) -> Iterator[bytes]:
    parts = job.atlas.parts(job.query)
    while rows := list(islice(parts, BATCH)):
        yield from _batch(job, rows, system)


def _batch(job: Job, rows: list[Part], system: ServedCrs | None) -> Iterator[bytes]:
    shapes = shapely.from_wkb(np.array([wkb for _, wkb, *_ in rows], dtype=object))
    geometries = shapely.to_geojson(shapes)
    places = (
        [None] * len(rows) if system is None else shapely.to_geojson(require_coordinates(job.crs, system.out(shapes)))
    )
    for (key, _, properties, _), geometry, place in zip(rows, geometries, places, strict=True):
        yield orjson.dumps(
            {
                "type": "Feature",
                "id": key,
                "time": time_of(job.spec.time, orjson.loads(properties)),
                "place": None if place is None else orjson.Fragment(place),
                "geometry": None if geometry is None else orjson.Fragment(geometry),
                "properties": orjson.Fragment(properties),
            }
        )


def time_of(fields: tuple[str, ...], values: Mapping[str, Value]) -> dict[str, Any] | None:
    """The `time` of a feature: a date, an interval with '..' for an open end, or None when unknown.

    A date with the precision of a month or a year is the interval of its days.

    >>> time_of(("day",), {"day": "2019-02"})
    {'interval': ['2019-02-01', '2019-02-28']}
    >>> time_of(("from", "until"), {"from": "2021-05-31", "until": None})
    {'interval': ['2021-05-31', '..']}
    """
    dates = [str(values[name]) if values.get(name) else None for name in fields]
    if not any(dates):
        return None
    first, last = _ends(dates[0])[0], _ends(dates[-1])[1]
    return {"date": first} if first == last else {"interval": [first, last]}


def _ends(text: str | None) -> tuple[str, str]:
    """The first and the last day of an ISO 8601 date of any precision, or of a span of two."""
    if text is None:
        return "..", ".."
    begin, _, end = text.partition("/")
    return _first(begin), _last(end or begin)


def _first(date: str) -> str:
    return f"{date}-01-01"[:_DAY] if len(date) < _MONTH else f"{date}-01"[:_DAY]


def _last(date: str) -> str:
    if len(date) < _MONTH:
        return f"{date}-12-31"
    days = calendar.monthrange(int(date[:4]), int(date[5:7]))[1]
    return f"{date}-{days:02}" if len(date) < _DAY else date
