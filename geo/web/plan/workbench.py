"""The pages under /plan and the files of their tables: one view for all pages, which are rows of PAGES."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO

from flask import Flask, Response, g, render_template, request

from geo import budget
from geo.atlas import Atlas, AtlasSource
from geo.errors import BadQuery, NotFound
from geo.plan.figures import Figure, Parameters
from geo.plan.indicators import indicator_of
from geo.views.export.file_cache import Write
from geo.views.formats import FORMATS
from geo.views.plan.desk import Content, Desk, Moment, versions_of
from geo.views.plan.figure_view import address_for, address_of, card_view, path_of
from geo.views.plan.map_marks import features_view, marks_view
from geo.views.plan.plan_pages import PAGES, PlanPage
from geo.views.plan.plots import bar_view, column_view
from geo.views.plan.table import Table, files_of, interval_text, number_text, table_view
from geo.views.plan.table_files import Edition, write_table_csv, write_table_geojson, write_table_xlsx
from geo.views.plan.table_sources import cite
from geo.views.values import format_distance
from geo.web.http import params
from geo.web.http.headers import etag_of
from geo.web.http.urls import SiteUrls
from geo.web.plan import plan_parameters
from geo.web.plan.computed import Computed
from geo.web.site.downloads import Downloads

_MOST_CONTENTS = 96
"""Pages and figures that each process keeps computed."""
MOST_ROWS = 200
"""Rows of a table on a page; the files have all."""
_MANY = 5_000
"""Rows from which on a file is written as a job of the machine."""
_MOST_VERSIONS = 30
"""Versions that can be chosen on a page; an address names any."""


class Workbench:
    """The routes of the pages, and what other views under /plan use too: versions, computed contents, files."""

    def __init__(self, source: AtlasSource, files: Downloads) -> None:
        self._source, self._files = source, files
        self.computed = Computed(_MOST_CONTENTS)
        self.more_values: dict[str, Callable[[Desk], dict[str, Any]]] = {}
        """Key of a page -> what gives its template the values that depend on who asks, and are not computed once."""

    def register(self, app: Flask) -> None:
        """Add a route for each page, and one for all tables."""
        for page in PAGES:
            app.add_url_rule(page.path, f"plan_{page.key}", partial(self.page, page))
        app.add_url_rule("/plan/<page>/<table>.<extension>", "plan_table", self.table)
        app.context_processor(_help_templates)

    def page(self, page: PlanPage) -> Response:
        """A page of PAGES."""
        # To be sorted, a table is needed whole.
        desk = replace(self.desk(page), most=None if request.args.get("sort") else MOST_ROWS, is_page=True)
        content = self.content(page, desk)
        tables = {key: table.head(MOST_ROWS) for key, table in _ordered(content.tables).items()}
        return render(
            page.template, page=page, desk=desk, tables=tables, sort=request.args.get("sort", ""),
            versions=versions_of(g.current_atlas, _MOST_VERSIONS), newest=g.current_atlas.version.number,
            file_query=query_of(page, desk), **content.values, **self.more_values.get(page.key, _nothing)(desk),
        )  # fmt: skip

    def desk(self, page: PlanPage, *more: str) -> Desk:
        """What the request asks of a page; BadQuery for a parameter that is neither the page's nor one of `more`."""
        params.only(request.args, *_names(page), *more)
        self.open_version()
        parameters = plan_parameters.parameters(request.args, g.atlas, page.day or plan_parameters.today())
        choices = {name: request.args[name] for name in page.choices if request.args.get(name)}
        return Desk(g.atlas, parameters, choices, _since(page, parameters), self.atlas_of)

    def open_version(self) -> None:
        """Use the atlas of the parameter `version` for this request: NotFound for one that never was.

        Unprepared for one whose atlas is being made again from the store, which holds every version.
        """
        g.atlas = self.atlas_of(plan_parameters.version(request.args, g.current_atlas.version.number))

    def atlas_of(self, number: int) -> Atlas:
        """The atlas of a version."""
        current: Atlas = g.current_atlas
        return current if number == current.version.number else self._source.at(number)

    def content(self, page: PlanPage, desk: Desk) -> Content:
        """What a page shows, computed once for each version and parameters while the current version stays."""
        choices = tuple(sorted(desk.choices.items()))
        whole = desk.most, desk.is_page
        key = (g.current_atlas.key, desk.atlas.key, page.key, desk.parameters, desk.since, choices, whole)
        return self.computed.get(key, lambda: page.compose(desk))

    def table(self, page: str, table: str, extension: str) -> Response:
        """One table of a page as a file, with the parameters of the page."""
        row = next((one for one in PAGES if one.key == page), None)
        if row is None:
            pages = ", ".join(one.key for one in PAGES)
            raise NotFound(f"No page {page!r}. Pages: {pages}.", f"Không có trang {page!r}. Các trang: {pages}.")
        desk = self.desk(row)
        budget.take_place()
        tables = _ordered(row.compose(desk).tables)  # not kept: it is larger than a page, and asked for once
        if table not in tables:
            names = ", ".join(tables)
            raise NotFound(f"No table {table!r}. Tables: {names}.", f"Không có bảng {table!r}. Các bảng: {names}.")
        edition = edition_of(desk, row.path, query_of(row, desk))
        cited = cite(desk.atlas, desk.records, tables[table])
        return self.send_table(cited, desk.atlas, edition, f"{page}-{table}", extension)

    def send_table(self, table: Table, atlas: Atlas, edition: Edition, name: str, extension: str) -> Response:
        """A table as a file, whose name begins with `name`; NotFound for a format that it does not have."""
        endings = files_of(table)
        if extension not in endings:
            names = ", ".join(endings)
            raise NotFound(
                f"No format {extension!r} of this table. Formats: {names}.",
                f"Bảng này không có định dạng {extension!r}. Các định dạng: {names}.",
            )
        lang = g.lang

        def write(out: BinaryIO) -> int:
            if extension == "geojson":
                return write_table_geojson(atlas, table, edition, lang, out)
            return (write_table_csv if extension == "csv" else write_table_xlsx)(table, edition, lang, out)

        file = f"{name}-v{edition.version}-{edition.on.isoformat()}.{extension}"
        return self.send_file(write, file, FORMATS[extension].media_type, edition, large=table.count > _MANY)

    def send_file(self, write: Write, name: str, media_type: str, edition: Edition, *, large: bool = False) -> Response:
        """A file that `write` writes for an edition, as a long request; a `large` one as a job of the machine."""
        budget.take_place()
        return self._files.send(write, name, media_type, name, edition, g.lang, keep=False, large=large)


def in_order(content: Content) -> Content:
    """The content of a page, one of its tables in the order of the parameter `sort`."""
    return replace(content, tables=_ordered(content.tables))


def _nothing(_: Desk) -> dict[str, Any]:
    return {}


def edition_of(desk: Desk, path: str, query: dict[str, str]) -> Edition:
    """What a file holds for: the version and day of a desk, and the address of the page that it was made from."""
    urls, version = SiteUrls(), desk.atlas.version
    address = urls.absolute(path, **query)
    return Edition(version.number, version.published_at, desk.parameters.on, urls.host(), address)


def _names(page: PlanPage) -> tuple[str, ...]:
    """The parameters that a page takes."""
    compared = ("from_version", "from_on") if page.since else ()
    return ("version", "on", *compared, *page.parameters, *page.choices, "sort")


def _ordered(tables: Mapping[str, Table]) -> dict[str, Table]:
    """The tables of a page, one of them in the order of the parameter `sort`: table, dot, column, '-' before it.

    BadQuery for a table or a column that the page does not have.
    """
    sort = request.args.get("sort") or ""
    if not sort:
        return dict(tables)
    key, _, column = sort.removeprefix("-").partition(".")
    if key not in tables or column not in tables[key].column_keys:
        places = ", ".join(f"{one}.{name}" for one, table in tables.items() for name in table.column_keys)
        raise BadQuery(
            f"sort={sort!r}: expected a table and a column, '-' before them for the reverse: {places}.",
            f"sort={sort!r}: cần bảng và cột, '-' phía trước để đảo thứ tự: {places}.",
        )
    return {**tables, key: tables[key].ordered(column, descending=sort.startswith("-"), lang=g.lang)}


def _since(page: PlanPage, parameters: Parameters) -> Moment | None:
    """What a page compares with: the same version on an earlier day, unless the request says otherwise."""
    if page.since is None:
        return None
    number = plan_parameters.version(request.args, parameters.version, "from_version")
    return Moment(number, plan_parameters.day(request.args, "from_on", page.since(parameters.on)))


def query_of(page: PlanPage, desk: Desk) -> dict[str, str]:
    """The address of what a page shows: its version and day are named also where the request leaves them out."""
    sent = {name: request.args[name] for name in _names(page) if request.args.get(name)}
    return {"version": str(desk.parameters.version), "on": desk.parameters.on.isoformat()} | sent


def render(template: str, **values: Any) -> Response:
    """A page of the planners' part, for the version that the request asks for."""
    body = render_template(template, version=g.atlas.version, active="plan", **values)
    response = Response(body, mimetype="text/html")
    # No ETag: every response has another nonce. Pages of who is signed in hold the token of their forms.
    response.headers["Cache-Control"] = "no-store" if g.may_manage else "no-cache"
    response.headers["X-Data-Version"] = etag_of(g.atlas.version.digest)
    return response


def _card_views(pairs: Iterable[tuple[Figure, Figure | None]], since: str = "") -> list[dict[str, Any]]:
    """Figures as cards, each with the figure that it is compared with, if any."""
    return [card_view(figure, before, since, g.lang, SiteUrls()) for figure, before in pairs]


def _help_templates() -> dict[str, object]:
    """The functions of templates that turn tables and plots into what the macros of templates/plan write."""
    return {
        "plan_pages": PAGES,
        "view_of_table": lambda table: table_view(table, g.lang, SiteUrls()),
        "view_of_bars": lambda plot: bar_view(plot, g.lang, SiteUrls()),
        "view_of_columns": lambda plot: column_view(plot, g.lang),
        "views_of_cards": _card_views,
        "figure_url": lambda figure: SiteUrls().page(path_of(figure), **address_of(figure)),
        "figure_url_of": lambda key, parameters: SiteUrls().page(
            f"/plan/figures/{key}", **address_for(indicator_of(key), parameters)
        ),
        "marks_of": lambda figure: marks_view(g.atlas, figure, g.lang),
        "features_of": lambda keys: features_view(g.atlas, keys, g.lang),
        "text_of_interval": lambda interval: interval_text(interval, "", g.lang),
        "text_of_distance": lambda metres, unsure_m: format_distance(metres, unsure_m, g.lang),
        "text_of_number": lambda value: number_text(value, "", g.lang),
        "moment": {name: request.args[name] for name in ("version", "on") if request.args.get(name)},
    }
