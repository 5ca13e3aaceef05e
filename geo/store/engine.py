"""The choice of the database engine for the store, made in this one place."""

from collections.abc import Iterator
from pathlib import Path

from geo.settings import Settings
from geo.store.copies import put_back, sweep
from geo.store.geopackage import GeoPackageStore
from geo.store.protocol import Store, Verdict, Version
from geo.store.verification import verify_file


def open_store(settings: Settings) -> Store:
    """The store of the service, the GeoPackage `store.gpkg` of the data folder; BadSource when there is none."""
    return GeoPackageStore(_path(settings))


def create_store(settings: Settings) -> Store:
    """The same, made without any version when there is none."""
    return GeoPackageStore(_path(settings), create=True)


def verify_store(settings: Settings, file: Path | None = None) -> Iterator[Verdict]:
    """The state of each part of the store, or of a backup of it; BadSource when it cannot be opened."""
    return verify_file(file or _path(settings))


def restore_backup(settings: Settings, file: Path, *, replace: bool) -> tuple[Version, Path | None]:
    """Put a verified backup in the place of the store.

    Return its newest version, and the file to which the store that was there was moved. Conflict when there is one
    with versions and `replace` was not given; BadSource when the backup is damaged. The atlas still has to be built.
    """
    return put_back(file, _path(settings), replace=replace)


def sweep_store(settings: Settings) -> None:
    """Remove what processes that died left beside the store; nothing of a process that lives."""
    sweep(_path(settings))


def _path(settings: Settings) -> Path:
    return settings.data_dir / "store.gpkg"
