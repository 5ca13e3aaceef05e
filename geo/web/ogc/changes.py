"""The change feed: ids of the records added, changed and removed since a version or a time."""

import datetime as dt
import re
from typing import Any

import orjson
from flask import Flask, Response, g, request

from geo.atlas import Changes, PublishedVersion
from geo.errors import BadQuery
from geo.ocop.collections import LINK_LAYER
from geo.views.ogc import features
from geo.web.http import params
from geo.web.http.caching import conditional_response
from geo.web.http.negotiate import negotiate
from geo.web.ogc.core import link

_MAX_LINKED_IDS = 200
"""Most changed records for which the feed has a link to their features."""
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d\d:\d\d\Z)")
"""The blank before a time zone: an unencoded plus sign in a query is decoded as a blank."""


def register(app: Flask) -> None:
    """Add the routes of the feeds of one layer and of all."""
    app.add_url_rule("/changes", view_func=everything, endpoint="changes")
    app.add_url_rule("/collections/<layer>/changes", view_func=of_layer, endpoint="layer_changes")


def everything() -> Response:
    """The changes in every layer of the store."""
    since = _since()
    layers = g.atlas.changes_since(since.number)
    return _document(since, "/changes", {"collections": {name: _changes(name, one) for name, one in layers.items()}})


def of_layer(layer: str) -> Response:
    """The changes in one layer; BadQuery for the layer of links, which the store does not hold."""
    params.layer_name(layer)
    if layer == LINK_LAYER.name:
        raise BadQuery(
            "Links are computed again for every version and have no change feed. Download the whole collection when"
            " the version has changed.",
            "Liên kết được tính lại ở mỗi phiên bản nên không có danh sách thay đổi. Hãy tải lại cả lớp khi phiên bản"
            " thay đổi.",
        )
    since = _since()
    changes = g.atlas.changes_since(since.number)[layer]
    return _document(since, f"/collections/{layer}/changes", {"collection": layer, **_changes(layer, changes)})


def _since() -> PublishedVersion:
    """The version of the parameter `since`; BadQuery when it is missing or neither a version nor a time."""
    params.only(request.args, "since", "f")
    negotiate({"json": features.JSON})
    text = request.args.get("since", "").strip()
    number = params.digits(text)
    if number is not None:
        since: PublishedVersion = g.atlas.version_at(str(number))
        return since
    try:
        moment = dt.datetime.fromisoformat(_with_plus(text.upper()))
        # A time without a zone is taken as Vietnamese time (UTC+7).
        aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone(dt.timedelta(hours=7)))
        utc = aware.astimezone(dt.UTC)
    except (ValueError, OverflowError):  # converted to UTC it may be before the year 1 or after 9999
        raise BadQuery(
            f"since={text!r}: expected the number of a version (0 for all) or a time such as 2026-11-24T00:00:00Z.",
            f"since={text!r}: cần số phiên bản (0 là từ đầu) hoặc thời điểm như 2026-11-24T00:00:00Z.",
        ) from None
    at: PublishedVersion = g.atlas.version_at(utc.isoformat(timespec="seconds").replace("+00:00", "Z"))
    return at


def _with_plus(text: str) -> str:
    """The time with the plus sign of its zone, if it was decoded as a blank.

    >>> _with_plus("2026-11-24T00:00:00 07:00"), _with_plus("2026-11-24 07:00")
    ('2026-11-24T00:00:00+07:00', '2026-11-24 07:00')
    """
    return _LOST_PLUS.sub("+", text) if "T" in text or text.count(" ") == 2 else text


def _changes(layer: str, changes: Changes) -> dict[str, Any]:
    body: dict[str, Any] = changes._asdict()
    ids = [*changes.added, *changes.changed]
    if 0 < len(ids) <= _MAX_LINKED_IDS:
        path = f"/collections/{layer}/items"
        body["links"] = [link("items", path, features.GEOJSON, ids=tuple(ids), limit=str(len(ids)))]
    return body


def _document(since: PublishedVersion, path: str, body: dict[str, Any]) -> Response:
    version = g.atlas.version
    document = {
        "since": since._asdict(),
        "version": {"number": version.number, "published_at": version.published_at},
        **body,
    }
    links = [
        link("self", path, features.JSON, since=str(since.number)),
        # For the next request: it has no changes until a version is published.
        link("next", path, features.JSON, since=str(version.number)),
        *body.get("links", []),
    ]
    return conditional_response(lambda: orjson.dumps({**document, "links": links}), mimetype=features.JSON, cors=True)
