"""Metadata of the layers as DCAT-AP, ISO 19139, ISO 19115-3, OGC API - Records and schema.org."""

from collections.abc import Callable
from typing import NamedTuple

from geo.atlas import Atlas
from geo.views.catalogue import iso19115_3, iso19139
from geo.views.catalogue.facts import Facts, Site, facts_of


class Standard(NamedTuple):
    """A metadata standard: its name, and the function that writes a layer's record."""

    label: str
    document: Callable[[Atlas, str, Site], str]


STANDARDS = {
    "19139": Standard("ISO 19139", iso19139.metadata),
    "19115-3": Standard("ISO 19115-3", iso19115_3.metadata),
}
"""Value of the parameter `standard` -> metadata standard; the first is the default."""

__all__ = ["STANDARDS", "Facts", "Site", "Standard", "facts_of"]
