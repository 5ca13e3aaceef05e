"""Heights in a GeoTIFF: pixels read by Pillow, position and coordinate system from the tags of OGC GeoTIFF 1.1.

GDAL would read it too, but only with a third copy of GDAL (docs/decisions/gdal.md): only four tags are needed here.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.basemap.operator.extras import extra
from geo.basemap.operator.heights import Raster
from geo.errors import BadSource

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PIXEL_SCALE, _TIEPOINT, _GEO_KEYS, _NO_DATA = 33550, 33922, 34735, 42113
_RASTER_TYPE, _GEOGRAPHIC, _PROJECTED, _VERTICAL_UNIT = 1025, 2048, 3072, 4099
_IS_POINT = 2
_METRE = 9001
_LOWEST_M, _HIGHEST_M = -1_000, 10_000
_NUMERIC_MODES = {"I", "I;16", "I;16B", "I;16L", "F", "L"}
"""Modes of Pillow with one number for each pixel."""


def is_tiff(path: Path) -> bool:
    """Whether a file begins as TIFF or BigTIFF."""
    with path.open("rb") as opened:
        return opened.read(4) in _MAGIC


def read_geotiff(path: Path) -> Raster:
    """The heights of a GeoTIFF with one band, in metres, in the coordinate system that its tags name.

    BadSource when Pillow is not installed, when the file cannot be read or is too large, and when its tags name no
    EPSG code or no position.
    """
    pictures = extra("PIL.Image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pictures.DecompressionBombWarning)  # up to twice as large is read
            with pictures.open(path, formats=("TIFF",)) as picture:
                mode, tags = picture.mode, dict(picture.tag_v2)
                heights = np.asarray(picture, dtype=np.float32) if mode in _NUMERIC_MODES else None
    except pictures.DecompressionBombError as error:
        raise BadSource(
            f"{path.name} is too large ({error}). Cut it to the province first, for example with QGIS.",
            f"{path.name} quá lớn ({error}). Hãy cắt theo phạm vi tỉnh trước, chẳng hạn bằng QGIS.",
        ) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise BadSource(
            f"{path.name} cannot be read as TIFF ({error}). Download or export it again.",
            f"Không đọc được {path.name} như ảnh TIFF ({error}). Hãy tải hoặc xuất lại tệp.",
        ) from error
    if heights is None:
        raise BadSource(
            f"{path.name} holds colours (mode {mode}), not heights: expected one band of numbers in metres.",
            f"{path.name} chứa màu (dạng {mode}), không phải độ cao: cần một kênh số, đơn vị mét.",
        )
    return _raster(path, _without_voids(heights, _no_data(path, tags.get(_NO_DATA))), tags)


def _no_data(path: Path, text: Any) -> float | None:
    """The number of GDAL's tag that stands for no data; None without the tag, BadSource where it holds no number."""
    if not text:
        return None
    words = str(text).strip("\0 ")
    try:
        return float(words)
    except ValueError as error:
        raise BadSource(
            f"{path.name}: the tag GDAL_NODATA holds {words!r}, expected a number. Export the file again.",
            f"{path.name}: thẻ GDAL_NODATA chứa {words!r}, cần một số. Hãy xuất lại tệp.",
        ) from error


def _without_voids(heights: NDArray[np.float32], no_data: float | None) -> NDArray[np.float32]:
    """The heights with NaN for the number that stands for no data, and for what is no height on Earth."""
    cleaned = heights.copy()
    if no_data is not None:
        cleaned[heights == np.float32(no_data)] = np.nan
    cleaned[(heights < _LOWEST_M) | (heights > _HIGHEST_M)] = np.nan
    return cleaned


def _raster(path: Path, heights: NDArray[np.float32], tags: Mapping[int, Any]) -> Raster:
    scale, tie = tags.get(_PIXEL_SCALE), tags.get(_TIEPOINT)
    keys = _geo_keys(tags.get(_GEO_KEYS, ()))
    crs = _crs(keys)
    if not scale or not tie or crs is None or keys.get(_VERTICAL_UNIT, _METRE) != _METRE:
        raise BadSource(
            f"{path.name} has no position, or heights that are not in metres: expected a GeoTIFF with an EPSG code,"
            " north up, heights in metres. Save it with QGIS as GeoTIFF in EPSG:4326.",
            f"{path.name} không có vị trí, hoặc độ cao không tính bằng mét: cần GeoTIFF có mã EPSG, hướng bắc ở trên,"
            " độ cao tính bằng mét. Hãy dùng QGIS lưu lại thành GeoTIFF ở hệ EPSG:4326.",
        )
    step_x, step_y = float(scale[0]), float(scale[1])
    half = 0.0 if keys.get(_RASTER_TYPE) == _IS_POINT else 0.5  # a pixel's corner or its centre lies at the tie point
    x, y = float(tie[3]) + (half - tie[0]) * step_x, float(tie[4]) - (half - tie[1]) * step_y
    return Raster(crs, x, y, step_x, step_y, heights)


def _geo_keys(directory: Any) -> dict[int, int]:
    """The keys whose value stands in the directory itself: rows of key, place of the value, count and value."""
    rows = np.asarray(directory, dtype=np.int64)[4:]
    return {int(key): int(value) for key, place, _, value in rows[: len(rows) // 4 * 4].reshape(-1, 4) if place == 0}


def _crs(keys: Mapping[int, int]) -> str | None:
    """The EPSG code that the keys name, as "EPSG:…"; None where they name none, or one that PROJ does not have."""
    code = f"EPSG:{keys.get(_PROJECTED) or keys.get(_GEOGRAPHIC)}"
    try:
        CRS.from_user_input(code)
    except CRSError:
        return None
    return code
