"""Layers prepared once for all tiles of a zoom, and stored as files that processes share.

The whole layer is simplified, rounded to the grid of the tiles and encoded as drawing commands at once. A tile then
selects and moves its records, and clips only those that cross its edge. The first tile of a zoom waits for this:
3 s for 100,000 polygons of 24 corners, 0.3 s for as many points.
"""

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeAlias
from weakref import ref
from zipfile import BadZipFile

import numpy as np
import shapely

from geo import budget, spare_memory
from geo.atlas import Atlas, Query
from geo.code_digest import code_digest
from geo.crs import mercator_shares
from geo.ocop.collections import COLLECTIONS
from geo.part_files import is_part, part_suffix
from geo.views.tiles import mvt
from geo.views.tiles.mvt import EXTENT, LINE, POINT, POLYGON, Paths, Properties
from geo.views.tiles.varint_rows import starts_of

log = logging.getLogger("geo.views.tiles.zoom_layers")

Array: TypeAlias = np.ndarray[Any, Any]
Arrays: TypeAlias = Mapping[str, Array]

MAX_ZOOM = 16
"""The highest zoom, not simplified: a tile unit is 15 cm there, and clients overzoom these tiles."""

PIXEL = EXTENT / 256
"""Tile units of a screen pixel when a tile is drawn 256 pixels wide."""

KINDS = {"Point": POINT, "LineString": LINE, "MultiLineString": LINE, "MultiPolygon": POLYGON}
_TOLERANCE = PIXEL / 2
_LEAST = PIXEL / 4
_POLYGONAL = (3, 6)
_IN_MEMORY = 128_000_000
"""Most bytes of prepared layers that stay in memory."""
_MANY = 5_000
"""Records from which on a layer is prepared as a job."""
_SUFFIX = ".npz"
_UNUSED = 0
"""Time of modification of a file that no tile was made from yet; that of others is when they were loaded last."""


@dataclass(frozen=True)
class ZoomLayer:
    """All records of a layer with geometry, prepared for a zoom, in whole units from the world's north-west corner.

    `numbers` are their row numbers in the atlas, `west`, `north`, `east` and `south` their boxes. `paths` has no steps
    for a polygon or a line that is too small to be drawn.
    """

    numbers: Array
    west: Array
    north: Array
    east: Array
    south: Array
    paths: Paths


def world_units(zoom: int, lng: Array, lat: Array) -> Array:
    """Positions in degrees as x (east) and y (south) in tile units of a zoom from the world's north-west corner."""
    units: Array = mercator_shares(lng, lat) * (EXTENT * 2**zoom)
    return units


class PreparedLayers:
    """The layers of one atlas, prepared at the first use. It may be used by several threads and processes.

    With a `folder` they are stored there as files of at most `max_bytes` together, which processes with the same folder
    share, and the layers that were loaded last stay in memory. The folder can be deleted at any time; one that cannot
    be read or written is not used. Large layers are prepared inside `job`. Busy (see geo/budget.py) when the machine is
    preparing too many other layers and files, or when another thread that prepares a layer takes too long.

    The atlas is not kept alive, so that a table of atlases and their layers can forget an atlas that nobody uses any
    more: callers hold it while they ask.
    """

    def __init__(
        self,
        atlas: Atlas,
        folder: Path | None = None,
        job: Callable[[], AbstractContextManager[None]] = nullcontext,
        *,
        max_bytes: int = 512_000_000,
    ) -> None:
        self._reference = ref(atlas)
        self._folder, self._job, self._max_bytes = folder, job, max_bytes
        self._loaded: dict[str, Arrays] = {}
        self._used: dict[str, float] = {}
        self._preparing, self._changing = threading.Lock(), threading.Lock()
        spare_memory.register(self)

    @property
    def _atlas(self) -> Atlas:
        atlas = self._reference()
        if atlas is None:
            raise ReferenceError("the atlas of these layers is not in use any more")
        return atlas

    def zoom_layer(self, layer: str, zoom: int) -> ZoomLayer:
        """The layer's records prepared for a zoom."""
        arrays = self._arrays(layer, f"{layer}-{zoom}", lambda: _zoom_arrays(self._atlas, layer, zoom))
        paths = Paths(
            KINDS[str(COLLECTIONS[layer].geometry)], *(arrays[name] for name in ("heads", "steps", "starts", "sizes"))
        )
        west, north, east, south = (arrays[name] for name in ("west", "north", "east", "south"))
        return ZoomLayer(arrays["numbers"], west, north, east, south, paths)

    def properties(self, layer: str) -> Properties:
        """The properties of the same records, in the same order."""
        arrays = self._arrays(layer, layer, lambda: _properties(self._atlas, layer))
        return Properties(
            tuple(arrays["keys"].tolist()), arrays["table"], arrays["values"], arrays["starts"], arrays["sizes"]
        )

    def _arrays(self, layer: str, name: str, make: Callable[[], Arrays]) -> Arrays:
        self._used[name] = time.monotonic()
        # Stored layers are loaded without waiting: after a new version many threads ask for several of them at once.
        arrays = self._loaded.get(name) or self._remember(name, self._load(name))
        if arrays is None:
            # The place before the lock: who holds the lock must not wait for a place of one who waits for the lock.
            budget.take_place()
            with budget.hold(self._preparing):
                arrays = self._loaded.get(name) or self._load(name) or self._prepare(layer, name, make)
                self._remember(name, arrays)
        return arrays

    def _remember(self, name: str, arrays: Arrays | None) -> Arrays | None:
        """The arrays, if any, which stay in memory from now on."""
        if arrays is not None:
            with self._changing:
                self._loaded = {**self._loaded, name: arrays}
                self._forget_first()
        return arrays

    def _forget_first(self) -> None:
        """Drop stored layers, those loaded first, until the others have at most _IN_MEMORY bytes."""
        total = sum(_bytes(arrays) for arrays in self._loaded.values())
        dropped = set()
        for name in list(self._loaded)[:-1]:
            if total > _IN_MEMORY and self._is_stored(name):
                total -= _bytes(self._loaded[name])
                dropped.add(name)
        self._drop(dropped)

    def drop_unused(self, idle_s: float) -> bool:
        """Drop stored layers that no tile was made from for `idle_s` seconds; they are loaded again when one is."""
        earliest = time.monotonic() - idle_s
        with self._changing:
            unused = {name for name in self._loaded if self._used[name] <= earliest and self._is_stored(name)}
            self._drop(unused)
        return bool(unused)

    def _is_stored(self, name: str) -> bool:
        return self._folder is not None and _file(self._folder, name).is_file()

    def _drop(self, names: set[str]) -> None:
        self._loaded = {name: arrays for name, arrays in self._loaded.items() if name not in names}

    def _prepare(self, layer: str, name: str, make: Callable[[], Arrays]) -> Arrays:
        """Store what `make` returns; a large layer is prepared as a job of the machine, once for all processes."""
        if self._atlas.count(Query(layer)) <= _MANY:
            with budget.extended():
                return self._keep(name, make())
        with self._job():
            # Another process may have prepared it while this one waited for its turn.
            return self._load(name) or self._keep(name, make())

    def _load(self, name: str) -> Arrays | None:
        """The stored arrays; None where there is no file. It is one file, so that another process deletes all or none.

        It is read whole, not mapped: to read a mapped file that somebody has truncated ends the process (SIGBUS).
        """
        if self._folder is None:
            return None
        path = _file(self._folder, name)
        try:
            with path.open("rb") as file, np.load(file) as arrays:
                loaded = dict(arrays)
            with suppress(OSError):  # a folder that may be read only
                os.utime(path)
            return loaded
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError, BadZipFile) as error:
            log.warning("%s: %s", path, error)
            with suppress(OSError):
                path.unlink()
            return None

    def _keep(self, name: str, arrays: Arrays) -> Arrays:
        """Store the arrays, if the folder is writable, and return them."""
        if self._folder is None:
            return arrays
        path, part = _file(self._folder, name), None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(prefix=f"{name}.", suffix=part_suffix(), dir=self._folder, delete=False) as file:
                part = Path(file.name)
                np.savez(file, allow_pickle=False, **arrays)
            part.replace(path)
            self._delete_oldest(path)
        except OSError as error:
            with suppress(OSError):
                if part is not None:
                    part.unlink()
            log.warning("%s: %s", path, error)
        return arrays

    def _delete_oldest(self, newest: Path) -> None:
        """Delete the stored layers that were loaded least recently, until all have at most `max_bytes` bytes."""
        stored = []
        for path in self._folder.glob(f"*{_SUFFIX}") if self._folder is not None else ():
            with suppress(OSError):  # another process may delete it
                status = path.stat()
                stored.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in stored)
        for _, size, path in sorted(stored):
            if total > self._max_bytes and path != newest:
                with suppress(OSError):
                    path.unlink()
                total -= size


def _file(folder: Path, name: str) -> Path:
    """The file of the arrays with a name."""
    return folder / f"{name}{_SUFFIX}"


def _bytes(arrays: Arrays) -> int:
    return sum(array.nbytes for array in arrays.values())


def folder_of(atlas: Atlas, folder: Path) -> Path:
    """The folder for the layers of an atlas as this code makes them, in the folder for those of every atlas."""
    return folder / f"{atlas.key}-{code_digest()[:12]}"


def folder_for(atlas: Atlas, folder: Path) -> Path:
    """The same, after the folders of other atlases and of other code were deleted."""
    own = folder_of(atlas, folder)
    for other in folders_in(folder):
        if other != own:
            with suppress(OSError):
                shutil.rmtree(other)
    return own


def folders_in(folder: Path) -> list[Path]:
    """The folders of layers, the one that was changed last first, without those that are still being made."""
    folders = []
    for path in folder.glob("*/"):
        with suppress(OSError):  # another process may delete it
            folders.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(folders, reverse=True) if not is_part(path)]


def used_in(folder: Path) -> list[tuple[str, int]]:
    """The layers and zooms in the folder of an atlas that tiles were made from."""
    used = []
    for path in folder.glob(f"*-*{_SUFFIX}"):
        layer, _, zoom = path.stem.rpartition("-")
        with suppress(OSError):  # another process may delete it
            if layer in COLLECTIONS and zoom.isdecimal() and path.stat().st_mtime > _UNUSED:
                used.append((layer, int(zoom)))
    return sorted(used)


def mark_unused(folder: Path) -> None:
    """Mark all layers in the folder of an atlas as not used yet: they are the first to be deleted."""
    for path in folder.glob(f"*{_SUFFIX}"):
        os.utime(path, (_UNUSED, _UNUSED))


# --- properties --------------------------------------------------------------------------------------


def _properties(atlas: Atlas, layer: str) -> Arrays:
    properties = mvt.properties_of(atlas.tile_columns(layer))
    return {
        "keys": np.array(properties.keys), "table": properties.table, "values": properties.values,
        "starts": properties.starts, "sizes": properties.sizes,
    }  # fmt: skip


# --- geometries --------------------------------------------------------------------------------------


def _zoom_arrays(atlas: Atlas, layer: str, zoom: int) -> Arrays:
    kind = KINDS[str(COLLECTIONS[layer].geometry)]
    tiling = COLLECTIONS[layer].tiling and zoom < MAX_ZOOM
    parts = [_part(kind, zoom, *some, tiling=tiling) for some in _some(atlas, layer, whole=tiling)]
    if not parts:
        parts = [_part(kind, zoom, np.empty(0, dtype=np.int64), np.empty(0, dtype=object), tiling=False)]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return {**whole, "starts": starts_of(whole["sizes"].astype(np.int64))}


def _some(atlas: Atlas, layer: str, *, whole: bool) -> Iterator[tuple[Array, Array]]:
    """Numbers and shapes of a layer in batches, or in one batch where they must be simplified together."""
    batches = atlas.tile_shapes(layer)
    if not whole:
        yield from batches
    elif batches_in_memory := list(batches):
        numbers, shapes = zip(*batches_in_memory, strict=True)
        yield np.concatenate(numbers), np.concatenate(shapes)


def _part(kind: int, zoom: int, numbers: Array, shapes: Array, *, tiling: bool) -> Arrays:
    in_units = shapely.transform(shapes, lambda points: world_units(zoom, points[:, 0], points[:, 1]))
    boxes = np.rint(shapely.bounds(in_units)).astype(np.int32).reshape(-1, 4)
    if kind == POINT:
        visible_shapes = in_units
    else:
        sides = boxes[:, 2:] - boxes[:, :2]
        tiny: Array = np.all(sides < _LEAST, axis=1)
        visible_shapes = _on_grid(kind, _simplify(in_units, tiny, zoom, tiling=tiling))
        visible = ~shapely.is_empty(visible_shapes) & ~shapely.is_missing(visible_shapes)
        boxes[visible] = shapely.bounds(visible_shapes[visible])
        visible_shapes[~visible] = None
    paths = mvt.paths_of(kind, visible_shapes)
    west, north, east, south = np.ascontiguousarray(boxes.T)  # y points south
    return {
        "numbers": numbers, "west": west, "north": north, "east": east, "south": south,
        "heads": paths.heads.astype(np.int32), "steps": paths.steps, "sizes": paths.sizes.astype(np.int32),
    }  # fmt: skip


def _simplify(shapes: Array, tiny: Array, zoom: int, *, tiling: bool) -> Array:
    """Geometries simplified to half a pixel; tiny ones become None."""
    if tiling:
        # As a coverage, so that shared borders stay shared.
        coverage: Array = shapely.coverage_simplify(shapes, _TOLERANCE)
        coverage[tiny] = None
        return coverage
    large = np.full(len(shapes), None, dtype=object)
    large[~tiny] = shapes[~tiny]
    simple: Array = shapely.simplify(large, _TOLERANCE) if zoom < MAX_ZOOM else large
    return simple


def _on_grid(kind: int, shapes: Array) -> Array:
    """Lines or polygons in whole units, polygons valid and oriented for MVT; collapsed geometries are empty."""
    snapped = shapely.transform(shapes, np.rint)
    if kind == LINE:
        snapped[shapely.length(snapped) == 0] = shapely.LineString()
        return snapped
    whole = np.isin(shapely.get_type_id(snapped), _POLYGONAL)
    invalid = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes) & ~(whole & shapely.is_valid(snapped))
    if invalid.any():
        valid = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
        repaired = shapely.set_precision(valid, 1.0)
        repaired[~np.isin(shapely.get_type_id(repaired), _POLYGONAL)] = shapely.Polygon()
        snapped[invalid] = repaired
    oriented: Array = shapely.orient_polygons(snapped, exterior_cw=False)
    return oriented


def clip(paths: Paths, box: tuple[float, float, float, float]) -> Paths:
    """Lines or polygons clipped to a box in whole units; a geometry outside the box has no steps."""
    pieces = shapely.clip_by_rect(mvt.shapes_of(paths), *box)
    if paths.kind == LINE:
        pieces[~np.isin(shapely.get_type_id(pieces), (1, 5))] = None
    on_grid = _on_grid(paths.kind, pieces)
    on_grid[shapely.is_empty(on_grid)] = None
    return mvt.paths_of(paths.kind, on_grid)
