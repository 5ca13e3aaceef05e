"""schema.org markup of the pages for search engines. Coordinates are included only if they are accurate."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from geo.atlas import Atlas, Record
from geo.crs import LngLatBbox
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS, ENDS, LINK_LAYER, end_of
from geo.ocop.validity import LAPSED
from geo.schema import Field, LayerSpec
from geo.views.catalogue.dcat import catalogue_id, dataset_id, publisher_id
from geo.views.catalogue.facts import Facts, Site, facts_of, web_address
from geo.views.record import subtitle
from geo.views.values import Reader, caution, parts, precision_of

Plain: TypeAlias = dict[str, Any]

_CONTEXT = "https://schema.org"
_CLOSE = {"exact", "village"}
"""Precisions at which coordinates are published."""
_UNCERTAIN = {"assessed", "listed", *LAPSED}
"""In these states the sources do not confirm the product's star rating, or it is no longer valid."""
_TYPES: dict[str, str | list[str]] = {
    "products": "Product",
    "producers": "Organization",
    "sites": "TouristAttraction",
    "markets": "TouristAttraction",
    "figures": "Observation",
    "cohorts": "Collection",
    "outlines_2009": "Place",
    "sources": "CreativeWork",
    "links": "Intangible",
}
_KINDS: dict[tuple[str, str], str | list[str]] = {
    ("villages", "community_tourism"): "TouristAttraction",
    ("sites", "museum"): ["TouristAttraction", "Museum"],
    ("sites", "historic"): ["TouristAttraction", "LandmarksOrHistoricalBuildings"],
    ("sites", "architecture"): ["TouristAttraction", "LandmarksOrHistoricalBuildings"],
    ("sites", "archaeology"): ["TouristAttraction", "LandmarksOrHistoricalBuildings"],
}
_VALUES = {"integer", "real", "code", "codes", "date"}
_OTHER_PROPERTIES = {"group", "stars", "raw_material", "precision"}


# --- the catalogue and its layers --------------------------------------------------------------------


def catalogue(atlas: Atlas, site: Site, lang: str) -> Plain:
    """The list of layers as a DataCatalog."""
    return {
        "@context": _CONTEXT,
        "@type": "DataCatalog",
        "@id": catalogue_id(site),
        "name": site.title.of(lang),
        "description": site.about.of(lang),
        "url": site.at("/layers", lang),
        "inLanguage": lang,
        "dateModified": atlas.version.published_at,
        "version": str(atlas.version.number),
        "publisher": _publisher(site, lang),
        "dataset": [dict(_head(facts_of(atlas, layer), site, lang)) for layer in COLLECTIONS],
    }


def dataset(atlas: Atlas, layer: str, site: Site, lang: str) -> Plain:
    """A layer as a Dataset."""
    facts = facts_of(atlas, layer)
    return {"@context": _CONTEXT, **dict(_head(facts, site, lang)), **dict(_body(facts, site, lang))}


def _publisher(site: Site, lang: str) -> Plain:
    return {"@type": "Organization", "@id": publisher_id(site), "name": site.title.of(lang), "url": site.at("/", lang)}


def _head(facts: Facts, site: Site, lang: str) -> Iterator[tuple[str, Any]]:
    lineage = [facts.lineage.of(lang)] if facts.lineage else []
    yield "@type", "Dataset"
    yield "@id", dataset_id(site, facts.layer)
    yield "name", facts.title.of(lang)
    yield "description", " ".join([facts.about.of(lang), *lineage])
    yield "url", site.at(f"/{facts.layer}", lang)
    if facts.licence:
        yield "license", facts.licence.address or facts.licence.text


def _body(facts: Facts, site: Site, lang: str) -> Iterator[tuple[str, Any]]:
    yield "identifier", facts.layer
    yield "inLanguage", lang
    yield "keywords", list(dict.fromkeys(word.of(lang) for word in facts.keywords))
    yield "version", str(facts.version)
    yield "dateModified", facts.published_at
    if facts.created_on:
        yield "dateCreated", facts.created_on
    yield "publisher", _publisher(site, lang)
    yield "includedInDataCatalog", {"@type": "DataCatalog", "@id": catalogue_id(site), "name": site.title.of(lang)}
    if facts.attribution:
        yield "creditText", facts.attribution.of(lang)
    if facts.bbox is not None:
        yield "spatialCoverage", {"@type": "Place", "geo": _shape(facts.bbox)}
    if facts.period is not None:
        yield "temporalCoverage", "/".join(end or ".." for end in facts.period)
    yield "variableMeasured", [field.label.of(lang) for field in facts.spec.fields if not field.hidden]
    sources = [{"@type": "CreativeWork", "name": row.name, "url": row.address} for row in facts.sources if row.address]
    if sources:
        yield "isBasedOn", sources
    yield (
        "distribution",
        [
            {
                "@type": "DataDownload",
                "name": row.label.of(lang),
                "encodingFormat": row.media_type,
                "contentUrl": site.at(row.path, lang, **row.params),
            }
            for row in facts.downloads
        ],
    )
    yield (
        "subjectOf",
        {
            "@type": "CreativeWork",
            "name": "ISO 19139",
            "encodingFormat": "application/xml",
            "url": site.at(f"/metadata/{facts.layer}.xml"),
        },
    )


def _shape(box: LngLatBbox) -> Plain:
    return {"@type": "GeoShape", "box": f"{box.south} {box.west} {box.north} {box.east}"}


# --- a record ----------------------------------------------------------------------------------------


def record_page(atlas: Atlas, layer: str, key: str, site: Site, lang: str) -> Plain:
    """The page of a record as WebPage, with the record as its main entity."""
    record = atlas.get(layer, key)
    reader = Reader(atlas, lang)
    reader.learn(layer, [record])
    url = site.at(f"/{layer}/{record.id}", lang)
    return {
        "@context": _CONTEXT,
        "@type": "WebPage",
        "@id": url,
        "url": url,
        "name": record.title_in(lang),
        "inLanguage": lang,
        "dateModified": atlas.version.published_at,
        "isPartOf": {"@type": "Dataset", "@id": dataset_id(site, layer), "name": COLLECTIONS[layer].label.of(lang)},
        **_citation(atlas, record, site, lang),
        **_content_location(record),
        **_between(record, reader, site),
        "mainEntity": {name: value for name, value in _thing(atlas, record, reader, site) if value},
    }


def _citation(atlas: Atlas, record: Record, site: Site, lang: str) -> Plain:
    keys = parts(record.properties.get("source_ids"))
    titles = atlas.titles("sources", keys)
    citations = [
        {
            "@type": "CreativeWork",
            "@id": _id(site, "sources", key),
            "name": titles[key][0],
            "url": site.at(f"/sources/{key}", lang),
        }
        for key in keys
        if key in titles
    ]
    return {"citation": citations} if citations else {}


def _content_location(record: Record) -> Plain:
    """The place of a product as the page's content location: schema.org's Product has no place."""
    place = _location(record) if record.layer == "products" else None
    return {"contentLocation": place} if place else {}


def _between(record: Record, reader: Reader, site: Site) -> Plain:
    """The two records that a link connects, as further subjects of its page."""
    ends = ((name, end_of(COLLECTIONS[record.layer], name, record.properties)) for name in ENDS)
    ends_on_page = [
        {
            "@id": _id(site, *end),
            "name": reader.text_of(LINK_LAYER.field(name), record),
            "url": site.at("/".join(("", *end)), reader.lang),
        }
        for name, end in ends
        if end is not None
    ]
    return {"about": ends_on_page} if ends_on_page else {}


def _id(site: Site, layer: str, key: str) -> str:
    return site.identifier(f"/{layer}/{key}", "thing")


def _type(record: Record) -> str | list[str]:
    kind = str(record.properties.get("kind") or "")
    return _KINDS.get((record.layer, kind)) or _TYPES.get(record.layer) or _default_type(COLLECTIONS[record.layer])


def _default_type(spec: LayerSpec) -> str:
    """The type of the records of a layer that _TYPES does not name."""
    if spec.geometry is None:
        return "Thing"
    return "AdministrativeArea" if spec.group == "units" else "Place"


def _thing(atlas: Atlas, record: Record, reader: Reader, site: Site) -> Iterator[tuple[str, Any]]:
    lang, values = reader.lang, record.properties
    yield "@type", _type(record)
    yield "@id", _id(site, record.layer, record.id)
    yield "name", record.title_in(lang)
    yield "alternateName", next((t for t in (record.title, record.title_en) if t and t != record.title_in(lang)), None)
    yield "identifier", record.id
    yield "url", site.at(f"/{record.layer}/{record.id}", lang)
    yield "description", _description(record, lang)
    if record.layer == "products":
        yield from _product(atlas, record, reader, site)
    elif record.layer == "producers":
        founding_date = str(values.get("founded") or "")
        yield "foundingDate", founding_date if "/" not in founding_date else None
        yield "address", _address(atlas, record, lang)
        yield "location", _location(record)
    elif record.layer == "sources":
        yield "publisher", {"@type": "Organization", "name": record.title_in(lang)}
        yield "datePublished", values.get("date")
        yield "sameAs", web_address(values.get("address"))
    elif record.layer != LINK_LAYER.name:  # a link is no place, and schema.org has no terms for its fields
        yield "address", _address(atlas, record, lang)
        yield "geo", _geo(record)
        yield "containedInPlace", _within(atlas, record, site, lang)
        yield "additionalProperty", _properties(record, reader)


def _description(record: Record, lang: str) -> str:
    """The kind of the record, its story, and the accuracy of its position, as sentences."""
    spec, values = COLLECTIONS[record.layer], record.properties
    sentences = [f"{spec.article.of(lang)}: {subtitle(record, lang)}".removesuffix(": ")]
    texts = (values.get(name) for name in (f"story_{lang}", f"what_{lang}", "what", "note"))
    sentences += [str(next(filter(None, texts), ""))]
    status = values.get("status")
    if status in _UNCERTAIN:
        sentences.append(CODE_LISTS["product_status"].label_of(str(status), lang))
    if spec.outline and spec.outline[0] != spec.symbol and not _is_own_outline(record):
        sentences.append(CODE_LISTS[spec.outline[0]].label_of(str(values.get(spec.outline[0])), lang))
    sentences.append(caution(precision_of(record), lang) or "")
    return " ".join(
        text if text.endswith((".", "!", "?")) else f"{text}." for text in (t.strip() for t in sentences) if text
    )


def _product(atlas: Atlas, record: Record, reader: Reader, site: Site) -> Iterator[tuple[str, Any]]:
    spec, values = COLLECTIONS["products"], record.properties
    yield "category", reader.format_value(spec.field("group"), values.get("group"))
    yield "material", reader.format_value(spec.field("raw_material"), values.get("raw_material"))
    if values.get("stars") and values.get("status") not in _UNCERTAIN:
        yield "award", f"OCOP {reader.format_value(spec.field('stars'), values['stars'])}"
    maker = values.get("producer_id")
    if maker and atlas.titles("producers", [str(maker)]):
        yield "manufacturer", _maker(atlas, atlas.get("producers", str(maker)), site, reader.lang)
    yield "additionalProperty", _properties(record, reader)


def _maker(atlas: Atlas, producer: Record, site: Site, lang: str) -> Plain:
    organisation = {
        "@type": "Organization",
        "@id": _id(site, "producers", producer.id),
        "name": producer.title_in(lang),
        "url": site.at(f"/producers/{producer.id}", lang),
        "address": _address(atlas, producer, lang),
        "location": _location(producer),
    }
    return {name: value for name, value in organisation.items() if value}


def _properties(record: Record, reader: Reader) -> list[Plain]:
    """The non-empty values of other fields, formatted for display."""
    return [
        {"@type": "PropertyValue", "propertyID": field.name, "name": field.label.of(reader.lang), "value": text}
        for field in COLLECTIONS[record.layer].fields
        if _is_value(field) and (text := reader.format_value(field, record.properties.get(field.name)))
    ]


def _is_value(field: Field) -> bool:
    return field.kind in _VALUES and not field.hidden and field.name not in _OTHER_PROPERTIES


def _address(atlas: Atlas, record: Record, lang: str) -> Plain | None:
    """The address of the source, and the commune that contains the record."""
    street, commune = record.properties.get("address"), _title(atlas, "communes", record.commune, lang)
    address = {"streetAddress": street, "addressLocality": commune}
    parts = {name: value for name, value in address.items() if value}
    return {"@type": "PostalAddress", **parts} if parts else None


def _title(atlas: Atlas, layer: str, key: str | None, lang: str) -> str | None:
    titles = atlas.titles(layer, [key]) if key else {}
    if not key or key not in titles:
        return None
    title, title_en = titles[key]
    return title_en if lang != "vi" and title_en else title


def _within(atlas: Atlas, record: Record, site: Site, lang: str) -> Plain | None:
    """The site that contains this one, else the commune that contains the record."""
    whole = record.properties.get("part_of")
    for layer, key in (("sites", whole), ("communes", record.commune)):
        name = _title(atlas, layer, str(key) if key else None, lang)
        if name and (layer, key) != (record.layer, record.id):
            return {"@type": "Place", "@id": _id(site, layer, str(key)), "name": name}
    return None


def _geo(record: Record) -> Plain | None:
    """A point accurate to the village or better, or the box of a line or outline that is the record's own."""
    if COLLECTIONS[record.layer].dimension != 0:
        return _shape(record.bbox) if record.bbox is not None and _is_own_outline(record) else None
    precision = precision_of(record)
    if precision is None or precision.key not in _CLOSE:
        return None
    return {"@type": "GeoCoordinates", "latitude": record.lat, "longitude": record.lng}


def _is_own_outline(record: Record) -> bool:
    outline = COLLECTIONS[record.layer].outline
    return outline is None or record.properties.get(outline[0]) in outline[1]


def _location(record: Record) -> Plain | None:
    """A Place for a record whose schema.org type is no place; None without accurate coordinates."""
    geo = _geo(record)
    return {"@type": "Place", "geo": geo} if geo else None
