"""The places and pairs of a link as JSON, from which the browser answers for any distance without asking again."""

import orjson
from flask import Flask, Response, g, request

from geo.errors import NotFound
from geo.plan.records import records_of
from geo.views.plan.proximity_page import NEAR, proximity_columns
from geo.web.http import params
from geo.web.http.caching import conditional_response
from geo.web.plan.workbench import Workbench


class ProximityData:
    """The route of the data."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench

    def register(self, app: Flask) -> None:
        """Add the route."""
        app.add_url_rule("/plan/proximity/<link>.json", "plan_proximity_data", self.data)

    def data(self, link: str) -> Response:
        """The columns of a row Near of LINKS; NotFound for any other name, and for a version that never was."""
        params.only(request.args, "version")
        self._workbench.open_version()
        if link not in NEAR:
            names = ", ".join(NEAR)
            raise NotFound(f"No link {link!r}. Links: {names}.", f"Không có liên kết {link!r}. Hiện có: {names}.")
        spec, atlas, lang = NEAR[link], g.atlas, g.lang

        def columns() -> bytes:
            return orjson.dumps(proximity_columns(records_of(atlas), spec, lang))

        key = "proximity", atlas.key, link, lang
        return conditional_response(lambda: self._workbench.computed.get(key, columns), mimetype="application/json")
