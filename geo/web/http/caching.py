"""Answers that may be kept: strong tags, dates, and who may keep them for how long."""

import datetime as dt
from collections.abc import Callable
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path

from flask import Response, g, request

from geo.atlas import Atlas
from geo.web.http.headers import etag_of
from geo.web.http.response_cache import may_be_remembered
from geo.web.http.urls import SiteUrls

DAY_S = 86_400
YEAR_S = 365 * DAY_S
CODINGS = ("br", "gzip")
EXPOSED = (
    "Accept-Ranges, Content-Crs, Content-Disposition, ETag, Last-Modified, Link, OGC-NumberMatched, OGC-NumberReturned,"
    " Repr-Digest, X-Feature-Count, X-File-SHA256, X-Request-ID, X-Tile-Features"
)
"""Headers that a page of another site may read."""


def answered(
    make: Callable[[], bytes | str], *, mimetype: str, max_age_s: int = 60, shared: bool = False, timed: bool = False
) -> Response:
    """A cacheable answer that depends on the version, the address and nothing else; 304 where it is known.

    The tag is strong, but for an answer that is `timed`, which says when it was made and so differs each time.
    """
    tag = tag_of(mimetype)
    held = held_as(tag)
    response = Response(status=304) if held else Response(make(), content_type=_with_charset(mimetype))
    return cached(response, held or tag, max_age_s=max_age_s, shared=shared, weak=timed)


def tag_of(*parts: object) -> str:
    """The tag of the answer to this request: of the version, the address as asked, the host, and `parts`."""
    return tag_for(g.atlas, SiteUrls().host(), request.full_path, *parts)


def tag_for(atlas: Atlas, root: str, address: str, *parts: object) -> str:
    """The same for an address below a site's root."""
    return etag_of(atlas.version.number, atlas.version.digest, root, address, *parts)


def held_as(tag: str) -> str:
    """The tag by which the caller holds this very answer, plain or in a coding that it takes; empty when it does not.

    What is compressed on its way gets a tag of its own there: `tag:br`. Without a tag the date decides.
    """
    held = request.if_none_match
    if held:
        coded = (f"{tag}:{coding}" for coding in CODINGS if request.accept_encodings[coding])
        return next((one for one in (*coded, tag) if held.contains_weak(one)), "")
    return tag if is_newest() else ""


def is_newest() -> bool:
    """Whether nothing changed since the date that the caller has; false for one that has none."""
    since = request.if_modified_since
    return since is not None and changed_at() <= since


def changed_at() -> dt.datetime:
    """When answers last changed: the version's publication, or the code's own change where that is later."""
    return _changed_at(g.atlas.version.published_at)


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


def cached(response: Response, tag: str, *, max_age_s: int = 60, shared: bool = False, weak: bool = False) -> Response:
    """The response with its tag, its date and how long it may be kept; `shared` opens it to pages of other sites."""
    response.set_etag(tag, weak=weak)
    response.headers["Last-Modified"] = _as_header(changed_at())
    for_ever = max_age_s > DAY_S
    # What is stale may be shown while it is asked for anew: phones in the mountains wait for nothing.
    keeping = "immutable" if for_ever else f"stale-while-revalidate={DAY_S}"
    response.headers["Cache-Control"] = f"public, max-age={max_age_s}, {keeping}"
    if shared:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        if not weak:
            may_be_remembered()
    return response


def _with_charset(mimetype: str) -> str:
    return f"{mimetype}; charset=utf-8" if mimetype.startswith("text/") and ";" not in mimetype else mimetype
