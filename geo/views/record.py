"""The view of one record: facts, position, story, links with their reasons, conflicts, sources."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from geo.atlas import Atlas, ConflictRow, LinkRow, Query, Record
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS, end_of
from geo.ocop.derived import derived_fields
from geo.ocop.layers import LAYERS
from geo.ocop.links import DISAGREEMENTS, LINKS
from geo.ocop.styles import STYLES, icon_of
from geo.ocop.validity import LAPSED
from geo.schema import Field, Label, LayerSpec
from geo.views.evidence import caveat_of
from geo.views.formats import FORMATS
from geo.views.reasons import TO_CHECK, label_of, measure_of, reason_of
from geo.views.values import Reader, Urls, caution, format_date, format_number, parts, precision_of

_ORDER = {spec.name: position for position, spec in enumerate(LINKS)}
_VISIBLE = {spec.name: spec.visible for spec in LINKS}
_RULES = {rule.name: rule.label for rule in DISAGREEMENTS}
_ON_BORDER = Label("Điểm nằm trên ranh giới chung", "The point lies on a shared border")
_APART = {"source_ids", "precision", "position_source", "story_vi", "story_en", "note"}
_MEASURED_AREA = Label("Diện tích đo trên bản đồ", "Area measured on the map")
_OUTLINE = Label("(theo đường bao, không phải số liệu công bố)", "(from the outline, not a published figure)")
_MARKS = (
    ("kind", "machine_translation", Label("bản dịch máy", "machine translation")),
    ("may_be_closed", "yes", Label("trang có thể đã đóng", "the page may be closed")),
)
"""The warnings beside a cited source: field of the source, its value, and the words for it."""
_DERIVED_BASES = {"date", "year"}
"""Keys of `validity_basis` for a validity that is derived; a recorded one is shown by its own field."""
_SOURCE = Label("nguồn {sources}", "source {sources}")
_DATA_VERSION = Label("dữ liệu phiên bản {n}, {date}", "data version {n}, {date}")
MOST_LINKS = 100
"""Maximum number of records in one group of links; the group has the total number."""


def record_view(atlas: Atlas, layer: str, key: str, lang: str, urls: Urls) -> dict[str, Any]:
    """The data of a record's page and panel, as plain values.

    NotFound when the layer or the record does not exist.
    """
    record = atlas.get(layer, key)
    reader = Reader(atlas, lang)
    reader.learn(layer, [record])
    return {
        **own_view(record, reader, urls),
        "links": link_groups(atlas, atlas.links(layer, key), lang, urls, from_sources=layer == "sources"),
        "conflicts": [_conflict(atlas, row, lang) for row in atlas.conflicts(layer, key)],
        "issues": [
            {"message": row.message.of(lang), "remedy": row.remedy.of(lang), "severity": row.severity}
            for row in atlas.issues(layer, key)
        ],
        "sources": Sources(atlas, [record], lang, urls).of(record),
        "exports": [
            {"label": row.label_for(layer).of(lang), "url": urls.export(layer, row.extension, ids=record.id)}
            for row in FORMATS.values()
        ],
    }


def own_view(record: Record, reader: Reader, urls: Urls) -> dict[str, Any]:
    """The record's own data, without links, sources and downloads; `reader` must have learned the record."""
    layer, lang = record.layer, reader.lang
    spec, style = COLLECTIONS[layer], STYLES[layer]
    is_recorded = layer in LAYERS  # derived records have no history and no directions
    precision = precision_of(record)
    geometry = record.geometry
    story_vi = record.properties.get("story_vi")
    story = record.properties.get("story_en") if lang == "en" else story_vi
    return {
        "layer": layer,
        "id": record.id,
        "title": record.title_in(lang),
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
        },
        "facts": list(_facts(spec, record, reader, urls)),
        "story": story or story_vi,
        "story_lang": "en" if story and lang == "en" else "vi",
        "has_story": spec.has("story_vi") and bool(story_vi or not spec.field("story_vi").sparse),
        "note": record.properties.get("note"),
        "caveat": caveat_of(reader.atlas, record, lang),
        "directions": None if record.lng is None or not is_recorded else f"geo:{record.lat},{record.lng}",
        "recorded": is_recorded,
    }


def subtitle(record: Record, lang: str) -> str:
    """A line under a name: stars, the class of the record, and whether its certificate was not renewed."""
    spec = COLLECTIONS[record.layer]
    parts = []
    stars = record.properties.get("stars")
    if stars:
        parts.append(f"{stars} ★")
    codes = spec.field(spec.symbol).codes if spec.symbol else None
    if record.symbol and codes and spec.group != "units":
        parts.append(CODE_LISTS[codes].label_of(record.symbol, lang))
    if record.properties.get("status") in LAPSED:
        parts.append(CODE_LISTS["product_status"].label_of(str(record.properties["status"]), lang))
    return " · ".join(parts)


def _facts(spec: LayerSpec, record: Record, reader: Reader, urls: Urls) -> Iterable[dict[str, Any]]:
    lang = reader.lang
    fields = sorted(spec.fields, key=lambda field: field.name == spec.key)
    for field in fields:
        if field.hidden or field.name in _APART | {spec.title, spec.title_en}:
            continue
        value = record.properties.get(field.name)
        if field.sparse and value is None:
            continue
        yield {
            "name": field.name,
            "label": field.label.of(lang),
            "value": reader.text_of(field, record),
            "url": _fact_url(spec, field, record, urls),
        }
    if record.properties.get("validity_basis") in _DERIVED_BASES:
        for field in derived_fields(spec):
            if field.name in {"expected_until", "validity_basis"}:
                yield {
                    "name": field.name,
                    "label": field.label.of(lang),
                    "value": reader.text_of(field, record),
                    "url": None,
                }
    measured_area = record.properties.get("measured_area_ha")
    if isinstance(measured_area, int | float):
        area = format_number(float(round(measured_area)), "ha", lang)
        yield {
            "name": "measured_area_ha",
            "label": _MEASURED_AREA.of(lang),
            "value": f"{area} {_OUTLINE.of(lang)}" if spec.outline is not None else area,
            "url": None,
        }


def _fact_url(spec: LayerSpec, field: Field, record: Record, urls: Urls) -> str | None:
    value, end = record.properties.get(field.name), end_of(spec, field.name, record.properties)
    if end is not None:
        return urls.record(*end)
    if not isinstance(value, str):
        return None
    if field.kind == "url" and value.startswith(("http://", "https://")):
        return value
    return urls.record(field.target, value) if field.kind == "ref" and field.target else None


def link_groups(
    atlas: Atlas, links: Iterable[LinkRow], lang: str, urls: Urls, *, from_sources: bool = False
) -> list[dict[str, Any]]:
    """The links of a record grouped by kind and direction, in the order of LINKS.

    A derived link is left out when a recorded link leads to the same record.
    """
    rows = [row for row in links if _VISIBLE[row.link] or (from_sources and not row.forward)]
    rows = list(_without_echoes(rows))
    bases, summaries = Bases(atlas, rows, lang), Summaries(atlas, rows, lang)
    groups: dict[tuple[bool, int, str], list[LinkRow]] = {}
    for row in rows:
        groups.setdefault((not row.forward, _ORDER[row.link], row.link), []).append(row)
    return [
        {
            "link": link,
            "label": label_of(link, forward=not backward, lang=lang),
            "count": len(groups[backward, order, link]),
            "items": [_item(row, bases, summaries, urls) for row in groups[backward, order, link][:MOST_LINKS]],
        }
        for backward, order, link in sorted(groups)
    ]


def _without_echoes(rows: list[LinkRow]) -> Iterable[LinkRow]:
    keys = {(row.link, row.forward, row.layer, row.id) for row in rows}
    echoes = {rule.derived: rule.recorded for rule in DISAGREEMENTS}
    for row in rows:
        echoed_link = echoes.get(row.link)
        has_area = row.area_ha is not None
        if echoed_link is None or has_area or (echoed_link, row.forward, row.layer, row.id) not in keys:
            yield row


class Bases:
    """The basis of links: the dated sources of a recorded link, or the data version of a derived one."""

    def __init__(self, atlas: Atlas, rows: Iterable[LinkRow], lang: str) -> None:
        self.lang = lang
        source_keys = {key for row in rows for key in parts(row.source_ids)}
        sources = atlas.find(Query("sources", ids=tuple(sorted(source_keys)))).records if source_keys else []
        self._dates = {record.id: record.properties.get("date") for record in sources}
        day = format_date(atlas.version.published_at[:10], lang)
        self._version_basis = _DATA_VERSION.of(lang).format(n=atlas.version.number, date=day)

    def of(self, row: LinkRow) -> str:
        """The basis of one link as text."""
        if row.reason not in {"recorded", "crosswalk"}:
            return self._version_basis
        sources = ", ".join(self._source_with_date(key) for key in parts(row.source_ids))
        return _SOURCE.of(self.lang).format(sources=sources) if sources else ""

    def _source_with_date(self, key: str) -> str:
        date = self._dates.get(key)
        return f"{key} ({format_date(str(date), self.lang)})" if date else key


class Summaries:
    """What stands beside the names of linked records: values that their layers declare, and the caveats of these."""

    def __init__(self, atlas: Atlas, rows: Iterable[LinkRow], lang: str) -> None:
        keys_by_layer: dict[str, set[str]] = {}
        for row in rows:
            if COLLECTIONS[row.layer].summary:
                keys_by_layer.setdefault(row.layer, set()).add(row.id)
        self._texts: dict[tuple[str, str], str] = {}
        self._caveats: dict[tuple[str, str], str | None] = {}
        for layer, keys in keys_by_layer.items():
            records = atlas.find(Query(layer, ids=tuple(sorted(keys)))).records
            reader = Reader(atlas, lang)
            self._texts |= {(layer, record.id): reader.summary_of(record) for record in records}
            self._caveats |= {(layer, record.id): caveat_of(atlas, record, lang) for record in records}

    def of(self, row: LinkRow) -> dict[str, str | None]:
        """The summary of the record at the other end of a link, None where it has none, and its caveat."""
        key = (row.layer, row.id)
        return {"summary": self._texts.get(key) or None, "caveat": self._caveats.get(key)}


def _item(row: LinkRow, bases: Bases, summaries: Summaries, urls: Urls) -> dict[str, Any]:
    lang = bases.lang
    title = row.title_en if lang != "vi" and row.title_en else row.title
    return {
        "layer": row.layer,
        "id": row.id,
        "title": title,
        **summaries.of(row),
        "icon": icon_of(row.layer, row.symbol),
        "color": STYLES[row.layer].color,
        "shape": STYLES[row.layer].shape,
        "url": urls.record(row.layer, row.id),
        "reason": reason_of(row, lang),
        "basis": bases.of(row),
        "distance": measure_of(row, lang),
        "certain": row.certain,
        "check": None if row.certain else TO_CHECK.of(lang),
        "point": None if row.lng is None else [row.lng, row.lat],
    }


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


class Sources:
    """The sources that some records cite, looked up in one query."""

    def __init__(self, atlas: Atlas, records: Iterable[Record], lang: str, urls: Urls) -> None:
        keys = tuple(sorted({key for record in records for key in parts(record.properties.get("source_ids"))}))
        reader, date = Reader(atlas, lang), COLLECTIONS["sources"].field("date")
        self._views = {
            source.id: {
                "id": source.id,
                "publisher": source.title,
                "address": _http(source.properties.get("address")),
                "date": reader.format_value(date, source.properties.get("date")),
                "what": source.properties.get("what"),
                "marks": [words.of(lang) for name, key, words in _MARKS if source.properties.get(name) == key],
                "url": urls.record("sources", source.id),
            }
            for source in (atlas.find(Query("sources", ids=keys)).records if keys else ())
        }

    def of(self, record: Record) -> list[dict[str, Any]]:
        """The sources of one record in the order of its list; a source that does not exist is left out."""
        keys = parts(record.properties.get("source_ids"))
        return [self._views[key] for key in keys if key in self._views]


def _http(address: object) -> str | None:
    """`address` when it is an http(s) URL, else None: other schemes are not linked."""
    return address if isinstance(address, str) and address.startswith(("http://", "https://")) else None
