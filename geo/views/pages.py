"""View-models of the pages that need no JavaScript: a layer as a table, the list of layers, quality, about."""

from collections.abc import Iterable, Mapping
from typing import Any

from geo.atlas import Atlas, Query, Record
from geo.crs import METRIC_CRS
from geo.encodings import ENCODINGS
from geo.ocop.codes import PRECISIONS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import COUNTED, FILTERS, applies
from geo.ocop.layers import GROUPS, LAYERS, POINT_LAYERS
from geo.ocop.links import LINKS
from geo.ocop.styles import STYLES, icon_of
from geo.report import SEVERITIES, Change, Issue
from geo.schema import Field, Label, LayerSpec
from geo.views.evidence import TRANSLATION, caveat_of, is_translated
from geo.views.formats import FORMATS
from geo.views.map.map_page import Places, filter_labels
from geo.views.notice import in_language
from geo.views.reasons import rule_of
from geo.views.record import conflict_view
from geo.views.values import Reader, Urls, precision_of, title_lang
from geo.vn2000.systems import HOME

PAGE_ROWS = 50
MOST_ROWS = 200
"""Maximum number of findings of one kind on a page; the total is displayed with the group."""


_NOTHING = "–"
"""The cell of a field that does not apply to a record; an unknown value is displayed in words."""


def layer_head(atlas: Atlas, layer: str, lang: str, urls: Urls) -> dict[str, Any]:
    """A layer's name, description, symbol, metadata and URL."""
    spec, style = COLLECTIONS[layer], STYLES[layer]
    about = atlas.metadata(layer)
    return {
        "name": layer,
        "label": spec.label.of(lang),
        "article": spec.article.of(lang),
        "about": spec.about.of(lang),
        "icon": style.icon,
        "shape": style.shape,
        "url": urls.layer(layer),
        "metadata": {
            "source": [_origin(row, lang) for row in about.get("source", [])],
            "licence": in_language(about.get("licence") or "", lang),
            "attribution": _in_language(about.get("attribution"), lang),
            "lineage": _in_language(about.get("lineage"), lang),
            "date": about.get("date"),
        },
    }


def _origin(row: Mapping[str, Any], lang: str) -> dict[str, str | None]:
    """The name, the address and the licence of a source of a layer, in one language."""
    return {
        "name": in_language(row.get("name") or "", lang),
        "address": row.get("address"),
        "licence": in_language(row.get("licence") or "", lang),
    }


def _in_language(words: object, lang: str) -> str | None:
    """The text of a metadata member in `lang`, else in Vietnamese; None when it is no object."""
    return words.get(lang) or words.get("vi") if isinstance(words, dict) else None


def layer_view(atlas: Atlas, query: Query, lang: str, urls: Urls) -> dict[str, Any]:
    """One page of a layer's table, with its filters and their counts, and the downloads of the same selection."""
    spec = COLLECTIONS[query.layer]
    page = atlas.find(query)
    reader = Reader(atlas, lang)
    reader.learn(query.layer, page.records)
    columns = [field for field in spec.fields if field.table]
    places = Places(atlas, page.records, lang)
    return {
        **layer_head(atlas, query.layer, lang, urls),
        "columns": [
            {"name": field.name, "label": field.label.of(lang), "number": _is_number(field)} for field in columns
        ],
        "placed": query.layer in POINT_LAYERS,
        "unplaced": spec.unplaced.of(lang),
        "rows": [_row(record, columns, reader, places, urls) for record in page.records],
        "matched": page.matched,
        "total": atlas.counts()[query.layer],
        "first": page.offset + 1 if page.records else 0,
        "last": page.offset + page.returned,
        "filters": list(_filters(atlas, query, lang)),
        "downloads": downloads(spec, lang),
        "state_files": state_files(lang) if spec.geometry else [],
    }


def downloads(spec: LayerSpec, lang: str) -> list[dict[str, Any]]:
    """The downloads of a layer: every format, and again in VN-2000 where the format supports it."""
    rows = [
        (row, crs)
        for row in FORMATS.values()
        for crs in (row.crs[0], METRIC_CRS)
        if crs in row.crs and not ((row.for_programs or not spec.geometry) and crs == METRIC_CRS)
    ]
    return [
        {
            "extension": row.extension,
            "short": f".{row.extension}" if crs == row.crs[0] else f".{row.extension} VN-2000",
            "label": row.label_for(spec.name).of(lang) + ("" if crs == row.crs[0] else f", VN-2000 ({crs})"),
            "params": {} if crs == row.crs[0] else {"crs": crs},
            "for_programs": row.for_programs,
        }
        for row, crs in rows
    ]


def state_files(lang: str) -> list[dict[str, Any]]:
    """Downloads of the shapefile in the province's VN-2000 zone, in every text encoding."""
    row, system = FORMATS["shp"], HOME.label.of(lang)
    return [
        {
            "extension": row.extension,
            "label": f"{ENCODINGS[encoding].label.of(lang)}; {system}",
            "params": {"crs": METRIC_CRS, "encoding": encoding},
        }
        for encoding in row.encodings
    ]


def _is_number(field: Field) -> bool:
    return field.kind in {"integer", "real"}


def _cell(field: Field, record: Record, reader: Reader) -> str | None:
    text = reader.text_of(field, record)
    return _NOTHING if text is None and field.sparse else text


def _row(record: Record, columns: Iterable[Field], reader: Reader, places: Places, urls: Urls) -> dict[str, Any]:
    precision = precision_of(record)
    return {
        "id": record.id,
        "title": record.title_in(reader.lang),
        "title_lang": title_lang(record.title_en, reader.lang),
        "icon": icon_of(record.layer, record.symbol),
        "url": urls.record(record.layer, record.id),
        "cells": [_cell(field, record, reader) for field in columns],
        "caveats": [TRANSLATION.of(reader.lang) if is_translated(record, field.name) else None for field in columns],
        "caveat": caveat_of(reader.atlas, record, reader.lang),
        "commune": places.commune(record),
        "precision": None if precision is None else precision.label.of(reader.lang),
        "approximate": precision is not None and precision.approximate,
    }


def _filters(atlas: Atlas, query: Query, lang: str) -> Iterable[dict[str, Any]]:
    """The filters of the layer: lists with the values that occur, and inputs for a number or a record."""
    values_by_param = dict(query.filters)
    facets = atlas.facets(query)
    for row in FILTERS:
        if not applies(row.param, query.layer):
            continue
        counts = facets.get(row.param, {})
        selection = values_by_param.get(row.param, ())
        labels = filter_labels(atlas, row, counts.keys() | set(selection), lang) if row.param in COUNTED else {}
        if labels or row.param not in COUNTED:
            yield {
                "param": row.param,
                "label": row.label.of(lang),
                "lang": title_lang(None, lang) if row.unit else None,
                "kind": row.kind,
                "chosen": ",".join(selection),
                "options": [
                    {"value": value, "label": label, "count": counts.get(value, 0), "chosen": value in selection}
                    for value, label in labels.items()
                ],
            }


def neighbour_view(atlas: Atlas, layer: str, key: str | None, lang: str, urls: Urls) -> dict[str, str | None] | None:
    """The name and URL of the previous or next record; None when `key` is None."""
    if key is None:
        return None
    title, title_en = atlas.titles(layer, [key])[key]
    return {
        "title": title_en if lang != "vi" and title_en else title,
        "title_lang": title_lang(title_en, lang),
        "url": urls.record(layer, key),
    }


def layers_view(atlas: Atlas, lang: str, urls: Urls) -> list[dict[str, Any]]:
    """Every layer by group, with its number of records and its downloads."""
    counts = atlas.counts()
    return [
        {
            "label": label.of(lang),
            "layers": [
                {
                    **layer_head(atlas, spec.name, lang, urls),
                    "count": counts[spec.name],
                    "exports": [
                        {**row, "url": urls.export(spec.name, row["extension"], **row["params"])}
                        for row in downloads(spec, lang)
                        if not row["for_programs"]  # listed on the layer's page only
                    ],
                }
                for spec in COLLECTIONS.values()
                if spec.group == group
            ],
        }
        for group, label in GROUPS.items()
    ]


def quality_view(
    atlas: Atlas, layer: str | None, lang: str, urls: Urls, *, kinds: Mapping[str, Label]
) -> dict[str, Any]:
    """The quality report of all layers or of `layer`: completeness, precision, findings, repairs, conflicts.

    `kinds` maps a kind of finding to its label.
    """
    return {
        "layers": [_completeness(atlas, spec, lang, urls) for spec in LAYERS.values() if spec.geometry is not None],
        "precisions": [{"key": p.key, "label": p.label.of(lang)} for p in PRECISIONS],
        "issues": _issue_groups(atlas.issues(layer), lang, urls, kinds),
        "conflicts": [conflict_view(atlas, row, lang, urls) for row in atlas.conflicts(layer)],
        "changes": [_change(row, lang, urls) for row in atlas.changes(layer)],
    }


def _issue_groups(issues: Iterable[Issue], lang: str, urls: Urls, kinds: Mapping[str, Label]) -> list[dict[str, Any]]:
    """Findings grouped by kind and layer, the most severe first."""
    groups: dict[tuple[int, str, str], list[Issue]] = {}
    for issue in issues:
        groups.setdefault((SEVERITIES.index(issue.severity), issue.layer, issue.kind), []).append(issue)
    return [
        {
            "severity": SEVERITIES[severity],
            "layer": COLLECTIONS[layer].label.of(lang),
            "kind": kinds[kind].of(lang) if kind in kinds else kind,
            "remedy": group[0].remedy.of(lang),
            "count": len(group),
            "rows": [_issue(issue, lang, urls) for issue in group[:MOST_ROWS]],
        }
        for (severity, layer, kind), group in sorted(groups.items(), key=lambda item: item[0][0])
    ]


def _issue(issue: Issue, lang: str, urls: Urls) -> dict[str, Any]:
    return {
        "record": issue.subject.label.of(lang),
        "url": _record_url(issue.layer, issue.record, urls),
        "field": _field_label(issue.layer, issue.field, lang),
        "message": issue.message.of(lang),
        "value": issue.value,
    }


def _change(change: Change, lang: str, urls: Urls) -> dict[str, Any]:
    return {
        "layer": COLLECTIONS[change.layer].label.of(lang),
        "record": change.subject.label.of(lang),
        "url": _record_url(change.layer, change.record, urls),
        "field": _field_label(change.layer, change.field, lang),
        "before": change.before,
        "after": change.after,
        "rule": change.rule.of(lang),
    }


def _record_url(layer: str, record: str | None, urls: Urls) -> str:
    """The URL of the record's page; of the layer's page for a row without a key and for a whole layer."""
    return urls.record(layer, record) if record else urls.layer(layer)


def _field_label(layer: str, field: str | None, lang: str) -> str | None:
    spec = COLLECTIONS[layer]
    return spec.field(field).label.of(lang) if field and spec.has(field) else field


def _completeness(atlas: Atlas, spec: LayerSpec, lang: str, urls: Urls) -> dict[str, Any]:
    """A layer's number of records, their positions by precision, and the share of its optional fields with a value."""
    records, values, placed = atlas.completeness(spec.name)
    optional = [field for field in spec.fields if not field.required and field.name != "note"]
    cells = records * len(optional)
    return {
        "label": spec.label.of(lang),
        "icon": STYLES[spec.name].icon,
        "url": urls.layer(spec.name),
        "records": records,
        "placed": sum(placed.values()),
        "precision": {p.key: placed.get(p.key, 0) for p in PRECISIONS} if spec.has("precision") else None,
        "filled": round(100 * sum(values[field.name] for field in optional) / cells) if cells else None,
        "missing": [
            {"label": field.label.of(lang), "count": missing}
            for field in optional
            if (missing := records - values[field.name]) and spec.group != "units"
        ],
    }


def links_view(atlas: Atlas, lang: str) -> list[dict[str, Any]]:
    """Every row of LINKS with its rule and its counts."""
    counts = atlas.link_counts()
    return [
        {
            "name": spec.name,
            "label": spec.label.of(lang),
            "source": COLLECTIONS[spec.source].label.of(lang),
            "target": COLLECTIONS[spec.target].label.of(lang),
            "rule": rule_of(spec, lang),
            "pairs": counts.get(spec.name, (0, 0))[0],
            "certain": counts.get(spec.name, (0, 0))[1],
        }
        for spec in LINKS
        if spec.visible
    ]
