"""Every JSON document against what the published schemas of its standard say of it.

The schemas are written anew from the standards: OGC API - Features 1.0.1 (Parts 1 and 3), Common, Tiles (20-057) and
Two Dimensional Tile Matrix Set (17-083r4), Records, TileJSON 3.0.0, RFC 7946, RFC 9457. They are stricter than what the
API document promises: what must be there, of which form, and how many.
"""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from geo.ocop.collections import COLLECTIONS
from tests.ogc.conftest import Service

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
WHOLE: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
ADDRESS: Schema = {"type": "string", "pattern": r"^https?://[^/\s]+(/\S*)?$"}
URI: Schema = {"type": "string", "pattern": r"^\w[\w+.-]*:\S+$"}
MOMENT: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
TAG: Schema = {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]+)*$"}


def listed(item: Schema, least: int = 0, most: int | None = None) -> Schema:
    """A list of `item`."""
    return {"type": "array", "items": item, "minItems": least, **({} if most is None else {"maxItems": most})}


def members(needed: dict[str, Schema], /, **maybe: Schema) -> Schema:
    """An object with these members; others are allowed, as the standards allow them."""
    return {"type": "object", "required": [*needed], "properties": needed | maybe}


def constant(value: str) -> Schema:
    """Exactly this text."""
    return {"const": value}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


LINK = members({"href": ADDRESS, "rel": TEXT}, type=TEXT, title=TEXT, hreflang=TAG, length=WHOLE)
TYPED: Schema = {"allOf": [LINK, {"required": ["type"]}]}
"""As Features wants links (/req/core/fc-rel-type)."""
LINKS = listed(TYPED, 1)


def linked(*relations: str) -> Schema:
    """Links, among them one of each relation."""
    return {**LINKS, "allOf": [{"contains": {"properties": {"rel": constant(one)}}} for one in relations]}


# --- Features ----------------------------------------------------------------------------------------------

BOX = {"anyOf": [listed(NUMBER, 4, 4), listed(NUMBER, 6, 6)]}
EXTENT = members(
    {},
    spatial=members({"bbox": listed(BOX, 1), "crs": URI}),
    temporal=members({"interval": listed(listed(or_null(TEXT), 2, 2), 1)}, trs=URI),
)
COLLECTION = members(
    {"id": TEXT, "title": TEXT, "description": TEXT, "links": linked("self", "items"), "itemType": constant("feature"),
     "crs": listed(TEXT, 1), "storageCrs": URI},
    extent=EXTENT,
)  # fmt: skip
POSITION = listed(NUMBER, 2, 3)
RING = listed(POSITION, 4)
GEOMETRY = {
    "oneOf": [
        members({"type": constant(kind), "coordinates": coordinates})
        for kind, coordinates in {
            "Point": POSITION, "LineString": listed(POSITION, 2), "Polygon": listed(RING, 1),
            "MultiPoint": listed(POSITION), "MultiLineString": listed(listed(POSITION, 2)),
            "MultiPolygon": listed(listed(RING, 1)),
        }.items()
    ]
}  # fmt: skip
FEATURE = members({
    "type": constant("Feature"), "id": TEXT, "geometry": or_null(GEOMETRY), "properties": {"type": "object"},
})  # fmt: skip
PAGE = members({
    "type": constant("FeatureCollection"), "timeStamp": MOMENT, "numberMatched": WHOLE, "numberReturned": WHOLE,
    "links": linked("self", "alternate"), "features": listed(FEATURE),
})  # fmt: skip
QUERYABLES = members({
    "$schema": {"enum": ["https://json-schema.org/draft/2019-09/schema", "https://json-schema.org/draft/2020-12/schema"]},
    "$id": ADDRESS, "type": constant("object"),
    "properties": {"type": "object", "additionalProperties": {
        "anyOf": [{"required": ["type"]}, {"required": ["format"]}, {"required": ["$ref"]}, {"required": ["enum"]}],
    }},
})  # fmt: skip

# --- Tiles -------------------------------------------------------------------------------------------------

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
TILESET_ITEM = members({
    "dataType": {"enum": ["map", "vector", "coverage"]}, "crs": URI, "tileMatrixSetURI": URI,
    "links": {**listed({"required": ["href", "rel"]}, 1),
              "contains": {"properties": {"rel": constant(f"{REL}tiling-scheme")}}},
})  # fmt: skip
POINT = members({"coordinates": listed(NUMBER, 2, 2)}, crs=URI, tileMatrix=TEXT)
TILESET = {
    "allOf": [
        TILESET_ITEM,
        members(
            {"links": {"contains": {"properties": {"rel": constant("item"), "templated": {"const": True}}}}},
            layers=listed(
                members({"id": TEXT, "dataType": constant("vector")}, geometryDimension={"enum": [0, 1, 2]}, crs=URI), 1
            ),
            boundingBox=members({"lowerLeft": listed(NUMBER, 2, 2), "upperRight": listed(NUMBER, 2, 2)}, crs=URI),
            centerPoint=POINT,
            tileMatrixSetLimits=listed(
                members(
                    {
                        "tileMatrix": TEXT,
                        "minTileRow": WHOLE,
                        "maxTileRow": WHOLE,
                        "minTileCol": WHOLE,
                        "maxTileCol": WHOLE,
                    }
                )
            ),
        ),
    ]
}
POSITIVE: Schema = {"type": "integer", "minimum": 1}
MATRIX = members(
    {"id": TEXT, "scaleDenominator": NUMBER, "cellSize": NUMBER, "pointOfOrigin": listed(NUMBER, 2, 2),
     "tileWidth": POSITIVE, "tileHeight": POSITIVE, "matrixWidth": POSITIVE, "matrixHeight": POSITIVE},
    cornerOfOrigin={"enum": ["topLeft", "bottomLeft"]},
)  # fmt: skip
MATRICES = members({"id": TEXT, "crs": URI, "tileMatrices": listed(MATRIX, 1)}, uri=URI, orderedAxes=listed(TEXT, 1))
ZOOM: Schema = {"type": "integer", "minimum": 0, "maximum": 30}
TILEJSON = members(
    {"tilejson": {"type": "string", "pattern": r"^3\.\d+\.\d+$"},
     "tiles": listed({"allOf": [ADDRESS, *({"pattern": one} for one in (r"\{z\}", r"\{x\}", r"\{y\}"))]}, 1),
     "vector_layers": listed(members(
         {"id": TEXT, "fields": {"type": "object", "additionalProperties": {"enum": ["Number", "Boolean", "String"]}}},
         minzoom=ZOOM, maxzoom=ZOOM, description=TEXT), 1)},
    version={"type": "string", "pattern": r"^\d+\.\d+\.\d+$"}, scheme={"enum": ["xyz", "tms"]}, minzoom=ZOOM, maxzoom=ZOOM,
    bounds=listed(NUMBER, 4, 4), center=listed(NUMBER, 3, 3), attribution=TEXT, name=TEXT,
)  # fmt: skip

# --- Records and failures --------------------------------------------------------------------------------------

LANGUAGE = members({"code": TAG}, name=TEXT)
RECORD = {
    "allOf": [
        FEATURE,
        members({
            "time": or_null({"type": "object"}), "links": listed(LINK, 1),
            "properties": members(
                {"type": TEXT, "title": TEXT}, description=TEXT, keywords=listed(TEXT), language=LANGUAGE,
                created=MOMENT, updated=MOMENT, license=TEXT, rights=TEXT,
                themes=listed(members({"concepts": listed(members({"id": TEXT}), 1), "scheme": URI})),
                contacts=listed({"anyOf": [{"required": ["name"]}, {"required": ["organization"]}]}),
            ),
        }),
    ]
}  # fmt: skip
RECORDS = members({
    "type": constant("FeatureCollection"), "timeStamp": MOMENT, "numberMatched": WHOLE, "numberReturned": WHOLE,
    "links": linked("self"), "features": listed(RECORD, 1),
})  # fmt: skip
CATALOGUE = members(
    {
        "id": TEXT,
        "type": constant("Collection"),
        "itemType": constant("record"),
        "title": TEXT,
        "links": listed(LINK, 1),
    }
)
PROBLEM = members({
    "type": TEXT, "title": TEXT, "status": {"type": "integer", "minimum": 400, "maximum": 599}, "detail": TEXT, "code": TEXT,
    "description": TEXT,
})  # fmt: skip

ONE = "/collections/{layer}"
SHARED: dict[str, Schema] = {
    "/": members({"title": TEXT, "description": TEXT, "links": linked("self", "service-desc", "conformance", "data")}),
    "/conformance": members({"conformsTo": listed(URI, 1) | {"uniqueItems": True}}),
    "/collections": members({"links": linked("self", "alternate"), "collections": listed(COLLECTION, 1)}),
    "/tiles": members({"tilesets": listed(TILESET_ITEM, 1)}),
    "/tiles/WebMercatorQuad": TILESET,
    "/tiles/WebMercatorQuad?f=tilejson": TILEJSON,
    "/tileMatrixSets": members({"tileMatrixSets": listed(members({"id": TEXT, "links": LINKS}), 1)}),
    "/tileMatrixSets/WebMercatorQuad": MATRICES,
    "/catalogue": CATALOGUE,
    "/catalogue/items": RECORDS,
}
OF_A_LAYER: dict[str, Schema] = {
    ONE: COLLECTION,
    f"{ONE}/items?limit=1000": PAGE,
    f"{ONE}/items?limit=3&offset=1&properties=name&lang=en": PAGE,
    f"{ONE}/items?crs=http://www.opengis.net/def/crs/EPSG/0/9205&limit=20": PAGE,
    f"{ONE}/items/{{record}}": {"allOf": [FEATURE, members({"links": linked("self", "collection", "alternate")})]},
    f"{ONE}/queryables": QUERYABLES,
    "/catalogue/items/{layer}": RECORD,
}
OF_A_PLACED_LAYER: dict[str, Schema] = {
    f"{ONE}/tiles": SHARED["/tiles"],
    f"{ONE}/tiles/WebMercatorQuad": TILESET,
    f"{ONE}/tiles/WebMercatorQuad?f=tilejson": TILEJSON,
}


def faults(schema: Schema, document: Any) -> list[str]:
    """What is not as the schema says, and where."""
    Draft202012Validator.check_schema(schema)
    return [f"{one.json_path}: {one.message[:200]}" for one in Draft202012Validator(schema).iter_errors(document)]


@pytest.mark.parametrize("path", SHARED)
def test_a_document_of_the_service_is_as_published(service: Service, path: str) -> None:
    assert faults(SHARED[path], service.get(path)) == []


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_the_documents_of_a_collection_are_as_published(service: Service, layer: str) -> None:
    spec = COLLECTIONS[layer]
    record = service.get(f"/collections/{layer}/items", limit="1")["features"][0]["id"]
    for path, schema in (OF_A_LAYER | (OF_A_PLACED_LAYER if spec.geometry else {})).items():
        if "properties=name" in path and not spec.has("name"):
            continue
        if "crs=" in path and not spec.geometry:
            continue
        document = service.get(path.format(layer=layer, record=record))
        assert faults(schema, document) == [], path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/collections/none", 404), ("/collections/sites/items/none", 404), ("/collections/sites/items?x=1", 400),
        ("/tiles/WebMercatorQuad/99/0/0", 404), ("/tiles/Other", 404), ("/catalogue/items/none", 404),
        ("/changes?since=x", 400), ("/export/none.csv", 404), ("/search.json?x=1", 400), ("/sites/none.json", 404),
    ],
)  # fmt: skip
def test_a_failure_is_as_published(service: Service, path: str, status: int) -> None:
    document = service.get(path, status)
    assert faults(PROBLEM, document) == [] and document["status"] == status
    assert service.client.get(path, headers=service.headers).headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/collections", "/tiles/WebMercatorQuad", "/catalogue/items"])
def test_the_schemas_find_what_is_missing(service: Service, path: str) -> None:
    document = service.get(path)
    for name in SHARED[path].get("required", ["dataType", "links"]):
        assert faults(SHARED[path], {key: value for key, value in document.items() if key != name}), name
