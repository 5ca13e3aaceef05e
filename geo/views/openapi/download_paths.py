"""What the API document says of downloads, of search, and of what watches the service."""

from typing import get_args

from geo.encodings import Errors
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS
from geo.schema import Label
from geo.views import whole_province
from geo.views.formats import FORMATS, Format
from geo.views.openapi.parts import Plain, in_path, operation, query, ref

_JSON = "application/json"
_BINARY: Plain = {"type": "string", "format": "binary"}
_IN_JSON = {"application/geo+json": "featureCollection", "application/vnd.ogc.fg+json": "anything"}
"""Files that a program reads as one JSON object, and their schemas."""

_LAYER = in_path("layer", {"type": "string", "enum": [*COLLECTIONS]}, "A layer")


def files(lang: str) -> Plain:
    """The paths, each with what it is asked by and what it answers."""
    whole = {
        f"/export/{whole_province.NAME}.{kind.extension}": _whole(kind, lang) for kind in whole_province.KINDS.values()
    }
    layers = {f"/export/{{layer}}.{row.extension}": _layer(row, lang) for row in FORMATS.values()}
    return {**_searches(lang), **whole, **layers}


def _got(name: str, summary: str, asked: list[Plain], content: Plain) -> Plain:
    made = operation(name, "capabilities", summary, asked, content)
    if any(one.get("in") == "path" for one in asked):
        made["responses"]["404"] = ref("responses/NotFound")
    return {"get": made}


# --- search and health -------------------------------------------------------------------------------------


def _searches(lang: str) -> Plain:
    layers = {"type": "array", "items": {"type": "string", "enum": [*COLLECTIONS]}}
    most = {"type": "integer", "minimum": 1, "maximum": 50, "default": 12}
    asked = [
        ref("parameters/q"),
        query("layers", layers, Label("chỉ trong các lớp này", "only in these layers"), lang),
        query("limit", most, Label("số kết quả tối đa", "maximum number of results"), lang),
    ]
    record = in_path("featureId", {"type": "string"}, "A record of the layer")
    rows: tuple[tuple[str, str, Label, list[Plain]], ...] = (
        ("/search.json", "search",
         Label("Tìm theo tên, có dấu hoặc không dấu", "Search by name, with or without diacritics"), asked),
        ("/{layer}/{featureId}.json", "getRecordPage",
         Label("Một bản ghi, các liên kết và lý do", "A record with its links and their reasons"), [_LAYER, record]),
        ("/healthz", "getHealth",
         Label("Tình trạng dịch vụ và phiên bản dữ liệu", "Status of the service and its data version"), []),
    )  # fmt: skip
    answer = {_JSON: ref("schemas/anything")}
    return {path: _got(name, summary.of(lang), own, answer) for path, name, summary, own in rows}


# --- downloads -----------------------------------------------------------------------------------------------

_DOWNLOAD = Label("Tải về", "Download")


def _layer(row: Format, lang: str) -> Plain:
    options: list[Plain] = []
    if len(row.crs) > 1:
        options.append(_system(row.crs, lang))
    if row.encodings:
        encodings, letters = ({"type": "string", "enum": [*known]} for known in (row.encodings, get_args(Errors)))
        options += [
            query("encoding", encodings, Label("bảng mã chữ", "text encoding"), lang),
            query(
                "letters",
                letters,
                Label("cách ghi chữ mà bảng mã không có", "how to write letters that the encoding lacks"),
                lang,
            ),
        ]
    part = [ref(f"parameters/{name}") for name in ("bbox", "q", "ids", "sort", *(f"filter-{f.param}" for f in FILTERS))]
    summary = f"{_DOWNLOAD.of(lang)}: {row.label.of(lang)}"
    return _file(f"download_{row.key}", summary, [_LAYER, *part, *options], row.media_type)


def _whole(kind: whole_province.Kind, lang: str) -> Plain:
    asked = [_system(FORMATS["gpkg"].crs, lang)] if kind.stored else []
    name = kind.extension.replace(".", "_")
    return _file(f"download_all_{name}", f"{_DOWNLOAD.of(lang)}: {kind.label.of(lang)}", asked, kind.media_type)


def _system(known: tuple[str, ...], lang: str) -> Plain:
    schema = {"type": "string", "enum": [*known], "default": known[0]}
    return query("crs", schema, Label("hệ toạ độ của tệp", "coordinate system of the file"), lang)


def _file(name: str, summary: str, asked: list[Plain], media_type: str) -> Plain:
    schema = ref(f"schemas/{_IN_JSON[media_type]}") if media_type in _IN_JSON else _BINARY
    made = _got(name, summary, asked, {media_type: schema})
    answers = made["get"]["responses"]
    del answers["406"]
    answers["200"]["headers"] |= {
        header: {"schema": {"type": kind}}
        for header, kind in (("X-Feature-Count", "integer"), ("X-File-SHA256", "string"), ("Accept-Ranges", "string"))
    }
    answers |= {
        "206": {"description": "A part of the file", "content": {media_type: {"schema": _BINARY}}},
        "412": ref("responses/Changed"),
        "416": ref("responses/NoSuchPart"),
    }
    return made
