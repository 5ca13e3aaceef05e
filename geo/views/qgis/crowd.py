"""Where the points of a map stand so close together that a sheet shows them once more, at a larger scale."""

from collections import Counter
from collections.abc import Iterable

from geo.crs import LngLatBbox

_PARTS = 5
"""The window moves by this part of its width."""


def crowded_box(points: Iterable[tuple[float, float]], size_m: float, *, least: int) -> LngLatBbox | None:
    """The square of `size_m` that holds the most of `points`, its points in the middle; coordinates are metres.

    None when no square holds `least` points. Among equal squares the westernmost, then the southernmost is taken.

    >>> crowded_box([(0, 0), (10, 10), (900, 900)], 100, least=2)
    LngLatBbox(west=-45.0, south=-45.0, east=55.0, north=55.0)
    >>> crowded_box([(0, 0), (500, 0)], 100, least=2) is None
    True
    """
    step = size_m / _PARTS
    places = [(east, north, (int(east // step), int(north // step))) for east, north in points]
    cells = Counter(cell for *_, cell in places)
    corners = {(x - dx, y - dy) for x, y in cells for dx in range(_PARTS) for dy in range(_PARTS)}

    def count(corner: tuple[int, int]) -> int:
        return sum(cells[corner[0] + dx, corner[1] + dy] for dx in range(_PARTS) for dy in range(_PARTS))

    counts = {corner: count(corner) for corner in corners}
    most = max(counts.values(), default=0)
    if most < least:
        return None
    left, bottom = min(corner for corner, total in counts.items() if total == most)
    inside = [
        (east, north) for east, north, (x, y) in places if left <= x < left + _PARTS and bottom <= y < bottom + _PARTS
    ]
    middle = [(min(numbers) + max(numbers)) / 2 for numbers in zip(*inside, strict=True)]
    half = size_m / 2
    return LngLatBbox(middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half)
