"""The path of the plan's figures in the OpenAPI document."""

from geo.ocop.codes import CODE_LISTS
from geo.ocop.parameters import Parameter
from geo.plan.figures import PARAMETERS, Frame
from geo.plan.indicators import INDICATORS
from geo.schema import Label
from geo.views.openapi.parts import Plain, in_path, operation, query, query_parameter, ref

_TEXT: Plain = {"type": "string"}
_BOUNDS: Plain = {
    "type": "object",
    "nullable": True,
    "required": ["sure", "possible"],
    "properties": {"sure": {"type": "number"}, "possible": {"type": "number"}},
}
_KEYS: Plain = {
    "type": "array",
    "items": {"type": "object", "required": ["layer", "id"], "properties": {"layer": _TEXT, "id": _TEXT}},
}
SCHEMAS: Plain = {
    "figure": {
        "type": "object",
        "required": ["indicator", "parameters", "value", "reason", "records", "digest", "current"],
        "properties": {
            **dict.fromkeys(("indicator", "name", "unit", "rule", "digest"), _TEXT),
            "rule_number": {"type": "integer", "minimum": 1},
            "clause": {"type": "object", "properties": {"key": _TEXT, "words": _TEXT}},
            "parameters": {"type": "object"},
            **dict.fromkeys(("value", "numerator", "denominator"), _BOUNDS),
            "reason": {**_TEXT, "nullable": True},
            "missing": {**_TEXT, "nullable": True},
            "records": {"type": "object", "properties": dict.fromkeys(("sure", "possible", "unknown"), _KEYS)},
            "current": {
                "type": "object",
                "properties": {
                    "version": {"type": "integer"}, "value": _BOUNDS, "digest": _TEXT, "differs": {"type": "boolean"},
                },
            },
            "present_rule": {
                "type": "object",
                "properties": {
                    "number": {"type": "integer"}, "rule": _TEXT, "value": _BOUNDS, "differs": {"type": "boolean"},
                },
            },
            "links": {"type": "array", "items": ref("schemas/link")},
        },
    }
}  # fmt: skip
"""A figure: the bounds of its value, the records that it rests on, and the same of the current version and rule."""

_FIGURE = Label(
    "Một chỉ tiêu của kế hoạch 3770, với cận và các bản ghi", "A figure of plan 3770, with bounds and records"
)
_KM = Label("khoảng cách theo ki-lô-mét", "distance in kilometres")
_ROWS = {
    "version": Parameter("version", Label("phiên bản dữ liệu", "version of the data"), "integer", least=1),
    "on": Parameter("on", Label("ngày xét, như 2026-12-31", "day that is judged, as 2026-12-31")),
    "days": Parameter("days", Label("số ngày kể từ ngày đó", "days after that day"), "integer", least=1, most=3_660),
    "frame": Parameter("frame", Label("loại đơn vị", "kind of unit"), choices=tuple(Frame)),
    "unit": Parameter("unit", Label("mã đơn vị", "code of a unit")),
    "cohort": Parameter("cohort", Label("mã nhóm sản phẩm", "key of a cohort of products")),
    "crop": Parameter("crop", Label("cây trồng, vật nuôi", "crop or stock"), choices=CODE_LISTS["material"].keys()),
}  # fmt: skip
_RULE = Parameter(
    "rule",
    Label(
        "số thứ tự quy tắc tính; bỏ trống thì là quy tắc số 1 nếu có phiên bản, nếu không thì quy tắc hiện hành",
        "number of the rule; without it, rule 1 where a version is named, else the present rule",
    ),
    "integer",
    least=1,
)


def paths(lang: str) -> Plain:
    """The path item of figures. A request that is not the address of its figure is redirected to that address."""
    km = query("km", {"type": "number", "exclusiveMinimum": True, "minimum": 0, "maximum": 200}, _KM, lang)
    takes = [
        in_path("indicator", {"type": "string", "enum": [*INDICATORS]}, "Key of an indicator"),
        *(km if name == "km" else query_parameter(_ROWS[name], lang) for name in PARAMETERS),
        query_parameter(_RULE, lang),
    ]
    get = operation("getFigure", "capabilities", _FIGURE.of(lang), takes, {"application/json": ref("schemas/figure")})
    get["responses"]["302"] = {
        "description": "The address of the figure: version and parameters, in their order",
        "headers": {"Location": {"schema": _TEXT}},
    }
    get["responses"]["404"] = ref("responses/NotFound")
    return {"/plan/figures/{indicator}.json": {"get": get}}
