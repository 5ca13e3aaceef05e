"""The base map that the project brings, published when the service is built or starts."""

from geo.basemap.ground import GroundSource
from geo.basemap.shipped_files import FOLDER, SHIPPED_MAKER, publish_shipped
from geo.console.output import print_progress
from geo.errors import GeoError
from geo.settings import Settings


def publish_base_map(config: Settings) -> None:
    """Publish the shipped base map where no operator's file has replaced it.

    A base map that cannot be read or written is reported and does not stop the service: records are shown without it.
    """
    source = GroundSource(config.basemap_dir)
    maker = source.outdated_maker()
    if maker not in {"", SHIPPED_MAKER}:
        print_progress(
            f"Bản đồ nền tạo từ {maker} có định dạng của bản phát hành khác, không đọc được nữa; đang dùng bản đi kèm."
            " Hãy chạy lại `python app.py base TỆP`.\n"
            f"The base map made of {maker} has the format of another release and cannot be read; the shipped one is"
            " used. Run `python app.py base FILE` again."
        )
    try:
        publish_shipped(config.seed_dir / FOLDER, source)
    except GeoError as error:
        print_progress(f"{error.vi}\n{error.en}")
    except OSError as error:
        print_progress(f"bản đồ nền / base map: {error}")
