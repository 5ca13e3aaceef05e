"""What a page with a map shows before its scripts run, and the addresses of the data that they ask for first."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import g, request

from geo.atlas import Query, Record
from geo.errors import NotFound
from geo.ocop.collections import COLLECTIONS
from geo.ocop.styles import icon_of
from geo.views.map.sketch import Mark, Outline, canvas_of, marks, outline
from geo.views.record import subtitle
from geo.web.http.params import MapState
from geo.web.http.urls import SiteUrls

_WHOLE_PROVINCE = {"lang", "f", "at"}
"""Parameters beside which the map first shows every record of the province."""
_AS_IS = "!~*'()"  # what encodeURIComponent leaves as it is beside letters, digits and _.-


class Sketch(NamedTuple):
    """The drawn province: its outline with names, its records, and where the open record lies in it."""

    outline: Outline
    marks: list[Mark]
    chosen: tuple[int, int] | None


def sketch(state: MapState) -> Sketch | None:
    """The province with the records of a state of the map; None for a province without communes."""
    drawing = outline(g.atlas, g.lang)
    if drawing is None:
        return None
    queries = [Query(layer, filters=state.filters, text=state.text) for layer in state.layers]
    return Sketch(drawing, marks(g.atlas, queries, g.lang, SiteUrls()), _chosen())


def _chosen() -> tuple[int, int] | None:
    record, canvas = _opened_record(), canvas_of(g.atlas)
    if record is None or canvas is None or record.lng is None or record.lat is None:
        return None
    return canvas.at(record.lng, record.lat)


def _opened_record() -> Record | None:
    """The record that the URL opens; None without one."""
    layer, _, key = request.args.get("at", "").partition("/")
    try:
        record: Record | None = g.atlas.get(layer, key) if layer in COLLECTIONS and key else None
    except NotFound:
        return None
    return record


def opened() -> dict[str, str] | None:
    """The record that the URL opens, as the page names it before and without its scripts; None without one."""
    record = _opened_record()
    if record is None:
        return None
    layer, key = record.layer, record.id
    return {
        "at": f"{layer}/{key}",
        "layer": layer,
        "id": key,
        "icon": icon_of(layer, record.symbol),
        "title": record.title_in(g.lang),
        "label": COLLECTIONS[layer].article.of(g.lang),
        "subtitle": subtitle(record, g.lang),
    }


def first_data(view: Mapping[str, Any]) -> list[str]:
    """The addresses of the data that the scripts of the map ask for first, as the scripts write them.

    A page names them so that browsers ask for them before the scripts have arrived. Where the URL chooses a part of the
    map or a selection, the box depends on the size of the screen, so only the outlines are known.
    """
    urls, groups = view["urls"], view["groups"]
    addresses = [] if request.args.get("base") else [urls["base"].replace("{layer}", "communes")]
    if set(request.args) <= _WHOLE_PROVINCE:
        layers = ",".join(layer["name"] for group in groups for layer in group["layers"] if layer["on"])
        lang = "" if g.lang == "vi" else f"&lang={g.lang}"
        addresses.append(f"{urls['map']}?layers={layers}{lang}")
    layer, _, record = request.args.get("at", "").partition("/")
    if layer and record:
        path = urls["record"].replace("{layer}", quote(layer, safe=_AS_IS)).replace("{id}", quote(record, safe=_AS_IS))
        addresses.append(f"{path}?lang={g.lang}")
    return addresses
