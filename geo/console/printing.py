"""The commands of printed documents: `sheet`, a map or the atlas of all communes; `report`, that of the phase."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlencode

import click

from geo.atlas import Atlas, AtlasSource, open_atlases
from geo.basemap.ground import GroundSource
from geo.console.exports import filter_of
from geo.console.installation import Installation
from geo.console.output import print_progress, report_errors
from geo.errors import BadQuery
from geo.ocop.filters import FILTERS
from geo.ocop.layers import ON_MAP, THEMATIC
from geo.plan.figures import Parameters
from geo.views.export.download import write_whole
from geo.views.phase_report.formats_of_report import REPORT_FORMATS, ReportFormat
from geo.views.phase_report.report_content import compose_report, office_of
from geo.views.plan.desk import Desk, Moment
from geo.views.plan.phase_page import AFTER, BEFORE
from geo.views.sheets.atlas_book import write_book
from geo.views.sheets.imprint import Imprint, imprint_of
from geo.views.sheets.map_sheet import write_sheet
from geo.views.sheets.page_layout import ORIENTATIONS, PAPERS, Orientation
from geo.views.sheets.subject import SheetOrder, layers_for, query_of

ATLAS = "atlas"


@click.command()
@click.argument("area")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--paper", type=click.Choice(list(PAPERS)), default="a3", show_default=True, help="Size of the paper.")
@click.option("--orientation", type=click.Choice(list(ORIENTATIONS)), default="landscape", show_default=True,
              help="Direction of the paper.")  # fmt: skip
@click.option("--layer", "layers", type=click.Choice(list(ON_MAP)), multiple=True,
              help="A layer of the sheet; may be repeated. Without it, those that the map shows at first.")  # fmt: skip
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE[,VALUE]",
              help=f"Keep matching records; may be repeated. Names: {', '.join(f.param for f in FILTERS)}."
)  # fmt: skip
@click.option("--q", "text", default="", help="Keep records whose names hold these words, with or without diacritics.")
@click.option("--version", "number", type=click.IntRange(min=1),
              help="Version of the data; the current one when left out.")  # fmt: skip
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language of the sheet.")
@click.option("--url", default="", help="Address of the service, for the QR code (GEO_PUBLIC_URL).")
@click.pass_obj
@report_errors
def sheet(installation: Installation, /, area: str, file: Path, url: str, number: int | None, **options: Any) -> None:
    """Write the map of an AREA to FILE, a PDF.

    AREA is province, selection (what the filters keep), or a record as layer/key: communes/03127, districts/102,
    products/R01. The area `atlas` is all communes in one PDF on A4; beside it go --version, --lang and --url only.
    """
    config = installation.settings()
    atlas, ground = atlas_of(open_atlases(config), number), GroundSource(config.basemap_dir)()
    lang = options["lang"]
    address_of = partial(_address, url or config.public_url, imprint_of(atlas, ground))
    if area == ATLAS:
        _refuse_options_of_one_sheet()
        count = write_whole(file, lambda out: write_book(atlas, ground, lang, address_of, out))
    else:
        paper, orientation = cast(Literal["a3", "a4"], options["paper"]), cast(Orientation, options["orientation"])
        filters = tuple(filter_of(row) for row in options["filters"])
        layers = layers_for(options["layers"] or THEMATIC)
        order = SheetOrder(area, layers, filters, options["text"], paper, orientation, lang)
        count = write_whole(file, lambda out: write_sheet(atlas, ground, order, address_of(order), out))
    print_progress(f"{file}: {count}")


def atlas_of(source: AtlasSource, number: int | None) -> Atlas:
    """The atlas of a version, the current one for None."""
    current = source()
    return current if number in {None, current.version.number} else source.at(number or 0)


def _refuse_options_of_one_sheet() -> None:
    """Raise BadQuery for an option that the atlas does not take."""
    source = click.get_current_context().get_parameter_source
    names = ("paper", "orientation", "layers", "filters", "text")
    if any(source(name) is click.core.ParameterSource.COMMANDLINE for name in names):
        raise BadQuery(
            "The atlas is of all communes on A4: beside it go --version, --lang and --url only.",
            "Tập bản đồ gồm mọi xã, phường trên khổ A4: chỉ dùng kèm --version, --lang và --url.",
        )


def _address(root: str, imprint: Imprint, order: SheetOrder) -> str:
    """The URL of the page of a sheet; empty where the address of the service is unknown."""
    query = imprint.query | query_of(order) | ({"lang": order.lang} if order.lang != "vi" else {})
    return f"{root}/sheet?{urlencode(query, safe='/,')}" if root else ""


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--version", type=click.IntRange(min=1), help="Version of the data; the current one when left out.")
@click.option("--from-date", "from_on", type=click.DateTime(["%Y-%m-%d"]), default=BEFORE.isoformat(),
              show_default=True, help="Day that the report compares with.")  # fmt: skip
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), default=AFTER.isoformat(), show_default=True,
              help="Day of the report.")  # fmt: skip
@click.option("--parent", help="Superior office in the head (GEO_OFFICE_PARENT); dots to fill in without either.")
@click.option("--office", help="Office that issues the report (GEO_OFFICE); dots without either.")
@click.option("--place", help="Place in the head (GEO_OFFICE_PLACE); dots without either.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language.")
@click.option("--url", default="", help="Address of the service, for the QR code of the map (GEO_PUBLIC_URL).")
@click.pass_obj
@report_errors
def report(installation: Installation, /, file: Path, on: datetime, from_on: datetime, **options: Any) -> None:
    """Write the report on plan 3770/KH-UBND to FILE: .pdf, or .docx for editing.

    The same version, days and office give the same report, whose texts are the same in both formats.
    """
    config, row = installation.settings(), _report_format(file)
    source, ground = open_atlases(config), GroundSource(config.basemap_dir)()
    atlas = atlas_of(source, options["version"])
    number = atlas.version.number
    desk = Desk(atlas, Parameters(number, on.date()), {}, Moment(number, from_on.date()), source.at)
    issued = {"parent": options["parent"], "name": options["office"], "place": options["place"]}
    office = office_of(config)._replace(**{key: words for key, words in issued.items() if words})
    root = options["url"] or config.public_url
    address = f"{root}/plan/phase?version={number}" if root else ""
    text = compose_report(desk, ground, office, address, options["lang"])
    print_progress(f"{file}: {write_whole(file, lambda out: row.write(text, out))}")


def _report_format(file: Path) -> ReportFormat:
    row = REPORT_FORMATS.get(file.suffix.removeprefix(".").lower())
    if row is None:
        endings = ", ".join(f".{one}" for one in REPORT_FORMATS)
        raise BadQuery(
            f"Cannot tell the format of {file.name!r}. Endings: {endings}.",
            f"Không rõ định dạng của {file.name!r}. Các đuôi tệp: {endings}.",
        )
    return row
