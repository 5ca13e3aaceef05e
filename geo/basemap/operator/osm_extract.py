"""An extract of OpenStreetMap (.osm.pbf, .osm): what the base map draws of it, read object by object.

An extract of the whole country has some fifty million points, of which a province needs a few. The file is read as a
stream, ways become geometries in portions, and what does not lie near the province is dropped at once. The positions of
the points of a large extract are kept in a file, not in memory.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import shapely

from geo.basemap.operator.base_features import Feature, Reading, clip_features
from geo.basemap.operator.classes import KEYS, Dimension, Rule, rule_of_tags
from geo.basemap.operator.clip_area import ClipArea
from geo.basemap.operator.extras import extra
from geo.errors import BadSource

_PORTION = 50_000
"""Geometries that are made, and compared with the area, together."""

_LARGE = 64 * 1024 * 1024
"""Bytes of an extract above which the positions of its points are kept in a file, with 16 bytes for each point."""

_HEAD = 1_024
_RELATION_TYPES = ("multipolygon", "waterway", "route")
_VIETNAMESE = ("name:vi", "name", "name:en", "name:fr")
_ENGLISH = ("name:en", "name", "name:fr", "name:vi")
"""Keys of names, the best first. In Laos, `name:fr` has the usual transcription of many places."""

_HEIGHT = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*(?:m\b.*)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Extract(NamedTuple):
    """The layers of an extract, and the day of its data (ISO 8601; empty where the file does not say it)."""

    reading: Reading
    as_of: str


class _Relations(NamedTuple):
    """What relations add to the objects of an extract.

    `tags` holds, by the id of a way, the names and numbers of the relations that it is a member of: a river, a road.
    `areas` are the ids of multipolygon relations that the base map draws.
    """

    tags: dict[int, dict[str, str]]
    areas: set[int]


def read_extract(path: Path, area: ClipArea, temporary: Path) -> Extract:
    """The layers of an extract inside `area`; `temporary` is a folder for a file of positions.

    BadSource when pyosmium is not installed and when the file cannot be read. An extract of which nothing lies in the
    area has no layers.
    """
    osmium = extra("osmium")
    try:
        return _read(osmium, path, area, temporary)
    except RuntimeError as error:  # libosmium raises no other type for a file that it cannot read
        raise BadSource(
            f"The OpenStreetMap extract {path.name} cannot be read ({error}). Download it again.",
            f"Không đọc được tệp trích OpenStreetMap {path.name} ({error}). Hãy tải lại tệp.",
        ) from error


def _read(osmium: ModuleType, path: Path, area: ClipArea, temporary: Path) -> Extract:
    relations = _relations(osmium, path)
    storage = f"sparse_file_array,{temporary / 'positions'}" if path.stat().st_size > _LARGE else "flex_mem"
    keys = osmium.filter.KeyFilter(*KEYS)
    processor = osmium.FileProcessor(str(path)).with_locations(storage).with_areas(keys).with_filter(keys)
    portions = _Portions(osmium, area, relations)
    for entity in processor:
        portions.add(entity)
    features, shapes, left_out = portions.end()
    day = _DATE.match(processor.header.get("osmosis_replication_timestamp", ""))
    return Extract(clip_features(features, shapes, area, left_out), day[0] if day else "")


def _relations(osmium: ModuleType, path: Path) -> _Relations:
    tags: dict[int, dict[str, str]] = {}
    areas: set[int] = set()
    kinds = osmium.filter.TagFilter(*(("type", kind) for kind in _RELATION_TYPES))
    for relation in osmium.FileProcessor(str(path), osmium.osm.RELATION).with_filter(kinds):
        own = dict(relation.tags)
        if own["type"] == "multipolygon":
            areas |= {relation.id} if rule_of_tags(own, 2) else set()
        elif own["type"] == "waterway" or own.get("route") == "road":
            inherited = {key: value for key, value in own.items() if key == "ref" or key.startswith("name")}
            for member in relation.members:
                if member.type == "w":
                    tags[member.ref] = inherited | tags.get(member.ref, {})
    return _Relations(tags, areas)


class _Portions:
    """Collects the objects of an extract, and keeps of every portion what lies near the area."""

    def __init__(self, osmium: ModuleType, area: ClipArea, relations: _Relations) -> None:
        self._osmium, self._area, self._relations = osmium, area, relations
        self._wkb = osmium.geom.WKBFactory()
        self._features: list[Feature] = []
        self._shapes: list[Any] = []
        self._new_features: list[Feature] = []
        self._new_wkb: list[bytes] = []
        self._left_out: Counter[str] = Counter()
        self._unassembled = set(relations.areas)

    def add(self, entity: Any) -> None:
        """Take a node, a way or an area."""
        if entity.is_node():
            self._add(entity, 0, lambda: [self._wkb.create_point(entity)])
        elif entity.is_way():
            self._add(entity, 1, lambda: self._lines(entity))
        elif entity.is_area():
            self._unassembled.discard(entity.orig_id() if not entity.from_way() else 0)
            self._add(entity, 2, lambda: [self._wkb.create_multipolygon(entity)])
        if len(self._new_wkb) >= _PORTION:
            self._keep_near()

    def _add(self, entity: Any, dimension: Dimension, shapes: Any) -> None:
        tags = dict(entity.tags)
        rule = rule_of_tags(tags, dimension)
        if rule is None or (dimension == 1 and tags.get("area") == "yes"):
            return
        feature = _feature(rule, _inherited(tags, self._relations.tags.get(entity.id, {})) if dimension == 1 else tags)
        for wkb in shapes():
            self._new_features.append(feature)
            self._new_wkb.append(bytes.fromhex(wkb))

    def _lines(self, way: Any) -> Iterator[str]:
        """The way as a line in hexadecimal WKB; as several where points are missing, and none where all are."""
        try:
            yield self._wkb.create_linestring(way)
            return
        except (self._osmium.InvalidLocationError, RuntimeError):  # the second: fewer than two different points
            pass
        positions = np.array([(node.x, node.y) if node.location.valid() else (np.nan, 0) for node in way.nodes])
        missing = np.isnan(positions[:, 0])
        runs = np.split(np.arange(len(positions)), np.flatnonzero(missing))
        lines = [positions[run[~missing[run]]] / 1e7 for run in runs if (~missing[run]).sum() > 1]
        self._left_out["incomplete"] += not lines
        yield from (shapely.to_wkb(shapely.linestrings(line), hex=True) for line in lines)

    def _keep_near(self) -> None:
        shapes = shapely.from_wkb(self._new_wkb)
        near = self._area.is_near(shapes)
        self._left_out["outside"] += int((~near).sum())
        self._shapes += list(shapes[near])
        self._features += [self._new_features[row] for row in np.flatnonzero(near).tolist()]
        self._new_features, self._new_wkb = [], []

    def end(self) -> tuple[list[Feature], Any, Counter[str]]:
        """The features near the area, their shapes (STORE_CRS) and what was left out."""
        self._keep_near()
        self._left_out["incomplete"] += len(self._unassembled)
        shapes = np.empty(len(self._shapes), dtype=object)
        shapes[:] = self._shapes
        return self._features, shapes, self._left_out


def _inherited(tags: Mapping[str, str], of_relation: Mapping[str, str]) -> dict[str, str]:
    """The tags of a way with those of its relation that it lacks; a way with a name has only its own names.

    >>> _inherited({"name": "Cầu Bản Phủ"}, {"name:vi": "Quốc lộ 12", "ref": "QL12"})
    {'ref': 'QL12', 'name': 'Cầu Bản Phủ'}
    """
    has_name = any(key.startswith("name") for key in tags)
    lacking = {key: value for key, value in of_relation.items() if not (has_name and key.startswith("name"))}
    return {**lacking, **tags}


def _feature(rule: Rule, tags: Mapping[str, str]) -> Feature:
    height = _HEIGHT.fullmatch(tags.get("ele", ""))
    return Feature(
        rule,
        _name(tags, _VIETNAMESE),
        _name(tags, _ENGLISH),
        tags.get("ref"),
        float(height[1].replace(",", ".")) if height else None,
    )


def _name(tags: Mapping[str, str], keys: Sequence[str]) -> str | None:
    """The first name in Latin letters: beyond the border, `name` is in Lao or Chinese script."""
    names = [tags[key] for key in keys if tags.get(key)]
    return next((name for name in names if _is_latin(name)), None)


def _is_latin(text: str) -> bool:
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in text if letter.isalpha())


def is_extract(path: Path) -> bool:
    """Whether a file begins like an extract of OpenStreetMap, in PBF or in XML."""
    with path.open("rb") as opened:
        head = opened.read(_HEAD)
    return b"OSMHeader" in head[:64] or re.search(rb"<osm\b", head) is not None
