"""The data of the map page: layers with their symbols, filters with their counts, and the records in view."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from geo import budget
from geo.atlas import Atlas, Query, Record
from geo.atlas.ties import keeps_all, tied
from geo.crs import LngLatBbox
from geo.ocop.codes import CODE_LISTS, PRECISIONS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import COUNTED, FILTERS, LAYERS_OF, chosen_layers
from geo.ocop.layers import GROUPS, LAYERS, ON_MAP, THEMATIC
from geo.ocop.styles import STYLES, icon_of
from geo.schema import Filter, Label, LayerSpec
from geo.settings import Settings
from geo.views.evidence import caveat_of
from geo.views.formats import FORMATS
from geo.views.map.layer_symbols import shapes
from geo.views.map.light_features import lighten
from geo.views.record import subtitle
from geo.views.values import Urls, title_lang

BASES = ("communes", "districts")
MOST_IN_VIEW = 2_000
"""Maximum number of records of one layer for one view; the response also has the total number."""

_MARGIN_DEG = 0.6
MIN_ZOOM = 8
"""At zoom 8 the province fills a phone screen; at lower zooms national borders and islands, which the map does not
draw, would be in view."""

MAX_ZOOM = 18

_NATIONWIDE = LngLatBbox(102.0, 20.8, 103.7, 22.6)

_EXPECTED = Label(" (dự kiến)", " (expected)")
_PARTLY_EXPECTED = Label(" (một phần dự kiến)", " (partly expected)")
"""The marks of a year in which certificates end by computation: all of them, or some."""

_WARDS: WeakKeyDictionary[Atlas, list[str]] = WeakKeyDictionary()

Filters = tuple[tuple[str, tuple[str, ...]], ...]


def map_view(atlas: Atlas, settings: Settings, lang: str, urls: Urls) -> dict[str, Any]:
    """The settings of the map page, without its texts and asset URLs."""
    counts = atlas.counts()
    facets = total_facets(atlas, THEMATIC, ())
    return {
        **stage_view(atlas, lang, [layer_style(LAYERS[name], counts[name], lang) for name in ON_MAP]),
        "base_layers": [layer_style(LAYERS[n], counts[n], lang) for n in BASES],
        "extent": _extent(atlas),
        "filters": [
            filter_view(atlas, row, facets.get(row.param, {}), lang)
            for row in FILTERS
            if layers_of(row) and row.param in COUNTED
        ],
        "tile_layers": [{"name": t.name, "url": t.url, "attribution": t.attribution} for t in settings.tile_layers],
        "formats": [
            {"key": row.key, "extension": row.extension, "label": row.label.of(lang)} for row in FORMATS.values()
        ],
    }


def _extent(atlas: Atlas) -> list[float] | None:
    """West, south, east and north of all records of the map, in degrees; None when none has a place."""
    boxes = [box for layer in ON_MAP if (box := atlas.bounds(layer)) is not None]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return [min(west), min(south), max(east), max(north)]


def stage_view(atlas: Atlas, lang: str, layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The settings of every map, on the site and saved: bounds, zooms, layers in groups, approximate precisions.

    `layers` are layer_style rows. Boxes are west, south, east, north in degrees.
    """
    bounds = atlas.bounds() or _NATIONWIDE
    west, south, east, north = bounds
    m = _MARGIN_DEG
    return {
        "lang": lang,
        "version": {"number": atlas.version.number, "published_at": atlas.version.published_at},
        "bounds": list(bounds),
        "max_bounds": [west - m, south - m, east + m, north + m],
        "min_zoom": MIN_ZOOM,
        "max_zoom": MAX_ZOOM,
        "groups": [
            {"name": group, "label": label.of(lang), "layers": members}
            for group, label in GROUPS.items()
            if (members := [layer for layer in layers if LAYERS[layer["name"]].group == group])
        ],
        "wards": wards(atlas),
        "shapes": shapes(),
        "precisions": {
            p.key: {"label": p.label.of(lang), "approximate": p.approximate, "uncertainty_m": p.uncertainty_m}
            for p in PRECISIONS
        },
    }


def wards(atlas: Atlas) -> list[str]:
    """The keys of the wards among the communes, which the map names first; read once for each atlas."""
    if atlas not in _WARDS:
        units = atlas.find(Query("communes")).records
        _WARDS[atlas] = [unit.id for unit in units if unit.properties.get("kind") == "ward"]
    return _WARDS[atlas]


def layer_style(spec: LayerSpec, count: int, lang: str) -> dict[str, Any]:
    """The label, the symbols and the legend of a layer."""
    style = STYLES[spec.name]
    codes = spec.field(spec.symbol).codes if spec.symbol else None
    classes = CODE_LISTS[codes].codes if codes and spec.group != "units" else ()
    return {
        "name": spec.name,
        "label": spec.label.of(lang),
        "article": spec.article.of(lang),
        "count": count,
        "geometry": spec.geometry,
        "color": style.color,
        "shape": style.shape,
        "icon": style.icon,
        "icons": style.icons,
        "fill_opacity": style.fill_opacity,
        "stroke_width": style.stroke_width,
        "dash": style.dash,
        "ink": style.ink or style.color,
        "on": spec.thematic,
        "classes": [
            {"value": code.key, "label": code.label.of(lang), "icon": icon_of(spec.name, code.key)} for code in classes
        ],
    }


def filter_view(atlas: Atlas, row: Filter, counts: Mapping[str, int], lang: str) -> dict[str, Any]:
    """A filter with the values that occur, in the order of its code list or by name."""
    labels = filter_labels(atlas, row, counts, lang)
    return {
        "param": row.param,
        "label": row.label.of(lang),
        "layers": sorted(layers_of(row)),
        "unit": row.unit,
        "outline": row.outline or row.unit,
        "ties": bool(chosen_layers([row.param])),
        "options": [{"value": value, "label": labels[value], "count": counts[value]} for value in labels],
    }


def layers_of(row: Filter) -> frozenset[str]:
    """The layers of the map that a filter applies to."""
    return LAYERS_OF[row.param] & set(ON_MAP)


def filter_labels(atlas: Atlas, row: Filter, values: Iterable[str], lang: str) -> dict[str, str]:
    """Value -> label for the values that occur, in the order of display; a value that is computed is marked."""
    occurring = set(values)
    if row.unit:
        titles = atlas.titles(row.unit, occurring)
        names = {key: (title_en if lang != "vi" and title_en else title) for key, (title, title_en) in titles.items()}
        return dict(sorted(names.items(), key=lambda item: item[1]))
    if row.codes:
        codes = CODE_LISTS[row.codes]
        return {key: codes.label_of(key, lang) for key in codes.keys() if key in occurring}  # noqa: SIM118
    marks = _derived_marks(atlas, row, lang)
    return {value: value + marks.get(value, "") for value in sorted(occurring, reverse=True)}


def _derived_marks(atlas: Atlas, row: Filter, lang: str) -> dict[str, str]:
    """Value -> the mark behind it, where all or some records have it by computation and not on record."""
    if row.derived is None:
        return {}
    marks: dict[str, str] = {}
    for layer in row.fields:
        whole, derived = (
            atlas.facets(Query(layer, filters=filters)).get(row.param, {}) for filters in ((), (row.derived,))
        )
        marks |= {
            value: (_EXPECTED if n == whole.get(value) else _PARTLY_EXPECTED).of(lang) for value, n in derived.items()
        }
    return marks


def total_facets(atlas: Atlas, layers: Iterable[str], filters: Filters, text: str = "") -> dict[str, dict[str, int]]:
    """The counts of every filter summed over layers."""
    total: dict[str, dict[str, int]] = {}
    for layer in layers:
        for param, values in atlas.facets(Query(layer, filters=filters, text=text)).items():
            counts = total.setdefault(param, {})
            for value, count in values.items():
                counts[value] = counts.get(value, 0) + count
    return total


def in_view(
    atlas: Atlas,
    layers: Sequence[str],
    bbox: LngLatBbox | None,
    filters: Filters,
    text: str,
    lang: str,
    *,
    others: str = "dim",
) -> bytes:
    """The records for one view of the map and the list, by layer, and the counts of the filters, as JSON.

    Where the filters choose records of some layers, the other layers have records that no link joins to these: with
    `others` "hide" they are left out, with "dim" the member `tied` has the keys of those that do belong, by layer, and
    with "show" nothing is said of them.
    """
    queries = [Query(layer, bbox=bbox, filters=filters, text=text) for layer in layers]
    if others == "hide":
        queries = [tied(query) for query in queries]
    view = {
        "version": atlas.version.number,
        "layers": {query.layer: orjson.Fragment(_layer_in_view(atlas, query, lang)) for query in queries},
        "facets": total_facets(atlas, layers, filters, text),
    }
    if others == "dim":
        view |= _ties(atlas, queries)
    return orjson.dumps(view)


def _ties(atlas: Atlas, queries: Iterable[Query]) -> dict[str, Any]:
    """The member `tied` of a view; none where every record of every layer belongs."""
    narrowed = [replace(tied(query), limit=MOST_IN_VIEW) for query in queries if not keeps_all(query)]
    keys = {query.layer: [record.id for record in atlas.find(query).records] for query in narrowed}
    return {"tied": keys} if keys else {}


_WHOLE: WeakKeyDictionary[Atlas, dict[tuple[str, str], bytes]] = WeakKeyDictionary()
"""The JSON of whole layers, light, by atlas, layer and language: what every map shows first, on any screen."""
_WHOLE_LOCK = Lock()


def _layer_in_view(atlas: Atlas, query: Query, lang: str) -> bytes:
    """The records of one layer in a view; JSON that is kept where the view contains the whole layer."""
    layer = query.layer
    if not (query == Query(layer, bbox=query.bbox) and _contains(query.bbox, atlas.bounds(layer))):
        return orjson.dumps(_layer(atlas, query, lang))
    with _WHOLE_LOCK, budget.unlimited():
        layers_json = _WHOLE.setdefault(atlas, {})
        if (layer, lang) not in layers_json:
            layers_json[layer, lang] = orjson.dumps(_layer(atlas, Query(layer), lang, atlas.bounds(layer)))
        return layers_json[layer, lang]


def _contains(box: LngLatBbox | None, bounds: LngLatBbox | None) -> bool:
    """Whether a view contains the bounds of a layer; a view without a box, and a layer without bounds, always do."""
    if box is None or bounds is None:
        return True
    return box.west <= bounds.west <= bounds.east <= box.east and box.south <= bounds.south <= bounds.north <= box.north


def _layer(atlas: Atlas, query: Query, lang: str, whole_bounds: LngLatBbox | None = None) -> dict[str, Any]:
    whole = replace(query, bbox=None)
    located = atlas.find(replace(query, place="placed", limit=MOST_IN_VIEW))
    without_place = atlas.find(replace(whole, place="unplaced", limit=MOST_IN_VIEW))
    records = [*located.records, *without_place.records]
    places = Places(atlas, records, lang)
    features = [feature_view(atlas, record, lang, places) for record in records]
    return {
        "matched": atlas.count(whole),
        "in_view": located.matched,
        "unplaced": without_place.matched,
        "features": [lighten(feature, whole_bounds) for feature in features] if whole_bounds else features,
    }


class Places:
    """The names of the administrative units that contain the given records, looked up once."""

    def __init__(self, atlas: Atlas, records: Iterable[Record], lang: str) -> None:
        self._lang = lang
        rows = list(records)
        self._communes = atlas.titles("communes", {row.commune for row in rows if row.commune})
        self._districts = atlas.titles("districts", {row.district for row in rows if row.district})

    def commune(self, record: Record) -> str | None:
        """The commune or ward of 2025 that contains the record."""
        return self._name(self._communes, record.commune)

    def district(self, record: Record) -> str | None:
        """The former district of the record."""
        return self._name(self._districts, record.district)

    def of(self, record: Record) -> str | None:
        """The commune of the record, else its former district."""
        return self.commune(record) or self.district(record)

    def _name(self, names: Mapping[str, tuple[str, str | None]], code: str | None) -> str | None:
        if code is None or code not in names:
            return None
        title, title_en = names[code]
        return title_en if self._lang != "vi" and title_en else title


def feature_view(atlas: Atlas, record: Record, lang: str, places: Places) -> dict[str, Any]:
    """A record for the map and the list: a GeoJSON feature in OGC:CRS84."""
    return {
        "type": "Feature",
        "id": f"{record.layer}/{record.id}",
        "geometry": orjson.loads(record.feature)["geometry"],
        "properties": {
            "layer": record.layer,
            "id": record.id,
            "title": record.title_in(lang),
            "symbol": record.symbol,
            "precision": record.precision,
            "place": places.of(record),
            **({"title_lang": "vi"} if title_lang(record.title_en, lang) else {}),
            "detail": " · ".join(text for text in (subtitle(record, lang), caveat_of(atlas, record, lang)) if text),
            # The label point of a line; for points and areas the browser computes it.
            **({"point": [record.lng, record.lat]} if COLLECTIONS[record.layer].dimension == 1 else {}),
        },
    }
