"""The addresses of figures: for an indicator, a version and parameters, always the same page, JSON and files."""

from dataclasses import replace
from typing import NamedTuple

import orjson
from flask import Flask, Response, g, redirect, request
from werkzeug.wrappers import Response as Redirect

from geo.plan.figures import Figure
from geo.plan.indicators import indicator_of, rule_of
from geo.views.plan.desk import Desk
from geo.views.plan.figure_view import (
    address_for,
    address_of,
    figure_json,
    figure_table,
    figure_view,
    parameter_texts,
    path_of,
)
from geo.web.http import params
from geo.web.http.caching import conditional_response
from geo.web.http.negotiate import negotiate
from geo.web.http.urls import SiteUrls
from geo.web.plan import plan_parameters
from geo.web.plan.workbench import MOST_ROWS, Workbench, edition_of, render

JSON = "application/json"
_FREE = ("f", "lang")
"""Parameters that do not change the figure but how it is written."""
_MOST_RULE = 999_999
_FORMS = {"html": "text/html", "json": JSON}


class _Answer(NamedTuple):
    """A figure, the same figure of the current version, and the figure by the present rule."""

    figure: Figure
    newer: Figure
    present: Figure


class FigurePages:
    """The routes of figures."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench

    def register(self, app: Flask) -> None:
        """Add the routes of the page and of the files."""
        app.add_url_rule("/plan/figures/<indicator>", "plan_figure", self.page)
        app.add_url_rule("/plan/figures/<indicator>.<extension>", "plan_figure_file", self.file)

    def page(self, indicator: str) -> Response | Redirect:
        """The page of a figure, or its JSON for a program that asks for it; a redirect to its one address."""
        desk, rule = self._desk(indicator), _rule_number(indicator)
        if (address := _elsewhere(indicator, desk, rule, "")) is not None:
            return redirect(address, 302)
        answer = self._answer(indicator, desk, rule)
        response = self._json(answer) if negotiate(_FORMS) == "json" else self._html(answer, desk)
        response.vary.add("Accept")
        return response

    def file(self, indicator: str, extension: str) -> Response | Redirect:
        """The figure as JSON, or its records as a table in a file."""
        desk, rule = self._desk(indicator), _rule_number(indicator)
        if (address := _elsewhere(indicator, desk, rule, f".{extension}")) is not None:
            return redirect(address, 302)
        answer = self._answer(indicator, desk, rule)
        if extension == "json":
            return self._json(answer)
        edition = edition_of(desk, path_of(answer.figure), address_of(answer.figure))
        table = figure_table(desk.atlas, answer.figure)
        return self._workbench.send_table(table, desk.atlas, edition, indicator, extension)

    def _desk(self, indicator: str) -> Desk:
        indicator_of(indicator)  # NotFound before anything is computed
        params.only(request.args, "f", "rule", *plan_parameters.NAMES)
        self._workbench.open_version()
        parameters = plan_parameters.parameters(request.args, g.atlas, plan_parameters.today())
        return Desk(g.atlas, parameters, {}, None, self._workbench.atlas_of)

    def _answer(self, indicator: str, desk: Desk, rule: int) -> _Answer:
        """The figure, computed once for each version, rule and parameters while the current version stays the same."""
        current = self._workbench.atlas_of(g.current_atlas.version.number)

        def make() -> _Answer:
            figure = desk.figure(indicator, rule)
            newest = replace(desk, atlas=current, parameters=replace(desk.parameters, version=current.version.number))
            newer = figure if desk.atlas is current else newest.figure(indicator, rule)
            present = figure if rule == figure.indicator.rule_number else desk.figure(indicator)
            return _Answer(figure, newer, present)

        return self._workbench.computed.get((current.key, desk.atlas.key, indicator, rule, desk.parameters), make)

    def _html(self, answer: _Answer, desk: Desk) -> Response:
        newest = answer.newer.parameters.version
        is_older = newest != desk.parameters.version
        figure, present = answer.figure, answer.present
        of_present_rule = present if present is not figure else None
        view = figure_view(figure, answer.newer if is_older else None, of_present_rule, g.lang)
        urls, path = SiteUrls(), path_of(figure)
        table = figure_table(desk.atlas, figure, MOST_ROWS)
        return render(
            "plan/figure.html", view=view, figure=figure, table=table, desk=desk, path=path,
            parameters=parameter_texts(desk.atlas, figure, g.lang), file_query=address_of(figure), newest=newest,
            newest_url=urls.page(path, **address_of(answer.newer)), address=urls.absolute(path, **address_of(figure)),
            present_url=urls.page(path, **address_of(present)),
        )  # fmt: skip

    @staticmethod
    def _json(answer: _Answer) -> Response:
        figure, lang = answer.figure, g.lang
        address = SiteUrls().absolute(f"{path_of(figure)}.json", **address_of(figure))
        return conditional_response(
            lambda: orjson.dumps(figure_json(figure, answer.newer, answer.present, address, lang)),
            mimetype=JSON,
            cors=True,
        )


def _rule_number(indicator: str) -> int:
    """The number of the rule that a request asks for.

    Without one, a request that names a version is an address from the time of the first rule (see Figure.address).
    """
    row = indicator_of(indicator)
    default = 1 if "version" in request.args else row.rule_number
    return rule_of(row, params.whole_number(request.args, "rule", default, least=1, most=_MOST_RULE))


def _elsewhere(indicator: str, desk: Desk, rule: int, ending: str) -> str | None:
    """The one address of a figure where the request names another: it has what changes the value, in a fixed order."""
    wanted = address_for(indicator_of(indicator), desk.parameters, rule)
    sent = [(name, value) for name, value in request.args.items(multi=True) if name not in _FREE]
    if sent == list(wanted.items()):
        return None
    representation = {name: request.args[name] for name in _FREE if name in request.args}
    return SiteUrls().page(f"/plan/figures/{indicator}{ending}", **wanted, **representation)
