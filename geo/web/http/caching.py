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
from geo.web.http.codings import CODINGS
from geo.web.http.headers import etag_of
from geo.web.http.response_cache import mark_cacheable
from geo.web.http.urls import SiteUrls

DAY_S = 86_400
YEAR_S = 365 * DAY_S
EXPOSED_HEADERS = (
    "Accept-Ranges, Content-Crs, Content-Disposition, Content-Encoding, Content-Language, Content-Range, ETag,"
    " Last-Modified, Link, OGC-NumberMatched, OGC-NumberReturned, Repr-Digest, X-Feature-Count, X-File-SHA256,"
    " X-Request-ID, X-Tile-Features"
)
"""Response headers that scripts of other sites may read (CORS)."""


class Conditions(NamedTuple):
    """The headers of a conditional request: If-None-Match, If-Modified-Since, and Accept-Encoding."""

    tags: ETags
    since: dt.datetime | None
    codings: Accept


NO_CONDITIONS = Conditions(ETags(), None, Accept())
"""The conditions of an unconditional request."""


def conditions() -> Conditions:
    """The conditions of the current request."""
    return Conditions(request.if_none_match, request.if_modified_since, request.accept_encodings)


def conditional_response(
    make: Callable[[], bytes | str], *, mimetype: str, max_age_s: int = 60, cors: bool = False
) -> Response:
    """A cacheable response with the body that `make` returns, or 304 without calling it if the client's copy is valid.

    The body must depend on the version of the data and the URL only. The ETag is strong.
    """
    tag = tag_of(mimetype)
    etag = matching_etag(tag, last_modified_of(g.atlas), conditions())
    response = Response(status=304) if etag else Response(make(), content_type=_with_charset(mimetype))
    return add_cache_headers(response, etag or tag, max_age_s=max_age_s, cors=cors)


def tag_of(*parts: object) -> str:
    """The ETag of the response to this request, made of the data version, root URL, path with query, and `parts`."""
    return tag_for(g.atlas, SiteUrls().host(), request.full_path, g.lang, *parts)


def tag_for(atlas: Atlas, root: str, address: str, *parts: object) -> str:
    """The ETag of a response, made of the atlas's version, the root URL, the path with query, and `parts`."""
    return etag_of(atlas.version.number, atlas.version.digest, root, address, *parts)


def matching_etag(tag: str, last_modified: dt.datetime, conditions: Conditions) -> str:
    """The ETag of the client's copy if it is still valid, otherwise an empty text.

    Each content coding of a response has an ETag of its own, such as `tag:br`. If-Modified-Since is ignored when there
    is If-None-Match (RFC 9110, 13.1.3).
    """
    if conditions.tags:
        variants = (f"{tag}:{coding}" for coding in CODINGS if conditions.codings[coding])
        return next((one for one in (*variants, tag) if conditions.tags.contains_weak(one)), "")
    return tag if conditions.since is not None and last_modified <= conditions.since else ""


def is_not_modified() -> bool:
    """Whether nothing has changed since If-Modified-Since; False for a request without it."""
    since = request.if_modified_since
    return since is not None and last_modified_of(g.atlas) <= since


def last_modified_of(atlas: Atlas) -> dt.datetime:
    """When responses last changed: when the version was published, or when the code changed, whichever is later."""
    return _last_modified(atlas.version.published_at)


@lru_cache(maxsize=8)
def _last_modified(published_at: str) -> dt.datetime:
    return max(dt.datetime.fromisoformat(published_at), _code_modified_at()).replace(microsecond=0)


@lru_cache(maxsize=8)
def _http_date(moment: dt.datetime) -> str:
    return format_datetime(moment, usegmt=True)


@lru_cache(maxsize=1)
def _code_modified_at() -> dt.datetime:
    root = Path(__file__).resolve().parents[2]
    newest = max(path.stat().st_mtime for path in root.rglob("*.py"))
    return dt.datetime.fromtimestamp(newest, dt.UTC)


def cache_headers(
    tag: str, last_modified: dt.datetime, *, max_age_s: int = 60, cors: bool = False, weak: bool = False
) -> dict[str, str]:
    """ETag, Last-Modified and Cache-Control of a response; `cors` allows scripts of other sites to read it."""
    for_ever = max_age_s > DAY_S
    # Browsers may show a stale copy while they fetch a new one, which helps on slow mobile networks.
    directive = "immutable" if for_ever else f"stale-while-revalidate={DAY_S}"
    headers = {
        "ETag": quote_etag(tag, weak),
        "Last-Modified": _http_date(last_modified),
        "Cache-Control": f"public, max-age={max_age_s}, {directive}",
    }
    if cors:
        headers |= {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED_HEADERS}
    return headers


def add_cache_headers(response: Response, tag: str, *, max_age_s: int = 60, cors: bool = False) -> Response:
    """The response with its cache_headers; with `cors` it is also marked for the response cache."""
    response.headers.update(cache_headers(tag, last_modified_of(g.atlas), max_age_s=max_age_s, cors=cors))
    if cors:
        mark_cacheable()
    return response


def _with_charset(mimetype: str) -> str:
    return f"{mimetype}; charset=utf-8" if mimetype.startswith("text/") and ";" not in mimetype else mimetype
