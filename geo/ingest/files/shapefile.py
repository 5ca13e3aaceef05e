"""Whether the files of a shapefile are whole, seen from their bytes (ESRI 1998; dBASE III) before GDAL opens them.

GDAL reads on where a file was cut: records come back without a place, or do not come back.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PARTS = (".shp", ".shx", ".dbf")
_HEADER = 100
_FILE_CODE = (9994).to_bytes(4, "big")


class Inventory(NamedTuple):
    """How many records the files hold, and how many of them have a place."""

    records: int
    placed: int


def inventory(path: Path) -> Inventory | None:
    """What the .shp at `path` and the files beside it hold; None when one of them is cut short or is something else."""
    shapes, index, table = (path.with_suffix(part).read_bytes() for part in PARTS)
    alive = _rows(table)
    if alive is None or not (_is_whole(shapes) and _is_whole(index)):
        return None
    entries = np.frombuffer(index[_HEADER : _length(index)], dtype=">i4", count=(_length(index) - _HEADER) // 8 * 2)
    starts, lengths = (entries.reshape(-1, 2).astype(np.int64) * 2).T
    whole = (starts >= _HEADER) & (lengths >= 4) & (starts + 8 + lengths <= len(shapes))
    if len(starts) != len(alive) or not whole.all():
        return None
    kinds = np.array([int.from_bytes(shapes[start + 8 : start + 12], "little") for start in starts.tolist()], dtype=int)
    return Inventory(int(alive.sum()), int((alive & (kinds != 0)).sum()))


def _is_whole(data: bytes) -> bool:
    """Whether a .shp or .shx is at least as long as its header says."""
    return len(data) >= _HEADER and data[:4] == _FILE_CODE and _HEADER <= _length(data) <= len(data)


def _length(data: bytes) -> int:
    """The bytes of a .shp or .shx by its header, which counts 16-bit words."""
    return int.from_bytes(data[24:28], "big") * 2


def _rows(table: bytes) -> NDArray[np.bool_] | None:
    """For each row of a .dbf whether it is alive (a deleted one keeps its place); None when rows are missing."""
    if len(table) < 32:
        return None
    count, start, width = (int.from_bytes(table[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    if start < 33 or width < 1 or len(table) < start + count * width:
        return None
    flags = table[start : start + count * width : width]
    return np.array([flag != ord("*") for flag in flags], dtype=np.bool_)
