"""What was previewed is published as it was saved; the files are read again only where it does not hold any more."""

from pathlib import Path

import pytest

from geo.drafts import Draft, Jobs
from geo.errors import Conflict
from geo.ingest.decisions import Answers
from geo.settings import Settings
from geo.store import open_store
from geo.store.content import digest_of

ROWS = "Tên chủ thể;Loại hình;Số hộ;Xã;Huyện\nHTX Mới;HTX;7;Sam Mứn;Điện Biên\nHTX Chè;HTX;mười;Sam Mứn;Điện Biên\n"


@pytest.fixture
def draft(jobs: Jobs, tmp_path: Path) -> Draft:
    """A draft of two producers that was read."""
    path = tmp_path / "ds.csv"
    path.write_text(ROWS, encoding="utf-8")
    return jobs.read(jobs.drafts.create("producers", {"ds.csv": path}, who="Chi cục", answers=Answers()))


def steps_of_publishing(jobs: Jobs, draft: Draft) -> list[str]:
    review = jobs.drafts.review(draft)
    assert review is not None
    steps: list[str] = []
    jobs.publish(draft, who="A", why="thử", digest=review["digest"], progress=steps.append)
    return steps


def test_publishing_does_not_read_the_files_again(jobs: Jobs, office: Settings, draft: Draft) -> None:
    review = jobs.drafts.review(draft)
    assert review is not None
    assert "open" not in steps_of_publishing(jobs, draft)
    store = open_store(office)
    assert digest_of({"producers": store.state(2)["producers"]}, "") == review["digest"]
    assert {"HTX Mới", "HTX Chè"} <= set(store.frames(2)["producers"]["name"])
    assert store.metadata(2)["producers"]["imports"][-1]["sha256"] == draft.sha256
    assert "bad_number" in {issue.kind for issue in store.report(2).issues}


@pytest.mark.parametrize("place", [0, 100, -10])
def test_a_damaged_publication_is_made_again_from_the_files(
    jobs: Jobs, office: Settings, draft: Draft, place: int
) -> None:
    path = jobs.drafts.file(draft, "publication.jsonl")
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert "open" in steps_of_publishing(jobs, draft)
    assert {"HTX Mới", "HTX Chè"} <= set(open_store(office).frames(2)["producers"]["name"])


def test_files_that_are_others_now_are_read_again(jobs: Jobs, office: Settings, draft: Draft) -> None:
    (upload,) = jobs.drafts.uploads(draft)
    upload.write_text(ROWS.replace("HTX Mới", "HTX Khác"), encoding="utf-8")
    with pytest.raises(Conflict, match="changed since you saw"):
        steps_of_publishing(jobs, draft)
    assert [version.number for version in open_store(office).versions()] == [1]


def test_what_cannot_be_published_is_not_saved(jobs: Jobs, draft: Draft) -> None:
    answered = jobs.drafts.answer(draft, Answers(mapping={"Loại hình": "kind"}))
    review = jobs.drafts.review(jobs.read(answered))
    assert review is not None and not review["publishable"]
    assert not (jobs.drafts.folder(draft.id) / "publication.jsonl").exists()
