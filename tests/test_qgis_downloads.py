"""Downloads of the QGIS projects: from the page of all layers, by the commands, and what a live project's address may be."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from geo.atlas import Atlas
from geo.errors import BadQuery
from geo.settings import Settings
from geo.views.whole_province import KINDS
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.frozen import FixedSource
from tests.test_qgis_project import download


def test_they_are_downloaded_from_the_page_of_all_layers(built: Settings, real_atlas: Atlas) -> None:
    client = create_app(built, FixedSource(real_atlas), templates=ROOT / "templates").test_client()
    for lang in ("vi", "en"):
        page = client.get(f"/layers?lang={lang}").text
        for extension, kind in KINDS.items():
            assert f'/export/all.{extension}{"?lang=en" if lang == "en" else ""}"' in page
            with client.get(f"/export/all.{extension}?lang={lang}", headers={"Accept-Encoding": "br"}) as answer:
                assert answer.status_code == 200 and answer.content_type == kind.media_type
                assert answer.headers["Content-Disposition"] == f'attachment; filename="ocop-v1.{extension}"'
                assert "Content-Encoding" not in answer.headers
    assert client.get("/export/all.qgz").headers["X-Feature-Count"] == "0"
    assert client.get("/export/all.qgis.zip").headers["X-Feature-Count"] == str(sum(real_atlas.counts().values()))
    assert client.get("/export/all.qgz?crs=EPSG:9205").status_code == 400
    assert client.get("/export/all.qgis.zip?crs=EPSG:1").status_code == 400


def test_a_live_project_names_the_address_that_it_was_asked_at(built: Settings, real_atlas: Atlas) -> None:
    client = create_app(built, FixedSource(real_atlas), templates=ROOT / "templates").test_client()
    for host in ("one.example", "two.example"):
        with zipfile.ZipFile(io.BytesIO(client.get("/export/all.qgz", headers={"Host": host}).data)) as archive:
            assert f"url='http://{host}/'" in archive.read("ocop-v1.qgs").decode()


@pytest.mark.parametrize("url", ["", "ftp://ocop.example", "ocop.example"])
def test_a_live_project_needs_an_address(real_atlas: Atlas, url: str) -> None:
    with pytest.raises(BadQuery, match="address of the service"):
        download(real_atlas, "qgz", url=url)


def test_an_address_cannot_break_out_of_the_data_source(real_atlas: Atlas) -> None:
    document = download(real_atlas, "qgz", url="https://ocop.example/a' sql='DROP")
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        project = archive.read("ocop-v1.qgs").decode()
    assert "sql='DROP" not in project


def test_the_commands_write_them(run_app: Any, tmp_path: Path) -> None:
    folder, live = tmp_path / "dien-bien.qgis.zip", tmp_path / "live.qgz"
    assert run_app("export", "all", str(folder)).returncode == 0
    with zipfile.ZipFile(folder) as archive:
        assert set(archive.namelist()) == {
            f"dien-bien/{name}" for name in ("README.txt", "base-map.gpkg", "dien-bien.gpkg", "dien-bien.qgs")
        }
    process = run_app("export", "all", str(live))
    assert process.returncode == 1 and "https://" in process.stderr and not live.exists()
    assert run_app("export", "all", str(live), "--url", "https://ocop.example").returncode == 0
    with zipfile.ZipFile(live) as archive:
        assert "https://ocop.example/tiles/WebMercatorQuad/{z}/{y}/{x}" in archive.read("live.qgs").decode()
