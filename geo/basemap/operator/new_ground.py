"""A ground made of an operator's files, together with what the project ships: one run at a time, replaced as a whole.

The files are read in this process, without the limits of an import: the operator chose them and starts the command on a
machine of their own, where a process that needs too much memory harms nobody but the command. A run that is killed
leaves the former ground in use; its unfinished files bear its number and are deleted by the next run or start.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from filelock import FileLock, Timeout

from geo.basemap.declaration import HILLSHADE_KEY, Origin
from geo.basemap.ground import Ground, GroundSource, write_ground
from geo.basemap.operator.base_features import Reading, merge
from geo.basemap.operator.clip_area import MARGIN_KM, ClipArea, read_clip_area
from geo.basemap.operator.geotiff import is_tiff, read_geotiff
from geo.basemap.operator.heights import is_hgt, read_hgt
from geo.basemap.operator.osm_extract import is_extract, read_extract
from geo.basemap.operator.relief import Read, shade_tiles
from geo.basemap.operator.shipped_names import with_shipped
from geo.basemap.operator.vector_file import VectorOptions, read_vector_file
from geo.basemap.shipped_files import FOLDER, read_shipped
from geo.errors import BadSource, Conflict
from geo.part_files import delete_parts, part_suffix
from geo.schema import Label
from geo.settings import Settings

OPENSTREETMAP = Origin(
    "OpenStreetMap",
    "https://www.openstreetmap.org/copyright",
    "ODbL 1.0",
    Label("© những người đóng góp OpenStreetMap", "© OpenStreetMap contributors"),
)

_LOCK = "base.lock"


class Order(NamedTuple):
    """The files, the source and licence of those that are not from OpenStreetMap, and the options for vector files."""

    files: Sequence[Path]
    credit: str = ""
    licence: str = ""
    vector: VectorOptions = VectorOptions()


class NewGround(NamedTuple):
    """The new current ground, the features of each layer from the files, and the objects left out, both as counts."""

    ground: Ground
    counts: Mapping[str, int]
    left_out: Counter[str]


@dataclass
class _Contents:
    """The layers, heights, sources and dates of the files, collected file by file."""

    readings: list[Reading] = field(default_factory=list)
    heights: list[Read] = field(default_factory=list)
    origins: dict[str, list[Origin]] = field(default_factory=dict)
    days: list[str] = field(default_factory=lambda: [""])

    def add(self, path: Path, reading: Reading, origin: Origin) -> None:
        """Take the layers of a file; BadSource when it has none in the area."""
        if not reading.layers:
            raise _outside(path.name)
        self.readings.append(reading)
        for layer in reading.layers:
            self.credit(layer, origin)

    def credit(self, layer: str, origin: Origin) -> None:
        """Name a source of a layer, once."""
        origins = self.origins.setdefault(layer, [])
        if origin not in origins:
            origins.append(origin)


def make_ground(settings: Settings, order: Order, progress: Callable[[str], None]) -> NewGround:
    """Read the files, write a ground and make it the current one.

    BadSource when a file cannot be used, Conflict while another run is at work; in both cases the former ground stays
    the current one.
    """
    source = GroundSource(settings.basemap_dir)
    with lock(source.folder):
        area = read_clip_area(settings.seed_dir)
        with _work_folder(source.folder) as work:
            contents = _read(order, area, work, progress)
        reading = merge(contents.readings)
        if contents.heights:
            progress("bóng địa hình / hillshade")
        shades = list(shade_tiles(contents.heights, area))
        if contents.heights and not shades:
            raise _outside(", ".join(path.name for path in order.files if is_tiff(path) or is_hgt(path)))
        shipped = read_shipped(settings.seed_dir / FOLDER)
        layers, origins = with_shipped(reading.layers, contents.origins, shipped)
        progress("ghi bản đồ nền / writing the base map")
        name = write_ground(
            source.folder, layers, origins, maker=", ".join(path.name for path in order.files),
            as_of=max(contents.days), hillshade=shades,
        )  # fmt: skip
        source.publish(name)
        counts = {layer: len(features) for layer, features in reading.layers.items()} | {HILLSHADE_KEY: len(shades)}
        return NewGround(source.at(name), counts, reading.left_out)


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the lock of the folder, and delete what killed runs left; Conflict while another run holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / _LOCK).acquire(timeout=0):
            delete_parts(folder)
            yield
    except Timeout as error:
        raise Conflict(
            "Another `app.py base` is at work. Wait until it ends, then try again.",
            "Một lệnh `app.py base` khác đang chạy. Hãy chờ lệnh đó kết thúc rồi chạy lại.",
        ) from error


@contextmanager
def _work_folder(folder: Path) -> Iterator[Path]:
    """A folder for copies and positions, deleted at the end."""
    work = Path(mkdtemp(prefix="work-", suffix=part_suffix(), dir=folder))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _read(order: Order, area: ClipArea, work: Path, progress: Callable[[str], None]) -> _Contents:
    contents = _Contents()
    for number, path in enumerate(order.files):
        progress(path.name)
        copies = work / str(number)
        copies.mkdir()
        if is_extract(path):
            extract = read_extract(path, area, copies)
            contents.add(path, extract.reading, OPENSTREETMAP)
            contents.days.append(extract.as_of)
        elif is_tiff(path) or is_hgt(path):
            contents.heights.append(partial(read_geotiff if is_tiff(path) else read_hgt, path))
            contents.credit(HILLSHADE_KEY, _credited(order, path))
        else:
            vector = read_vector_file(path, area, copies, order.vector)
            contents.add(path, vector.reading, OPENSTREETMAP if vector.is_openstreetmap else _credited(order, path))
    return contents


def _credited(order: Order, path: Path) -> Origin:
    """The source of a file that does not say where its data come from; BadSource when the operator does not either."""
    if not order.credit:
        raise BadSource(
            f'The source of {path.name} is unknown. Name it as the map must credit it: --credit "NASA SRTM", say.',
            f'Chưa rõ nguồn của {path.name}. Hãy ghi nguồn mà bản đồ phải nêu, ví dụ: --credit "NASA SRTM".',
        )
    return Origin(order.credit, "", order.licence, Label(order.credit, order.credit))


def _outside(names: str) -> BadSource:
    return BadSource(
        f"Nothing of {names} lies in the province or within {MARGIN_KM} km of it. Choose a file that covers the"
        " province.",
        f"{names} không có đối tượng nào nằm trong tỉnh hoặc trong vòng {MARGIN_KM} km quanh tỉnh. Hãy chọn tệp phủ"
        " toàn tỉnh.",
    )
