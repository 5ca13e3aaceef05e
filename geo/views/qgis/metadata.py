"""The metadata elements of a QGIS project and of its layers, from the metadata of the layers."""

from typing import NamedTuple
from xml.etree import ElementTree as ET

from geo.atlas import Atlas
from geo.ocop.layers import GROUPS
from geo.schema import LayerSpec
from geo.views.notice import notice
from geo.views.qgis.xml import add

_LANGUAGES = {"vi": "VIE", "en": "ENG"}


class Metadata(NamedTuple):
    """The metadata of a project or a layer. `created` is ISO 8601 without a time zone."""

    id: str
    title: str
    abstract: str
    lang: str
    kind: str = "dataset"
    parent: str = ""
    created: str = ""
    history: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ("OCOP", "Điện Biên")
    rights: str = ""
    licence: str = ""
    links: tuple[tuple[str, str], ...] = ()


def metadata(parent: ET.Element, about: Metadata) -> None:
    """Add the elements of `about` in the order in which QGIS writes them."""
    add(parent, "identifier", about.id)
    add(parent, "parentidentifier", about.parent)
    add(parent, "language", _LANGUAGES[about.lang])
    add(parent, "type", about.kind)
    add(parent, "title", about.title)
    add(parent, "abstract", about.abstract)
    words = add(parent, "keywords", vocabulary="OCOP")
    for word in about.keywords:
        add(words, "keyword", word)
    links = add(parent, "links")
    for name, address in about.links:
        add(links, "link", name=name, type="WWW:LINK", url=address, description="", format="", mimeType="", size="")
    for line in about.history:
        add(parent, "history", line)
    if about.licence:
        add(parent, "license", about.licence)
    if about.rights:
        add(parent, "rights", about.rights)
    if about.created:
        add(parent, "creation", about.created)


def layer_metadata(parent: ET.Element, atlas: Atlas, spec: LayerSpec, lang: str, crs: str) -> None:
    """Add the metadata of a layer: description, rights, lineage and extent."""
    terms, own = notice(atlas, spec.name), atlas.metadata(spec.name)
    lineage = own.get("lineage") or {}
    metadata(
        parent,
        Metadata(
            f"ocop-dien-bien:{spec.name}", terms.title.of(lang), spec.about.of(lang), lang, parent="ocop-dien-bien",
            history=tuple(str(text) for text in [lineage.get(lang) or lineage.get("vi")] if text),
            keywords=("OCOP", "Điện Biên", GROUPS[spec.group].of(lang)), rights=terms.attribution.of(lang),
            licence=terms.licence, links=tuple((name, address) for name, address, _ in terms.sources if address),
        ),
    )  # fmt: skip
    box = atlas.bounds(spec.name) if spec.geometry else None
    if box is not None:
        extent = add(parent, "extent")
        add(
            extent, "spatial", crs="EPSG:4326", dimensions="2", minx=f"{box.west}", miny=f"{box.south}",
            maxx=f"{box.east}", maxy=f"{box.north}", minz="0", maxz="0",
        )  # fmt: skip
