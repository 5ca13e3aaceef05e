"""OGC API - Records: the catalogue as a collection of records, one for each layer."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from geo.atlas import Atlas
from geo.crs import LngLatBbox
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import GROUPS
from geo.schema import LANGS
from geo.text import fold
from geo.views.catalogue.dcat import JSON_LD, RDF_XML, shape_of
from geo.views.catalogue.facts import Facts, Site, facts_of
from geo.views.catalogue.iso19139 import XML
from geo.views.ogc.features import GEOJSON, HTML, JSON
from geo.views.ogc.served_crs import CRS84

Plain: TypeAlias = dict[str, Any]

_CONF = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf"
RECORD_CORE = f"{_CONF}/record-core"
CONFORMANCE = (f"{_CONF}/record-collection", RECORD_CORE, f"{_CONF}/record-core-query-parameters", f"{_CONF}/json")
KIND = "dataset"
CATALOG = "application/ogc-catalog+json"
"""The media type of a catalogue in the standard; `f=json` and `Accept: application/json` return application/json."""
_PROFILE = "http://www.opengis.net/def/profile/OGC/0"
_LANGUAGES = {
    "vi": {"code": "vi", "name": "Tiếng Việt", "alternate": "Vietnamese"},
    "en": {"code": "en", "name": "English"},
}


@dataclass(frozen=True)
class RecordQuery:
    """A query for records; empty conditions match all. `external` are external ids, with or without their scheme."""

    terms: tuple[str, ...] = ()
    bbox: LngLatBbox | None = None
    time: tuple[str | None, str | None] | None = None
    types: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    external: tuple[str, ...] = ()


def collection(atlas: Atlas, site: Site, lang: str) -> Plain:
    """The catalogue as a collection of records."""
    facts_list = [facts_of(atlas, layer) for layer in COLLECTIONS]
    return {
        "id": "catalogue",
        "type": "Collection",
        "itemType": "record",
        "title": site.title.of(lang),
        "description": site.about.of(lang),
        "conformsTo": list(CONFORMANCE),
        "updated": atlas.version.published_at,
        "language": _LANGUAGES[lang],
        "languages": [_LANGUAGES[code] for code in LANGS],
        "recordLanguages": [_LANGUAGES[code] for code in LANGS],
        **_extent(facts_list),
        "themes": _themes(site, lang, GROUPS),
        "contacts": [_contact(site, lang)],
        "crs": [CRS84],
        "links": [
            _link("self", site.at("/catalogue", lang), CATALOG),
            _link("profile", f"{_PROFILE}/ogc-catalog"),
            _link("items", site.at("/catalogue/items", lang), GEOJSON),
            _link("alternate", site.at("/catalogue", lang, f="json"), JSON),
            _link("alternate", site.at("/catalog.jsonld"), JSON_LD),
            _link("alternate", site.at("/catalog.rdf"), RDF_XML),
            _link("alternate", site.at("/layers", lang), HTML),
            _link("root", site.at("/", lang, f="json"), JSON),
        ],
    }


def _extent(facts_list: Iterable[Facts]) -> Plain:
    boxes = [facts.bbox for facts in facts_list if facts.bbox is not None]
    if not boxes:
        return {}
    west, south = min(box.west for box in boxes), min(box.south for box in boxes)
    east, north = max(box.east for box in boxes), max(box.north for box in boxes)
    return {"extent": {"spatial": {"bbox": [[west, south, east, north]], "crs": CRS84}}}


def record(atlas: Atlas, layer: str, site: Site, lang: str) -> Plain:
    """The record of a layer."""
    return _record(facts_of(atlas, layer), site, lang)


def matching(atlas: Atlas, query: RecordQuery, site: Site) -> list[Facts]:
    """The layers whose records meet the query, in the order of COLLECTIONS."""
    facts_list = (facts_of(atlas, layer) for layer in COLLECTIONS)
    return [facts for facts in facts_list if _answers(facts, query, site)]


def page(matches: list[Facts], limit: int, offset: int, site: Site, lang: str) -> list[Plain]:
    """One page of the matching records."""
    return [_record(facts, site, lang) for facts in matches[offset : offset + limit]]


# --- matching -----------------------------------------------------------------------------------------


def _answers(facts: Facts, query: RecordQuery, site: Site) -> bool:
    return (
        (not query.types or KIND in query.types)
        and (not query.ids or facts.layer in query.ids)
        and (not query.external or any(_same(facts, key, site) for key in query.external))
        and (not query.terms or _speaks_of(facts, query.terms))
        and (query.bbox is None or _meets(facts.bbox, query.bbox))
        and (query.time is None or _holds(facts.period, query.time))
    )


def _same(facts: Facts, key: str, site: Site) -> bool:
    """Whether `key` is the external id of the layer, with or without its scheme, or the scheme alone."""
    own = site.identifier(f"/{facts.layer}", "dataset")
    return key in {own, f"{site.root}:{own}", site.root, f"{site.root}:"}


def _speaks_of(facts: Facts, terms: tuple[str, ...]) -> bool:
    """Whether the title, the description or a keyword contains one of the terms; case and diacritics are ignored."""
    labels = (facts.title, facts.about, *facts.keywords)
    texts = [fold(label.of(lang)) for label in labels for lang in LANGS]
    return any(fold(term) in words for term in terms for words in texts)


def _meets(box: LngLatBbox | None, other: LngLatBbox) -> bool:
    """Whether two boxes intersect; a layer without geometry intersects none."""
    return box is not None and any(
        part.west <= box.east and box.west <= part.east and part.south <= box.north and box.south <= part.north
        for part in other.parts()
    )


def _holds(period: tuple[str | None, str | None] | None, interval: tuple[str | None, str | None]) -> bool:
    """Whether two intervals intersect; a layer without dates matches all. A year or a month is an interval itself."""
    if period is None:
        return True
    begins, ends = period
    first, last = interval
    before = last is not None and begins is not None and begins > last[: len(begins)]
    after = first is not None and ends is not None and ends < first[: len(ends)]
    return not before and not after


# --- one record --------------------------------------------------------------------------------------


def _record(facts: Facts, site: Site, lang: str) -> Plain:
    return {
        "id": facts.layer,
        "type": "Feature",
        "conformsTo": [RECORD_CORE],
        "geometry": None if facts.bbox is None else shape_of(facts.bbox),
        "time": _time(facts.period),
        "properties": dict(_properties(facts, site, lang)),
        "links": list(_links(facts, site, lang)),
    }


def _time(period: tuple[str | None, str | None] | None) -> Plain | None:
    """The interval in whole days, from the first day of its start to the last day of its end; None without dates."""
    if period is None:
        return None
    first, last = period
    return {"interval": [_opens(first), _closes(last)]}


def _opens(date: str | None) -> str:
    """The first day of a year, a month or a day."""
    return ".." if date is None else f"{date}-01-01"[:10] if len(date) == 4 else f"{date}-01"[:10]


def _closes(date: str | None) -> str:
    """The last day of a year, a month or a day."""
    if date is None:
        return ".."
    year, month, *day = (int(part) for part in (date if len(date) > 4 else f"{date}-12").split("-"))
    return f"{year:04d}-{month:02d}-{day[0] if day else monthrange(year, month)[1]:02d}"


def _properties(facts: Facts, site: Site, lang: str) -> Iterable[tuple[str, Any]]:
    yield "type", KIND
    yield "title", facts.title.of(lang)
    yield "description", facts.about.of(lang)
    yield "keywords", list(dict.fromkeys(word.of(lang) for word in facts.keywords))
    yield "language", _LANGUAGES[lang]
    yield "languages", [_LANGUAGES[code] for code in LANGS]
    yield "resourceLanguages", [_LANGUAGES[code] for code in LANGS]
    if facts.created_on and len(facts.created_on) == 10:
        # The standard requires a date-time; the metadata have a day, so its first second is used.
        yield "created", f"{facts.created_on}T00:00:00Z"
    yield "updated", facts.published_at
    yield "themes", _themes(site, lang, [facts.spec.group])
    yield "formats", _formats(facts, lang)
    yield "contacts", [_contact(site, lang)]
    yield "externalIds", [{"scheme": site.root, "value": site.identifier(f"/{facts.layer}", "dataset")}]
    if facts.licence:
        yield "license", facts.licence.spdx or "other"
    rights = [facts.licence.text] if facts.licence else []
    rights += [facts.attribution.of(lang)] if facts.attribution else []
    if rights:
        yield "rights", "\n".join(rights)


def _formats(facts: Facts, lang: str) -> list[dict[str, str]]:
    plain = {row.key: row for row in reversed(facts.downloads)}
    return [{"name": row.label.of(lang), "mediaType": row.media_type} for row in reversed(plain.values())]


def _themes(site: Site, lang: str, groups: Iterable[str]) -> list[Plain]:
    concepts = [{"id": site.identifier("/layers", f"group-{key}"), "title": GROUPS[key].of(lang)} for key in groups]
    return [{"scheme": site.identifier("/layers", "groups"), "concepts": concepts}]


def _contact(site: Site, lang: str) -> Plain:
    about = _link("about", site.contact_page(lang), HTML)
    return {
        "organization": site.title.of(lang),
        "roles": ["publisher", "pointOfContact"],
        "links": [about],
        **({"emails": [{"value": site.email}]} if site.email else {}),
        **({"phones": [{"value": site.telephone}]} if site.telephone else {}),
    }


def _link(rel: str, href: str, media_type: str = "", **more: str) -> dict[str, str]:
    return {"rel": rel, **({"type": media_type} if media_type else {}), "href": href, **more}


def _links(facts: Facts, site: Site, lang: str) -> Iterable[dict[str, str]]:
    yield _link("self", site.at(f"/catalogue/items/{facts.layer}", lang), GEOJSON)
    yield _link("profile", f"{_PROFILE}/ogc-record")
    yield _link("collection", site.at("/catalogue", lang), CATALOG)
    yield _link("alternate", site.at(f"/metadata/{facts.layer}.xml"), XML, title="ISO 19139")
    yield _link("alternate", site.at(f"/metadata/{facts.layer}.xml", standard="19115-3"), XML, title="ISO 19115-3")
    yield _link("describedby", site.at(f"/{facts.layer}", lang), HTML)
    yield _link("items", site.at(f"/collections/{facts.layer}/items", lang), GEOJSON)
    for row in facts.downloads:
        href = site.at(row.path, lang, **row.params)
        yield _link("enclosure", href, row.media_type, title=row.label.of(lang))
    if facts.licence:
        # The text of a licence without an SPDX id ("other") is on the layer's page.
        yield _link("license", facts.licence.address or f"{site.at(f'/{facts.layer}', lang)}#licence", HTML)
    for source in facts.sources:
        if source.address:
            yield {"rel": "via", "href": source.address, "title": source.name}
