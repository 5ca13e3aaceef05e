"""The notice of a layer (title, licence, attribution, version), and the fields that the atlas derives."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from geo.atlas import Atlas
from geo.ocop.collections import COLLECTIONS
from geo.schema import Field, Label, LayerSpec

WGS84 = "EPSG:4326"
"""The code of STORE_CRS in files: desktop GIS read longitude first in files, whatever the authority defines."""


_COMMUNE = (
    Field("commune_code", "comm_code", Label("Mã xã, phường (từ 1/7/2025)", "Code of the commune (since 1 July 2025)")),
    Field("commune_name", "comm_name", Label("Xã, phường (từ 1/7/2025)", "Commune or ward (since 1 July 2025)")),
)


_MEASURED_AREA = Field(
    "measured_area_ha", "meas_ha", Label("Diện tích đo trên ranh giới", "Area measured on the outline"), "real",
    unit="ha",
)  # fmt: skip


class Notice(NamedTuple):
    """The text that accompanies exported data: title, licence, attribution, and the version of the data."""

    title: Label
    licence: str
    attribution: Label
    sources: tuple[tuple[str, str, str], ...]
    version: int
    published_at: str


def derived_fields(spec: LayerSpec) -> tuple[Field, ...]:
    """The fields that the atlas computes for records of the layer, beside the declared ones."""
    units = _COMMUNE if spec.geometry == "Point" and spec.has("old_commune_code") else ()
    return (*units, _MEASURED_AREA) if spec.geometry == "MultiPolygon" else units


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
