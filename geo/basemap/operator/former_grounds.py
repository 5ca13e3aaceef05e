"""The grounds that are there, and the ways back: to the one before, and to the one that the project ships."""

from geo.basemap.ground import Ground, GroundSource, write_ground
from geo.basemap.operator.new_ground import alone
from geo.basemap.shipped_files import FOLDER, SHIPPED_MAKER, read_shipped
from geo.errors import BadSource, NotFound
from geo.settings import Settings


def list_grounds(settings: Settings) -> list[Ground]:
    """The grounds that can be opened, the current one first."""
    source = GroundSource(settings.basemap_dir)
    current = source()
    names = sorted(folder.name for folder in source.folder.glob("ground-*"))
    others = [ground for name in names if (ground := source.open(name)) is not None]
    return [current, *(ground for ground in others if ground.name != current.name)] if current else others


def use_former(settings: Settings) -> Ground:
    """Make the ground before the current one current again; NotFound when there is none."""
    source = GroundSource(settings.basemap_dir)
    with alone(source.folder):
        former = list_grounds(settings)[1:]
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
    with alone(source.folder):
        files = read_shipped(settings.seed_dir / FOLDER)
        if not files.layers:
            raise BadSource(
                f"There is no base map in {settings.seed_dir / FOLDER}.",
                f"Không có bản đồ nền trong {settings.seed_dir / FOLDER}.",
            )
        name = write_ground(source.folder, files.layers, files.origins, maker=SHIPPED_MAKER, as_of=files.as_of)
        source.publish(name)
    return source.at(name)
