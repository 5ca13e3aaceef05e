"""`app.py base` as an operator runs it: what it makes, what it refuses, and what is left when it is killed."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
from shapely import LineString, Point, box

from geo.atlas import open_atlases
from geo.basemap.ground import Ground, GroundSource, write_ground
from geo.basemap.operator.former_grounds import list_grounds, use_former, use_ground, use_shipped
from geo.basemap.operator.new_ground import OPENSTREETMAP, NewGround, Order, make_ground
from geo.errors import GeoError, NotFound, disk_full
from geo.settings import Settings
from geo.web.application import create_app
from tests.basemap.extracts import ExtractWriter, square
from tests.basemap.height_files import cone, write_hgt
from tests.conftest import ROOT
from tests.service import Service, env_of, own_office, quiet, running
from tests.small_disk import Disk, small_disk

CREDIT = "NASA SRTM"


@pytest.fixture
def own(built_office: Settings, tmp_path: Path) -> Settings:
    """The small province (103.0 to 103.4 E, 21.0 to 21.8 N) with a data folder of its own."""
    seed = shutil.copytree(built_office.seed_dir, tmp_path / "seed")
    return Settings(seed_dir=seed, data_dir=tmp_path / "var")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An extract and a tile of heights."""
    folder = tmp_path_factory.mktemp("files")
    return extract(folder / "tinh.osm.pbf"), write_hgt(folder, cone(103.2, 21.4))


def extract(path: Path, name: str = "Bản Phiêng", day: str = "2026-11-28", lng: float = 103.1) -> Path:
    """An extract with a road, a river, a lake and a village, and a village far away."""
    writer = ExtractWriter()
    writer.line([(lng, 21.4), (lng + 0.1, 21.45)], highway="primary", ref="QL6")
    writer.line([(lng, 21.3), (lng + 0.1, 21.35)], waterway="river", name="Nậm Rốm")
    writer.line(square(lng, 21.4, 0.02), natural="water", name="Hồ Pá Khoang")
    writer.point(lng + 0.1, 21.2, place="village", name=name)
    writer.point(103.3, 25.0, place="village", name="Xa")
    return writer.write(path, day)


def make(settings: Settings, *files: Path, credit: str = "", licence: str = "") -> NewGround:
    return make_ground(settings, Order(files, credit, licence), quiet)


def run(settings: Settings, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """The command as a process of its own."""
    command = [sys.executable, "app.py", "base", *map(str, arguments)]
    env = os.environ | env_of(settings)
    return subprocess.run(command, check=False, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


def current(settings: Settings) -> Ground:
    ground = GroundSource(settings.basemap_dir)()
    assert ground is not None
    return ground


def names(ground: Ground, layer: str) -> set[str]:
    return set(pyogrio.read_dataframe(ground.package, layer=layer)["name"].dropna())


def digest_of(ground: Ground) -> str:
    """A digest of every file that browsers are sent."""
    paths = sorted(path for path in ground.folder.rglob("*") if path.suffix in {".gz", ".png", ".json"})
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


# --- what is made --------------------------------------------------------------------------------------


def test_one_command_makes_the_ground_of_an_extract_and_of_heights(own: Settings, files: tuple[Path, Path]) -> None:
    outcome = run(own, *files, "--credit", CREDIT)
    assert outcome.returncode == 0, outcome.stderr
    ground = current(own)
    layers = {notes.key: notes for notes in ground.layers}
    assert {"hillshade", "water", "rivers", "roads", "places"} == set(layers)
    assert layers["roads"].origins == (OPENSTREETMAP,)
    assert [origin.attribution.en for origin in layers["hillshade"].origins] == [CREDIT]
    assert ground.as_of == "2026-11-28" and ground.maker == "tinh.osm.pbf, N21E103.hgt"
    assert (ground.manifest["hillshade"]["from"], ground.manifest["hillshade"]["to"]) == (8, 11)
    assert "1  Đường bộ / Roads" in outcome.stdout and ground.name in outcome.stdout
    assert "1  bỏ qua / left out: ngoài tỉnh quá 20 km" in outcome.stdout


def test_the_same_files_give_the_same_ground_byte_by_byte(
    own: Settings, files: tuple[Path, Path], tmp_path: Path
) -> None:
    other = Settings(seed_dir=own.seed_dir, data_dir=tmp_path / "other")
    grounds = [make(settings, *files, credit=CREDIT).ground for settings in (own, other)]
    assert grounds[0].name == grounds[1].name
    assert digest_of(grounds[0]) == digest_of(grounds[1])
    before = current(own).folder.stat().st_mtime_ns
    make(own, *files, credit=CREDIT)
    assert current(own).folder.stat().st_mtime_ns == before  # it is not written again


def write_shipped(settings: Settings) -> None:
    """A shipped base map of one place, one great river and one neighbour."""
    for layer, kind, name, shape in (
        ("places", "commune_seat", "Mường Ảng", Point(103.2, 21.5)),
        ("rivers", "great_river", "Nậm Rốm", LineString([(103.0, 21.0), (103.4, 21.1)])),
        ("neighbours", "province", "Sơn La", box(103.4, 21.0, 104.0, 22.0)),
    ):
        folder = settings.seed_dir / "base" / layer
        folder.mkdir(parents=True)
        frame = gpd.GeoDataFrame({"kind": [kind], "name": [name]}, geometry=[shape], crs=4326)
        pyogrio.write_dataframe(frame, folder / f"{layer}.shp", encoding="UTF-8")
        (folder / f"{layer}.json").write_text(
            '{"as_of": "2026-01-01", "origins": [{"name": "N", "address": "", "licence": "CC0",'
            ' "attribution": {"vi": "Nguồn", "en": "Source"}}]}',
            encoding="utf-8",
        )


def test_what_only_the_shipped_ground_knows_stays(own: Settings, tmp_path: Path) -> None:
    write_shipped(own)
    writer = ExtractWriter()
    writer.point(103.201, 21.501, place="town", name="Mường Ảng")  # the same place
    writer.point(103.30, 21.30, place="village", name="Mường Ảng")  # another one, 20 km away
    writer.line([(103.0, 21.0), (103.1, 21.1)], waterway="river", name="Nậm Rốm")
    writer.line([(103.0, 21.0), (103.1, 21.1)], waterway="river", name="Nậm Núa")
    ground = make(own, writer.write(tmp_path / "a.osm.pbf")).ground
    places = pyogrio.read_dataframe(ground.package, layer="places")
    assert sorted(places["kind"]) == ["commune_seat", "village"]
    rivers = pyogrio.read_dataframe(ground.package, layer="rivers")
    assert dict(zip(rivers["name"], rivers["kind"], strict=True)) == {"Nậm Rốm": "great_river", "Nậm Núa": "river"}
    layers = {notes.key: [origin.name for origin in notes.origins] for notes in ground.layers}
    assert layers == {"neighbours": ["N"], "rivers": ["OpenStreetMap"], "places": ["N", "OpenStreetMap"]}


def write_roads(path: Path, **columns: str) -> Path:
    cells = {name: [value] for name, value in columns.items()}
    frame = gpd.GeoDataFrame(cells, geometry=[LineString([(103.1, 21.1), (103.2, 21.2)])], crs=4326)
    pyogrio.write_dataframe(frame, path, driver="GeoJSON")
    return path


def test_a_file_with_a_column_of_classes_is_credited_to_whom_the_operator_names(own: Settings, tmp_path: Path) -> None:
    path = write_roads(tmp_path / "duong.geojson", cap="Quốc lộ", ten="Quốc lộ 279")
    (roads,) = make(own, path, credit="Sở Xây dựng", licence="CC BY 4.0").ground.layers
    (origin,) = roads.origins
    assert (roads.key, origin.attribution.vi, origin.licence) == ("roads", "Sở Xây dựng", "CC BY 4.0")


# --- ways back -----------------------------------------------------------------------------------------


def test_one_goes_back_step_by_step_by_name_and_to_the_shipped_one(own: Settings, tmp_path: Path) -> None:
    write_shipped(own)
    first, second, third = (
        make(own, extract(tmp_path / f"{name}.osm.pbf", name)).ground.name for name in ("Một", "Hai", "Ba")
    )
    assert [ground.name for ground in list_grounds(own)[0]] == [third, second, first]
    assert [use_former(own).name, use_former(own).name] == [second, first]
    assert current(own).name == first and names(current(own), "places") == {"Mường Ảng", "Một"}
    with pytest.raises(NotFound, match="There is no former base map"):
        use_former(own)
    assert use_ground(own, third).name == current(own).name == list_grounds(own)[1] == third
    with pytest.raises(NotFound, match=f"Expected one of: {third}, {second}, {first}"):
        use_ground(own, "ground-000000000000")
    use_ground(own, first)
    fourth = make(own, extract(tmp_path / "Bon.osm.pbf", "Bốn")).ground.name
    assert [ground.name for ground in list_grounds(own)[0]] == [fourth, first, third, second]
    assert use_former(own).name == first  # what was shown before the fourth, not what was made before it
    assert use_shipped(own).name == current(own).name
    assert names(current(own), "places") == {"Mường Ảng"} and current(own).maker == "shipped"


def test_the_command_lists_grounds_and_goes_back(own: Settings, tmp_path: Path) -> None:
    assert "no base map yet" in run(own, "--list").stderr
    first, second = (make(own, extract(tmp_path / f"{name}.osm.pbf", name)).ground.name for name in ("Một", "Hai"))
    assert run(own, "--former").stdout.startswith(first) and current(own).name == first
    listed = run(own, "--list").stdout
    assert re.findall(r"^ground-\w+", listed, re.MULTILINE) == [second, first]
    assert f"{first}  (hiện hành / current)" in listed
    assert run(own, "--use", second).stdout.startswith(second) and current(own).name == second
    refusal = run(own, "--shipped")
    assert refusal.returncode == 1
    assert "There is no base map in" in refusal.stderr and "Không có bản đồ nền trong" in refusal.stderr


def test_the_ground_before_a_damaged_one_and_before_the_same_one_again_stays(own: Settings, tmp_path: Path) -> None:
    first, second = (make(own, extract(tmp_path / f"{name}.osm.pbf", name)).ground for name in ("Một", "Hai"))
    make(own, tmp_path / "Hai.osm.pbf")
    assert [ground.name for ground in list_grounds(own)[0]] == [second.name, first.name]
    (second.folder / "manifest.json").unlink()
    assert use_former(own).name == current(own).name == first.name


def test_without_a_former_ground_there_is_no_way_back(own: Settings, files: tuple[Path, Path]) -> None:
    make(own, files[0])
    with pytest.raises(NotFound, match="There is no former base map"):
        use_former(own)


# --- refusals ------------------------------------------------------------------------------------------


def test_a_refused_file_leaves_the_ground_and_says_what_to_do_in_both_languages(own: Settings, tmp_path: Path) -> None:
    before = make(own, extract(tmp_path / "a.osm.pbf")).ground.name
    wrong = tmp_path / "ghi-chu.txt"
    wrong.write_text("không phải dữ liệu", encoding="utf-8")
    for path, credit, en, vi in (
        (wrong, CREDIT, "OpenStreetMap extracts (.osm.pbf) and heights", "tệp trích OpenStreetMap (.osm.pbf)"),
        (extract(tmp_path / "lao.osm.pbf", lng=100.0), "", "lies in the province or within 20 km", "trong vòng 20 km"),
        (write_hgt(tmp_path, cone(90.5, 21.5), west=90), CREDIT, "lies in the province or within", "trong vòng 20 km"),
        (write_roads(tmp_path / "b.geojson", ma="x1"), CREDIT, "--class-column NAME", "--class-column TÊN"),
        (write_roads(tmp_path / "c.geojson", cap="Quốc lộ"), "", "The source of c.geojson is unknown", "Chưa rõ nguồn"),
    ):
        with pytest.raises(GeoError, match=re.escape(en)) as caught:
            make(own, path, credit=credit)
        assert vi in caught.value.vi
    assert current(own).name == before
    assert list(own.basemap_dir.glob("*.part")) == []


def test_a_refusal_is_printed_in_both_languages(own: Settings, tmp_path: Path) -> None:
    outcome = run(own, extract(tmp_path / "lao.osm.pbf", lng=100.0))
    assert outcome.returncode == 1 and "Traceback" not in outcome.stderr
    assert "Nothing of lao.osm.pbf lies in the province" in outcome.stderr
    assert "lao.osm.pbf không có đối tượng nào nằm trong tỉnh" in outcome.stderr


def test_files_and_a_way_back_at_once_or_nothing_at_all_are_a_usage_error(
    own: Settings, files: tuple[Path, Path]
) -> None:
    for arguments in ((), (files[0], "--list")):
        outcome = run(own, *arguments)
        assert outcome.returncode == 2 and "Name the files of the base map" in outcome.stderr


@pytest.mark.parametrize(("module", "package"), [("osmium", "pyosmium"), ("PIL.Image", "Pillow")])
def test_without_the_optional_package_the_command_says_how_to_install_it(
    module: str, package: str, own: Settings, files: tuple[Path, Path]
) -> None:
    arguments = ["app.py", "base", str(files[module != "osmium"]), "--credit", CREDIT]
    program = f"import sys; sys.modules[{module!r}] = None; sys.argv = {arguments!r}; import app; app.cli()"
    env = os.environ | env_of(own)
    outcome = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
    )
    assert outcome.returncode == 1
    install = "python -m pip install --require-hashes --no-deps -r requirements-base.lock"
    assert f"needs the package {package}. Install it: {install}" in outcome.stderr
    assert f"cần có gói {package}. Hãy cài bằng lệnh: {install}" in outcome.stderr


# --- two at once, killed, without room -------------------------------------------------------------------


@pytest.fixture
def stuck(own: Settings, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A run that waits for the bytes of its file, which is a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "pipe.osm.pbf")
    command = [sys.executable, "app.py", "base", str(tmp_path / "pipe.osm.pbf")]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | env_of(own))
    try:
        end = time.monotonic() + 60
        while not list(own.basemap_dir.glob("work-*.part")):
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_second_run_is_refused_and_a_killed_one_leaves_the_former_ground(
    own: Settings, files: tuple[Path, Path], stuck: "subprocess.Popen[bytes]"
) -> None:
    folder = own.basemap_dir
    place = gpd.GeoDataFrame({"kind": ["seat"], "name": ["A"]}, geometry=[Point(103, 21)], crs=4326)
    name = write_ground(folder, {"places": place}, {"places": (OPENSTREETMAP,)}, maker="test")
    GroundSource(folder).publish(name)
    for change in (lambda: make(own, files[0]), lambda: use_former(own), lambda: use_shipped(own)):
        with pytest.raises(GeoError, match=r"Another `app\.py base` is at work") as caught:
            change()
        assert "khác đang chạy" in caught.value.vi
    stuck.send_signal(signal.SIGKILL)
    stuck.wait()
    assert current(own).name == name
    assert list(folder.glob("*.part"))
    made = make(own, files[0]).ground
    assert list(folder.glob("*.part")) == []
    assert current(own).name == made.name != name


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of 3 MB."""
    with small_disk(tmp_path / "disk", 3) as mounted:
        yield mounted


def test_on_a_full_disk_the_former_ground_stays_and_the_command_says_so(
    own: Settings, files: tuple[Path, Path], tmp_path: Path, disk: Disk
) -> None:
    small = Settings(seed_dir=own.seed_dir, data_dir=disk.folder / "var")
    before = make(small, files[0]).ground
    other = extract(tmp_path / "khac.osm.pbf", "Bản Khác")
    for free in range(0, 240_000, 40_000):
        disk.fill(free)
        with pytest.raises((OSError, RuntimeError)) as caught:
            make(small, other)
        assert disk_full(caught.value) is not None, free
        assert current(small).name == before.name and names(before, "places") == {"Bản Phiêng"}
        assert [path.name for path in small.basemap_dir.glob("*.part")] == []
    outcome = run(small, other)
    assert outcome.returncode == 1 and "Traceback" not in outcome.stderr
    assert "đã đầy" in outcome.stderr and "is full" in outcome.stderr


# --- while the service runs --------------------------------------------------------------------------------


def page_of(service: Service, lang: str) -> str:
    """The map page as a browser gets it."""
    return service.get(f"/?lang={lang}", accept="text/html").text


def view_of(service: Service) -> Any:
    """The base map as the map page hands it to the browser; None where there is none."""
    view = re.search(r'<script type="application/json" id="view">(.*?)</script>', page_of(service, "en"), re.DOTALL)
    assert view is not None
    return json.loads(view[1]).get("terrain")


def test_a_running_service_shows_the_new_ground_with_the_next_request(
    built_office: Settings, files: tuple[Path, Path], tmp_path: Path
) -> None:
    own = own_office(built_office, tmp_path)
    with running(own, tmp_path / "log") as service:
        assert view_of(service) is None
        first = run(own, files[0])
        assert first.returncode == 0, first.stderr
        before = view_of(service)
        assert before["hillshade"] is None
        assert "© OpenStreetMap contributors" in page_of(service, "en")
        assert "© những người đóng góp OpenStreetMap" in page_of(service, "vi")
        assert run(own, *files, "--credit", CREDIT).returncode == 0
        after = view_of(service)
        assert after["urls"] != before["urls"] and after["hillshade"]["to"] == 11
        assert CREDIT in service.get("/about?lang=en", accept="text/html").text
        for view in (before, after):  # who loaded the page before goes on reading the former ground
            band = view["bands"][0]
            answer = service.get(view["urls"]["file"].format(band=band["zoom"], name=band["files"][0][0]))
            assert answer.status == 200 and b"QL6" in answer.body
        west, north = (int(share * 2**11) for share in after["hillshade"]["box"][:2])
        tile = service.get(after["urls"]["hillshade"].format(z=11, x=west, y=north))
        assert tile.status == 200 and tile.body.startswith(b"\x89PNG") and "immutable" in tile.headers["Cache-Control"]


def test_nothing_of_the_base_map_enters_the_store_or_the_api(
    built_office: Settings, files: tuple[Path, Path], tmp_path: Path
) -> None:
    own = own_office(built_office, tmp_path)
    before = hashlib.sha256((own.data_dir / "store.gpkg").read_bytes()).hexdigest()
    make(own, files[0])
    assert hashlib.sha256((own.data_dir / "store.gpkg").read_bytes()).hexdigest() == before
    source = open_atlases(own)
    site = create_app(own, source, templates=ROOT / "templates").test_client()
    assert "roads" not in {one["id"] for one in site.get("/collections?f=json").json["collections"]}
    assert all(hit["near"] for hit in site.get("/search.json?q=phieng").json["hits"])  # "Chiềng", no "Phiêng"
    source.close()
