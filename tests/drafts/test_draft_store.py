"""The drafts of a folder: which of them may be answered, changed and deleted, and when."""

from pathlib import Path

import pytest

from geo.drafts import Draft, DraftStore
from geo.errors import Conflict, NotFound
from geo.ingest.decisions import Answers


@pytest.fixture
def drafts(tmp_path: Path) -> DraftStore:
    return DraftStore(tmp_path / "drafts")


@pytest.fixture
def draft(drafts: DraftStore, tmp_path: Path) -> Draft:
    path = tmp_path / "ds.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    return drafts.create("producers", {path.name: path}, who="Chi cục", answers=Answers())


@pytest.mark.parametrize("state", ["waiting", "working", "publishing"])
def test_a_draft_that_a_job_works_on_is_neither_answered_nor_deleted(
    drafts: DraftStore, draft: Draft, state: str
) -> None:
    drafts.change(draft, state=state)
    with drafts.lock(draft.id):
        busy = drafts.get(draft.id)
        assert busy.activity.busy and not busy.activity.interrupted
        for act in (lambda: drafts.answer(busy, Answers(crs="EPSG:9205")), lambda: drafts.delete(busy)):
            with pytest.raises(Conflict, match="is being processed"):
                act()
        assert drafts.get(draft.id) == busy


@pytest.mark.parametrize("state", ["waiting", "working", "publishing"])
def test_a_draft_whose_job_died_is_answered_and_deleted(drafts: DraftStore, draft: Draft, state: str) -> None:
    drafts.change(draft, state=state)
    dead = drafts.get(draft.id)
    assert dead.activity.interrupted and not dead.activity.busy
    answered = drafts.answer(dead, Answers(crs="EPSG:9205"))
    assert (answered.state, drafts.get(draft.id).answers.crs) == ("waiting", "EPSG:9205")
    drafts.delete(drafts.get(draft.id))
    with pytest.raises(NotFound):
        drafts.get(draft.id)


def test_a_published_draft_keeps_its_answers(drafts: DraftStore, draft: Draft) -> None:
    published = drafts.change(draft, state="published", published=2)
    with pytest.raises(Conflict, match="already published"):
        drafts.answer(published, Answers(crs="EPSG:9205"))
    assert drafts.get(draft.id) == published


def test_an_answer_takes_the_error_of_the_last_reading_away(drafts: DraftStore, draft: Draft) -> None:
    failed = drafts.change(draft, state="failed", error=("hỏng", "broken"))
    assert drafts.answer(failed, Answers()).error is None


def test_drafts_are_listed_from_the_newest_without_what_is_half_written(drafts: DraftStore, draft: Draft) -> None:
    (drafts.directory / ".20260101-000000-abcdef").mkdir()
    (drafts.directory / "20260101-000000-abcdef").mkdir()
    assert drafts.all() == [draft]


@pytest.mark.parametrize("names", [("a.csv", "A.CSV"), ("A.CSV", "a.csv")])
def test_names_that_differ_by_their_case_are_two_files_on_every_disk(
    drafts: DraftStore, tmp_path: Path, names: tuple[str, str]
) -> None:
    for number, name in enumerate(names):
        (tmp_path / str(number)).write_text(name, encoding="utf-8")
    files = {name: tmp_path / str(number) for number, name in enumerate(names)}
    draft = drafts.create("producers", files, who="Chi cục", answers=Answers())
    assert draft.files == (names[0], f"_{names[1]}")
    assert [path.read_text(encoding="utf-8") for path in drafts.uploads(draft)] == list(names)
