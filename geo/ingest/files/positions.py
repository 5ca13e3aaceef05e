"""Positions of lines and rings that a file's own text gives, before they are a geometry."""

import numpy as np
from numpy.typing import NDArray

from geo.schema import Label

Positions = NDArray[np.float64]
"""One row for each position, in the file's order of axes."""


class UnreadableGeometry(ValueError):
    """A geometry, or a part of one, that is not what its format says; `label` says what and where."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.label = Label(vi, en)


def enough(positions: Positions, least: int) -> Positions:
    """The positions; UnreadableGeometry when there are fewer than `least`."""
    if len(positions) < least:
        raise UnreadableGeometry(
            f"một đường chỉ có {len(positions)} điểm, cần ít nhất {least}",
            f"a line has {len(positions)} points, it needs {least}",
        )
    return positions


def ring(positions: Positions) -> tuple[Positions, bool]:
    """The positions of a closed ring, and whether it had to be closed; UnreadableGeometry for fewer than three."""
    open_ = bool((enough(positions, 3)[0] != positions[-1]).any())
    closed = np.vstack([positions, positions[:1]]) if open_ else positions
    if len(closed) < 4:
        raise UnreadableGeometry(
            f"một vòng chỉ có {len(closed)} điểm, cần ít nhất 4", f"a ring has {len(closed)} points, it needs 4"
        )
    return closed, open_


RING_CLOSED = Label("một vòng không khép kín: đã nối điểm cuối với điểm đầu", "a ring is not closed: it was closed")
