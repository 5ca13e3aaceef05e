"""Maps made with folium: the empty shell of the live map, and whole maps saved as one file.

The only importer of folium. What folium would do by itself and this module prevents: its pages load ten
files from four hosts, put property text into markup, and forbid zooming on phones. Whatever goes through
a folium template is compiled as a template once more (branca 0.8), so text of records never does: it
stands in a JSON block, and the page's script shows it with textContent.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

import folium
import orjson
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from geo.atlas import Atlas, Query
from geo.crs import LngLatBbox
from geo.errors import BadQuery
from geo.views.map.assets import script_text, sprite, static_dir, style_text, vendor_dir
from geo.views.map.saved_map import NO_SCRIPT, payload

MIN_ZOOM, MAX_ZOOM = 7, 18

SCRIPTS = (("leaflet", "leaflet.js"), ("markercluster", "leaflet.markercluster.js"))
STYLES = (("leaflet", "leaflet.css"), ("markercluster", "MarkerCluster.css"))
"""(library, file) of what every map needs. The clusters' default colours are not among them: map.css has our own."""


class Shell(NamedTuple):
    """The parts of a page with a map in it.

    `styles` and `scripts` are addresses of files, in the order in which a page must load them. `body` is the markup
    of the map's element. `script` is the text of a script without its tags, which runs after `scripts` and `body`;
    the page gives it its own nonce.
    """

    styles: tuple[str, ...]
    scripts: tuple[str, ...]
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
        # folium's own fit_bounds is animated and would overrule a view that the page sets right after it.
        self.extent = [[extent.south, extent.west], [extent.north, extent.east]]
        Handle().add_to(self)

    @classmethod
    def _generate_id(cls) -> str:
        # A page has one map, and the same request must give the same bytes.
        return "shell"


class Handle(MacroElement):
    """Hands the map over to the page's own scripts, as `window.atlasShell.map`."""

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
    """The map of a page, without data. Of `view` only numbers are read.

    `bounds` and `max_bounds` are west, south, east, north in degrees.
    """
    figure = Figure()
    figure.header = Element()  # without the <meta> that branca begins a page with
    _map_of(view).add_to(figure)
    figure.render()
    return Shell(_addresses(STYLES), _addresses(SCRIPTS), figure.html.render().strip(), figure.script.render().strip())


def _map_of(view: Mapping[str, Any]) -> ShellMap:
    return ShellMap(
        LngLatBbox(*map(float, view["bounds"])),
        LngLatBbox(*map(float, view["max_bounds"])),
        min_zoom=int(view["min_zoom"]),
        max_zoom=int(view["max_zoom"]),
    )


def _addresses(files: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"/vendor/{library}/{file}" for library, file in files)


# --- saved maps -----------------------------------------------------------------------------------------


class Verbatim(Element):
    """Text that goes into the page as it is: no template reads it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_: object) -> str:
        """The text."""
        return self.text


class SavedPage(Figure):
    """A whole page around a map, with the policy that lets only its own scripts run."""

    _template = Template(
        """<!DOCTYPE html>
<html lang="{{ this.lang }}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ this.policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{{ this.title|e }}</title>
{{ this.header.render(**kwargs) }}
</head>
<body>
{{ this.html.render(**kwargs) }}
{% for script in this.scripts %}<script>{{ script }}</script>
{% endfor %}</body>
</html>
"""
    )

    def __init__(self, title: str, lang: str) -> None:
        super().__init__(title=title)
        self.header = Element()
        self.lang = "vi" if lang == "vi" else "en"
        self.scripts: list[str] = []

    @property
    def policy(self) -> str:
        """Nothing may be loaded from anywhere; scripts run only when their text is the one written here."""
        allowed = " ".join(f"'sha256-{_digest(script)}'" for script in self.scripts)
        return (
            f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
            "base-uri 'none'; form-action 'none'"
        )


def saved_map(
    atlas: Atlas,
    queries: Sequence[Query],
    *,
    lang: str,
    title: str,
    center: tuple[float, float] | None = None,
    zoom: float | None = None,
    base: str = "communes",
) -> str:
    """One HTML page that shows what `queries` match, opens from disk and asks nothing of any host.

    `center` is longitude, latitude; without it and `zoom` the map shows everything it holds. `base` is the
    layer of units that is drawn under it. BadQuery when there are too many records for one file.
    """
    view = payload(atlas, queries, lang=lang, title=title, base=base)
    view["center"], view["zoom"] = _start(center, zoom)
    extent = LngLatBbox(*view["bounds"])
    page = SavedPage(title, lang)
    made = ShellMap(extent, _wider(extent, 3.0), min_zoom=MIN_ZOOM, max_zoom=MAX_ZOOM).add_to(page)
    made.render()
    page.header.add_child(Verbatim(f"<style>{_styles()}</style>"))
    page.html.add_child(Verbatim(sprite(_icons(view))))
    page.html.add_child(Verbatim(f"<noscript>{escape(NO_SCRIPT.of(lang))}</noscript>"))
    page.html.add_child(Verbatim(f'<script type="application/json" id="saved-view">{_json(view)}</script>'))
    page.scripts = [*_libraries(), page.script.render(), script_text(static_dir() / "js" / "saved.js")]
    return str(page.render())


def _start(center: tuple[float, float] | None, zoom: float | None) -> tuple[list[float] | None, float | None]:
    if center is None or zoom is None:
        return None, None
    lng, lat = center
    if not (-180 <= lng <= 180 and -90 <= lat <= 90 and 0 <= zoom <= MAX_ZOOM):
        raise BadQuery(
            f"center={center!r}, zoom={zoom!r}: expected longitude, latitude in degrees and a zoom up to {MAX_ZOOM}.",
            f"center={center!r}, zoom={zoom!r}: cần kinh độ, vĩ độ theo độ và mức phóng đến {MAX_ZOOM}.",
        )
    return [lng, lat], zoom


def _wider(box: LngLatBbox, margin_deg: float) -> LngLatBbox:
    return LngLatBbox(box.west - margin_deg, box.south - margin_deg, box.east + margin_deg, box.north + margin_deg)


def _libraries() -> list[str]:
    return [script_text(vendor_dir(name) / file) for name, file in SCRIPTS]


def _styles() -> str:
    files = [vendor_dir(name) / file for name, file in STYLES]
    return "\n".join(style_text(path) for path in (*files, static_dir() / "css" / "saved.css"))


def _icons(view: Mapping[str, Any]) -> Iterable[str]:
    return {row["icon"] for layer in view["layers"] for row in (layer, *layer["features"], *layer["classes"])}


def _json(view: Mapping[str, Any]) -> str:
    """JSON that cannot end the script element it stands in."""
    return orjson.dumps(view).decode().replace("<", "\\u003c")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
