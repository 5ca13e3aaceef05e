"""The command `plan-sheet`: the sheets of the pages for planners, as the pages offer them."""

from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import click

from geo.atlas import open_atlases
from geo.basemap.ground import GroundSource
from geo.console.distance_option import distance_option
from geo.console.installation import Installation
from geo.console.output import language_option, print_progress, report_errors
from geo.console.printing import atlas_of
from geo.errors import BadQuery
from geo.plan import Frame, Parameters
from geo.plan.days import day_of
from geo.views.export.download import write_whole
from geo.views.plan.desk import Desk
from geo.views.plan.plan_pages import PlanPage
from geo.views.plan_sheets.plan_sheet import SHEET_PAGES, draw_plan_sheet
from geo.views.sheets.page_layout import ORIENTATIONS, PAPERS, Form, Orientation
from geo.views.sheets.sheet_document import write_document

_PAGES = {page.key: page for page in SHEET_PAGES}


@click.command(name="plan-sheet")
@click.argument("page", type=click.Choice(list(_PAGES)))
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--version", "number", type=click.IntRange(min=1),
              help="Version of the data; the current one when left out.")  # fmt: skip
@click.option("--date", "on", default=lambda: f"{datetime.now():%Y-%m-%d}", metavar="YYYY-MM-DD",
              help="Day for which certificates are judged; today when left out.")  # fmt: skip
@distance_option
@click.option("--frame", type=click.Choice([frame.value for frame in Frame]), default=Frame.COMMUNES.value,
              show_default=True, help="Layer of the unit.")  # fmt: skip
@click.option("--unit", help="Code of a unit; the whole province when left out.")
@click.option("--choose", "choices", multiple=True, metavar="NAME=VALUE",
              help="A choice of the page, as its address has it; may be repeated.")  # fmt: skip
@click.option("--paper", type=click.Choice(list(PAPERS)), default="a3", show_default=True, help="Size of the paper.")
@click.option("--orientation", type=click.Choice(list(ORIENTATIONS)), default="landscape", show_default=True,
              help="Direction of the paper.")  # fmt: skip
@click.option("--url", default="", help="Address of the service, for the QR code (GEO_PUBLIC_URL).")
@language_option
@click.pass_obj
@report_errors
def plan_sheet_command(installation: Installation, /, page: str, file: Path, lang: str, **options: Any) -> None:
    """Write the sheet of a PAGE for planners to FILE, a PDF with map and table.

    PAGE is chains, gaps or proximity. The choices are those of the page: for example `gaps --choose
    gap=villages_without_site`, `proximity --choose link=village_near_site`, `chains --choose of=producers/P01`.
    """
    config, row = installation.settings(), _PAGES[page]
    atlas, ground = atlas_of(open_atlases(config), options["number"]), GroundSource(config.basemap_dir)()
    number, on = atlas.version.number, day_of("--date", options["on"])
    limits = {name: options[name] for name in ("km", "frame", "unit")}
    parameters = Parameters(number, on, **limits | {"frame": Frame(options["frame"])})
    desk = Desk(atlas, parameters, _choices(row, options["choices"]), None, lambda _: atlas)
    form = Form(PAPERS[options["paper"]], cast(Orientation, options["orientation"]))
    address = _address(options["url"] or config.public_url, row, desk, lang)
    drawn = draw_plan_sheet(page, desk, row.compose(desk), ground, form, lang, address)
    print_progress(f"{file}: {write_whole(file, lambda out: write_document(drawn, atlas, lang, out))}")


def _choices(page: PlanPage, rows: tuple[str, ...]) -> dict[str, str]:
    """The choices as a mapping; BadQuery for one that is not written NAME=VALUE or is not the page's."""
    choices: dict[str, str] = {}
    for row in rows:
        name, sign, value = row.partition("=")
        if not sign or name not in page.choices:
            names = ", ".join(page.choices)
            raise BadQuery(
                f"--choose {row!r}: expected NAME=VALUE. Names of the page {page.key}: {names}.",
                f"--choose {row!r}: cần TÊN=GIÁ_TRỊ. Các tên của trang {page.key}: {names}.",
            )
        choices[name] = value
    return choices


def _address(root: str, page: PlanPage, desk: Desk, lang: str) -> str:
    """The address of what the page shows; empty where that of the service is unknown."""
    language = {"lang": lang} if lang != "vi" else {}
    own = desk.parameters.plain(("on", *page.parameters))
    values = {name: f"{value:g}" if isinstance(value, float) else value for name, value in own.items()}
    query = {**values, **desk.choices, **language}
    return f"{root}{page.path}?{urlencode(query, safe='/,')}" if root else ""
