"""The work on drafts, one at a time on a machine, each in a process of its own that is stopped after its time."""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from filelock import FileLock

from geo.drafts.child import folder
from geo.drafts.draft import Draft, DraftStore
from geo.drafts.reading import WORK
from geo.errors import BadQuery, BadSource, Conflict, GeoError, NotFound
from geo.pipeline import person
from geo.settings import Settings

Progress = Callable[[str], None]
Plain = dict[str, Any]
Work = Callable[[Plain, Progress], Plain]
"""Carries out an order and returns its outcome: child.carry_out is one that does so in the process that calls it."""
_GRACE_S = 30.0
_SIGKILL = 9
_KINDS: dict[str, type[GeoError]] = {kind.__name__: kind for kind in (BadQuery, BadSource, Conflict, NotFound)}
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from geo.drafts.child import main; main()"


class Jobs:
    """Reads and publishes drafts. `start_*` return at once and leave the outcome in the draft, `read` and `publish`
    wait for it. `work` carries out the orders; without it a process of its own does."""

    def __init__(self, settings: Settings, work: Work | None = None) -> None:
        self.settings = settings
        self._work = work or self._in_a_process
        self.drafts = DraftStore(settings.drafts_dir)
        # The system lets go of it when the process that holds it dies.
        self._one = FileLock(settings.data_dir / "imports.lock")

    def start_read(self, draft: Draft) -> Draft:
        """Begin to read a draft."""
        busy = self._busy(draft, "waiting")
        threading.Thread(target=self._quietly, args=(self.read, busy), daemon=True).start()
        return busy

    def start_publish(self, draft: Draft, *, who: str, why: str, seen: str) -> Draft:
        """Begin to publish a draft as it was seen."""
        if draft.state != "ready":
            raise Conflict("This import is not ready.", "Lần nhập này chưa sẵn sàng.")
        person(who, why)
        busy = self._busy(draft, "publishing")

        def run(one: Draft) -> Draft:
            return self.publish(one, who=who, why=why, seen=seen)

        threading.Thread(target=self._quietly, args=(run, busy), daemon=True).start()
        return busy

    @staticmethod
    def _quietly(task: Callable[[Draft], Draft], draft: Draft) -> None:
        try:
            task(draft)
        except GeoError:
            return  # it stands in the draft

    def read(self, draft: Draft, progress: Progress = lambda _: None) -> Draft:
        """Read a draft; its review lies beside it. The error that kept it from being read is kept and raised."""
        with self._one:
            draft = self._busy(draft, "working")
            try:
                outcome = self._run(draft, {"task": "read"}, progress)
            except GeoError as error:
                # Answers that do not fit are corrected beside the last review; without one there is nothing to show.
                corrigible = isinstance(error, BadQuery) and (self.drafts.folder(draft.id) / "review.json").is_file()
                state = "ready" if corrigible else "failed"
                self.drafts.change(draft, state=state, error=(error.vi, error.en), deadline=0.0)
                raise
            return self.drafts.change(draft, state="ready", base=outcome["base"], deadline=0.0, error=None, progress="")

    def publish(
        self, draft: Draft, *, who: str, why: str, seen: str | None, progress: Progress = lambda _: None
    ) -> Draft:
        """Publish a draft; it says the version that it became. The error that kept it from that is kept and raised."""
        with self._one:
            draft = self._busy(draft, "publishing")
            order = {"task": "publish", "who": who, "why": why, "seen": seen}
            try:
                outcome = self._run(draft, order, progress)
            except GeoError as error:
                self.drafts.change(draft, state="ready", error=(error.vi, error.en), deadline=0.0)
                raise
            published = outcome["version"]
            return self.drafts.change(draft, state="published", published=published, deadline=0.0, error=None)

    def returned(self, draft: Draft) -> bytes:
        """The uploaded table with its findings (see returned.py), made by the process that may be thrown away."""
        review = self.drafts.file(draft, "review.json")
        made = self.drafts.folder(draft.id) / "returned.xlsx"
        if not made.is_file() or made.stat().st_mtime_ns < review.stat().st_mtime_ns:
            with self._one:
                self._run(draft, {"task": "return"}, lambda _: None)
        return self.drafts.file(draft, made.name).read_bytes()

    def _busy(self, draft: Draft, state: str) -> Draft:
        # Others wait their turn: the deadline counts the job before as well.
        deadline = time.time() + 2 * self.settings.import_seconds + _GRACE_S
        return self.drafts.change(draft, state=state, deadline=deadline, error=None)

    def _run(self, draft: Draft, order: Plain, progress: Progress) -> Plain:
        def hear(step: str) -> None:
            progress(step)
            self.drafts.change(draft, progress=step)

        try:
            outcome = self._work({**order, "draft": draft.id, "settings": self.settings.to_json()}, hear)
        finally:
            for left in self.drafts.folder(draft.id).glob(f"{WORK}*"):
                shutil.rmtree(left, ignore_errors=True)
        if "error" in outcome:
            vi, en = outcome["error"]
            raise _KINDS.get(outcome["kind"], GeoError)(en, vi)
        return outcome

    def _in_a_process(self, order: Plain, progress: Progress) -> Plain:
        limit = self.settings.import_seconds
        errors: list[str] = []
        started = time.monotonic()
        with subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
            [sys.executable, "-c", _CODE, str(folder())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
            errors="replace",  # libraries print what they find in the file
        ) as process:  # fmt: skip
            watch = threading.Timer(limit, process.kill)
            drain = threading.Thread(target=lambda: errors.append(_tail(process)), daemon=True)
            watch.start()
            drain.start()
            try:
                outcome = _talk(process, order, progress)
            except BaseException:
                process.kill()
                raise
            finally:
                process.wait()
                watch.cancel()
                drain.join()
        if outcome is None:
            raise _died(process.returncode, time.monotonic() - started >= limit, "".join(errors))
        return outcome


def _talk(process: "subprocess.Popen[str]", order: Plain, progress: Progress) -> Plain | None:
    """Give the order and listen; None when the process ended without an outcome."""
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
            said = json.loads(line)
        except ValueError:
            continue  # a library that prints
        if "progress" in said:
            progress(said["progress"])
        outcome = said.get("outcome", outcome)
    return outcome


def _tail(process: "subprocess.Popen[str]") -> str:
    tail = ""
    while process.stderr is not None and (chunk := process.stderr.read(65_536)):
        tail = (tail + chunk)[-2_000:]
    return tail


def _died(code: int, timed_out: bool, said: str) -> GeoError:
    if timed_out:
        return BadSource(
            "Reading the file took longer than is allowed. Split it, or ask the operator for more time.",
            "Đọc tệp lâu hơn mức cho phép. Hãy tách nhỏ tệp, hoặc nhờ quản trị nâng giới hạn.",
        )
    if "MemoryError" in said or "Unable to allocate" in said:
        return BadSource(
            "The file needs more memory than is allowed. Split it.",
            "Tệp cần nhiều bộ nhớ hơn mức cho phép. Hãy tách nhỏ tệp.",
        )
    if code == -_SIGKILL:
        return BadSource(
            "The work was stopped from outside, perhaps for lack of memory. Try again; nothing is done twice.",
            "Việc này bị dừng từ bên ngoài, có thể do thiếu bộ nhớ. Hãy làm lại; không có gì bị làm hai lần.",
        )
    if code < 0:
        return BadSource(
            "The reader of this format broke down on the file: it is damaged. Export or copy it again.",
            "Trình đọc định dạng này đã dừng đột ngột khi đọc tệp: tệp bị hỏng. Hãy xuất hoặc chép lại tệp.",
        )
    last = said.strip().splitlines()[-1:] or [str(code)]
    return GeoError(f"Reading the file failed: {last[0]}", f"Đọc tệp thất bại: {last[0]}")
