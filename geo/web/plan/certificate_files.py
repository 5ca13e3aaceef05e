"""The calendar of certificates as a file that calendar programs subscribe to."""

from typing import BinaryIO

from flask import Flask, Response, g

from geo.views.plan.certificate_calendar import MEDIA_TYPE, certificate_calendar
from geo.views.plan.certificate_page import select_expiries
from geo.views.plan.plan_pages import PAGES
from geo.web.plan.workbench import Workbench, edition_of, query_of

_PAGE = next(page for page in PAGES if page.key == "certificates")


def register(app: Flask, workbench: Workbench) -> None:
    """Add the route of the calendar, which takes the parameters of the page of certificates."""

    def calendar() -> Response:
        desk = workbench.desk(_PAGE)
        edition, lang = edition_of(desk, _PAGE.path, query_of(_PAGE, desk)), g.lang

        def write(out: BinaryIO) -> int:
            rows = select_expiries(desk)
            out.write(certificate_calendar(rows, edition, lang))
            return len(rows)

        return workbench.send_file(write, "certificates.ics", MEDIA_TYPE, edition)

    app.add_url_rule("/plan/certificates/calendar.ics", "plan_calendar", calendar)
