"""The components of the OpenAPI document: parameters, schemas and responses."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from geo.atlas.cql2.properties import Queryable
from geo.ocop.codes import CODE_LISTS
from geo.ocop.parameters import FILTER_PARAMS, ITEMS, PARAMETERS, Kind, Parameter, page_limit
from geo.schema import Field, Label, LayerSpec
from geo.views.ogc.served_crs import CRS84, SERVED_CRS

Plain: TypeAlias = dict[str, Any]

PROBLEM = "application/problem+json"
_TEXT: Plain = {"type": "string"}
_TYPES: dict[str, Plain] = {
    "integer": {"type": "integer", "nullable": True},
    "real": {"type": "number", "nullable": True},
    "url": {"type": "string", "format": "uri", "nullable": True},
}


def ref(path: str) -> Plain:
    """A reference to a component of the document."""
    return {"$ref": f"#/components/{path}"}


def query(name: str, schema: Plain, words: Label, lang: str, *, required: bool = False) -> Plain:
    """A query parameter; lists are joined by commas."""
    return {
        "name": name, "in": "query", "required": required, "schema": schema, "description": words.of(lang),
        "style": "form", "explode": False,
    }  # fmt: skip


def query_parameter(row: Parameter, lang: str, *, required: bool = False) -> Plain:
    """A row of ocop/parameters.py as a query parameter."""
    return query(row.name, schema_of(row), row.label, lang, required=required)


def schema_of(row: Parameter) -> Plain:
    """The JSON Schema of a parameter's value."""
    schema = dict(_KINDS[row.kind])
    least, most = _BOUNDS[schema["type"]]
    bounds: Plain = {least: row.least, most: row.most, "default": row.default}
    schema |= {word: value for word, value in bounds.items() if value is not None}
    if row.choices:
        choices = {"enum": [*row.choices]}
        schema |= {"items": schema["items"] | choices} if "items" in schema else choices
    return schema


_KINDS: dict[Kind, Plain] = {
    "text": {"type": "string"},
    "uri": {"type": "string", "format": "uri"},
    "integer": {"type": "integer"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "numbers": {"type": "array", "items": {"type": "number"}},
}
_BOUNDS = {
    "string": ("minLength", "maxLength"), "integer": ("minimum", "maximum"), "array": ("minItems", "maxItems"),
}  # fmt: skip
"""Type -> the JSON Schema keywords for its minimum and maximum."""


def form(forms: Iterable[str], lang: str) -> Plain:
    """The parameter `f` of a resource with these formats, the default first."""
    return query_parameter(replace(PARAMETERS["f"], choices=tuple(forms)), lang)


def in_path(name: str, schema: Plain, words: str) -> Plain:
    """A path parameter."""
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": words}


OF_ITEMS = tuple(name for name in ITEMS if name not in {"f", "lang"})
"""The query parameters of a page of features beside its format and its language."""
SHARED_PARAMETERS = ("lang", "others", *OF_ITEMS)
"""The query parameters that are components of the document."""


def component(name: str) -> str:
    """The component name of a shared parameter."""
    return f"filter-{name}" if name in FILTER_PARAMS else name


def parameter_refs(*names: str) -> list[Plain]:
    """References to shared parameters."""
    return [ref(f"parameters/{component(name)}") for name in names]


def parameters(most: int, lang: str) -> Plain:
    """The shared parameters by component name; `most` is the largest page."""
    rows = {name: PARAMETERS[name] for name in SHARED_PARAMETERS} | {"limit": page_limit(most)}
    for name in ("crs", "bbox-crs", "filter-crs"):
        rows[name] = replace(rows[name], choices=tuple(SERVED_CRS), default=CRS84)
    return {component(name): query_parameter(row, lang) for name, row in rows.items()}


def by_value(row: Queryable, lang: str) -> Plain:
    """A queryable as a query parameter."""
    codes = row.field.codes if row.field else None
    items: Plain = {"type": "number"} if row.kind == "number" else {"type": "string"}
    if codes and row.kind != "number":
        items["enum"] = list(CODE_LISTS[codes].keys())
    schema = {"type": "array", "items": items} if codes or row.kind == "number" else items
    return query(row.name, schema, row.label, lang)


def operation(
    name: str, tag: str, summary: str, takes: list[Plain], content: Mapping[str, Plain], *, pages: bool = False
) -> Plain:
    """The GET operation of a path; `pages` says that `Accept: text/html` is redirected to a page at another URL."""
    see_other: Plain = {
        "303": {"description": "The page for people", "headers": {"Location": {"schema": {"type": "string"}}}}
    }
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": [*takes, ref("parameters/lang")],
        "responses": {
            "200": {
                "description": summary,
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {media: {"schema": schema} for media, schema in content.items()},
            },
            **(see_other if pages else {}),
            "304": {"description": "Not modified"},
            "400": ref("responses/InvalidParameter"),
            "406": ref("responses/NotAcceptable"),
            "413": ref("responses/TooLarge"),
            "422": ref("responses/TooCostly"),
            "500": ref("responses/ServerError"),
            "503": ref("responses/Busy"),
        },
    }


def feature(spec: LayerSpec, lang: str) -> Plain:
    """The schema of one record of a layer."""
    geometry = SCHEMAS["geometry"] if spec.geometry else {"type": "object", "nullable": True}
    return {
        "type": "object",
        "required": ["type", "id", "geometry", "properties", "links"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {**geometry, "nullable": True},
            "properties": {"type": "object", "properties": {f.name: _property(f, lang) for f in spec.fields}},
            "links": {"type": "array", "items": ref("schemas/link")},
        },
    }


def _property(field: Field, lang: str) -> Plain:
    schema = dict(_TYPES.get(field.kind, {"type": "string", "nullable": True}))
    schema["title"] = field.label.of(lang)
    if field.kind == "code" and field.codes:
        schema["enum"] = [*CODE_LISTS[field.codes].keys(), None]
    return schema


_IDS: Plain = {"type": "array", "items": _TEXT}
_LINKS: Plain = {"type": "array", "items": ref("schemas/link")}
_POINT: Plain = {
    "type": "object",
    "required": ["number", "published_at"],
    "properties": {"number": {"type": "integer"}, "published_at": {"type": "string", "format": "date-time", "nullable": True}},
}  # fmt: skip
_CHANGE_LISTS: Plain = {"added": _IDS, "changed": _IDS, "removed": _IDS, "links": _LINKS}
SCHEMAS: Plain = {
    "anything": {"type": "object"},
    "document": _TEXT,
    "link": {
        "type": "object",
        "required": ["href", "rel"],
        "properties": {
            **dict.fromkeys(("href", "rel", "type", "title", "link", "method"), _TEXT), "body": {"type": "object"},
        },
    },
    "geometry": {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"type": "string", "enum": ["Point", "LineString", "MultiLineString", "MultiPolygon"]},
            "coordinates": {"type": "array", "items": {}},
        },
    },
    "landingPage": {
        "type": "object",
        "required": ["links"],
        "properties": {"title": _TEXT, "description": _TEXT, "links": _LINKS},
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
            **dict.fromkeys(
                ("id", "title", "description", "itemType", "storageCrs", "license", "attribution", "updated"), _TEXT
            ),
            "extent": {"type": "object"},
            "crs": _IDS,
            "links": _LINKS,
        },
    },
    "collections": {
        "type": "object",
        "required": ["links", "collections"],
        "properties": {
            "links": _LINKS, "crs": _IDS, "collections": {"type": "array", "items": ref("schemas/collection")},
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
            "links": _LINKS,
            "features": {"type": "array", "items": {"type": "object"}},
        },
    },
    "catalogue": {
        "type": "object",
        "required": ["id", "type", "itemType", "title", "links"],
        "properties": {
            **dict.fromkeys(("id", "title", "description"), _TEXT),
            "type": {"type": "string", "enum": ["Collection"]},
            "itemType": {"type": "string", "enum": ["record"]},
            "conformsTo": _IDS,
            "links": _LINKS,
        },
    },
    "record": {
        "type": "object",
        "required": ["id", "type", "geometry", "time", "properties", "links"],
        "properties": {
            "id": _TEXT,
            "type": {"type": "string", "enum": ["Feature"]},
            "geometry": {"type": "object", "nullable": True},
            "time": {"type": "object", "nullable": True},
            "properties": {
                "type": "object",
                "required": ["type", "title"],
                "properties": dict.fromkeys(("type", "title", "description", "license", "rights"), _TEXT),
            },
            "conformsTo": _IDS,
            "links": _LINKS,
        },
    },
    "changes": {
        "type": "object",
        "required": ["since", "version", "collection", "added", "changed", "removed", "links"],
        "properties": {"since": _POINT, "version": _POINT, "collection": _TEXT, **_CHANGE_LISTS},
    },
    "allChanges": {
        "type": "object",
        "required": ["since", "version", "collections", "links"],
        "properties": {
            "since": _POINT, "version": _POINT, "links": _LINKS,
            "collections": {"type": "object", "additionalProperties": {"type": "object", "properties": _CHANGE_LISTS}},
        },
    },
    "exception": {
        "type": "object",
        "required": ["code"],
        "properties": {
            **dict.fromkeys(("code", "description", "request", "type", "title", "detail"), _TEXT),
            "status": {"type": "integer"},
        },
    },
}  # fmt: skip

_ANSWERS: dict[str, Label] = {
    "InvalidParameter": Label("Tham số không hợp lệ hoặc giá trị sai", "Unknown parameter, or a value out of range"),
    "Changed": Label("Tệp đã thay đổi", "The file has changed since the caller's copy"),
    "NoSuchPart": Label("Tệp không có khoảng byte này", "The file has no such range of bytes"),
    "NotFound": Label("Không có bản ghi hoặc phiên bản này", "No such record or version"),
    "NotAcceptable": Label("Không có định dạng nào mà bên gọi chấp nhận", "No format that the caller accepts"),
    "TooLong": Label("Địa chỉ quá dài; hãy dùng POST", "The address is too long; use POST"),
    "TooLarge": Label("Nội dung quá lớn", "The body is too large"),
    "UnknownBody": Label("Nội dung không phải JSON hay biểu mẫu", "The body is neither JSON nor a form"),
    "TooCostly": Label("Yêu cầu cần quá nhiều thời gian tính toán", "The request needs too much processor time"),
    "Busy": Label(
        "Máy chủ bận hoặc chưa sẵn sàng; hãy thử lại sau số giây trong Retry-After",
        "The server is busy or not ready; try again after the seconds in Retry-After",
    ),
    "ServerError": Label("Máy chủ gặp lỗi", "The server failed"),
}


RETRY_AFTER: Plain = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer", "minimum": 1}}}


def responses(lang: str) -> Plain:
    """The error responses by component name."""
    content = {PROBLEM: {"schema": ref("schemas/exception")}}
    rows = {name: {"description": label.of(lang), "content": content} for name, label in _ANSWERS.items()}
    return rows | {"Busy": rows["Busy"] | {"headers": RETRY_AFTER}}
