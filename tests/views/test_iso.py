"""ISO metadata: element order of both standards, reading by OWSLib, and equal content in both standards."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from owslib.etree import etree
from owslib.iso import MD_Metadata
from owslib.iso3 import MD_Metadata as MD_Metadata_3

from geo.atlas import Atlas
from geo.ocop.collections import COLLECTIONS
from geo.views.catalogue import facts_of
from geo.views.catalogue.iso19115_3 import metadata as metadata_3
from geo.views.catalogue.iso19139 import metadata
from tests.views.conftest import SITE

# --- ISO 19139 ---------------------------------------------------------------------------------------

# The order of ISO 19139's own schemas, for the elements that are written.
ORDER = {
    "MD_Metadata": "fileIdentifier language characterSet parentIdentifier hierarchyLevel hierarchyLevelName contact dateStamp metadataStandardName metadataStandardVersion dataSetURI locale spatialRepresentationInfo referenceSystemInfo metadataExtensionInfo identificationInfo contentInfo distributionInfo dataQualityInfo",
    "MD_DataIdentification": "citation abstract purpose credit status pointOfContact resourceMaintenance graphicOverview resourceFormat descriptiveKeywords resourceSpecificUsage resourceConstraints aggregationInfo spatialRepresentationType spatialResolution language characterSet topicCategory environmentDescription extent supplementalInformation",
    "CI_Citation": "title alternateTitle date edition editionDate identifier citedResponsibleParty presentationForm",
    "CI_ResponsibleParty": "individualName organisationName positionName contactInfo role",
    "CI_Contact": "phone address onlineResource hoursOfService contactInstructions",
    "CI_OnlineResource": "linkage protocol applicationProfile name description function",
    "CI_Date": "date dateType",
    "MD_LegalConstraints": "useLimitation accessConstraints useConstraints otherConstraints",
    "EX_Extent": "description geographicElement temporalElement verticalElement",
    "EX_GeographicBoundingBox": "extentTypeCode westBoundLongitude eastBoundLongitude southBoundLatitude northBoundLatitude",
    "TimePeriod": "beginPosition endPosition",
    "MD_Distribution": "distributionFormat distributor transferOptions",
    "MD_Format": "name version amendmentNumber specification",
    "DQ_DataQuality": "scope report lineage",
    "DQ_QuantitativeResult": "valueType valueUnit errorStatistic value",
    "LI_Lineage": "statement processStep source",
    "RS_Identifier": "authority code codeSpace version",
    "PT_Locale": "languageCode country characterEncoding",
    **dict.fromkeys(
        (
            "DQ_CompletenessOmission",
            "DQ_AbsoluteExternalPositionalAccuracy",
            "DQ_ConceptualConsistency",
            "DQ_DomainConsistency",
        ),
        "nameOfMeasure measureIdentification measureDescription evaluationMethodType evaluationMethodDescription evaluationProcedure dateTime result",
    ),
}
REQUIRED_ELEMENTS = {
    "fileIdentifier",
    "language",
    "contact",
    "dateStamp",
    "identificationInfo",
    "distributionInfo",
    "dataQualityInfo",
}


def check_online(record: Any, layer: str) -> None:
    """The last two addresses are the collection of the API and the page."""
    api, page = record.distribution.online[-2:]
    assert (api.url, api.protocol) == (f"{SITE.root}/collections/{layer}", "OGC API - Features")
    assert (page.url, page.protocol) == (f"{SITE.root}/{layer}", "WWW:LINK")


def bare(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


@pytest.mark.parametrize("which", ["real_atlas", "small", "hostile"])
@pytest.mark.parametrize("layer", COLLECTIONS)
def test_iso_elements_stand_in_their_order(which: str, layer: str, request: pytest.FixtureRequest) -> None:
    root = ET.fromstring(metadata(request.getfixturevalue(which), layer, SITE))
    assert {bare(child) for child in root} >= REQUIRED_ELEMENTS
    paths = set()
    for element in root.iter():
        order = ORDER.get(bare(element), "").split()
        if order:
            places = [order.index(bare(child)) for child in element]
            assert places == sorted(places), bare(element)
            paths.add(bare(element))
    assert {"MD_Metadata", "MD_DataIdentification", "MD_Distribution", "DQ_DataQuality"} <= paths


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_owslib_reads_what_the_atlas_says(real_atlas: Atlas, layer: str) -> None:
    facts = facts_of(real_atlas, layer)
    record = MD_Metadata(etree.fromstring(metadata(real_atlas, layer, SITE).encode()))
    (what,) = record.identification
    assert record.languagecode == "vie"
    assert record.datestamp == real_atlas.version.published_at
    assert record.contact[0].organization == SITE.title.vi
    assert what.title == facts.title.vi
    assert what.abstract == facts.about.vi
    assert facts.licence is not None
    assert what.otherconstraints[0] == facts.licence.text
    assert facts.lineage is not None
    assert record.dataquality.lineage == facts.lineage.vi
    check_online(record, layer)
    assert [place.url for place in record.distribution.online[:-2]] == [
        SITE.at(row.path, **row.params) for row in facts.downloads
    ]
    if facts.bbox is None:
        assert getattr(what, "bbox", None) is None  # OWSLib sets it only where the document has an extent
        assert record.referencesystem is None
    else:
        box = what.bbox
        assert tuple(map(float, (box.minx, box.miny, box.maxx, box.maxy))) == tuple(facts.bbox)
        assert record.referencesystem.code == "4326"


def test_iso_gives_quantities(small: Atlas) -> None:
    root = ET.fromstring(metadata(small, "products", SITE))
    values = [element.text for element in root.iter("{http://www.isotc211.org/2005/gco}Record")]
    conflicts = str(len(small.conflicts("products")))
    assert values == ["100.00", "66.67", "33.33", "1", "1", conflicts, "0"]


# --- ISO 19115-3 -------------------------------------------------------------------------------------

# The order of the schemas of ISO 19115-3 and 19157-2, for the elements that are written.
ORDER_3 = {
    "MD_Metadata": "metadataIdentifier defaultLocale parentMetadata metadataScope contact dateInfo metadataStandard metadataProfile alternativeMetadataReference otherLocale metadataLinkage spatialRepresentationInfo referenceSystemInfo metadataExtensionInfo identificationInfo contentInfo distributionInfo dataQualityInfo resourceLineage",
    "MD_DataIdentification": "citation abstract purpose credit status pointOfContact spatialRepresentationType spatialResolution temporalResolution topicCategory extent additionalDocumentation processingLevel resourceMaintenance graphicOverview resourceFormat descriptiveKeywords resourceSpecificUsage resourceConstraints associatedResource defaultLocale otherLocale environmentDescription supplementalInformation",
    "CI_Citation": "title alternateTitle date edition editionDate identifier citedResponsibleParty presentationForm",
    "CI_Responsibility": "role extent party",
    "CI_Organisation": "name contactInfo partyIdentifier logo individual",
    "CI_Contact": "phone address onlineResource hoursOfService contactInstructions contactType",
    "CI_OnlineResource": "linkage protocol applicationProfile name description function protocolRequest",
    "CI_Date": "date dateType",
    "MD_Identifier": "authority code codeSpace version description",
    "MD_LegalConstraints": "useLimitation constraintApplicationScope graphic reference releasability responsibleParty accessConstraints useConstraints otherConstraints",
    "EX_Extent": "description geographicElement temporalElement verticalElement",
    "EX_GeographicBoundingBox": "extentTypeCode westBoundLongitude eastBoundLongitude southBoundLatitude northBoundLatitude",
    "TimePeriod": "beginPosition endPosition",
    "MD_Distribution": "description distributionFormat distributor transferOptions",
    "DQ_DataQuality": "scope report standaloneQualityReport",
    "DQ_MeasureReference": "measureIdentification nameOfMeasure measureDescription",
    "DQ_QuantitativeResult": "resultScope dateTime value valueUnit valueRecordType",
    "LI_Lineage": "statement scope additionalDocumentation processStep source",
    "PT_Locale": "language country characterEncoding",
    **dict.fromkeys(
        (
            "DQ_CompletenessOmission",
            "DQ_AbsoluteExternalPositionalAccuracy",
            "DQ_ConceptualConsistency",
            "DQ_DomainConsistency",
        ),
        "standaloneQualityReportDetails measure evaluationMethod result derivedElement",
    ),
}
REQUIRED_ELEMENTS_3 = {
    "metadataIdentifier",
    "contact",
    "dateInfo",
    "identificationInfo",
    "distributionInfo",
    "dataQualityInfo",
}
MDB = "{http://standards.iso.org/iso/19115/-3/mdb/2.0}MD_Metadata"


@pytest.mark.parametrize("which", ["real_atlas", "small", "hostile"])
@pytest.mark.parametrize("layer", COLLECTIONS)
def test_elements_of_the_successor_stand_in_their_order(which: str, layer: str, request: pytest.FixtureRequest) -> None:
    root = ET.fromstring(metadata_3(request.getfixturevalue(which), layer, SITE))
    assert root.tag == MDB
    assert {bare(child) for child in root} >= REQUIRED_ELEMENTS_3
    for element in root.iter():
        order = ORDER_3.get(bare(element), "").split()
        if order:
            places = [order.index(bare(child)) for child in element]
            assert places == sorted(places), bare(element)


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_owslib_reads_the_same_from_the_successor(real_atlas: Atlas, layer: str) -> None:
    facts = facts_of(real_atlas, layer)
    record = MD_Metadata_3(etree.fromstring(metadata_3(real_atlas, layer, SITE).encode()))
    (what,) = record.identification
    assert record.identifier == f"ocop.example/a:{layer}"
    assert record.languagecode == "vie"
    assert record.datestamp == real_atlas.version.published_at
    assert record.contact[0].organization == SITE.title.vi
    assert (what.title, what.abstract) == (facts.title.vi, facts.about.vi)
    assert facts.licence is not None and what.otherconstraints[0] == facts.licence.text
    check_online(record, layer)
    assert [place.url for place in record.distribution.online[:-2]] == [
        SITE.at(row.path, **row.params) for row in facts.downloads
    ]
    if facts.bbox is None:
        assert not what.extent or what.extent.boundingBox is None
    else:
        box = what.extent.boundingBox
        assert tuple(map(float, (box.minx, box.miny, box.maxx, box.maxy))) == tuple(facts.bbox)
        assert record.referencesystem.code == "4326"


@pytest.mark.parametrize("which", ["real_atlas", "small", "hostile"])
@pytest.mark.parametrize("layer", COLLECTIONS)
def test_both_standards_say_the_same_words(which: str, layer: str, request: pytest.FixtureRequest) -> None:
    """Titles, licences, lineage, sources, extents, dates and measures are the same in both documents."""
    atlas = request.getfixturevalue(which)
    old, new = (
        {(element.text or "") for element in ET.fromstring(write(atlas, layer, SITE)).iter()}
        for write in (metadata, metadata_3)
    )
    assert old - new <= {"1.0", "ISO 19115:2003/19139", f"{SITE.root}/{layer}"}
    assert new - old <= {"ISO 19115-3", "creation"}
