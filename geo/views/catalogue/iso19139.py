"""ISO 19139: a layer's metadata as the XML that metadata catalogues harvest, in both languages."""

from collections.abc import Iterator
from functools import partial

from geo.atlas import Atlas
from geo.crs import LngLatBbox
from geo.schema import Label
from geo.views.catalogue.facts import Facts, Measure, OnlineResource, Site, facts_of, measures, online_resources
from geo.views.catalogue.markup import HEAD, both, character_string, tag, words

XML = "application/xml"

_SPACES = {
    "gmd": "http://www.isotc211.org/2005/gmd",
    "gco": "http://www.isotc211.org/2005/gco",
    "gmx": "http://www.isotc211.org/2005/gmx",
    "gml": "http://www.opengis.net/gml/3.2",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
_CODES = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml"
_LANGUAGES = "http://www.loc.gov/standards/iso639-2/"
PERCENT = "http://www.opengis.net/def/uom/UCUM/0/%25"
_EPSG = "/def/crs/EPSG/0/"
TOPICS = {"programme": ("farming", "economy"), "places": ("society",), "units": ("boundaries",)}
"""The topic categories of ISO 19115 for our groups; none fits a list of sources."""
REPORTS = {
    "filled": "DQ_CompletenessOmission",
    "placed": "DQ_CompletenessOmission",
    "exact": "DQ_AbsoluteExternalPositionalAccuracy",
    "unplaced": "DQ_CompletenessOmission",
    "approximate": "DQ_AbsoluteExternalPositionalAccuracy",
    "conflicts": "DQ_ConceptualConsistency",
    "errors": "DQ_DomainConsistency",
}
"""Measure -> the data quality element of ISO 19157 that reports it."""


def metadata(atlas: Atlas, layer: str, site: Site) -> str:
    """The record of a layer."""
    facts = facts_of(atlas, layer)
    spaces = {f"xmlns__{name}": address for name, address in _SPACES.items()}
    body = tag(
        "gmd:MD_Metadata",
        character_string("gmd:fileIdentifier", f"{site.root.partition('://')[2]}:{layer}"),
        tag("gmd:language", _code("LanguageCode", "vie", _LANGUAGES)),
        tag("gmd:characterSet", _code("MD_CharacterSetCode", "utf8")),
        tag("gmd:hierarchyLevel", _code("MD_ScopeCode", "dataset")),
        tag("gmd:contact", _party(site, "pointOfContact")),
        tag("gmd:dateStamp", tag("gco:DateTime", words(facts.published_at))),
        character_string("gmd:metadataStandardName", "ISO 19115:2003/19139"),
        character_string("gmd:metadataStandardVersion", "1.0"),
        character_string("gmd:dataSetURI", site.at(f"/{layer}")),
        tag("gmd:locale", _english()),
        *(tag("gmd:referenceSystemInfo", _system(address)) for address in reversed(facts.systems)),
        tag("gmd:identificationInfo", _identification(facts, site)),
        tag("gmd:distributionInfo", _distribution(facts, site)),
        tag("gmd:dataQualityInfo", _quality(facts, measures(atlas, layer))),
        **spaces,
    )
    return f"{HEAD}{body}\n"


# --- small parts -------------------------------------------------------------------------------------


_both = partial(both, "gmd")


def _code(kind: str, value: str, book: str = "") -> str:
    return tag(f"gmd:{kind}", words(value), codeList=book or f"{_CODES}#{kind}", codeListValue=value)


def _english() -> str:
    return tag(
        "gmd:PT_Locale",
        tag("gmd:languageCode", _code("LanguageCode", "eng", _LANGUAGES)),
        tag("gmd:characterEncoding", _code("MD_CharacterSetCode", "utf8")),
        id="en",
    )


def _party(site: Site, role: str) -> str:
    """The site as the responsible party: no other organisation is configured."""
    address = tag("gmd:linkage", tag("gmd:URL", words(site.contact_page())))
    email = tag("gmd:CI_Address", character_string("gmd:electronicMailAddress", site.email))
    telephone = tag("gmd:CI_Telephone", character_string("gmd:voice", site.telephone))
    online = tag("gmd:onlineResource", tag("gmd:CI_OnlineResource", address))
    return tag(
        "gmd:CI_ResponsibleParty",
        _both("gmd:organisationName", site.title),
        tag(
            "gmd:contactInfo",
            tag(
                "gmd:CI_Contact",
                tag("gmd:phone", telephone) if site.telephone else "",
                tag("gmd:address", email) if site.email else "",
                online,
            ),
        ),
        tag("gmd:role", _code("CI_RoleCode", role)),
    )


def system_of(address: str) -> tuple[str, str]:
    """Code and authority of a coordinate reference system, from its URI.

    >>> system_of("http://www.opengis.net/def/crs/EPSG/0/9205"), system_of("http://www.opengis.net/def/crs/OGC/1.3/CRS84")
    (('9205', 'EPSG'), ('CRS84', 'OGC'))
    """
    _, prefix, number = address.partition(_EPSG)
    return (number, "EPSG") if prefix else (address.rpartition("/")[2], "OGC")


def _system(address: str) -> str:
    """The element that identifies a coordinate reference system by its code and authority."""
    name, authority = system_of(address)
    anchor = tag("gmx:Anchor", words(name), xlink__href=address)
    identifier = tag("gmd:RS_Identifier", tag("gmd:code", anchor), character_string("gmd:codeSpace", authority))
    return tag("gmd:MD_ReferenceSystem", tag("gmd:referenceSystemIdentifier", identifier))


# --- identification --------------------------------------------------------------------------------------


def _identification(facts: Facts, site: Site) -> str:
    kind = "vector" if facts.spec.geometry else "textTable"
    return tag(
        "gmd:MD_DataIdentification",
        tag("gmd:citation", _citation(facts, site)),
        _both("gmd:abstract", facts.about),
        *([_both("gmd:credit", facts.attribution)] if facts.attribution else []),
        tag("gmd:pointOfContact", _party(site, "publisher")),
        tag(
            "gmd:descriptiveKeywords",
            tag("gmd:MD_Keywords", *(_both("gmd:keyword", word) for word in facts.keywords)),
        ),
        *_constraints(facts),
        tag("gmd:spatialRepresentationType", _code("MD_SpatialRepresentationTypeCode", kind)),
        tag("gmd:language", _code("LanguageCode", "vie", _LANGUAGES)),
        tag("gmd:characterSet", _code("MD_CharacterSetCode", "utf8")),
        *(
            tag("gmd:topicCategory", tag("gmd:MD_TopicCategoryCode", topic))
            for topic in TOPICS.get(facts.spec.group, ())
        ),
        *_extent(facts),
    )


def _citation(facts: Facts, site: Site) -> str:
    identifier = tag("gmd:MD_Identifier", character_string("gmd:code", site.identifier(f"/{facts.layer}", "dataset")))
    creation = [_date("gco:Date", facts.created_on, "creation")] if facts.created_on else []
    return tag(
        "gmd:CI_Citation",
        _both("gmd:title", facts.title),
        *creation,
        _date("gco:DateTime", facts.published_at, "revision"),
        character_string("gmd:edition", str(facts.version)),
        tag("gmd:identifier", identifier),
    )


def _date(kind: str, text: str, what: str) -> str:
    when = tag("gmd:date", tag(kind, words(text)))
    return tag("gmd:date", tag("gmd:CI_Date", when, tag("gmd:dateType", _code("CI_DateTypeCode", what))))


def _constraints(facts: Facts) -> Iterator[str]:
    if facts.licence is None:
        return
    anchor = facts.licence.address and tag(
        "gmd:otherConstraints",
        tag("gmx:Anchor", words(facts.licence.spdx or ""), xlink__href=facts.licence.address),
    )
    yield tag(
        "gmd:resourceConstraints",
        tag(
            "gmd:MD_LegalConstraints",
            tag("gmd:useConstraints", _code("MD_RestrictionCode", "otherRestrictions")),
            character_string("gmd:otherConstraints", facts.licence.text),
            anchor or "",
        ),
    )


def _extent(facts: Facts) -> Iterator[str]:
    parts = []
    if facts.bbox is not None:
        parts.append(tag("gmd:geographicElement", _box(facts.bbox)))
    if facts.period is not None:
        parts.append(tag("gmd:temporalElement", _period(facts.layer, *facts.period)))
    if parts:
        yield tag("gmd:extent", tag("gmd:EX_Extent", *parts))


def _box(box: LngLatBbox) -> str:
    return tag(
        "gmd:EX_GeographicBoundingBox",
        tag("gmd:westBoundLongitude", tag("gco:Decimal", str(box.west))),
        tag("gmd:eastBoundLongitude", tag("gco:Decimal", str(box.east))),
        tag("gmd:southBoundLatitude", tag("gco:Decimal", str(box.south))),
        tag("gmd:northBoundLatitude", tag("gco:Decimal", str(box.north))),
    )


def _period(layer: str, first: str | None, last: str | None) -> str:
    ends = (_end("gml:beginPosition", first), _end("gml:endPosition", last))
    return tag(
        "gmd:EX_TemporalExtent",
        tag("gmd:extent", tag("gml:TimePeriod", *ends, gml__id=f"{layer}-period")),
    )


def _end(name: str, day: str | None) -> str:
    return tag(name, indeterminatePosition="unknown") if day is None else tag(name, words(day))


# --- distribution and quality -----------------------------------------------------------------------


def _distribution(facts: Facts, site: Site) -> str:
    formats = dict.fromkeys(row.media_type for row in facts.downloads)
    online = (tag("gmd:onLine", _online(resource)) for resource in online_resources(facts, site))
    return tag(
        "gmd:MD_Distribution",
        *(tag("gmd:distributionFormat", _format(media_type)) for media_type in formats),
        tag("gmd:transferOptions", tag("gmd:MD_DigitalTransferOptions", *online)),
    )


def _format(media_type: str) -> str:
    no_version = tag("gmd:version", gco__nilReason="unknown")
    return tag("gmd:MD_Format", character_string("gmd:name", media_type), no_version)


def _online(resource: OnlineResource) -> str:
    return tag(
        "gmd:CI_OnlineResource",
        tag("gmd:linkage", tag("gmd:URL", words(resource.address))),
        character_string("gmd:protocol", resource.protocol),
        _both("gmd:name", resource.label),
        tag("gmd:function", _code("CI_OnLineFunctionCode", resource.function)),
    )


def _quality(facts: Facts, rows: tuple[Measure, ...]) -> str:
    scope = tag("gmd:DQ_Scope", tag("gmd:level", _code("MD_ScopeCode", "dataset")))
    return tag(
        "gmd:DQ_DataQuality",
        tag("gmd:scope", scope),
        *(tag("gmd:report", _report(row, facts.published_at)) for row in rows),
        *([tag("gmd:lineage", _lineage(facts.lineage, facts))] if facts.lineage or facts.sources else []),
    )


def _report(row: Measure, when: str) -> str:
    unit = tag("gmd:valueUnit", **({"xlink__href": PERCENT} if row.is_share else {"gco__nilReason": "inapplicable"}))
    result = tag("gmd:DQ_QuantitativeResult", unit, tag("gmd:value", tag("gco:Record", words(row.value_text))))
    return tag(
        f"gmd:{REPORTS[row.key]}",
        _both("gmd:nameOfMeasure", row.label),
        _both("gmd:measureDescription", row.about),
        tag("gmd:dateTime", tag("gco:DateTime", words(when))),
        tag("gmd:result", result),
    )


def _lineage(lineage: Label | None, facts: Facts) -> str:
    statement = [_both("gmd:statement", lineage)] if lineage else []
    sources = (
        character_string("gmd:description", ". ".join(part for part in (row.name, row.address, row.licence) if part))
        for row in facts.sources
    )
    return tag("gmd:LI_Lineage", *statement, *(tag("gmd:source", tag("gmd:LI_Source", source)) for source in sources))
