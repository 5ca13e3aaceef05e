"""The base map that the project brings, published when the service is built or starts."""

from geo.basemap.ground import GroundSource
from geo.basemap.shipped_files import FOLDER, publish_shipped
from geo.console.output import print_progress
from geo.errors import GeoError
from geo.settings import Settings


def publish_base_map(config: Settings) -> None:
    """Publish the shipped base map where no operator's file has replaced it.

    A base map that cannot be read or written is reported and does not stop the service: records are shown without it.
    """
    try:
        publish_shipped(config.seed_dir / FOLDER, GroundSource(config.basemap_dir))
    except GeoError as error:
        print_progress(f"{error.vi}\n{error.en}")
    except OSError as error:
        print_progress(f"bản đồ nền / base map: {error}")
