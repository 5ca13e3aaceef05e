"""The service described in OpenAPI 3.0.3, built from the declaration: no reference leads out of the document."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from geo import __version__
from geo.codes import CODE_LISTS
from geo.filters import FILTERS
from geo.layers import LAYERS
from geo.schema import Field, Filter, Label, LayerSpec
from geo.views.systems import CRS84, SERVED

Plain: TypeAlias = dict[str, Any]

_TITLE = Label("Bản đồ OCOP: dịch vụ dữ liệu", "OCOP atlas: data service")
_ABOUT = Label(
    "OGC API - Features. Tham số lạ bị từ chối (400); limit quá lớn được giảm xuống; mọi câu trả lời có ETag.",
    "OGC API - Features. Unknown parameters are refused (400); too large a limit is reduced; every answer has an ETag.",
)

_TYPES: dict[str, Plain] = {
    "integer": {"type": "integer", "nullable": True},
    "real": {"type": "number", "nullable": True},
    "url": {"type": "string", "format": "uri", "nullable": True},
}


def document(server: str, most: int, lang: str) -> Plain:
    """The whole description; `server` is the address without a slash at its end, `most` the largest page."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": _TITLE.of(lang),
            "version": __version__,
            "description": _ABOUT.of(lang),
            "license": {"name": "MIT"},
        },
        "servers": [{"url": server}],
        "tags": [
            {"name": "capabilities", "description": Label("Mô tả dịch vụ", "What the service is").of(lang)},
            *({"name": name, "description": spec.about.of(lang)} for name, spec in LAYERS.items()),
        ],
        "paths": {**_capabilities(), **{path: body for spec in LAYERS.values() for path, body in _layer(spec, lang)}},
        "components": {
            "parameters": _parameters(most, lang),
            "schemas": {**_SCHEMAS, **{f"{name}Feature": _feature(spec, lang) for name, spec in LAYERS.items()}},
            "responses": _responses(lang),
        },
    }


def _capabilities() -> Plain:
    def get(name: str, schema: str, summary: str, media: str = "application/json") -> Plain:
        return {"get": _operation(name, "capabilities", summary, [_param("f")], {media: _ref(f"schemas/{schema}")})}

    openapi = "application/vnd.oai.openapi+json;version=3.0"
    return {
        "/": get("getLandingPage", "landingPage", "Landing page"),
        "/conformance": get("getConformance", "confClasses", "Conformance classes"),
        "/api": get("getApiDescription", "anything", "This document", openapi),
        "/collections": get("getCollections", "collections", "Every layer"),
        "/tileMatrixSets": get("getTileMatrixSets", "anything", "Tile matrix sets"),
        "/tiles": get("getTilesets", "anything", "Vector tiles of every layer together"),
        f"/tiles/{_TILE}": _tile("getTile", []),
        f"/collections/{{collectionId}}/tiles/{_TILE}": _tile("getCollectionTile", [_COLLECTION_ID]),
        "/catalogue": get("getCatalogue", "anything", "The layers as OGC API - Records"),
        "/catalogue/items": get("getRecords", "anything", "One record for each layer", "application/geo+json"),
        "/catalog.jsonld": get("getDcat", "anything", "The layers as DCAT-AP", "application/ld+json"),
    }


_TILE = "WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"
_COLLECTION_ID: Plain = {
    "name": "collectionId", "in": "path", "required": True,
    "schema": {"type": "string", "enum": [name for name, spec in LAYERS.items() if spec.geometry]},
}  # fmt: skip


def _tile(name: str, before: list[Plain]) -> Plain:
    """One vector tile by zoom, row and column; 204 where there is nothing."""
    numbers: list[Plain] = [
        {"name": key, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
        for key in ("tileMatrix", "tileRow", "tileCol")
    ]
    content = {"application/vnd.mapbox-vector-tile": {"type": "string", "format": "binary"}}
    made = _operation(name, "capabilities", "Vector tile", [*before, *numbers], content)
    made["responses"] |= {"204": {"description": "Nothing in this tile"}, "404": _ref("responses/NotFound")}
    return {"get": made}


def _layer(spec: LayerSpec, lang: str) -> Iterable[tuple[str, Plain]]:
    name, label = spec.name, spec.label.of(lang)
    base = f"/collections/{name}"
    described = _operation(
        f"describe_{name}", name, label, [_param("f")], {"application/json": _ref("schemas/collection")}
    )
    yield base, {"get": described}
    schema = {"application/schema+json": _ref("schemas/anything")}
    asked = _operation(f"queryables_{name}", name, label, [_param("f")], schema)
    yield f"{base}/queryables", {"get": asked}
    shared = [_param(key) for key in ("limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "properties", "sortby",
                                      "sort", "q", "ids", "filter", "filter-lang", "filter-crs", "f")]  # fmt: skip
    filters = [_param(f"filter-{row.param}") for row in FILTERS]
    page = {"application/geo+json": _ref("schemas/featureCollection")}
    yield f"{base}/items", {"get": _operation(f"get_{name}", name, label, [*shared, *filters], page)}
    feature_id = {
        "name": "featureId", "in": "path", "required": True, "schema": {"type": "string"},
        "description": spec.field(spec.key).label.of(lang),
    }  # fmt: skip
    one = {"application/geo+json": _ref(f"schemas/{name}Feature")}
    single = _operation(f"get_{name}_one", name, spec.article.of(lang), [feature_id, _param("crs"), _param("f")], one)
    single["responses"]["404"] = _ref("responses/NotFound")
    yield f"{base}/items/{{featureId}}", {"get": single}


def _operation(name: str, tag: str, summary: str, parameters: list[Plain], content: Plain) -> Plain:
    media = {key: {"schema": schema} for key, schema in content.items()}
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": [*parameters, _param("lang")],
        "responses": {
            "200": {
                "description": summary,
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {**media, "text/html": {"schema": {"type": "string"}}},
            },
            "303": {"description": "The page for people", "headers": {"Location": {"schema": {"type": "string"}}}},
            "304": {"description": "Not modified"},
            "400": _ref("responses/InvalidParameter"),
            "406": _ref("responses/NotAcceptable"),
            "500": _ref("responses/ServerError"),
            "503": _ref("responses/ServerError"),
        },
    }


def _ref(path: str) -> Plain:
    return {"$ref": f"#/components/{path}"}


def _param(name: str) -> Plain:
    return _ref(f"parameters/{name}")


def _parameters(most: int, lang: str) -> Plain:
    def query(name: str, schema: Plain, vi: str, en: str, **more: Any) -> Plain:
        return {
            "name": name, "in": "query", "required": False, "schema": schema,
            "description": Label(vi, en).of(lang), "style": "form", "explode": False, **more,
        }  # fmt: skip

    text = {"type": "string"}
    systems = {"type": "string", "format": "uri", "default": CRS84, "enum": list(SERVED)}
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    listed = {"type": "array", "items": text}
    rows = [
        query("f", text, "dạng trả lời: json hoặc html", "form of the answer: json or html"),
        query("lang", {"type": "string", "enum": ["vi", "en"], "default": "vi"}, "ngôn ngữ", "language"),
        query(
            "limit", {"type": "integer", "minimum": 1, "maximum": most, "default": min(100, most)},
            "số bản ghi mỗi trang; lớn hơn thì được giảm xuống", "records of a page; a larger number is reduced",
        ),
        query("offset", {"type": "integer", "minimum": 0, "default": 0}, "bỏ qua", "records left out before the page"),
        query("bbox", numbers, "khung toạ độ", "box: lower corner, upper corner, in bbox-crs"),
        query("bbox-crs", systems, "hệ toạ độ của bbox", "system of bbox"),
        query("crs", systems, "hệ toạ độ của câu trả lời", "system of the answer"),
        query(
            "datetime", text, "mốc hoặc khoảng thời gian RFC 3339, '..' là không giới hạn",
            "RFC 3339 date or time, or from/until, '..' for no bound",
        ),
        query("properties", listed, "chỉ các thuộc tính này", "only these properties"),
        query("sortby", listed, "sắp xếp, + hoặc - phía trước", "order by fields, + or - before each"),
        query("sort", text, "sắp xếp theo một trường", "order by one field, - before it for the reverse"),
        query("filter", {"type": "string", "maxLength": 20_000}, "bộ lọc CQL2", "CQL2 filter"),
        query(
            "filter-lang", {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"},
            "dạng của bộ lọc", "form of the filter",
        ),
        query("filter-crs", systems, "hệ toạ độ trong bộ lọc", "system of the coordinates in the filter"),
        query("q", {"type": "string", "maxLength": 200}, "tìm theo tên, không cần dấu", "names, diacritics not needed"),
        query("ids", listed, "các mã", "records by key"),
    ]  # fmt: skip
    found = {row["name"]: row for row in rows}
    return {**found, **{f"filter-{row.param}": _filter(row, query, lang) for row in FILTERS}}


def _filter(row: Filter, query: Any, lang: str) -> Plain:
    items: Plain = {"type": "string"}
    if row.codes:
        items["enum"] = list(CODE_LISTS[row.codes].keys())
    made: Plain = query(row.param, {"type": "array", "items": items}, *row.label)
    return made


def _feature(spec: LayerSpec, lang: str) -> Plain:
    geometry = _SCHEMAS["geometry"] if spec.geometry else {"type": "object", "nullable": True}
    return {
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {**geometry, "nullable": True},
            "properties": {"type": "object", "properties": {f.name: _property(f, lang) for f in spec.fields}},
            "links": {"type": "array", "items": _ref("schemas/link")},
        },
    }


def _property(field: Field, lang: str) -> Plain:
    schema = dict(_TYPES.get(field.kind, {"type": "string", "nullable": True}))
    schema["title"] = field.label.of(lang)
    if field.kind == "code" and field.codes:
        schema["enum"] = [*CODE_LISTS[field.codes].keys(), None]
    return schema


_LINK = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "title", "link")},
}
_SCHEMAS: Plain = {
    "anything": {"type": "object"},
    "link": _LINK,
    "geometry": {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"type": "string", "enum": ["Point", "MultiPolygon"]},
            "coordinates": {"type": "array", "items": {}},
        },
    },
    "landingPage": {
        "type": "object",
        "required": ["links"],
        "properties": {"title": {"type": "string"}, "description": {"type": "string"},
                       "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}}},
    },
    "confClasses": {
        "type": "object",
        "required": ["conformsTo"],
        "properties": {"conformsTo": {"type": "array", "items": {"type": "string", "format": "uri"}}},
    },
    "collection": {
        "type": "object",
        "required": ["id", "links"],
        "properties": {
            "id": {"type": "string"}, "title": {"type": "string"}, "description": {"type": "string"},
            "itemType": {"type": "string"}, "extent": {"type": "object"}, "storageCrs": {"type": "string"},
            "crs": {"type": "array", "items": {"type": "string"}},
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
        },
    },
    "collections": {
        "type": "object",
        "required": ["links", "collections"],
        "properties": {
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
            "crs": {"type": "array", "items": {"type": "string"}},
            "collections": {"type": "array", "items": {"$ref": "#/components/schemas/collection"}},
        },
    },
    "featureCollection": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
            "features": {"type": "array", "items": {"type": "object"}},
        },
    },
    "exception": {
        "type": "object",
        "required": ["code"],
        "properties": {name: {"type": "string"} for name in ("code", "description", "request")},
    },
}  # fmt: skip


def _responses(lang: str) -> Plain:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/exception"}}}
    words = {
        "InvalidParameter": Label("Tham số lạ hoặc giá trị sai", "Unknown parameter, or a value out of range"),
        "NotFound": Label("Không có bản ghi này", "No such record"),
        "NotAcceptable": Label("Không có dạng được nhận", "No form that is accepted"),
        "ServerError": Label("Máy chủ gặp lỗi", "The server failed"),
    }
    return {name: {"description": label.of(lang), "content": content} for name, label in words.items()}
