"""The report of the phase as PDF and DOCX, with the parameters of the page Phase."""

from functools import partial
from typing import BinaryIO

from flask import Flask, Response, g

from geo.basemap.ground import GroundSource
from geo.settings import Settings
from geo.views.phase_report.formats_of_report import REPORT_FORMATS, ReportFormat
from geo.views.phase_report.report_content import compose_report, office_of
from geo.views.plan.plan_pages import PAGES
from geo.web.plan.workbench import Workbench, edition_of, query_of
from geo.web.site.downloads import Downloads

_PAGE = next(page for page in PAGES if page.key == "phase")


def register(app: Flask, workbench: Workbench, files: Downloads, grounds: GroundSource, settings: Settings) -> None:
    """Add a route for each format of the report, issued by the office that the settings name."""
    office = office_of(settings)

    def report(row: ReportFormat) -> Response:
        desk = workbench.desk(_PAGE)
        edition, lang, ground = edition_of(desk, _PAGE.path, query_of(_PAGE, desk)), g.lang, grounds()

        def write(out: BinaryIO) -> int:
            return row.write(compose_report(desk, ground, office, edition.address, lang), out)

        name = f"report-v{edition.version}-{edition.on.isoformat()}.{row.extension}"
        depends = desk.parameters, desk.since, edition, office, lang, ground.name if ground else ""
        return files.send(write, name, row.media_type, "report", row.extension, *depends, keep=True, large=True)

    for row in REPORT_FORMATS.values():
        app.add_url_rule(f"/plan/report.{row.extension}", f"plan_report_{row.extension}", partial(report, row))
