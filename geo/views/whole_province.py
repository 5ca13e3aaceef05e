"""All layers as one download: a GeoPackage with styles and projects, a zipped folder, or a live QGIS project."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeAlias

from geo.atlas import Atlas, Query
from geo.basemap.ground import PACKAGE, Ground
from geo.errors import BadQuery, NotFound
from geo.ocop.collections import COLLECTIONS
from geo.schema import LANGS, Label
from geo.views.dated_files import DatedZip, date_geopackage
from geo.views.export.bounded_file import copy_file
from geo.views.export.download import system_of, verify_count
from geo.views.export.geopackage import write_layer
from geo.views.export.job import Job
from geo.views.export.work_folder import work_folder
from geo.views.formats import FORMATS
from geo.views.map.terrain_view import terrain_credits
from geo.views.notice import WGS84, notice
from geo.views.qgis import LEGAL, TITLE, in_file, live, pack, project, sld_of, style_of

NAME = "all"
"""The name of this download where other downloads have the name of a layer."""

_BASE_FILE = "base-map.gpkg"
"""The base map in a folder with a project, a file of its own, because its roads are under a share-alike licence."""

_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)
"""
_PROJECTS = "CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"
_LANGS = {"vi": "Tiếng Việt", "en": "English"}
_OPEN = Label(
    "Giải nén cả thư mục, rồi mở {name}.qgs bằng QGIS 3.22 trở lên. Giữ tên và chỗ của hai tệp bên cạnh nhau.",
    "Unpack the folder, then open {name}.qgs in QGIS 3.22 or later. Keep both files side by side under their names.",
)  # fmt: skip
_VERSION_LINE = Label("Phiên bản {n}, công bố {at}. {legal}", "Version {n}, published {at}. {legal}")


class Whole(NamedTuple):
    """A requested download: language of the texts, CRS of the coordinates, and for a live project the service's `url`.

    `name` is the file name without its extension; a project finds its data by that name. `ground` is the base map,
    which a folder holds as a file of its own and a live project reads from the service.
    """

    atlas: Atlas
    lang: str = "vi"
    crs: str = WGS84
    url: str = ""
    name: str = ""
    ground: Ground | None = None

    @property
    def stem(self) -> str:
        """The file name without its extension."""
        return self.name or f"ocop-v{self.atlas.version.number}"

    @property
    def published_at(self) -> str:
        """The time when the version was published, used for all dates in the file."""
        return self.atlas.version.published_at


Write: TypeAlias = Callable[[Whole, BinaryIO], int]


class Kind(NamedTuple):
    """One form of the download. `has_data` says that it contains the data, in a CRS of choice.

    `write` writes it to a binary stream and returns the number of records in it.
    """

    extension: str
    media_type: str
    label: Label
    write: Write
    has_data: bool = True


def write_province(whole: Whole, out: BinaryIO) -> int:
    """Write every collection to one GeoPackage and return the number of records.

    Columns have the declared names, and the notices are in the metadata of the file. QGIS's table `layer_styles` has
    a style of each layer in both languages, the one in `lang` as default; the table `qgis_projects` has a project in
    each language. The same version gives the same bytes. GeoError when a layer lacks records.
    """
    with work_folder() as folder:
        path = folder / f"{whole.stem}.gpkg"
        count = _gather(whole, path)
        copy_file(path, out)
    return count


def write_folder(whole: Whole, out: BinaryIO) -> int:
    """Write a zipped folder of the GeoPackage, a QGIS project for it and a notice; return the number of records."""
    with work_folder() as folder:
        path = folder / f"{whole.stem}.gpkg"
        count = _gather(whole, path)
        with DatedZip(out, whole.published_at) as archive:
            base = _BASE_FILE if whole.ground else ""
            archive.add(f"{whole.stem}/{whole.stem}.qgs", _beside(whole, whole.lang, base))
            archive.add(f"{whole.stem}/README.txt", _readme(whole).encode())
            with path.open("rb") as file:
                archive.add(f"{whole.stem}/{path.name}", file)
            if whole.ground:
                with whole.ground.package.open("rb") as file:
                    archive.add(f"{whole.stem}/{_BASE_FILE}", file)
    return count


def write_live(whole: Whole, out: BinaryIO) -> int:
    """Write a QGIS project (.qgz) that reads from the service at `url`; return 0, as it contains no records.

    BadQuery without an address that begins with http:// or https://.
    """
    if not whole.url.startswith(("http://", "https://")):
        raise BadQuery(
            f"A live project needs the address of the service, http://... or https://..., not {whole.url!r}.",
            f"Dự án trực tuyến cần địa chỉ của dịch vụ, dạng http://... hoặc https://..., không phải {whole.url!r}.",
        )
    package = f"/base-map/{whole.ground.name}/{PACKAGE}" if whole.ground else ""
    document = project(whole.atlas, live(whole.url.rstrip("/"), package), whole.lang, whole.ground)
    out.write(pack(document, whole.stem, whole.published_at))
    return 0


KINDS: dict[str, Kind] = {
    kind.extension: kind
    for kind in (
        Kind(
            "gpkg",
            "application/geopackage+sqlite3",
            Label("GeoPackage, có sẵn ký hiệu QGIS", "GeoPackage with QGIS styles"),
            write_province,
        ),
        Kind(
            "qgis.zip",
            "application/zip",
            Label("Dự án QGIS kèm dữ liệu (ZIP)", "QGIS project with its data (ZIP)"),
            write_folder,
        ),
        Kind(
            "qgz",
            "application/x-qgis-project",
            Label("Dự án QGIS trực tuyến", "QGIS project, live"),
            write_live,
            has_data=False,
        ),
    )
}
"""File extension -> form of the download."""


def kind_of(name: str) -> Kind:
    """The form with the extension of the file name `name`; NotFound for any other extension.

    >>> kind_of("dien-bien.qgis.zip").extension
    'qgis.zip'
    """
    for kind in KINDS.values():
        if name.lower().endswith(f".{kind.extension}"):
            return kind
    names = ", ".join(f".{extension}" for extension in KINDS)
    raise NotFound(
        f"The whole province cannot be written as {name!r}. File extensions: {names}.",
        f"Không ghi được toàn bộ dữ liệu thành {name!r}. Các đuôi tệp: {names}.",
    )


def system_for(kind: Kind, crs: str | None) -> str:
    """The CRS to write in, by default WGS 84; BadQuery for a CRS that `kind` does not offer."""
    if kind.has_data:
        return system_of(FORMATS["gpkg"], crs)
    if crs is None:
        return WGS84
    raise BadQuery(
        f"{kind.extension} reads the service in its own CRS: crs cannot be chosen, received {crs!r}.",
        f"{kind.extension} đọc dịch vụ theo hệ toạ độ của nó: không chọn được crs (nhận được {crs!r}).",
    )


def _gather(whole: Whole, path: Path) -> int:
    """Write the GeoPackage at `path` and return the number of records."""
    jobs = [
        Job(whole.atlas, Query(name), whole.lang, whole.crs, whole.atlas.count(Query(name))) for name in COLLECTIONS
    ]
    count = sum(verify_count(job, "gpkg", write_layer(job, path)) for job in jobs)
    _finish(whole, path)
    date_geopackage(path, whole.published_at)
    return count


def _finish(whole: Whole, path: Path) -> None:
    """Add the styles and the projects to the GeoPackage at `path`."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(_STYLES)
        db.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', 'QGIS styles')"
        )
        for name, spec in COLLECTIONS.items():
            for lang in LANGS:
                db.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
                    " styleName, styleQML, styleSLD, useAsDefault, description, owner, ui)"
                    " VALUES ('', '', ?, ?, ?, ?, ?, ?, ?, '', NULL)",
                    (
                        name, "geom" if spec.geometry else "", _LANGS[lang], style_of(spec, lang), sld_of(spec, lang),
                        int(lang == whole.lang), spec.label.of(lang),
                    ),
                )  # fmt: skip
        db.execute(_PROJECTS)
        for lang in LANGS:
            about = json.dumps({"last_modified_time": whole.published_at[:19], "last_modified_user": ""})
            content = pack(_beside(whole, lang), project_name(lang), whole.published_at)
            db.execute("INSERT INTO qgis_projects VALUES (?, ?, ?)", (project_name(lang), about, content.hex()))


def project_name(lang: str) -> str:
    """The name of the project in `lang` inside the GeoPackage.

    >>> project_name("vi")
    'ocop-vi'
    """
    return f"ocop-{lang}"


def _beside(whole: Whole, lang: str, base: str = "") -> bytes:
    """The QGIS project that reads the GeoPackage in the same folder, and the base map from the file `base` there."""
    return project(whole.atlas, in_file(f"{whole.stem}.gpkg", whole.crs, base), lang, whole.ground)


def _readme(whole: Whole) -> str:
    """README.txt: how to open the files, attribution and licence, in both languages."""
    blocks = []
    for lang in LANGS:
        lines = [
            TITLE.of(lang),
            _OPEN.of(lang).format(name=whole.stem),
            _VERSION_LINE.of(lang).format(n=whole.atlas.version.number, at=whole.published_at, legal=LEGAL.of(lang)),
            "",
        ]
        for name in COLLECTIONS:
            terms = notice(whole.atlas, name)
            lines += [
                f"{name}: {terms.title.of(lang)}",
                f"  {terms.licence}",
                f"  {terms.attribution.of(lang)}",
            ]
        for row in terrain_credits(whole.ground, lang):
            lines += [
                f"{_BASE_FILE}: {row['layers']}",
                f"  {row['licence']}",
                f"  {row['attribution']} {row['address']}",
            ]
        blocks.append("\r\n".join(lines))
    return "\r\n\r\n---\r\n\r\n".join(blocks) + "\r\n"
