"""The list of the grounds on disk, and the ways back: to the one before, and to the one that the project ships."""

from geo.basemap.ground import Ground, GroundSource, write_ground
from geo.basemap.operator.new_ground import lock
from geo.basemap.shipped_files import FOLDER, SHIPPED_MAKER, read_shipped
from geo.errors import BadSource, NotFound
from geo.settings import Settings


def list_grounds(settings: Settings) -> list[Ground]:
    """The grounds that can be opened, the current one first."""
    source = GroundSource(settings.basemap_dir)
    current = source()
    return [*([current] if current else []), *_others(source, current)]


def _others(source: GroundSource, current: Ground | None) -> list[Ground]:
    """The grounds that can be opened, without the current one, by name."""
    names = sorted(folder.name for folder in source.folder.glob("ground-*"))
    grounds = [ground for name in names if (ground := source.open(name)) is not None]
    return [ground for ground in grounds if current is None or ground.name != current.name]


def use_former(settings: Settings) -> Ground:
    """Make the ground before the current one current again; NotFound when there is none."""
    source = GroundSource(settings.basemap_dir)
    with lock(source.folder):
        former = _others(source, source())
        if not former:
            raise NotFound(
                "There is no former base map. `python app.py base --shipped` goes back to the one of the project.",
                "Không có bản đồ nền trước đó. Lệnh `python app.py base --shipped` trở về bản đi kèm chương trình.",
            )
        source.publish(former[0].name)
    return former[0]


def use_shipped(settings: Settings) -> Ground:
    """Make the ground of the project's own files the current one; BadSource when the seed folder has none."""
    source = GroundSource(settings.basemap_dir)
    with lock(source.folder):
        files = read_shipped(settings.seed_dir / FOLDER)
        if not files.layers:
            raise BadSource(
                f"There is no base map in {settings.seed_dir / FOLDER}: expected files such as rivers/rivers.shp."
                " Set GEO_SEED_DIR to the folder of the layers.",
                f"Không có bản đồ nền trong {settings.seed_dir / FOLDER}: cần các tệp như rivers/rivers.shp."
                " Hãy đặt GEO_SEED_DIR là thư mục chứa các lớp.",
            )
        name = write_ground(source.folder, files.layers, files.origins, maker=SHIPPED_MAKER, as_of=files.as_of)
        source.publish(name)
    return source.at(name)
