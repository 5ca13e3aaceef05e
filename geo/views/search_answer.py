"""What a search says: hits with the reason for each, and what may help where nothing matches."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from geo.atlas import Atlas, Hit, Query
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS
from geo.ocop.styles import STYLES, icon_of
from geo.search.tokens import meant_by
from geo.views.map.map_page import filter_labels
from geo.views.values import Urls, title_lang


def search_answer(
    atlas: Atlas, text: str, lang: str, urls: Urls, *, layers: Sequence[str] | None, limit: int
) -> dict[str, Any]:
    """The hits of a search, best first; `suggestions` where there are none, and the other spellings that it used."""
    hits = atlas.search(text, layers=layers, limit=limit)
    suggestions = [] if hits else atlas.suggest(text, layers=layers)
    return {
        "hits": [hit_view(hit, lang, urls) for hit in hits],
        "suggestions": [hit_view(hit, lang, urls) for hit in suggestions],
        "meant": [{"spelling": spelling, "word": word} for spelling, word in meant_by(text)],
    }


def hit_view(hit: Hit, lang: str, urls: Urls) -> dict[str, Any]:
    """One result: the record, the field by which it was found, and what was forgiven: wrong letters, missing words.

    `reason` is None where the name shown has all words. `point` is longitude, latitude.
    """
    style = STYLES[hit.layer]
    reason = hit.match.reason(lang) if hit.match else None
    return {
        "layer": hit.layer,
        "id": hit.id,
        "title": hit.title_en if lang != "vi" and hit.title_en else hit.title,
        "title_lang": title_lang(hit.title_en, lang),
        "label": COLLECTIONS[hit.layer].article.of(lang),
        "icon": icon_of(hit.layer, hit.symbol),
        "color": style.color,
        "shape": style.shape,
        "place": hit.place,
        "point": None if hit.lng is None else [hit.lng, hit.lat],
        "near": hit.match is not None and hit.match.is_near,
        "partial": hit.match is not None and hit.match.is_partial,
        "reason": reason and reason._asdict(),
        "url": urls.record(hit.layer, hit.id),
    }


def helpful_changes(atlas: Atlas, query: Query, lang: str) -> list[dict[str, Any]]:
    """The filters of a query that nothing matches, and its text, each with how many records match without it.

    Those without which still nothing matches are left out.
    """
    return [row for row in _changes(atlas, query, lang) if row["count"]]


def _changes(atlas: Atlas, query: Query, lang: str) -> Iterator[dict[str, Any]]:
    rows = {row.param: row for row in FILTERS}
    for param, values in query.filters:
        labels = filter_labels(atlas, rows[param], values, lang)
        name = f"{rows[param].label.of(lang)}: {', '.join(labels.get(value, value) for value in values)}"
        rest = tuple(one for one in query.filters if one[0] != param)
        yield {"param": param, "name": name, "count": atlas.count(replace(query, filters=rest))}
    if query.text.strip():
        yield {"param": "q", "name": f"“{query.text.strip()}”", "count": atlas.count(replace(query, text=""))}
