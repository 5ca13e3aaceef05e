"""DCAT-AP 3: one catalogue with a data set for each layer, as JSON-LD and as RDF/XML."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from geo.atlas import Atlas
from geo.crs import LngLatBbox
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import GROUPS
from geo.schema import LANGS, Label
from geo.views.catalogue.facts import METRICS, SHARES, Download, Facts, Measure, Site, facts_of, measures
from geo.views.catalogue.markup import Node, Text, TypedValue, json_ld, rdf_xml
from geo.views.notice import Licence
from geo.views.ogc.features import CONFORMANCE

JSON_LD, RDF_XML = "application/ld+json", "application/rdf+xml"

PREFIXES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "locn": "http://www.w3.org/ns/locn#",
    "prov": "http://www.w3.org/ns/prov#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}

_EU = "http://publications.europa.eu/resource/authority"
_LANGUAGES = {"vi": f"{_EU}/language/VIE", "en": f"{_EU}/language/ENG"}
_EU_SCHEME = f"{_EU}/data-theme"
_EU_THEMES = {
    "programme": ("AGRI", "Agriculture, fisheries, forestry and food"),
    "places": ("EDUC", "Education, culture and sport"),
    "units": ("REGI", "Regions and cities"),
}
"""Group of layers -> the European data theme that it is part of: its code and its English name in the EU's list."""
_FILE_TYPES = {
    "geojson": "GEOJSON", "gpkg": "GPKG", "shp": "SHP", "kml": "KML", "csv": "CSV", "xlsx": "XLSX", "jsonfg": "JSON",
    "geojsonseq": "GEOJSON",
}  # fmt: skip
"""Our formats in the EU's list of file types; a format that the list lacks has its media type alone."""
_PUBLIC = f"{_EU}/access-right/PUBLIC"
_IRREGULAR = f"{_EU}/frequency/IRREG"
"""Versions are published when the data change, on no schedule."""
_MEDIA = "https://www.iana.org/assignments/media-types/"
_GEOJSON = "application/geo+json"
_GEOJSON_FEATURES = Label(
    "Các bản ghi dạng GeoJSON qua OGC API - Features: lọc, phân trang, chọn hệ toạ độ.",
    "The records as GeoJSON through OGC API - Features, with filters, paging and a choice of coordinate systems.",
)
_SERVICE = Label("Dịch vụ OGC API - Features", "OGC API - Features service")
_DECIMALS = 6


def catalogue_json(atlas: Atlas, site: Site) -> bytes:
    """The catalogue as JSON-LD."""
    return orjson.dumps(json_ld(nodes(atlas, site), PREFIXES))


def catalogue_xml(atlas: Atlas, site: Site) -> str:
    """The catalogue as RDF/XML."""
    return rdf_xml(nodes(atlas, site), PREFIXES)


def catalogue_id(site: Site) -> str:
    """The identifier of the catalogue."""
    return site.identifier("/", "catalogue")


def dataset_id(site: Site, layer: str) -> str:
    """The identifier of a layer as a data set."""
    return site.identifier(f"/{layer}", "dataset")


def publisher_id(site: Site) -> str:
    """The identifier of the publisher: the site, since no other organisation is configured."""
    return site.identifier("/about", "publisher")


def nodes(atlas: Atlas, site: Site) -> list[Node]:
    """The nodes of the whole graph, each once; every node has an IRI."""
    facts_list = [facts_of(atlas, layer) for layer in COLLECTIONS]
    by_iri: dict[str, Node] = {}
    for node in (
        *_site(atlas, facts_list, site),
        *(node for facts in facts_list for node in _dataset(atlas, facts, site)),
    ):
        by_iri.setdefault(node.iri, node)
    return list(by_iri.values())


# --- the site ----------------------------------------------------------------------------------------


def _site(atlas: Atlas, facts_list: list[Facts], site: Site) -> Iterator[Node]:
    yield _catalogue(atlas, facts_list, site)
    box = atlas.bounds()
    if box is not None:
        yield _location(_coverage_id(site), box)
    publisher = Node(publisher_id(site), ("foaf:Agent",))
    publisher.say("foaf:name", site.title)
    publisher.refer("foaf:homepage", site.at("/"))
    yield publisher
    contact = Node(site.identifier("/about", "contact"), ("vcard:Kind",))
    contact.say("vcard:fn", site.title)
    contact.refer("vcard:hasURL", site.contact_page())
    contact.refer("vcard:hasEmail", site.contact if site.email else None)
    contact.refer("vcard:hasTelephone", site.contact if site.telephone else None)
    yield contact
    yield _service(facts_list, site)
    scheme = Node(_scheme(site), ("skos:ConceptScheme",))
    scheme.say("dct:title", site.title)
    yield scheme
    for group, label in GROUPS.items():
        theme = Node(_theme(site, group), ("skos:Concept",))
        theme.say("skos:prefLabel", label)
        theme.refer("skos:inScheme", _scheme(site))
        yield theme
    for key, (label, about) in METRICS.items():
        metric = Node(_metric(site, key), ("dqv:Metric",))
        metric.say("skos:prefLabel", label)
        metric.say("skos:definition", about)
        metric.refer("dqv:expectedDataType", f"{PREFIXES['xsd']}{'decimal' if key in SHARES else 'integer'}")
        yield metric
    yield from _vocabulary(facts_list)
    yield from _documents(facts_list, site)


def _documents(facts_list: list[Facts], site: Site) -> Iterator[Node]:
    """Nodes for the pages and standards that the descriptions refer to, with their classes."""
    pages = [site.at("/"), site.at("/about"), site.at("/api", f="html")]
    for facts in facts_list:
        pages += [site.at(f"/{facts.layer}"), *_pages(facts, site)]
    for address in pages:
        yield Node(address, ("foaf:Document",))
    for address in CONFORMANCE:
        yield Node(address, ("dct:Standard",))


def _vocabulary(facts_list: list[Facts]) -> Iterator[Node]:
    """Nodes for external IRIs with their classes and names, so that a validator need not fetch them."""
    for address in _LANGUAGES.values():
        yield Node(address, ("dct:LinguisticSystem",))
    scheme = Node(_EU_SCHEME, ("skos:ConceptScheme",))
    scheme.add("dct:title", Text("Data theme", "en"))
    yield scheme
    for code, name in _EU_THEMES.values():
        theme = Node(f"{_EU_SCHEME}/{code}", ("skos:Concept",))
        theme.add("skos:prefLabel", Text(name, "en"))
        theme.refer("skos:inScheme", _EU_SCHEME)
        yield theme
    for address in dict.fromkeys(address for facts in facts_list for address in _systems(facts)):
        system = Node(address, ("dct:Standard",))
        system.refer("dct:type", "http://inspire.ec.europa.eu/glossary/SpatialReferenceSystem")
        yield system
    yield Node(_PUBLIC, ("dct:RightsStatement",))
    yield Node(_IRREGULAR, ("dct:Frequency",))
    for download in (row for facts in facts_list for row in facts.downloads):
        yield Node(f"{_MEDIA}{download.media_type}", ("dct:MediaType",))
        if download.key in _FILE_TYPES:
            yield Node(f"{_EU}/file-type/{_FILE_TYPES[download.key]}", ("dct:MediaTypeOrExtent",))


def _systems(facts: Facts) -> Iterator[str]:
    yield from facts.systems
    yield from (row.system for row in facts.downloads if row.system)


def _catalogue(atlas: Atlas, facts_list: list[Facts], site: Site) -> Node:
    node = Node(catalogue_id(site), ("dcat:Catalog",))
    node.say("dct:title", site.title)
    node.say("dct:description", site.about)
    node.refer("dct:publisher", publisher_id(site))
    node.refer("dcat:contactPoint", site.identifier("/about", "contact"))
    node.refer("foaf:homepage", site.at("/"))
    node.refer("dct:language", *_LANGUAGES.values())
    node.refer("dcat:themeTaxonomy", _scheme(site), _EU_SCHEME)
    node.add("dct:issued", TypedValue(atlas.first_published_at(), "xsd:dateTime"))
    node.add("dct:modified", TypedValue(atlas.version.published_at, "xsd:dateTime"))
    node.refer("dct:license", _common_licence(facts_list))
    node.refer("dct:spatial", _coverage_id(site) if atlas.bounds() is not None else None)
    node.refer("dcat:dataset", *(dataset_id(site, facts.layer) for facts in facts_list))
    node.refer("dcat:service", site.identifier("/collections", "service"))
    return node


def _coverage_id(site: Site) -> str:
    return site.identifier("/", "coverage")


def _common_licence(facts_list: list[Facts]) -> str | None:
    """The licence of most data sets, for their descriptions too; None when none has a licence with an address."""
    addresses = Counter(facts.licence.address for facts in facts_list if facts.licence and facts.licence.address)
    return addresses.most_common(1)[0][0] if addresses else None


def _service(facts_list: list[Facts], site: Site) -> Node:
    node = Node(site.identifier("/collections", "service"), ("dcat:DataService",))
    node.say("dct:title", _SERVICE)
    node.refer("dct:publisher", publisher_id(site))
    node.refer("dcat:contactPoint", site.identifier("/about", "contact"))
    node.refer("dcat:endpointURL", site.at("/"))
    node.refer("dct:accessRights", _PUBLIC)
    node.refer("dcat:endpointDescription", site.at("/api", f="json"))
    node.refer("dcat:landingPage", site.at("/api", f="html"))
    node.refer("dct:conformsTo", *CONFORMANCE)
    node.refer("dcat:servesDataset", *(dataset_id(site, facts.layer) for facts in facts_list))
    return node


def _scheme(site: Site) -> str:
    return site.identifier("/layers", "groups")


def _theme(site: Site, group: str) -> str:
    return site.identifier("/layers", f"group-{group}")


def _metric(site: Site, key: str) -> str:
    return site.identifier("/quality", key)


# --- a layer -----------------------------------------------------------------------------------------


def _dataset(atlas: Atlas, facts: Facts, site: Site) -> Iterator[Node]:
    node = Node(dataset_id(site, facts.layer), ("dcat:Dataset",))
    node.add("dct:identifier", Text(facts.layer))
    node.say("dct:title", facts.title)
    node.say("dct:description", facts.about)
    for keyword in facts.keywords:
        node.say("dcat:keyword", keyword)
    eu_theme = _EU_THEMES.get(facts.spec.group)
    node.refer("dcat:theme", _theme(site, facts.spec.group), f"{_EU_SCHEME}/{eu_theme[0]}" if eu_theme else None)
    node.refer("dct:publisher", publisher_id(site))
    node.refer("dcat:contactPoint", site.identifier("/about", "contact"))
    node.refer("dcat:landingPage", site.at(f"/{facts.layer}"))
    node.refer("foaf:page", *_pages(facts, site))
    node.refer("dct:accessRights", _PUBLIC)
    node.refer("dct:accrualPeriodicity", _IRREGULAR)
    node.refer("dct:language", *_LANGUAGES.values())
    node.add("dct:modified", TypedValue(facts.published_at, "xsd:dateTime"))
    node.add("dct:created", _date(facts.created_on))
    node.add("dcat:version", Text(str(facts.version)))
    node.refer("dct:conformsTo", *facts.systems)
    # Not dct:source, which DCAT-AP keeps for data sets: these are decisions, articles and pages.
    node.refer("prov:wasDerivedFrom", *(row.address for row in facts.sources))
    for part in (*_rights(facts, site), *_where_and_when(facts, site), *_quality(atlas, facts, site)):
        node.refer(_PART[part.types[0]], part.iri)
        yield part
    yield from _distributions(facts, site, node)
    yield node


def _pages(facts: Facts, site: Site) -> tuple[str, ...]:
    """The other descriptions of the layer."""
    metadata = f"/metadata/{facts.layer}.xml"
    return site.at(f"/catalogue/items/{facts.layer}"), site.at(metadata), site.at(metadata, standard="19115-3")


_PART = {
    "dct:RightsStatement": "dct:rights",
    "dct:ProvenanceStatement": "dct:provenance",
    "dct:Location": "dct:spatial",
    "dct:PeriodOfTime": "dct:temporal",
    "dqv:QualityMeasurement": "dqv:hasQualityMeasurement",
}
"""Class of a part of the description -> predicate that links the data set to it."""


def _rights(facts: Facts, site: Site) -> Iterator[Node]:
    if facts.licence or facts.attribution:
        rights = Node(site.identifier(f"/{facts.layer}", "rights"), ("dct:RightsStatement",))
        rights.add("rdfs:label", Text(facts.licence.text) if facts.licence else None)
        rights.say("rdfs:label", facts.attribution)
        yield rights
    if facts.lineage:
        lineage = Node(site.identifier(f"/{facts.layer}", "lineage"), ("dct:ProvenanceStatement",))
        lineage.say("rdfs:label", facts.lineage)
        for row in facts.sources:
            lineage.add("rdfs:comment", Text(f"{row.name} ({row.licence})" if row.licence else row.name))
        yield lineage


def _licence_id(facts: Facts, site: Site) -> str | None:
    return (facts.licence.address or site.identifier(f"/{facts.layer}", "licence")) if facts.licence else None


def _licence(licence: Licence, iri: str) -> Node:
    node = Node(iri, ("dct:LicenseDocument",))
    node.add("rdfs:label", Text(licence.spdx or licence.text))
    return node


def _where_and_when(facts: Facts, site: Site) -> Iterator[Node]:
    if facts.bbox is not None:
        yield _location(site.identifier(f"/{facts.layer}", "extent"), facts.bbox)
    if facts.period is not None:
        period = Node(site.identifier(f"/{facts.layer}", "period"), ("dct:PeriodOfTime",))
        period.add("dcat:startDate", _date(facts.period[0]))
        period.add("dcat:endDate", _date(facts.period[1]))
        yield period


def _location(iri: str, box: LngLatBbox) -> Node:
    """A place with its box, which is its only geometry: DCAT-AP allows one of each."""
    place = Node(iri, ("dct:Location",))
    wkt = TypedValue(wkt_of(box), "geo:wktLiteral")
    place.add("dcat:bbox", wkt)
    place.add("locn:geometry", wkt)
    return place


def _date(text: str | None) -> TypedValue | None:
    """A date with the XSD type of its precision: year, month or day."""
    if text is None:
        return None
    return TypedValue(text, {4: "xsd:gYear", 7: "xsd:gYearMonth"}.get(len(text), "xsd:date"))


def ring_of(box: LngLatBbox) -> list[tuple[float, float]]:
    """The corners of a box as a closed ring, counter-clockwise."""
    return [
        (box.west, box.south),
        (box.east, box.south),
        (box.east, box.north),
        (box.west, box.north),
        (box.west, box.south),
    ]


def wkt_of(box: LngLatBbox) -> str:
    """A box as GeoSPARQL WKT; a POINT when both corners are the same.

    Without a CRS before it the literal is in CRS84 (GeoSPARQL 1.1, 8.5.1); CKAN cannot read one with its CRS.
    """
    if box[:2] == box[2:]:
        return f"POINT({box.west} {box.south})"
    ring = ", ".join(f"{lng} {lat}" for lng, lat in ring_of(box))
    return f"POLYGON(({ring}))"


def shape_of(box: LngLatBbox) -> dict[str, Any]:
    """A box as a GeoJSON geometry; a Point when both corners are the same."""
    if box[:2] == box[2:]:
        return {"type": "Point", "coordinates": [box.west, box.south]}
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in ring_of(box)]]}


def _quality(atlas: Atlas, facts: Facts, site: Site) -> Iterator[Node]:
    for row in measures(atlas, facts.layer):
        measurement = Node(site.identifier(f"/{facts.layer}", f"quality-{row.key}"), ("dqv:QualityMeasurement",))
        measurement.refer("dqv:isMeasurementOf", _metric(site, row.key))
        measurement.refer("dqv:computedOn", dataset_id(site, facts.layer))
        measurement.add("dqv:value", _typed_value(row))
        yield measurement


def _typed_value(row: Measure) -> TypedValue:
    if row.is_share:
        return TypedValue(f"{row.value:.{_DECIMALS}f}", "xsd:decimal")
    return TypedValue(str(int(row.value)), "xsd:integer")


def _distributions(facts: Facts, site: Site, dataset: Node) -> Iterator[Node]:
    licence = _licence_id(facts, site)
    if facts.licence and licence:
        yield _licence(facts.licence, licence)
    dataset.refer("dct:license", licence)
    for row in (*facts.downloads, None):
        node = _file(facts, row, site) if row else _items(facts, site)
        node.refer("dct:license", licence)
        node.refer("dct:rights", site.identifier(f"/{facts.layer}", "rights") if licence or facts.attribution else None)
        node.add("dct:modified", TypedValue(facts.published_at, "xsd:dateTime"))
        node.refer("dct:language", *(_LANGUAGES[lang] for lang in (LANGS[:1] if row else LANGS)))
        dataset.refer("dcat:distribution", node.iri)
        yield node


def _file(facts: Facts, row: Download, site: Site) -> Node:
    node = Node(site.identifier(f"/{facts.layer}", f"download-{row.name}"), ("dcat:Distribution",))
    node.say("dct:title", row.label)
    node.say("dct:description", _file_description(facts, row))
    node.refer("dcat:accessURL", site.at(f"/{facts.layer}"))
    node.refer("dcat:downloadURL", site.at(row.path, **row.params))
    node.refer("dcat:mediaType", f"{_MEDIA}{row.media_type}")
    node.refer("dcat:packageFormat", f"{_MEDIA}{row.media_type}" if row.key == "shp" else None)
    node.refer("dct:format", f"{_EU}/file-type/{_FILE_TYPES[row.key]}" if row.key in _FILE_TYPES else None)
    node.refer("dct:conformsTo", row.system)
    return node


def _file_description(facts: Facts, row: Download) -> Label:
    return Label(
        f"Toàn bộ lớp {facts.title.vi} trong một tệp: {row.label.vi}.",
        f"The whole layer {facts.title.en} in one file: {row.label.en}.",
    )


def _items(facts: Facts, site: Site) -> Node:
    """The distribution of the layer through OGC API - Features."""
    node = Node(site.identifier(f"/{facts.layer}", "items"), ("dcat:Distribution",))
    node.say("dct:title", _SERVICE)
    node.say("dct:description", _GEOJSON_FEATURES)
    node.refer("dcat:accessURL", site.at(f"/collections/{facts.layer}/items"))
    node.refer("dcat:accessService", site.identifier("/collections", "service"))
    node.refer("dcat:mediaType", f"{_MEDIA}{_GEOJSON}")
    node.refer("dct:format", f"{_EU}/file-type/GEOJSON")
    node.refer("dct:conformsTo", *facts.systems[:1])
    return node
