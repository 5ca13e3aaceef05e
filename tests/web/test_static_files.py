"""Our own files and their bundles: where they are served, how long they keep, and where colours and shapes stand."""

import re
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient

from geo.ocop.layers import THEMATIC
from geo.ocop.styles import SHAPES, STYLES
from geo.views.map.assets import module_text, script_text, static_dir, vendor_dir
from geo.views.map.bundles import words_in
from geo.web.words.site import words_of
from tests.web.conftest import BROWSER, read

GEO = static_dir().parent
BUNDLES = "/static/bundles"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/static/css/vars.css", "text/css"),
        ("/static/img/icons.svg", "image/svg+xml"),
        ("/static/js/pages/map.js", "text/javascript"),
        (f"{BUNDLES}/site.css", "text/css"),
        (f"{BUNDLES}/map.css", "text/css"),
        (f"{BUNDLES}/libraries.js", "text/javascript"),
        (f"{BUNDLES}/map.js", "text/javascript"),
        (f"{BUNDLES}/embed.js", "text/javascript"),
        (f"{BUNDLES}/preview.js", "text/javascript"),
    ],
)
def test_a_file_is_served_as_what_it_is(client: FlaskClient, path: str, kind: str) -> None:
    with client.get(path) as answer:
        assert (answer.status_code, answer.mimetype) == (200, kind)


def test_a_page_names_its_files_by_their_content_so_that_they_keep_for_ever(client: FlaskClient) -> None:
    addresses = {
        url
        for path in ("/", "/embed", "/layers")
        for url in read(client.get(path, headers=BROWSER).text).values("href", "src")
        if "/static/" in url and "#" not in url
    }
    assert {address.partition("?")[0] for address in addresses} >= {
        f"{BUNDLES}/{name}" for name in ("site.css", "map.css", "libraries.js", "map.js", "embed.js")
    }
    for address in addresses:
        with client.get(address) as named, client.get(address.partition("?")[0]) as bare:
            assert named.headers["Cache-Control"] == "public, max-age=31536000, immutable", address
            assert "immutable" not in bare.headers["Cache-Control"]
    with client.get(f"{BUNDLES}/map.js?v=older") as older:
        assert "immutable" not in older.headers["Cache-Control"]


def test_the_map_asks_for_few_files(client: FlaskClient) -> None:
    """Two scripts, a style sheet, the icon, and the first data; each is named in the head, to be asked for at once."""
    page = read(client.get("/", headers=BROWSER).text)
    files = {url.partition("?")[0] for url in page.values("href", "src") if "/static/" in url and "#" not in url}
    assert files == {f"{BUNDLES}/{name}" for name in ("map.css", "libraries.js", "map.js")} | {
        "/static/img/favicon.svg"
    }
    preloads = {element.attrs["href"] for element in page.all("link", rel="preload", **{"as": "fetch"})}
    assert preloads == {"/base/communes.topojson?v=7", f"/map.json?layers={','.join(THEMATIC)}"}
    with_record = read(client.get("/?at=products/R1&lang=en", headers=BROWSER).text)
    addresses = {element.attrs["href"] for element in with_record.all("link", rel="preload", **{"as": "fetch"})}
    assert "/products/R1.json?lang=en" in addresses


def test_a_bundle_has_the_libraries_whole_and_our_modules_without_their_comments(client: FlaskClient) -> None:
    libraries, modules = (client.get(f"{BUNDLES}/{name}.js").text for name in ("libraries", "map"))
    assert script_text(vendor_dir("leaflet") / "leaflet.js") in libraries
    assert '$modules["pages/map.js"]' in modules and '$modules["core/state.js"]' in modules
    assert "/**" not in modules
    assert len(modules) < 0.8 * sum(path.stat().st_size for path in (static_dir() / "js").rglob("*.js"))


def test_the_map_carries_the_words_that_its_scripts_show_and_no_others() -> None:
    words, bundle = words_in("map.js", words_of("en")), module_text("pages/map.js")
    uses = [
        path.read_text(encoding="utf-8")
        for room in ("map", "ui")
        for path in (static_dir() / "js" / room).rglob("*.js")
        if f"{room}/{path.name}" in bundle
    ]
    keys = {
        key
        for text in uses
        for key in re.findall(r"""words\[["']([\w.]+)["']\]|words\.(\w+)""", text)
        for key in key
        if key
    }
    assert keys & words_of("en").keys() <= words.keys()
    assert "base.communes" in words and "about.data" not in words


def test_programs_that_look_for_an_icon_at_the_root_get_one(client: FlaskClient) -> None:
    with client.get("/favicon.ico") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/vnd.microsoft.icon")
        assert answer.data[:4] == b"\x00\x00\x01\x00"  # the signature of ICO


@pytest.mark.parametrize("coding", ["identity", "br", "gzip"])
def test_a_file_is_not_sent_again_to_a_caller_that_holds_it(client: FlaskClient, coding: str) -> None:
    path, request_headers = f"{BUNDLES}/libraries.js", {"Accept-Encoding": coding}
    with client.get(path, headers=request_headers) as first:
        tag = first.headers["ETag"]
        assert first.headers.get("Content-Encoding", "identity") == coding
    with client.get(path, headers={**request_headers, "If-None-Match": tag}) as again:
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", [f"{BUNDLES}/map.js", "/map.json", "/base/communes.json"])
def test_what_every_visitor_loads_first_is_packed_most_densely(client: FlaskClient, path: str) -> None:
    plain = client.get(path, headers={"Accept-Encoding": "identity"}).data
    packed = client.get(path, headers={"Accept-Encoding": "br"})
    assert packed.headers["Content-Encoding"] == "br" and brotli.decompress(packed.data) == plain
    assert len(packed.data) == len(brotli.compress(plain, quality=11))


@pytest.mark.parametrize(
    "path",
    [
        "/static/../api.py",
        "/static/%2e%2e/api.py",
        f"{BUNDLES}/../../api.py",
        f"{BUNDLES}/pages/map.js",
        f"{BUNDLES}/none.css",
        "/static/",
        "/static/js",
    ],
)
def test_nothing_outside_the_folders_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path, follow_redirects=True).status_code == 404


@pytest.mark.parametrize("path", ["/", "/embed", "/layers", "/sites", "/quality", "/nowhere"])
def test_every_page_has_the_colours_and_shapes_of_the_layers(client: FlaskClient, path: str) -> None:
    """They stand after the rules of base.css that they refine."""
    page = read(client.get(path, headers=BROWSER).text)
    sheets = [client.get(url).text for url in page.values("href") if url.startswith(f"{BUNDLES}/site.css")]
    [text] = sheets or [element.text for element in page.all("style")]
    colours = dict(re.findall(r"--layer-(\w+): (#[0-9a-f]{6});", text))
    assert colours == {layer: style.color for layer, style in STYLES.items()}
    for layer, style in STYLES.items():
        assert style.shape not in SHAPES or f".symbol--{layer} {{ background: var(--layer-{layer})" in text
    assert text.index("--radius") < text.index(".visually-hidden") < text.index(".symbol--products")


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
