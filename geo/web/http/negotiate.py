"""Content negotiation: the format of a response by the parameter `f` or the Accept header."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable

from geo.errors import BadQuery

_JSON = "application/json"


class Preference(NamedTuple):
    """The rank of a format for a client: quality, then how specific the matching range is, then its position."""

    quality: float
    closeness: int
    order: int


def negotiate(forms: Mapping[str, str]) -> str:
    """The key of `forms` (key -> media type, the default first) for this request; see choose."""
    return choose(forms, request.args.get("f"), request.accept_mimetypes)


def choose(forms: Mapping[str, str], f: str | None, accept: MIMEAccept) -> str:
    """The key of `forms` (key -> media type, the default first) for a parameter `f` and an Accept header.

    BadQuery for an unknown `f`, NotAcceptable (406) when the Accept header allows none of the forms.
    """
    if f:
        if f not in forms:
            names = ", ".join(forms)
            raise BadQuery(
                f"f={f!r} is not a format of this resource. Formats: {names}.",
                f"f={f!r} không phải định dạng của tài nguyên này. Các định dạng: {names}.",
            )
        return f
    ranges = [(name.partition(";")[0].strip().lower(), quality) for name, quality in accept]
    if not ranges:
        return next(iter(forms))
    preferences = {key: _preference(key, media_type, ranges) for key, media_type in forms.items()}
    best = max(preferences, key=preferences.__getitem__)
    if not preferences[best].quality:
        raise NotAcceptable
    return best


def _preference(key: str, media_type: str, ranges: list[tuple[str, float]]) -> Preference:
    """The preference by the most specific range that matches (RFC 9110, 12.5.1); quality 0: not acceptable."""
    own = media_type.partition(";")[0]
    names = (own, _JSON) if key == "json" else (own,)  # application/json matches every JSON media type of the key json
    for closeness, closest in ((2, names), (1, (f"{own.partition('/')[0]}/*",)), (0, ("*/*",))):
        for order, (name, quality) in enumerate(ranges):
            if name in closest:
                return Preference(quality, closeness, -order)
    return Preference(0, 0, 0)
