"""Where the files of Leaflet, its marker cluster and our own pages lie on disk, and how they go into one page.

No HTTP here: geo/web serves the same folders.
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
"""The name under /vendor/ of each library that a Python package ships, and the package."""

_SVG = "http://www.w3.org/2000/svg"
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_IMAGE = re.compile(r"url\((['\"]?)(?!data:|#)[^)]*\)")
_ENDS_SCRIPT = re.compile(r"</script|<!--", re.IGNORECASE)
_ENDS_STYLE = re.compile(r"</style", re.IGNORECASE)


@lru_cache
def vendor_dir(name: str) -> Path:
    """The folder that pip put the library called `name` into; NotFound for any other name."""
    if name not in VENDOR:
        known = ", ".join(VENDOR)
        raise NotFound(f"No library {name!r}. Libraries: {known}.", f"Không có thư viện {name!r}. Hiện có: {known}.")
    return Path(importlib.import_module(VENDOR[name]).BASE_DIR)


def static_dir() -> Path:
    """The folder of the pages' own scripts, styles and images."""
    return Path(__file__).resolve().parents[2] / "static"


def script_text(path: Path) -> str:
    """A script as it can stand inside a page; BadSource when its text would end the element early."""
    text = _SOURCE_MAP.sub("", path.read_text(encoding="utf-8")).strip()
    return _whole(path.name, text, _ENDS_SCRIPT)


def module_text(entry: str) -> str:
    """The module `entry`, a path below js/, and all that it imports, as a script that can stand inside a page."""
    return _whole(entry, bundle(static_dir() / "js", entry), _ENDS_SCRIPT)


def style_text(path: Path) -> str:
    """A style sheet as it can stand inside a page: the images that it would load are left out."""
    text = _IMAGE.sub("none", path.read_text(encoding="utf-8")).strip()
    return _whole(path.name, text, _ENDS_STYLE)


def _whole(name: str, text: str, ends: re.Pattern[str]) -> str:
    found = ends.search(text)
    if found is not None:
        raise BadSource(
            f"{name} holds {found.group()!r} and cannot stand inside a page.",
            f"{name} chứa {found.group()!r} nên không thể nhúng vào trang.",
        )
    return text


def sprite() -> str:
    """An <svg> that draws nothing and defines every icon of the site, for a page that loads no files."""
    ET.register_namespace("", _SVG)
    root = ET.parse(static_dir() / "img" / "icons.svg").getroot()  # noqa: S314 (our own file)
    hidden = ET.Element(f"{{{_SVG}}}svg", {"width": "0", "height": "0", "aria-hidden": "true", "class": "sprite"})
    hidden.extend(root.iter(f"{{{_SVG}}}symbol"))
    return ET.tostring(hidden, encoding="unicode")
