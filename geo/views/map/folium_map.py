"""Maps made with folium: the map element of the site's pages without data, and saved maps as one HTML file.

No other module imports folium; docs/decisions/folium.md says what it is used for. By default folium loads ten
files from four hosts, writes property text into markup and disables zooming on phones. branca 0.8 compiles the
output of a folium template as a template again, so text of records never passes through one: it is in a JSON
block, and the page's script inserts it with textContent.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import folium
import orjson
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from geo.atlas import Atlas, Query
from geo.crs import LngLatBbox
from geo.views.map.assets import module_text, sprite
from geo.views.map.bundles import LAYERS, libraries, styles
from geo.views.map.saved_map import SavedBase, saved_view

_SAVED_STYLES = ("vars", "base", "frame", "map", LAYERS, "saved")


class Shell(NamedTuple):
    """The parts of a page with a map.

    `body` is the markup of the map's element. `script` is the text of a script without its tags, which runs after
    the libraries and after `body` was read; the page gives it its own nonce.
    """

    body: str
    script: str


class ShellMap(folium.Map):
    """A folium map without tiles, data, controls or files to load. It fills the element that holds it."""

    default_js = []  # noqa: RUF012 (folium's own type)
    default_css = []  # noqa: RUF012

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }},
                crs: L.CRS.{{ this.crs }},
                ...{{ this.options|tojavascript }}
            });
            {{ this.get_name() }}.attributionControl.setPrefix(false);
            {{ this.get_name() }}.fitBounds({{ this.extent|tojson }}, {animate: false});
        {% endmacro %}
        """
    )

    def __init__(self, extent: LngLatBbox, limits: LngLatBbox, *, min_zoom: int, max_zoom: int) -> None:
        west, south, east, north = limits
        super().__init__(
            location=[(extent.south + extent.north) / 2, (extent.west + extent.east) / 2],
            zoom_start=min_zoom,
            tiles=None,
            zoom_control=False,
            max_bounds=True,
            min_lat=south,
            max_lat=north,
            min_lon=west,
            max_lon=east,
            minZoom=min_zoom,
            maxZoom=max_zoom,
            maxBoundsViscosity=0.8,
            zoomSnap=0.5,
        )
        # folium's fit_bounds is animated and would override a view that the page sets right after it.
        self.extent = [[extent.south, extent.west], [extent.north, extent.east]]
        Handle().add_to(self)

    @classmethod
    def _generate_id(cls) -> str:
        # A constant id: a page has one map, and the same request must give the same bytes.
        return "shell"


class Handle(MacroElement):
    """Publishes the Leaflet map to the page's scripts as `window.atlasShell.map`."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.atlasShell = {map: {{ this._parent.get_name() }}};
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca leaves this one without annotations


def shell(view: Mapping[str, Any]) -> Shell:
    """The map of a page, without data. Only the numbers of `view` are read.

    `bounds` and `max_bounds` are west, south, east, north in degrees.
    """
    figure = Figure()
    figure.header = Element()  # without the <meta> elements that branca adds
    _map_of(view).add_to(figure)
    figure.render()
    return Shell(figure.html.render().strip(), figure.script.render().strip())


def _map_of(view: Mapping[str, Any]) -> ShellMap:
    return ShellMap(
        LngLatBbox(*map(float, view["bounds"])),
        LngLatBbox(*map(float, view["max_bounds"])),
        min_zoom=int(view["min_zoom"]),
        max_zoom=int(view["max_zoom"]),
    )


# --- saved maps -----------------------------------------------------------------------------------------


class SavedPage(Figure):
    """A complete HTML page with a map, and a Content-Security-Policy that allows only its own scripts.

    saved_page.html has the elements of templates/map.html that the browser modules need, and escapes all text.
    """

    _template = Template(Path(__file__).with_name("saved_page.html").read_text(encoding="utf-8"))

    def __init__(self, view: Mapping[str, Any]) -> None:
        super().__init__()
        self.view = view
        self.header = Element()
        self.styles = styles(*_SAVED_STYLES, with_libraries=True)
        self.sprite = sprite()
        self.data = _json(view)
        # Rendering a map adds its script to the page; the policy needs the digest of that script.
        _map_of(view).add_to(self).render()
        self.scripts = [*libraries(), self.script.render(), module_text("pages/saved.js")]

    @property
    def policy(self) -> str:
        """The Content-Security-Policy: no loading from any host, and inline scripts by their SHA-256 digests alone."""
        sources = " ".join(f"'sha256-{_digest(script)}'" for script in self.scripts)
        return (
            f"default-src 'none'; script-src {sources}; style-src 'unsafe-inline'; img-src data:; "
            "base-uri 'none'; form-action 'none'"
        )


def saved_map(
    atlas: Atlas,
    queries: Sequence[Query],
    *,
    words: Mapping[str, str],
    lang: str,
    title: str,
    center: tuple[float, float] | None = None,
    zoom: float | None = None,
    base: SavedBase = SavedBase(),
) -> str:
    """One HTML page with the records that `queries` match; it works from disk and sends no request.

    `words` are the site's texts in `lang`. `center` is longitude, latitude; without it and `zoom` the map shows
    the whole province. BadQuery when there are too many records for one file.
    """
    view = saved_view(
        atlas, queries, words=words, lang=lang, title=title, center=center, zoom=zoom, base=base
    )  # fmt: skip
    return str(SavedPage(view).render())


def _json(view: Mapping[str, Any]) -> str:
    """JSON for a script element, with "<" escaped so that it cannot end the element."""
    return orjson.dumps(view).decode().replace("<", "\\u003c")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
