"""One file of every kind that can be read, as a GIS program writes it."""

import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pyogrio
from shapely import Point, Polygon

NAMES = ["Điện Biên", "Mường Ảng", "Tủa Chùa"]
NUMBERS = [7, 12, 305]
SHAPES = [
    Polygon([(103.0, 21.0), (103.25, 21.0), (103.25, 21.5), (103.0, 21.0)]),
    Polygon([(103.5, 21.5), (103.75, 21.5), (103.75, 21.75), (103.5, 21.5)]),
    Polygon([(104.0, 22.0), (104.5, 22.0), (104.5, 22.5), (104.0, 22.5), (104.0, 22.0)]),
]
VN2000 = (
    'PROJCS["VN-2000 / Dien Bien",GEOGCS["VN-2000",DATUM["Vietnam_2000",SPHEROID["WGS 84",6378137,298.257223563],'
    "TOWGS84[-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,0.252906278]],"
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",103],PARAMETER["scale_factor",0.9999],'
    'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]'
)
"""What an office's program calls the province's own zone; no register has it."""


def frame(**columns: Any) -> gpd.GeoDataFrame:
    """Three communes with a name and a number."""
    return gpd.GeoDataFrame({"ten": NAMES, "so": NUMBERS, **columns}, geometry=SHAPES, crs=4326)


def points() -> gpd.GeoDataFrame:
    """The same communes as points."""
    return frame().set_geometry([Point(103.5, 21.25), Point(103.25, 21.5), Point(104, 22)], crs=4326)


def write(path: Path, driver: str, rows: gpd.GeoDataFrame | None = None, **more: Any) -> Path:
    """Write the communes, or `rows`, with GDAL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pyogrio.write_dataframe(frame() if rows is None else rows, path, driver=driver, **more)
    return path


def ogr2ogr(target: Path, source: Path, *words: str) -> Path:
    """Convert with the GDAL of the system, which is of another version than the one that reads."""
    subprocess.run(["ogr2ogr", *words, str(target), str(source)], check=True, capture_output=True, timeout=60)
    return target


def zipped(path: Path, *files: Path, into: str = "", mode: Literal["w", "a"] = "w") -> Path:
    """The files as an archive, in the folder `into` of it."""
    with zipfile.ZipFile(path, mode, zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, into + file.name)
    return path


def group(path: Path) -> list[Path]:
    """The files of one layer: all that share the stem."""
    return sorted(one for one in path.parent.iterdir() if one.is_file() and one.stem == path.stem)


def shapefile(folder: Path) -> Path:
    """A Shapefile as offices send it, zipped."""
    path = write(folder / "raw" / "xa.shp", "ESRI Shapefile", encoding="utf-8")
    return zipped(folder / "xa.zip", *group(path))


def loose(folder: Path) -> Path:
    """The .shp of a Shapefile; the other files lie beside it."""
    return write(folder / "xa.shp", "ESRI Shapefile", encoding="utf-8")


def tab(folder: Path) -> Path:
    """A MapInfo table, zipped."""
    return zipped(folder / "tab.zip", *group(write(folder / "tab" / "xa.tab", "MapInfo File")))


def mif(folder: Path) -> Path:
    """A MapInfo exchange file, zipped."""
    return zipped(folder / "mif.zip", *group(write(folder / "mif" / "xa.mif", "MapInfo File")))


def kmz(folder: Path) -> Path:
    """KML in an archive, as Google Earth saves it."""
    doc = write(folder / "kmz" / "doc.kml", "LIBKML")
    return zipped(folder / "xa.kmz", doc)


def gpx(folder: Path) -> Path:
    """Waypoints."""
    return write(folder / "xa.gpx", "GPX", points().rename(columns={"ten": "name"})[["name", "geometry"]])


def dxf(folder: Path) -> Path:
    """A drawing of closed lines."""
    source = write(folder / "source.geojson", "GeoJSON", frame()[["geometry"]])
    return ogr2ogr(folder / "xa.dxf", source, "-f", "DXF")


def dgn(folder: Path) -> Path:
    """A MicroStation V7 drawing."""
    source = write(folder / "source.geojson", "GeoJSON", frame()[["geometry"]])
    return ogr2ogr(folder / "xa.dgn", source, "-f", "DGN")


def _plain(ending: str, driver: str) -> Callable[[Path], Path]:
    return lambda folder: write(folder / f"xa{ending}", driver)


SAMPLES: dict[str, Callable[[Path], Path]] = {
    "shapefile": shapefile, "tab": tab, "mif": mif, "kmz": kmz, "gpx": gpx, "dxf": dxf, "dgn": dgn,
    "gpkg": _plain(".gpkg", "GPKG"), "geojson": _plain(".geojson", "GeoJSON"), "kml": _plain(".kml", "LIBKML"),
    "geojsonseq": _plain(".geojsonl", "GeoJSONSeq"), "flatgeobuf": _plain(".fgb", "FlatGeobuf"),
}  # fmt: skip


def copied(path: Path, name: str) -> Path:
    """The file under another name."""
    return Path(shutil.copyfile(path, path.with_name(name)))
