"""The house of docs/architecture.md, held against the code: who may import whom, and other rules of the rooms."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GEO = ROOT / "geo"

VOCABULARY = {
    "errors",
    "crs",
    "text",
    "settings",
    "schema",
    "codes",
    "layers",
    "links",
    "collections",
    "filters",
    "styles",
    "vn2000",
    "meridians",
    "encodings",
}

# room -> (rooms of ours, third-party packages) that it may import
MAY_IMPORT: dict[str, tuple[set[str], set[str]]] = {
    "errors": (set(), set()),
    "schema": (set(), set()),
    "text": (set(), set()),
    "crs": (set(), {"pyproj"}),
    "meridians": (set(), set()),
    "vn2000": ({"crs", "errors", "schema"}, {"pyproj", "numpy"}),
    "encodings": ({"text", "schema", "errors"}, set()),
    "settings": ({"errors"}, set()),
    "codes": ({"schema"}, set()),
    "layers": ({"schema", "codes"}, set()),
    "links": ({"schema", "layers"}, set()),
    "collections": ({"schema", "codes", "layers", "links"}, set()),
    "filters": ({"schema", "layers"}, set()),
    "styles": ({"schema", "layers"}, set()),
    "ingest": (VOCABULARY, {"geopandas", "pandas", "fiona", "pyogrio", "shapely", "pyproj", "numpy", "rapidfuzz", "python_calamine"}),
    "store": (VOCABULARY | {"ingest.report"}, {"geopandas", "pandas", "shapely", "numpy", "pyproj"}),
    "link": (VOCABULARY, {"geopandas", "pandas", "shapely", "numpy"}),
    "atlas": (VOCABULARY | {"link"}, {"geopandas", "shapely", "numpy", "orjson", "lark"}),
    "views": (
        VOCABULARY | {"atlas"},
        {"numpy", "shapely", "pandas", "geopandas", "pyogrio", "pyproj", "openpyxl", "folium", "branca", "jinja2", "orjson", "xstatic", "brotli", "pyarrow"},
    ),
    "drafts": (VOCABULARY | {"ingest", "store", "atlas", "pipeline"}, {"geopandas", "shapely", "orjson", "openpyxl", "filelock"}),
    "pipeline": (VOCABULARY | {"ingest", "store", "link", "atlas"}, {"geopandas"}),
    "web": (
        VOCABULARY | {"atlas", "views", "store", "drafts", "ingest.report", "ingest.answers", "pipeline"},
        {"flask", "flask_compress", "werkzeug", "markupsafe", "jinja2", "orjson", "waitress", "granian"},
    ),
}  # fmt: skip

ONLY_HERE = {
    "folium": "geo/views/maps.py",
    "lark": "geo/atlas/cql2_text.py",
    "flask": "geo/web/",
    "waitress": "geo/web/serving.py",
    "granian": "geo/web/serving.py",
    "filelock": "geo/drafts/jobs.py",
    "fiona": "geo/ingest/",
}


def modules() -> list[Path]:
    return sorted(GEO.rglob("*.py"))


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" if node.module == "geo" else node.module for alias in node.names}
    return names


def room_of(path: Path) -> str:
    return path.relative_to(GEO).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_room_imports_only_what_the_table_allows(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    ours, others = MAY_IMPORT[room]
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "geo":
            inner = parts[1] if len(parts) > 1 else ""
            dotted = ".".join(parts[1:3])
            allowed = inner in {room, "__version__", ""} or inner in ours or dotted in ours
            assert allowed, f"{path.name} imports {name}; {room} may import {sorted(ours)}"
        elif not _standard(parts[0]):
            assert parts[0] in others, f"{path.name} imports {name}; {room} may import {sorted(others)}"


def _standard(package: str) -> bool:
    import sys

    return package in sys.stdlib_module_names


@pytest.mark.parametrize(("package", "home"), ONLY_HERE.items())
def test_some_packages_have_one_home(package: str, home: str) -> None:
    users = {p.relative_to(ROOT).as_posix() for p in modules() if package in {n.split(".")[0] for n in imports(p)}}
    assert users, f"nothing imports {package}"
    assert all(user.startswith(home) for user in users), users


def test_only_app_reads_the_environment() -> None:
    readers = [p.name for p in modules() if re.search(r"os\.environ|getenv", p.read_text(encoding="utf-8"))]
    assert readers == []


def test_modules_stay_small_enough_to_be_one_thing() -> None:
    sizes = {p.relative_to(ROOT).as_posix(): len(p.read_text(encoding="utf-8").splitlines()) for p in modules()}
    assert {name: lines for name, lines in sizes.items() if lines > 450} == {}


def test_every_module_says_in_its_first_line_what_it_is() -> None:
    missing = [p.name for p in modules() if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))]
    assert missing == []


@pytest.mark.parametrize("folder", ["geo", "templates", "tests", "docs"])
def test_source_text_is_composed_unicode(folder: str) -> None:
    import unicodedata

    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix in {".py", ".js", ".html", ".css", ".md"}:
            text = path.read_text(encoding="utf-8")
            assert unicodedata.is_normalized("NFC", text), path


def test_browser_modules_import_downwards_only() -> None:
    static = GEO / "web" / "static" / "js"
    below = {"core": {"core"}, "map": {"core", "map"}, "ui": {"core", "ui"}, "pages": {"core", "map", "ui", "pages"}}
    for path in sorted(static.rglob("*.js")):
        room = path.relative_to(static).parts[0]
        for target in re.findall(r"""from\s+["'](\.[^"']+)["']""", path.read_text(encoding="utf-8")):
            there = (path.parent / target).resolve().relative_to(static).parts[0]
            assert there in below[room], f"{path.name} imports {target}"


def test_leaflet_is_named_in_one_browser_module_only() -> None:
    static = GEO / "web" / "static" / "js"
    users = [
        p.relative_to(static).as_posix()
        for p in static.rglob("*.js")
        if re.search(r"window\.L\b|globalThis\.L\b", p.read_text(encoding="utf-8"))
    ]
    assert users in (["map/leaflet.js"], ["map/leaflet.js", "saved.js"], ["saved.js", "map/leaflet.js"])
