"""Jobs that read drafts, publish them and restore versions: one at a time, in a child process with a time limit."""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from filelock import FileLock

from geo.drafts.child import folder
from geo.drafts.draft import Draft, DraftStore
from geo.drafts.profiles import Profiles
from geo.drafts.reading import WORK
from geo.drafts.restoration import Restoration, RestorationStore
from geo.errors import BadQuery, BadSource, Conflict, GeoError, NotFound
from geo.pipeline import person
from geo.settings import Settings
from geo.store import open_store

Progress = Callable[[str], None]
T = TypeVar("T")
Plain = dict[str, Any]
Work = Callable[[Plain, Progress], Plain]
"""A function that carries out an order and returns its outcome; child.carry_out does it without a child process."""
_GRACE_S = 30.0
_SIGKILL = 9
_KINDS: dict[str, type[GeoError]] = {kind.__name__: kind for kind in (BadQuery, BadSource, Conflict, NotFound)}
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from geo.drafts.child import main; main()"


class Jobs:
    """Reads and publishes drafts, restores versions.

    `start_*` return at once; the outcome is saved in the draft or the restoration. `read`, `publish` and `restore` wait
    for it. `work` carries out the orders; without it a child process does.
    """

    def __init__(self, settings: Settings, work: Work | None = None) -> None:
        self.settings = settings
        self._work = work or self._work_in_child
        self.drafts = DraftStore(settings.drafts_dir)
        self.restorations = RestorationStore(settings.restorations_dir)
        self._profiles = Profiles(settings.profiles_dir)
        # Shared by all processes of the service; the operating system releases it when its holder dies.
        self._lock = FileLock(settings.data_dir / "imports.lock")

    # --- without waiting ---

    def start_read(self, draft: Draft) -> Draft:
        """Begin to read a draft."""
        busy = self._busy(draft, "waiting")
        _start(self.read, busy)
        return busy

    def start_publish(self, draft: Draft, *, who: str, why: str, digest: str) -> Draft:
        """Begin to publish a draft; `digest` is that of the review that the person saw."""
        if draft.state != "ready":
            raise Conflict("This import is not ready.", "Lần nhập này chưa sẵn sàng.")
        person(who, why)
        busy = self._busy(draft, "publishing")

        def publish(draft: Draft) -> None:
            self.publish(draft, who=who, why=why, digest=digest)

        _start(publish, busy)
        return busy

    def start_restore(self, version: int, *, who: str, why: str) -> Restoration:
        """Begin to publish the content of an earlier version as a new one.

        BadQuery without a person and a reason, NotFound when there is no such version.
        """
        who, why = person(who, why)
        versions = [row.number for row in open_store(self.settings).versions()]
        if version not in versions:
            raise NotFound(
                f"No version {version}. Versions: {', '.join(map(str, versions))}.",
                f"Không có phiên bản {version}. Các phiên bản: {', '.join(map(str, versions))}.",
            )
        restoration = self.restorations.create(version, who=who, why=why, deadline=self._deadline())
        _start(self.restore, restoration)
        return restoration

    # --- with waiting ---

    def read(self, draft: Draft, progress: Progress = lambda _: None) -> Draft:
        """The draft after it was read and its review written. An error is saved in the draft and raised."""
        with self._lock:
            draft = self._busy(draft, "working")
            try:
                outcome = self._run_on(draft, {"task": "read"}, progress)
            except GeoError as error:
                # Wrong answers are corrected on the page of the last review; without a review the draft has failed.
                corrigible = isinstance(error, BadQuery) and (self.drafts.folder(draft.id) / "review.json").is_file()
                state = "ready" if corrigible else "failed"
                self.drafts.change(draft, state=state, error=(error.vi, error.en), deadline=0.0)
                raise
            return self.drafts.change(draft, state="ready", base=outcome["base"], deadline=0.0, error=None, progress="")

    def publish(
        self, draft: Draft, *, who: str, why: str, digest: str | None, progress: Progress = lambda _: None
    ) -> Draft:
        """The draft after it was published as version `published`. An error is saved in the draft and raised."""
        with self._lock:
            draft = self._busy(draft, "publishing")
            order = {"task": "publish", "who": who, "why": why, "seen": digest}
            try:
                outcome = self._run_on(draft, order, progress)
            except GeoError as error:
                self.drafts.change(draft, state="ready", error=(error.vi, error.en), deadline=0.0)
                raise
            published = outcome["version"]
            if draft.profile:
                self._profiles.remember(draft.profile, draft.layer, draft.answers, draft.who)
            return self.drafts.change(draft, state="published", published=published, deadline=0.0, error=None)

    def restore(self, restoration: Restoration, progress: Progress = lambda _: None) -> Restoration:
        """The restoration after the content was published as version `published`. An error is saved and raised."""
        change = self.restorations.change
        with self._lock:
            restoration = change(restoration, state="working", deadline=self._deadline())

            def note(step: str) -> None:
                progress(step)
                change(restoration, progress=step)

            order = {
                "task": "restore", "version": restoration.version, "who": restoration.who, "why": restoration.why,
            }  # fmt: skip
            try:
                outcome = self._run(order, note)
            except GeoError as error:
                change(restoration, state="failed", error=(error.vi, error.en), deadline=0.0)
                raise
            return change(restoration, state="published", published=outcome["version"], deadline=0.0)

    def marked_workbook(self, draft: Draft) -> bytes:
        """The uploaded table with its findings, as .xlsx; a child process writes it once for each review."""
        review = self.drafts.file(draft, "review.json")
        path = self.drafts.folder(draft.id) / "returned.xlsx"
        if not path.is_file() or path.stat().st_mtime_ns < review.stat().st_mtime_ns:
            with self._lock:
                self._run_on(draft, {"task": "mark"}, lambda _: None)
        return self.drafts.file(draft, path.name).read_bytes()

    # --- the child process ---

    def _busy(self, draft: Draft, state: str) -> Draft:
        return self.drafts.change(draft, state=state, deadline=self._deadline(), error=None)

    def _deadline(self) -> float:
        # Jobs run one at a time: the deadline allows for the one before.
        return time.time() + 2 * self.settings.import_seconds + _GRACE_S

    def _run_on(self, draft: Draft, order: Plain, progress: Progress) -> Plain:
        """The outcome of an order about a draft; temporary folders of a killed child process are removed."""

        def note(step: str) -> None:
            progress(step)
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
            raise BadSource(*_failures_of(order).too_large)
        if "error" in outcome:
            vi, en = outcome["error"]
            raise _KINDS.get(outcome["kind"], GeoError)(en, vi)
        return outcome

    def _work_in_child(self, order: Plain, note: Progress) -> Plain:
        limit = self.settings.import_seconds
        errors: list[str] = []
        start_s = time.monotonic()
        with subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
            [sys.executable, "-c", _CODE, str(folder())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
            errors="replace",  # libraries print bytes of the file
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
            raise _error_of(process.returncode, "".join(errors), _failures_of(order), timed_out=timed_out)
        return outcome


def _start(task: Callable[[T], object], subject: T) -> None:
    """Run a task in a thread; a GeoError is ignored, as the task has saved it in `subject`."""

    def run() -> None:
        try:
            task(subject)
        except GeoError:
            return

    threading.Thread(target=run, daemon=True).start()


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


class _Failures(NamedTuple):
    """Messages, in English and Vietnamese, for a process that ended without an outcome."""

    too_slow: tuple[str, str]
    too_large: tuple[str, str]
    crashed: tuple[str, str]
    failed: tuple[str, str]


_OF_FILE = _Failures(
    too_slow=(
        "Reading the file took longer than the limit. Split it, or ask the operator to raise the limit.",
        "Đọc tệp lâu hơn mức cho phép. Hãy tách nhỏ tệp, hoặc nhờ quản trị viên nâng giới hạn.",
    ),
    too_large=(
        "The file needs more memory than is allowed. Split it.",
        "Tệp cần nhiều bộ nhớ hơn mức cho phép. Hãy tách nhỏ tệp.",
    ),
    crashed=(
        "The reader of this format crashed on the file: it is damaged. Export or copy it again.",
        "Trình đọc định dạng này đã dừng đột ngột khi đọc tệp: tệp bị hỏng. Hãy xuất hoặc chép lại tệp.",
    ),
    failed=("Reading the file failed", "Đọc tệp thất bại"),
)
_OF_VERSION = _Failures(
    too_slow=(
        "Restoring took longer than the limit. Ask the operator to raise it (GEO_IMPORT_SECONDS).",
        "Khôi phục lâu hơn mức cho phép. Hãy nhờ quản trị viên nâng giới hạn (GEO_IMPORT_SECONDS).",
    ),
    too_large=(
        "Restoring needs more memory than the limit. Ask the operator to raise it (GEO_IMPORT_MEMORY_MB).",
        "Khôi phục cần nhiều bộ nhớ hơn mức cho phép. Hãy nhờ quản trị viên nâng giới hạn (GEO_IMPORT_MEMORY_MB).",
    ),
    crashed=(
        "The restoring process crashed. Try again; nothing is done twice.",
        "Tiến trình khôi phục đã dừng đột ngột. Hãy làm lại; không có gì bị làm hai lần.",
    ),
    failed=("Restoring failed", "Khôi phục thất bại"),
)


def _failures_of(order: Plain) -> _Failures:
    return _OF_VERSION if order["task"] == "restore" else _OF_FILE


def _error_of(code: int, errors: str, failures: _Failures, *, timed_out: bool) -> GeoError:
    """The error for a process that ended with the exit status `code` and `errors` on its standard error."""
    if timed_out:
        return BadSource(*failures.too_slow)
    if "MemoryError" in errors or "Unable to allocate" in errors:
        return BadSource(*failures.too_large)
    if code == -_SIGKILL:
        return BadSource(
            "The job was killed, perhaps for lack of memory. Try again; nothing is done twice.",
            "Tác vụ bị dừng đột ngột, có thể do máy chủ thiếu bộ nhớ. Hãy làm lại; không có gì bị làm hai lần.",
        )
    if code < 0:
        return BadSource(*failures.crashed)
    last = (errors.strip().splitlines() or [str(code)])[-1]
    return GeoError(*(f"{words}: {last}" for words in failures.failed))
