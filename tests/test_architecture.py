"""The rules of docs/architecture.md, checked against the code: imports between rooms, file names, SQL, sizes."""

import ast
import re
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GEO = ROOT / "geo"

VOCABULARY = {
    "errors", "crs", "text", "html_text", "settings", "schema", "report", "ocop", "vn2000", "encodings", "budget",
    "part_files", "ending_signals", "spare_memory", "code_digest",
}  # fmt: skip
ATLAS = VOCABULARY | {"atlas", "search"}
VIEWS = ATLAS | {"views"}
WEB = VOCABULARY | {"atlas", "web.http", "web.words"}

# room -> (rooms of ours, third-party packages) that its files may import. A folder in a folder is a room of its own:
# "ingest" stands for the files that lie directly in geo/ingest.
MAY_IMPORT: dict[str, tuple[set[str], set[str]]] = {
    "errors": (set(), set()),
    "budget": ({"errors"}, {"filelock"}),
    "part_files": ({"errors"}, set()),
    "ending_signals": (set(), set()),
    "spare_memory": (set(), set()),
    "code_digest": (set(), set()),
    "packed_rtree": (set(), {"numpy"}),
    "disk_usage": ({"schema", "settings"}, set()),
    "schema": (set(), set()),
    "text": (set(), set()),
    "html_text": (set(), set()),
    "crs": (set(), {"pyproj", "numpy", "shapely"}),
    "settings": ({"errors"}, set()),
    "acts": (set(), set()),
    "access": ({"errors"}, set()),
    "report": ({"schema"}, set()),
    "vn2000": ({"crs", "errors", "schema"}, {"pyproj", "numpy"}),
    "encodings": ({"text", "schema", "errors"}, set()),
    "ocop": ({"schema"}, set()),
    "search": ({"budget", "ocop", "schema", "text"}, {"orjson"}),
    "basemap.operator": (
        VOCABULARY | {"basemap", "ingest.columns", "ingest.crs", "ingest.files"},
        {"geopandas", "pandas", "pyogrio", "pyproj", "shapely", "numpy", "filelock"},
    ),
    "basemap": (
        {"crs", "errors", "part_files", "schema"},
        {"geopandas", "pandas", "pyogrio", "shapely", "numpy", "orjson"},
    ),
    "ingest.files": (VOCABULARY, {"geopandas", "pandas", "fiona", "pyogrio", "shapely", "numpy", "python_calamine"}),
    "ingest.crs": (VOCABULARY, {"geopandas", "pandas", "shapely", "pyproj", "numpy"}),
    "ingest.places": (VOCABULARY | {"ingest.files", "ingest.crs"}, {"shapely", "numpy"}),
    "ingest.columns": (
        VOCABULARY | {"ingest.files", "ingest.crs", "ingest.places"},
        {"geopandas", "pandas", "shapely", "numpy", "rapidfuzz"},
    ),
    "ingest.checks": (VOCABULARY | {"ingest.crs"}, {"geopandas", "pandas", "shapely", "numpy"}),
    "ingest.seed": (
        VOCABULARY | {"ingest.files", "ingest.crs", "ingest.checks"},
        {"geopandas", "pandas", "fiona", "pyogrio", "shapely", "numpy"},
    ),
    "ingest": (
        VOCABULARY | {"ingest.files", "ingest.crs", "ingest.columns", "ingest.checks", "ingest.places"},
        {"geopandas", "pandas", "shapely", "numpy"},
    ),
    "store": (VOCABULARY | {"packed_rtree"}, {"geopandas", "pandas", "shapely", "numpy", "pyproj", "orjson"}),
    "link": (VOCABULARY, {"geopandas", "pandas", "shapely", "numpy"}),
    "atlas": (
        VOCABULARY | {"link", "search", "atlas.cql2", "atlas.sqlite"},
        {"geopandas", "shapely", "numpy", "orjson"},
    ),
    "atlas.cql2": (VOCABULARY, {"shapely", "numpy", "orjson", "lark"}),
    "atlas.sqlite": (ATLAS | {"atlas.cql2", "link", "packed_rtree"}, {"geopandas", "shapely", "numpy", "orjson"}),
    "plan": (ATLAS | {"link", "store"}, {"geopandas", "shapely", "numpy", "orjson"}),
    "freezing": (VOCABULARY | {"store", "link", "atlas"}, {"geopandas"}),
    "pipeline": (VOCABULARY | {"ingest.seed", "store", "link", "atlas", "freezing"}, set()),
    "doctor": (VOCABULARY | {"store", "atlas", "pipeline"}, {"packaging"}),
    "drafts": (
        VOCABULARY
        | {
            "acts",
            "ingest",
            "ingest.files",
            "ingest.columns",
            "ingest.checks",
            "plan",
            "store",
            "atlas",
            "freezing",
            "pipeline",
            "views.tiles",
        },
        {"geopandas", "shapely", "orjson", "openpyxl", "filelock"},
    ),
    "views": (
        VIEWS | {"basemap", "views.export", "views.map", "views.qgis", "atlas.cql2"},
        {"numpy", "shapely", "orjson", "pyogrio", "jinja2"},
    ),
    "views.plan": (VIEWS | {"link", "plan", "views.export", "views.map"}, {"icalendar", "numpy", "orjson", "shapely"}),
    "views.ogc": (VIEWS | {"atlas.cql2"}, {"numpy", "shapely", "orjson", "pyproj"}),
    "views.export": (
        VIEWS | {"views.ogc"},
        {"numpy", "shapely", "pandas", "geopandas", "pyogrio", "pyproj", "openpyxl", "orjson", "pyarrow", "brotli"},
    ),
    "views.map": (
        VIEWS | {"basemap"},
        {"numpy", "shapely", "orjson", "folium", "branca", "jinja2", "xstatic", "rjsmin"},
    ),
    "views.previews": (VIEWS | {"views.map"}, {"orjson", "typst"}),
    "views.qgis": (VIEWS | {"basemap", "views.map"}, {"pyproj"}),
    "views.sheets": (
        VIEWS | {"basemap", "views.map", "views.qgis"},
        {"numpy", "shapely", "pyogrio", "geopandas", "pyproj", "orjson", "typst", "segno", "fontTools"},
    ),
    "views.phase_report": (
        VIEWS | {"basemap", "plan", "views.map", "views.plan", "views.sheets"},
        {"docx"},
    ),
    "views.plan_sheets": (
        VIEWS | {"basemap", "plan", "views.plan", "views.sheets"},
        {"numpy", "shapely"},
    ),
    "views.tiles": (VIEWS | {"views.ogc"}, {"numpy", "shapely", "orjson"}),
    "views.catalogue": (VIEWS | {"views.ogc"}, {"orjson", "shapely"}),
    "views.openapi": (
        VIEWS | {"plan", "views.ogc", "views.tiles", "views.catalogue", "atlas.cql2", "__version__"},
        {"orjson"},
    ),
    "web.http": (WEB | {"acts", "ingest", "views.map"}, {"flask", "werkzeug", "markupsafe", "orjson", "brotli"}),
    "web.words": (WEB, set()),
    "web.ogc": (
        WEB | {"views", "views.ogc", "views.tiles", "views.catalogue", "views.openapi", "views.export", "atlas.cql2"},
        {"flask", "werkzeug", "orjson"},
    ),
    "web.site": (
        WEB | {"basemap", "views", "views.export", "views.map", "views.catalogue", "views.previews", "views.sheets"},
        {"flask", "werkzeug", "orjson"},
    ),
    "web.plan": (
        WEB
        | {
            "basemap",
            "drafts",
            "plan",
            "store",
            "views",
            "views.export",
            "views.map",
            "views.phase_report",
            "views.plan",
            "views.plan_sheets",
            "views.sheets",
            "web.site",
        },
        {"flask", "werkzeug", "orjson"},
    ),
    "web.manage": (
        WEB | {"access", "acts", "disk_usage", "web.site", "drafts", "plan", "store", "views", "views.map"},
        {"flask", "werkzeug", "markupsafe", "orjson"},
    ),
    "web": (
        WEB | {"basemap", "drafts", "store", "views", "views.map", "web.ogc", "web.plan", "web.site", "web.manage"},
        {"flask", "flask_compress", "werkzeug", "granian"},
    ),
    "console": (
        VOCABULARY
        | {
            "access",
            "basemap",
            "basemap.operator",
            "store",
            "atlas",
            "freezing",
            "pipeline",
            "plan",
            "doctor",
            "drafts",
            "ingest",
            "views",
            "views.export",
            "views.phase_report",
            "views.plan",
            "views.plan_sheets",
            "views.sheets",
            "views.tiles",
            "web",
        },
        {"click"},
    ),
}

ONLY_HERE: dict[str, str | tuple[str, ...]] = {
    "folium": "geo/views/map/folium_map.py",
    "icalendar": "geo/views/plan/certificate_calendar.py",
    "lark": "geo/atlas/cql2/text.py",
    "docx": "geo/views/phase_report/report_docx.py",
    "typst": ("geo/views/previews/preview.py", "geo/views/sheets/typesetting.py"),
    "flask": "geo/web/",
    "click": "geo/console/",
    "granian": "geo/web/serving.py",
    "rjsmin": "geo/views/map/bundles.py",
    "filelock": (
        "geo/basemap/operator/new_ground.py",
        "geo/budget.py",
        "geo/drafts/job_lock.py",
        "geo/drafts/jobs.py",
    ),
    "fiona": "geo/ingest/",
    "rapidfuzz": "geo/ingest/columns/",
}

DOORS = {"geo.store.geopackage": "geo/store/engine.py", "geo.atlas.sqlite": "geo/atlas/engine.py"}
"""Engine of the store or the atlas -> the only module outside it that imports it, which chooses the engine."""

ENGINES = (
    *(
        f"geo/store/{name}.py"
        for name in ("connection", "copies", "geopackage", "gpkg_tables", "rtree", "seals", "states", "verification")
    ),
    "geo/atlas/sqlite/",
)

SQLITE_ELSEWHERE = {
    "geo/access/private_database.py": "keeps sessions and failed attempts to sign in; losing them signs people out",
    "geo/ingest/files/sniff.py": "tells a GeoPackage that somebody sends from another SQLite file",
    "geo/ingest/files/gpkg_cells.py": "reads what GDAL cuts out of a GeoPackage that somebody sends",
    "geo/views/dated_files.py": "gives a GeoPackage for download the date of the version",
    "geo/views/export/geopackage.py": "looks whether GDAL indexed every place in a GeoPackage for download",
    "geo/views/whole_province.py": "puts styles and projects into a GeoPackage for download",
    "geo/views/tiles/cache.py": "keeps tiles that were made; losing them loses nothing",
}
"""Other modules that use SQLite, for files that are not the service's data."""

SHARED_NAMES = {
    "engine.py": "the choice of what the store is kept in, and of what atlases are",
    "errors.py": "what can go wrong, and its answer in HTTP",
    "gaps.py": "missing values that a request to the worklist selects, and records that lack what the plan ties them to",
    "geojson.py": "GeoJSON read, and written",
    "geometry.py": "checks of geometries, and geometries of a CQL2 filter",
    "geopackage.py": "the store's file, and a download",
    "kml.py": "KML read, and written",
    "printing.py": "the commands of printed documents, and their addresses",
    "protocol.py": "the questions to a store, and those to an atlas",
    "pages.py": "what pages say, and their addresses",
    "query.py": "a query answered by SQLite, and a query read from a request",
    "records.py": "metadata of a layer as a record of the catalogue, and the records of a version as columns",
    "shapefile.py": "a Shapefile read, and one written",
    "table.py": "rows read from a file, and the rows of a page of the planners' part",
    "text.py": "Vietnamese text, and CQL2 Text",
    "values.py": "values read from cells, and values shown",
}
"""File names that occur in two rooms, and their meaning in each."""


def modules() -> list[Path]:
    return sorted(GEO.rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name_of(path): path for path in modules()}


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module and package that a file imports, also under TYPE_CHECKING and inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in NAMES or node.module == "geo" else node.module for name in inner}
    return frozenset(names)


def room_of(path: Path) -> str:
    """The folder that a file lies in, or the file itself where it lies in geo/."""
    folder = path.relative_to(GEO).parent
    return ".".join(folder.parts) if folder.parts else path.stem


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_room_imports_only_what_the_table_allows(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    ours, others = MAY_IMPORT[room]
    for name in imports(path):
        package = name.split(".")[0]
        if package == "geo":
            target = room_of(NAMES[name]) if name in NAMES else name.removeprefix("geo.")
            assert target == room or target in ours, f"{path.name} imports {name}; {room} may import {sorted(ours)}"
        elif package not in sys.stdlib_module_names:
            assert package in others, f"{path.name} imports {name}; {room} may import {sorted(others)}"


def test_every_room_stands_in_the_table() -> None:
    assert {room_of(path) for path in modules()} - {"__init__"} == set(MAY_IMPORT)


def test_no_import_leads_back_to_where_it_began() -> None:
    graph = {name: imports(path) & NAMES.keys() - {name} for name, path in NAMES.items()}
    with pytest.raises(CycleError):
        TopologicalSorter({"a": {"b"}, "b": {"a"}}).prepare()
    TopologicalSorter(graph).prepare()


def test_a_file_name_stands_for_one_thing() -> None:
    names = [path.name for path in modules() if path.name != "__init__.py"]
    assert {name for name in names if names.count(name) > 1} == set(SHARED_NAMES)


@pytest.mark.parametrize(("package", "home"), ONLY_HERE.items())
def test_some_packages_have_one_home(package: str, home: str | tuple[str, ...]) -> None:
    users = {p.relative_to(ROOT).as_posix() for p in modules() if package in {n.split(".")[0] for n in imports(p)}}
    assert users, f"nothing imports {package}"
    assert all(user.startswith(home) for user in users), users


def users_of(pattern: str) -> set[str]:
    """The files of the program, app.py among them, in which a pattern occurs."""
    paths = [*modules(), ROOT / "app.py"]
    return {p.relative_to(ROOT).as_posix() for p in paths if re.search(pattern, p.read_text(encoding="utf-8"))}


@pytest.mark.parametrize(("engine", "door"), DOORS.items())
def test_an_engine_has_one_door(engine: str, door: str) -> None:
    inside = {name for name in NAMES if name == engine or name.startswith(f"{engine}.")}
    users = {path.relative_to(ROOT).as_posix() for name, path in NAMES.items() if imports(path) & inside} | {
        "app.py" for name in imports(ROOT / "app.py") if name in inside
    }
    assert {user for user in users if not user.startswith(ENGINES)} == {door}


@pytest.mark.parametrize(
    "pattern",
    [r"\bimport sqlite3\b", r"\b(?:SELECT|DELETE FROM|INSERT (?:OR \w+ )?INTO|UPDATE|CREATE TABLE|PRAGMA)\s[\w\"'{(*]"],
    ids=["sqlite3", "SQL"],
)
def test_only_engines_speak_sql_for_the_data_of_the_service(pattern: str) -> None:
    outside = {user for user in users_of(pattern) if not user.startswith(ENGINES)}
    assert outside == set(SQLITE_ELSEWHERE)


@pytest.mark.parametrize(
    ("name", "door"),
    [
        (r"\bGeoPackageStore\b|store\.gpkg", "geo/store/engine.py"),
        (r"\bSqliteAtlas(?:Source)?\b|data_dir / \"atlas\"", "geo/atlas/engine.py"),
    ],
)
def test_only_the_door_of_an_engine_names_its_classes_and_its_place(name: str, door: str) -> None:
    assert {user for user in users_of(name) if not user.startswith(ENGINES)} == {door}


def test_only_app_reads_the_environment() -> None:
    """The child process is handed what the system needs, and a command names its temporary folder; neither is a setting."""
    readers = [p.name for p in modules() if re.search(r"os\.environ|getenv", p.read_text(encoding="utf-8"))]
    assert readers == ["temporary_files.py", "child_environment.py"]  # the first sets the folder that others read


def test_modules_stay_small_enough_to_be_one_thing() -> None:
    sizes = {p.relative_to(ROOT).as_posix(): len(p.read_text(encoding="utf-8").splitlines()) for p in modules()}
    assert {name: lines for name, lines in sizes.items() if lines > 450} == {}
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 150


def test_every_module_says_in_its_first_line_what_it_is() -> None:
    missing = [p.name for p in modules() if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))]
    assert missing == []


@pytest.mark.parametrize("folder", ["geo", "templates", "tests", "docs"])
def test_source_text_is_composed_unicode(folder: str) -> None:
    import unicodedata

    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix in {".py", ".js", ".html", ".css", ".md"} and not {".venv", "node_modules"} & set(path.parts):
            text = path.read_text(encoding="utf-8")
            assert unicodedata.is_normalized("NFC", text), path


def test_browser_modules_import_downwards_only() -> None:
    static = GEO / "static" / "js"
    below = {"core": {"core"}, "map": {"core", "map"}, "ui": {"core", "ui"}, "pages": {"core", "map", "ui", "pages"}}
    for path in sorted(static.rglob("*.js")):
        room = path.relative_to(static).parts[0]
        for target in re.findall(r"""from\s+["'](\.[^"']+)["']""", path.read_text(encoding="utf-8")):
            there = (path.parent / target).resolve().relative_to(static).parts[0]
            assert there in below[room], f"{path.name} imports {target}"


def test_leaflet_is_named_in_one_browser_module_only() -> None:
    static = GEO / "static" / "js"
    users = [
        p.relative_to(static).as_posix()
        for p in static.rglob("*.js")
        if re.search(r"window\.L\b|globalThis\.L\b", p.read_text(encoding="utf-8"))
    ]
    assert users == ["map/leaflet.js"]


def test_every_browser_module_lies_in_a_room() -> None:
    assert [path.name for path in (GEO / "static" / "js").glob("*.js")] == []


def test_only_the_modules_of_the_site_ask_the_server() -> None:
    static = GEO / "static" / "js"
    users = {
        p.relative_to(static).as_posix()
        for p in static.rglob("*.js")
        if re.search(r"(?<!\w)fetch\(", p.read_text(encoding="utf-8"))
    }
    assert users == {"pages/server.js", "pages/manage.js", "pages/offline.js"}
