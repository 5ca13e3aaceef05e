"""The rows of an atlas made from a layer's frame: plain values, boxes, label points, GeoJSON.

In an atlas a value is str, int, float or None; see model.plain.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import orjson
import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from geo.atlas.model import Value, plain
from geo.crs import GEOD
from geo.ocop.codes import CODE_LISTS
from geo.ocop.validity import validity_of
from geo.schema import Field, LayerSpec
from geo.text import fold

DECIMALS = 7
"""RFC 7946 section 11.2 recommends no more precision than needed; 7 decimals are a centimetre."""

_QGIS_SAMPLE = 10
"""Records by which QGIS 3.22 finds the geometry type of a collection: ten without one make it a table."""


class RecordRow(NamedTuple):
    """One record in an atlas.

    `columns` are RECORD_COLUMNS, then the declared fields. `names` and `more` are the words that it is searched by;
    `box` is the row number, west, east, south and north in degrees, None without a geometry.
    """

    number: int
    id: str
    names: str
    more: str
    box: tuple[int, float, float, float, float] | None
    properties: dict[str, Value]
    columns: tuple[object, ...]


def record_rows(
    frame: GeoDataFrame,
    spec: LayerSpec,
    *,
    units: Mapping[str, Mapping[str, list[str]]],
    names: Mapping[str, Mapping[str, str]],
) -> Iterator[RecordRow]:
    """The rows of `frame` (STORE_CRS), numbered from 1 in the order of _in_order.

    `units` are the codes of the units that each record lies in, by filter parameter; `names` are the units' names.
    """
    records = _in_order(frame, spec)
    geometries: list[BaseGeometry | None]
    if spec.geometry is None:
        geometries = [None] * len(records)
    else:
        geometries = list(shapely.transform(np.asarray(records.geometry.array, dtype=object), _round))
    values = zip(*(records[field.name] for field in spec.fields), strict=True)
    for number, (row, geometry) in enumerate(zip(values, geometries, strict=True), start=1):
        properties = {field.name: _value(field, value) for field, value in zip(spec.fields, row, strict=True)}
        yield _row(number, spec, properties, geometry, units, names)


def _in_order(frame: GeoDataFrame, spec: LayerSpec) -> GeoDataFrame:
    """The records ordered by key; if none of the first _QGIS_SAMPLE has a geometry, those that have one come first."""
    order = np.argsort(frame[spec.key].astype(str).to_numpy(), kind="stable")
    if spec.geometry is not None:
        shapes = np.asarray(frame.geometry.array, dtype=object)[order]
        is_unplaced = shapely.is_missing(shapes) | shapely.is_empty(shapes)
        if is_unplaced[:_QGIS_SAMPLE].all():
            order = order[np.argsort(is_unplaced, kind="stable")]
    return frame.iloc[order]


def _round(coordinates: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.round(coordinates, DECIMALS)


def _value(field: Field, value: object) -> Value:
    """The value of a cell; a whole number of an integer field is an int, where pandas has a float."""
    bare = plain(value)
    if field.kind == "integer" and isinstance(bare, float) and bare.is_integer():
        return int(bare)
    return bare


def _row(
    number: int,
    spec: LayerSpec,
    properties: dict[str, Value],
    geometry: BaseGeometry | None,
    units: Mapping[str, Mapping[str, list[str]]],
    names: Mapping[str, Mapping[str, str]],
) -> RecordRow:
    shape = None if geometry is None or geometry.is_empty else geometry
    key = str(properties[spec.key])
    lies_in = units.get(key, {})
    communes, districts = lies_in.get("commune", []), lies_in.get("district", [])
    derived = _derived(spec, properties, shape, communes, names)
    lng, lat = _label_point(shape)
    bounds = (None, None, None, None) if shape is None else shape.bounds
    columns = (
        number,
        key,
        str(properties[spec.title] or key),
        properties.get(spec.title_en or ""),
        properties.get(spec.symbol or ""),
        properties.get("precision"),
        lng,
        lat,
        *bounds,
        communes[0] if len(communes) == 1 else None,
        districts[0] if len(districts) == 1 else None,
        orjson.dumps(properties | derived),
        _feature(key, properties | derived, shape),
        None if shape is None else shapely.to_wkb(shape),
        *(properties[field.name] for field in spec.fields),
    )
    box = None
    if shape is not None:
        west, south, east, north = shape.bounds
        box = (number, west, east, south, north)
    more = _more(spec, properties, lies_in, names)
    return RecordRow(number, key, _names(spec, properties), more, box, properties, columns)


def _derived(
    spec: LayerSpec,
    properties: Mapping[str, Value],
    geometry: BaseGeometry | None,
    communes: list[str],
    names: Mapping[str, Mapping[str, str]],
) -> dict[str, Value]:
    """Properties that are computed for the atlas and are not in the store: present commune, measured area, validity."""
    derived: dict[str, Value] = {}
    if spec.has("old_commune_code") and spec.geometry == "Point":
        code = communes[0] if len(communes) == 1 else None
        derived["commune_code"] = code
        derived["commune_name"] = names.get("communes", {}).get(code) if code else None
    if spec.geometry == "MultiPolygon":
        derived["measured_area_ha"] = None if geometry is None else geodesic_area_ha(geometry)
    if spec.has("certified_until"):
        derived["expected_until"], derived["validity_basis"] = validity_of(properties)
    return derived


def geodesic_area_ha(geometry: BaseGeometry) -> float:
    """Hectares on the WGS 84 ellipsoid (Karney 2013, through pyproj), to the nearest 0.01.

    >>> geodesic_area_ha(shapely.box(103.0, 21.0, 103.01, 21.01))
    115.11
    """
    return round(abs(GEOD.geometry_area_perimeter(geometry)[0]) / 10_000, 2)


def _label_point(geometry: BaseGeometry | None) -> tuple[float | None, float | None]:
    """Longitude and latitude of a point on the geometry, rounded; sql.py uses it to find records in a box."""
    if geometry is None:
        return None, None
    match shapely.get_dimensions(geometry):
        case 0:
            point = geometry
        case 1:
            point = _middle(geometry)
        case _:
            point = shapely.point_on_surface(geometry)
    return round(shapely.get_x(point), DECIMALS), round(shapely.get_y(point), DECIMALS)


def _middle(line: BaseGeometry) -> BaseGeometry:
    """The point halfway along a line, or along the longest part of one that has several.

    >>> print(_middle(shapely.from_wkt("MULTILINESTRING ((0 0, 1 0), (0 5, 4 5))")))
    POINT (2 5)
    """
    parts = shapely.get_parts(line)
    longest = parts[shapely.length(parts).argmax()]
    middle: BaseGeometry = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return middle


def _feature(key: str, properties: Mapping[str, Value], geometry: BaseGeometry | None) -> bytes:
    ring = None if geometry is None else orjson.Fragment(shapely.to_geojson(geometry))
    return orjson.dumps({"type": "Feature", "id": key, "geometry": ring, "properties": properties})


def _names(spec: LayerSpec, properties: Mapping[str, Value]) -> str:
    """The names that a record is searched by, without those that equal another one when diacritics are removed."""
    names = [str(properties[field.name]) for field in spec.fields if field.search and properties[field.name]]
    distinct = {fold(name): name for name in reversed(names)}
    return " ".join(reversed(distinct.values()))


def _more(
    spec: LayerSpec,
    properties: Mapping[str, Value],
    lies_in: Mapping[str, list[str]],
    names: Mapping[str, Mapping[str, str]],
) -> str:
    """Further words that a record is searched by: its key, labels of its codes, names of its units."""
    words = [str(properties[spec.key])]
    for field in spec.fields:
        value = properties[field.name]
        if field.codes and value is not None and field.name not in {"precision", "scheme"}:
            codes = CODE_LISTS[field.codes]
            words += [codes.label_of(key, lang) for key in str(value).split(";") for lang in ("vi", "en")]
    words += [names.get("communes", {}).get(code, "") for code in lies_in.get("commune", ())]
    words += [names.get("districts", {}).get(code, "") for code in lies_in.get("district", ())]
    return " ".join(words)
