"""A choropleth of the units of a frame as numbers for SVG, and its legend: classes, zero and unknown apart.

Colours are classes of plan_board.css, which follow the theme; the drawing needs no JavaScript.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from geo.atlas import Atlas, Query
from geo.atlas.memo import once_per_atlas
from geo.plan.class_breaks import METHODS, Classes, Method, classes
from geo.plan.figures import Frame, Interval
from geo.schema import Label
from geo.views.map.locator import WIDTH, frame_of, outlines
from geo.views.map.locator import Frame as Projection

ZERO, UNKNOWN = "zero", "unknown"
_LEAST_HEIGHT = 10.0
"""A unit that is drawn lower has no number in it."""

Values = Mapping[str, Interval | None]


class UnitShape(NamedTuple):
    """A unit: path data of its outline, "" where only a point is known; and its label point with the room there.

    `room` is the width of the unit in SVG units, 0 where no number fits.
    """

    code: str
    name: Label
    path: str
    x: float
    y: float
    room: float


class Ground(NamedTuple):
    """What is drawn below every choropleth of a frame: the size, the outline of the province, and the units."""

    width: float
    height: float
    province: str
    districts: str
    units: tuple[UnitShape, ...]


class Mark(NamedTuple):
    """A unit on one map: the class of its colour, and the number in it, None where it is unknown."""

    unit: UnitShape
    kind: str
    value: float | None


class LegendRow(NamedTuple):
    """A class: its key, the least and the greatest value in it (None for unknown), and how many units it has."""

    kind: str
    least: float | None
    greatest: float | None
    units: int


class Choropleth(NamedTuple):
    """One or two maps of the same classes: what is certain, and what is at most where that differs."""

    ground: Ground
    maps: tuple[tuple[Label | None, tuple[Mark, ...]], ...]
    legend: tuple[LegendRow, ...]
    method: Label


_SURE, _POSSIBLE = Label("Chắc chắn", "Certain"), Label("Tối đa", "At most")


def choropleth(atlas: Atlas, frame: Frame, values: Values, method: Method) -> Choropleth | None:
    """The maps of the values of the units of a frame; None where the province has no outline.

    Both maps share their classes, so that they can be compared.
    """
    ground = ground_of(atlas, frame)
    if ground is None:
        return None
    sides = [{code: value and value[place] for code, value in values.items()} for place in (0, 1)]
    has_bounds = sides[0] != sides[1]
    shown = sides if has_bounds else sides[:1]
    breaks = classes([value for side in shown for value in side.values()], method)
    titles = (_SURE, _POSSIBLE) if has_bounds else (None,)
    maps = tuple((title, _marks(ground, side, breaks)) for title, side in zip(titles, shown, strict=True))
    return Choropleth(ground, maps, _legend(shown, breaks), METHODS[method])


def _marks(ground: Ground, values: Mapping[str, float | None], breaks: Classes) -> tuple[Mark, ...]:
    return tuple(Mark(unit, _kind(values.get(unit.code), breaks), values.get(unit.code)) for unit in ground.units)


def _kind(value: float | None, breaks: Classes) -> str:
    if value is None:
        return UNKNOWN
    place = breaks.class_of(value)
    return ZERO if place is None else str(place + 1)


def _legend(sides: Sequence[Mapping[str, float | None]], breaks: Classes) -> tuple[LegendRow, ...]:
    """The classes from the lowest on, with zero before and unknown after them; the units are those of the first map."""
    values = [value for side in sides for value in side.values()]
    kinds = [_kind(value, breaks) for value in sides[0].values()]
    rows = [LegendRow(ZERO, 0, 0, kinds.count(ZERO))] if 0 in values else []
    for place, (least, greatest) in enumerate(breaks.ranges):
        inside = [value for value in values if value and breaks.class_of(value) == place]
        bounds = (min(inside), max(inside)) if inside else (least, greatest)
        rows.append(LegendRow(str(place + 1), *bounds, kinds.count(str(place + 1))))
    if None in values:
        rows.append(LegendRow(UNKNOWN, None, None, kinds.count(UNKNOWN)))
    return tuple(rows)


@once_per_atlas
def ground_of(atlas: Atlas, frame: Frame) -> Ground | None:
    """The drawing of a frame's units without values; None where the province has no outline."""
    projection = frame_of(atlas.bounds())
    if projection is None:
        return None
    read = _points if frame is Frame.OLD_COMMUNES else _areas
    province, districts = (outlines(atlas, layer, projection) for layer in ("province", "districts"))
    return Ground(WIDTH, projection.height, province, districts, tuple(read(atlas, frame, projection)))


def _areas(atlas: Atlas, frame: Frame, projection: Projection) -> list[UnitShape]:
    """The units as simplified areas that still share their borders."""
    return [_area(feature, projection) for feature in orjson.loads(atlas.overview(frame.value))["features"]]


def _area(feature: Mapping[str, Any], projection: Projection) -> UnitShape:
    own, geometry = feature["properties"], feature["geometry"]
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings = [[projection.xy(lng, lat) for lng, lat in ring] for polygon in polygons for ring in polygon]
    width, height = (max(one) - min(one) for one in zip(*(point for ring in rings for point in ring), strict=True))
    room = round(width, 1) if height >= _LEAST_HEIGHT else 0.0
    name = Label(own["title"], own["title_en"] or own["title"])
    return UnitShape(str(own["id"]), name, _path(rings), *projection.xy(own["lng"], own["lat"]), room)


def _path(rings: Sequence[Sequence[tuple[float, float]]]) -> str:
    return "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in ring) + "Z" for ring in rings)


def _points(atlas: Atlas, frame: Frame, projection: Projection) -> list[UnitShape]:
    """The units as points; those without one are left out of the map and stand in the table."""
    return [
        UnitShape(record.id, Label(record.title, record.title_en or record.title), "", x, y, room=0.0)
        for record in atlas.find(Query(frame.value, place="placed")).records
        if record.lng is not None and record.lat is not None
        for x, y in [projection.xy(record.lng, record.lat)]
    ]
