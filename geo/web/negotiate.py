"""Which form of a resource a caller wants: by `f`, else by what it accepts."""

from collections.abc import Mapping

from flask import request
from werkzeug.exceptions import NotAcceptable

from geo.errors import BadQuery


def chosen(forms: Mapping[str, str]) -> str:
    """The key of `forms` (key -> media type, the default first) to answer in.

    BadQuery for an unknown `f`, NotAcceptable (406) when nothing that the caller accepts is among them.
    """
    said = request.args.get("f")
    if said:
        if said not in forms:
            known = ", ".join(forms)
            raise BadQuery(
                f"f={said!r} is no form of this resource. Forms: {known}.",
                f"f={said!r} không phải dạng của tài nguyên này. Các dạng: {known}.",
            )
        return said
    accepted = request.accept_mimetypes
    types = {media_type.split(";")[0]: key for key, media_type in reversed(list(forms.items()))}
    if "json" in forms:
        types.setdefault("application/json", "json")  # every JSON of ours is JSON
    anything = not accepted or "*/*" in accepted.values()
    if anything and not _names_one(types):
        return next(iter(forms))
    best = accepted.best_match(list(types))
    if best is None:
        raise NotAcceptable
    return types[str(best)]


def _names_one(types: Mapping[str, str]) -> bool:
    """Whether the caller names one of the types beside saying that it takes anything, as browsers do."""
    return any(media_type in types for media_type in request.accept_mimetypes.values())
