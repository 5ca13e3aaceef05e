"""Our own files and the libraries: where they are served, how long they keep, and where colours and shapes stand."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.ocop.styles import SHAPES, STYLES
from geo.views.map.assets import static_dir, vendor_version
from tests.web.conftest import BROWSER, read

GEO = static_dir().parent
LEAFLET = f"/vendor/leaflet/{vendor_version('leaflet')}"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/static/css/vars.css", "text/css"),
        ("/static/css/layers.css", "text/css"),
        ("/static/img/icons.svg", "image/svg+xml"),
        ("/static/js/pages/map.js", "text/javascript"),
        (f"{LEAFLET}/leaflet.js", "text/javascript"),
        (f"{LEAFLET}/leaflet.css", "text/css"),
        (f"{LEAFLET}/images/layers.png", "image/png"),
        (f"/vendor/markercluster/{vendor_version('markercluster')}/leaflet.markercluster.js", "text/javascript"),
        (f"/vendor/markercluster/{vendor_version('markercluster')}/MarkerCluster.css", "text/css"),
    ],
)
def test_a_file_is_served_from_where_it_lies(client: FlaskClient, path: str, kind: str) -> None:
    with client.get(path) as answer:
        assert (answer.status_code, answer.mimetype) == (200, kind)


def test_a_page_names_its_files_by_their_content_so_that_they_keep_for_ever(client: FlaskClient) -> None:
    address = next(url for url in read(client.get("/layers").text).values("href") if "base.css" in url)
    with client.get(address) as named, client.get("/static/css/base.css") as bare:
        assert "immutable" in named.headers["Cache-Control"]
        assert "immutable" not in bare.headers["Cache-Control"]
    with client.get("/static/css/base.css?v=older") as older:
        assert "immutable" not in older.headers["Cache-Control"]


def test_libraries_are_named_by_their_version_and_kept_for_a_year(client: FlaskClient) -> None:
    """Their style sheets name images beside them, which so have the version in their addresses too."""
    page = client.get("/", headers=BROWSER).text
    files = [url for url in read(page).values("href", "src") if "/vendor/" in url]
    assert len(files) >= 4
    style_sheet = next(url for url in files if url.endswith("leaflet.css"))
    images = re.findall(r"url\(([^)#:]+)\)", client.get(style_sheet).text)
    assert images
    for url in [*files, *(f"{LEAFLET}/{image}" for image in images)]:
        with client.get(url) as answer:
            assert answer.status_code == 200, url
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable", url


def test_programs_that_look_for_an_icon_at_the_root_get_one(client: FlaskClient) -> None:
    with client.get("/favicon.ico") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/vnd.microsoft.icon")
        assert answer.data[:4] == b"\x00\x00\x01\x00"  # the signature of ICO


@pytest.mark.parametrize("coding", ["identity", "br"])
def test_a_file_is_not_sent_again_to_a_caller_that_holds_it(client: FlaskClient, coding: str) -> None:
    path, request_headers = f"{LEAFLET}/leaflet.js", {"Accept-Encoding": coding}
    with client.get(path, headers=request_headers) as first:
        tag = first.headers["ETag"]
    with client.get(path, headers={**request_headers, "If-None-Match": tag}) as again:
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../api.py",
        "/static/%2e%2e/api.py",
        "/vendor/leaflet/../../../x",
        f"{LEAFLET}/../../../x",
        "/vendor/leaflet/0.7/leaflet.js",
        "/vendor/leaflet/leaflet.js",
        "/static/",
        "/static/js",
    ],
)
def test_nothing_outside_the_folders_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path, follow_redirects=True).status_code == 404


def test_the_style_sheet_of_the_layers_has_their_colours_and_shapes_and_is_kept_for_ever(client: FlaskClient) -> None:
    address = next(url for url in read(client.get("/layers").text).values("href") if "layers.css" in url)
    with client.get(address) as answer:
        assert answer.mimetype == "text/css" and "immutable" in answer.headers["Cache-Control"]
        colours = dict(re.findall(r"--layer-(\w+): (#[0-9a-f]{6});", answer.text))
        assert colours == {layer: style.color for layer, style in STYLES.items()}
        for layer, style in STYLES.items():
            assert style.shape not in SHAPES or f".symbol--{layer} {{ background: var(--layer-{layer})" in answer.text
    with client.get(address, headers={"If-None-Match": answer.headers["ETag"]}) as again:
        assert again.status_code == 304


def test_every_page_loads_the_style_sheet_of_the_layers_after_the_one_that_it_refines(client: FlaskClient) -> None:
    for path in ("/", "/embed", "/layers", "/sites", "/quality", "/nowhere"):
        sheets = [
            url.partition("?")[0]
            for url in read(client.get(path, headers=BROWSER).text).values("href")
            if ".css" in url
        ]
        names = [Path(url).name for url in sheets]
        assert names.index("vars.css") < names.index("base.css") < names.index("layers.css"), path


def own_files() -> list[Path]:
    """Every file that could say how a layer looks, but the table of styles itself."""
    apart = {GEO / "ocop" / "styles.py"}
    endings = {".py", ".js", ".css", ".html"}
    entry = [path for folder in (GEO, GEO.parent / "templates") for path in folder.rglob("*")]
    return sorted(path for path in entry if path.suffix in endings and path not in apart)


@pytest.mark.parametrize("path", own_files(), ids=lambda path: path.relative_to(GEO.parent).as_posix())
def test_no_colour_and_no_shape_of_a_layer_stands_outside_the_table_of_styles(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    names = {style.color for style in STYLES.values()} | {style.ink for style in STYLES.values()} - {""}
    drawings = {shape.path.lower() for shape in SHAPES.values()} | {"clip-path: polygon"}
    assert [piece for piece in sorted(names | drawings) if piece in text] == []
