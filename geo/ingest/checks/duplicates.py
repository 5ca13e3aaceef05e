"""Records that look like one thing recorded twice: the same name, and the same unit or the same place."""

import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from itertools import product

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import GEOD, to_metric
from geo.ingest.checks.geometry import Places
from geo.report import Issue, Subject, at_most
from geo.schema import Label, LayerSpec
from geo.text import fold

NEAR_M = 100.0
"""How far apart one thing may stand in two records, along the ellipsoid; outlines stand at their centroids."""
_SEARCH_MARGIN = 1.01  # the projection's scale is not quite 1
_ROWS = 16  # records whose neighbours are looked for at a time: those of a bad file may all lie on one spot
_WORD = re.compile(r"\w+")

Rows = NDArray[np.intp]
Cells = list[object]
Tag = tuple[object, ...]


def check_twins(places: Places, frame: gpd.GeoDataFrame, spec: LayerSpec) -> Iterator[Issue]:
    """The later of any two records of a layer that look like one thing, naming the first that it looks like."""
    if spec.thematic:
        yield from at_most(_twins(places, frame, spec))


def _twins(places: Places, frame: gpd.GeoDataFrame, spec: LayerSpec) -> Iterator[Issue]:
    names = [_words(value) for value in frame[spec.title]]
    often = Counter(names)
    rows = np.array([row for row, name in enumerate(names) if name and often[name] > 1], dtype=np.intp)
    communes = _cells(frame, spec, "old_commune_codes" if spec.has("old_commune_codes") else "old_commune_code")
    distinct = _cells(frame, spec, spec.distinct)
    in_unit = _in_one_unit(rows, names, distinct, communes, _cells(frame, spec, "district_code"))
    near = _in_one_place(rows, places, names, distinct, but=in_unit)
    # Both go by rows, and what is near is looked for only as far as it is asked for.
    following = next(near, None)
    for row in map(int, rows):
        other: Subject | None = None
        if row in in_unit:
            other, vi, en = places.subjects[in_unit[row]], "cùng đơn vị hành chính", "in the same unit"
        elif following is not None and following[0] == row:
            other, vi, en = places.subjects[following[1]], f"cách {following[2]:.0f} m", f"{following[2]:.0f} m away"
            following = next(near, None)
        if other is not None:
            name = other.label
            words = Label(f"trùng tên với {name.vi}, {vi}", f"has the name of {name.en}, {en}")
            yield Issue(spec.name, *places.subjects[row], spec.title, "duplicate_record", name.en, words)


def _words(value: object) -> str:
    """The words of a name, folded.

    >>> _words("Mật ong – Hoa Ban") == _words("MẬT ONG (hoa ban)")
    True
    """
    return "" if value is None else " ".join(_WORD.findall(fold(str(value))))


def _cells(frame: gpd.GeoDataFrame, spec: LayerSpec, name: str | None) -> Cells:
    return list(frame[name]) if name is not None and spec.has(name) else [None] * len(frame)


def _in_one_unit(rows: Rows, names: list[str], distinct: Cells, communes: Cells, districts: Cells) -> dict[int, int]:
    """Row -> the first row before it of its name in its commune, or in its district where one names no commune."""
    first: dict[Tag, int] = {}
    firsts: dict[int, int] = {}
    for row in map(int, rows):
        commune, district, own = communes[row], districts[row], distinct[row]
        tags: list[Tag] = [] if commune is None else [("commune", commune)]
        queries = tags.copy()
        if district is not None:
            tags += [("district", district, tag) for tag in _indexed_as(commune)]
            queries += [("district", district, tag) for tag in _like(commune)]
        earlier = [first.get((names[row], *key)) for key in product(_like(own), queries)]
        firsts |= {row: min(candidates)} if (candidates := [other for other in earlier if other is not None]) else {}
        for key in product(_indexed_as(own), tags):
            first.setdefault((names[row], *key), row)
    return firsts


def _indexed_as(value: object) -> tuple[object, ...]:
    """The tags under which a row with this value is indexed; `_like` gives those that find it."""
    return ("any", "none") if value is None else ("any", ("is", value))


def _like(value: object) -> tuple[object, ...]:
    """The tags that find the rows whose value is the same or missing."""
    return ("any",) if value is None else ("none", ("is", value))


def _in_one_place(
    rows: Rows, places: Places, names: list[str], distinct: Cells, *, but: Container[int]
) -> Iterator[tuple[int, int, float]]:
    """Each row, the first row before it of its name at most NEAR_M away, and the metres; not for the rows in `but`."""
    rows = rows[places.sound[rows]]
    points = shapely.centroid(places.shapes[rows])
    metric, lng, lat = to_metric(points), shapely.get_x(points), shapely.get_y(points)
    tree = shapely.STRtree(metric)
    x, y, reach = shapely.get_x(metric), shapely.get_y(metric), NEAR_M * _SEARCH_MARGIN
    around = shapely.box(x - reach, y - reach, x + reach, y + reach)
    name, own = _numbered([names[row] for row in rows]), _numbered([distinct[row] for row in rows])
    searched = np.array([at for at, row in enumerate(rows) if int(row) not in but], dtype=np.intp)
    for start in range(0, len(searched), _ROWS):
        some = searched[start : start + _ROWS]
        here, there = tree.query(around[some])
        here = some[here]
        alike = (own[here] == own[there]) | (own[here] < 0) | (own[there] < 0)
        like = (there < here) & (name[here] == name[there]) & alike
        here, there = here[like], there[like]
        metres = np.asarray(GEOD.inv(lng[here], lat[here], lng[there], lat[there])[2])
        close = metres <= NEAR_M
        here, there, metres = here[close], there[close], metres[close]
        order = np.lexsort((there, here))
        for pair in order[np.unique(here[order], return_index=True)[1]]:
            yield int(rows[here[pair]]), int(rows[there[pair]]), float(metres[pair])


def _numbered(values: Sequence[object]) -> Rows:
    """A number for each value, the same for the same; -1 where there is none."""
    numbers: dict[object, int] = {}
    return np.array(
        [-1 if value is None else numbers.setdefault(value, len(numbers)) for value in values], dtype=np.intp
    )
