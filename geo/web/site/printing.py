"""Printed documents: the page where a sheet is chosen; sheets, the atlas of all communes and field forms as PDF."""

from functools import partial
from typing import BinaryIO, Literal, cast

from flask import Flask, Response, g, render_template, request

from geo.basemap.ground import GroundSource
from geo.errors import BadQuery
from geo.ocop.parameters import FILTER_PARAMS, SHEET
from geo.views.sheets.atlas_book import write_book
from geo.views.sheets.field_form import write_form
from geo.views.sheets.order_form import order_view
from geo.views.sheets.page_layout import ORIENTATIONS, PAPERS, Orientation
from geo.views.sheets.sheet_document import write_sheet
from geo.views.sheets.subject import PROVINCE, SheetOrder, layers_for, query_of
from geo.web.http import params
from geo.web.http.headers import etag_of
from geo.web.http.urls import SiteUrls
from geo.web.site.downloads import Downloads
from geo.web.site.gaps import gaps

PDF = "application/pdf"


def register(app: Flask, files: Downloads, grounds: GroundSource) -> None:
    """Add the routes of printed documents."""
    app.add_url_rule("/sheet", view_func=sheet_page)
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
    paper = args.get("paper") or "a3"
    orientation = args.get("orientation") or "landscape"
    params.require_codes("paper", [paper], PAPERS)
    params.require_codes("orientation", [orientation], ORIENTATIONS)
    return SheetOrder(
        args.get("area") or PROVINCE, layers, params.filters(args), params.words(args),
        cast(Literal["a3", "a4"], paper), cast(Orientation, orientation), g.lang,
    )  # fmt: skip


def sheet_page() -> Response:
    """The page where a sheet is chosen; its URL is that of the QR code on the sheet."""
    order = order_of(request.args)
    selection = {name: value for name, value in params.join_values(request.args).items() if value and name != "lang"}
    filters = {name: selection[name] for name in ("q", *FILTER_PARAMS) if name in selection}
    body = render_template(
        "sheet.html", version=g.atlas.version, view=order_view(g.atlas, order), selection=selection, filters=filters,
        active="layers",
    )  # fmt: skip
    response = Response(body, mimetype="text/html")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Data-Version"] = etag_of(g.atlas.version.digest)
    return response


def sheet(files: Downloads, grounds: GroundSource) -> Response:
    """A sheet as PDF."""
    order, atlas, ground = order_of(request.args), g.atlas, grounds()
    address = _address(order)

    def write(out: BinaryIO) -> int:
        return write_sheet(atlas, ground, order, address, out)

    name = f"sheet-{order.area.replace('/', '-')}-{order.paper}-v{atlas.version.number}.pdf"
    depends = order, address, ground.name if ground else ""
    return files.send(write, _ascii(name), PDF, "sheet", *depends, keep=True, large=True)


def book(files: Downloads, grounds: GroundSource) -> Response:
    """The atlas: the province and a sheet for each commune, with bookmarks, as one PDF."""
    params.only(request.args)
    atlas, ground, lang = g.atlas, grounds(), g.lang
    root = SiteUrls().host()

    def write(out: BinaryIO) -> int:
        return write_book(atlas, ground, lang, _address, out)

    depends = root, lang, ground.name if ground else ""
    return files.send(write, f"atlas-v{atlas.version.number}.pdf", PDF, "atlas", *depends, keep=True, large=True)


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


def _address(order: SheetOrder) -> str:
    """The URL of the page of a sheet, in the language of the sheet."""
    return SiteUrls().absolute("/sheet", **query_of(order))


def _ascii(name: str) -> str:
    """A file name of ASCII letters: ids of records may hold others."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in name)
