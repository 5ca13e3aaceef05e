"""Whether the numbers of a TopoJSON are numbers: GDAL reads any other value as 0, and places the record there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geo.errors import BadSource


def in_topology(path: Path, layer: str) -> tuple[int, int]:
    """How many geometries an object of a TopoJSON holds, and how many of them are a place.

    BadSource when a coordinate of the file is no number, or an arc that a geometry names is not there.
    """
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
    arcs = content.get("arcs", [])
    wrong = [number for number in _numbers([arcs, content.get("transform", {})]) if not _is_number(number)]
    geometries = list(_geometries(content["objects"][layer]))
    for geometry in geometries:
        wrong += [number for number in _numbers(geometry.get("coordinates", [])) if not _is_number(number)]
        indexes = _numbers(geometry.get("arcs", []))
        wrong += [arc for arc in indexes if not isinstance(arc, int) or not -len(arcs) <= arc < len(arcs)]
    if wrong:
        raise BadSource(
            f"{path.name} has an invalid coordinate or arc: {wrong[0]!r}. Export the layer again as GeoJSON.",
            f"{path.name} có toạ độ hoặc cung không hợp lệ: {wrong[0]!r}. Hãy xuất lại lớp thành GeoJSON.",
        )
    return len(geometries), sum(geometry.get("type") is not None for geometry in geometries)


def _geometries(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The geometries of an object: GDAL makes a record of each that a collection at its root holds."""
    if content.get("type") == "GeometryCollection":
        yield from content.get("geometries", [])
    else:
        yield content


def _numbers(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _numbers(part)
    else:
        yield value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
