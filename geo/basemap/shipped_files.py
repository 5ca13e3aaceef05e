"""The base map that the project brings, read from its Shapefiles and published as a ground where there is no other."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pyogrio
from geopandas import GeoDataFrame

from geo.basemap.declaration import COLUMNS, SHIPPED, Origin
from geo.basemap.ground import GroundSource, write_ground
from geo.errors import BadSource
from geo.schema import Label

SHIPPED_MAKER = "shipped"
FOLDER = "base"
"""The folder of the base map inside the folder of the layers."""


class ShippedFiles(NamedTuple):
    """The layers with their sources, and the latest date of their data (ISO 8601; empty without any)."""

    layers: dict[str, GeoDataFrame]
    origins: dict[str, tuple[Origin, ...]]
    as_of: str


def read_shipped(folder: Path) -> ShippedFiles:
    """The layers of SHIPPED that `folder` has, each `<layer>/<layer>.shp` with its sources in `<layer>.json`.

    BadSource for a layer that cannot be read, or without sources.
    """
    layers: dict[str, GeoDataFrame] = {}
    origins: dict[str, tuple[Origin, ...]] = {}
    dates = [""]
    for key in SHIPPED:
        path = folder / key / f"{key}.shp"
        if not path.is_file():
            continue
        try:
            layers[key] = _with_kinds(pyogrio.read_dataframe(path, encoding="UTF-8"))
            body = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            origins[key] = tuple(_origin(row) for row in body["origins"])
            dates.append(body["as_of"])
        except (OSError, ValueError, KeyError, TypeError, pyogrio.errors.DataSourceError) as error:
            raise BadSource(
                f"The base layer {path} cannot be read: {error}. Restore the file from the release.",
                f"Không đọc được lớp nền {path}: {error}. Hãy khôi phục tệp này từ bản phát hành.",
            ) from error
    return ShippedFiles(layers, origins, max(dates))


def publish_shipped(folder: Path, source: GroundSource) -> None:
    """Publish the shipped files of `folder` as a ground, unless an operator's file made the current one.

    Without any shipped file nothing changes. BadSource as in `read_shipped` and `write_ground`.
    """
    current = source()
    if current is not None and current.maker != SHIPPED_MAKER:
        return
    files = read_shipped(folder)
    if files.layers:
        name = write_ground(source.folder, files.layers, files.origins, maker=SHIPPED_MAKER, as_of=files.as_of)
        if current is None or current.name != name:
            source.publish(name)


def _with_kinds(features: GeoDataFrame) -> GeoDataFrame:
    """The features with EPSG:4326 by its number, and empty texts as None."""
    texts = [name for name, kind in COLUMNS.items() if kind is str and name in features]
    for name in texts:
        features[name] = features[name].astype(object).where(features[name].notna(), None)
    return features.set_crs(4326, allow_override=True)


def _origin(row: dict[str, Any]) -> Origin:
    return Origin(row["name"], row["address"], row["licence"], Label(**row["attribution"]))
