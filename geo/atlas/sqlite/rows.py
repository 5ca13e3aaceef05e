"""The rows of an atlas made from a layer's frame: plain values, boxes, label points, GeoJSON.

In an atlas a value is str, int, float or None; see model.plain. Everything is computed for a whole column of a batch of
records at a time, since a layer may have hundreds of thousands of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple, Self

import numpy as np
import orjson
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geo.atlas.model import Shapes, Value, plain
from geo.atlas.sqlite.search import search_words
from geo.atlas.sqlite.tables import FOLDS, folded_values
from geo.atlas.sqlite.words import Words
from geo.crs import geodesic_areas_m2
from geo.ocop.codes import CODE_LISTS
from geo.ocop.filters import COUNTED, FILTERS, applies
from geo.ocop.validity import VALIDITY_FIELDS, validity_of
from geo.schema import Field, Filter, LayerSpec
from geo.search.record_texts import texts_of_codes
from geo.text import fold

DECIMALS = 7
"""RFC 7946 section 11.2 recommends no more precision than needed; 7 decimals are a centimetre."""

_QGIS_SAMPLE = 10
"""Records by which QGIS 3.22 finds the geometry type of a collection: ten without one make it a table."""
BATCH = 2_000
"""Records that are computed, and inserted, together."""
_UNCODED = {"precision", "scheme"}
"""Fields whose codes are no words to search a record by."""

Properties = Mapping[str, Sequence[Value]]
"""Declared field -> its values, in the order of the records."""


class Units(NamedTuple):
    """The administrative units that the records of a layer lie in.

    `codes` are those of each record by filter parameter, and "yes" under that of a filter by links whose link the
    record has; `names` are the units' names by layer and code.
    """

    codes: Mapping[str, Mapping[str, list[str]]]
    names: Mapping[str, Mapping[str, str]]


class Batch(NamedTuple):
    """Records of a layer, column by column.

    `columns` are those of the layer's table: RECORD_COLUMNS, the declared fields, and the folded columns; for links
    see link_layer.py. `boxes` are west, south, east and north in degrees, not-a-number for a record without a geometry.
    `names` and `more` are the folded words that a record is searched by, `facets` the parameter, layer, value and row
    number of every filter that finds a record.
    """

    layer: str
    numbers: range
    ids: list[str]
    titles: list[str]
    properties: Properties
    columns: list[Sequence[object]]
    boxes: NDArray[np.float64]
    names: list[str]
    more: list[str]
    facets: list[tuple[str, str, str, int]]


class Caches(NamedTuple):
    """The forms of words for searching and folding, computed once and used by all batches of a layer."""

    search: Words
    fold: Words
    folded: Words

    @classmethod
    def new(cls) -> Self:
        """Empty caches."""
        search = Words([lambda word: " ".join(search_words(word))])
        return cls(search, Words([fold]), Words(list(FOLDS.values())))


def batches(frame: GeoDataFrame, spec: LayerSpec, units: Units) -> Iterator[Batch]:
    """The records of `frame` (STORE_CRS), numbered from 1 in the order of in_order, some thousand at a time."""
    records = in_order(frame, spec)
    caches = Caches.new()
    for start in range(0, len(records), BATCH):
        yield _batch(records.iloc[start : start + BATCH], spec, units, start + 1, caches)


def in_order(frame: GeoDataFrame, spec: LayerSpec) -> GeoDataFrame:
    """The records in the order of order_of."""
    shapes = np.asarray(frame.geometry.array, dtype=object)
    is_placed = None if spec.geometry is None else ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return frame.iloc[order_of(frame[spec.key].astype(str).to_numpy(), is_placed)]


def order_of(keys: NDArray[np.object_], is_placed: NDArray[np.bool_] | None) -> NDArray[np.intp]:
    """The places of records ordered by key; if none of the first _QGIS_SAMPLE is placed, those that are come first.

    `is_placed` says which records have a geometry, None for a layer without geometries.
    """
    order = np.argsort(keys, kind="stable")
    if is_placed is not None and not is_placed[order][:_QGIS_SAMPLE].any():
        order = order[np.argsort(~is_placed[order], kind="stable")]
    return order


def _batch(records: GeoDataFrame, spec: LayerSpec, units: Units, first: int, caches: Caches) -> Batch:
    numbers = range(first, first + len(records))
    none = [None] * len(records)
    properties = {field.name: values_of(field, records[field.name].tolist()) for field in spec.fields}
    ids = [str(key) for key in properties[spec.key]]
    titles = [str(title or key) for title, key in zip(properties[spec.title], ids, strict=True)]
    shapes = np.full(len(records), None, dtype=object)
    if spec.geometry is not None:
        shapes = rounded(np.asarray(records.geometry.array, dtype=object))
    lies_in = [units.codes.get(key, {}) for key in ids]
    communes, districts = (_the_only(param, lies_in) for param in ("commune", "district"))
    boxes = shapely.bounds(shapes)
    members = {**properties, **_derived(spec, properties, shapes, communes, units.names)}
    features, properties_at = _features(ids, members, shapes)
    columns: list[Sequence[object]] = [
        numbers,
        ids,
        titles,
        properties.get(spec.title_en or "", none),
        properties.get(spec.symbol or "", none),
        properties.get("precision", none),
        *label_points(shapes),
        *sides_of(boxes),
        communes,
        districts,
        properties_at,
        features,
        shapely.to_wkb(shapes).tolist(),
        *properties.values(),
        *folded_values(spec.name, properties, caches.folded),
    ]
    names, more = names_of(spec, properties, caches), more_of(spec, properties, lies_in, units, caches)
    facets = list(_facets(spec.name, numbers, members, lies_in))
    return Batch(spec.name, numbers, ids, titles, properties, columns, boxes, names, more, facets)


def values_of(field: Field, cells: Sequence[object]) -> list[Value]:
    """The values of a column's cells."""
    is_real = field.kind == "real"
    return [
        cell
        if cell is None
        or (type(cell) is str and cell)
        or type(cell) is int
        or (is_real and type(cell) is float and isfinite(cell))
        else _value(field, cell)
        for cell in cells
    ]


def _value(field: Field, value: object) -> Value:
    """The value of a cell; a whole number of an integer field is an int, where pandas has a float."""
    bare = plain(value)
    if field.kind == "integer" and isinstance(bare, float) and bare.is_integer():
        return int(bare)
    return bare


def rounded(geometries: Shapes) -> Shapes:
    """The geometries with DECIMALS decimals; None where there is none or an empty one."""
    shapes: Shapes = shapely.transform(geometries, _round)
    shapes[shapely.is_empty(shapes)] = None
    return shapes


def _round(coordinates: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.round(coordinates, DECIMALS)


def _the_only(param: str, lies_in: Sequence[Mapping[str, list[str]]]) -> list[str | None]:
    """The code of the one unit that each record lies in; None where there are several or none."""
    codes = [units.get(param, ()) for units in lies_in]
    return [of_record[0] if len(of_record) == 1 else None for of_record in codes]


def _derived(
    spec: LayerSpec,
    properties: Properties,
    shapes: Shapes,
    communes: Sequence[str | None],
    names: Mapping[str, Mapping[str, str]],
) -> Properties:
    """Properties that are computed for the atlas and are not in the store: present commune, measured area, validity."""
    derived: dict[str, Sequence[Value]] = {}
    if spec.has("old_commune_code") and spec.geometry == "Point":
        by_code = names.get("communes", {})
        derived["commune_code"] = communes
        derived["commune_name"] = [None if code is None else by_code.get(code) for code in communes]
    if spec.geometry == "MultiPolygon":
        derived["measured_area_ha"] = [
            None if shape is None else area_ha for shape, area_ha in zip(shapes, geodesic_areas_ha(shapes), strict=True)
        ]
    if spec.has("certified_until"):
        validities = [
            validity_of(dict(zip(VALIDITY_FIELDS, values, strict=True)))
            for values in zip(*(properties[name] for name in VALIDITY_FIELDS), strict=True)
        ]
        derived["expected_until"] = [validity.until for validity in validities]
        derived["validity_basis"] = [validity.basis for validity in validities]
    return derived


def geodesic_areas_ha(shapes: Shapes) -> list[float]:
    """Hectares on the WGS 84 ellipsoid (Karney 2013, through pyproj), to the nearest 0.01.

    >>> geodesic_areas_ha(np.array([shapely.box(103.0, 21.0, 103.01, 21.01)]))
    [115.11]
    """
    return [round(area / 10_000, 2) for area in geodesic_areas_m2(shapes).tolist()]


def label_points(shapes: Shapes) -> tuple[list[float | None], list[float | None]]:
    """Longitudes and latitudes of a point on each geometry, rounded; sql.py uses it to find records in a box."""
    points = shapes.copy()
    dimensions = shapely.get_dimensions(shapes)
    points[dimensions == 1] = _middles(shapes[dimensions == 1])
    points[dimensions == 2] = shapely.point_on_surface(shapes[dimensions == 2])
    lng, lat = (_round(coordinates).tolist() for coordinates in (shapely.get_x(points), shapely.get_y(points)))
    missing = shapely.is_missing(points).tolist()
    return _or_none(lng, missing), _or_none(lat, missing)


def sides_of(boxes: NDArray[np.float64]) -> list[list[float | None]]:
    """West, south, east and north of some boxes, each as a column; None where it is not a number."""
    missing = np.isnan(boxes[:, 0]).tolist()
    return [_or_none(side, missing) for side in boxes.T.tolist()]


def _or_none(numbers: list[float], missing: list[bool]) -> list[float | None]:
    return [None if is_missing else number for number, is_missing in zip(numbers, missing, strict=True)]


def _middles(lines: Shapes) -> NDArray[np.object_]:
    """The point halfway along each line, or along the longest part of one that has several.

    >>> print(_middles(np.array([shapely.from_wkt("MULTILINESTRING ((0 0, 1 0), (0 5, 4 5))")]))[0])
    POINT (2 5)
    """
    parts, owners = shapely.get_parts(lines, return_index=True)
    longest_first = np.lexsort((-shapely.length(parts), owners))
    longest = longest_first[np.unique(owners[longest_first], return_index=True)[1]]
    middles: NDArray[np.object_] = shapely.line_interpolate_point(parts[longest], 0.5, normalized=True)
    return middles


def _features(ids: Sequence[str], members: Properties, shapes: Shapes) -> tuple[list[bytes], list[int]]:
    """Each record as a GeoJSON Feature, the properties last, and the byte (from 1) at which they begin."""
    texts = [orjson.dumps(dict(zip(members, row, strict=True))) for row in zip(*members.values(), strict=True)]
    geometries = shapely.to_geojson(shapes).tolist()
    features = [
        b'{"type":"Feature","id":%b,"geometry":%b,"properties":%b}'
        % (orjson.dumps(key), b"null" if geometry is None else geometry.encode(), text)
        for key, geometry, text in zip(ids, geometries, texts, strict=True)
    ]
    return features, [len(feature) - len(text) for feature, text in zip(features, texts, strict=True)]


def names_of(spec: LayerSpec, properties: Properties, caches: Caches) -> list[str]:
    """The words of each record's names, without those of a name that equals an earlier one without diacritics."""
    columns = [properties[field.name] for field in spec.fields if field.search]
    rows = zip(*columns, strict=True) if columns else [()] * len(properties[spec.key])
    return [_words_of_names([str(name) for name in names if name], caches.search, caches.fold) for names in rows]


def _words_of_names(names: Sequence[str], words: Words, folded: Words) -> str:
    if len(set(names)) < 2:
        return words.without_gaps("".join(names[:1]))
    distinct = {folded.without_gaps(name): name for name in reversed(names)}
    return " ".join(filter(None, map(words.without_gaps, reversed(distinct.values()))))


def more_of(
    spec: LayerSpec, properties: Properties, lies_in: Sequence[Mapping[str, list[str]]], units: Units, caches: Caches
) -> list[str]:
    """Further words that each record is searched by: its key, labels of its codes, names of its units and its layer."""
    coded = [field for field in spec.fields if field.codes and field.name not in _UNCODED]
    columns = [
        # The key of a link is made of those of its ends: their words recur.
        [caches.search.without_gaps(str(key).replace(".", " ")) for key in properties[spec.key]],
        *([_words_of_codes(field.codes or "", value) for value in properties[field.name]] for field in coded),
        *(
            [
                " ".join(_words_of_unit(names.get(code, "")) for code in of_record.get(param, ()))
                for of_record in lies_in
            ]
            for param, names in (
                ("commune", units.names.get("communes", {})),
                ("district", units.names.get("districts", {})),
            )
            if any(lies_in)  # those of links lie in none
        ),
    ]
    layer = " ".join(word for label in spec.article for word in search_words(label))
    return [" ".join(filter(None, (*words, layer))) for words in zip(*columns, strict=True)]


@lru_cache(maxsize=4_096)
def _words_of_codes(codes: str, value: Value) -> str:
    """The words of the labels, in both languages, and of the other names of the codes in a field's value."""
    return " ".join(word for texts in texts_of_codes(codes, value) for text in texts for word in search_words(text))


@lru_cache(maxsize=4_096)
def _words_of_unit(name: str) -> str:
    return " ".join(search_words(name))


def _facets(
    layer: str, numbers: range, members: Properties, lies_in: Sequence[Mapping[str, list[str]]]
) -> Iterator[tuple[str, str, str, int]]:
    for row in FILTERS:
        if row.param in COUNTED and applies(row.param, layer):
            columns = [members[name] for name in row.fields_of(layer)]
            for number, values in zip(
                numbers, zip(*columns, strict=True) if columns else _linked_values(row, lies_in), strict=True
            ):
                for part in dict.fromkeys(part for value in values for part in _parts(row, value)):
                    yield row.param, layer, part, number


def _linked_values(row: Filter, lies_in: Sequence[Mapping[str, list[str]]]) -> Iterator[Sequence[str]]:
    """The values of a filter that reads links: codes of units, or whether the record has one of the links."""
    nothing = ("no",) if row.kind == "linked" else ()
    return (units.get(row.param, nothing) for units in lies_in)


def _parts(row: Filter, value: Value) -> Sequence[str]:
    """What a filter compares of a value: each code where it holds several, the year in which a date ends."""
    if value is None:
        return ()
    if row.kind == "year":
        return (str(value).rpartition("/")[2][:4],)
    return str(value).split(";") if row.codes in CODE_LISTS else (str(value),)
