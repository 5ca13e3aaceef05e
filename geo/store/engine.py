"""The one place that chooses what the store is kept in."""

from geo.settings import Settings
from geo.store.geopackage import GeoPackageStore
from geo.store.protocol import Store


def open_store(settings: Settings) -> Store:
    """The store of the service, made when there is none: the GeoPackage `store.gpkg` of the data folder."""
    return GeoPackageStore(settings.data_dir / "store.gpkg")
