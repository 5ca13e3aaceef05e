"""What the process that reads a file is not given: a network, secrets, more memory than the service itself has."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from geo.drafts import Jobs
from geo.drafts import jobs as jobs_module
from geo.drafts.child_environment import OFFLINE, child_environment
from geo.errors import BadSource, GeoError
from geo.ingest.decisions import Answers
from geo.ingest.files.limits import Limits
from geo.ingest.files.opening import look
from geo.settings import Settings
from tests.conftest import ROOT
from tests.ingest import samples
from tests.web.conftest import TOKEN


class Listener:
    """A port on this machine, and how many connections it has seen."""

    def __init__(self) -> None:
        self.count = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/x"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._socket.accept()
                self.count += 1
                line.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                line.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    opened = Listener()
    yield opened
    opened.close()


# --- files that name an address ------------------------------------------------------------------------

POINT = '{"type":"Feature","properties":{"ten":"A"},"geometry":{"type":"Point","coordinates":[103.1,21.4]%s}}'


def _text(name: str, content: str) -> Callable[[Path, str], Path]:
    def write(folder: Path, address: str) -> Path:
        path = folder / name
        path.write_text(content.replace("ADDRESS", address), encoding="utf-8")
        return path

    return write


def _collection(crs: str) -> Callable[[Path, str], Path]:
    return _text("xa.geojson", f'{{"type":"FeatureCollection",{crs},"features":[{POINT % ""}]}}')


def _gpkg(folder: Path, address: str) -> Path:
    """A GeoPackage with a view and an attribute table that name files of the network as GDAL does."""
    path = samples.SAMPLES["gpkg"](folder)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE VIEW afar AS SELECT '/vsicurl/{address}' AS location, * FROM xa")
        database.execute("INSERT INTO gpkg_contents (table_name, data_type) VALUES ('afar', 'attributes')")
    return path


def _xlsx(folder: Path, address: str) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Tên chủ thể", "Loại hình", "Số hộ"])
    sheet.append([f'=HYPERLINK("{address}")', f'=WEBSERVICE("{address}")', f"='[{address}.xlsx]Sheet1'!A1"])
    sheet["A2"].hyperlink = address
    book.save(folder / "plain.xlsx")
    path = folder / "xa.xlsx"
    with zipfile.ZipFile(folder / "plain.xlsx") as plain, zipfile.ZipFile(path, "w") as out:
        for name in plain.namelist():
            out.writestr(name, plain.read(name))
        out.writestr(
            "xl/externalLinks/_rels/externalLink1.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
            ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"'
            f' Target="{address}.xlsx" TargetMode="External"/></Relationships>',
        )
    return path


def _sidecar(folder: Path, address: str) -> Path:
    """A Shapefile whose .prj is an address, with the files beside it that GDAL and others write."""
    path = samples.loose(folder)
    path.with_suffix(".prj").write_text(address)
    path.with_suffix(".cpg").write_text(address)
    Path(f"{path}.aux.xml").write_text(f"<PAMDataset><SRS>{address}</SRS></PAMDataset>")
    Path(f"{path}.xml").write_text(f"<metadata><link>{address}</link></metadata>")
    return samples.zipped(folder / "x.zip", *[one for one in folder.iterdir() if one.name.startswith("xa.")])


def _tab(folder: Path, address: str) -> Path:
    path = folder / "x.tab"
    path.write_text(
        f'!table\n!version 300\nDefinition Table\n  File "/vsicurl/{address}"\n  Type LINKED Charset "Neutral"\n'
    )
    return path


FILES: dict[str, Callable[[Path, str], Path]] = {
    "GeoJSON crs link": _collection('"crs":{"type":"link","properties":{"href":"ADDRESS","type":"proj4"}}'),
    "GeoJSON crs url": _collection('"crs":{"type":"url","properties":{"url":"ADDRESS"}}'),
    "GeoJSON crs URL, properties first": _collection('"CRS":{"properties":{"URL":"ADDRESS"},"type":"URL"}'),
    "GeoJSON crs with escapes": _collection(r'"\u0063rs":{"\u0074ype":"lin\u006b","properties":{"href":"ADDRESS"}}'),
    "GeoJSON crs name": _collection('"crs":{"type":"name","properties":{"name":"ADDRESS"}}'),
    "GeoJSON crs of a geometry": _text("xa.geojson", '{"type":"FeatureCollection","features":[' + POINT % ',"crs":{"type":"link","properties":{"href":"ADDRESS"}}' + "]}"),
    "GeoJSON crs after the features": _text("xa.geojson", '{"type":"FeatureCollection","features":[' + POINT % "" + '],"crs":{"type":"url","properties":{"url":"ADDRESS"}}}'),
    "GeoJSON text sequence": _text("xa.geojsonl", POINT % ',"crs":{"type":"link","properties":{"href":"ADDRESS"}}' + "\n" + POINT % ""),
    "KML": _text("xa.kml", '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="ADDRESS ADDRESS"><Document><NetworkLink><Link><href>ADDRESS</href></Link></NetworkLink><Schema id="s"><SimpleField name="ten" type="string"/></Schema><Style id="a"><IconStyle><Icon><href>ADDRESS</href></Icon></IconStyle></Style><Placemark><styleUrl>ADDRESS#a</styleUrl><name>A</name><ExtendedData><SchemaData schemaUrl="ADDRESS#s"><SimpleData name="ten">A</SimpleData></SchemaData></ExtendedData><Point><coordinates>103.1,21.4</coordinates></Point></Placemark><GroundOverlay><Icon><href>ADDRESS</href></Icon></GroundOverlay></Document></kml>'),
    "GPX": _text("xa.gpx", '<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="ADDRESS ADDRESS"><wpt lat="21.4" lon="103.1"><name>A</name><link href="ADDRESS"><text>A</text></link></wpt></gpx>'),
    "GML": _text("xa.gml", '<?xml version="1.0"?><ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xlink="http://www.w3.org/1999/xlink" xsi:schemaLocation="ADDRESS ADDRESS"><gml:featureMember><ogr:a><ogr:g xlink:href="ADDRESS"/></ogr:a></gml:featureMember></ogr:FeatureCollection>'),
    "VRT": _text("xa.vrt", '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/ADDRESS</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'),
    "VRT called .kml": _text("xa.kml", '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/ADDRESS</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'),
    "WFS": _text("xa.xml", "<OGRWFSDataSource><URL>ADDRESS</URL></OGRWFSDataSource>"),
    "GDALG": _text("xa.geojson", '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read /vsicurl/ADDRESS ! write x"}'),
    "ESRI service": _text("xa.geojson", '{"esriGeometryType":"esriGeometryPoint","features":[],"exceededTransferLimit":true,"url":"ADDRESS"}'),
    "GeoPackage view": _gpkg, "workbook": _xlsx, "Shapefile sidecars": _sidecar, "MapInfo table": _tab,
    "CSV": _text("xa.csv", 'Tên chủ thể,Loại hình,crs\n"=WEBSERVICE(""ADDRESS"")",HTX,/vsicurl/ADDRESS\n'),
}  # fmt: skip


ALIKE = [kind for kind in FILES if kind.startswith("GeoJSON crs ") and kind != "GeoJSON crs link"]
"""Files that are refused for the same reason: one of them goes through the process that reads, all through its code."""


@pytest.mark.parametrize("kind", [kind for kind in FILES if kind not in ALIKE])
def test_nothing_that_a_file_names_is_fetched(real_jobs: Jobs, tmp_path: Path, listener: Listener, kind: str) -> None:
    folder = tmp_path / "file"
    folder.mkdir()
    path = FILES[kind](folder, listener.address)
    draft = real_jobs.drafts.create("sites", {path.name: path}, who="Chi cục", answers=Answers())
    with suppress(GeoError):
        real_jobs.read(draft)
    assert listener.count == 0
    with socket.create_connection(("127.0.0.1", listener.port)):
        pass  # it does listen


@pytest.mark.parametrize("kind", [kind for kind in FILES if kind.startswith("GeoJSON")])
def test_a_coordinate_system_that_is_an_address_is_refused(tmp_path: Path, listener: Listener, kind: str) -> None:
    path = FILES[kind](tmp_path, listener.address)
    with pytest.raises(BadSource) as caught:
        look([path], tmp_path / "work", Limits())
    assert "which is not fetched" in caught.value.en and "không tải" in caught.value.vi
    assert listener.count == 0


def test_a_crs_that_is_no_address_is_read_as_before(real_jobs: Jobs, tmp_path: Path) -> None:
    crs = (
        '"crs":{"type":"name","properties":{"name":"http://www.opengis.net/def/crs/EPSG/0/4326"}},"link":{"type":"url"}'
    )
    path = _collection(crs)(tmp_path, "")
    draft = real_jobs.drafts.create("sites", {path.name: path}, who="Chi cục", answers=Answers())
    assert real_jobs.read(draft).state == "ready"


FETCH = """
import sys
import pyogrio, fiona
from geo.drafts.socket_filter import close_network
if sys.argv[2] == "filter":
    assert close_network()
for read in (pyogrio.read_info, lambda path: fiona.open(path).close()):
    for path in (sys.argv[1], "/vsicurl/" + sys.argv[3]):
        try:
            read(path)
        except Exception:
            pass
"""


@pytest.mark.parametrize(("how", "reaches"), [("nothing", True), ("filter", False), ("options", False)])
def test_the_filter_and_the_options_each_keep_gdal_from_the_network(
    tmp_path: Path, listener: Listener, how: str, reaches: bool
) -> None:
    """Without either, GDAL does fetch what the file names: the refusal of such files is not the only defence."""
    path = FILES["GeoJSON crs url"](tmp_path, listener.address)
    env = child_environment(tmp_path) if how == "options" else {n: v for n, v in os.environ.items() if n not in OFFLINE}
    command = [sys.executable, "-c", FETCH, str(path), how, listener.address]
    subprocess.run(command, check=True, cwd=ROOT, env=env, timeout=60, capture_output=True)
    assert (listener.count > 0) == reaches


# --- secrets -------------------------------------------------------------------------------------------

TELL = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
order = sys.stdin.read()
print(json.dumps({"outcome": {"order": order, "environment": dict(os.environ)}}))
"""


def test_the_child_is_handed_no_secret(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "_CODE", TELL)
    for name in ("GEO_MANAGE_TOKEN", "DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "https_proxy", "GDAL_HTTP_USERPWD"):
        monkeypatch.setenv(name, TOKEN)
    settings = replace(office, manage_token=TOKEN)
    outcome = Jobs(settings)._work_in_child({"task": "read", "settings": settings.to_json()}, lambda _: None)
    assert TOKEN not in json.dumps(outcome)
    assert Settings.from_json(json.loads(outcome["order"])["settings"]) == office
    assert outcome["environment"]["PROJ_NETWORK"] == "OFF"
    assert TOKEN not in repr(settings)


# --- memory --------------------------------------------------------------------------------------------

LIMITED = """
import json, resource, sys
sys.path.insert(0, sys.argv[1])
from geo.drafts import Jobs
from geo.errors import GeoError
from geo.settings import Settings
settings = Settings.from_json(json.load(sys.stdin))
limits = json.loads(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, [resource.RLIM_INFINITY if one < 0 else one for one in limits])
jobs = Jobs(settings)
try:
    print(jobs.read(jobs.drafts.get(sys.argv[3])).state)
except GeoError as error:
    print(type(error).__name__, error.en)
"""
GIGABYTE = 1024**3


def _without_root(*command: str) -> list[str]:
    """The command without the right to raise its limits again, also when root runs the tests."""
    capability = "--bounding-set=-sys_resource", "--inh-caps=-sys_resource"
    return ["setpriv", *capability, *command] if os.getuid() == 0 else list(command)


@pytest.mark.parametrize(
    "limits", [(3 * GIGABYTE, 3 * GIGABYTE), (3 * GIGABYTE, -1), (-1, -1)], ids=["hard limit", "soft limit", "none"]
)
def test_an_import_works_under_a_lower_limit_of_the_service(
    office: Settings, tmp_path: Path, limits: tuple[int, int]
) -> None:
    assert office.import_memory_mb * 1024**2 > 3 * GIGABYTE
    path = tmp_path / "ds.csv"
    path.write_text("Tên chủ thể,Loại hình\nHTX Một,HTX\n", encoding="utf-8")
    draft = Jobs(office).drafts.create("producers", {path.name: path}, who="Chi cục", answers=Answers())
    done = subprocess.run(
        _without_root(sys.executable, "-c", LIMITED, str(ROOT), json.dumps(limits), draft.id), check=False, cwd=ROOT,
        text=True, input=json.dumps(office.to_json()), capture_output=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.strip() == "ready", done.stdout + done.stderr


NARROW = """
import json, resource, sys
sys.path.insert(0, sys.argv[1])
from geo.drafts.child import limit_memory
soft, hard, size = map(int, sys.argv[2:])
resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
print(limit_memory(size), *resource.getrlimit(resource.RLIMIT_AS))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "size", "limit"),
    [(5, 6, 4, 4), (5, 6, 8, 5), (6, 6, 8, 6), (5, -1, 8, 5), (-1, -1, 8, 8)],
)
def test_the_lowest_limit_holds(soft: int, hard: int, size: int, limit: int) -> None:
    values = [str(value if value < 0 else value * GIGABYTE) for value in (soft, hard, size)]
    command = _without_root(sys.executable, "-c", NARROW, str(ROOT), *values)
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert set(re.findall(r"\d+", done.stdout)) == {str(limit * GIGABYTE)}
