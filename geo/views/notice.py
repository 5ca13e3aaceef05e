"""The notice of a layer: title, licence, attribution, version."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from geo.atlas import Atlas
from geo.ocop.collections import COLLECTIONS
from geo.schema import Label

WGS84 = "EPSG:4326"
"""The code of STORE_CRS in files: desktop GIS read longitude first in files, whatever the authority defines."""


# A licence holds for the whole layer when the text is its name alone, or says "offered under" it.
_WHOLE_LICENCE = re.compile(r"(?:\A|offered under )(CC BY 4\.0|MIT)\.?\Z")
_LICENCES = {
    "CC BY 4.0": ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "MIT": ("MIT", "https://spdx.org/licenses/MIT"),
}


class Licence(NamedTuple):
    """The licence text of the metadata; `spdx` and `address` where it is one known licence for the whole layer."""

    text: str
    spdx: str | None
    address: str | None


class Notice(NamedTuple):
    """The text that accompanies exported data: title, licence, attribution, and the version of the data."""

    title: Label
    licence: str
    attribution: Label
    sources: tuple[tuple[str, str, str], ...]
    version: int
    published_at: str


def notice(atlas: Atlas, layer: str) -> Notice:
    """The notice of `layer`, from its metadata; the title is the layer's label where the metadata have none."""
    about = atlas.metadata(layer)
    return Notice(
        title=_label(about.get("title"), COLLECTIONS[layer].label),
        licence=str(about.get("licence") or ""),
        attribution=_label(about.get("attribution"), Label("", "")),
        sources=tuple(
            (str(row.get("name") or ""), str(row.get("address") or ""), str(row.get("licence") or ""))
            for row in about.get("source") or ()
        ),
        version=atlas.version.number,
        published_at=atlas.version.published_at,
    )


def _label(words: Mapping[str, Any] | None, default: Label) -> Label:
    words = words or {}
    return Label(str(words.get("vi") or default.vi), str(words.get("en") or default.en))


def licence_of(text: str) -> Licence | None:
    """The licence that the metadata of a layer word so; None without words.

    >>> licence_of("MIT").address, licence_of("MIT (B1)").address, licence_of(" ")
    ('https://spdx.org/licenses/MIT', None, None)
    """
    wording = text.strip()
    match = _WHOLE_LICENCE.search(wording)
    spdx, address = _LICENCES[match[1]] if match else (None, None)
    return Licence(wording, spdx, address) if wording else None


def in_language(text: str, lang: str) -> str:
    """The half of "Vietnamese / English" in `lang`; a text without " / " is used in both languages.

    >>> in_language("miễn phí / free of charge", "en"), in_language("MIT", "vi")
    ('free of charge', 'MIT')
    """
    halves = text.split(" / ")
    return halves[0 if lang == "vi" else 1] if len(halves) == 2 else text
