"""Printed documents: the page where a sheet is chosen; sheets, the atlas of all communes and field forms as PDF.

The address of a sheet or of the atlas names its imprint: the version of the data, its day, and the base map. An address
without one leads to that of the present moment.
"""

from functools import partial
from typing import Any, BinaryIO, Literal, cast

from flask import Flask, Response, current_app, g, redirect, request
from werkzeug.wrappers import Response as Redirect

from geo.basemap.ground import Ground, GroundSource
from geo.errors import BadQuery, NotFound
from geo.ocop.parameters import FILTER_PARAMS, SHEET
from geo.views.sheets.atlas_book import write_book
from geo.views.sheets.field_form import write_form
from geo.views.sheets.imprint import PARAMETERS, Imprint, check_day, ground_of, imprint_of
from geo.views.sheets.map_sheet import write_sheet
from geo.views.sheets.order_form import order_view
from geo.views.sheets.page_layout import ORIENTATIONS, PAPERS, Form, Orientation
from geo.views.sheets.subject import PROVINCE, SheetOrder, layers_for, query_of, subject_of
from geo.web.http import params
from geo.web.http.errors import ATLAS_SOURCE
from geo.web.http.urls import SiteUrls
from geo.web.site.downloads import Downloads
from geo.web.site.gaps import gaps
from geo.web.site.pages import render_page

PDF = "application/pdf"
_MOST_VERSION = 999_999_999


def register(app: Flask, files: Downloads, grounds: GroundSource) -> None:
    """Add the routes of printed documents."""
    app.add_url_rule("/sheet", "sheet_page", partial(sheet_page, grounds))
    app.add_url_rule("/sheet.pdf", "sheet_pdf", partial(sheet, files, grounds))
    app.add_url_rule("/atlas.pdf", "atlas_pdf", partial(book, files, grounds))
    app.add_url_rule("/worklist.pdf", "worklist_pdf", partial(form, files))


def order_of(args: params.Args) -> SheetOrder:
    """The sheet that the parameters of a request order; BadQuery or NotFound for a value that does not exist."""
    params.only(args, *SHEET)
    layers = layers_for(params.thematic(args))
    if not layers:
        raise BadQuery(
            "layers is empty: a sheet shows at least one layer.", "layers đang trống: tờ bản đồ cần ít nhất một lớp."
        )
    form = form_of(args)
    return SheetOrder(
        args.get("area") or PROVINCE, layers, params.filters(args), params.words(args),
        cast(Literal["a3", "a4"], form.paper.key), form.orientation, g.lang,
    )  # fmt: skip


def form_of(args: params.Args) -> Form:
    """The paper and its direction that the parameters of a request choose; BadQuery for one that does not exist."""
    paper, orientation = args.get("paper") or "a3", args.get("orientation") or "landscape"
    params.require_codes("paper", [paper], PAPERS)
    params.require_codes("orientation", [orientation], ORIENTATIONS)
    return Form(PAPERS[paper], cast(Orientation, orientation))


def sheet_page(grounds: GroundSource) -> Response:
    """The page where a sheet is chosen; its URL is that of the QR code on the sheet."""
    open_version()
    order = order_of(request.args)
    imprint, notice = _imprint(grounds)
    sent = params.join_values(request.args)
    selection = {name: value for name, value in sent.items() if value and name not in {"lang", *PARAMETERS}}
    filters = {name: selection[name] for name in ("q", *FILTER_PARAMS) if name in selection}
    is_older = g.atlas.version.number != g.current_atlas.version.number
    hidden = filters | (imprint.query if is_older else {})
    return render_page(
        "sheet.html", view=order_view(g.atlas, order), filters=filters, imprint=imprint.query,
        file_query=imprint.query | selection, hidden=hidden, notice=notice,
        newest=g.current_atlas.version.number, active="layers",
    )  # fmt: skip


def open_version() -> None:
    """Use the atlas of the parameter `version` for this request: NotFound for one that is no longer kept.

    Unprepared for one whose atlas is being made again from the store.
    """
    current = g.current_atlas.version.number
    number = params.whole_number(request.args, "version", current, least=1, most=_MOST_VERSION)
    if number != current:
        g.atlas = current_app.extensions[ATLAS_SOURCE].at(number)
    check_day(g.atlas, request.args.get("published") or "")


def _imprint(grounds: GroundSource) -> tuple[Imprint, str]:
    """The imprint of the sheet of a page; and why it is on the current base map where that of the address is gone."""
    try:
        return imprint_of(g.atlas, ground_of(grounds, request.args.get("ground") or "")), ""
    except NotFound as error:
        return imprint_of(g.atlas, grounds()), error.of(g.lang)


def _open_imprint(grounds: GroundSource) -> tuple[Ground | None, str | None]:
    """The base map of a file, and the address with its imprint where the request names none."""
    open_version()
    ground = ground_of(grounds, request.args.get("ground") or "")
    if all(request.args.get(name) for name in PARAMETERS):
        return ground, None
    sent = params.join_values(request.args).items()
    others: dict[str, Any] = {name: value for name, value in sent if value and name not in PARAMETERS}
    return ground, SiteUrls().page(request.path, **imprint_of(g.atlas, ground).query, **others)


def sheet(files: Downloads, grounds: GroundSource) -> Response | Redirect:
    """A sheet as PDF, always the same for an address; a redirect to it where the request names no imprint."""
    order = order_of(request.args)
    ground, elsewhere = _open_imprint(grounds)
    if elsewhere is not None:
        subject_of(g.atlas, order)  # an order that cannot be made is refused here
        return redirect(elsewhere, 302)
    atlas, imprint = g.atlas, imprint_of(g.atlas, ground)
    address = _address(imprint, order)

    def write(out: BinaryIO) -> int:
        return write_sheet(atlas, ground, order, address, out)

    name = f"sheet-{order.area.replace('/', '-')}-{order.paper}-v{atlas.version.number}.pdf"
    return files.send(write, _ascii(name), PDF, "sheet", order, address, imprint, keep=True, large=True)


def book(files: Downloads, grounds: GroundSource) -> Response | Redirect:
    """The atlas: the province and a sheet for each commune, with bookmarks, as one PDF."""
    params.only(request.args, *PARAMETERS)
    ground, elsewhere = _open_imprint(grounds)
    if elsewhere is not None:
        return redirect(elsewhere, 302)
    atlas, lang, root = g.atlas, g.lang, SiteUrls().host()
    imprint = imprint_of(atlas, ground)

    def write(out: BinaryIO) -> int:
        return write_book(atlas, ground, lang, partial(_address, imprint), out)

    name = f"atlas-v{atlas.version.number}.pdf"
    return files.send(write, name, PDF, "atlas", root, lang, imprint, keep=True, large=True)


def form(files: Downloads) -> Response:
    """The missing values that the parameters select, as a form to fill in."""
    selection, atlas, lang, urls = gaps(request.args, g.atlas), g.atlas, g.lang, SiteUrls()
    site = urls.site()
    chosen = {"layer": selection.layer or "", "field": selection.field or ""}

    def address_of(commune: str | None) -> str:
        return site.address("/worklist", **({"commune": commune} if commune else {}), **chosen)

    def write(out: BinaryIO) -> int:
        return write_form(atlas, selection, lang, address_of, out)

    name = f"worklist-v{atlas.version.number}.pdf"
    return files.send(write, name, PDF, name, selection, site, keep=False, large=True)


def _address(imprint: Imprint, order: SheetOrder) -> str:
    """The URL of the page of a sheet, in the language of the sheet."""
    return SiteUrls().absolute("/sheet", **imprint.query, **query_of(order))


def _ascii(name: str) -> str:
    """A file name of ASCII letters: ids of records may hold others."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in name)
