"""Our own files and the libraries: where they are served, how long they keep, and that their colours agree."""

import re

import pytest
from flask.testing import FlaskClient

from geo.ocop.styles import STYLES
from geo.views.map.assets import static_dir
from tests.web.conftest import read


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/static/css/vars.css", "text/css"),
        ("/static/img/icons.svg", "image/svg+xml"),
        ("/static/js/pages/map.js", "text/javascript"),
        ("/vendor/leaflet/leaflet.js", "text/javascript"),
        ("/vendor/leaflet/leaflet.css", "text/css"),
        ("/vendor/leaflet/images/layers.png", "image/png"),
        ("/vendor/markercluster/leaflet.markercluster.js", "text/javascript"),
        ("/vendor/markercluster/MarkerCluster.css", "text/css"),
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


@pytest.mark.parametrize("coding", ["identity", "br"])
def test_a_file_is_not_sent_again_to_a_caller_that_holds_it(client: FlaskClient, coding: str) -> None:
    path, asked = "/vendor/leaflet/leaflet.js", {"Accept-Encoding": coding}
    with client.get(path, headers=asked) as first:
        tag = first.headers["ETag"]
    with client.get(path, headers={**asked, "If-None-Match": tag}) as again:
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/static/../api.py", "/static/%2e%2e/api.py", "/vendor/leaflet/../../../x", "/static/", "/static/js"]
)
def test_nothing_outside_the_folders_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path, follow_redirects=True).status_code == 404


def test_the_style_sheet_repeats_the_colours_of_the_map() -> None:
    written = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", (static_dir() / "css" / "vars.css").read_text("utf-8")))
    for layer in ("products", "producers", "zones", "villages", "sites"):
        assert written[layer] == STYLES[layer].color
