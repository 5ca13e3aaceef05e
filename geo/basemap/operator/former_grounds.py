"""The list of the grounds on disk, and the ways back: to the one before, to any one by its name, to the shipped one."""

from geo.basemap.ground import Ground, GroundSource, write_ground
from geo.basemap.operator.new_ground import lock
from geo.basemap.publications import read_order
from geo.basemap.shipped_files import FOLDER, SHIPPED_MAKER, read_shipped
from geo.errors import BadSource, NotFound
from geo.settings import Settings


def list_grounds(settings: Settings) -> tuple[list[Ground], str]:
    """The grounds that can be opened, the one that became current last first, and the name of the current one."""
    source = GroundSource(settings.basemap_dir)
    grounds = (source.open(name) for name in reversed(read_order(source.folder)))
    return [ground for ground in grounds if ground is not None], source.current_name()


def use_former(settings: Settings) -> Ground:
    """Make the ground that was current before the current one so again; NotFound when there is none."""
    source = GroundSource(settings.basemap_dir)
    with lock(source.folder):
        former = source.former()
        if not former:
            raise NotFound(
                "There is no former base map. `python app.py base --list` names all that there are, and `--shipped`"
                " goes back to the one of the project.",
                "Không có bản đồ nền trước đó. Lệnh `python app.py base --list` liệt kê các bản hiện có; `--shipped`"
                " trở về bản đi kèm chương trình.",
            )
        source.point_to(former[0].name)
    return former[0]


def use_ground(settings: Settings, name: str) -> Ground:
    """Make the ground `name`, an earlier or a later one, the current one; NotFound names those that there are."""
    source = GroundSource(settings.basemap_dir)
    with lock(source.folder):
        ground = source.open(name) if name in read_order(source.folder) else None
        if ground is None:
            names = ", ".join(one.name for one in list_grounds(settings)[0]) or "-"
            raise NotFound(
                f"There is no base map {name!r}. Expected one of: {names}.",
                f"Không có bản đồ nền {name!r}. Cần một trong: {names}.",
            )
        source.point_to(name)
    return ground


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
