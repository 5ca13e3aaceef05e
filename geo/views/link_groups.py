"""The links of a record in groups: the reason once for each group, certain ones before possible ones."""

from collections.abc import Iterable
from typing import Any

from geo.atlas import Atlas, LinkRow, Query, Record
from geo.ocop.collections import COLLECTIONS
from geo.ocop.links import DISAGREEMENTS, LINKS
from geo.ocop.styles import STYLES, icon_of
from geo.schema import Label
from geo.views.evidence import caveat_of
from geo.views.reasons import SPECS, TO_CHECK, headings_of, is_shown, label_of, measure_of, reason_of
from geo.views.values import Reader, Urls, format_date, parts, title_lang

_ORDER = {spec.name: position for position, spec in enumerate(LINKS)}
_SOURCE = Label("nguồn: {sources}", "source: {sources}")
_DATA_VERSION = Label("dữ liệu phiên bản {n}, {date}", "data version {n}, {date}")
RECORDED = {"recorded", "crosswalk"}
"""Reasons of links that rest on sources and not on the data of the version alone."""
MOST_LINKS = 100
"""Maximum number of records in one group of links; the group has the total number."""


def link_groups(
    atlas: Atlas, links: Iterable[LinkRow], lang: str, urls: Urls, *, from_sources: bool = False
) -> list[dict[str, Any]]:
    """The links of a record grouped by kind and direction, in the order of LINKS.

    A derived link is left out when a recorded link leads to the same record, and one that is too far to be shown.
    `why` of a group is what all of its links have in common of their reason and basis, `why` of an item the rest;
    the sources of the record itself are left out of both. `cites` has the keys of the sources of the list of former and
    present units that the links of the record itself rest on, for footnotes; they are left out of both, too.
    `within` has the headings of certain and of possible neighbours, where the group is one of neighbours; `certain`
    counts the certain links, which come first.
    """
    rows = [row for row in links if is_shown(row) and (SPECS[row.link].visible or (from_sources and not row.forward))]
    rows = list(_without_echoes(rows))
    bases, summaries = Bases(atlas, rows, lang), Summaries(atlas, rows, lang)
    groups: dict[tuple[bool, int, str], list[LinkRow]] = {}
    for row in rows:
        groups.setdefault((not row.forward, _ORDER[row.link], row.link), []).append(row)
    return [_group(groups[key], bases, summaries, urls) for key in sorted(groups)]


def _group(rows: list[LinkRow], bases: "Bases", summaries: "Summaries", urls: Urls) -> dict[str, Any]:
    first, lang = rows[0], bases.lang
    spec = SPECS[first.link]
    within = headings_of(spec, lang)
    if within:
        rows = sorted(rows, key=lambda row: (not row.certain, row.distance_m or 0.0))
    rows, count, certain = rows[:MOST_LINKS], len(rows), sum(row.certain for row in rows)
    is_listed = first.forward and first.reason in RECORDED  # the page lists the sources
    is_by_list = first.forward and first.reason == "crosswalk"
    bases_of_rows = {"" if is_listed else bases.of(row) for row in rows}
    common = bases_of_rows.pop() if len(bases_of_rows) == 1 else None
    return {
        "link": first.link,
        "label": label_of(first.link, forward=first.forward, lang=lang),
        "kind": COLLECTIONS[first.layer].label.of(lang),
        "count": count,
        "certain": certain,
        "within": within,
        "measured": any(row.distance_m is not None for row in rows),
        "why": ", ".join(text for text in (reason_of(first, lang), common) if text),
        "cites": list(dict.fromkeys(key for row in rows if is_by_list for key in parts(row.source_ids))),
        "items": [
            _item(row, bases, summaries, urls) | {"why": bases.of(row) if common is None else None} for row in rows
        ],
    }


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
        self._names = {record.id: _dated(record, lang) for record in sources}
        day = format_date(atlas.version.published_at[:10], lang)
        self._version_basis = _DATA_VERSION.of(lang).format(n=atlas.version.number, date=day)

    def of(self, row: LinkRow) -> str:
        """The basis of one link as text."""
        if row.reason not in RECORDED:
            return self._version_basis
        names = dict.fromkeys(self._names.get(key, key) for key in parts(row.source_ids))
        return _SOURCE.of(self.lang).format(sources="; ".join(names)) if names else ""


def _dated(source: Record, lang: str) -> str:
    """The publisher of a source with its date."""
    date = source.properties.get("date")
    publisher = source.title_in(lang)
    return f"{publisher} ({format_date(str(date), lang)})" if date else publisher


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
    return {
        "layer": row.layer,
        "id": row.id,
        "title": row.title_en if lang != "vi" and row.title_en else row.title,
        "title_lang": title_lang(row.title_en, lang),
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
