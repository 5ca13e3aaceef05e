"""The parser of CQL2 filters (OGC 21-065r2), Text and JSON.

Both encodings become CQL2 JSON first (text.py has the parser and the reasons for it); kinds.py checks it against the
declared fields and makes the tree, which an engine of the atlas translates. Where the standard leaves a choice, it is:

- A field of kind codes or refs holds "a;b": in A_* it is the array of its keys, anywhere else the whole text.
- A date of any precision is the span from its first to its last day: T_* and the comparisons compare spans (`<`: ends
  before the other begins, `<=`: ends no later, `>=`: begins no earlier, `=`: the same span). A date field may also be
  compared with a text such as '2019' or '2014/2015'.
- Text is compared by code point, so case and diacritics count; CASEI removes case, ACCENTI diacritics and the stroke
  of Đ. Literals are normalised to NFC as the fields are.
- Arithmetic is of real numbers; `div` truncates towards zero; an undefined result (division by zero) is NULL.
- Values of two kinds are never compared: that is an error, not FALSE.
"""

from typing import Literal

import orjson

from geo.atlas.cql2.geometry import Crs
from geo.atlas.cql2.kinds import check
from geo.atlas.cql2.text import Node
from geo.atlas.cql2.text import read as read_text
from geo.atlas.cql2.tree import Where
from geo.errors import BadQuery, NotFound
from geo.ocop.collections import COLLECTIONS
from geo.ocop.parameters import MAX_FILTER
from geo.text import nfc

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "Language", "parse"]

Language = Literal["cql2-text", "cql2-json"]
MAX_LENGTH = MAX_FILTER
MAX_DEPTH = 50


def parse(text: str, lang: Language, layer: str, crs: Crs | None = None) -> Where:
    """The filter `text` of `layer` as a tree.

    `crs` is the CRS of its geometries; None for longitude and latitude (STORE_CRS). NotFound for an unknown layer,
    BadQuery for a filter that is too long, nested too deep, or not a valid CQL2 filter of the layer.
    """
    if layer not in COLLECTIONS:
        names = ", ".join(COLLECTIONS)
        raise NotFound(f"No layer {layer!r}. Layers: {names}.", f"Không có lớp {layer!r}. Các lớp: {names}.")
    if len(text) > MAX_LENGTH:
        raise BadQuery(
            f"The filter has {len(text)} characters; at most {MAX_LENGTH}.",
            f"Bộ lọc dài {len(text)} ký tự; tối đa {MAX_LENGTH}.",
        )
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadQuery("The filter is not Unicode text.", "Bộ lọc không phải văn bản Unicode.")
    node = read_text(text) if lang == "cql2-text" else _read_json(text)
    if _too_deep(node):
        raise BadQuery(
            f"The filter nests more than {MAX_DEPTH} levels deep; write it flatter.",
            f"Bộ lọc lồng nhau quá {MAX_DEPTH} cấp; hãy viết gọn lại.",
        )
    return Where(layer, check(node, layer, crs))


def _read_json(text: str) -> Node:
    try:
        return _compose(orjson.loads(text))
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise BadQuery(
            f"The filter is not JSON: {error}. Expected CQL2 JSON, such as: "
            '{"op": "=", "args": [{"property": "name"}, "Chè"]}.',
            f"Bộ lọc không phải JSON: {error}. Cần CQL2 JSON, ví dụ: "
            '{"op": "=", "args": [{"property": "name"}, "Chè"]}.',
        ) from None


def _compose(node: Node) -> Node:
    if isinstance(node, str):
        return nfc(node)
    if isinstance(node, list):
        return [_compose(item) for item in node]
    return {key: _compose(value) for key, value in node.items()} if isinstance(node, dict) else node


def _too_deep(node: Node) -> bool:
    """Whether operators, lists and objects are nested more than MAX_DEPTH levels; `args` itself is no level."""
    waiting: list[tuple[Node, int]] = [(node, 1)]
    while waiting:
        at, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return True
        if isinstance(at, dict):
            for key, value in at.items():
                inner = value if key == "args" and isinstance(value, list) else [value]
                waiting += [(item, depth + 1) for item in inner if isinstance(item, dict | list)]
        elif isinstance(at, list):
            waiting += [(item, depth + 1) for item in at if isinstance(item, dict | list)]
    return False
