"""Where the layers of a QGIS project come from: a GeoPackage beside the project, or this service itself."""

from collections.abc import Callable
from typing import NamedTuple


class Source(NamedTuple):
    """The data sources of a project.

    `provider` is the QGIS data provider, `address` returns the data source of a layer, `crs` is the CRS of its
    coordinates. `tiles` is the data source of the vector tiles of all layers, "" for none. `base` is what OGR opens for
    the layers of the base map, "" for none.
    """

    provider: str
    address: Callable[[str], str]
    crs: str
    tiles: str = ""
    base: str = ""


def in_file(name: str, crs: str, base: str = "") -> Source:
    """The layers of the GeoPackage `name` in the folder of the project, and of the base map in the file `base` there.

    >>> in_file("ocop.gpkg", "EPSG:4326").address("products")
    './ocop.gpkg|layername=products'
    """
    return Source("ogr", lambda layer: f"./{name}|layername={layer}", crs, base=f"./{base}" if base else "")


def live(base: str, package: str = "") -> Source:
    """The collections and the vector tiles of the service at the URL `base`; `package` is the path of its base map.

    QGIS requests only the features in view, page by page.
    """
    base_in_uri = base.replace("'", "%27")
    return Source(
        "OAPIF",
        lambda layer: f"pagingEnabled='true' restrictToRequestBBOX='1' typename='{layer}' url='{base_in_uri}/'",
        "EPSG:4326",
        f"type=xyz&url={base_in_uri}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}&zmin=0&zmax=16",
        f"/vsicurl/{base}{package}" if package else "",
    )
