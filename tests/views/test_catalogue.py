"""The catalogue: both serialisations are the same graph and state only what the store has."""

import datetime as dt
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import shapely
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node

from geo.atlas import Atlas, Query
from geo.ocop.collections import COLLECTIONS
from geo.settings import Settings
from geo.views.catalogue import facts_of
from geo.views.catalogue.dcat import catalogue_json, catalogue_xml
from geo.views.catalogue.facts import measures
from geo.views.catalogue.iso19139 import metadata
from geo.views.catalogue.records import RecordQuery, matching, record
from geo.views.catalogue.schema_org import dataset, record_page
from geo.views.formats import FORMATS
from tests.ogc.requirement import requirement
from tests.views.conftest import SITE
from tests.views.hostile import SCRIPT

# rdflib warns of its own graph classes while it reads JSON-LD.
pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated.*:DeprecationWarning:rdflib")

DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
LOCN = Namespace("http://www.w3.org/ns/locn#")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
PROV = Namespace("http://www.w3.org/ns/prov#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")

# DCAT-AP 3.0: what a node of each class must have.
MANDATORY = {
    DCAT.Catalog: (DCT.title, DCT.description, DCT.publisher),
    DCAT.Dataset: (DCT.title, DCT.description),
    DCAT.Distribution: (DCAT.accessURL,),
    DCAT.DataService: (DCT.title, DCAT.endpointURL),
    FOAF.Agent: (FOAF.name,),
    DQV.QualityMeasurement: (DQV.isMeasurementOf, DQV.value),
}


LANGUAGE_TEXT = URIRef("urn:text")
"""A text that may be repeated once in each language."""
MANY = 10_000
ALLOWED: dict[URIRef, dict[URIRef, tuple[int, int, URIRef | None]]] = {
    DCAT.Catalog: {
        DCT.title: (1, 1, LANGUAGE_TEXT), DCT.description: (1, 1, LANGUAGE_TEXT), DCT.publisher: (1, 1, FOAF.Agent),
        DCT.issued: (0, 1, RDFS.Literal), DCT.modified: (0, 1, RDFS.Literal), DCT.license: (0, 1, DCT.LicenseDocument),
        DCT.spatial: (0, MANY, DCT.Location), DCT.language: (0, MANY, DCT.LinguisticSystem), FOAF.homepage: (0, 1, FOAF.Document),
        DCAT.dataset: (1, MANY, DCAT.Dataset), DCAT.service: (0, MANY, DCAT.DataService), DCAT.themeTaxonomy: (0, MANY, None),
    },
    DCAT.Dataset: {
        DCT.title: (1, 1, LANGUAGE_TEXT), DCT.description: (1, 1, LANGUAGE_TEXT), DCT.publisher: (0, 1, FOAF.Agent),
        DCAT.contactPoint: (0, MANY, VCARD.Kind), DCAT.distribution: (0, MANY, DCAT.Distribution), DCAT.theme: (0, MANY, None),
        DCAT.keyword: (0, MANY, RDFS.Literal), DCT.spatial: (0, MANY, DCT.Location), DCT.temporal: (0, MANY, DCT.PeriodOfTime),
        DCT.accessRights: (0, 1, DCT.RightsStatement), DCT.accrualPeriodicity: (0, 1, DCT.Frequency),
        DCT.conformsTo: (0, MANY, DCT.Standard), FOAF.page: (0, MANY, FOAF.Document), DCAT.landingPage: (0, MANY, FOAF.Document),
        DCT.language: (0, MANY, DCT.LinguisticSystem), DCT.provenance: (0, MANY, DCT.ProvenanceStatement),
        DCT.identifier: (0, MANY, RDFS.Literal), DCT.issued: (0, 1, RDFS.Literal), DCT.modified: (0, 1, RDFS.Literal),
        DCAT.version: (0, 1, RDFS.Literal),
    },
    DCAT.Distribution: {
        DCAT.accessURL: (1, MANY, None), DCAT.downloadURL: (0, MANY, None), DCT.title: (0, 1, LANGUAGE_TEXT),
        DCT.description: (0, 1, LANGUAGE_TEXT), DCT.license: (0, 1, DCT.LicenseDocument), DCT.rights: (0, 1, DCT.RightsStatement),
        DCT["format"]: (0, 1, DCT.MediaTypeOrExtent), DCAT.mediaType: (0, 1, DCT.MediaType), DCAT.packageFormat: (0, 1, DCT.MediaType),
        DCT.modified: (0, 1, RDFS.Literal), DCT.conformsTo: (0, MANY, DCT.Standard), DCT.language: (0, MANY, DCT.LinguisticSystem),
        DCAT.accessService: (0, MANY, DCAT.DataService),
    },
    DCAT.DataService: {
        DCT.title: (1, 1, LANGUAGE_TEXT), DCAT.endpointURL: (1, MANY, None), DCAT.endpointDescription: (0, MANY, None),
        DCAT.servesDataset: (0, MANY, DCAT.Dataset), DCT.accessRights: (0, 1, DCT.RightsStatement),
        DCT.conformsTo: (0, MANY, DCT.Standard), DCT.publisher: (0, 1, FOAF.Agent), DCAT.landingPage: (0, MANY, FOAF.Document),
    },
    DCT.Location: {DCAT.bbox: (0, 1, RDFS.Literal), LOCN.geometry: (0, 1, RDFS.Literal)},
    DCT.PeriodOfTime: {DCAT.startDate: (0, 1, RDFS.Literal), DCAT.endDate: (0, 1, RDFS.Literal)},
    FOAF.Agent: {FOAF.name: (1, 1, LANGUAGE_TEXT), FOAF.homepage: (0, 1, FOAF.Document)},
    SKOS.Concept: {SKOS.prefLabel: (1, 1, LANGUAGE_TEXT)},
    SKOS.ConceptScheme: {DCT.title: (1, 1, LANGUAGE_TEXT)},
}  # fmt: skip
"""DCAT-AP 3.0.1, sections 4 to 7: of each class the properties that we use, with least and most number and range."""
CLOSED = {DCT.Location, DCT.PeriodOfTime}


@pytest.fixture(scope="module")
def graph(real_atlas: Atlas) -> Graph:
    return Graph().parse(data=catalogue_xml(real_atlas, SITE), format="xml")


def layer_node(layer: str) -> URIRef:
    return URIRef(f"{SITE.root}/{layer}#dataset")


# --- DCAT-AP -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["real_atlas", "small", "hostile"])
def test_both_writings_are_one_graph(which: str, request: pytest.FixtureRequest) -> None:
    atlas = request.getfixturevalue(which)
    document = catalogue_json(atlas, SITE)
    graph = Graph().parse(data=document, format="json-ld")
    assert isomorphic(graph, Graph().parse(data=catalogue_xml(atlas, SITE), format="xml"))
    assert all(isinstance(address, str) for address in list(json.loads(document)["@context"].values())[1:])


def test_every_node_has_what_dcat_ap_demands(graph: Graph) -> None:
    for kind, predicates in MANDATORY.items():
        nodes = list(graph.subjects(RDF.type, kind))
        assert nodes, kind
        for node in nodes:
            for predicate in predicates:
                assert (node, predicate, None) in graph, (node, predicate)


@pytest.mark.parametrize("which", ["real_atlas", "small", "hostile"])
def test_no_property_is_of_another_number_or_kind_than_dcat_ap_allows(
    which: str, request: pytest.FixtureRequest
) -> None:
    graph = Graph().parse(data=catalogue_xml(request.getfixturevalue(which), SITE), format="xml")
    faults = []
    for kind, rows in ALLOWED.items():
        nodes = set(graph.subjects(RDF.type, kind))
        assert nodes, kind
        for node in nodes:
            for predicate, (least, most, range_) in rows.items():
                values = list(graph.objects(node, predicate))
                languages = Counter(getattr(value, "language", None) for value in values)
                number = max(languages.values(), default=0) if range_ is LANGUAGE_TEXT else len(values)
                if not least <= number <= most:
                    faults.append((node, predicate, number))
                faults += [(node, predicate, value) for value in values if not is_of(graph, value, range_)]
            if kind in CLOSED:
                assert {predicate for predicate, _ in graph.predicate_objects(node)} <= {RDF.type, *rows}, node
    assert faults == []


def is_of(graph: Graph, value: Node, range_: URIRef | None) -> bool:
    """Whether a value is a literal where the range is one, or a resource of the class, wherever it is described."""
    if range_ in {RDFS.Literal, LANGUAGE_TEXT}:
        return isinstance(value, Literal)
    return isinstance(value, URIRef) and (range_ is None or (value, RDF.type, range_) in graph)


def test_the_catalogue_says_since_when_where_and_under_which_licence(graph: Graph, real_atlas: Atlas) -> None:
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    (issued,), (modified,) = graph.objects(catalogue, DCT.issued), graph.objects(catalogue, DCT.modified)
    times = [
        dt.datetime.fromisoformat(text) for text in (real_atlas.first_published_at(), real_atlas.version.published_at)
    ]
    assert [issued.toPython(), modified.toPython()] == times == sorted(times)
    assert [str(one) for one in graph.objects(catalogue, DCT.license)] == [
        "https://creativecommons.org/licenses/by/4.0/"
    ]
    (place,) = graph.objects(catalogue, DCT.spatial)
    (box,) = graph.objects(place, DCAT.bbox)
    assert tuple(shapely.from_wkt(str(box)).bounds) == tuple(real_atlas.bounds() or ())


def test_every_distribution_is_described_in_both_languages(graph: Graph) -> None:
    distributions = set(graph.subjects(RDF.type, DCAT.Distribution))
    assert len(distributions) > 100
    for node in distributions:
        assert {value.language for value in graph.objects(node, DCT.description)} == {"vi", "en"}


def test_what_is_pointed_to_inside_the_site_is_described(graph: Graph) -> None:
    subjects = set(graph.subjects())
    objects = {
        node for node in graph.objects() if isinstance(node, URIRef) and node.startswith(SITE.root) and "#" in node
    }
    assert objects <= subjects


def test_a_catalogue_holds_every_layer_and_the_service(graph: Graph) -> None:
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert set(graph.objects(catalogue, DCAT.dataset)) == {layer_node(layer) for layer in COLLECTIONS}
    (service,) = graph.objects(catalogue, DCAT.service)
    assert set(graph.objects(service, DCAT.endpointURL)) == {URIRef(f"{SITE.root}/")}
    assert len(set(graph.objects(service, DCAT.servesDataset))) == len(COLLECTIONS)


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_titles_are_in_both_languages(graph: Graph, layer: str) -> None:
    for predicate in (DCT.title, DCT.description):
        assert {value.language for value in graph.objects(layer_node(layer), predicate)} == {"vi", "en"}


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_every_format_is_a_distribution_with_its_type(graph: Graph, layer: str) -> None:
    files = {
        (str(url), str(media))
        for node in graph.objects(layer_node(layer), DCAT.distribution)
        for url in graph.objects(node, DCAT.downloadURL)
        for media in graph.objects(node, DCAT.mediaType)
    }
    for row in FORMATS.values():
        media_type = row.media_type.partition(";")[0]
        formats = (
            f"{SITE.root}/export/{layer}.{row.extension}",
            f"https://www.iana.org/assignments/media-types/{media_type}",
        )
        assert formats in files


def test_the_extent_is_the_atlas_own(graph: Graph, real_atlas: Atlas) -> None:
    (place,) = graph.objects(layer_node("products"), DCT.spatial)
    (box,) = graph.objects(place, DCAT.bbox)
    assert isinstance(box, Literal)
    assert box.datatype == GEO.wktLiteral
    bounds = real_atlas.bounds("products")
    assert bounds is not None
    numbers = [float(text) for text in re.findall(r"-?\d+\.\d+", str(box))]
    assert (min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])) == tuple(bounds)
    assert list(graph.objects(place, LOCN.geometry)) == [box]
    assert tuple(shapely.from_wkt(str(box)).bounds) == tuple(bounds)  # no CRS before it: CRS84 is the default
    assert not list(graph.objects(layer_node("sources"), DCT.spatial))


def test_licences_are_named_only_where_one_holds_for_the_whole(graph: Graph) -> None:
    licences = {layer: str(*graph.objects(layer_node(layer), DCT.license)) for layer in COLLECTIONS}
    assert licences["products"] == "https://creativecommons.org/licenses/by/4.0/"
    assert licences["communes"] == "https://spdx.org/licenses/MIT"
    assert licences["districts"].startswith(SITE.root)


def test_quality_is_measured(small: Atlas) -> None:
    values = {row.key: row.value for row in measures(small, "products")}
    # R2 has no place, R3 is known to the commune; required are key, name, group and sources.
    conflicts = len(small.conflicts("products"))
    assert values == {
        "filled": 1.0, "placed": 2 / 3, "exact": 1 / 3, "unplaced": 1, "approximate": 1, "conflicts": conflicts, "errors": 0,
    }  # fmt: skip
    assert {row.key for row in measures(small, "outlines_2009")} == {"unplaced", "conflicts", "errors"}
    assert {row.key for row in measures(small, "sources")} == {"filled", "conflicts", "errors"}


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_counts_of_quality_are_those_of_the_records(real_atlas: Atlas, graph: Graph, layer: str) -> None:
    records = real_atlas.find(Query(layer, limit=5_000)).records
    values = {row.key: row.value for row in measures(real_atlas, layer) if not row.is_share}
    assert values["conflicts"] == len(real_atlas.conflicts(layer))
    if COLLECTIONS[layer].geometry:
        assert values["unplaced"] == sum(one.bbox is None for one in records)
    if "approximate" in values:
        rough = {"village", "commune", "district"}
        assert values["approximate"] == sum(one.bbox is not None and one.precision in rough for one in records)
    expected = {
        str(graph.value(node, DQV.isMeasurementOf)).partition("#")[2]: graph.value(node, DQV.value)
        for node in graph.objects(layer_node(layer), DQV.hasQualityMeasurement)
    }
    assert {key: int(str(expected[key])) for key in values} == values


def test_access_and_rhythm_are_those_of_the_european_lists(graph: Graph) -> None:
    authority = "http://publications.europa.eu/resource/authority"
    for layer in COLLECTIONS:
        assert graph.value(layer_node(layer), DCT.accessRights) == URIRef(f"{authority}/access-right/PUBLIC")
        assert graph.value(layer_node(layer), DCT.accrualPeriodicity) == URIRef(f"{authority}/frequency/IRREG")


def test_nothing_is_written_twice(real_atlas: Atlas) -> None:
    for node in json.loads(catalogue_json(real_atlas, SITE))["@graph"]:
        for values in node.values():
            assert not isinstance(values, list) or len({json.dumps(one) for one in values}) == len(values)


def test_what_metadata_does_not_say_is_left_out(small: Atlas) -> None:
    facts = facts_of(small, "producers")
    assert (facts.licence, facts.attribution, facts.lineage, facts.created_on, facts.sources) == (
        None,
        None,
        None,
        None,
        (),
    )
    graph = Graph().parse(data=catalogue_xml(small, SITE), format="xml")
    for predicate in (DCT.license, DCT.rights, DCT.provenance, DCT.created, PROV.wasDerivedFrom):
        assert not list(graph.objects(layer_node("producers"), predicate))


# --- records -----------------------------------------------------------------------------------------


def matches(atlas: Atlas, **conditions: Any) -> list[str]:
    return [facts.layer for facts in matching(atlas, RecordQuery(**conditions), SITE)]


def test_records_are_found_by_words_without_diacritics_in_both_languages(real_atlas: Atlas) -> None:
    assert matches(real_atlas) == list(COLLECTIONS)
    assert matches(real_atlas, terms=("vung nguyen lieu",)) == ["zones", "links"]
    assert matches(real_atlas, terms=("RAW-MATERIAL zones",)) == ["zones"]
    assert {"villages", "zones"} <= set(matches(real_atlas, terms=("làng nghề", "nguyên liệu")))
    assert matches(real_atlas, terms=("nothing of the kind",)) == []


def test_records_are_found_by_type_id_and_time(real_atlas: Atlas) -> None:
    assert matches(real_atlas, types=("service",)) == []
    assert matches(real_atlas, types=("dataset",), ids=("sites", "zones")) == ["zones", "sites"]
    assert matches(real_atlas, external=(f"{SITE.root}/zones#dataset",)) == ["zones"]
    assert matches(real_atlas, external=(f"{SITE.root}:{SITE.root}/zones#dataset",)) == ["zones"]
    assert matches(real_atlas, external=(SITE.root,)) == list(COLLECTIONS)
    assert matches(real_atlas, external=("https://elsewhere.example",)) == []
    assert "sources" not in matches(real_atlas, time=(None, "1990-01-01"))
    assert "sources" in matches(real_atlas, time=("2020-01-01", None))


@requirement("records/record-core", "records/json")
@pytest.mark.parametrize("layer", COLLECTIONS)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_record_has_what_the_standard_demands(real_atlas: Atlas, layer: str, lang: str) -> None:
    body = record(real_atlas, layer, SITE, lang)
    facts = facts_of(real_atlas, layer)
    assert body.keys() >= {"id", "type", "geometry", "time", "properties", "links", "conformsTo"}
    assert body["properties"]["type"] == "dataset"
    assert body["properties"]["title"] == facts.title.of(lang)
    assert body["properties"]["language"]["code"] == lang
    assert (body["geometry"] is None) == (facts.bbox is None)
    interval = (body["time"] or {"interval": []})["interval"]
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}|\.\.", day) for day in interval)
    enclosures = [link for link in body["links"] if link["rel"] == "enclosure"]
    assert len(enclosures) == len(facts.downloads)
    rels = [link["rel"] for link in body["links"]]
    assert rels.count("collection") == rels.count("license") == 1
    assert "http://www.opengis.net/def/profile/OGC/0/ogc-record" in {link["href"] for link in body["links"]}
    assert {link["type"] for link in enclosures} == {row["mediaType"] for row in body["properties"]["formats"]}


# --- schema.org --------------------------------------------------------------------------------------


def test_a_link_is_no_place_and_is_about_its_two_ends(real_atlas: Atlas) -> None:
    (link, *_) = real_atlas.find(Query("links")).records
    page = record_page(real_atlas, "links", link.id, SITE, "en")
    assert page["mainEntity"]["@type"] == "Intangible"
    assert not {"geo", "address", "additionalProperty"} & set(page["mainEntity"])
    ends = [(link.properties[f"{end}_layer"], link.properties[f"{end}_id"]) for end in ("source", "target")]
    assert [one["@id"] for one in page["about"]] == [f"{SITE.root}/{layer}/{key}#thing" for layer, key in ends]
    assert all(one["name"] == real_atlas.get(*end).title_in("en") for one, end in zip(page["about"], ends, strict=True))


def test_a_product_has_its_award_and_maker(small: Atlas) -> None:
    vi = record_page(small, "products", "R1", SITE, "vi")
    thing = vi["mainEntity"]
    assert vi["inLanguage"] == "vi"
    assert thing["@type"] == "Product"
    assert thing["award"] == "OCOP 4 sao"
    assert thing["manufacturer"]["name"] == "Hợp tác xã Ong mật"
    assert vi["contentLocation"]["geo"] == {"@type": "GeoCoordinates", "latitude": 21.1, "longitude": 103.1}
    assert record_page(small, "products", "R1", SITE, "en")["mainEntity"]["award"] == "OCOP 4 stars"


def test_an_approximate_place_has_no_coordinates_and_says_so(small: Atlas, real_atlas: Atlas) -> None:
    page = record_page(small, "products", "R3", SITE, "en")
    assert "GeoCoordinates" not in json.dumps(page)
    assert "Approximate location" in page["mainEntity"]["description"]
    for layer in ("sites", "villages", "products", "producers", "old_communes"):
        for key, wkb, properties, _ in real_atlas.parts(Query(layer)):
            page = record_page(real_atlas, layer, key, SITE, "vi")
            close = wkb is not None and json.loads(properties).get("precision") in {"exact", "village"}
            own = "geo" in page["mainEntity"] or "location" in page["mainEntity"] or "contentLocation" in page
            assert own == close, (layer, key)


def test_an_outline_that_is_not_surveyed_is_not_told_as_the_place(small: Atlas) -> None:
    thing = record_page(small, "zones", "Z1", SITE, "en")["mainEntity"]
    assert "geo" not in thing
    assert "not surveyed" in thing["description"]
    assert record_page(small, "communes", "00001", SITE, "en")["mainEntity"]["geo"]["@type"] == "GeoShape"


def test_no_award_is_claimed_where_the_source_is_not_sure(real_atlas: Atlas) -> None:
    for key, _, properties, _ in real_atlas.parts(Query("products")):
        values = json.loads(properties)
        thing = record_page(real_atlas, "products", key, SITE, "vi")["mainEntity"]
        sure = bool(values.get("stars")) and values.get("status") not in {"assessed", "listed", "not_renewed"}
        assert ("award" in thing) == sure, key


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_a_dataset_is_described_well_enough_to_be_listed(real_atlas: Atlas, layer: str) -> None:
    body = dataset(real_atlas, layer, SITE, "en")
    assert 50 <= len(body["description"]) <= 5000
    assert body["distribution"]
    assert body["license"]


def test_names_stay_names(hostile: Atlas) -> None:
    assert record_page(hostile, "products", "R02", SITE, "vi")["mainEntity"]["name"] == SCRIPT


def test_nothing_of_the_machine_is_told(real_atlas: Atlas, built: Settings) -> None:
    whole = catalogue_xml(real_atlas, SITE) + metadata(real_atlas, "products", SITE)
    assert str(Path.cwd()) not in whole
    assert str(built.data_dir) not in whole
