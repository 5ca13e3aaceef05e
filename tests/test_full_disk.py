"""A data folder on a small disk that fills: what is refused, what is made up for, and that all of it is told in words."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.atlas import open_atlases
from geo.drafts import Jobs
from geo.errors import DiskFull, disk_full
from geo.ingest.decisions import Answers
from geo.settings import Settings
from geo.store import open_store
from geo.views.formats import FORMATS
from tests.office import write_vn2000_zones
from tests.service import Response, build, env_of, own_office, publish_name, read_upload, running, zipped_zones
from tests.small_disk import Disk, small_disk

FULL = ("đã đầy", "đĩa của máy chủ", "disk of the server")
"""Words of the messages about a full disk, in small letters."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of 24 MB."""
    with small_disk(tmp_path / "disk", 24) as mounted:
        yield mounted


@pytest.fixture
def own(built_office: Settings, disk: Disk) -> Settings:
    return own_office(built_office, disk.folder)


def is_about_room(response: Response) -> bool:
    return response.status == 507 and any(words in response.text.lower() for words in FULL)


def digest_of(settings: Settings, path: str) -> str:
    review = Jobs(settings).drafts.review(Jobs(settings).drafts.get(path.rpartition("/")[2]))
    assert review is not None
    return str(review["digest"])


def test_without_room_nothing_is_published_and_it_is_said(own: Settings, disk: Disk, tmp_path: Path) -> None:
    with running(own, tmp_path / "log") as service:
        path = read_upload(service, "zones", zipped_zones(tmp_path))
        form = {"who": "A", "why": "b", "digest": digest_of(own, path)}
        disk.fill(free=500_000)
        for lang, words in (("vi", "chưa công bố gì"), ("en", "nothing was published")):
            for refusal in (
                service.post(f"{path}/publish?lang={lang}", **form),
                service.post(f"/manage/versions/1/restore?lang={lang}", who="A", why="b"),
            ):
                assert is_about_room(refusal) and words in refusal.text and "MB" in refusal.text
        disk.fill()
        assert is_about_room(service.upload("zones", zipped_zones(tmp_path)))
        assert len(open_store(own).versions()) == 2
        assert service.get("/readyz").json["agree"]
        disk.empty()
        assert service.post(f"{path}/publish", **form).status == 303
        service.wait(f"{path}/state.json", lambda response: not response.json["busy"])
        assert service.get(f"{path}/state.json").json["state"] == "published"
        ready = service.get("/readyz").json
        assert ready["agree"] and ready["served"]["number"] == 3


def test_a_version_that_could_not_be_prepared_is_announced_and_prepared_when_there_is_room(
    own: Settings, disk: Disk, tmp_path: Path
) -> None:
    with running(own, tmp_path / "log") as service:
        disk.fill(free=1_000_000)  # enough for the store, not for the atlas
        publish_name(own, "Đồi A1 lần ba")
        state = service.wait("/readyz", lambda response: response.status == 503).json
        assert (state["published"]["number"], state["served"]["number"]) == (3, 2)
        assert "disk is full" in state["reason"]["en"] and "đĩa đã đầy" in state["reason"]["vi"]
        for address in ("/manage", "/manage/versions", "/manage/storage"):
            assert "Phiên bản 3 đã được công bố nhưng chưa hiển thị được vì đĩa" in service.get(address).text
            assert "Version 3 is published but cannot be shown yet" in service.get(f"{address}?lang=en").text
        assert "being prepared" in service.get("/manage/versions?lang=en").text
        assert "Đồi A1 mới" in service.get("/collections/sites/items?f=json").text
        assert not list((own.data_dir / "atlas").glob("*.part"))
        disk.empty()
        service.wait("/readyz", lambda response: response.status == 200 and response.json["served"]["number"] == 3)
        assert "Đồi A1 lần ba" in service.get("/collections/sites/items?f=json").text
        assert "Version 3 is published" not in service.get("/manage?lang=en").text
    assert service.log.read_text(encoding="utf-8").count("could not be prepared") == 1


def test_a_start_on_a_full_disk_serves_the_version_before_and_goes_on_by_itself(
    own: Settings, disk: Disk, tmp_path: Path
) -> None:
    publish_name(own, "Đồi A1 lần ba")
    disk.fill()
    with running(own, tmp_path / "log") as service:
        assert service.get("/healthz").json["version"] == 2
        assert "Đồi A1 mới" in service.get("/collections/sites/items?f=json").text
        disk.empty()
        service.wait("/readyz", lambda response: response.status == 200 and response.json["served"]["number"] == 3)


@pytest.mark.parametrize("free", [0, 60_000, 1_100_000])
def test_downloads_on_a_full_disk_are_whole_or_refused_in_words(
    own: Settings, disk: Disk, tmp_path: Path, free: int
) -> None:
    addresses = [f"/export/{layer}.{key}" for key in FORMATS for layer in ("zones", "products")]
    addresses += ["/export/all.gpkg", "/export/all.qgis.zip", "/save-map"]
    with running(own, tmp_path / "log") as service:
        whole = {address: service.get(address) for address in addresses}
    assert {response.status for response in whole.values()} == {200}
    shutil.rmtree(own.data_dir / "exports")
    with running(own, tmp_path / "log") as service:  # another process, which has nothing in memory
        disk.fill(free)
        for address in addresses:
            response = service.get(address)
            assert response.body == whole[address].body or is_about_room(response), (address, response)
        assert service.get("/tiles/WebMercatorQuad/9/225/402").status == 200
        assert service.get("/sites").status == 200
        person = service.get("/export/sites.gpkg", accept="text/html")
        assert is_about_room(person) and "<html" in person.text, person  # a page, where a program gets JSON
        disk.empty()
        for address in addresses:
            assert service.get(address).body == whole[address].body, address


def test_a_job_that_meets_the_full_disk_ends_in_words_and_its_state_is_saved(
    own: Settings, disk: Disk, tmp_path: Path
) -> None:
    jobs = Jobs(own)
    draft = jobs.read(jobs.drafts.create("zones", {"vung.zip": zipped_zones(tmp_path)}, who="A", answers=Answers()))
    review = jobs.drafts.review(draft)
    assert draft.state == "ready" and review is not None
    disk.fill()
    with pytest.raises(DiskFull):
        jobs.publish(draft, who="A", why="b", digest=review["digest"])
    failed = jobs.drafts.get(draft.id)
    assert failed.state == "ready" and failed.error is not None and "đĩa" in failed.error[0].lower()
    assert not failed.activity.busy and not failed.activity.interrupted
    disk.empty()
    assert jobs.publish(failed, who="A", why="b", digest=review["digest"]).published == 3


def test_commands_say_that_the_disk_is_full(run_app_process, own: Settings, disk: Disk, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    open_store(own).backup(tmp_path / "backup.gpkg")
    shapefile = write_vn2000_zones(tmp_path / "vung.shp")
    publish_name(own, "Đồi A1 lần ba")
    disk.fill()
    for words in (
        ("restore", "1", "--who", "A", "--why", "b"), ("restore-backup", str(tmp_path / "backup.gpkg"), "--replace"),
        ("backup", str(disk.folder / "copy.gpkg")), ("build", "--over-imports"),
        ("import", str(shapefile), "--layer", "zones", "--who", "A"),
    ):  # fmt: skip
        done = run_app_process(*words, **env_of(own))
        assert done.returncode == 1 and any(text in done.stderr.lower() for text in FULL), (words, done.stderr)
        assert "Traceback" not in done.stderr, words
    assert [version.number for version in open_store(own).versions()] == [1, 2, 3]
    assert not list(disk.folder.rglob("*.part"))
    disk.empty()
    assert build(own) == 3
    source = open_atlases(own)
    assert source().version.number == 3
    source.close()


@pytest.mark.parametrize("cause", [OSError(28, os.strerror(28)), RuntimeError("write: No space left on device")])
def test_a_full_disk_is_recognised_behind_other_errors(cause: Exception) -> None:
    outer = ValueError("looks damaged")
    outer.__cause__ = cause
    full = disk_full(outer)
    assert full is not None and full.vi != full.en
    assert disk_full(ValueError("looks damaged")) is None
