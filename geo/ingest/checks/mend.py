"""Repairs that lose nothing, each one listed: text composed and trimmed, codes cased, geometries made valid."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import STORE_CRS, Shapes
from geo.encodings.mojibake import depth
from geo.html_text import has_markup, plain_text
from geo.ingest.checks.geometry import finite
from geo.ingest.crs.prj import crs_of
from geo.ocop.layers import code_list
from geo.report import WHOLE_LAYER, Change, Subject, subjects_of
from geo.schema import Field, Label, LayerSpec
from geo.text import nfc

_SHOWN = Label("bỏ thẻ HTML, giữ chữ", "HTML tags removed, their text kept")
_CLEANED = Label("bỏ ký tự điều khiển", "control characters removed")
_COMPOSED = Label("chữ tổ hợp sẵn (NFC), Đ thay cho Ð", "composed Unicode (NFC), Đ for Eth")
_TRIMMED = Label("bỏ khoảng trắng thừa", "surplus spaces removed")
_CASED = Label("mã viết đúng chữ thường, hoa", "code in its proper case")
MADE_VALID = Label("hình học được làm hợp lệ", "geometry made valid")
_FLAT = Label("bỏ độ cao, chỉ giữ kinh độ, vĩ độ", "heights dropped, longitude and latitude kept")


def mend(frame: gpd.GeoDataFrame, spec: LayerSpec, *, foreign: bool = False) -> tuple[gpd.GeoDataFrame, list[Change]]:
    """`frame` with safe repairs made, and the list of them.

    `foreign` data come from another program, which may store a web page in long text: its HTML tags are removed.
    Lines become MultiLineStrings, and polygons MultiPolygons with counter-clockwise outer rings (RFC 7946, 3.1.6).
    That changes no shape, a shapefile always winds its rings the other way, and it is not listed.
    """
    changes: list[Change] = []
    subjects = subjects_of(list(frame[spec.key]))
    data: dict[str, pd.Series[Any]] = {}
    for field in spec.fields:
        is_page = foreign and field.kind == "longtext"
        cells = _texts(list(frame[field.name]), field, spec, subjects, changes, is_page=is_page)
        data[field.name] = pd.Series(cells, dtype=object)
    shapes = _shapes(np.asarray(frame.geometry.array, dtype=object), spec, subjects, changes)
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(shapes, crs=crs_of(STORE_CRS))), changes


def _texts(
    cells: list[object], field: Field, spec: LayerSpec, subjects: Sequence[Subject], changes: list[Change], *,
    is_page: bool,
) -> list[object]:  # fmt: skip
    """The cells of a field with their text mended; `is_page` says that HTML becomes the text that a browser shows."""
    texts = {cell for cell in cells if isinstance(cell, str)}  # cells repeat, and most need no repair
    faulty = {text for text in texts if _text(text, field, spec, WHOLE_LAYER, [], is_page=is_page) != text}
    if not faulty:
        return cells
    return [
        _text(str(cell), field, spec, subject, changes, is_page=is_page) if cell in faulty else cell
        for subject, cell in zip(subjects, cells, strict=True)
    ]


def _text(
    value: str, field: Field, spec: LayerSpec, subject: Subject, changes: list[Change], *, is_page: bool
) -> object:
    if is_page and has_markup(value):
        shown = plain_text(value)
        if shown != value:
            changes.append(Change(spec.name, *subject, field.name, value, shown, _SHOWN))
        value = shown
    if depth(value):  # in text encoded twice, spaces and controls are parts of letters
        return value
    cleaned = _cleaned(value)
    composed = nfc(cleaned)
    trimmed = _trimmed(composed, field)
    steps = (
        (_CLEANED, cleaned),
        (_COMPOSED, composed),
        (_TRIMMED, trimmed),
        (_CASED, _cased(trimmed, field)),
    )
    before = value
    for rule, after in steps:
        if after != before:
            changes.append(Change(spec.name, *subject, field.name, before, after, rule))
        before = after
    return before or None


def _cleaned(text: str) -> str:
    """`text` without characters that no page and no XML can hold; line breaks and tabs stay for now.

    >>> _cleaned("Mường\\x00 Ảng\\x1f") == "Mường Ảng"
    True
    """
    if text.isprintable():
        return text
    return "".join(letter for letter in text if letter in "\n\r\t" or unicodedata.category(letter) != "Cc")


def _trimmed(text: str, field: Field) -> str:
    """`text` with single spaces; long text keeps its lines, and lists of codes or ids have no spaces.

    >>> _trimmed(" S1 ; S2;", Field("a", "a", Label("", ""), "refs"))
    'S1;S2'
    """
    if field.kind == "longtext":
        return "\n".join(text.splitlines()).strip()
    if field.kind in {"codes", "refs"}:
        return ";".join(part.strip() for part in text.split(";") if part.strip())
    return " ".join(text.split())


def _cased(text: str, field: Field) -> str:
    if field.kind not in {"code", "codes"} or field.codes is None:
        return text
    by_lower = {code.lower(): code for code in code_list(field.codes)}
    return ";".join(by_lower.get(part.lower(), part) for part in text.split(";"))


class _Kind(NamedTuple):
    """The geometry of a layer whose records may have several parts; ids as shapely.get_type_id gives them.

    `collect` makes geometries of several parts from arrays of parts, `of` makes one from a list.
    """

    single: int
    multiple: int
    collect: Callable[..., Any]
    of: Callable[[list[Any]], BaseGeometry]


_KINDS = {
    "MultiLineString": _Kind(1, 5, shapely.multilinestrings, shapely.MultiLineString),
    "MultiPolygon": _Kind(3, 6, shapely.multipolygons, shapely.MultiPolygon),
}


def _shapes(shapes: Shapes, spec: LayerSpec, subjects: list[Subject], changes: list[Change]) -> Shapes:
    """All shapes of a layer: at once those that need no more than their rings turned, the others one by one."""
    mended = np.full(len(shapes), None, dtype=object)
    kind = _KINDS.get(spec.geometry or "")
    kinds = shapely.get_type_id(shapes)
    ready = np.zeros(len(shapes), dtype=bool) if kind is None else np.isin(kinds, kind[:2])
    ready &= finite(shapes) & ~shapely.has_z(shapes) & ~shapely.is_empty(shapes)
    ready[ready] = shapely.is_valid(shapes[ready])
    for row in np.flatnonzero(~ready):
        mended[row] = _shape(shapes[row], spec, subjects[row], changes)
    mended[ready] = shapes[ready]
    if kind is not None:
        single = np.flatnonzero(ready & (kinds == kind.single))
        mended[single] = kind.collect(shapes[single], indices=np.arange(len(single)))
    mended[ready] = shapely.orient_polygons(mended[ready], exterior_cw=False)
    return mended


def _shape(shape: BaseGeometry | None, spec: LayerSpec, subject: Subject, changes: list[Change]) -> BaseGeometry | None:
    if shape is None:
        return None
    if shape.has_z:
        flat = shapely.force_2d(shape)
        changes.append(Change(spec.name, *subject, "geometry", shape.wkt[:80], flat.wkt[:80], _FLAT))
        shape = flat
    kind = _KINDS.get(spec.geometry or "")
    if shape.is_empty or kind is None or not finite(np.array([shape])).all():
        return shape
    if not shape.is_valid:
        why = shapely.is_valid_reason(shape)
        shape = _gathered(shapely.make_valid(shape, method="structure", keep_collapsed=False), kind)
        changes.append(Change(spec.name, *subject, "geometry", why, shapely.is_valid_reason(shape), MADE_VALID))
    return shapely.orient_polygons(_gathered(shape, kind), exterior_cw=False)


def _gathered(shape: BaseGeometry, kind: _Kind) -> BaseGeometry:
    """The lines or the polygons of a shape as one geometry; other parts, which mending may leave, are dropped."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return kind.of([part for part in parts if shapely.get_type_id(part) == kind.single])
