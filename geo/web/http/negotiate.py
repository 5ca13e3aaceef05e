"""Which form of a resource a caller wants: by `f`, else by what it accepts."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable

from geo.errors import BadQuery

_JSON = "application/json"


class Wish(NamedTuple):
    """How much a caller wants a form: by its weight, then by how closely it was named, then by what is named first."""

    quality: float
    closeness: int
    order: int


def chosen(forms: Mapping[str, str]) -> str:
    """The key of `forms` (key -> media type, the default first) to answer this request in; see choose."""
    return choose(forms, request.args.get("f"), request.accept_mimetypes)


def choose(forms: Mapping[str, str], f: str | None, accept: MIMEAccept) -> str:
    """The key of `forms` (key -> media type, the default first) for a parameter `f` and an Accept header.

    BadQuery for an unknown `f`, NotAcceptable (406) when nothing that the caller accepts is among them.
    """
    if f:
        if f not in forms:
            listed = ", ".join(forms)
            raise BadQuery(
                f"f={f!r} is not a format of this resource. Formats: {listed}.",
                f"f={f!r} không phải định dạng của tài nguyên này. Các định dạng: {listed}.",
            )
        return f
    accepted = [(name.partition(";")[0].strip().lower(), quality) for name, quality in accept]
    if not accepted:
        return next(iter(forms))
    wishes = {key: _wish(key, media_type, accepted) for key, media_type in forms.items()}
    best = max(wishes, key=wishes.__getitem__)
    if not wishes[best].quality:
        raise NotAcceptable
    return best


def _wish(key: str, media_type: str, accepted: list[tuple[str, float]]) -> Wish:
    """The weight of a form is that of the closest range that covers it (RFC 9110, 12.5.1); 0 means: not this one."""
    own = media_type.partition(";")[0]
    names = (own, _JSON) if key == "json" else (own,)  # every JSON of ours is JSON
    for closeness, closest in ((2, names), (1, (f"{own.partition('/')[0]}/*",)), (0, ("*/*",))):
        for order, (name, quality) in enumerate(accepted):
            if name in closest:
                return Wish(quality, closeness, -order)
    return Wish(0, 0, 0)
