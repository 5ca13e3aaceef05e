"""What a killed service leaves: jobs that are known to have ended at once, and files that the next start deletes."""

import os
import time
from pathlib import Path

import pytest

from geo.drafts import Draft, DraftStore, Jobs
from geo.drafts.child import carry_out
from geo.ingest.decisions import Answers
from geo.part_files import delete_parts
from geo.settings import Settings
from geo.store import open_store
from tests.office import write_vn2000_zones
from tests.service import Service, own_office, read_upload, running, zipped_zones


@pytest.fixture
def own(built_office: Settings, tmp_path: Path) -> Settings:
    return own_office(built_office, tmp_path)


def ready_draft(settings: Settings, folder: Path) -> Draft:
    """A draft of zones that was read and can be published."""
    write_vn2000_zones(folder / "vung.shp")
    jobs = Jobs(settings, work=carry_out)
    files = {path.name: path for path in folder.glob("vung.*")}
    return jobs.read(jobs.drafts.create("zones", files, who="A", answers=Answers()))


def publish(service: Service, settings: Settings, draft: Draft) -> None:
    """Begin to publish a draft as a person does."""
    review = DraftStore(settings.drafts_dir).review(draft)
    assert review is not None
    answer = service.post(f"/manage/imports/{draft.id}/publish", who="A", why="b", digest=review["digest"])
    assert answer.status == 303, answer


@pytest.mark.parametrize("is_published", [False, True], ids=["before", "after"])
def test_an_import_is_right_at_once_after_the_service_was_killed_while_it_published(
    own: Settings, tmp_path: Path, is_published: bool
) -> None:
    draft = ready_draft(own, tmp_path)
    path = f"/manage/imports/{draft.id}"
    with running(own, tmp_path / "log") as service:
        publish(service, own, draft)
        while is_published and len(open_store(own).versions()) == 2:
            time.sleep(0.01)
        service.kill()
    with running(own, tmp_path / "log") as service:
        state = service.get(f"{path}/state.json").json
        count = len(open_store(own).versions())
        assert not state["busy"] and state["state"] == ("published" if count == 3 else "publishing")
        page = service.get(f"{path}?lang=en").text
        if count == 2:  # killed before: it is read and published again, without waiting
            assert "was interrupted" in page
            assert service.post(f"{path}/answers").status == 303
            service.wait(f"{path}/state.json", lambda response: response.json["state"] == "ready")
            publish(service, own, draft)
            service.wait(f"{path}/state.json", lambda response: response.json["state"] == "published")
        assert "Published" in service.get(f"{path}?lang=en").text
        ready = service.wait("/readyz", lambda response: response.status == 200 and response.json["agree"]).json
        assert ready["served"]["number"] == 3 == len(open_store(own).versions())


def test_a_restoration_is_right_at_once_after_the_service_was_killed(own: Settings, tmp_path: Path) -> None:
    with running(own, tmp_path / "log") as service:
        answer = service.post("/manage/versions/1/restore", who="A", why="nhầm")
        path = str(answer.headers["Location"]).partition("?")[0]
        while len(open_store(own).versions()) == 2:
            time.sleep(0.01)
        service.kill()
    with running(own, tmp_path / "log") as service:
        state = service.get(f"{path}/state.json").json
        assert (state["state"], state["busy"]) == ("published", False)
        assert str(service.get(path).headers["Location"]).startswith("/manage/versions/3")


def test_a_start_deletes_what_a_killed_service_left_and_nothing_else(own: Settings, tmp_path: Path) -> None:
    draft = ready_draft(own, tmp_path)
    with running(own, tmp_path / "log") as service:
        temporary = set(own.temporary_dir.iterdir())
        assert len(temporary) == 1  # one folder for all processes of the service
        (next(iter(temporary)) / "half").write_text("x")
        service.kill()
    dead = service.process.pid
    left = [
        own.drafts_dir / draft.id / f".work-x.{dead}.part", own.drafts_dir / f".new.{dead}.part",
        own.data_dir / "atlas" / f"000009-a-b.sqlite.{dead}.part", own.data_dir / "exports" / "v" / f"f.{dead}.part",
        own.data_dir / "tiles" / "layers" / "k" / f"zones-9.x.{dead}.part",
    ]  # fmt: skip
    for path in left:
        path.mkdir(parents=True)
        (path / "half").write_text("x")
    living = own.data_dir / "exports" / "v" / f"f.{os.getpid()}.part"
    living.write_text("x")
    with running(own, tmp_path / "log") as service:
        assert [path for path in left if path.exists()] == []
        assert living.exists()
        now = set(own.temporary_dir.iterdir())
        assert len(now) == 1 and not now & temporary
        assert service.get(f"/manage/imports/{draft.id}").status == 200
        service.process.terminate()
        service.process.wait()
    assert list(own.temporary_dir.iterdir()) == []


def test_temporary_files_of_downloads_and_imports_lie_in_the_data_folder(own: Settings, tmp_path: Path) -> None:
    """The system's temporary folder cannot be written: everything works without it."""
    nowhere = tmp_path / "nowhere"
    with running(own, tmp_path / "log", TMPDIR=str(nowhere), TMP=str(nowhere), TEMP=str(nowhere)) as service:
        for name in ("sites.gpkg", "sites.shp.zip", "sites.xlsx", "sites.fgb", "ocop.gpkg"):
            assert service.get(f"/export/{name}").status in {200, 404}, name
        read_upload(service, "zones", zipped_zones(tmp_path))
    assert not nowhere.exists()


def test_the_number_of_a_process_is_used_again_after_a_start_in_a_container(tmp_path: Path) -> None:
    own_part = tmp_path / f"a.{os.getpid()}.part"
    own_part.write_text("x")
    delete_parts(tmp_path)
    assert own_part.exists()
    delete_parts(tmp_path, starting=True)
    assert not own_part.exists()


def test_drafts_expire_when_nobody_changes_them_and_not_while_a_job_works(own: Settings, tmp_path: Path) -> None:
    old, new = ready_draft(own, tmp_path), ready_draft(own, tmp_path)
    busy = ready_draft(own, tmp_path)
    drafts = DraftStore(own.drafts_dir)
    drafts.change(busy, state="working")
    for draft in (old, busy):
        os.utime(drafts.folder(draft.id) / "draft.json", (0, time.time() - 10 * 86_400))
    with drafts.lock(busy.id):
        drafts.delete_unchanged(9 * 86_400)
        assert {draft.id for draft in drafts.all()} == {new.id, busy.id}
    drafts.delete_unchanged(9 * 86_400)
    assert {draft.id for draft in drafts.all()} == {new.id}
