"""The command `export`: a layer, or the whole province, as a file."""

from pathlib import Path
from typing import Any, cast

import click

from geo.atlas import Query, open_atlases
from geo.basemap.ground import GroundSource
from geo.console.installation import Installation
from geo.console.output import print_progress, report_errors
from geo.errors import BadQuery
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS
from geo.settings import Settings
from geo.views.export.download import write_export, write_whole
from geo.views.formats import FORMATS
from geo.views.whole_province import NAME as NAME_OF_ALL
from geo.views.whole_province import Whole, kind_of, system_for


@click.command()
@click.argument("layer", type=click.Choice([*sorted(COLLECTIONS), NAME_OF_ALL]))
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--format", "key", type=click.Choice(sorted(FORMATS)), help="Format; by the file's ending when left out.")
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE[,VALUE]",
              help=f"Keep matching records only; may be repeated. Names: {', '.join(f.param for f in FILTERS)}.")  # fmt: skip
@click.option("--q", "text", default="", help="Keep records whose names hold these words, with or without diacritics.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language of labels.")
@click.option("--crs", help=f"Coordinate system of {', '.join(key for key, row in FORMATS.items() if len(row.crs) > 1)}: "
              "EPSG:9205 or another zone of VN-2000; WGS 84 when left out.")  # fmt: skip
@click.option("--encoding", help="Encoding of the text of shp: utf-8, tcvn3 or cp1258; UTF-8 when left out.")
@click.option("--letters", type=click.Choice(["strict", "lower", "plain"]),
              help="Letters that the encoding lacks: refuse them, write them small (the default), or without their marks.")  # fmt: skip
@click.option("--url", default="", help="Address of the service, for a project of all that reads it (GEO_PUBLIC_URL).")
@click.pass_obj
@report_errors
def export(
    installation: Installation, /, layer: str, file: Path, key: str | None, filters: tuple[str, ...], text: str,
    lang: str, url: str, **options: str | None,
) -> None:  # fmt: skip
    """Write a LAYER, or the part of it that the filters keep, to FILE.

    The layer `all` is the whole province with QGIS styles: FILE ends in .gpkg, .qgis.zip (a project with its data) or
    .qgz (a project that reads the service at --url).
    """
    config = installation.settings()
    if layer == NAME_OF_ALL:
        unsupported = [
            name for name, value in {"format": key, "filter": filters, "q": text, **options}.items()
            if value and name != "crs"
        ]  # fmt: skip
        if unsupported:
            raise BadQuery(
                f"all is written whole: leave out {', '.join(unsupported)}. Beside it goes --crs, --lang and --url only.",
                f"all luôn được ghi toàn bộ: hãy bỏ {', '.join(unsupported)}. Chỉ kèm được --crs, --lang và --url.",
            )
        _export_all(config, file, lang, options["crs"], url or config.public_url)
        return
    query = Query(layer, filters=tuple(filter_of(row) for row in filters), text=text)
    count = write_export(open_atlases(config)(), query, key or _format_of(file), file, lang=lang, **cast(Any, options))
    print_progress(f"{file}: {count}")


def _export_all(config: Settings, file: Path, lang: str, crs: str | None, url: str) -> None:
    kind = kind_of(file.name)
    name = file.name[: -len(kind.extension) - 1]
    ground = GroundSource(config.basemap_dir)()
    whole = Whole(open_atlases(config)(), lang, system_for(kind, crs), url, name, ground)
    print_progress(f"{file}: {write_whole(file, lambda out: kind.write(whole, out))}")


def filter_of(text: str) -> tuple[str, tuple[str, ...]]:
    """The filter of an option --filter; BadQuery for another form."""
    param, equals, values = text.partition("=")
    if not equals or not values:
        raise BadQuery(
            f"--filter {text!r}: expected NAME=VALUE, for example group=food.",
            f"--filter {text!r}: cần dạng TÊN=GIÁ TRỊ, ví dụ group=food.",
        )
    return param, tuple(values.split(","))


def _format_of(file: Path) -> str:
    for key, spec in FORMATS.items():
        if file.suffix.lower() == f".{spec.extension}":
            return key
    endings = ", ".join(f".{spec.extension}" for spec in FORMATS.values())
    raise BadQuery(
        f"Cannot tell the format of {file.name!r}. Endings: {endings}; or say --format.",
        f"Không rõ định dạng của {file.name!r}. Các đuôi tệp: {endings}; hoặc dùng --format.",
    )
