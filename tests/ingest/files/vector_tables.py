"""Vector files read as the service reads an upload, and their text and shapes compared."""

from pathlib import Path

import shapely

from geo.ingest.files.limits import Limits
from geo.ingest.files.table import Table
from tests.ingest.cases import table_of

LIMITS = Limits()


def opened(work: Path, *files: Path, layer: str | None = None) -> Table:
    """The one part of an upload, or the one called `layer`, as the service reads it."""
    return table_of(work, *files, part=layer)


def utf8(cells: list[object]) -> list[str]:
    """Text that was read as Latin-1, as the UTF-8 that it stands for."""
    return [str(cell).encode("latin-1").decode("utf-8") for cell in cells]


def same(table: Table, shapes: list[shapely.Geometry]) -> bool:
    """Whether the shapes are these, to a hair."""
    assert table.shapes is not None and len(table.shapes) == len(shapes)
    return all(
        shapely.normalize(mine).equals_exact(shapely.normalize(theirs), 1e-6)
        for mine, theirs in zip(table.shapes.tolist(), shapes, strict=True)
    )
