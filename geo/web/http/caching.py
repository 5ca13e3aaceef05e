"""Caching in HTTP (RFC 9111) and conditional requests (RFC 9110, section 13): ETags, dates, Cache-Control, 304."""

import datetime as dt
from collections.abc import Callable
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from flask import Response, g, request
from werkzeug.datastructures import Accept, ETags
from werkzeug.http import quote_etag

from geo.atlas import Atlas
from geo.web.http.headers import etag_of
from geo.web.http.response_cache import mark_cacheable
from geo.web.http.urls import SiteUrls

DAY_S = 86_400
YEAR_S = 365 * DAY_S
CODINGS = ("br", "gzip")
EXPOSED = (
    "Accept-Ranges, Content-Crs, Content-Disposition, ETag, Last-Modified, Link, OGC-NumberMatched, OGC-NumberReturned,"
    " Repr-Digest, X-Feature-Count, X-File-SHA256, X-Request-ID, X-Tile-Features"
)
"""Headers that a page of another site may read."""


class Conditions(NamedTuple):
    """What a request says of the copy that its caller holds: If-None-Match, If-Modified-Since, Accept-Encoding."""

    tags: ETags
    since: dt.datetime | None
    codings: Accept


NO_CONDITIONS = Conditions(ETags(), None, Accept())
"""Of a caller that holds no copy."""


def conditions() -> Conditions:
    """Those of this request."""
    return Conditions(request.if_none_match, request.if_modified_since, request.accept_encodings)


def answered(make: Callable[[], bytes | str], *, mimetype: str, max_age_s: int = 60, shared: bool = False) -> Response:
    """What `make` returns as a cacheable response; 304 without calling it where the caller holds it already.

    It must depend on the version of the data and the address, and on nothing else. The ETag is strong.
    """
    tag = tag_of(mimetype)
    held = held_as(tag, changed_at(g.atlas), conditions())
    response = Response(status=304) if held else Response(make(), content_type=_with_charset(mimetype))
    return cached(response, held or tag, max_age_s=max_age_s, shared=shared)


def tag_of(*parts: object) -> str:
    """The ETag of the response to this request: of the version, the address as sent, the host, and `parts`."""
    return tag_for(g.atlas, SiteUrls().host(), request.full_path, *parts)


def tag_for(atlas: Atlas, root: str, address: str, *parts: object) -> str:
    """The same for an address below a site's root."""
    return etag_of(atlas.version.number, atlas.version.digest, root, address, *parts)


def held_as(tag: str, changed: dt.datetime, conditions: Conditions) -> str:
    """The ETag by which the caller holds the response, plain or in a coding that it accepts; empty when it does not.

    A response that is compressed on its way has an ETag of its own: `tag:br`. If-Modified-Since counts only where
    there is no If-None-Match (RFC 9110, 13.1.3).
    """
    if conditions.tags:
        coded = (f"{tag}:{coding}" for coding in CODINGS if conditions.codings[coding])
        return next((one for one in (*coded, tag) if conditions.tags.contains_weak(one)), "")
    return tag if conditions.since is not None and changed <= conditions.since else ""


def is_not_modified() -> bool:
    """Whether nothing changed since If-Modified-Since; false for a request without it."""
    since = request.if_modified_since
    return since is not None and changed_at(g.atlas) <= since


def changed_at(atlas: Atlas) -> dt.datetime:
    """When responses last changed: the version's publication, or the code's own change where that is later."""
    return _changed_at(atlas.version.published_at)


@lru_cache(maxsize=8)
def _changed_at(published_at: str) -> dt.datetime:
    return max(dt.datetime.fromisoformat(published_at), _code_changed_at()).replace(microsecond=0)


@lru_cache(maxsize=8)
def _as_header(moment: dt.datetime) -> str:
    return format_datetime(moment, usegmt=True)


@lru_cache(maxsize=1)
def _code_changed_at() -> dt.datetime:
    root = Path(__file__).resolve().parents[2]
    newest = max(path.stat().st_mtime for path in root.rglob("*.py"))
    return dt.datetime.fromtimestamp(newest, dt.UTC)


def cache_headers(
    tag: str, changed: dt.datetime, *, max_age_s: int = 60, shared: bool = False, weak: bool = False
) -> dict[str, str]:
    """ETag, Last-Modified and Cache-Control of a response; `shared` lets pages of other sites read it (CORS)."""
    for_ever = max_age_s > DAY_S
    # A stale copy may be shown while a fresh one is fetched: phones in the mountains wait for nothing.
    directive = "immutable" if for_ever else f"stale-while-revalidate={DAY_S}"
    headers = {
        "ETag": quote_etag(tag, weak),
        "Last-Modified": _as_header(changed),
        "Cache-Control": f"public, max-age={max_age_s}, {directive}",
    }
    if shared:
        headers |= {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}
    return headers


def cached(response: Response, tag: str, *, max_age_s: int = 60, shared: bool = False) -> Response:
    """The response with its cache_headers; where it is `shared`, the response cache may keep it, too."""
    response.headers.update(cache_headers(tag, changed_at(g.atlas), max_age_s=max_age_s, shared=shared))
    if shared:
        mark_cacheable()
    return response


def _with_charset(mimetype: str) -> str:
    return f"{mimetype}; charset=utf-8" if mimetype.startswith("text/") and ";" not in mimetype else mimetype
