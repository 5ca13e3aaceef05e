"""The choice of the database engine for the store, made in this one place."""

from geo.settings import Settings
from geo.store.geopackage import GeoPackageStore
from geo.store.protocol import Store


def open_store(settings: Settings) -> Store:
    """The store of the service: the GeoPackage `store.gpkg` of the data folder, created when there is none."""
    return GeoPackageStore(settings.data_dir / "store.gpkg")
