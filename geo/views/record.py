"""The view of one record: facts, position, story, links with their reasons, conflicts, sources."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from geo.atlas import Atlas, ConflictRow, Record
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS, end_of
from geo.ocop.derived import derived_fields
from geo.ocop.layers import LAYERS
from geo.ocop.links import DISAGREEMENTS
from geo.ocop.styles import STYLES, icon_of
from geo.ocop.validity import LAPSED
from geo.schema import Field, Label, LayerSpec
from geo.views.citations import Citations, Parts, language_of
from geo.views.directions import directions_of
from geo.views.evidence import TRANSLATION, caveat_of, caveat_of_value, is_translated
from geo.views.formats import FORMATS
from geo.views.link_groups import link_groups
from geo.views.values import Reader, Urls, caution, format_number, in_language, precision_of, title_lang

_RULES = {rule.name: rule.label for rule in DISAGREEMENTS}
_ON_BORDER = Label("Điểm nằm trên ranh giới chung", "The point lies on a shared border")
_APART = {"source_ids", "precision", "position_source", "story_vi", "story_en", "note"}
_MEASURED_AREA = Label("Diện tích đo trên bản đồ", "Area measured on the map")
_OUTLINE = Label("(theo đường bao, không phải số liệu công bố)", "(from the outline, not a published figure)")
_DERIVED_BASES = {"date", "year"}
"""Keys of `validity_basis` for a validity that is derived; a recorded one is shown by its own field."""


def record_view(atlas: Atlas, layer: str, key: str, lang: str, urls: Urls) -> dict[str, Any]:
    """The data of a record's page and panel, as plain values.

    NotFound when the layer or the record does not exist.
    """
    record = atlas.get(layer, key)
    reader = Reader(atlas, lang)
    reader.learn(layer, [record])
    groups = link_groups(atlas, atlas.links(layer, key), lang, urls, from_sources=layer == "sources")
    citations = Citations(atlas, [record], lang, urls, (key for group in groups for key in group["cites"]))
    return {
        **own_view(record, reader, citations, urls),
        "links": [
            group | {"why_parts": citations.with_notes(record, group["why"], group["cites"])} for group in groups
        ],
        "conflicts": [_conflict(atlas, row, lang) for row in atlas.conflicts(layer, key)],
        "issues": [
            {"message": row.message.of(lang), "remedy": row.remedy.of(lang), "severity": row.severity}
            for row in atlas.issues(layer, key)
        ],
        "sources": citations.of(record),
        "exports": [
            {"label": row.label_for(layer).of(lang), "url": urls.export(layer, row.extension, ids=record.id)}
            for row in FORMATS.values()
        ],
    }


def own_view(record: Record, reader: Reader, citations: Citations, urls: Urls) -> dict[str, Any]:
    """The record's own data, without links, sources and downloads; `reader` must have learned the record.

    The texts stand as they are recorded; `<text>_parts` has one in pieces where it names sources or records.
    """
    layer, lang = record.layer, reader.lang
    spec, style = COLLECTIONS[layer], STYLES[layer]
    is_recorded = layer in LAYERS  # derived records have no history
    precision = precision_of(record)
    geometry = record.geometry
    story, story_lang = _story(record, lang)
    note = _text(record, "note")
    return {
        "layer": layer,
        "id": record.id,
        "title": record.title_in(lang),
        "title_lang": title_lang(record.title_en, lang),
        "other_title": record.title if record.title_in(lang) != record.title else None,
        "subtitle": subtitle(record, lang),
        "label": spec.article.of(lang),
        "icon": icon_of(layer, record.symbol),
        "color": style.color,
        "shape": style.shape,
        "url": urls.record(layer, record.id),
        "map_url": urls.page("/", at=f"{layer}/{record.id}"),
        "geometry": None if geometry is None else orjson.loads(record.feature)["geometry"],
        "unplaced": None if spec.geometry is None else spec.unplaced.of(lang),
        "point": None if record.lng is None else [record.lng, record.lat],
        "bbox": None if record.bbox is None else list(record.bbox),
        "precision": None
        if precision is None
        else {
            "key": precision.key,
            "label": precision.label.of(lang),
            "approximate": precision.approximate,
            "uncertainty_m": precision.uncertainty_m,
            "caution": caution(precision, lang),
            "source": record.properties.get("position_source"),
            "source_parts": citations.parts(record, _text(record, "position_source"), "vi"),
        },
        "facts": list(_facts(spec, record, reader, citations, urls)),
        "story": story,
        "story_parts": citations.parts(record, story, story_lang),
        "story_lang": story_lang,
        "has_story": spec.has("story_vi") and bool(story or not spec.field("story_vi").sparse),
        "note": note,
        "note_parts": citations.parts(record, note, "vi"),
        "caveat": caveat_of(reader.atlas, record, lang),
        "directions": directions_of(record, lang),
        "recorded": is_recorded,
    }


def _text(record: Record, name: str) -> str | None:
    value = record.properties.get(name)
    return value if isinstance(value, str) else None


def _story(record: Record, lang: str) -> tuple[str | None, str]:
    """The story and its language: the one that is asked for, else Vietnamese."""
    story_en = _text(record, "story_en") if lang == "en" else None
    return (story_en, "en") if story_en else (_text(record, "story_vi"), "vi")


def subtitle(record: Record, lang: str) -> str:
    """A line under a name: stars, the class of the record, and whether its certificate was not renewed."""
    spec = COLLECTIONS[record.layer]
    parts = []
    stars = record.properties.get("stars")
    if stars:
        parts.append(f"{stars} ★ ({TRANSLATION.of(lang)})" if is_translated(record, "stars") else f"{stars} ★")
    codes = spec.field(spec.symbol).codes if spec.symbol else None
    if record.symbol and codes and spec.group != "units":
        parts.append(CODE_LISTS[codes].label_of(record.symbol, lang))
    if record.properties.get("status") in LAPSED:
        parts.append(CODE_LISTS["product_status"].label_of(str(record.properties["status"]), lang))
    return " · ".join(parts)


def _facts(
    spec: LayerSpec, record: Record, reader: Reader, citations: Citations, urls: Urls
) -> Iterable[dict[str, Any]]:
    lang = reader.lang
    fields = sorted(spec.fields, key=lambda field: field.name == spec.key)
    elsewhere = _APART | {spec.title, spec.title_en} | {field.english for field in fields}
    for field in fields:
        if field.hidden or field.name in elsewhere:
            continue
        value = record.properties.get(field.name)
        if field.sparse and value is None:
            continue
        yield _fact(field, record, reader, _fact_url(spec, field, record, urls)) | _marks(
            field, record, citations, lang
        )
    if record.properties.get("validity_basis") in _DERIVED_BASES:
        for field in derived_fields(spec):
            if field.name in {"expected_until", "validity_basis"}:
                yield _fact(field, record, reader, None)
    measured_area = record.properties.get("measured_area_ha")
    if isinstance(measured_area, int | float):
        area = format_number(float(round(measured_area)), "ha", lang)
        yield {
            "name": "measured_area_ha",
            "label": _MEASURED_AREA.of(lang),
            "value": f"{area} {_OUTLINE.of(lang)}" if spec.outline is not None else area,
            "url": None,
        }


def _fact(field: Field, record: Record, reader: Reader, url: str | None) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label.of(reader.lang),
        "value": reader.text_of(field, record),
        "url": url,
    }


def _marks(field: Field, record: Record, citations: Citations, lang: str) -> dict[str, Any]:
    """The doubt about a value, its language where the page is in another, and its footnotes; only those that apply."""
    field = in_language(field, record, lang)
    text = _text(record, field.name)
    parts: Parts | None = citations.parts(record, text, "vi") if field.kind == "longtext" else None
    marks = {
        "caveat": caveat_of_value(record, field.name, lang),
        "lang": _other_language(field, text, lang),
        "parts": parts,
    }
    return {name: mark for name, mark in marks.items() if mark}


def _other_language(field: Field, text: str | None, lang: str) -> str | None:
    """The language of a text or of a record's name that is not in `lang`; None for codes and for texts in `lang`."""
    if field.kind == "ref" and field.target and not COLLECTIONS[field.target].title_en:
        return title_lang(None, lang)
    if text is None or field.kind not in {"text", "longtext"} or not any(letter.isalpha() for letter in text):
        return None
    language = field.lang or language_of(text)
    return None if language == lang else language


def _fact_url(spec: LayerSpec, field: Field, record: Record, urls: Urls) -> str | None:
    value, end = record.properties.get(field.name), end_of(spec, field.name, record.properties)
    if end is not None:
        return urls.record(*end)
    if not isinstance(value, str):
        return None
    if field.kind == "url" and value.startswith(("http://", "https://")):
        return value
    return urls.record(field.target, value) if field.kind == "ref" and field.target else None


def _conflict(atlas: Atlas, row: ConflictRow, lang: str) -> dict[str, Any]:
    return {
        "label": _RULES.get(row.rule, _ON_BORDER).of(lang),
        "layer": row.layer,
        "id": row.record,
        "target": row.target_layer,
        "recorded": names_of(atlas, row.target_layer, row.recorded, lang),
        "derived": names_of(atlas, row.target_layer, row.derived, lang),
    }


def conflict_view(atlas: Atlas, row: ConflictRow, lang: str, urls: Urls) -> dict[str, Any]:
    """A conflict with the name and URL of its record, for a list."""
    title, title_en = atlas.titles(row.layer, [row.record]).get(row.record, (row.record, None))
    return {
        **_conflict(atlas, row, lang),
        "title": title_en if lang != "vi" and title_en else title,
        "title_lang": title_lang(title_en, lang),
        "url": urls.record(row.layer, row.record),
    }


def names_of(atlas: Atlas, layer: str, ids: str, lang: str) -> str:
    """The names and ids of the records in `ids`, which are joined by ';'; a dash for none."""
    keys = [key for key in ids.split(";") if key]
    titles: Mapping[str, tuple[str, str | None]] = atlas.titles(layer, keys)
    names = []
    for key in keys:
        title, title_en = titles.get(key, (key, None))
        names.append(f"{title_en if lang != 'vi' and title_en else title} ({key})")
    return ", ".join(names) or "–"
