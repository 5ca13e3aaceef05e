"""The OpenAPI 3.0.3 document of the service, built from the declared layers, without external references."""

from collections.abc import Iterable

from geo import __version__
from geo.ocop.collections import COLLECTIONS, LINK_LAYER
from geo.ocop.parameters import PARAMETERS, RECORDS_LIMIT
from geo.schema import Label, LayerSpec
from geo.views.catalogue import STANDARDS
from geo.views.catalogue.iso19139 import XML
from geo.views.catalogue.records import CATALOG
from geo.views.formats import FORMATS
from geo.views.ogc.queryables import in_address
from geo.views.openapi import figure_paths, tile_paths
from geo.views.openapi.download_paths import files
from geo.views.openapi.parts import (
    OF_ITEMS,
    SCHEMAS,
    Plain,
    by_value,
    feature,
    form,
    in_path,
    operation,
    parameter_refs,
    parameters,
    query,
    query_parameter,
    ref,
    responses,
)

_JSON, _GEOJSON, _HTML = "application/json", "application/geo+json", "text/html"
_FORM = "application/x-www-form-urlencoded"
_OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_TITLE = Label("Bản đồ OCOP: dịch vụ dữ liệu", "OCOP atlas: data service")
_ABOUT = Label(
    "OGC API - Features. Tham số không hợp lệ bị từ chối (400); limit vượt mức tối đa được giảm xuống;"
    " mọi phản hồi có ETag.",
    "OGC API - Features. Unknown parameters are refused (400); limits above the maximum are reduced;"
    " every response has an ETag.",
)
_POST_SUMMARY = Label(
    "Cùng các tham số trong nội dung, khi bộ lọc quá dài", "The same parameters in the body, for long filters"
)


def document(server: str, most: int, lang: str, contact: dict[str, str]) -> Plain:
    """The whole document; `server` is the URL without a slash at its end, `most` the maximum of `limit`.

    `contact` is the Contact Object of OpenAPI 3.0: whom to ask about the service.
    """
    return {
        "openapi": "3.0.3",
        "info": {
            "title": _TITLE.of(lang),
            "version": __version__,
            "description": _ABOUT.of(lang),
            "license": {"name": "MIT"},
            "contact": contact,
        },
        "servers": [{"url": server}],
        "tags": [
            {"name": "capabilities", "description": Label("Mô tả dịch vụ", "What the service is").of(lang)},
            *({"name": name, "description": spec.about.of(lang)} for name, spec in COLLECTIONS.items()),
        ],
        "paths": {**_capabilities(lang), **_collections(lang), **figure_paths.paths(lang), **files(lang)},
        "components": {
            "parameters": parameters(most, lang),
            "schemas": {
                **SCHEMAS,
                **tile_paths.SCHEMAS,
                **figure_paths.SCHEMAS,
                **{f"{name}Feature": feature(spec, lang) for name, spec in COLLECTIONS.items()},
            },
            "responses": responses(lang),
        },
    }


# --- service paths ---------------------------------------------------------------------------------------

_DOCUMENTS: tuple[tuple[str, str, str, Label, tuple[str, ...], tuple[str, ...]], ...] = (
    ("/", "getLandingPage", "landingPage", Label("Trang đầu", "Landing page"), (_JSON,), ("json", "html")),
    (
        "/conformance",
        "getConformance",
        "confClasses",
        Label("Các chuẩn đáp ứng", "Conformance classes"),
        (_JSON,),
        ("json", "html"),
    ),
    ("/api", "getApiDescription", "anything", Label("Mô tả này", "This document"), (_OPENAPI,), ("json", "html")),
    (
        "/collections",
        "getCollections",
        "collections",
        Label("Mọi lớp dữ liệu", "Every layer"),
        (_JSON,),
        ("json", "html"),
    ),
    (
        "/catalogue",
        "getCatalogue",
        "catalogue",
        Label("Danh mục các lớp theo OGC API - Records", "The layers as OGC API - Records"),
        (CATALOG, _JSON),
        ("catalog", "json", "html"),
    ),
    (
        "/catalog.jsonld",
        "getDcatJson",
        "anything",
        Label("Các lớp theo DCAT-AP, JSON-LD", "The layers as DCAT-AP in JSON-LD"),
        ("application/ld+json",),
        (),
    ),
    (
        "/catalog.rdf",
        "getDcatXml",
        "document",
        Label("Các lớp theo DCAT-AP, RDF/XML", "The layers as DCAT-AP in RDF/XML"),
        ("application/rdf+xml",),
        (),
    ),
)
"""Path, operation id, schema, summary, media types (the default first), values of `f`."""

_IN_JSON = {"jsonfg"}
"""Formats whose files are one JSON object."""

_ALSO_PAGES = {"/", "/conformance", "/api"}
"""Paths that also return HTML; the pages of other resources have URLs of their own."""


def _capabilities(lang: str) -> Plain:
    paths = {}
    for path, name, schema, summary, media_types, forms in _DOCUMENTS:
        takes = [form(forms, lang)] if forms else []
        page = {_HTML: {"type": "string"}} if path in _ALSO_PAGES else {}
        content = {**{media_type: ref(f"schemas/{schema}") for media_type in media_types}, **page}
        pages = "html" in forms
        paths[path] = {"get": operation(name, "capabilities", summary.of(lang), takes, content, pages=pages)}
    takes = [query_parameter(PARAMETERS["since"], lang, required=True), form(["json"], lang)]
    feed = operation("getChanges", "capabilities", _CHANGES_OF_ALL.of(lang), takes, {_JSON: ref("schemas/allChanges")})
    return {
        **paths,
        "/changes": {"get": feed},
        **_catalogue(lang),
        **tile_paths.paths(lang),
    }


def _catalogue(lang: str) -> Plain:
    """The paths of the catalogue's records and of the XML metadata."""
    words = Label("Lớp dữ liệu", "Layer")
    standard = query("standard", {"type": "string", "enum": list(STANDARDS)}, Label("chuẩn", "standard"), lang)
    own = [RECORDS_LIMIT, PARAMETERS["type"], PARAMETERS["externalIds"]]
    takes = [*parameter_refs("q", "bbox", "datetime", "ids", "offset"), *(query_parameter(row, lang) for row in own)]
    forms, content = form(["json"], lang), {_GEOJSON: ref("schemas/featureCollection")}
    every = operation("getRecords", "capabilities", _RECORDS.of(lang), [*takes, forms], content)
    layer = in_path("recordId", {"type": "string", "enum": list(COLLECTIONS)}, words.of(lang))
    one = operation("getRecord", "capabilities", _RECORD.of(lang), [layer, forms], {_GEOJSON: ref("schemas/record")})
    xml_content = {XML: ref("schemas/document")}
    iso = operation("getMetadata", "capabilities", _METADATA.of(lang), [layer, standard], xml_content)
    for single in (one, iso):
        single["responses"]["404"] = ref("responses/NotFound")
    return {
        "/catalogue/items": {"get": every},
        "/catalogue/items/{recordId}": {"get": one},
        "/metadata/{recordId}.xml": {"get": iso},
    }


_CHANGES_OF_ALL = Label("Thay đổi ở mọi lớp", "What changed in every layer")
_RECORDS = Label("Mỗi lớp một bản ghi danh mục", "One record for each layer")
_RECORD = Label("Bản ghi danh mục của một lớp", "The record of a layer")
_METADATA = Label("Siêu dữ liệu của một lớp dạng XML", "The metadata of a layer as XML")


# --- layers ------------------------------------------------------------------------------------------------


def _collections(lang: str) -> Plain:
    return {path: body for spec in COLLECTIONS.values() for path, body in _layer(spec, lang)}


def _layer(spec: LayerSpec, lang: str) -> Iterable[tuple[str, Plain]]:
    name, label = spec.name, spec.label.of(lang)
    base, pages = f"/collections/{name}", [form(["json", "html"], lang)]
    collection = {_JSON: ref("schemas/collection")}
    yield base, {"get": operation(f"describe_{name}", name, label, pages, collection, pages=True)}
    schema = {"application/schema+json": ref("schemas/anything")}
    yield f"{base}/queryables", {"get": operation(f"queryables_{name}", name, label, [form(["json"], lang)], schema)}
    yield f"{base}/items", {"get": _items(spec, lang)}
    yield f"{base}/search", {"post": _search(spec, lang)}
    key = in_path("featureId", {"type": "string"}, spec.field(spec.key).label.of(lang))
    one = {_GEOJSON: ref(f"schemas/{name}Feature")}
    takes = [key, *parameter_refs("crs"), *pages]
    single = operation(f"get_{name}_one", name, spec.article.of(lang), takes, one, pages=True)
    single["responses"]["404"] = ref("responses/NotFound")
    yield f"{base}/items/{{featureId}}", {"get": single}
    if spec is not LINK_LAYER:
        takes = [query_parameter(PARAMETERS["since"], lang, required=True), form(["json"], lang)]
        feed = operation(f"changes_{name}", name, label, takes, {_JSON: ref("schemas/changes")})
        yield f"{base}/changes", {"get": feed}


def _items(spec: LayerSpec, lang: str) -> Plain:
    own = [by_value(row, lang) for row in in_address(spec.name).values()]
    forms = form(dict.fromkeys(["json", "html", *FORMATS]), lang)
    binary = {"type": "string", "format": "binary"}
    files = {row.media_type: ref("schemas/anything") if row.key in _IN_JSON else binary for row in FORMATS.values()}
    content = {_GEOJSON: ref("schemas/featureCollection"), **{key: files[key] for key in files if key != _GEOJSON}}
    takes = [*parameter_refs(*OF_ITEMS), *own, forms]
    get = operation(f"get_{spec.name}", spec.name, spec.label.of(lang), takes, content, pages=True)
    get["responses"] |= {"404": ref("responses/NotFound"), "414": ref("responses/TooLong")}
    return get


def _search(spec: LayerSpec, lang: str) -> Plain:
    schema = {
        "type": "object",
        "properties": {"filter": {"oneOf": [{"type": "string"}, {"type": "object"}]}},
        "additionalProperties": True,
    }
    answer = {_GEOJSON: ref("schemas/featureCollection")}
    post = operation(f"search_{spec.name}", spec.name, _POST_SUMMARY.of(lang), [form(["json"], lang)], answer)
    post["requestBody"] = {"required": True, "content": {_JSON: {"schema": schema}, _FORM: {"schema": schema}}}
    post["responses"] |= {
        "404": ref("responses/NotFound"), "415": ref("responses/UnknownBody"),
    }  # fmt: skip
    del post["responses"]["304"]
    return post
