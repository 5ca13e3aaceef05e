"""Extracts of OpenStreetMap made in code: what a test puts into one is all that is in it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import osmium
from osmium.osm.mutable import Node, Relation, Way

Point: TypeAlias = tuple[float, float]
"""Longitude and latitude."""


class ExtractWriter:
    """Collects points, lines and relations, and writes them in the order that an extract has."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._ways: list[Way] = []
        self._relations: list[Relation] = []

    def point(self, lng: float, lat: float, **tags: str) -> int:
        """Add a node; its id."""
        self._nodes.append(Node(id=len(self._nodes) + 1, location=(lng, lat), tags=_tags(tags)))
        return len(self._nodes)

    def line(self, points: Sequence[Point], **tags: str) -> int:
        """Add a way and its nodes; a last point that equals the first one closes it. Its id."""
        ids = [self.point(*point) for point in points]
        if points[0] == points[-1]:
            ids[-1] = ids[0]
        return self.way(ids, **tags)

    def way(self, nodes: Sequence[int], **tags: str) -> int:
        """Add a way of nodes, which need not exist; its id."""
        self._ways.append(Way(id=len(self._ways) + 1, nodes=list(nodes), tags=_tags(tags)))
        return len(self._ways)

    def relation(self, members: Sequence[tuple[str, int, str]], **tags: str) -> int:
        """Add a relation of (type, id, role); its id."""
        number = len(self._relations) + 1
        self._relations.append(Relation(id=number, members=list(members), tags=_tags(tags)))
        return number

    def write(self, path: Path, day: str = "2026-11-28") -> Path:
        """Write the extract; the ending of the path says its format."""
        header = osmium.io.Header()
        header.set("osmosis_replication_timestamp", f"{day}T20:21:22Z")
        with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
            for node in self._nodes:
                writer.add_node(node)
            for way in self._ways:
                writer.add_way(way)
            for relation in self._relations:
                writer.add_relation(relation)
        return path


def _tags(tags: dict[str, Any]) -> dict[str, str]:
    """Tags whose keys have a colon in OpenStreetMap and two underscores as a keyword."""
    return {key.replace("__", ":"): value for key, value in tags.items()}


def square(lng: float, lat: float, side: float = 0.01) -> list[Point]:
    """A closed ring whose south-west corner is given."""
    return [(lng, lat), (lng + side, lat), (lng + side, lat + side), (lng, lat + side), (lng, lat)]
