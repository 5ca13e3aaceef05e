"""Where truth lies: versions of the layers, with who published each, when and why."""

from geo.store.geopackage import GeoPackageStore
from geo.store.protocol import LogRow, Store, Version

__all__ = ["GeoPackageStore", "LogRow", "Store", "Version"]
