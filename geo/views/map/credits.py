"""The credits of a map of several layers: each attribution once, each licence with its layers."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from geo.atlas import Atlas
from geo.ocop.collections import COLLECTIONS
from geo.views.notice import in_language, notice

_PARTS = re.compile(r"[;:.]\s+")


def credits_of(atlas: Atlas, layers: Iterable[str], lang: str) -> dict[str, Any]:
    """The credits of `layers` in one language.

    `attributions` are texts; a text whose clauses are all part of another one is left out. `licences` are rows of
    a `licence` and the names of its `layers`, in the order of `layers`.
    """
    notices = {layer: notice(atlas, layer) for layer in layers}
    licences: dict[str, list[str]] = {}
    for layer, row in notices.items():
        if row.licence:
            licences.setdefault(in_language(row.licence, lang), []).append(COLLECTIONS[layer].label.of(lang))
    return {
        "attributions": list(_without_repeats([row.attribution.of(lang) for row in notices.values()])),
        "licences": [{"licence": licence, "layers": ", ".join(names)} for licence, names in licences.items()],
    }


def _without_repeats(texts: list[str]) -> Iterator[str]:
    """The texts that have a clause which no other text has.

    >>> list(_without_repeats(["Data: a; b. By us.", "Data: b. By us.", "", "Data: c."]))
    ['Data: a; b. By us.', 'Data: c.']
    """
    parts = {text: set(_PARTS.split(text.removesuffix("."))) for text in dict.fromkeys(texts) if text}
    for text, own in parts.items():
        if not any(own < others for others in parts.values()):
            yield text
