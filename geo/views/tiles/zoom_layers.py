"""Layers made ready for the tiles of a zoom once for all its tiles, and kept as files that processes share.

What a tile needs of a layer is simplified, put on the tiles' grid and written as commands for the whole layer at once;
a tile then takes what lies in it and moves it, and only what crosses its edge is cut. The first tile of a zoom waits
for this: 3 s for 100,000 polygons of 24 corners, 0.3 s for as many points.
"""

import logging
import math
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeAlias

import numpy as np
import shapely

from geo import budget
from geo.atlas import Atlas, Query
from geo.crs import STORE_CRS, transformer
from geo.ocop.collections import COLLECTIONS
from geo.views.tiles import mvt
from geo.views.tiles.mvt import EXTENT, LINE, POINT, POLYGON, Paths, Properties
from geo.views.tiles.varint_rows import starts_of

log = logging.getLogger("geo.views.tiles.zoom_layers")

Array: TypeAlias = np.ndarray[Any, Any]
Arrays: TypeAlias = Mapping[str, Array]

MAX_ZOOM = 16
"""The deepest zoom that is served, unsimplified: a unit is 15 cm there, and maps enlarge these tiles for more."""

HALF_WORLD_M = math.pi * 6_378_137
"""Metres from the middle of the square of EPSG:3857 to its sides."""

PIXEL = EXTENT / 256
"""Units of a screen's pixel where a tile is drawn 256 pixels wide."""

KINDS = {"Point": POINT, "LineString": LINE, "MultiLineString": LINE, "MultiPolygon": POLYGON}
_TOLERANCE = PIXEL / 2
_LEAST = PIXEL / 4
_STEEPEST = 89.9  # degrees; the poles lie infinitely far off, and nothing past 85.06° is in any tile
_POLYGONAL = (3, 6)
_MANY = 5_000
"""Records from which on a layer is prepared as a job."""


@dataclass(frozen=True)
class Drawn:
    """Every placed record of a layer as the tiles of a zoom draw it, in whole units from the world's north-west corner.

    `numbers` are theirs in the atlas; `west`, `north`, `east`, `south` their boxes; `paths` has no steps for an area or
    a line that is too small to be drawn.
    """

    numbers: Array
    west: Array
    north: Array
    east: Array
    south: Array
    paths: Paths


def world_units(zoom: int, lng: Array, lat: Array) -> Array:
    """Places in degrees as x (east) and y (south) in units of a zoom's tiles from the world's north-west corner."""
    east, north = transformer(STORE_CRS, "EPSG:3857").transform(lng, np.clip(lat, -_STEEPEST, _STEEPEST))
    scale = EXTENT * 2**zoom / (2 * HALF_WORLD_M)
    return np.column_stack([(np.asarray(east) + HALF_WORLD_M) * scale, (HALF_WORLD_M - np.asarray(north)) * scale])


class Prepared:
    """The layers of one atlas, prepared when they are first asked for. Safe for several threads and processes.

    With a `folder` they are kept there, read back without being loaded, and shared by every process that has the same
    one; losing it loses nothing. A folder that cannot be read or written is as good as none. Large layers are prepared
    inside `job`: Busy when the machine does other work, or when another thread prepares for long.
    """

    def __init__(
        self,
        atlas: Atlas,
        folder: Path | None = None,
        job: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._atlas, self._folder, self._job = atlas, folder, job
        self._held: dict[str, Arrays] = {}
        self._lock = threading.Lock()

    def drawn(self, layer: str, zoom: int) -> Drawn:
        """The layer's records as drawn at a zoom."""
        held = self._arrays(layer, f"{layer}-{zoom}", lambda: _drawn(self._atlas, layer, zoom))
        paths = Paths(
            KINDS[str(COLLECTIONS[layer].geometry)], *(held[name] for name in ("heads", "steps", "starts", "sizes"))
        )
        west, north, east, south = (held[name] for name in ("west", "north", "east", "south"))
        return Drawn(held["numbers"], west, north, east, south, paths)

    def properties(self, layer: str) -> Properties:
        """The properties of the same records, in the same order."""
        held = self._arrays(layer, layer, lambda: _properties(self._atlas, layer))
        return Properties(tuple(held["keys"].tolist()), held["table"], held["values"], held["starts"], held["sizes"])

    def _arrays(self, layer: str, name: str, make: Callable[[], Arrays]) -> Arrays:
        held = self._held.get(name)
        if held is None:
            with budget.hold(self._lock):
                held = self._held.get(name) or self._kept(name) or self._keep(name, self._made(layer, make))
                self._held[name] = held
        return held

    def _made(self, layer: str, make: Callable[[], Arrays]) -> Arrays:
        """What `make` returns; a large layer is prepared as a job of the machine."""
        with self._job() if self._atlas.count(Query(layer)) > _MANY else nullcontext():
            return make()

    def _kept(self, name: str) -> Arrays | None:
        if self._folder is None or not (self._folder / name).is_dir():
            return None
        try:
            paths = sorted((self._folder / name).glob("*.npy"))
            # As plain arrays: numpy's own class for mapped files makes every operation slower.
            return {path.stem: np.load(path, mmap_mode="r").view(np.ndarray) for path in paths}
        except (OSError, ValueError, EOFError) as error:
            log.warning("%s of %s: %s", name, self._folder, error)
            shutil.rmtree(self._folder / name, ignore_errors=True)
            return None

    def _keep(self, name: str, made: Arrays) -> Arrays:
        """What was made, from its files where it could be written to them."""
        if self._folder is None:
            return made
        part = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part = Path(mkdtemp(prefix=f"{name}.", dir=self._folder))
            for key, array in made.items():
                np.save(part / f"{key}.npy", array)
            part.rename(self._folder / name)
        except OSError as error:
            if part is not None:
                shutil.rmtree(part, ignore_errors=True)
            # Another process may have kept the same just before.
            if not (self._folder / name).is_dir():
                log.warning("%s of %s: %s", name, self._folder, error)
                self._folder = None
                return made
        return self._kept(name) or made


def folder_for(atlas: Atlas, stamp: str, folder: Path) -> Path:
    """Where an atlas's layers are kept; those of other atlases and of other code are deleted.

    `stamp` names what else they are made from.
    """
    kept = folder / f"{atlas.key}-{stamp}"
    for other in folder.glob("*/"):
        if other != kept:
            with suppress(OSError):
                shutil.rmtree(other)
    return kept


# --- properties --------------------------------------------------------------------------------------


def _properties(atlas: Atlas, layer: str) -> Arrays:
    made = mvt.properties_of(atlas.tile_columns(layer))
    return {
        "keys": np.array(made.keys), "table": made.table, "values": made.values, "starts": made.starts,
        "sizes": made.sizes,
    }  # fmt: skip


# --- geometries --------------------------------------------------------------------------------------


def _drawn(atlas: Atlas, layer: str, zoom: int) -> Arrays:
    kind = KINDS[str(COLLECTIONS[layer].geometry)]
    tiling = COLLECTIONS[layer].tiling and zoom < MAX_ZOOM
    parts = [_part(kind, zoom, *some, tiling=tiling) for some in _some(atlas, layer, whole=tiling)]
    if not parts:
        parts = [_part(kind, zoom, np.empty(0, dtype=np.int64), np.empty(0, dtype=object), tiling=False)]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return {**whole, "starts": starts_of(whole["sizes"].astype(np.int64))}


def _some(atlas: Atlas, layer: str, *, whole: bool) -> Iterator[tuple[Array, Array]]:
    """Records of a layer by parts, or all in one where they must be simplified together."""
    found = atlas.tile_shapes(layer)
    if not whole:
        yield from found
    elif listed := list(found):
        numbers, shapes = zip(*listed, strict=True)
        yield np.concatenate(numbers), np.concatenate(shapes)


def _part(kind: int, zoom: int, numbers: Array, shapes: Array, *, tiling: bool) -> Arrays:
    moved = shapely.transform(shapes, lambda points: world_units(zoom, points[:, 0], points[:, 1]))
    boxes = np.rint(shapely.bounds(moved)).astype(np.int32).reshape(-1, 4)
    if kind == POINT:
        drawn = moved
    else:
        sides = boxes[:, 2:] - boxes[:, :2]
        tiny: Array = np.all(sides < _LEAST, axis=1)
        drawn = _on_grid(kind, _simplified(moved, tiny, zoom, tiling=tiling))
        visible = ~shapely.is_empty(drawn) & ~shapely.is_missing(drawn)
        boxes[visible] = shapely.bounds(drawn[visible])
        drawn[~visible] = None
    paths = mvt.paths_of(kind, drawn)
    west, north, east, south = np.ascontiguousarray(boxes.T)  # y grows to the south
    return {
        "numbers": numbers, "west": west, "north": north, "east": east, "south": south,
        "heads": paths.heads.astype(np.int32), "steps": paths.steps, "sizes": paths.sizes.astype(np.int32),
    }  # fmt: skip


def _simplified(shapes: Array, tiny: Array, zoom: int, *, tiling: bool) -> Array:
    """Geometries without the corners that nobody sees at a zoom, and without the tiny ones."""
    if tiling:
        # As a whole, so that borders that are shared stay shared.
        made: Array = shapely.coverage_simplify(shapes, _TOLERANCE)
        made[tiny] = None
        return made
    kept = np.full(len(shapes), None, dtype=object)
    kept[~tiny] = shapes[~tiny]
    found: Array = shapely.simplify(kept, _TOLERANCE) if zoom < MAX_ZOOM else kept
    return found


def _on_grid(kind: int, shapes: Array) -> Array:
    """Lines or polygons in whole units, polygons valid and wound as tiles want them; what collapses is empty."""
    snapped = shapely.transform(shapes, np.rint)
    if kind == LINE:
        snapped[shapely.length(snapped) == 0] = shapely.LineString()
        return snapped
    whole = np.isin(shapely.get_type_id(snapped), _POLYGONAL)
    broken = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes) & ~(whole & shapely.is_valid(snapped))
    if broken.any():
        valid = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
        mended = shapely.set_precision(valid, 1.0)
        mended[~np.isin(shapely.get_type_id(mended), _POLYGONAL)] = shapely.Polygon()
        snapped[broken] = mended
    made: Array = shapely.orient_polygons(snapped, exterior_cw=False)
    return made


def clipped(paths: Paths, box: tuple[float, float, float, float]) -> Paths:
    """Lines or polygons without what lies outside a box of whole units; what is left of nothing has no steps."""
    cut = shapely.clip_by_rect(mvt.shapes_of(paths), *box)
    if paths.kind == LINE:
        cut[~np.isin(shapely.get_type_id(cut), (1, 5))] = None
    drawn = _on_grid(paths.kind, cut)
    drawn[shapely.is_empty(drawn)] = None
    return mvt.paths_of(paths.kind, drawn)
