"""A draft of an import: a folder with the uploaded files, a person's answers and the review, written atomically."""

import hashlib
import json
import re
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from geo.drafts.job_lock import IDLE, Activity, JobLock, with_activity
from geo.drafts.json_files import ID, new_id, timestamp, write_json
from geo.errors import BadQuery, Conflict, NotFound
from geo.ingest.decisions import Answers
from geo.ocop.layers import LAYERS
from geo.part_files import part_suffix

State: TypeAlias = Literal["waiting", "working", "ready", "failed", "publishing", "published"]
"""waiting: for the job that reads it. working: being read. ready: for review. failed: not read, `error` says why."""

_WORKING: tuple[State, ...] = ("waiting", "working", "publishing")
_LONGEST_NAME = 200
_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


@dataclass(frozen=True)
class Draft:
    """One import. `files` are the names of the uploaded files, `sha256` of their contents together.

    `base` is the version that it was compared with. `error` is (vi, en) of a failure. `published` is the number of the
    version made from it. `activity` is what its job was doing when the draft was read or changed; it is not saved.
    """

    id: str
    layer: str
    files: tuple[str, ...]
    size: int
    sha256: str
    who: str
    created: str
    state: State = "waiting"
    answers: Answers = field(default_factory=Answers)
    profile: str = ""
    base: int = 0
    progress: str = ""
    error: tuple[str, str] | None = None
    published: int | None = None
    activity: Activity = field(default=IDLE, compare=False)

    def to_json(self) -> dict[str, Any]:
        """The draft as plain values, without its activity."""
        plain = {**asdict(self), "answers": self.answers.to_json()}
        del plain["activity"]
        return plain


_SAVED = {field.name for field in fields(Draft)} - {"activity"}


class DraftStore:
    """The drafts of a folder, each in a folder of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def create(self, layer: str, files: Mapping[str, Path], *, who: str, answers: Answers, profile: str = "") -> Draft:
        """A new draft with copies of `files` (name of the upload -> path)."""
        if layer not in LAYERS:
            raise NotFound(
                f"No layer {layer!r}. Layers: {', '.join(LAYERS)}.",
                f"Không có lớp {layer!r}. Các lớp: {', '.join(LAYERS)}.",
            )
        if not files:
            raise BadQuery("No file was uploaded. Choose one.", "Chưa có tệp nào. Hãy chọn tệp.")
        draft_id = new_id()
        part = self.directory / f".{draft_id}{part_suffix()}"
        uploads = part / "files"
        uploads.mkdir(parents=True)
        try:
            names = _safe_names(files)
            for name, path in zip(names, files.values(), strict=True):
                shutil.copyfile(path, uploads / name)
            draft = Draft(
                draft_id, layer, tuple(names), sum((uploads / name).stat().st_size for name in names),
                digest_of(uploads / name for name in names), who.strip(), timestamp(), answers=answers, profile=profile,
            )  # fmt: skip
            write_json(part / "draft.json", draft.to_json())
            part.rename(self.directory / draft_id)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        return draft

    def get(self, draft_id: str) -> Draft:
        """The draft; NotFound when there is none."""
        draft, activity = with_activity(
            lambda: self._read(draft_id), lambda draft: draft.state in _WORKING, self.lock(draft_id)
        )
        return replace(draft, activity=activity)

    def _read(self, draft_id: str) -> Draft:
        path = self.folder(draft_id) / "draft.json"
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise NotFound(f"No import {draft_id!r}.", f"Không có lần nhập {draft_id!r}.") from None
        plain["answers"] = Answers.from_json(plain["answers"])
        plain["files"] = tuple(plain["files"])
        plain["error"] = tuple(plain["error"]) if plain["error"] else None
        return Draft(**{name: plain[name] for name in _SAVED if name in plain})  # others are of earlier releases

    def all(self) -> list[Draft]:
        """Every draft, the newest first."""
        if not self.directory.is_dir():
            return []
        names = sorted((path.name for path in self.directory.iterdir() if ID.fullmatch(path.name)), reverse=True)
        drafts = []
        for name in names:
            with suppress(NotFound):  # deleted meanwhile
                drafts.append(self.get(name))
        return drafts

    def change(self, draft: Draft, **values: Any) -> Draft:
        """The draft with other values, saved."""
        new = replace(draft, **values)
        write_json(self.folder(draft.id) / "draft.json", new.to_json())
        return replace(new, activity=Activity(busy=new.state in _WORKING))  # only its job saves that it is at work

    def lock(self, draft_id: str) -> JobLock:
        """The lock that the job of a draft holds."""
        return JobLock(self.folder(draft_id) / "job.lock")

    def answer(self, draft: Draft, answers: Answers) -> Draft:
        """The draft with other answers, saved, to be read again; Conflict when it is busy or published."""
        if draft.activity.busy or draft.state == "published":
            raise Conflict(
                "This import is being processed or is already published; wait, or upload the file again.",
                "Lần nhập này đang được xử lý hoặc đã công bố; hãy chờ, hoặc tải tệp lên lại.",
            )
        return self.change(draft, answers=answers, state="waiting", error=None)

    def delete(self, draft: Draft) -> None:
        """Remove a draft and its files; Conflict while a job works on it."""
        if draft.activity.busy:
            raise Conflict("This import is being processed; wait.", "Lần nhập này đang được xử lý; hãy chờ.")
        trash = self.directory / f".{draft.id}{part_suffix()}"
        self.folder(draft.id).rename(trash)
        shutil.rmtree(trash, ignore_errors=True)

    def delete_unchanged(self, seconds: float) -> None:
        """Delete the drafts that have not changed for so long; those on which a job works stay."""
        for draft in self.all():
            try:
                age_s = time.time() - (self.folder(draft.id) / "draft.json").stat().st_mtime
                if age_s > seconds:
                    self.delete(draft)
            except (OSError, Conflict):  # deleted meanwhile, or at work
                continue

    def folder(self, draft_id: str) -> Path:
        """The folder of a draft; NotFound for a text that is not an id."""
        if not ID.fullmatch(draft_id):
            raise NotFound(f"No import {draft_id[:40]!r}.", f"Không có lần nhập {draft_id[:40]!r}.")
        return self.directory / draft_id

    def uploads(self, draft: Draft) -> list[Path]:
        """The paths of the uploaded files."""
        return [self.folder(draft.id) / "files" / name for name in draft.files]

    def review(self, draft: Draft) -> dict[str, Any] | None:
        """The review of the draft; None when it was not read, or not successfully."""
        path = self.folder(draft.id) / "review.json"
        if draft.state not in {"ready", "published", "publishing"} or not path.is_file():
            return None
        body: dict[str, Any] = json.loads(path.read_bytes())
        return body

    def file(self, draft: Draft, name: str) -> Path:
        """The path of a file written when the draft was read, such as the preview; NotFound when there is none."""
        path = self.folder(draft.id) / name
        if not path.is_file():
            raise NotFound(f"Import {draft.id} has no {name}.", f"Lần nhập {draft.id} không có {name}.")
        return path


def digest_of(files: Iterable[Path]) -> str:
    """SHA-256 of the files' concatenated contents, in hex."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _safe_names(names: Iterable[str]) -> list[str]:
    """File names that are valid on every operating system, unique without regard to case."""
    safe: list[str] = []
    for name in names:
        text = name.encode("utf-8", "replace").decode("utf-8").replace("\\", "/")  # names on a disk may not be UTF-8
        bare = _short(_NAME.sub("_", Path(text).name).strip(" .")) or "file"
        while bare.lower() in {other.lower() for other in safe}:
            bare = f"_{bare}"
        safe.append(bare)
    return safe


def _short(name: str) -> str:
    """The end of a name, at most _LONGEST_NAME bytes: file systems limit bytes; a Vietnamese letter may be three."""
    while len(name.encode("utf-8")) > _LONGEST_NAME:
        name = name[1:]
    return name.lstrip(" .")
