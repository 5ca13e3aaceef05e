"""The atlas, a cache of the store, when it is truncated, emptied, damaged or deleted, at start and while it is served."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from geo.atlas import VersionInfo, open_atlases
from geo.errors import Unprepared
from geo.settings import Settings
from geo.store import open_store
from tests.service import Response, Service, build, own_office, publish_name, running

NAME = "Đồi A1 mới"


def atlas_of(settings: Settings) -> Path:
    """The file of the current atlas."""
    pointer = settings.data_dir / "atlas" / "CURRENT"
    return pointer.with_name(pointer.read_text(encoding="utf-8"))


def truncate(settings: Settings) -> None:
    os.truncate(atlas_of(settings), atlas_of(settings).stat().st_size // 3)


def empty(settings: Settings) -> None:
    os.truncate(atlas_of(settings), 0)


def flip_a_bit(settings: Settings) -> None:
    """Damage of a kind that SQLite does not notice: the text of a record."""
    path = atlas_of(settings)
    data = path.read_bytes()
    at = data.index(NAME.encode())
    with path.open("rb+") as file:
        file.seek(at)
        file.write(bytes([data[at + 2] ^ 1]))


def append(settings: Settings) -> None:
    with atlas_of(settings).open("ab") as file:
        file.write(b"\0")


def overwrite_head(settings: Settings) -> None:
    with atlas_of(settings).open("rb+") as file:
        file.write(b"no database" * 100)


def delete(settings: Settings) -> None:
    atlas_of(settings).unlink()


def replace_by_a_text(settings: Settings) -> None:
    part = settings.data_dir / "part"
    part.write_text("text")
    part.replace(atlas_of(settings))


def empty_pointer(settings: Settings) -> None:
    os.truncate(settings.data_dir / "atlas" / "CURRENT", 0)


def delete_pointer(settings: Settings) -> None:
    (settings.data_dir / "atlas" / "CURRENT").unlink()


def delete_folder(settings: Settings) -> None:
    shutil.rmtree(settings.data_dir / "atlas")


def truncate_every_file_but_the_store(settings: Settings) -> None:
    for path in settings.data_dir.rglob("*"):
        if path.is_file() and path.suffix != ".gpkg" and path.parent.name != "access":
            os.truncate(path, path.stat().st_size // 2)


DAMAGES = [
    truncate, empty, flip_a_bit, append, overwrite_head, delete, replace_by_a_text, empty_pointer, delete_pointer,
    delete_folder,
]  # fmt: skip


@pytest.fixture
def own(built_office: Settings, tmp_path: Path) -> Settings:
    return own_office(built_office, tmp_path)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_start_builds_again_what_is_damaged(own: Settings, damage: Callable[[Settings], None]) -> None:
    damage(own)
    assert build(own) == 2
    source = open_atlases(own)
    newest = open_store(own).versions()[-1]
    assert source.is_current(source().version) and source().version.digest == newest.digest
    assert NAME.encode() in b"".join(source().feature("sites", one) for one in ids_of(own))
    assert not list((own.data_dir / "atlas").glob("*.part"))
    source.close()


def ids_of(settings: Settings) -> list[str]:
    return list(open_store(settings).frames()["sites"]["site_id"])


@pytest.mark.parametrize("damage", [truncate, empty, flip_a_bit, append, overwrite_head], ids=lambda one: one.__name__)
def test_every_change_of_the_file_is_noticed_on_opening(own: Settings, damage: Callable[[Settings], None]) -> None:
    damage(own)
    source = open_atlases(own)
    assert not source.has(version_of(own)) and not source.is_current(version_of(own))
    with pytest.raises(Unprepared, match="prepared again"):
        source()
    source.close()


def version_of(settings: Settings) -> VersionInfo:
    """The newest version."""
    return VersionInfo(*open_store(settings).versions()[-1])


def test_an_atlas_is_a_database_for_other_programs(own: Settings) -> None:
    """The checksum lies behind the last page, where SQLite reads nothing."""
    with closing(sqlite3.connect(atlas_of(own))) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    source = open_atlases(own)
    assert source.is_current(version_of(own))
    source.close()


def test_an_open_atlas_that_was_deleted_goes_on_answering(own: Settings) -> None:
    source = open_atlases(own)
    atlas = source()
    delete(own)
    assert source() is atlas and atlas.counts()["sites"] >= 1
    assert not source.is_current(atlas.version)  # and it is known to be prepared
    source.close()


def test_the_version_before_goes_on_answering_where_the_new_one_is_damaged(own: Settings) -> None:
    source = open_atlases(own)
    before = source()
    publish_name(own, "Đồi A1 lần ba")
    assert build(own) == 3
    truncate(own)
    assert source() is before and not source.is_current(version_of(own))
    assert build(own) == 3
    assert source().version.number == 3
    source.close()


def test_the_service_answers_or_says_that_it_prepares_until_it_is_as_before(own: Settings, tmp_path: Path) -> None:
    with running(own, tmp_path / "log") as service:
        warm_up(service)
        workers = children(service)
        for damage in (*DAMAGES, truncate_every_file_but_the_store):
            damage(own)
            statuses = {answer_or_refusal(service, turn).status for turn in range(24)}
            assert statuses <= {200, 503}, (damage, statuses)
            service.wait("/readyz", lambda response: response.status == 200)
            wait_for_sound_atlas(own)
            ready, health = service.get("/readyz").json, service.get("/healthz")
            assert ready["agree"] and ready["served"]["number"] == 2, damage
            assert (health.status, health.json["status"], health.json["version"]) == (200, "ok", 2), damage
            warm_up(service)
            assert NAME in service.get("/collections/sites/items?f=json").text
            assert children(service) == workers, f"a worker was replaced: {damage}"


def answer_or_refusal(service: Service, turn: int) -> Response:
    """A response with the right data, or one that says that they are being prepared."""
    path = ("/collections/sites/items?f=json", f"/sites?lang=en&q={turn}", "/export/sites.csv", "/map.json")[turn % 4]
    response = service.get(path)
    if response.status == 503:
        assert int(response.headers["Retry-After"]) > 0, response
        assert "prepared" in response.text or "chuẩn bị" in response.text, response
    elif path.startswith("/collections"):
        assert NAME in response.text, response
    return response


def wait_for_sound_atlas(settings: Settings) -> None:
    """Until the atlas that was damaged is built again, also where the open one went on answering."""
    for _ in range(300):
        source = open_atlases(settings)
        is_sound = source.is_current(version_of(settings))
        source.close()
        if is_sound:
            return
        time.sleep(0.2)
    raise AssertionError("the atlas is not built again")


def warm_up(service: Service) -> None:
    """Have the service open what it reads: atlas, tiles, downloads."""
    for path in ("/collections/sites/items?f=json", "/tiles/WebMercatorQuad/9/225/402", "/export/zones.gpkg", "/sites"):
        assert service.get(path).status == 200, path


def children(service: Service) -> set[str]:
    """The process numbers of the workers."""
    return set(Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split())


def test_health_tells_the_truth_while_nothing_can_be_served(own: Settings, tmp_path: Path) -> None:
    with running(own, tmp_path / "log") as service:
        store = next(own.data_dir.glob("*.gpkg"))
        store.rename(tmp_path / "away")  # so that nothing can be prepared
        empty(own)
        health = service.get("/healthz")
        assert (health.status, health.json["status"], health.json["version"]) == (503, "no data", None)
        assert int(health.headers["Retry-After"]) > 0
        assert service.get("/readyz").status == 503
        (tmp_path / "away").rename(store)
        service.wait("/healthz", lambda response: response.status == 200)


def test_the_atlas_of_an_earlier_version_is_built_again_when_it_is_asked_for(own: Settings, tmp_path: Path) -> None:
    for number in range(3, 6):
        publish_name(own, f"Đồi A1 lần {number}")
        build(own)
    with running(own, tmp_path / "log", GEO_ATLASES="2") as service:
        publish_name(own, "Đồi A1 lần 6")
        service.wait("/readyz", lambda response: response.status == 200 and response.json["served"]["number"] == 6)
        names = sorted(path.name[:6] for path in (own.data_dir / "atlas").glob("*.sqlite"))
        assert names == ["000005", "000006"]
        first = service.get("/collections/sites/items?f=json&version=2")
        assert first.status == 503 and "Phiên bản 2" in first.text
        again = service.wait("/collections/sites/items?f=json&version=2", lambda response: response.status == 200)
        assert NAME in again.text
        assert len(list((own.data_dir / "atlas").glob("*.sqlite"))) == 2
        assert service.get("/collections/sites/items?f=json&version=9").status == 404
        assert service.get("/readyz").json["served"]["number"] == 6
