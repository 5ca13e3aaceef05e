"""The queryables of a layer as a JSON Schema (OGC API - Features - Part 3, "Queryables"), without its $id."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from geo.atlas.cql2.properties import Queryable, queryables_of
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.parameters import ITEMS
from geo.schema import Field, Label

_GEOMETRY = {
    "Point": "geometry-point", "LineString": "geometry-linestring", "MultiLineString": "geometry-multilinestring",
    "MultiPolygon": "geometry-multipolygon",
}  # fmt: skip
_SEVERAL = Label(
    "nhiều mã cách nhau bằng ';': dùng A_CONTAINS, A_OVERLAPS", "keys joined by ';': use A_CONTAINS, A_OVERLAPS"
)
_DAY = r"\d{4}(-\d{2}(-\d{2})?)?"
DATE_PATTERN = f"^{_DAY}(/{_DAY})?$"
"""A year, a month, a day, or an interval of two of them (ISO 8601); `format: date` would mean days only."""
_DATE = Label(
    "2019, 2019-02, 2019-02-14 hoặc 2014/2015; được hiểu là khoảng từ ngày đầu đến ngày cuối",
    "2019, 2019-02, 2019-02-14 or 2014/2015; taken as the span from its first to its last day",
)


@lru_cache(maxsize=64)
def in_address(layer: str) -> Mapping[str, Queryable]:
    """The queryables that may be query parameters: all but the geometry and those named like another parameter."""
    rows = queryables_of(layer).items()
    return MappingProxyType({name: row for name, row in rows if row.kind != "geometry" and name not in ITEMS})


def queryables(layer: str, lang: str = "en") -> dict[str, Any]:
    """The JSON Schema of all declared fields, the key as `id`, the geometry, and the administrative units."""
    spec = COLLECTIONS[layer]
    properties = {name: _property(row, spec.geometry, lang) for name, row in queryables_of(layer).items()}
    body: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "title": spec.label.of(lang),
    }
    if spec.about.of(lang):
        body["description"] = spec.about.of(lang)
    return {**body, "properties": properties, "additionalProperties": False}


def _property(row: Queryable, geometry: str | None, lang: str) -> dict[str, Any]:
    title = row.label.of(lang)
    if row.kind == "geometry":
        return {"title": title, "x-ogc-role": "primary-geometry", "format": _GEOMETRY[geometry or "Point"]}
    if row.field is None:
        role = {"x-ogc-role": "id"} if row.name == "id" else {}
        return {"title": title, "type": "string", **role}
    return {"title": title, **_property_schema(row.field, lang), **_type_schema(row.field, lang)}


def _property_schema(field: Field, lang: str) -> dict[str, Any]:
    parts = [field.help] if field.help else []
    parts += [_SEVERAL] if field.kind in {"codes", "refs"} else []
    parts += [_DATE] if field.kind == "date" else []
    schema: dict[str, Any] = {"description": "; ".join(part.of(lang) for part in parts)} if parts else {}
    if field.unit:
        schema["x-ogc-unit"] = field.unit
    return schema


def _type_schema(field: Field, lang: str) -> dict[str, Any]:
    numeric = {"integer": "integer", "real": "number"}.get(field.kind)
    schema: dict[str, Any] = {"type": numeric or "string"}
    if field.kind == "date":
        schema["pattern"] = DATE_PATTERN
    if field.kind == "url":
        schema["format"] = "uri"
    for word, bound in (("minimum", field.minimum), ("maximum", field.maximum)):
        if bound is not None:
            schema[word] = bound
    if field.codes:
        codes = CODE_LISTS[field.codes]
        keys = codes.keys()
        keyword = "x-itemEnum" if field.kind == "codes" else "enum"  # keys joined by ';' are no member of an enum
        schema[keyword] = [int(key) for key in keys] if field.kind == "integer" else list(keys)
        schema["x-enumNames"] = [codes.label_of(key, lang) for key in keys]
    return schema
