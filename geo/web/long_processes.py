"""Processes beside a server process that answer its long requests, one at a time each, with less of the processor.

They are forked before the server process has threads; one that ends is replaced by a spawned one, as a process with
threads must not fork. A process makes its application when the first request arrives. Requests and responses pass
through a pipe; when the server process ends, the pipe does too, and with it the process.
"""

import io
import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import Empty, SimpleQueue
from types import FrameType
from typing import IO, Any, TypeAlias
from wsgiref.types import WSGIEnvironment

from flask import Flask

from geo import ending_signals, spare_memory
from geo.budget import busy
from geo.errors import Busy
from geo.settings import Settings
from geo.web.http.metering import METERING, Metering, Reply
from geo.web.http.response_cache import ATLAS
from geo.web.transfers import refuse_to_write

_FIRST_START = "fork" if sys.platform == "linux" else "spawn"
_MAP_PROCESSES = 1
"""Processes for the long requests of the map alone."""
_MAP_WAITING = 15
"""Requests of the map that wait for it."""
_NICENESS = 5
"""By how much less of the processor the others get (nice of POSIX)."""
_IN_MEMORY = 1 << 20
"""Bytes from which on the body of a response is kept in a temporary file."""
_RETRY_S = 5

log = logging.getLogger("geo.web")

Site: TypeAlias = Flask
"""What such a process serves: the application that create_app returns."""
Make: TypeAlias = Callable[[], Site]


class LongProcesses:
    """The processes of one server process, some of them for the map alone. Thread-safe."""

    def __init__(self, make: Make, settings: Settings) -> None:
        wait_s = settings.long_wait_ms / 1000
        self._of_map = _Group(make, _MAP_PROCESSES, waiting=_MAP_WAITING, wait_s=wait_s, niceness=0)
        self._others = _Group(
            make, settings.long_at_once, waiting=settings.long_waiting, wait_s=wait_s, niceness=_NICENESS
        )

    def serve(self, site: Flask) -> None:
        """Have these processes answer the long requests of an application from now on."""
        site.extensions[METERING].hand_over_to(self)

    def answer(self, environ: WSGIEnvironment, *, of_map: bool) -> Reply:
        """The response to a request; Busy when no process becomes free in time, or the process ended."""
        return (self._of_map if of_map else self._others).answer(environ)


class _Group:
    """Equal processes, each of which works on one request at a time."""

    def __init__(self, make: Make, count: int, *, waiting: int, wait_s: float, niceness: int) -> None:
        self._idle: SimpleQueue[_LongProcess] = SimpleQueue()
        self._waiting, self._wait_s = threading.Semaphore(waiting), wait_s
        for _ in range(count):
            self._idle.put(_LongProcess(make, niceness))

    def answer(self, environ: WSGIEnvironment) -> Reply:
        """The response of the process that is free first; Busy when none is free in time."""
        process = self._take()
        try:
            return process.answer(environ)
        finally:
            self._idle.put(process)

    def _take(self) -> "_LongProcess":
        with suppress(Empty):
            return self._idle.get_nowait()
        if not self._waiting.acquire(blocking=False):
            raise busy()
        try:
            return self._idle.get(timeout=self._wait_s)
        except Empty:
            raise busy() from None
        finally:
            self._waiting.release()


class _LongProcess:
    """One process and the pipe to it, used by one thread at a time."""

    def __init__(self, make: Make, niceness: int) -> None:
        self._make, self._niceness = make, niceness
        self._start(_FIRST_START)

    def _start(self, method: str) -> None:
        context: Any = multiprocessing.get_context(method)
        pipe: tuple[Connection, Connection] = context.Pipe()
        self._pipe, theirs = pipe
        arguments = self._make, theirs, self._niceness
        self._process: BaseProcess = context.Process(target=_answer_requests, args=arguments, daemon=True)
        self._process.start()
        theirs.close()

    def _replace(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.join()
        self._start("spawn")

    def answer(self, environ: WSGIEnvironment) -> Reply:
        """The response to a request; Busy when the process has ended, which is then started again."""
        try:
            self._pipe.send(_plain(environ))
            status, headers, atlas_key = self._pipe.recv()
            return Reply(status, headers, self._receive(), atlas_key)
        except (EOFError, OSError):  # also when there is no room for the body
            log.error("%s %s: the process that answered it has ended", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            self._replace()
            raise Busy(
                "The process that was answering this request has ended. Try again in a few seconds.",
                "Tiến trình đang xử lý yêu cầu này đã dừng. Hãy thử lại sau vài giây.",
                _RETRY_S,
            ) from None

    def _receive(self) -> bytes | IO[bytes]:
        """The body of the response; a large one as a temporary file, so that its reader does not hold the process."""
        file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - whoever sends the file closes it
        while block := self._pipe.recv_bytes():
            file.write(block)
        size = file.tell()
        file.seek(0)
        if size > _IN_MEMORY:
            return file
        with file:
            return file.read()


def _plain(environ: WSGIEnvironment) -> tuple[dict[str, object], bytes]:
    """The variables of a request that can be sent to another process, and its body."""
    variables: dict[str, object] = {
        name: value for name, value in environ.items() if isinstance(value, str | bool | tuple)
    }
    return variables, environ["wsgi.input"].read()


# --- in the process ----------------------------------------------------------------------------------------


class _Ending:
    """Ends the process on SIGTERM: between two requests at once, otherwise after the one that it works on."""

    def __init__(self) -> None:
        self.is_working = self.is_due = False
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches every process of the terminal
        ending_signals.receive_as_usual()

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.is_due = True
        if not self.is_working:
            sys.exit(0)


def _answer_requests(make: Make, pipe: Connection, niceness: int) -> None:
    """Answer the requests of the pipe until it ends, or the process that sends them does."""
    ending = _Ending()
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    spare_memory.watch()
    if hasattr(os, "nice"):
        os.nice(niceness)
    metering: Metering | None = None
    with suppress(EOFError, ConnectionError):
        while not ending.is_due:
            variables, body = pipe.recv()
            ending.is_working = True
            metering = metering or make().extensions[METERING]
            _answer_one(metering, variables, body, pipe)
            ending.is_working = False


def _end_with_parent() -> None:
    """End this process when the server process has ended, also in the middle of a request."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _answer_one(metering: Metering, variables: dict[str, Any], body: bytes, pipe: Connection) -> None:
    environ: WSGIEnvironment = {
        **variables, "wsgi.version": (1, 0), "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
        "wsgi.multithread": False, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    start: list[Any] = []

    def record(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        start[:] = status, headers
        return refuse_to_write

    parts = metering.answer_long(environ, record)
    try:
        atlas = environ.get(ATLAS)
        pipe.send((*start, None if atlas is None else atlas.key))
        for part in filter(None, parts):
            pipe.send_bytes(part)
        pipe.send_bytes(b"")
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
