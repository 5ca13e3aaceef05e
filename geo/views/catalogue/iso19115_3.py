"""ISO 19115-3, the successor of ISO 19139: a layer's metadata as XML, in both languages."""

from collections.abc import Iterator
from functools import partial

from geo.atlas import Atlas
from geo.crs import LngLatBbox
from geo.views.catalogue.facts import Facts, Measure, OnlineResource, Site, facts_of, measures, online_resources
from geo.views.catalogue.iso19139 import PERCENT, REPORTS, TOPICS, system_of
from geo.views.catalogue.markup import HEAD, both, character_string, tag, words

_ISO = "http://standards.iso.org/iso"
_SPACES = {
    "mdb": f"{_ISO}/19115/-3/mdb/2.0",
    "cit": f"{_ISO}/19115/-3/cit/2.0",
    "gco": f"{_ISO}/19115/-3/gco/1.0",
    "gcx": f"{_ISO}/19115/-3/gcx/1.0",
    "gex": f"{_ISO}/19115/-3/gex/1.0",
    "lan": f"{_ISO}/19115/-3/lan/1.0",
    "mcc": f"{_ISO}/19115/-3/mcc/1.0",
    "mco": f"{_ISO}/19115/-3/mco/1.0",
    "mrd": f"{_ISO}/19115/-3/mrd/1.0",
    "mri": f"{_ISO}/19115/-3/mri/1.0",
    "mrl": f"{_ISO}/19115/-3/mrl/2.0",
    "mrs": f"{_ISO}/19115/-3/mrs/1.0",
    "mdq": f"{_ISO}/19157/-2/mdq/1.0",
    "gml": "http://www.opengis.net/gml/3.2",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
"""Namespaces of the second edition, and those of the first edition that it still uses."""
_CODES = f"{_ISO}/19115/resources/Codelists/cat/codelists.xml"
_LANGUAGES = "http://www.loc.gov/standards/iso639-2/"


def metadata(atlas: Atlas, layer: str, site: Site) -> str:
    """The record of a layer."""
    facts = facts_of(atlas, layer)
    spaces = {f"xmlns__{name}": address for name, address in _SPACES.items()}
    body = tag(
        "mdb:MD_Metadata",
        tag("mdb:metadataIdentifier", _identifier(f"{site.root.partition('://')[2]}:{layer}")),
        tag("mdb:defaultLocale", _locale("vie")),
        tag("mdb:metadataScope", tag("mdb:MD_MetadataScope", tag("mdb:resourceScope", _scope_code()))),
        tag("mdb:contact", _party(site, "pointOfContact")),
        # The metadata of a version are created when it is published and never change.
        *(tag("mdb:dateInfo", _date("gco:DateTime", facts.published_at, what)) for what in ("creation", "revision")),
        tag("mdb:metadataStandard", tag("cit:CI_Citation", character_string("cit:title", "ISO 19115-3"))),
        tag("mdb:otherLocale", _locale("eng", "en")),
        *(tag("mdb:referenceSystemInfo", _system(address)) for address in reversed(facts.systems)),
        tag("mdb:identificationInfo", _identification(facts, site)),
        tag("mdb:distributionInfo", _distribution(facts, site)),
        tag("mdb:dataQualityInfo", _quality(facts, measures(atlas, layer))),
        *([tag("mdb:resourceLineage", _lineage(facts))] if facts.lineage or facts.sources else []),
        **spaces,
    )
    return f"{HEAD}{body}\n"


# --- small parts -------------------------------------------------------------------------------------


_both = partial(both, "lan")


def _code(kind: str, value: str, book: str = "") -> str:
    """An element with a code; `kind` is the element's name, which is also the name of its code list."""
    code_list = book or f"{_CODES}#{kind.partition(':')[2]}"
    return tag(kind, words(value), codeList=code_list, codeListValue=value)


def _scope_code() -> str:
    return _code("mcc:MD_ScopeCode", "dataset")


def _locale(language: str, name: str = "") -> str:
    return tag(
        "lan:PT_Locale",
        tag("lan:language", _code("lan:LanguageCode", language, _LANGUAGES)),
        tag("lan:characterEncoding", _code("lan:MD_CharacterSetCode", "utf8")),
        **({"id": name} if name else {}),
    )


def _identifier(code: str) -> str:
    return tag("mcc:MD_Identifier", character_string("mcc:code", code))


def _date(kind: str, text: str, what: str) -> str:
    when = tag("cit:date", tag(kind, words(text)))
    return tag("cit:CI_Date", when, tag("cit:dateType", _code("cit:CI_DateTypeCode", what)))


def _party(site: Site, role: str) -> str:
    """The site as the responsible party: no other organisation is configured."""
    online = tag("cit:CI_OnlineResource", character_string("cit:linkage", site.contact_page()))
    email = tag("cit:CI_Address", character_string("cit:electronicMailAddress", site.email))
    telephone = tag("cit:CI_Telephone", character_string("cit:number", site.telephone))
    contact = tag(
        "cit:CI_Contact",
        tag("cit:phone", telephone) if site.telephone else "",
        tag("cit:address", email) if site.email else "",
        tag("cit:onlineResource", online),
    )
    organisation = tag("cit:CI_Organisation", _both("cit:name", site.title), tag("cit:contactInfo", contact))
    return tag("cit:CI_Responsibility", tag("cit:role", _code("cit:CI_RoleCode", role)), tag("cit:party", organisation))


def _system(address: str) -> str:
    name, authority = system_of(address)
    anchor = tag("mcc:code", tag("gcx:Anchor", words(name), xlink__href=address))
    identifier = tag("mcc:MD_Identifier", anchor, character_string("mcc:codeSpace", authority))
    return tag("mrs:MD_ReferenceSystem", tag("mrs:referenceSystemIdentifier", identifier))


# --- identification --------------------------------------------------------------------------------------


def _identification(facts: Facts, site: Site) -> str:
    kind = "vector" if facts.spec.geometry else "textTable"
    topics = TOPICS.get(facts.spec.group, ())
    return tag(
        "mri:MD_DataIdentification",
        tag("mri:citation", _citation(facts, site)),
        _both("mri:abstract", facts.about),
        *([_both("mri:credit", facts.attribution)] if facts.attribution else []),
        tag("mri:pointOfContact", _party(site, "publisher")),
        tag("mri:spatialRepresentationType", _code("mcc:MD_SpatialRepresentationTypeCode", kind)),
        *(tag("mri:topicCategory", tag("mri:MD_TopicCategoryCode", topic)) for topic in topics),
        *_extent(facts),
        tag(
            "mri:descriptiveKeywords",
            tag("mri:MD_Keywords", *(_both("mri:keyword", word) for word in facts.keywords)),
        ),
        *_constraints(facts),
        tag("mri:defaultLocale", _locale("vie")),
    )


def _citation(facts: Facts, site: Site) -> str:
    creation = [tag("cit:date", _date("gco:Date", facts.created_on, "creation"))] if facts.created_on else []
    return tag(
        "cit:CI_Citation",
        _both("cit:title", facts.title),
        *creation,
        tag("cit:date", _date("gco:DateTime", facts.published_at, "revision")),
        character_string("cit:edition", str(facts.version)),
        tag("cit:identifier", _identifier(site.identifier(f"/{facts.layer}", "dataset"))),
    )


def _constraints(facts: Facts) -> Iterator[str]:
    if facts.licence is None:
        return
    anchor = facts.licence.address and tag(
        "mco:otherConstraints",
        tag("gcx:Anchor", words(facts.licence.spdx or ""), xlink__href=facts.licence.address),
    )
    yield tag(
        "mri:resourceConstraints",
        tag(
            "mco:MD_LegalConstraints",
            tag("mco:useConstraints", _code("mco:MD_RestrictionCode", "otherRestrictions")),
            character_string("mco:otherConstraints", facts.licence.text),
            anchor or "",
        ),
    )


def _extent(facts: Facts) -> Iterator[str]:
    parts = []
    if facts.bbox is not None:
        parts.append(tag("gex:geographicElement", _box(facts.bbox)))
    if facts.period is not None:
        ends = (_end("gml:beginPosition", facts.period[0]), _end("gml:endPosition", facts.period[1]))
        period = tag("gml:TimePeriod", *ends, gml__id=f"{facts.layer}-period")
        parts.append(tag("gex:temporalElement", tag("gex:EX_TemporalExtent", tag("gex:extent", period))))
    if parts:
        yield tag("mri:extent", tag("gex:EX_Extent", *parts))


def _box(box: LngLatBbox) -> str:
    return tag(
        "gex:EX_GeographicBoundingBox",
        tag("gex:westBoundLongitude", tag("gco:Decimal", str(box.west))),
        tag("gex:eastBoundLongitude", tag("gco:Decimal", str(box.east))),
        tag("gex:southBoundLatitude", tag("gco:Decimal", str(box.south))),
        tag("gex:northBoundLatitude", tag("gco:Decimal", str(box.north))),
    )


def _end(name: str, day: str | None) -> str:
    return tag(name, indeterminatePosition="unknown") if day is None else tag(name, words(day))


# --- distribution and quality -----------------------------------------------------------------------


def _distribution(facts: Facts, site: Site) -> str:
    formats = dict.fromkeys(row.media_type for row in facts.downloads)
    online = (tag("mrd:onLine", _online(resource)) for resource in online_resources(facts, site))
    return tag(
        "mrd:MD_Distribution",
        *(tag("mrd:distributionFormat", _format(media_type)) for media_type in formats),
        tag(
            "mrd:transferOptions",
            tag("mrd:MD_DigitalTransferOptions", *online),
        ),
    )


def _format(media_type: str) -> str:
    citation = tag("cit:CI_Citation", character_string("cit:title", media_type))
    return tag("mrd:MD_Format", tag("mrd:formatSpecificationCitation", citation))


def _online(resource: OnlineResource) -> str:
    return tag(
        "cit:CI_OnlineResource",
        character_string("cit:linkage", resource.address),
        character_string("cit:protocol", resource.protocol),
        _both("cit:name", resource.label),
        tag("cit:function", _code("cit:CI_OnLineFunctionCode", resource.function)),
    )


def _quality(facts: Facts, rows: tuple[Measure, ...]) -> str:
    return tag(
        "mdq:DQ_DataQuality",
        tag("mdq:scope", tag("mcc:MD_Scope", tag("mcc:level", _scope_code()))),
        *(tag("mdq:report", _report(row, facts.published_at)) for row in rows),
    )


def _report(row: Measure, when: str) -> str:
    reference = tag(
        "mdq:DQ_MeasureReference", _both("mdq:nameOfMeasure", row.label), _both("mdq:measureDescription", row.about)
    )
    result = tag(
        "mdq:DQ_QuantitativeResult",
        tag("mdq:dateTime", tag("gco:DateTime", words(when))),
        tag("mdq:value", tag("gco:Record", words(row.value_text))),
        tag("mdq:valueUnit", **({"xlink__href": PERCENT} if row.is_share else {"gco__nilReason": "inapplicable"})),
    )
    return tag(f"mdq:{REPORTS[row.key]}", tag("mdq:measure", reference), tag("mdq:result", result))


def _lineage(facts: Facts) -> str:
    statement = [_both("mrl:statement", facts.lineage)] if facts.lineage else []
    sources = (
        character_string("mrl:description", ". ".join(part for part in (row.name, row.address, row.licence) if part))
        for row in facts.sources
    )
    scope = tag("mrl:scope", tag("mcc:MD_Scope", tag("mcc:level", _scope_code())))
    return tag("mrl:LI_Lineage", *statement, scope, *(tag("mrl:source", tag("mrl:LI_Source", one)) for one in sources))
