"""OGC API - Features as documents: landing page, conformance, collections, and features in any served system."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

import numpy as np
import orjson
import shapely

from geo import budget
from geo.atlas import Atlas, LinkedFeatures, Part, Query, UrlAffixes
from geo.atlas.cql2.spans import span
from geo.ocop.collections import COLLECTIONS, LINK_LAYER
from geo.schema import LANGS, Label
from geo.views.formats import FORMATS
from geo.views.notice import Notice, in_language, licence_of, notice
from geo.views.ogc.served_crs import CRS84, SERVED_CRS, ServedCrs

Plain: TypeAlias = dict[str, Any]
Link: TypeAlias = Callable[..., dict[str, str]]
"""(rel, path, media type, **query) -> a link object with an absolute URL."""

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
TILES = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
MATRIX_SETS = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
SEARCH = "http://www.opengis.net/def/rel/ogc/1.0/search"
CATALOGUE = "http://www.opengis.net/def/rel/ogc/1.0/ogc-catalog"
"""Link relation of OGC API - Records to a catalogue with searchable records."""
CHANGES = "monitor"
"""Link relation of RFC 5989 to a resource that reports changes."""
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"

_MANY = 200
"""Records from which on a page in another coordinate system, or with some of the properties, takes long: 10 ms."""
_FILES = [row for row in FORMATS.values() if row.media_type != GEOJSON]
"""Formats of a page of features beside GeoJSON and HTML."""

_CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
_COMMON = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf"
_CQL2 = (
    "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
    "accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions",
    "temporal-functions", "array-functions", "property-property", "arithmetic",
)  # fmt: skip
CONFORMANCE: tuple[str, ...] = (
    f"{_CORE}/core",
    f"{_CORE}/geojson",
    f"{_CORE}/html",
    f"{_CORE}/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    *(
        f"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}"
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(f"http://www.opengis.net/spec/cql2/1.0/conf/{name}" for name in _CQL2),
    f"{_COMMON}/core",
)
"""The implemented conformance classes, all of them tested; docs/conformance.md lists each requirement."""

_TITLE = Label("Bản đồ OCOP Điện Biên: dữ liệu mở", "OCOP map of Điện Biên: open data")
_ABOUT = Label(
    "Sản phẩm OCOP, chủ thể, vùng nguyên liệu, làng nghề, di tích và điểm du lịch theo OGC API - Features.",
    "OCOP products, producers, raw-material zones, craft villages, heritage and tourism sites as OGC API - Features.",
)


def landing(atlas: Atlas, link: Link, lang: str) -> Plain:
    """The landing page as JSON."""
    return {
        "title": _TITLE.of(lang),
        "description": _ABOUT.of(lang),
        "links": [
            link("self", "/", JSON, f="json"),
            link("alternate", "/", HTML),
            *_in_other_languages(link, "/", lang, f="json"),
            link("service-desc", "/api", OPENAPI, f="json"),
            link("service-doc", "/api", HTML, f="html"),
            link("conformance", "/conformance", JSON),
            link("data", "/collections", JSON),
            link(TILES, "/tiles", JSON),
            link(MATRIX_SETS, "/tileMatrixSets", JSON),
            link(CHANGES, "/changes", JSON, since=str(atlas.version.number)),
            link("describedby", "/catalog.jsonld", "application/ld+json"),
            link("describedby", "/catalog.rdf", "application/rdf+xml"),
            link(CATALOGUE, "/catalogue/items", GEOJSON),
            link("help", "/connect", HTML),
            link("about", "/about", HTML),
        ],
    }


def _in_other_languages(link: Link, path: str, lang: str, **query: str) -> Iterator[dict[str, str]]:
    for other in LANGS:
        if other != lang:
            yield link("alternate", path, JSON, **query, lang=other)


def conformance(link: Link, more: Sequence[str] = ()) -> Plain:
    """The conformance declaration: the classes of this module, and `more` of other standards."""
    return {"links": [link("self", "/conformance", JSON)], "conformsTo": [*CONFORMANCE, *more]}


def collections(atlas: Atlas, link: Link, lang: str) -> Plain:
    """All collections, with the common list of their coordinate reference systems."""
    return {
        "links": [
            link("self", "/collections", JSON),
            link("alternate", "/layers", HTML),
            *_in_other_languages(link, "/collections", lang),
        ],
        "crs": list(SERVED_CRS),
        "collections": [collection(atlas, layer, link, lang, whole=False) for layer in COLLECTIONS],
    }


def collection(atlas: Atlas, layer: str, link: Link, lang: str, *, whole: bool = True) -> Plain:
    """One layer as a collection; with `whole` its CRSs are listed, otherwise `crs` refers to the common list."""
    spec = COLLECTIONS[layer]
    body: Plain = {
        "id": layer,
        "title": spec.label.of(lang),
        "description": spec.about.of(lang),
        "itemType": "feature",
        "updated": atlas.version.published_at,
        **_rights(notice(atlas, layer), lang),
        "extent": _extent(atlas, layer),
        "crs": list(SERVED_CRS) if whole else ["#/crs"],
        "storageCrs": CRS84,
        "links": [
            link("self", f"/collections/{layer}", JSON),
            link("items", f"/collections/{layer}/items", GEOJSON),
            link("items", f"/collections/{layer}/items", HTML, f="html"),
            *(link("items", f"/collections/{layer}/items", row.media_type, f=row.key) for row in _FILES),
            link(QUERYABLES, f"/collections/{layer}/queryables", "application/schema+json"),
            link("describedby", f"/metadata/{layer}.xml", "application/xml"),
            link("describedby", f"/metadata/{layer}.xml", "application/xml", standard="19115-3"),
            link("describedby", f"/catalogue/items/{layer}", GEOJSON),
            link("alternate", f"/{layer}", HTML),
            *_in_other_languages(link, f"/collections/{layer}", lang),
            _licence_link(notice(atlas, layer), layer, link),
            link(SEARCH, f"/collections/{layer}/search", GEOJSON) | {"method": "POST"},
            *(link("enclosure", f"/export/{layer}.{row.extension}", row.media_type) for row in FORMATS.values()),
        ],
    }
    if layer != LINK_LAYER.name:
        body["links"].append(link(CHANGES, f"/collections/{layer}/changes", JSON, since=str(atlas.version.number)))
    if not body["extent"]:
        del body["extent"]
    if spec.geometry is not None:
        body["links"].append(link(TILES, f"/collections/{layer}/tiles", JSON))
    return body


def _rights(words: Notice, lang: str) -> dict[str, str]:
    """Licence and attribution of a layer in one language; what its metadata do not state is left out."""
    rights = {"license": in_language(words.licence, lang), "attribution": words.attribution.of(lang)}
    return {name: text for name, text in rights.items() if text}


def _licence_link(words: Notice, layer: str, link: Link) -> dict[str, str]:
    """The link to the licence: its own page, or where one does not hold for the whole layer, the words on ours."""
    licence = licence_of(words.licence)
    if licence is None or licence.address is None:
        page = link("license", f"/{layer}", HTML)
        return page | {"href": f"{page['href']}#licence"}
    return {"rel": "license", "type": HTML, "title": licence.spdx or "", "href": licence.address}


def _extent(atlas: Atlas, layer: str) -> Plain:
    box, time = atlas.bounds(layer), atlas.period(layer)
    extent: Plain = {}
    if box is not None:
        extent["spatial"] = {"bbox": [list(box)], "crs": CRS84}
    if time is not None:
        extent["temporal"] = {
            "interval": [_interval(*time)], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        }  # fmt: skip
    return extent


def _interval(first: str | None, last: str | None) -> list[str | None]:
    """RFC 3339 times from the start of one date to the end of another; the dates may be years, months or days."""
    begins, ends = span(first or ".."), span(last or "..")
    return [
        f"{begins.first}T00:00:00Z" if first and begins else None,
        f"{ends.last}T23:59:59Z" if last and ends else None,
    ]


# --- features ----------------------------------------------------------------------------------------


def features(
    atlas: Atlas, query: Query, system: ServedCrs, fields: Sequence[str], affixes: UrlAffixes
) -> LinkedFeatures:
    """The features of a page as GeoJSON in the axis order of `system`; only the properties `fields` unless it is empty.

    Each has links to its related records; `affixes` complete the URLs of the links.
    """
    if system.uri == CRS84 and not fields:
        return atlas.linked_features(query, affixes)
    if query.limit is None or query.limit > _MANY:
        budget.take_place()
    rows = list(atlas.parts(query, affixes))
    bodies = (
        orjson.dumps({**feature, "links": orjson.Fragment(b"[%b]" % links)})
        for feature, (*_, links) in zip(_features(system, rows, fields), rows, strict=True)
    )
    return LinkedFeatures(len(rows), b",".join(bodies))


def _features(system: ServedCrs, rows: Sequence[Part], fields: Sequence[str]) -> Iterator[Plain]:
    """The features without their links."""
    shapes = system.out(shapely.from_wkb(np.array([wkb for _, wkb, *_ in rows], dtype=object)))
    for (key, _, properties, _), geometry in zip(rows, shapely.to_geojson(shapes), strict=True):
        values = _select(properties, fields) if fields else orjson.Fragment(properties)
        shape = None if geometry is None else orjson.Fragment(geometry)
        yield {"type": "Feature", "id": key, "geometry": shape, "properties": values}


def url_affixes(link: Link) -> UrlAffixes:
    """The root URL and the query of links to features."""
    begin, _, end = link("related", "/path", GEOJSON)["href"].partition("/path")
    return UrlAffixes.of(begin, end)


def _select(properties: bytes, fields: Iterable[str]) -> Plain:
    values = orjson.loads(properties)
    return {name: values.get(name) for name in fields}


def feature(atlas: Atlas, layer: str, record: str, system: ServedCrs, link: Link) -> bytes:
    """One feature with links to itself, its collection, its page and its related records."""
    body, related = atlas.linked_feature(layer, record, url_affixes(link))
    if system.uri != CRS84:
        (body_in_crs,) = _features(system, list(atlas.parts(Query(layer, ids=(record,)))), ())
        body = orjson.dumps(body_in_crs)
    own, collection_path = quote(record, safe=""), f"/collections/{layer}"
    links = [
        link("self", f"{collection_path}/items/{own}", GEOJSON),
        link("alternate", f"/{layer}/{own}", HTML),
        link("collection", collection_path, JSON),
    ]
    return b'%b,"links":%b%b%b]}' % (body[:-1], orjson.dumps(links)[:-1], b"," if related else b"", related)
