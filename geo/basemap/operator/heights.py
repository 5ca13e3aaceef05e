"""Files of heights: tiles of SRTM (.hgt, also zipped) and GeoTIFF, as rasters that are laid on a grid in metres."""

import re
import zipfile
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.basemap.operator.hillshade import MetricGrid
from geo.basemap.operator.lattice import block_means, interpolate, sample
from geo.crs import METRIC_CRS, transformer
from geo.errors import BadSource

Numbers: TypeAlias = NDArray[np.float64]

HGT_CRS = "EPSG:4326"
_HGT_NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3}).*\.hgt", re.IGNORECASE | re.ASCII)
_HGT_SIDES = (1201, 3601)
_VOID = -32768
_ROWS = 256
"""Rows of a grid that are filled at a time."""


class Raster(NamedTuple):
    """Heights in metres at the points of a regular grid, the first row in the north; NaN where the height is unknown.

    `x` (east) and `y` (north) are the coordinates of the first point in `crs`; the steps, in units of `crs` (degrees or
    metres), are positive.
    """

    crs: str
    x: float
    y: float
    step_x: float
    step_y: float
    heights: NDArray[np.float32]

    def outline(self) -> tuple[Numbers, Numbers]:
        """Eastings and northings in METRIC_CRS of points along the edge of the raster."""
        rows, columns = self.heights.shape
        along = np.linspace(0, 1, 33)
        across, down = self.x + self.step_x * (columns - 1) * along, self.y - self.step_y * (rows - 1) * along
        xs = np.concatenate([across, across, np.full(33, across[0]), np.full(33, across[-1])])
        ys = np.concatenate([np.full(33, down[0]), np.full(33, down[-1]), down, down])
        east, north = transformer(self.crs, METRIC_CRS).transform(xs, ys)
        return np.asarray(east), np.asarray(north)

    def cell_m(self) -> float:
        """The distance in metres on METRIC_CRS between two neighbouring points, the smaller of both directions."""
        rows, columns = self.heights.shape
        x, y = self.x + self.step_x * columns / 2, self.y - self.step_y * rows / 2
        east, north = transformer(self.crs, METRIC_CRS).transform([x, x + self.step_x, x], [y, y, y + self.step_y])
        steps = np.hypot(np.subtract(east[1:], east[0]), np.subtract(north[1:], north[0]))
        return float(steps.min())

    def averaged(self, side: int) -> "Raster":
        """The raster with the mean of the known heights in blocks of `side` times `side` points."""
        half = (side - 1) / 2
        return Raster(
            self.crs, self.x + half * self.step_x, self.y - half * self.step_y,
            self.step_x * side, self.step_y * side, block_means(self.heights, side),
        )  # fmt: skip


def is_hgt(path: Path) -> bool:
    """Whether a file is a tile of SRTM by its name, or an archive that holds one."""
    return bool(_HGT_NAME.fullmatch(path.name)) or _zipped_hgt(path) is not None


def read_hgt(path: Path) -> Raster:
    """A tile of SRTM in HGT_CRS: a square of big-endian numbers of 16 bits, named after its south-west corner.

    BadSource when its size is not that of a tile of 1 or 3 seconds of arc.
    """
    member = _zipped_hgt(path)
    if member is None:
        name, length, read = path.name, path.stat().st_size, path.read_bytes
    else:
        name, length, read = Path(member.filename).name, member.file_size, lambda: _unzipped(path, member)
    match = _HGT_NAME.fullmatch(name)
    side = next((side for side in _HGT_SIDES if length == side * side * 2), None)
    if match is None or side is None:
        dotted = f"{length:,}".replace(",", ".")
        raise BadSource(
            f"{name} is not a tile of heights: expected a name such as N21E103.hgt and 2,884,802 or 25,934,402 bytes,"
            f" not {length:,}. Download it again and keep its name.",
            f"{name} không phải tệp độ cao: cần tên như N21E103.hgt và 2.884.802 hoặc 25.934.402 byte, không phải"
            f" {dotted} byte. Hãy tải lại và giữ nguyên tên tệp.",
        )
    heights = np.frombuffer(read(), dtype=">i2").reshape(side, side).astype(np.float32)
    heights[heights == _VOID] = np.nan
    south = int(match[2]) * (1 if match[1] in "Nn" else -1)
    west = int(match[4]) * (1 if match[3] in "Ee" else -1)
    step = 1 / (side - 1)
    return Raster(HGT_CRS, west, south + 1, step, step, heights)


def _zipped_hgt(path: Path) -> zipfile.ZipInfo | None:
    """The tile in an archive; None where the file is no archive or holds none."""
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        return next((one for one in archive.infolist() if _HGT_NAME.fullmatch(Path(one.filename).name)), None)


def _unzipped(path: Path, member: zipfile.ZipInfo) -> bytes:
    """The bytes of a member; never more than the archive says, which was compared with the size of a tile."""
    with zipfile.ZipFile(path) as archive, archive.open(member) as opened:
        return opened.read(member.file_size)


def fill(grid: MetricGrid, raster: Raster) -> None:
    """Fill the unknown heights of a grid from a raster, interpolated between its points (bilinear).

    The raster reaches half a step beyond its outermost points, so that tiles without a common row leave no gap.
    """
    side = int(grid.cell_m / raster.cell_m())
    raster = raster.averaged(side) if side > 1 else raster
    to_raster = transformer(METRIC_CRS, raster.crs)
    east, north = raster.outline()
    eastings, northings = grid.eastings(), grid.northings()
    first, last = np.searchsorted(eastings, [east.min() - grid.cell_m, east.max() + grid.cell_m])
    top, bottom = np.searchsorted(-northings, [-north.max() - grid.cell_m, -north.min() + grid.cell_m])
    for row in range(int(top), int(bottom), _ROWS):
        rows = slice(row, min(row + _ROWS, int(bottom)))
        if rows.stop - rows.start and last - first:
            xs, ys = interpolate(to_raster.transform, eastings[first:last], northings[rows])
            block = grid.heights[rows, first:last]
            values = _heights_at(raster, xs, ys)
            np.copyto(block, values, where=np.isnan(block))


def _heights_at(raster: Raster, xs: Numbers, ys: Numbers) -> NDArray[np.float32]:
    """The heights of a raster at positions in its CRS; NaN outside it and beside an unknown height."""
    rows, columns = raster.heights.shape
    across, down = (xs - raster.x) / raster.step_x, (raster.y - ys) / raster.step_y
    outside = (across < -0.5) | (across > columns - 0.5) | (down < -0.5) | (down > rows - 0.5)
    values = sample(raster.heights, np.clip(across, 0, columns - 1), np.clip(down, 0, rows - 1))
    values[outside] = np.nan
    return values
