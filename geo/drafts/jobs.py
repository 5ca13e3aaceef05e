"""Jobs that read and publish drafts, restore versions and change cohorts: one at a time, in a child process."""

import json
import logging
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from geo.acts import write_act
from geo.atlas import open_atlases
from geo.drafts.child import folder
from geo.drafts.child_environment import child_environment
from geo.drafts.child_failures import error_of, failures_of
from geo.drafts.cohort_change import CohortChange, CohortChanges, cohort_json
from geo.drafts.draft import Draft, DraftStore
from geo.drafts.job_lock import JobLock
from geo.drafts.json_files import write_json
from geo.drafts.outcomes import version_of_draft, version_of_restoration
from geo.drafts.profiles import Profiles
from geo.drafts.reading import WORK
from geo.drafts.restoration import Restoration, RestorationStore
from geo.errors import BadQuery, BadSource, Busy, Conflict, DiskFull, GeoError, NotFound
from geo.pipeline import person, require_room
from geo.plan.cohorts import Cohort
from geo.settings import Settings
from geo.store import open_store

Progress = Callable[[str], None]
T = TypeVar("T")
log = logging.getLogger("geo.drafts")
Plain = dict[str, Any]
Work = Callable[[Plain, Progress], Plain]
"""A function that carries out an order and returns its outcome; child.carry_out does it without a child process."""
_REVIEW, _WORKBOOK, _WORKBOOK_ERROR = "review.json", "returned.xlsx", "returned.error.json"
_WORKBOOK_RETRY_S = 2
_KINDS: dict[str, type[GeoError]] = {
    kind.__name__: kind for kind in (BadQuery, BadSource, Conflict, DiskFull, NotFound)
}
_CODE = "import gc, sys; gc.disable(); sys.path.insert(0, sys.argv[1]); from geo.drafts.child import main; main()"
"""Nothing that an import makes is garbage; `main` has garbage collected again."""


class Jobs:
    """Reads and publishes drafts, restores versions, changes cohorts.

    `start_*` return at once; the outcome is saved in the draft or the restoration. `read`, `publish` and `restore` wait
    for it. `work` carries out the orders; without it a child process does.
    """

    def __init__(self, settings: Settings, work: Work | None = None) -> None:
        self.settings = settings
        self._work = work or self._work_in_child
        self.drafts = DraftStore(settings.drafts_dir)
        self.restorations = RestorationStore(settings.restorations_dir)
        self.cohorts = CohortChanges(settings.cohorts_dir)
        self._profiles = Profiles(settings.profiles_dir)
        # Shared by all processes of the service; the operating system releases it when its holder dies.
        self._lock = FileLock(settings.data_dir / "imports.lock")

    # --- without waiting ---

    def start_read(self, draft: Draft) -> Draft:
        """Begin to read a draft; Conflict while another job is at work on it."""
        return _start(
            self.drafts.lock(draft.id), lambda: self.drafts.change(draft, state="waiting", error=None), self._read
        )

    def start_publish(self, draft: Draft, *, who: str, why: str, digest: str) -> Draft:
        """Begin to publish a draft; `digest` is that of the review that the person saw.

        Conflict unless it is ready, BadQuery without a person and a reason, DiskFull when there may not be room.
        """
        if draft.state != "ready":
            raise Conflict("This import is not ready.", "Lần nhập này chưa sẵn sàng.")
        person(who, why)
        require_room(self.settings, open_store(self.settings), open_atlases(self.settings), upload_bytes=draft.size)

        def publish(draft: Draft) -> None:
            self._publish(draft, who=who, why=why, digest=digest)

        return _start(
            self.drafts.lock(draft.id), lambda: self.drafts.change(draft, state="publishing", error=None), publish
        )

    def start_mark(self, draft: Draft) -> None:
        """Begin to write the uploaded table with its findings, unless it is being written; NotFound without a review.

        It waits for its turn like every job.
        """
        self.drafts.file(draft, _REVIEW)
        lock = self._workbook_lock(draft)
        if not lock.is_held():
            with suppress(Conflict):
                _start(lock, lambda: draft, self._mark)

    def start_restore(self, version: int, *, who: str, why: str) -> Restoration:
        """Begin to publish the content of an earlier version as a new one.

        BadQuery without a person and a reason, NotFound when there is no such version, DiskFull when there may not be
        room.
        """
        who, why = person(who, why)
        store = open_store(self.settings)
        versions = [row.number for row in store.versions()]
        if version not in versions:
            raise NotFound(
                f"No version {version}. Versions: {', '.join(map(str, versions))}.",
                f"Không có phiên bản {version}. Các phiên bản: {', '.join(map(str, versions))}.",
            )
        require_room(self.settings, store, open_atlases(self.settings))
        restoration = self.restorations.create(version, who=who, why=why)
        return _start(self.restorations.lock(restoration.id), lambda: restoration, self._restore)

    def start_cohort(self, cohort: Cohort, *, who: str, why: str, base: int) -> CohortChange:
        """Begin to publish a version with another membership of a cohort than version `base` has.

        BadQuery without a person and a reason, Conflict when `base` is not the newest version or while another change
        of the cohort is at work, DiskFull when there may not be room.
        """
        who, why = person(who, why)
        store = open_store(self.settings)
        newest = store.current()
        if newest is None or newest.number != base:
            raise Conflict(
                f"The data have changed since you opened the page (version {base}). Open it again, then change it.",
                f"Dữ liệu đã thay đổi từ khi bạn mở trang (phiên bản {base}). Hãy mở lại trang rồi sửa lại.",
            )
        require_room(self.settings, store, open_atlases(self.settings))
        change = CohortChange(cohort, base, who, why)
        return _start(self.cohorts.lock(cohort.key), lambda: self.cohorts.save(change), self._save_cohort)

    # --- with waiting ---

    def read(self, draft: Draft, progress: Progress = lambda _: None) -> Draft:
        """The draft after it was read and its review written. An error is saved in the draft and raised."""
        with self.drafts.lock(draft.id):
            return self._read(draft, progress)

    def publish(
        self, draft: Draft, *, who: str, why: str, digest: str | None, progress: Progress = lambda _: None
    ) -> Draft:
        """The draft after it was published as version `published`. An error is saved in the draft and raised.

        When the atlas of the version could not be built, `progress` gets the reason; Preparation tries again.
        """
        with self.drafts.lock(draft.id):
            return self._publish(draft, who=who, why=why, digest=digest, progress=progress)

    def restore(self, restoration: Restoration, progress: Progress = lambda _: None) -> Restoration:
        """The restoration after the content was published as version `published`. An error is saved and raised."""
        with self.restorations.lock(restoration.id):
            return self._restore(restoration, progress)

    def prepare(self, number: int | None, is_due: Callable[[], bool]) -> None:
        """Build the atlas of the newest version, or of an earlier one, when no other job is at work and it `is_due`."""
        try:
            with self._lock.acquire(timeout=0):
                if is_due():
                    self._run({"task": "prepare", "number": number}, lambda _: None)
        except Timeout:
            return

    # --- what became of jobs that were killed ---

    def draft(self, draft_id: str) -> Draft:
        """The draft; it is published when its job was killed after the version was published."""
        return self._settle_draft(self.drafts.get(draft_id))

    def all_drafts(self) -> list[Draft]:
        """Every draft, the newest first, each as in `draft`."""
        return [self._settle_draft(draft) for draft in self.drafts.all()]

    def restoration(self, restoration_id: str) -> Restoration:
        """The restoration; it is published when its job was killed after the version was published."""
        restoration = self.restorations.get(restoration_id)
        if restoration.activity.interrupted:
            number = version_of_restoration(open_store(self.settings), restoration)
            if number is not None:
                return self.restorations.change(restoration, state="published", published=number)
        return restoration

    def _settle_draft(self, draft: Draft) -> Draft:
        if draft.activity.interrupted and draft.state == "publishing":
            number = version_of_draft(open_store(self.settings), draft)
            if number is not None:
                return self.drafts.change(draft, state="published", published=number)
        return draft

    # --- the jobs ---

    def _read(self, draft: Draft, progress: Progress = lambda _: None) -> Draft:
        with self._lock:
            draft = self.drafts.change(draft, state="working", error=None)
            try:
                outcome = self._run_on(draft, {"task": "read"}, progress)
            except GeoError as error:
                # Wrong answers are corrected on the page of the last review; without a review the draft has failed.
                corrigible = isinstance(error, BadQuery) and (self.drafts.folder(draft.id) / "review.json").is_file()
                state = "ready" if corrigible else "failed"
                self.drafts.change(draft, state=state, error=(error.vi, error.en))
                raise
            return self.drafts.change(draft, state="ready", base=outcome["base"], error=None, progress="")

    def _publish(
        self, draft: Draft, *, who: str, why: str, digest: str | None, progress: Progress = lambda _: None
    ) -> Draft:
        with self._lock:
            draft = self.drafts.change(draft, state="publishing", error=None)
            order = {"task": "publish", "who": who, "why": why, "seen": digest}
            try:
                outcome = self._run_on(draft, order, progress)
            except GeoError as error:
                self.drafts.change(draft, state="ready", error=(error.vi, error.en))
                write_act("publish", "failed", who=who, draft=draft.id, error=type(error).__name__)
                raise
            published = outcome["version"]
            _report_unprepared(outcome, progress)
            write_act("publish", "done", who=who, draft=draft.id, layer=draft.layer, version=published)
            if draft.profile:
                self._profiles.remember(draft.profile, draft.layer, draft.answers, draft.who)
            return self.drafts.change(draft, state="published", published=published, error=None)

    def _restore(self, restoration: Restoration, progress: Progress = lambda _: None) -> Restoration:
        change = self.restorations.change
        with self._lock:
            restoration = change(restoration, state="working")

            def note(step: str) -> None:
                progress(step)
                with suppress(OSError):  # the job goes on where its progress cannot be saved
                    change(restoration, progress=step)

            order = {
                "task": "restore", "version": restoration.version, "who": restoration.who, "why": restoration.why,
            }  # fmt: skip
            try:
                outcome = self._run(order, note)
            except GeoError as error:
                change(restoration, state="failed", error=(error.vi, error.en))
                write_act("restore", "failed", who=restoration.who, of=restoration.version, error=type(error).__name__)
                raise
            _report_unprepared(outcome, progress)
            write_act("restore", "done", who=restoration.who, of=restoration.version, version=outcome["version"])
            return change(restoration, state="published", published=outcome["version"])

    def _save_cohort(self, change: CohortChange) -> CohortChange:
        order = {
            "task": "cohort", "cohort": cohort_json(change.cohort), "base": change.base, "who": change.who,
            "why": change.why,
        }  # fmt: skip
        key = change.cohort.key
        with self._lock:
            try:
                outcome = self._run(order, lambda _: None)
            except GeoError as error:
                self.cohorts.save(change, state="failed", error=(error.vi, error.en))
                write_act("cohort", "failed", who=change.who, cohort=key, error=type(error).__name__)
                raise
            write_act("cohort", "done", who=change.who, cohort=key, version=outcome["version"])
            return self.cohorts.save(change, state="published", published=outcome["version"])

    def _mark(self, draft: Draft) -> None:
        """Write the workbook of the last review into the folder of the draft, or why it could not be written."""
        folder = self.drafts.folder(draft.id)
        if _is_current(folder):
            return
        (folder / _WORKBOOK_ERROR).unlink(missing_ok=True)
        try:
            with self._lock:
                self._run_on(draft, {"task": "mark"}, lambda _: None)
        except GeoError as error:
            write_json(folder / _WORKBOOK_ERROR, {"vi": error.vi, "en": error.en})

    def marked_workbook(self, draft: Draft) -> bytes:
        """The uploaded table with its findings, as .xlsx, as `start_mark` had it written for the last review.

        Busy while it is written, NotFound when nobody asked for it, GeoError when it could not be written.
        """
        self.drafts.file(draft, _REVIEW)
        folder = self.drafts.folder(draft.id)
        if self._workbook_lock(draft).is_held():
            raise Busy(
                "The workbook is being written. It is downloaded as soon as it is ready.",
                "Đang ghi tệp Excel. Tệp sẽ tự tải về khi sẵn sàng.",
                _WORKBOOK_RETRY_S,
            )
        if not _is_current(folder):
            if (folder / _WORKBOOK_ERROR).is_file():
                words = json.loads((folder / _WORKBOOK_ERROR).read_text(encoding="utf-8"))
                raise BadQuery(words["en"], words["vi"])
            raise NotFound(
                f"The workbook of import {draft.id} is not written yet. Ask for it on the page of the import.",
                f"Chưa ghi tệp Excel của lần nhập {draft.id}. Hãy bấm nút tải trên trang của lần nhập.",
            )
        return self.drafts.file(draft, _WORKBOOK).read_bytes()

    def _workbook_lock(self, draft: Draft) -> JobLock:
        return JobLock(self.drafts.folder(draft.id) / "returned.lock")

    # --- the child process ---

    def _run_on(self, draft: Draft, order: Plain, progress: Progress) -> Plain:
        """The outcome of an order about a draft; what a killed child process left in its folder is removed."""

        def note(step: str) -> None:
            progress(step)
            with suppress(OSError):  # the job goes on where its progress cannot be saved
                self.drafts.change(draft, progress=step)

        try:
            return self._run({**order, "draft": draft.id}, note)
        finally:
            for leftover in self.drafts.folder(draft.id).glob(f"{WORK}*"):
                shutil.rmtree(leftover, ignore_errors=True)

    def _run(self, order: Plain, note: Progress) -> Plain:
        """The outcome of an order; GeoError when the task raised one or ran out of memory."""
        outcome = self._work({**order, "settings": self.settings.to_json()}, note)
        if outcome.get("starved"):
            raise BadSource(*failures_of(order).too_large)
        if "error" in outcome:
            vi, en = outcome["error"]
            raise _KINDS.get(outcome["kind"], GeoError)(en, vi)
        return outcome

    def _work_in_child(self, order: Plain, note: Progress) -> Plain:
        """The outcome of an order from a child process, whose temporary files are deleted however it ends."""
        with tempfile.TemporaryDirectory(prefix="job-", ignore_cleanup_errors=True) as temporary:
            return self._talk_to_child(order, note, Path(temporary))

    def _talk_to_child(self, order: Plain, note: Progress, temporary: Path) -> Plain:
        limit = self.settings.import_seconds
        errors: list[str] = []
        start_s = time.monotonic()
        with subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
            [sys.executable, "-c", _CODE, str(folder())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
            errors="replace",  # libraries print bytes of the file
            env=child_environment(temporary),
        ) as process:  # fmt: skip
            watch = threading.Timer(limit, process.kill)
            drain = threading.Thread(target=lambda: errors.append(_tail(process)), daemon=True)
            watch.start()
            drain.start()
            try:
                outcome = _talk(process, order, note)
            except BaseException:
                process.kill()
                raise
            finally:
                process.wait()
                watch.cancel()
                drain.join()
        if outcome is None:
            timed_out = time.monotonic() - start_s >= limit
            raise error_of(process.returncode, "".join(errors), failures_of(order), timed_out=timed_out)
        return outcome


def _is_current(folder: Path) -> bool:
    """Whether the workbook in a draft's folder is of its last review."""
    workbook, review = folder / _WORKBOOK, folder / _REVIEW
    return workbook.is_file() and workbook.stat().st_mtime_ns >= review.stat().st_mtime_ns


def _start(lock: JobLock, save: Callable[[], T], task: Callable[[T], object]) -> T:
    """Take the lock, save the beginning of a job, and run its task in a thread that releases the lock at its end.

    The subject that `save` returns is given to the task, which saves a GeoError in it.
    """
    lock.take()
    try:
        subject = save()
    except BaseException:
        lock.release()
        raise

    def run() -> None:
        try:
            task(subject)
        except GeoError:
            return
        except OSError as error:  # a full disk: the state could not be saved, and is that of an interrupted job
            log.error("a job could not save its outcome: %s", error)
        finally:
            lock.release()

    # The log names the request that began the job.
    threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
    return subject


def _report_unprepared(outcome: Plain, progress: Progress) -> None:
    """Say why the atlas of a version that was published is missing."""
    if "unprepared" in outcome:
        vi, en = outcome["unprepared"]
        progress(f"version {outcome['version']} is published and not served yet: {en} / {vi}")


def _talk(process: "subprocess.Popen[str]", order: Plain, note: Progress) -> Plain | None:
    """Send the order and call `note` for each step; the outcome, None when the process ended without one."""
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise RuntimeError("the process has no pipes")
    try:
        with stdin:
            stdin.write(json.dumps(order))
    except BrokenPipeError:
        return None
    outcome = None
    for line in stdout:
        try:
            message = json.loads(line)
        except ValueError:
            continue  # printed by a library
        if "progress" in message:
            note(message["progress"])
        outcome = message.get("outcome", outcome)
    return outcome


def _tail(process: "subprocess.Popen[str]") -> str:
    """The last 2,000 letters of the standard error."""
    tail = ""
    while process.stderr is not None and (chunk := process.stderr.read(65_536)):
        tail = (tail + chunk)[-2_000:]
    return tail
