"""OGC API - Tiles in the OpenAPI document: paths, operation ids as the standard requires them, and schemas."""

from collections.abc import Iterator

from geo.ocop.collections import COLLECTIONS
from geo.schema import Label
from geo.views.openapi.parts import Plain, form, in_path, operation, ref
from geo.views.tiles import mvt
from geo.views.tiles.tilesets import MATRIX_SET

_JSON = "application/json"
_MATRIX_SET_ID = in_path("tileMatrixSetId", {"type": "string", "enum": [MATRIX_SET]}, "The tile matrix set")
_COLLECTION_ID = in_path(
    "collectionId",
    {"type": "string", "enum": [name for name, spec in COLLECTIONS.items() if spec.geometry]},
    "A layer that has places",
)
_NUMBERS = [
    in_path(key, {"type": "integer", "minimum": 0}, words)
    for key, words in (("tileMatrix", "Zoom"), ("tileRow", "Row from the north"), ("tileCol", "Column"))
]

_TEXT: Plain = {"type": "string"}
_LINKS: Plain = {"type": "array", "items": ref("schemas/link")}
SCHEMAS: Plain = {
    "tileMatrixSet": {
        "type": "object",
        "required": ["id", "crs", "tileMatrices"],
        "properties": {
            **dict.fromkeys(("id", "title", "uri", "crs", "wellKnownScaleSet"), _TEXT),
            "orderedAxes": {"type": "array", "items": _TEXT},
            "tileMatrices": {"type": "array", "items": {"type": "object"}},
        },
    },
    "tileMatrixSets": {
        "type": "object",
        "required": ["tileMatrixSets"],
        "properties": {"links": _LINKS, "tileMatrixSets": {"type": "array", "items": {"type": "object"}}},
    },
    "tileSet": {
        "type": "object",
        "required": ["dataType", "crs", "tileMatrixSetURI", "links"],
        "properties": {**dict.fromkeys(("title", "dataType", "crs", "tileMatrixSetURI"), _TEXT), "links": _LINKS},
    },
    "tileSets": {
        "type": "object",
        "required": ["tilesets"],
        "properties": {"links": _LINKS, "tilesets": {"type": "array", "items": ref("schemas/tileSet")}},
    },
}


def paths(lang: str) -> Plain:
    """Every path of tile matrix sets, tilesets and tiles."""
    sets = _document(
        "getTileMatrixSetsList", Label("Các lưới ô bản đồ", "Tile matrix sets"), [], "tileMatrixSets", lang
    )
    one = _document(
        "getTileMatrixSet", Label("Một lưới ô bản đồ", "A tile matrix set"), [_MATRIX_SET_ID], "tileMatrixSet", lang
    )
    return {
        "/tileMatrixSets": {"get": sets},
        "/tileMatrixSets/{tileMatrixSetId}": {"get": one},
        **dict(_tilesets("", "dataset", [], lang)),
        **dict(_tilesets("/collections/{collectionId}", "collection", [_COLLECTION_ID], lang)),
    }


def _tilesets(prefix: str, kind: str, before: list[Plain], lang: str) -> Iterator[tuple[str, Plain]]:
    """The paths of the tileset list, a tileset and a tile, of one layer or of all together."""
    operation_suffix, path = f".{kind}.vector.getTileSet", f"{prefix}/tiles"
    yield (
        path,
        {
            "get": _document(
                f"{operation_suffix}sList", Label("Các bộ ô bản đồ véc-tơ", "Vector tilesets"), before, "tileSets", lang
            )
        },
    )
    takes = [*before, _MATRIX_SET_ID]
    one = _document(
        operation_suffix,
        Label("Một bộ ô bản đồ véc-tơ, hoặc TileJSON của nó", "A vector tileset, or its TileJSON"),
        takes,
        "anything",
        lang,
        ["json", "tilejson"],
    )
    yield f"{path}/{{tileMatrixSetId}}", {"get": one}
    content = {mvt.MEDIA_TYPE: {"type": "string", "format": "binary"}}
    tile = operation(
        f".{kind}.vector.getTile",
        "capabilities",
        Label("Ô bản đồ véc-tơ", "Vector tile").of(lang),
        [*takes, *_NUMBERS],
        content,
    )
    tile["responses"] |= {"204": {"description": "Nothing in this tile"}, "404": ref("responses/NotFound")}
    yield f"{path}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", {"get": tile}


def _document(
    name: str, summary: Label, before: list[Plain], schema: str, lang: str, forms: list[str] | None = None
) -> Plain:
    takes = [*before, form(forms or ["json"], lang)]
    get = operation(name, "capabilities", summary.of(lang), takes, {_JSON: ref(f"schemas/{schema}")})
    if before:
        get["responses"]["404"] = ref("responses/NotFound")
    return get
