"""The pairs of one version as a layer of lines, with the names and places of both ends."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geo.link.pairs import Pair
from geo.ocop.codes import PRECISIONS
from geo.ocop.collections import LINK_LAYER
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from geo.schema import Label

_Rows: TypeAlias = NDArray[np.intp]
"""One end of each line, as its place among all records."""

_SPECS = {spec.name: spec for spec in LINKS}
_ORDER = {precision.key: position for position, precision in enumerate(PRECISIONS)}
_SAME_DEG = 1e-6
"""Two points closer than this, a tenth of a metre, are the same point: no position is more accurate."""
_LINEAGE = Label(
    "Tính tự động từ các lớp của cùng phiên bản theo bảng quy tắc liên kết: theo hồ sơ, theo giá trị trùng nhau,"
    " theo quan hệ không gian. Khoảng cách tính theo đường chim bay.",
    "Derived from the layers of the same version by the table of link rules: from records, from equal values, from"
    " geometry. Distances are in a straight line.",
)


class _Ends(NamedTuple):
    """The records of all layers as ends of lines, column by column; `rows` are their places, by layer and key.

    A record without a name is called by its key.
    `points` are the coordinates (STORE_CRS) of one point of each, NaN without a geometry; `precisions` are its keys.
    """

    rows: dict[str, dict[str, int]]
    names: list[str]
    names_en: list[str]
    points: NDArray[np.float64]
    precisions: list[str | None]


class Lines(NamedTuple):
    """The pairs of the visible rows of LINKS, each once, from which records of the layer "links" are made.

    Records take several times as much memory, so that they can be made some at a time. `keys` are those of the links,
    `here` and `there` the ends of each as places among all records.
    """

    keys: list[str]
    pairs: list[Pair]
    ends: _Ends
    here: _Rows
    there: _Rows

    @classmethod
    def of(cls, frames: Mapping[str, GeoDataFrame], pairs: Iterable[Pair]) -> Self:
        """The pairs of the visible rows of LINKS, each once."""
        ends = _ends(frames)
        by_key: dict[str, Pair] = {}
        for pair in pairs:
            if _SPECS[pair.link].visible:
                by_key.setdefault(f"{pair.link}.{pair.source_id}.{pair.target_id}", pair)
        visible = list(by_key.values())
        here = np.array([ends.rows[pair.source_layer][pair.source_id] for pair in visible], dtype=np.intp)
        there = np.array([ends.rows[pair.target_layer][pair.target_id] for pair in visible], dtype=np.intp)
        return cls(list(by_key), visible, ends, here, there)

    def has_line(self) -> NDArray[np.bool_]:
        """Of each link, whether its ends have two different places."""
        return _are_apart(self.ends.points[self.here], self.ends.points[self.there])

    def records(self, chosen: _Rows) -> tuple[dict[str, Sequence[object]], NDArray[np.object_]]:
        """The links with these places: the columns of their fields, and their lines in STORE_CRS.

        A line leads from one point of the source to one of the target: of a polygon, a point on its surface. It is null
        where an end has no geometry or both ends are the same point, closer than a tenth of a metre. `precision` is the
        coarser of the two ends'; null where neither end has one.
        """
        here, there, numbers = self.here[chosen], self.there[chosen], chosen.tolist()
        keys, pairs = [self.keys[number] for number in numbers], [self.pairs[number] for number in numbers]
        points = self.ends.points
        return _columns(keys, pairs, self.ends, here, there), _lines(points[here], points[there])


def links_metadata(metadata: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Metadata of the layer "links": its own title and lineage, with the sources and licence of the products."""
    return {
        **metadata.get("products", {}),
        "title": LINK_LAYER.label._asdict(),
        "abstract": LINK_LAYER.about._asdict(),
        "lineage": _LINEAGE._asdict(),
    }


def _ends(frames: Mapping[str, GeoDataFrame]) -> _Ends:
    of_all = _Ends({}, [], [], np.empty((0, 2)), [])
    parts = [of_all.points]
    for layer, frame in frames.items():
        if layer in LAYERS:
            of_layer = _ends_of_layer(frame, layer, len(of_all.names))
            of_all.rows.update(of_layer.rows)
            of_all.names.extend(of_layer.names)
            of_all.names_en.extend(of_layer.names_en)
            of_all.precisions.extend(of_layer.precisions)
            parts.append(of_layer.points)
    return of_all._replace(points=np.concatenate(parts))


def _ends_of_layer(frame: GeoDataFrame, layer: str, first: int) -> _Ends:
    """The records of one layer, whose places begin at `first`."""
    spec, count = LAYERS[layer], len(frame)
    keys = [str(key) for key in frame[spec.key]]
    names = [name if isinstance(name, str) and name else key for name, key in zip(frame[spec.title], keys, strict=True)]
    in_english = [
        name_en if isinstance(name_en, str) and name_en else name
        for name, name_en in zip(names, frame[spec.title_en] if spec.title_en else names, strict=True)
    ]
    points = np.full((count, 2), np.nan) if spec.geometry is None else _points(frame)
    precisions = frame["precision"] if spec.has("precision") else [None] * count
    rows = {key: row for row, key in enumerate(keys, start=first)}
    return _Ends(
        {layer: rows}, names, in_english, points, [key if isinstance(key, str) else None for key in precisions]
    )


def _points(frame: GeoDataFrame) -> NDArray[np.float64]:
    """The coordinates of one point of every shape; NaN for an empty or missing one."""
    points = np.array(frame.geometry.array, dtype=object)
    areas = shapely.get_dimensions(points) > 0
    points[areas] = shapely.point_on_surface(points[areas])
    points[shapely.is_empty(points)] = None
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


def _columns(
    keys: Sequence[str], pairs: Sequence[Pair], ends: _Ends, here: _Rows, there: _Rows
) -> dict[str, Sequence[object]]:
    """The fields of the layer "links", in their order."""
    sides = here.tolist(), there.tolist()
    sources, targets = ([ends.names[row] for row in side] for side in sides)
    in_english = ([ends.names_en[row] for row in side] for side in sides)
    precisions = ([ends.precisions[row] for row in side] for side in sides)
    columns: dict[str, Sequence[object]] = (
        dict(zip(Pair._fields, zip(*pairs, strict=True), strict=True)) if pairs else {}
    )
    columns |= {
        "link_id": keys,
        "name": [f"{source} → {target}" for source, target in zip(sources, targets, strict=True)],
        "name_en": [f"{source} → {target}" for source, target in zip(*in_english, strict=True)],
        "source_name": sources,
        "target_name": targets,
        # No position is accurate to a tenth of a metre, so more digits would be false precision.
        "distance_m": _rounded([pair.distance_m for pair in pairs], 1),
        "area_ha": _rounded([pair.area_ha for pair in pairs], 2),
        "share": _rounded([pair.share for pair in pairs], 4),
        "certain": ["yes" if pair.certain else "no" for pair in pairs],
        "precision": [_coarser(one, other) for one, other in zip(*precisions, strict=True)],
    }
    return {field.name: columns.get(field.name, ()) for field in LINK_LAYER.fields}


def _rounded(numbers: Sequence[float | None], digits: int) -> list[float | None]:
    return [None if number is None else round(number, digits) for number in numbers]


def _coarser(one: str | None, other: str | None) -> str | None:
    precisions = [key for key in (one, other) if key in _ORDER]
    return max(precisions, key=lambda key: _ORDER[key or ""]) if precisions else None


def _lines(begins: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.object_]:
    """The line from each point to the other one; None where one of them is missing or both are the same."""
    lines = np.full(len(begins), None, dtype=object)
    drawn = _are_apart(begins, ends)
    lines[drawn] = shapely.linestrings(np.stack([begins[drawn], ends[drawn]], axis=1))
    return lines


def _are_apart(begins: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which pairs of points are two different ones."""
    is_apart = (np.abs(begins - ends) >= _SAME_DEG).any(axis=1)  # False where a coordinate is missing (NaN)
    return np.asarray(np.isfinite(begins).all(axis=1) & np.isfinite(ends).all(axis=1) & is_apart, dtype=np.bool_)
