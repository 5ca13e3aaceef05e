"""The documents of a record of the layer of links, put together from its columns and the names of its two ends."""

from functools import lru_cache

import orjson
import shapely

from geo.atlas.model import Value
from geo.atlas.sqlite.related_entries import End, end_of, entry_to_end
from geo.ocop.collections import LINK_LAYER

STORED = tuple(
    field.name for field in LINK_LAYER.fields
    if field.name not in {LINK_LAYER.key, "name", "name_en", "source_name", "target_name"}
)  # fmt: skip
"""The fields that are stored; the others are the key, and the names of the ends."""

ARROW = " → "
"""What stands between the names of the ends in the name of a link."""


def properties_of(key: str, source: str, source_en: str, target: str, target_en: str, *stored: Value) -> bytes:
    """The properties of a link as JSON; `stored` are the fields of STORED."""
    return orjson.dumps(_members(key, source, source_en, target, target_en, *stored))


def feature_of(
    wkb: bytes | None, key: str, source: str, source_en: str, target: str, target_en: str, *stored: Value
) -> bytes:
    """A link as a GeoJSON Feature, the properties last."""
    geometry = None if wkb is None else orjson.Fragment(shapely.to_geojson(shapely.from_wkb(wkb)))
    properties = _members(key, source, source_en, target, target_en, *stored)
    return orjson.dumps({"type": "Feature", "id": key, "geometry": geometry, "properties": properties})


def related_of_link(
    link: str, source_layer: str, source_id: str, source: str, target_layer: str, target_id: str, target: str
) -> bytes:
    """The links of a link to the two records that it connects, as in related_entries."""
    ends = _end(source_layer, source_id, source), _end(target_layer, target_id, target)
    return b",".join([entry_to_end(end, link) for end in ends])


@lru_cache(maxsize=1_024)  # a page of links often has one end in common
def _end(layer: str, key: str, title: str) -> End:
    return end_of(layer, key, title)


def _members(
    key: str, source: str, source_en: str, target: str, target_en: str, *stored: Value
) -> dict[str, Value]:  # fmt: skip
    values: dict[str, Value] = dict(zip(STORED, stored, strict=True))
    values |= {
        LINK_LAYER.key: key, "name": source + ARROW + target, "name_en": source_en + ARROW + target_en,
        "source_name": source, "target_name": target,
    }  # fmt: skip
    return {field.name: values[field.name] for field in LINK_LAYER.fields}
