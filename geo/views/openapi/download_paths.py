"""The paths of downloads, search and monitoring in the OpenAPI document."""

from dataclasses import replace
from typing import get_args

from geo.encodings import Errors
from geo.ocop.collections import COLLECTIONS
from geo.ocop.parameters import PARAMETERS, SEARCH_LIMIT, SELECTION, Parameter
from geo.schema import Label
from geo.views import whole_province
from geo.views.formats import FORMATS, Format
from geo.views.openapi.parts import RETRY_AFTER, Plain, in_path, operation, parameter_refs, query_parameter, ref
from geo.views.worklist import WORK, field_names

_JSON = "application/json"
_BINARY: Plain = {"type": "string", "format": "binary"}
_IN_JSON = {"application/geo+json": "featureCollection", "application/vnd.ogc.fg+json": "anything"}
"""Media type of files that are one JSON object -> schema."""

_LAYER = in_path("layer", {"type": "string", "enum": [*COLLECTIONS]}, "A layer")


def files(lang: str) -> Plain:
    """The path items, with their parameters and responses."""
    whole = {
        f"/export/{whole_province.NAME}.{kind.extension}": _whole(kind, lang) for kind in whole_province.KINDS.values()
    }
    layers = {f"/export/{{layer}}.{row.extension}": _layer(row, lang) for row in FORMATS.values()}
    return {**_searches(lang), **whole, **layers, "/worklist.csv": _worklist(lang)}


def _get(name: str, summary: str, takes: list[Plain], content: Plain) -> Plain:
    get = operation(name, "capabilities", summary, takes, content)
    if any(one.get("in") == "path" for one in takes):
        get["responses"]["404"] = ref("responses/NotFound")
    return {"get": get}


# --- search and health -------------------------------------------------------------------------------------


_NOT_READY = Label(
    "Chưa sẵn sàng: `reason` nêu lý do, các trường khác như khi trả lời 200",
    "Not ready: `reason` says why, the other members are as with 200",
)


def _searches(lang: str) -> Plain:
    layers = replace(PARAMETERS["layers"], choices=tuple(COLLECTIONS))
    takes = [*parameter_refs("q"), query_parameter(layers, lang), query_parameter(SEARCH_LIMIT, lang)]
    record = in_path("featureId", {"type": "string"}, "A record of the layer")
    rows: tuple[tuple[str, str, Label, list[Plain]], ...] = (
        ("/search.json", "search",
         Label("Tìm theo tên, có dấu hoặc không dấu", "Search by name, with or without diacritics"), takes),
        ("/search-index.json", "getSearchIndex",
         Label("Chỉ mục để tìm không cần mạng", "The index for a search without a network"), []),
        ("/{layer}/{featureId}.json", "getRecordPage",
         Label("Một bản ghi, các liên kết và lý do", "A record with its links and their reasons"), [_LAYER, record]),
        ("/healthz", "getHealth",
         Label("Dịch vụ có trả lời không, phiên bản dữ liệu", "Whether the service answers, its data version"), []),
        ("/readyz", "getReadiness",
         Label("Phiên bản đã công bố và phiên bản đang phục vụ", "The version published and the version served"), []),
    )  # fmt: skip
    answer = {_JSON: ref("schemas/anything")}
    paths = {path: _get(name, summary.of(lang), own, answer) for path, name, summary, own in rows}
    paths["/readyz"]["get"]["responses"]["503"] = {
        "description": _NOT_READY.of(lang), "headers": RETRY_AFTER, "content": {_JSON: {"schema": answer[_JSON]}},
    }  # fmt: skip
    return paths


# --- downloads -----------------------------------------------------------------------------------------------

_MISSING = Label("Tải về: thông tin cần tra cứu (CSV)", "Download: what is missing (CSV)")
_GAPS = (
    Parameter("layer", Label("chỉ trong lớp này", "only in this layer"), choices=tuple(WORK)),
    Parameter("field", Label("chỉ trường này", "only this field"), choices=field_names()),
)
_DOWNLOAD = Label("Tải về", "Download")
_ENCODING = Label("bảng mã chữ", "text encoding")
_LETTERS = Label("cách ghi chữ mà bảng mã không có", "how to write letters that the encoding lacks")


def _layer(row: Format, lang: str) -> Plain:
    options: list[Plain] = []
    if len(row.crs) > 1:
        options.append(_system(row.crs, lang))
    if row.encodings:
        rows = {"encoding": (_ENCODING, tuple(row.encodings)), "letters": (_LETTERS, get_args(Errors))}
        for name, (label, choices) in rows.items():
            options.append(query_parameter(replace(PARAMETERS[name], label=label, choices=choices), lang))
    summary = f"{_DOWNLOAD.of(lang)}: {row.label.of(lang)}"
    return _file(f"download_{row.key}", summary, [_LAYER, *parameter_refs(*SELECTION), *options], row.media_type)


def _whole(kind: whole_province.Kind, lang: str) -> Plain:
    takes = [_system(FORMATS["gpkg"].crs, lang)] if kind.has_data else []
    name = kind.extension.replace(".", "_")
    return _file(f"download_all_{name}", f"{_DOWNLOAD.of(lang)}: {kind.label.of(lang)}", takes, kind.media_type)


def _worklist(lang: str) -> Plain:
    takes = [*parameter_refs("commune"), *(query_parameter(row, lang) for row in _GAPS)]
    return _file("download_worklist", _MISSING.of(lang), takes, FORMATS["csv"].media_type)


def _system(codes: tuple[str, ...], lang: str) -> Plain:
    label = Label("hệ toạ độ của tệp", "coordinate system of the file")
    return query_parameter(Parameter("crs", label, choices=codes, default=codes[0]), lang)


def _file(name: str, summary: str, takes: list[Plain], media_type: str) -> Plain:
    schema = ref(f"schemas/{_IN_JSON[media_type]}") if media_type in _IN_JSON else _BINARY
    path = _get(name, summary, takes, {media_type: schema})
    responses = path["get"]["responses"]
    del responses["406"]
    responses["200"]["headers"] |= {
        header: {"schema": {"type": kind}}
        for header, kind in (("X-Feature-Count", "integer"), ("X-File-SHA256", "string"), ("Accept-Ranges", "string"))
    }
    responses |= {
        "206": {"description": "A part of the file", "content": {media_type: {"schema": _BINARY}}},
        "412": ref("responses/Changed"),
        "416": ref("responses/NoSuchPart"),
    }
    return path
