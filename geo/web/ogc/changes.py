"""The change feed over HTTP: what was added, changed and removed since a version or a time."""

import datetime as dt
import re
from typing import Any

import orjson
from flask import Flask, Response, g, request

from geo.atlas import Changes, Published
from geo.errors import BadQuery
from geo.ocop.collections import LINK_LAYER
from geo.views.ogc import features
from geo.web.http import params
from geo.web.http.caching import answered
from geo.web.http.negotiate import chosen
from geo.web.ogc.core import link

_MOST_LINKED = 200
"""Most ids that are also given as one address of the records themselves."""
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d\d:\d\d\Z)")
"""A zone's plus sign that stood in the address as it is, where a plus means a blank; only a time before it is meant."""


def register(app: Flask) -> None:
    """Answer the feeds of one layer and of all."""
    app.add_url_rule("/changes", view_func=everything, endpoint="changes")
    app.add_url_rule("/collections/<layer>/changes", view_func=of_layer, endpoint="layer_changes")


def everything() -> Response:
    """What changed in every layer that is recorded."""
    since = _since()
    layers = g.atlas.changed_since(since.number)
    return _document(since, "/changes", {"collections": {name: _changes(name, one) for name, one in layers.items()}})


def of_layer(layer: str) -> Response:
    """What changed in one layer."""
    params.layer_name(layer)
    if layer == LINK_LAYER.name:
        raise BadQuery(
            "Links are worked out anew in every version and have no change feed. Take the collection whole when the"
            " version has changed.",
            "Liên kết được tính lại ở mỗi phiên bản nên không có danh sách thay đổi. Hãy lấy lại cả lớp khi phiên bản"
            " thay đổi.",
        )
    since = _since()
    changes = g.atlas.changed_since(since.number)[layer]
    return _document(since, f"/collections/{layer}/changes", {"collection": layer, **_changes(layer, changes)})


def _since() -> Published:
    """The version asked from; BadQuery when it is missing or no version and no time."""
    params.only(request.args, "since", "f")
    chosen({"json": features.JSON})
    text = request.args.get("since", "").strip()
    if text.isascii() and text.isdigit():
        since: Published = g.atlas.published(text)
        return since
    try:
        moment = dt.datetime.fromisoformat(_with_plus(text.upper()))
        # A time without a zone is one in the province (UTC+7) for people who write it; programs write the zone.
        aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone(dt.timedelta(hours=7)))
        utc = aware.astimezone(dt.UTC)
    except (ValueError, OverflowError):  # a zone can carry the first and the last day of all out of the calendar
        raise BadQuery(
            f"since={text!r}: expected the number of a version (0 for all) or a time such as 2026-11-24T00:00:00Z.",
            f"since={text!r}: cần số phiên bản (0 là từ đầu) hoặc thời điểm như 2026-11-24T00:00:00Z.",
        ) from None
    at: Published = g.atlas.published(utc.isoformat(timespec="seconds").replace("+00:00", "Z"))
    return at


def _with_plus(text: str) -> str:
    """The time with the plus sign of its zone, when the address lost it.

    >>> _with_plus("2026-11-24T00:00:00 07:00"), _with_plus("2026-11-24 07:00")
    ('2026-11-24T00:00:00+07:00', '2026-11-24 07:00')
    """
    return _LOST_PLUS.sub("+", text) if "T" in text or text.count(" ") == 2 else text


def _changes(layer: str, changes: Changes) -> dict[str, Any]:
    body: dict[str, Any] = changes._asdict()
    ids = [*changes.added, *changes.changed]
    if 0 < len(ids) <= _MOST_LINKED:
        path = f"/collections/{layer}/items"
        body["links"] = [link("items", path, features.GEOJSON, ids=",".join(ids), limit=str(len(ids)))]
    return body


def _document(since: Published, path: str, body: dict[str, Any]) -> Response:
    version = g.atlas.version
    document = {
        "since": since._asdict(),
        "version": {"number": version.number, "published_at": version.published_at},
        **body,
    }
    links = [
        link("self", path, features.JSON, since=str(since.number)),
        # What to ask next time: empty until something is published.
        link("next", path, features.JSON, since=str(version.number)),
        *body.get("links", []),
    ]
    return answered(lambda: orjson.dumps({**document, "links": links}), mimetype=features.JSON, shared=True)
