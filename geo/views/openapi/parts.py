"""The parts that the OpenAPI document is put together from: parameters, schemas, answers."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from geo.atlas.cql2.properties import Queryable
from geo.ocop.codes import CODE_LISTS
from geo.ocop.filters import FILTERS
from geo.schema import Field, Filter, Label, LayerSpec
from geo.views.ogc.served_crs import CRS84, SERVED

Plain: TypeAlias = dict[str, Any]

PROBLEM = "application/problem+json"
_TEXT: Plain = {"type": "string"}
_TYPES: dict[str, Plain] = {
    "integer": {"type": "integer", "nullable": True},
    "real": {"type": "number", "nullable": True},
    "url": {"type": "string", "format": "uri", "nullable": True},
}


def ref(path: str) -> Plain:
    """A reference inside the document; none leads out of it."""
    return {"$ref": f"#/components/{path}"}


def query(name: str, schema: Plain, words: Label, lang: str, *, required: bool = False) -> Plain:
    """A parameter of an address; lists are joined by commas."""
    return {
        "name": name, "in": "query", "required": required, "schema": schema, "description": words.of(lang),
        "style": "form", "explode": False,
    }  # fmt: skip


def form(forms: Iterable[str], lang: str) -> Plain:
    """The parameter `f` of a resource that has these forms, the default first."""
    return query(
        "f", {"type": "string", "enum": list(forms)}, Label("định dạng của phản hồi", "format of the response"), lang
    )


def in_path(name: str, schema: Plain, words: str) -> Plain:
    """A part of a path."""
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": words}


def parameters(most: int, lang: str) -> Plain:
    """The parameters that several resources share, by name; `most` is the largest page."""
    systems = {"type": "string", "format": "uri", "default": CRS84, "enum": list(SERVED)}
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    listed = {"type": "array", "items": _TEXT}
    limit = {"type": "integer", "minimum": 1, "maximum": most, "default": min(100, most)}
    number = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
    languages = {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}
    rows: tuple[tuple[str, Plain, Label], ...] = (
        ("lang", {"type": "string", "enum": ["vi", "en"], "default": "vi"}, Label("ngôn ngữ", "language")),
        ("limit", limit, Label("số bản ghi mỗi trang; vượt mức tối đa thì được giảm xuống", "records per page; limits above the maximum are reduced")),
        ("offset", {**number, "default": 0}, Label("số bản ghi bỏ qua trước trang", "records skipped before the page")),
        ("version", {**number, "minimum": 1}, Label("phiên bản dữ liệu của các trang, lấy từ liên kết next", "data version of the pages, taken from the next link")),
        ("bbox", numbers, Label("khung toạ độ theo bbox-crs", "bounding box: lower corner, upper corner, in bbox-crs")),
        ("bbox-crs", systems, Label("hệ toạ độ của bbox", "coordinate system of bbox")),
        ("crs", systems, Label("hệ toạ độ của phản hồi", "coordinate system of the response")),
        ("datetime", _TEXT, Label("mốc hoặc khoảng thời gian RFC 3339, '..' là không giới hạn", "RFC 3339 date or time, or from/until, '..' for no bound")),
        ("properties", listed, Label("chỉ các thuộc tính này", "only these properties")),
        ("sortby", listed, Label("sắp xếp, + hoặc - phía trước", "order by fields, + or - before each")),
        ("sort", _TEXT, Label("sắp xếp theo một trường", "order by one field, - before it for the reverse")),
        ("filter", {"type": "string", "maxLength": 20_000}, Label("bộ lọc CQL2", "CQL2 filter")),
        ("filter-lang", languages, Label("ngôn ngữ của bộ lọc", "language of the filter")),
        ("filter-crs", systems, Label("hệ toạ độ trong bộ lọc", "coordinate system of geometries in the filter")),
        ("q", {"type": "string", "maxLength": 200}, Label("tìm theo tên, có dấu hoặc không dấu", "search by name, with or without diacritics")),
        ("ids", {**listed, "maxItems": 500}, Label("mã các bản ghi", "codes of the records")),
        ("encoding", _TEXT, Label("bảng mã chữ khi f=shp", "text encoding for f=shp")),
        ("letters", _TEXT, Label("cách ghi chữ mà bảng mã không có, khi f=shp", "how to write letters that the encoding lacks, for f=shp")),
    )  # fmt: skip
    found = {name: query(name, schema, words, lang) for name, schema, words in rows}
    return {**found, **{f"filter-{row.param}": _filter(row, lang) for row in FILTERS}}


def _filter(row: Filter, lang: str) -> Plain:
    items: Plain = {"type": "string"}
    if row.codes:
        items["enum"] = list(CODE_LISTS[row.codes].keys())
    return query(row.param, {"type": "array", "items": items}, row.label, lang)


def by_value(row: Queryable, lang: str) -> Plain:
    """A queryable that may stand in an address as `name=value`."""
    codes = row.field.codes if row.field else None
    items: Plain = {"type": "number"} if row.kind == "number" else {"type": "string"}
    if codes and row.kind != "number":
        items["enum"] = list(CODE_LISTS[codes].keys())
    schema = {"type": "array", "items": items} if codes or row.kind == "number" else items
    return query(row.name, schema, row.label, lang)


def operation(
    name: str, tag: str, summary: str, asked: list[Plain], content: Mapping[str, Plain], *, pages: bool = False
) -> Plain:
    """One way to ask; `pages` says that the page for people is at another address."""
    seen: Plain = {
        "303": {"description": "The page for people", "headers": {"Location": {"schema": {"type": "string"}}}}
    }
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": [*asked, ref("parameters/lang")],
        "responses": {
            "200": {
                "description": summary,
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {media: {"schema": schema} for media, schema in content.items()},
            },
            **(seen if pages else {}),
            "304": {"description": "Not modified"},
            "400": ref("responses/InvalidParameter"),
            "406": ref("responses/NotAcceptable"),
            "500": ref("responses/ServerError"),
            "503": ref("responses/ServerError"),
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
_CHANGED: Plain = {"added": _IDS, "changed": _IDS, "removed": _IDS, "links": _LINKS}
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
            **dict.fromkeys(("id", "title", "description", "itemType", "storageCrs", "license"), _TEXT),
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
        "properties": {"since": _POINT, "version": _POINT, "collection": _TEXT, **_CHANGED},
    },
    "allChanges": {
        "type": "object",
        "required": ["since", "version", "collections", "links"],
        "properties": {
            "since": _POINT, "version": _POINT, "links": _LINKS,
            "collections": {"type": "object", "additionalProperties": {"type": "object", "properties": _CHANGED}},
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
    "ServerError": Label("Máy chủ gặp lỗi", "The server failed"),
}


def responses(lang: str) -> Plain:
    """The answers that say what went wrong, by name."""
    content = {PROBLEM: {"schema": ref("schemas/exception")}}
    return {name: {"description": label.of(lang), "content": content} for name, label in _ANSWERS.items()}
