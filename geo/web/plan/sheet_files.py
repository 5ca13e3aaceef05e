"""The sheets of pages under /plan as PDF, with the parameters of their page; an address names its version and day."""

from functools import partial
from typing import BinaryIO

from flask import Flask, Response, g, redirect, request
from werkzeug.wrappers import Response as Redirect

from geo.basemap.ground import GroundSource
from geo.views.plan.plan_pages import PlanPage
from geo.views.plan_sheets.plan_sheet import SHEET_PAGES, draw_plan_sheet
from geo.views.sheets.imprint import ground_of, imprint_of
from geo.views.sheets.sheet_document import write_document
from geo.web.http.urls import SiteUrls
from geo.web.plan.workbench import Workbench, edition_of, in_order, query_of
from geo.web.site.downloads import Downloads
from geo.web.site.printing import PDF, form_of

_FORM = ("ground", "paper", "orientation")
"""The parameters of a sheet beside those of its page."""


def register(app: Flask, workbench: Workbench, files: Downloads, grounds: GroundSource) -> None:
    """Add a route for each page that has a sheet."""

    def sheet(page: PlanPage) -> Response | Redirect:
        form, desk = form_of(request.args), workbench.desk(page, *_FORM)
        ground = ground_of(grounds, request.args.get("ground") or "")
        query = query_of(page, desk) | {"km": f"{desk.parameters.km:g}"}
        sent = {name: request.args[name] for name in ("paper", "orientation") if request.args.get(name)}
        address = SiteUrls().page(request.path, **query, ground=imprint_of(g.atlas, ground).ground, **sent)
        if any(not request.args.get(name) for name in ("version", "on", "km", "ground")):
            return redirect(address, 302)
        edition, lang = edition_of(desk, page.path, query), g.lang

        def write(out: BinaryIO) -> int:
            content = in_order(page.compose(desk))  # not kept: it is larger than a page, and asked for once
            drawn = draw_plan_sheet(page.key, desk, content, ground, form, lang, edition.address)
            return write_document(drawn, desk.atlas, lang, out)

        name = f"{page.key}-{form.paper.key}-v{edition.version}-{edition.on.isoformat()}.pdf"
        return files.send(write, name, PDF, "plan sheet", page.key, edition, address, keep=True, large=True)

    for page in SHEET_PAGES:
        app.add_url_rule(f"{page.path}/sheet.pdf", f"plan_sheet_{page.key}", partial(sheet, page))
