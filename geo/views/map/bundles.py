"""The files that pages load: scripts and style sheets, each put together from modules and components of its own.

A page with forty files waits for forty answers on a slow network. The sources stay apart in geo/static and in the
Python packages of the libraries; a bundle is made of them when it is first asked for, and again when one has changed.
Nothing here knows HTTP; geo/web serves the bundles.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial

import rjsmin

from geo.views.map.assets import module_text, script_text, static_dir, style_text, vendor_dir
from geo.views.map.layer_symbols import style_sheet

LIBRARY_SCRIPTS = (("leaflet", "leaflet.js"), ("markercluster", "leaflet.markercluster.js"))
LIBRARY_STYLES = (("leaflet", "leaflet.css"), ("markercluster", "MarkerCluster.css"))
"""(library, file) of the style sheets of every map. The default colours of clusters are replaced by map.css."""

LAYERS = "layers"
"""Name of the component that is made from the table of styles instead of a file."""


def libraries() -> list[str]:
    """The text of each script of a library, in the order in which they must run."""
    return [script_text(vendor_dir(library) / file) for library, file in LIBRARY_SCRIPTS]


def styles(*components: str, with_libraries: bool = False) -> str:
    """The style sheets of our components in this order, if wanted after those of the libraries."""
    sheets = [style_text(vendor_dir(library) / file) for library, file in LIBRARY_STYLES if with_libraries]
    return "\n".join([*sheets, *map(_component, components)])


def _component(name: str) -> str:
    return style_sheet() if name == LAYERS else style_text(static_dir() / "css" / f"{name}.css")


def script(entry: str) -> str:
    """The modules of a page as one script, without comments and spare blanks."""
    return str(rjsmin.jsmin(module_text(entry)))


_MAKERS: dict[str, Callable[[], str]] = {
    "first.css": partial(styles, "vars", "base", LAYERS, "frame"),
    "site.css": partial(styles, "vars", "base", LAYERS, "pages", "worklist"),
    "map.css": partial(styles, "map", with_libraries=True),
    "theme.js": lambda: rjsmin.jsmin(script_text(static_dir() / "js" / "pages" / "theme.js")),
    "libraries.js": lambda: "\n".join(libraries()),
    "map.js": partial(script, "pages/map.js"),
    "embed.js": partial(script, "pages/embed.js"),
    "ranking.js": partial(script, "pages/ranking.js"),
    "preview.js": partial(script, "pages/preview.js"),
    "copy.js": partial(script, "pages/copy.js"),
    "chains.js": partial(script, "pages/chains.js"),
    "gaps.js": partial(script, "pages/gaps.js"),
    "proximity.js": partial(script, "pages/proximity.js"),
    "planbar.js": partial(script, "pages/planbar.js"),
}
"""Name of a bundle -> its text. theme.js stands inside every page, first.css inside those with a map."""

NAMES: Iterable[str] = _MAKERS.keys()


def bundle_text(name: str) -> str:
    """The text of the bundle `name`, one of NAMES."""
    return _made(name, _stamp())


def words_in(name: str, words: Mapping[str, str]) -> dict[str, str]:
    """Those of the texts `words` whose key the script `name` mentions: as a string, a property, or by its beginning."""
    keys, beginnings = _mentions(name, _stamp())
    return {key: word for key, word in words.items() if key in keys or key.startswith(beginnings)}


@lru_cache(maxsize=2 * len(_MAKERS))
def _made(name: str, stamp: int) -> str:
    return _MAKERS[name]()


@lru_cache(maxsize=8)
def _mentions(name: str, stamp: int) -> tuple[frozenset[str], tuple[str, ...]]:
    """The strings and property names in a script, and the beginnings of strings that it completes."""
    text = _made(name, stamp)
    strings, properties = re.findall(r"""["']([\w.]+)["']""", text), re.findall(r"\.(\w+)", text)
    return frozenset((*strings, *properties)), tuple(re.findall(r"`([\w.]+\.)\$\{", text))


def _stamp() -> int:
    """When the newest of our own sources was changed, in nanoseconds; looked at once a second."""
    return _newest_source(int(time.monotonic()))


@lru_cache(maxsize=1)
def _newest_source(second: int) -> int:
    return max(path.stat().st_mtime_ns for path in static_dir().rglob("*.*"))
