"""The files of Leaflet, of its cluster plugin and of our pages on disk, and their text for pages and bundles.

Nothing here knows HTTP; geo/web serves the same folders.
"""

import importlib
import re
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree as ET

from geo.errors import BadSource, NotFound
from geo.views.map.module_bundle import bundle

VENDOR: dict[str, str] = {
    "leaflet": "xstatic.pkg.leaflet",
    "markercluster": "xstatic.pkg.leaflet_markercluster",
}
"""Name of a library -> the Python package that ships it."""

_SVG = "http://www.w3.org/2000/svg"
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_IMAGE = re.compile(r"url\((['\"]?)(?!data:|#)[^)]*\)")
_ENDS_SCRIPT = re.compile(r"</script|<!--", re.IGNORECASE)
_ENDS_STYLE = re.compile(r"</style", re.IGNORECASE)


@lru_cache
def vendor_dir(name: str) -> Path:
    """The folder where pip installed the library `name`; NotFound for any other name."""
    if name not in VENDOR:
        names = ", ".join(VENDOR)
        raise NotFound(f"No library {name!r}. Libraries: {names}.", f"Không có thư viện {name!r}. Hiện có: {names}.")
    return Path(importlib.import_module(VENDOR[name]).BASE_DIR)


def static_dir() -> Path:
    """The folder of the pages' own scripts, styles and images."""
    return Path(__file__).resolve().parents[2] / "static"


def script_text(path: Path) -> str:
    """The text of a script for inlining; BadSource when it contains the end tag of the element."""
    text = _SOURCE_MAP.sub("", path.read_text(encoding="utf-8")).strip()
    return _whole(path.name, text, _ENDS_SCRIPT)


def module_text(entry: str) -> str:
    """The module `entry`, a path below js/, and its imports, as one script for inlining."""
    return _whole(entry, bundle(static_dir() / "js", entry), _ENDS_SCRIPT)


def style_text(path: Path) -> str:
    """The text of a style sheet for inlining, without the images that it would load."""
    text = _IMAGE.sub("none", path.read_text(encoding="utf-8")).strip()
    return _whole(path.name, text, _ENDS_STYLE)


def _whole(name: str, text: str, ends: re.Pattern[str]) -> str:
    match = ends.search(text)
    if match is not None:
        raise BadSource(
            f"{name} holds {match.group()!r} and cannot be embedded in a page.",
            f"{name} chứa {match.group()!r} nên không thể nhúng vào trang.",
        )
    return text


def sprite() -> str:
    """A hidden <svg> that defines every icon of the site, for a page that loads no files."""
    ET.register_namespace("", _SVG)
    icons = ET.parse(static_dir() / "img" / "icons.svg").getroot()  # noqa: S314 (our own file)
    root = ET.Element(f"{{{_SVG}}}svg", {"width": "0", "height": "0", "aria-hidden": "true", "class": "sprite"})
    root.extend(icons.iter(f"{{{_SVG}}}symbol"))
    return ET.tostring(root, encoding="unicode")
