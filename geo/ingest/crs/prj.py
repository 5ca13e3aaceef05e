"""A layer's places as its .prj means them, brought to STORE_CRS; what cannot be placed is said, not guessed."""

from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import ProjError

from geo.crs import STORE_CRS, transformer
from geo.ingest.crs.recognise import Recognition, recognise
from geo.report import Issue
from geo.schema import LayerSpec

Shapes: TypeAlias = NDArray[np.object_]


@lru_cache(maxsize=32)
def crs_of(name: str) -> CRS:
    """A CRS object: making one takes longer than reading a small layer. CRSError when `name` is none."""
    return CRS.from_user_input(name)


def is_text(prj: Path) -> bool:
    """Whether the .prj is absent or text that can be read at all."""
    try:
        prj.read_text(encoding="utf-8")
    except FileNotFoundError:
        return True
    except UnicodeDecodeError:
        return False
    return True


def not_understood(prj: Path, spec: LayerSpec, reason: str) -> Issue:
    """The fatal finding that a .prj says nothing that can be used."""
    words = f"không hiểu {prj.name} ({reason})", f"{prj.name} is not understood ({reason})"
    return Issue.of(spec.name, "unknown_crs", *words, value=prj.name)


def to_store(shapes: Shapes, crs: str | None, prj: Path, spec: LayerSpec) -> tuple[Shapes | None, list[Issue]]:
    """`shapes` in STORE_CRS; None with a fatal issue when `crs`, as GDAL read it from the .prj, does not fit them.

    A layer without a .prj is taken for degrees where its numbers can be degrees.
    """
    if crs is None:
        return _without_crs(shapes, prj, spec)
    stated = recognise(prj.read_text(encoding="utf-8") if prj.exists() else crs)
    if stated.reading is not None and stated.reading.system.family == "vn2000":
        return _from_vn2000(shapes, stated, prj, spec)
    try:
        name = crs_of(crs).name
        same = crs_of(crs).equals(crs_of(STORE_CRS), ignore_axis_order=True)
        placed = shapes if same else _moved(shapes, crs)
    except ProjError as error:
        return None, [not_understood(prj, spec, str(error))]
    if not _fit_degrees(placed):
        vi = f"toạ độ không phải là toạ độ của hệ {name!r} ghi trong {prj.name}"
        en = f"the coordinates are not those of {name!r}, which {prj.name} names"
        return None, [Issue.of(spec.name, "wrong_crs", vi, en, value=name)]
    if same:
        return placed, []
    words = f"chuyển từ {name} sang {STORE_CRS}", f"reprojected from {name} to {STORE_CRS}"
    return placed, [Issue.of(spec.name, "reprojected", *words, value=name)]


def _from_vn2000(shapes: Shapes, stated: Recognition, prj: Path, spec: LayerSpec) -> tuple[Shapes | None, list[Issue]]:
    """The places by the state's own transformation, which PROJ uses for some spellings of the same system only."""
    reading = stated.reading
    if reading is None or stated.decision == "ask":
        words = stated.evidence[0]
        vi, en = f"không chắc {prj.name}: {words.vi}", f"{prj.name} leaves a doubt: {words.en}"
        kind = "mislabelled_crs" if stated.kind == "mislabelled" else "unknown_crs"
        return None, [Issue.of(spec.name, kind, vi, en, value=prj.name)]
    moved: Shapes = shapely.transform(shapes, lambda xy: np.column_stack(reading.to_lnglat(xy[:, 0], xy[:, 1])))
    if not _fit_degrees(moved):
        vi = f"toạ độ không phải là toạ độ của {reading.label.vi}"
        en = f"the coordinates are not those of {reading.label.en}"
        return None, [Issue.of(spec.name, "wrong_crs", vi, en, value=reading.key)]
    label, how = reading.label, reading.transformation
    vi, en = f"{label.vi} → WGS 84. {how.vi}", f"{label.en} → WGS 84. {how.en}"
    return moved, [Issue.of(spec.name, "reprojected", vi, en, value=reading.key)]


def _moved(shapes: Shapes, crs: str) -> Shapes:
    project = transformer(crs, STORE_CRS)
    moved: Shapes = shapely.transform(shapes, lambda xy: np.column_stack(project.transform(xy[:, 0], xy[:, 1])))
    return moved


def _without_crs(shapes: Shapes, prj: Path, spec: LayerSpec) -> tuple[Shapes | None, list[Issue]]:
    if prj.exists() and prj.read_bytes().strip():
        return None, [not_understood(prj, spec, "GDAL")]
    if not _fit_degrees(shapes):
        words = f"không có {prj.name} và toạ độ không phải là độ", f"no {prj.name}, and the coordinates are not degrees"
        return None, [Issue.of(spec.name, "unknown_crs", *words, value=prj.name)]
    vi = f"không có {prj.name}; hiểu là kinh độ, vĩ độ WGS 84"
    en = f"no {prj.name}; taken for WGS 84 longitude, latitude"
    return shapes, [Issue.of(spec.name, "missing_prj", vi, en, value=prj.name)]


def _fit_degrees(shapes: Shapes) -> bool:
    """Whether half of the places can be longitudes and latitudes; single ones elsewhere are found by the checks."""
    bounds = shapely.bounds(shapes)
    boxes = bounds[~np.isnan(bounds).any(axis=1)]
    fit = (np.abs(boxes[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(boxes[:, [1, 3]]) <= 90).all(axis=1)
    return int(fit.sum()) * 2 >= len(boxes)
