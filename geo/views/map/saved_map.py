"""The data of a saved map, as one plain dictionary: the responses that the site's modules request on the site."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import orjson
import shapely

from geo.atlas import Atlas, Query, Record
from geo.basemap.ground import Ground
from geo.errors import BadQuery, NotFound
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.derived import derived_fields
from geo.ocop.filters import FILTERS
from geo.ocop.styles import STYLES, icon_of
from geo.schema import Filter, Label, LayerSpec
from geo.views.citations import Citations
from geo.views.map.credits import credits_of
from geo.views.map.map_page import BASES, MAX_ZOOM, Places, feature_view, layer_style, stage_view
from geo.views.map.terrain_view import saved_terrain, terrain_credits
from geo.views.record import own_view
from geo.views.values import Reader, format_date

MOST_RECORDS = 5_000
"""A browser draws this many records without freezing; a file with more would be too large to open."""

PLAIN = "plain"
"""The base map with the outline of the province only."""

# About 10 m and 1 m: below the visible resolution of a saved map, whose base is simplified more.
_LIGHT_DEG, _GRID_DEG = 1e-4, 1e-5

_WORDS: dict[str, Label] = {
    "saved.panel": Label("Danh sách và chú giải", "List and legend"),
    "saved.credits": Label("Nguồn và giấy phép", "Sources and licences"),
    "saved.noscript": Label(
        "Bản đồ này cần JavaScript để hiển thị; mọi dữ liệu đã nằm trong tệp.",
        "This map needs JavaScript to show; all data is in the file.",
    ),
}
_VERSION = Label("Dữ liệu phiên bản {number}, ngày {date}", "Data version {number} of {date}")
_SEARCH = Label("Tìm", "Search")
_IN_VIEW = Label("Trong khung bản đồ đã chọn", "Within the chosen box")


class SavedBase(NamedTuple):
    """What lies below the records of a saved map: communes, districts or plain, and the base map, if it is at hand.

    `shows_ground` says whether the base map is drawn when the file is opened.
    """

    units: str = BASES[0]
    ground: Ground | None = None
    shows_ground: bool = True


class NoPages:
    """URLs for a saved map: all are empty, because a file on disk has no pages to link to."""

    def page(self, path: str, **params: str) -> str:
        """No address."""
        return ""

    def record(self, layer: str, record: str) -> str:
        """No address."""
        return ""

    def layer(self, layer: str, **params: str) -> str:
        """No address."""
        return ""

    def export(self, layer: str, extension: str, **params: str) -> str:
        """No address."""
        return ""


def saved_view(
    atlas: Atlas,
    queries: Sequence[Query],
    *,
    words: Mapping[str, str],
    lang: str,
    title: str,
    center: tuple[float, float] | None,
    zoom: float | None,
    base: SavedBase,
) -> dict[str, Any]:
    """The data that pages/saved.js reads: layers, their features and records, base maps, credits, texts.

    Geometry is longitude, latitude; texts are in `lang`. `words` are the texts of the site's modules. `limit` and
    `offset` of the queries are ignored. BadQuery for an unknown base, a position outside the valid range, or more
    than MOST_RECORDS records.
    """
    _check(atlas, queries, base.units)
    records = {query.layer: atlas.find(_whole(query)).records for query in queries}
    layers = [_layer(COLLECTIONS[layer], members, lang) for layer, members in records.items()]
    version = atlas.version
    date = format_date(version.published_at[:10], lang)
    return {
        **stage_view(atlas, lang, layers),
        "view": _start(center, zoom),
        "title": title,
        "version_line": _VERSION.of(lang).format(number=version.number, date=date),
        "filter_lines": _filters(atlas, queries, lang),
        "credits": credits_of(atlas, [*records, *BASES], lang),
        "features": {layer: _features(atlas, members, lang) for layer, members in records.items()},
        "records": {
            key: view for layer, members in records.items() for key, view in _records(atlas, layer, members, lang)
        },
        "base": base.units,
        "terrain": saved_terrain(base.ground, lang) if base.ground else None,
        "terrain_credits": terrain_credits(base.ground, lang),
        "with_terrain": base.shows_ground,
        "bases": {layer: _overview(atlas, layer) for layer in BASES},
        "tile_layers": [],
        "urls": {"icons": ""},
        "words": {**words, **{key: label.of(lang) for key, label in _WORDS.items()}},
    }


def _check(atlas: Atlas, queries: Sequence[Query], base: str) -> None:
    if base not in {*BASES, PLAIN}:
        names = ", ".join((*BASES, PLAIN))
        raise BadQuery(f"base={base!r}: expected one of {names}.", f"base={base!r}: cần một trong {names}.")
    count = sum(atlas.count(query) for query in queries)
    if count > MOST_RECORDS:
        raise BadQuery(
            f"{count} records are too many for one saved map (at most {MOST_RECORDS}). Choose fewer layers or filter.",
            f"{count} bản ghi là quá nhiều cho một bản đồ lưu (tối đa {MOST_RECORDS}). Hãy bớt lớp hoặc lọc thêm.",
        )


def _whole(query: Query) -> Query:
    return replace(query, limit=None, offset=0)


def _start(center: tuple[float, float] | None, zoom: float | None) -> dict[str, float] | None:
    if center is None or zoom is None:
        return None
    lng, lat = center
    if not (-180 <= lng <= 180 and -90 <= lat <= 90 and 0 <= zoom <= MAX_ZOOM):
        raise BadQuery(
            f"center={center!r}, zoom={zoom!r}: expected longitude, latitude in degrees and a zoom up to {MAX_ZOOM}.",
            f"center={center!r}, zoom={zoom!r}: cần kinh độ, vĩ độ theo độ và mức phóng đến {MAX_ZOOM}.",
        )
    return {"zoom": zoom, "lat": lat, "lng": lng}


def _overview(atlas: Atlas, layer: str) -> Any:
    """The simplified units of a layer; empty when the atlas has no such layer."""
    try:
        return orjson.loads(atlas.overview(layer))
    except NotFound:
        return {"type": "FeatureCollection", "features": []}


def _layer(spec: LayerSpec, records: Sequence[Record], lang: str) -> dict[str, Any]:
    """The style of the layer, switched on, with the classes in use as its legend."""
    return {**layer_style(spec, len(records), lang), "on": True, "classes": _classes(spec, records, lang)}


def _classes(spec: LayerSpec, records: Iterable[Record], lang: str) -> list[dict[str, str]]:
    """The legend of a layer: a row for each icon in use, labelled with its classes."""
    symbols = {record.symbol for record in records}
    field = spec.field(spec.symbol) if spec.symbol else None
    if field is None or field.codes is None or not STYLES[spec.name].icons:
        return []
    by_icon: dict[str, list[str]] = {}
    for code in CODE_LISTS[field.codes].codes:
        if code.key in symbols:
            by_icon.setdefault(icon_of(spec.name, code.key), []).append(code.label.of(lang))
    return [{"icon": icon, "label": ", ".join(labels)} for icon, labels in by_icon.items()]


def _features(atlas: Atlas, records: Sequence[Record], lang: str) -> list[dict[str, Any]]:
    places = Places(atlas, records, lang)
    return [{**feature_view(atlas, record, lang, places), "geometry": _light(record)} for record in records]


def _light(record: Record) -> Any:
    """The geometry of a record as GeoJSON, polygons simplified."""
    geometry = record.geometry
    if geometry is None:
        return None
    if geometry.geom_type != "Point":
        geometry = shapely.set_precision(shapely.simplify(geometry, _LIGHT_DEG), _GRID_DEG)
    return orjson.loads(shapely.to_geojson(geometry))


def _records(atlas: Atlas, layer: str, records: Sequence[Record], lang: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """("layer/id", view) of each record of a layer, without geometry, which the features have, and without links."""
    urls = NoPages()
    reader, citations = Reader(atlas, lang), Citations(atlas, records, lang, urls)
    reader.learn(layer, records)
    for record in records:
        own = own_view(record, reader, citations, urls)
        facts = [*map(_brief, own["facts"]), *_commune(record, reader)]
        beyond = {"geometry": None, "sources": citations.of(record), "links": [], "conflicts": [], "exports": []}
        yield f"{layer}/{record.id}", {**own, "facts": facts, **beyond}


def _brief(fact: Mapping[str, Any]) -> dict[str, Any]:
    """A fact with only the members that the panel reads, to save space: a record has a dozen facts."""
    more = {name: fact[name] for name in ("url", "caveat", "lang", "parts") if fact.get(name)}
    return {"label": fact["label"], "value": fact["value"], **more}


def _commune(record: Record, reader: Reader) -> Iterator[dict[str, Any]]:
    """The commune that contains the record, as a fact: on the site it is one of the links."""
    for field in derived_fields(COLLECTIONS[record.layer]):
        if field.name == "commune_name":
            value = reader.format_value(field, record.properties.get(field.name))
            yield {"label": field.label.of(reader.lang), "value": value}


def _filters(atlas: Atlas, queries: Sequence[Query], lang: str) -> list[str]:
    """The filters of the selection as text, each line once."""
    lines: dict[str, None] = {}
    for query in queries:
        for param, values in query.filters:
            row = next(row for row in FILTERS if row.param == param)
            lines[f"{row.label.of(lang)}: {', '.join(_values(atlas, row, values, lang))}"] = None
        if query.text.strip():
            lines[f"{_SEARCH.of(lang)}: {query.text.strip()}"] = None
        if query.bbox is not None:
            lines[_IN_VIEW.of(lang)] = None
    return list(lines)


def _values(atlas: Atlas, row: Filter, values: Sequence[str], lang: str) -> list[str]:
    if row.codes is not None:
        return [CODE_LISTS[row.codes].label_of(value, lang) for value in values]
    if row.unit is not None:
        names = atlas.titles(row.unit, values)
        return [names[value][0] if value in names else value for value in values]
    return list(values)
