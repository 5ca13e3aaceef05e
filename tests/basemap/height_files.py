"""Files of heights made in code, as agencies publish them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from geo.crs import METRIC_CRS, STORE_CRS, transformer

Floats: TypeAlias = NDArray[np.float64]
Surface: TypeAlias = Callable[[Floats, Floats], Floats]
"""Easting and northing in metres of METRIC_CRS -> height in metres."""


def cone(lng: float, lat: float, height_m: float = 4_000.0, slope: float = 0.1) -> Surface:
    """A cone whose top lies at a position; every slope of it is the same."""
    east, north = transformer(STORE_CRS, METRIC_CRS).transform(lng, lat)
    return lambda x, y: height_m - slope * np.hypot(x - east, y - north)


def write_hgt(folder: Path, surface: Surface, west: int = 103, south: int = 21, side: int = 1201) -> Path:
    """A tile of SRTM of one degree; heights are rounded to metres, as they are there."""
    lng, lat = np.meshgrid(west + np.arange(side) / (side - 1), south + 1 - np.arange(side) / (side - 1))
    east, north = transformer(STORE_CRS, METRIC_CRS).transform(lng, lat)
    path = folder / f"N{south:02}E{west:03}.hgt"
    path.write_bytes(np.rint(surface(np.asarray(east), np.asarray(north))).astype(">i2").tobytes())
    return path


def write_geotiff(
    path: Path,
    heights: NDArray[Any],
    *,
    crs: int,
    projected: bool,
    west: float,
    north: float,
    step: float,
    no_data: str = "-9999",
    more_keys: Sequence[tuple[int, int, int, int]] = (),
    **options: Any,
) -> Path:
    """A GeoTIFF whose first pixel has its north-western corner at (west, north)."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[33550], tags[33922] = (step, step, 0.0), (0.0, 0.0, 0.0, west, north, 0.0)
    tags.tagtype[33550] = tags.tagtype[33922] = 12
    keys = [(1024, 0, 1, 1 if projected else 2), (1025, 0, 1, 1), (3072 if projected else 2048, 0, 1, crs), *more_keys]
    tags[34735] = (1, 1, 0, len(keys), *(number for key in keys for number in key))
    tags.tagtype[34735] = 3
    tags[42113] = no_data
    Image.fromarray(heights).save(path, "TIFF", tiffinfo=tags, **options)
    return path
