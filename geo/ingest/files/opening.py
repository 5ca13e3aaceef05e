"""Any file an office sends, opened: what it is by content, the layers in it, and one of them as a Table."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

from geo.errors import BadSource, GeoError
from geo.ingest.files.archive import unpack
from geo.ingest.files.kml import ALL_FOLDERS
from geo.ingest.files.limits import Limits
from geo.ingest.files.sheets import read_sheet, sheet_names
from geo.ingest.files.sniff import Kind, sniff
from geo.ingest.files.table import Table
from geo.ingest.files.vectors import DRIVERS, OWN_PRJ, layers_of, neutral_charset, no_records, read_vector
from geo.schema import Label
from geo.text import fold

SHEETS: tuple[Kind, ...] = ("csv", "xlsx", "xls", "xlsb", "ods")
_COMPANIONS = {ending for driver in DRIVERS.values() for ending in driver.companions}
_IGNORED = {
    ".xml", ".sbn", ".sbx", ".qix", ".qpj", ".qmd", ".qml", ".sld", ".txt", ".pdf", ".jpg", ".png", ".lyr", ".html",
    ".ini", ".db", ".md", ".ain", ".aih", ".atx", ".ixs", ".mxs", ".fbn", ".fbx", ".wor",
    ".qgs", ".qgz", ".mxd", ".aprx", ".lyrx", ".mdb", ".ldb", ".cst", ".vrt",
}  # fmt: skip
"""What stands beside layers in archives and is none."""
_FIRST_TABLE = "a00000001.gdbtable"
_GEODATABASE = {".gdbtable", ".gdbtablx", ".gdbindexes", ".atx", ".spx", ".freelist", ".horizon"}


@dataclass(frozen=True)
class Part:
    """One layer that can be read: the file in the working folder, its kind, the layer in it, and how it is called.

    `name` is unique among the parts of one upload. `rows` is None for a sheet: it is counted when it is read. `file` is
    what the upload calls the file, which messages name.
    """

    path: Path
    kind: Kind
    layer: str | None
    name: str
    rows: int | None
    geometry: str
    file: str

    @property
    def label(self) -> Label:
        """What people call it: its name, or words for all folders of a KML together."""
        together = self.kind in {"kml", "kmz"} and self.layer == ALL_FOLDERS
        return _ALL if together else Label(self.name, self.name)


_ALL = Label("tất cả thư mục, kèm cột tên thư mục", "all folders, with a column of their names")


def look(files: Sequence[Path], work: Path, limits: Limits) -> list[Part]:
    """The parts of an upload: one file, or the files of one layer that were sent together.

    `work` is an empty folder for copies whose file names let GDAL recognise the content. BadSource when nothing in the
    upload is a layer, with what the file is and what to do.
    """
    for file in files:
        limits.hold("byte", "bytes", file.stat().st_size, limits.max_bytes)
    refused: list[BadSource] = []
    parts = [part for leader in _leaders(files, work, limits, refused) for part in _parts(leader, limits, refused)]
    if not parts:
        names = ", ".join(file.name for file in files)
        raise next(iter(refused), None) or BadSource(
            f"There is no layer in {names}. A Shapefile is .shp, .shx, .dbf and .prj together, best zipped.",
            f"Không có lớp dữ liệu nào trong {names}. Một Shapefile gồm .shp, .shx, .dbf và .prj, nên nén lại.",
        )
    return _distinct(parts)


def read(part: Part, limits: Limits) -> Table:
    """The part as a Table; BadSource when it is damaged or over a limit."""
    if part.kind in SHEETS:
        with _damage_refused(part.path):
            return read_sheet(part.path, part.kind, part.layer, limits)
    with _called(part.path, part.kind, part.file):
        return read_vector(part.path, part.kind, part.layer, limits)


def choose(parts: Sequence[Part], name: str | None) -> Part | None:
    """The part called `name`; without a name the only one, None when a person must choose."""
    if name is None:
        return parts[0] if len(parts) == 1 else None
    for part in parts:
        if part.name == name:
            return part
    names = ", ".join(part.name for part in parts)
    raise BadSource(
        f"The file has no layer {name!r}. Its layers: {names}.", f"Tệp không có lớp {name!r}. Các lớp: {names}."
    )


class _Leader(NamedTuple):
    """The file that others of a layer belong to, copied for reading; what it is, and what the upload calls it."""

    path: Path
    kind: Kind
    file: str


def _leaders(files: Sequence[Path], work: Path, limits: Limits, refused: list[BadSource]) -> Iterator[_Leader]:
    """The file of each layer that the others belong to, copied to `work` with its companions.

    What stands beside others and cannot be read goes to `refused`.
    """
    spare = count()
    yield from _geodatabases(files, work, spare)
    for file in files:
        kind = _kind(file, refused, alone=len(files) == 1)
        if kind is None:
            continue
        members, kinds = files, {file: kind}
        if kind in {"zip", "kmz"}:
            # GDAL could open a KMZ by itself, but it loses columns of some; what is in it is read as KML.
            unpacked = work / f"unpacked{next(spare)}"
            unpacked.mkdir(parents=True)
            members = unpack(file, unpacked, limits.archive())
            yield from _geodatabases(members, work, spare)
            inner = {member: _inner(file, member, kind, refused) for member in members}
            kinds = {member: member_kind for member, member_kind in inner.items() if member_kind}
        for leader, member_kind in kinds.items():
            yield _named(leader, members, member_kind, work / f"part{next(spare)}")


def _geodatabases(files: Sequence[Path], work: Path, spare: Iterator[int]) -> Iterator[_Leader]:
    """The folders of files that are an Esri File Geodatabase, copied under names that GDAL knows them by."""
    for table in files:
        if table.name.lower() != _FIRST_TABLE:
            continue
        folder = work / f"part{next(spare)}" / f"{_ascii(table.parent.name.removesuffix('.gdb'))}.gdb"
        folder.mkdir(parents=True)
        for file in files:
            if file.parent == table.parent and (
                file.suffix.lower() in _GEODATABASE or file.name.lower() in {"gdb", "timestamps"}
            ):
                shutil.copyfile(file, folder / file.name.lower())
        yield _Leader(folder, "gdb", table.parent.name)


def _inner(file: Path, member: Path, kind: Kind, refused: list[BadSource]) -> Kind | None:
    """The kind of a file in an archive; None for one that is left out.

    BadSource for an archive inside the archive, whatever its name is, and for a .kml in a KMZ whose content is not KML.
    """
    if kind == "kmz" and member.suffix.lower() != ".kml":
        return None
    content = sniff(member) if kind == "kmz" else _kind(member, refused, alone=False)
    if content in {"zip", "kmz"}:
        raise BadSource(
            f"{file.name} is refused: {member.name!r} is an archive inside the archive; unpack it first.",
            f"Không nhận {file.name}: {member.name!r} là tệp nén bên trong; hãy bung ra trước.",
        )
    if kind == "kmz" and content != "kml":
        raise BadSource(
            f"{file.name} is refused: {member.name!r} in it is no KML. Export it again.",
            f"Không nhận {file.name}: {member.name!r} bên trong không phải KML. Hãy xuất lại tệp.",
        )
    return "kmz" if kind == "kmz" else content


def _kind(file: Path, refused: list[BadSource], *, alone: bool) -> Kind | None:
    """What a file is; None for one that only stands beside others, or is of no known kind and not alone."""
    ending = file.suffix.lower()
    if not alone and (
        ending in _COMPANIONS | _GEODATABASE
        or file.name in {"gdb", "timestamps"}
        or ending in _IGNORED
        or file.name.startswith(("._", "~$", "."))
    ):
        return None
    if alone and ending in {".shx", ".prj"}:
        return "shapefile"
    if "__MACOSX" in file.parts:
        return None
    try:
        return sniff(file)
    except BadSource as error:
        if alone:
            raise
        refused.append(error)
        return None


def _named(file: Path, others: Sequence[Path], kind: Kind, folder: Path) -> _Leader:
    """The file and its companions in the new `folder`, under one stem and the endings that GDAL knows them by."""
    if kind in SHEETS:
        return _Leader(file, kind, file.name)
    driver = DRIVERS[kind]
    folder.mkdir(parents=True)
    stem = folder / _ascii(file.stem)
    piece = _piece(file) if kind == "shapefile" else driver.ending
    target = stem.with_name(stem.name + (driver.ending if piece in {".shx", ".prj"} else piece))
    shutil.copyfile(file, stem.with_name(stem.name + piece))
    for other in others:
        ending = other.suffix.lower()
        belongs = other != file and other.parent == file.parent and _stem(other).lower() == _stem(file).lower()
        if belongs and (ending in driver.companions or (kind == "shapefile" and ending == ".shp")):
            shutil.copyfile(other, stem.with_name(stem.name + (OWN_PRJ if ending == ".prj" else ending)))
    if kind in {"tab", "mif"} and target.exists():
        neutral_charset(target)
    return _Leader(target, kind, file.name)


def _piece(file: Path) -> str:
    """The ending of what of a Shapefile this is by its bytes; what cannot be told keeps its own."""
    with file.open("rb") as opened:
        head = opened.read(104)
    if not head.startswith(b"\x00\x00\x27\x0a"):
        return file.suffix.lower() if file.suffix.lower() in {".shx", ".prj"} else ".dbf"
    return ".shx" if head[100:] == b"\x00\x00\x00\x32" else ".shp"  # an index begins with where the first record is


def _stem(file: Path) -> str:
    return file.name.removesuffix(file.suffix)


def _ascii(name: str) -> str:
    """A file name that every GDAL on every system opens."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in fold(name))[:60] or "layer"


def _parts(leader: _Leader, limits: Limits, refused: list[BadSource]) -> Iterator[Part]:
    path, kind, file = leader
    if kind in SHEETS:
        with _damage_refused(path):
            sheets = sheet_names(path, kind, limits)
        for sheet in sheets:
            yield Part(path, kind, sheet, sheet if kind != "csv" else path.name, None, "", file)
        return
    with _called(path, kind, file):
        layers = layers_of(path, kind)
        if not layers:
            refused.append(_in_its_name(no_records(path, kind), path, kind, file))
    for layer in layers:
        yield Part(path, kind, layer.name, layer.name, layer.rows, layer.geometry, file)


@contextmanager
def _called(path: Path, kind: Kind, file: str) -> Iterator[None]:
    """Refusals of the copy at `path` as refusals of the file that people know."""
    try:
        yield
    except BadSource as error:
        raise _in_its_name(error, path, kind, file) from error


def _in_its_name(error: BadSource, path: Path, kind: Kind, file: str) -> BadSource:
    """A refusal that names the file as the upload does; of several files of a layer, the one that it is about."""
    several = bool(DRIVERS[kind].companions)
    stem = Path(file).stem

    def renamed(text: str) -> str:
        text = text if several else text.replace(path.name, file)
        return re.sub(rf"(?<![\w.]){re.escape(path.stem)}(?=\.\w)", lambda _: stem, text) if several else text

    return BadSource(renamed(error.en), renamed(error.vi))


@contextmanager
def _damage_refused(path: Path) -> Iterator[None]:
    """Whatever the packages that read sheets raise for a damaged one, as one error that says what to do."""
    try:
        yield
    except (GeoError, MemoryError):
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error).replace(str(path.parent), '…')[:200]}"
        raise BadSource(
            f"{path.name} is damaged ({reason}). Save or copy it again.",
            f"{path.name} bị hỏng ({reason}). Hãy lưu hoặc chép lại tệp.",
        ) from error


def _distinct(parts: list[Part]) -> list[Part]:
    """The parts under names that no other has: with the name of the file, then with a number."""
    names = Counter(part.name for part in parts)
    named = [f"{part.path.name}/{part.name}" if names[part.name] > 1 else part.name for part in parts]
    seen: Counter[str] = Counter()
    out = []
    for part, name in zip(parts, named, strict=True):
        seen[name] += 1
        out.append(replace(part, name=name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return out
