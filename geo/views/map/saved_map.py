"""What a saved map carries: its records, base layers and words, as one plain dictionary."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geo.atlas import Atlas, Query, Record
from geo.crs import LngLatBbox
from geo.errors import BadQuery, NotFound
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS
from geo.ocop.styles import STYLES, icon_of
from geo.schema import Field, Filter, Label, LayerSpec
from geo.views.notice import derived, notice
from geo.views.values import Reader, caution, date_shown, precision_of

MOST_RECORDS = 5_000
"""A browser draws this many at once without stopping; more make a file that few can open."""

BASES = ("communes", "districts")

# About 10 m and 1 m: finer than a saved map, whose base is lighter still, can show.
_LIGHT_DEG, _GRID_DEG = 1e-4, 1e-5
_FALLBACK_BOUNDS = LngLatBbox(102.1, 20.9, 103.6, 22.6)

NO_SCRIPT = Label(
    "Bản đồ này cần JavaScript để hiển thị; mọi dữ liệu đã nằm trong tệp.",
    "This map needs JavaScript to show; all data is in the file.",
)

WORDS: dict[str, Label] = {
    "layers": Label("Lớp bản đồ và chú giải", "Layers and legend"),
    "base": Label("Nền", "Base"),
    "approximate": Label("Vòng nét đứt: vị trí gần đúng", "Dashed ring: approximate place"),
    "cluster": Label("Vòng tròn có số: nhiều điểm gần nhau", "Circle with a number: several places close together"),
    "sources": Label("Nguồn", "Sources"),
    "unplaced": Label("chưa có vị trí", "without a place"),
    "illustrative": Label(
        "Ranh giới minh hoạ, đã giản lược, không có giá trị pháp lý.",
        "Boundaries are simplified, for illustration, without legal force.",
    ),
    "zoom_in": Label("Phóng to", "Zoom in"),
    "zoom_out": Label("Thu nhỏ", "Zoom out"),
    "close": Label("Đóng", "Close"),
}
_VERSION = Label("Dữ liệu phiên bản {number}, ngày {date}", "Data version {number} of {date}")
_SEARCH = Label("Tìm", "Search")
_IN_VIEW = Label("Trong khung bản đồ đã chọn", "Within the chosen box")


def payload(atlas: Atlas, queries: Sequence[Query], *, lang: str, title: str, base: str) -> dict[str, Any]:
    """Everything that saved.js draws. Geometry is longitude, latitude; texts are in `lang`.

    Pages of the queries are ignored. BadQuery for an unknown base or more than MOST_RECORDS records.
    """
    _check(atlas, queries, base)
    reader = Reader(atlas, lang)
    layers = [_layer(atlas, query, reader) for query in queries]
    version = atlas.version
    date = date_shown(version.published_at[:10], lang)
    return {
        "lang": lang,
        "title": title,
        "version": _VERSION.of(lang).format(number=version.number, date=date),
        "filters": _filters(atlas, queries, lang),
        "attribution": _attribution(atlas, queries, lang),
        "bounds": _bounds(atlas),
        "layers": layers,
        "bases": [_base(atlas, name, lang, on=name == base) for name in BASES if _has_overview(atlas, name)],
        "province": orjson.loads(atlas.overview("province")) if _has_overview(atlas, "province") else None,
        "words": {key: label.of(lang) for key, label in WORDS.items()},
    }


def _check(atlas: Atlas, queries: Sequence[Query], base: str) -> None:
    if base not in {*BASES, ""}:
        known = ", ".join(BASES)
        raise BadQuery(f"base={base!r}: expected one of {known}.", f"base={base!r}: cần một trong {known}.")
    count = sum(atlas.count(query) for query in queries)
    if count > MOST_RECORDS:
        raise BadQuery(
            f"{count} records are too many for one saved map (at most {MOST_RECORDS}). Choose fewer layers or filter.",
            f"{count} bản ghi là quá nhiều cho một bản đồ lưu (tối đa {MOST_RECORDS}). Hãy bớt lớp hoặc lọc thêm.",
        )


def _has_overview(atlas: Atlas, layer: str) -> bool:
    try:
        return bool(orjson.loads(atlas.overview(layer))["features"])
    except NotFound:
        return False


def _bounds(atlas: Atlas) -> list[float]:
    return list(atlas.bounds("province") or atlas.bounds("communes") or _FALLBACK_BOUNDS)


def _layer(atlas: Atlas, query: Query, reader: Reader) -> dict[str, Any]:
    spec, style = COLLECTIONS[query.layer], STYLES[query.layer]
    records = atlas.find(_whole(query)).records
    reader.learn(spec.name, records)
    return {
        "name": spec.name,
        "label": spec.label.of(reader.lang),
        "article": spec.article.of(reader.lang),
        "color": style.color,
        "shape": style.shape,
        "icon": style.icon,
        "fill_opacity": style.fill_opacity,
        "stroke_width": style.stroke_width,
        "dash": style.dash,
        "classes": _classes(spec, records, reader.lang),
        "features": [_feature(spec, record, reader) for record in records],
    }


def _whole(query: Query) -> Query:
    return replace(query, limit=None, offset=0)


def _classes(spec: LayerSpec, records: Iterable[Record], lang: str) -> list[dict[str, str]]:
    """The legend rows of a layer: one for each icon in use, named by the classes that it stands for."""
    used = {record.symbol for record in records}
    field = spec.field(spec.symbol) if spec.symbol else None
    if field is None or field.codes is None or not STYLES[spec.name].icons:
        return []
    by_icon: dict[str, list[str]] = {}
    for code in CODE_LISTS[field.codes].codes:
        if code.key in used:
            by_icon.setdefault(icon_of(spec.name, code.key), []).append(code.label.of(lang))
    return [{"icon": icon, "label": ", ".join(labels)} for icon, labels in by_icon.items()]


def _feature(spec: LayerSpec, record: Record, reader: Reader) -> dict[str, Any]:
    precision = precision_of(record)
    return {
        "id": record.id,
        "title": record.title_in(reader.lang),
        "icon": icon_of(spec.name, record.symbol),
        "geometry": _geometry(record.geometry),
        "approximate": precision is not None and precision.approximate,
        "caution": caution(precision, reader.lang),
        "facts": list(_facts(spec, record, reader)),
        "sources": [
            {"publisher": source.publisher, "address": source.address}
            for source in reader.sources(record.properties.get("source_ids"))
        ],
    }


def _geometry(geometry: BaseGeometry | None) -> Any:
    if geometry is None:
        return None
    if geometry.geom_type != "Point":
        geometry = shapely.set_precision(shapely.simplify(geometry, _LIGHT_DEG), _GRID_DEG)
    return orjson.loads(shapely.to_geojson(geometry))


def _facts(spec: LayerSpec, record: Record, reader: Reader) -> Iterator[tuple[str, str]]:
    """(label, text) of every value that people read, in the order of the fields."""
    unspoken = {spec.title, spec.title_en, "source_ids", "commune_code", _other_story(record, reader.lang)}
    fields: tuple[Field, ...] = (*spec.fields, *derived(spec))
    for field in fields:
        text = reader.shown(field, record.properties.get(field.name))
        if text is not None and not field.hidden and field.name not in unspoken:
            yield field.label.of(reader.lang), text


def _other_story(record: Record, lang: str) -> str:
    """The story that is not told: the English one, except to English readers where there is one."""
    return "story_vi" if lang != "vi" and record.properties.get("story_en") else "story_en"


def _base(atlas: Atlas, layer: str, lang: str, *, on: bool) -> dict[str, Any]:
    style = STYLES[layer]
    return {
        "name": layer,
        "label": COLLECTIONS[layer].label.of(lang),
        "color": style.color,
        "stroke_width": style.stroke_width,
        "dash": style.dash,
        "on": on,
        "features": orjson.loads(atlas.overview(layer))["features"],
    }


def _attribution(atlas: Atlas, queries: Sequence[Query], lang: str) -> str:
    notices = [notice(atlas, layer) for layer in dict.fromkeys([*(query.layer for query in queries), *BASES])]
    texts = [text for made in notices for text in (made.attribution.of(lang), made.licence) if text]
    return " · ".join(dict.fromkeys(texts))


def _filters(atlas: Atlas, queries: Sequence[Query], lang: str) -> list[str]:
    """What narrowed the selection, as people read it, each line once."""
    lines: dict[str, None] = {}
    for query in queries:
        for param, values in query.filters:
            row = next(row for row in FILTERS if row.param == param)
            lines[f"{row.label.of(lang)}: {', '.join(_values(atlas, row, values, lang))}"] = None
        if query.text.strip():
            lines[f"{_SEARCH.of(lang)}: {query.text.strip()}"] = None
        if query.bbox is not None:
            lines[_IN_VIEW.of(lang)] = None
    return list(lines)


def _values(atlas: Atlas, row: Filter, values: Sequence[str], lang: str) -> list[str]:
    if row.codes is not None:
        return [CODE_LISTS[row.codes].label_of(value, lang) for value in values]
    if row.unit is not None:
        names = atlas.titles(row.unit, values)
        return [names[value][0] if value in names else value for value in values]
    return list(values)
