"""The pairs of one version as a layer of lines, with the names and places of both ends."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from geo.crs import STORE_CRS
from geo.link.pairs import Pair
from geo.ocop.codes import PRECISIONS
from geo.ocop.collections import LINK_LAYER
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from geo.schema import Label

_SPECS = {spec.name: spec for spec in LINKS}
_ORDER = {precision.key: position for position, precision in enumerate(PRECISIONS)}
_LINEAGE = Label(
    "Tính tự động từ các lớp của cùng phiên bản theo bảng quy tắc liên kết: theo hồ sơ, theo giá trị trùng nhau,"
    " theo quan hệ không gian. Khoảng cách tính theo đường chim bay (trên elipxôit WGS 84).",
    "Derived from the layers of the same version by the table of link rules: from records, from equal values, from"
    " geometry. Distances are straight lines (geodesics on the WGS 84 ellipsoid).",
)


class _End(NamedTuple):
    """One end of a line: the record's names, one point of it (STORE_CRS), and that point's precision."""

    name: str
    name_en: str
    point: Any
    precision: str | None


def link_lines(frames: Mapping[str, GeoDataFrame], pairs: Iterable[Pair]) -> GeoDataFrame:
    """The pairs of the visible rows of LINKS as records of the layer "links", in STORE_CRS, each pair once.

    A line leads from one point of the source to one of the target: of a polygon, a point on its surface. It is null
    where an end has no geometry or both ends are the same point. `precision` is the coarser of the two ends';
    null where neither end has one.
    """
    ends = {layer: _ends(frame, layer) for layer, frame in frames.items() if layer in LAYERS}
    rows: dict[str, dict[str, object]] = {}
    lines: list[Any] = []
    for pair in pairs:
        key = f"{pair.link}.{pair.source_id}.{pair.target_id}"
        if _SPECS[pair.link].visible and key not in rows:
            here, there = ends[pair.source_layer][pair.source_id], ends[pair.target_layer][pair.target_id]
            rows[key] = _values(key, pair, here, there)
            lines.append(_line(here.point, there.point))
    table = pd.DataFrame(rows.values(), columns=[field.name for field in LINK_LAYER.fields])
    return gpd.GeoDataFrame(table, geometry=np.array(lines, dtype=object), crs=STORE_CRS)


def links_metadata(metadata: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Metadata of the layer "links": its own title and lineage, with the sources and licence of the products."""
    return {
        **metadata.get("products", {}),
        "title": LINK_LAYER.label._asdict(),
        "abstract": LINK_LAYER.about._asdict(),
        "lineage": _LINEAGE._asdict(),
    }


def _ends(frame: GeoDataFrame, layer: str) -> dict[str, _End]:
    spec, count = LAYERS[layer], len(frame)
    names = [str(name) for name in frame[spec.title]]
    in_english = [
        name_en if isinstance(name_en, str) and name_en else name
        for name, name_en in zip(names, frame[spec.title_en] if spec.title_en else names, strict=True)
    ]
    points = [None] * count if spec.geometry is None else _points(np.asarray(frame.geometry.array, dtype=object))
    precisions = frame["precision"] if spec.has("precision") else [None] * count
    keys = [str(key) for key in frame[spec.key]]
    rows = zip(names, in_english, points, precisions, strict=True)
    return {
        key: _End(name, name_en, point, precision if isinstance(precision, str) else None)
        for key, (name, name_en, point, precision) in zip(keys, rows, strict=True)
    }


def _points(shapes: np.ndarray[Any, Any]) -> list[Any]:
    """One point of every shape; None for an empty or missing shape."""
    areas = shapely.get_dimensions(shapes) > 0
    points = shapes.copy()
    points[areas] = shapely.point_on_surface(shapes[areas])
    points[shapely.is_empty(shapes)] = None
    return list(points)


def _values(key: str, pair: Pair, here: _End, there: _End) -> dict[str, object]:
    precisions = [end.precision for end in (here, there) if end.precision in _ORDER]
    return {
        **pair._asdict(),
        "link_id": key,
        "name": f"{here.name} → {there.name}",
        "name_en": f"{here.name_en} → {there.name_en}",
        "source_name": here.name,
        "target_name": there.name,
        # No position is accurate to a tenth of a metre, so more digits would be false precision.
        "distance_m": None if pair.distance_m is None else round(pair.distance_m, 1),
        "area_ha": None if pair.area_ha is None else round(pair.area_ha, 2),
        "share": None if pair.share is None else round(pair.share, 4),
        "certain": "yes" if pair.certain else "no",
        "precision": max(precisions, key=lambda one: _ORDER[one or ""]) if precisions else None,
    }


def _line(here: Any, there: Any) -> Any:
    if here is None or there is None or here.equals(there):
        return None
    return shapely.LineString(np.vstack([shapely.get_coordinates(here), shapely.get_coordinates(there)]))
