"""The notice of a layer: title, licence, attribution, version."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from geo.atlas import Atlas
from geo.ocop.collections import COLLECTIONS
from geo.schema import Label

WGS84 = "EPSG:4326"
"""The code of STORE_CRS in files: desktop GIS read longitude first in files, whatever the authority defines."""


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


def in_language(text: str, lang: str) -> str:
    """The half of "Vietnamese / English" in `lang`; a text without " / " is used in both languages.

    >>> in_language("miễn phí / free of charge", "en"), in_language("MIT", "vi")
    ('free of charge', 'MIT')
    """
    halves = text.split(" / ")
    return halves[0 if lang == "vi" else 1] if len(halves) == 2 else text
