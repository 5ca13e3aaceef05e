"""Grounds: immutable versions of the base map in a folder, and a pointer to the current one.

A ground is a folder, named by a digest of its content:

    manifest.json               its layers with their sources, its bands with their files, the zooms of the hillshade
    files/<band>/<name>.json.gz what browsers draw; see quadtree.py
    hillshade/<z>/<x>/<y>.png   shadows and lights of the terrain; absent without heights
    layers.gpkg                 every layer in full detail, in EPSG:4326, for QGIS and other programs

The file CURRENT beside the folders names the current ground and is replaced by a rename, so that a server which
looks at it with each request goes on without a restart.
"""

import errno
import gzip
import hashlib
import os
import re
import shutil
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pandas as pd
import pyogrio
import shapely
from geopandas import GeoDataFrame

from geo.basemap.bands import ATTRIBUTES, BANDS, generalise
from geo.basemap.declaration import BASE_LAYERS, COLUMNS, Origin
from geo.basemap.publications import GROUND_NAME, append, delete_old, read_order, write_whole
from geo.basemap.quadtree import divide
from geo.crs import mercator_shares
from geo.errors import BadSource, NotFound
from geo.part_files import part_of
from geo.schema import Label

FORM = 4
"""The version of the file format, part of the digest: to be raised when the files or the generalisation change."""

PACKAGE = "layers.gpkg"
_POINTER, _MANIFEST = "CURRENT", "manifest.json"
_FILE_NAME = re.compile(r"r[0-3]*", re.ASCII)
_GZIP_LEVEL = 9
_LEAST_ROOM = 1_000_000
"""Free bytes below which a disk counts as full: GDAL stops when a page and its journal have no room."""
_PACKAGE_VERSION = "1.3"  # the newest that the GDAL of QGIS 3.22 reads


class ShadeTile(NamedTuple):
    """One tile of the hillshade in the XYZ scheme (EPSG:3857): zoom, column from the west, row from the north.

    `png` is 256 by 256 pixels of grey with alpha: black for shadow, white for light, the more opaque the stronger. A
    theme only changes the opacity of the whole.
    """

    z: int
    x: int
    y: int
    png: bytes


class LayerNotes(NamedTuple):
    """A layer of a ground: its key, its number of features (tiles for the hillshade) and its sources."""

    key: str
    features: int
    origins: tuple[Origin, ...]


@dataclass(frozen=True)
class Ground:
    """One version of the base map, open for reading."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name, which is part of the addresses of its files."""
        return self.folder.name

    @property
    def maker(self) -> str:
        """Whose files it was made of: "shipped" for the project's own, else the names of the operator's files."""
        return str(self.manifest["maker"])

    @property
    def as_of(self) -> str:
        """The date of the data, ISO 8601; empty where it is unknown."""
        return str(self.manifest["as_of"])

    @property
    def layers(self) -> tuple[LayerNotes, ...]:
        """The layers that have features, in the order of drawing; with a hillshade, also that."""
        return tuple(
            LayerNotes(row["key"], row["features"], tuple(_origin(one) for one in row["origins"]))
            for row in self.manifest["layers"]
        )

    @property
    def package(self) -> Path:
        """The GeoPackage with every layer in full detail."""
        return self.folder / PACKAGE

    def file(self, band: int, name: str) -> bytes:
        """The file `name` of the band that begins at the zoom `band`: JSON compressed with gzip; else NotFound."""
        path = self.folder / "files" / str(band) / f"{name}.json.gz"
        if not _FILE_NAME.fullmatch(name) or not path.is_file():
            raise _no_file(f"{band}/{name}")
        return path.read_bytes()

    def shade(self, z: int, x: int, y: int) -> bytes:
        """A tile of the hillshade as PNG; NotFound where there is none."""
        path = self.folder / "hillshade" / str(z) / str(x) / f"{y}.png"
        if not path.is_file():
            raise _no_file(f"hillshade/{z}/{x}/{y}")
        return path.read_bytes()


class GroundSource:
    """The grounds of a folder; calling it gives the current one, opened again when the pointer has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._opened: tuple[str, Ground] | None = None

    def __call__(self) -> Ground | None:
        """The current ground; None where none was ever published or its folder is gone."""
        name = self.current_name()
        opened = self._opened
        if opened is not None and opened[0] == name:
            return opened[1]
        with self._lock:
            ground = self.open(name) if name else None
            self._opened = None if ground is None else (name, ground)
        return ground

    def at(self, name: str) -> Ground:
        """The ground called `name`, also an earlier one; NotFound when it is no longer there."""
        ground = self()
        if ground is not None and ground.name == name:
            return ground
        earlier = self.open(name) if GROUND_NAME.fullmatch(name) else None
        if earlier is None:
            raise NotFound(
                f"There is no base map {name!r}. Load the page again to get the current one.",
                f"Không có bản đồ nền {name!r}. Hãy tải lại trang để lấy bản hiện hành.",
            )
        return earlier

    def open(self, name: str) -> Ground | None:
        """The ground called `name`; None where it is missing, cannot be read, or has the form of another release."""
        manifest = self._manifest(name)
        return Ground(self.folder / name, manifest) if manifest.get("form") == FORM else None

    def outdated_maker(self) -> str:
        """Whose files the current ground was made of when it has the form of another release; else empty."""
        manifest = self._manifest(self.current_name())
        return "" if manifest.get("form", FORM) == FORM else str(manifest.get("maker", ""))

    def _manifest(self, name: str) -> dict[str, Any]:
        """What a ground says of itself; empty where there is none that can be read."""
        try:
            manifest = orjson.loads((self.folder / name / _MANIFEST).read_bytes())
        except (OSError, ValueError):
            return {}
        return manifest if isinstance(manifest, dict) else {}

    def current_name(self) -> str:
        """The name of the current ground, which may be one that cannot be opened; empty without one."""
        try:
            name = (self.folder / _POINTER).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""
        return name if GROUND_NAME.fullmatch(name) else ""

    def publish(self, name: str) -> None:
        """Make the new ground `name` the current one, and delete those before the last KEPT ones.

        The ones before stay for pages that are open, and to go back to. Nothing changes when `name` is the current one
        already.
        """
        before = self.current_name()
        if name == before:
            return
        append(self.folder, before, name)
        self.point_to(name)
        delete_old(self.folder, {name, before})

    def point_to(self, name: str) -> None:
        """Make the ground `name`, which was current before, the current one again; their order stays."""
        write_whole(self.folder / _POINTER, name)

    def former(self) -> list[Ground]:
        """The grounds that became current before the current one and can be opened, the latest first.

        All that can be opened where the current one is gone.
        """
        names, current = read_order(self.folder), self.current_name()
        before = names[: names.index(current)] if current in names else names
        return [ground for name in reversed(before) if (ground := self.open(name)) is not None]


def write_ground(
    folder: Path,
    layers: Mapping[str, GeoDataFrame],
    origins: Mapping[str, tuple[Origin, ...]],
    *,
    maker: str,
    as_of: str = "",
    hillshade: Iterable[ShadeTile] = (),
) -> str:
    """Write a ground into `folder` and return its name; `GroundSource.publish` makes it the current one.

    `layers` are keys of BASE_LAYERS with their features in EPSG:4326, longitude before latitude, and the columns of
    COLUMNS; columns that are missing count as empty. `origins` are the sources of each of these layers, and of
    "hillshade" where there are such tiles. The same content gives the same name; a ground that exists is not written
    again. BadSource names a layer, a class, a geometry or a source that is not as declared.
    """
    frames = {key: _check(key, layers[key], origins) for key in _keys_in_order(layers)}
    shades = sorted(hillshade)
    if shades and not origins.get("hillshade"):
        raise _bad("hillshade", "has no source", "không có nguồn")
    name = f"ground-{_digest(frames, origins, shades, maker, as_of)}"
    if (folder / name / _MANIFEST).is_file():
        return name
    folder.mkdir(parents=True, exist_ok=True)
    part = part_of(folder / name)
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir()
        relief = _write_shades(part, shades)
        manifest = {
            "form": FORM, "maker": maker, "as_of": as_of, "layers": _notes(frames, origins, shades),
            "bands": _write_bands(part, frames), "hillshade": relief, "box": _box(frames, relief),
        }  # fmt: skip
        _write_package(part / PACKAGE, frames)
        (part / _MANIFEST).write_bytes(orjson.dumps(manifest))
        _rename(part, folder / name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return name


# --- checks ------------------------------------------------------------------------------------------


def _keys_in_order(layers: Mapping[str, GeoDataFrame]) -> list[str]:
    """The keys of the layers that have features, in the order of drawing."""
    for key in layers:
        if key not in BASE_LAYERS:
            raise _bad(key, f"is not one of {', '.join(BASE_LAYERS)}", f"không thuộc {', '.join(BASE_LAYERS)}")
    return [key for key in BASE_LAYERS if key in layers and len(layers[key])]


def _check(key: str, features: GeoDataFrame, origins: Mapping[str, tuple[Origin, ...]]) -> GeoDataFrame:
    """The features with all columns of COLUMNS; BadSource when they are not as declared."""
    layer = BASE_LAYERS[key]
    if features.crs is None or features.crs.to_epsg() != 4326:
        given = features.crs.to_string() if features.crs else "-"
        raise _bad(key, f"must be in EPSG:4326, not {given}", f"phải ở hệ EPSG:4326, không phải {given}")
    if not origins.get(key):
        raise _bad(key, "has no source", "không có nguồn")
    classes = [one.key for one in layer.classes]
    strange = sorted(map(str, set(features["kind"]) - set(classes))) if "kind" in features else ["(no kind)"]
    if strange:
        choices = ", ".join(classes)
        raise _bad(
            key, f"has unknown classes {strange}; classes: {choices}", f"có loại lạ {strange}; các loại: {choices}"
        )
    single = layer.geometry.removeprefix("Multi")
    others = sorted(map(str, set(features.geometry.geom_type) - {layer.geometry, single}))
    if others:
        raise _bad(key, f"holds {others}, not {layer.geometry}", f"chứa {others}, không phải {layer.geometry}")
    if features.geometry.is_empty.any():
        raise _bad(key, "holds a feature without coordinates", "có đối tượng không có toạ độ")
    full = features.assign(
        **{name: _empty(len(features), kind) for name, kind in COLUMNS.items() if name not in features}
    )
    columns = pd.DataFrame(full[list(ATTRIBUTES)]).reset_index(drop=True)
    return GeoDataFrame(columns, geometry=list(full.geometry), crs=4326)


def _empty(count: int, kind: type) -> Any:
    return np.full(count, None, dtype=object) if kind is str else np.full(count, np.nan)


def _bad(key: str, en: str, vi: str) -> BadSource:
    return BadSource(f"The base layer {key!r} {en}.", f"Lớp nền {key!r} {vi}.")


def _no_file(name: str) -> NotFound:
    return NotFound(f"This base map has no file {name}.", f"Bản đồ nền này không có tệp {name}.")


# --- writing -----------------------------------------------------------------------------------------


def _digest(
    frames: Mapping[str, GeoDataFrame], origins: Mapping[str, tuple[Origin, ...]], shades: Iterable[ShadeTile],
    maker: str, as_of: str,
) -> str:  # fmt: skip
    digest = hashlib.sha256(repr((FORM, BANDS, _classes(), maker, as_of)).encode())
    for key, features in frames.items():
        digest.update(repr((key, origins[key], features[list(ATTRIBUTES)].to_csv(index=False))).encode())
        for shape in shapely.to_wkb(np.asarray(features.geometry.array, dtype=object)):
            digest.update(shape)
    for tile in shades:
        digest.update(repr(tile[:3]).encode() + hashlib.sha256(tile.png).digest())
    return digest.hexdigest()[:12]


def _classes() -> list[tuple[str, str, list[tuple[str, float]]]]:
    """What the files depend on in the declaration of the layers: not their labels, which are no part of a ground."""
    layers = BASE_LAYERS.values()
    return [(layer.key, layer.geometry, [(one.key, one.from_zoom) for one in layer.classes]) for layer in layers]


def _notes(
    frames: Mapping[str, GeoDataFrame], origins: Mapping[str, tuple[Origin, ...]], shades: list[ShadeTile]
) -> list[dict[str, Any]]:
    counts = {key: len(features) for key, features in frames.items()}
    if shades:
        counts = {"hillshade": len(shades)} | counts
    return [
        {"key": key, "features": count, "origins": [[*one[:3], [*one.attribution]] for one in origins[key]]}
        for key, count in counts.items()
    ]


def _origin(row: list[Any]) -> Origin:
    name, address, licence, attribution = row
    return Origin(name, address, licence, Label(*attribution))


def _box(frames: Mapping[str, GeoDataFrame], relief: Mapping[str, Any] | None) -> list[float]:
    """West, north, east and south of all layers and of the hillshade, as shares of the square of EPSG:3857."""
    boxes = [features.total_bounds for features in frames.values()]
    shares = [mercator_shares([west, east], [north, south]).ravel() for west, south, east, north in boxes]
    together = np.array([*shares, *([relief["box"]] if relief else [])])
    return [*together[:, :2].min(axis=0).tolist(), *together[:, 2:].max(axis=0).tolist()]


def _write_bands(folder: Path, frames: Mapping[str, GeoDataFrame]) -> list[dict[str, Any]]:
    bands = []
    for band in BANDS:
        place = folder / "files" / str(band.zoom)
        place.mkdir(parents=True)
        files = []
        for name, area, body in divide({key: generalise(frames[key], BASE_LAYERS[key], band) for key in frames}):
            (place / f"{name}.json.gz").write_bytes(gzip.compress(body, _GZIP_LEVEL, mtime=0))
            files.append([name, *area.box])
        bands.append({"zoom": band.zoom, "files": files})
    return bands


def _write_shades(folder: Path, shades: list[ShadeTile]) -> dict[str, Any] | None:
    """Write the tiles; return their zooms, and their box at the largest one as shares of the square of EPSG:3857."""
    for z, x, y, png in shades:
        path = folder / "hillshade" / str(z) / str(x) / f"{y}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png)
    if not shades:
        return None
    least, most = shades[0].z, shades[-1].z
    places = np.array([[x, y] for z, x, y, _ in shades if z == most]) / 2**most
    (west, north), (east, south) = places.min(axis=0).tolist(), (places.max(axis=0) + 1 / 2**most).tolist()
    return {"from": least, "to": most, "box": [west, north, east, south]}


def _rename(part: Path, path: Path) -> None:
    """Give a finished ground its name; OSError unless another process has written the same ground meanwhile."""
    try:
        part.rename(path)
    except OSError:
        if not (path / _MANIFEST).is_file():
            raise


def _write_package(path: Path, frames: Mapping[str, GeoDataFrame]) -> None:
    """Write the layers into a GeoPackage; OSError for a full disk, which GDAL does not always call by its name."""
    try:
        for key, features in frames.items():
            pyogrio.write_dataframe(
                features, path, layer=key, driver="GPKG", append=path.exists(), promote_to_multi=True,
                **({} if path.exists() else {"dataset_options": {"VERSION": _PACKAGE_VERSION}}),
            )  # fmt: skip
    except RuntimeError as error:  # what all errors of pyogrio are
        if shutil.disk_usage(path.parent).free < _LEAST_ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
        raise
