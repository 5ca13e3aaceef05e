"""What slow, idle and unfinished connections cost others, and how a server ends: with real sockets and signals."""

import http.client
import json
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from geo.settings import Settings
from tests.conftest import ROOT
from tests.effort import Effort
from tests.proxies import free_port
from tests.test_serving import Server, serving_with

UNFINISHED_HEAD = b"GET /about HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
UNFINISHED_BODY = (
    b"POST /collections/sites/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Content-Length: 1000\r\n\r\n{"limit":'
)
LARGE = b"GET /export/all.gpkg HTTP/1.1\r\nHost: localhost\r\n\r\n"
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module", params=[1, 2])
def server(
    request: pytest.FixtureRequest, built: Settings, built_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with serving_with(request.param, built, built_env, tmp_path_factory.mktemp("connections")) as served:
        yield served


@pytest.fixture(autouse=True)
def open_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8_192)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connect(port: int, sent: bytes) -> socket.socket:
    """A connection with a small window on which something was sent, and nothing is read."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.settimeout(60)
    line.connect(("127.0.0.1", port))
    line.sendall(sent)
    return line


def seconds(port: int, path: str) -> float:
    """How long a fresh connection waits for the whole answer."""
    began = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        assert answer.status == 200 and answer.read()
    return time.monotonic() - began


def test_idle_and_slow_connections_cost_a_fresh_request_nothing(server: Server, effort: Effort) -> None:
    seconds(server.port, "/export/all.gpkg")  # made once, so that the slow readers wait for the network only
    with ExitStack() as held:
        for number in range(effort.idle):
            line = held.enter_context(closing(connect(server.port, WHOLE)))
            if number % 50 == 0:
                assert line.recv(12) == b"HTTP/1.1 200"
        for number in range(effort.slow):
            sent = (UNFINISHED_HEAD, UNFINISHED_BODY, LARGE)[number % 3]
            held.enter_context(closing(connect(server.port, sent)))
        time.sleep(1)
        for path in ("/healthz", "/collections/communes/items?limit=5", "/map.json?bbox=103,21,104,22&layers=products"):
            assert sorted(seconds(server.port, path) for _ in range(5))[2] < 1, path
        # A slow sender is answered once it has sent everything, a slow reader gets every byte.
        body = json.dumps({"limit": 2}).encode()
        with closing(connect(server.port, UNFINISHED_BODY.replace(b"1000", str(len(body)).encode())[:-9])) as late:
            late.sendall(body[:4])
            time.sleep(0.3)
            late.sendall(body[4:])
            assert late.recv(12) == b"HTTP/1.1 200"


def test_more_transfers_than_there_are_places_for_are_told_to_come_back(
    built: Settings, built_env: dict[str, str], tmp_path: Path
) -> None:
    with serving_with(1, built, built_env, tmp_path, GEO_TRANSFERS="4") as server, ExitStack() as held:
        for _ in range(4):
            held.enter_context(closing(connect(server.port, UNFINISHED_BODY)))
        time.sleep(1)
        with closing(connect(server.port, UNFINISHED_BODY)) as fifth:
            answer = http.client.HTTPResponse(fifth)
            answer.begin()
            problem = json.loads(answer.read())
            assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert (problem["status"], problem["code"]) == (503, "Busy") and "Hãy thử lại sau 10 giây" in problem[
                "detail"
            ]
        assert server.get("/healthz").status == 200
        page = server.get("/export/all.gpkg?lang=en", Accept="text/html")  # a large response needs a place too
        text = page.read().decode()
        assert page.status == 503 and page.headers["Content-Type"].startswith("text/html")
        assert "Try again in 10 seconds" in text and '<meta http-equiv="refresh" content="10">' in text
        held.close()
        for _ in range(50):
            if (answer := server.get("/export/all.gpkg")).status == 200:
                break
            time.sleep(0.1)
        assert len(answer.read()) == int(answer.headers["Content-Length"]) > 1_048_576
        log = (tmp_path / "log").read_text()
        assert "503 Busy: The server is transferring too many files" in log and "Traceback" not in log


def test_a_body_that_nobody_asked_for_is_not_waited_for(server: Server) -> None:
    head = b"POST /about HTTP/1.1\r\nHost: localhost\r\nContent-Length: 257000000\r\n\r\n"
    with closing(connect(server.port, head)) as line:
        assert line.recv(12) == b"HTTP/1.1 413"


def test_a_body_that_is_cut_off_is_refused_and_not_taken_for_a_whole_one(server: Server) -> None:
    with closing(connect(server.port, UNFINISHED_BODY.replace(b'{"limit":', b'{"limit": 2}'))) as line:
        line.shutdown(socket.SHUT_WR)
        assert line.recv(12) == b"HTTP/1.1 400"


APPLICATION = """
import multiprocessing, sys, time
from functools import partial
from geo.settings import Settings
from geo.web import serving

def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(float(environ["QUERY_STRING"]))
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]

def make():
    return application

if __name__ == "__main__":
    serving.START = sys.argv[4]
    chosen = Settings(workers=int(sys.argv[1]), port=int(sys.argv[2]), stop_seconds=int(sys.argv[3]))
    serving.serve(make, chosen)
"""


class Started:
    """A server of APPLICATION."""

    def __init__(self, folder: Path, workers: int, *, stop_seconds: int, start: str = "fork") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        script = folder / "serving_program.py"
        script.write_text(APPLICATION)
        words = [str(workers), str(self.port), str(stop_seconds), start]
        self.process = subprocess.Popen(
            [sys.executable, str(script), *words], cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}
        )
        for _ in range(300):
            assert self.process.poll() is None
            try:
                seconds(self.port, "/")
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("no answer")

    def ask(self, path: str) -> socket.socket:
        return connect(self.port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())


def everything(line: socket.socket) -> bytes:
    return b"".join(iter(lambda: line.recv(65_536), b""))


@pytest.mark.parametrize("workers", [1, 2])
def test_requests_in_progress_are_finished_before_a_server_ends(tmp_path: Path, workers: int) -> None:
    started = Started(tmp_path, workers, stop_seconds=20)
    with ExitStack() as held:
        held.callback(started.process.kill)
        lines = [held.enter_context(closing(started.ask("/slow?2"))) for _ in range(4)]
        idle = held.enter_context(closing(started.ask("/")))
        time.sleep(0.7)
        began = time.monotonic()
        started.process.send_signal(signal.SIGTERM)
        answers = [everything(line) for line in lines]
        assert all(answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"done") for answer in answers)
        assert started.process.wait(timeout=20) == 0
        assert 0.5 < time.monotonic() - began < 10
        assert everything(idle).endswith(b"done")
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", started.port)) != 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_ends_within_its_time_whatever_still_runs(tmp_path: Path, workers: int) -> None:
    started = Started(tmp_path, workers, stop_seconds=2)
    with ExitStack() as held:
        held.callback(started.process.kill)
        held.enter_context(closing(started.ask("/slow?60")))
        time.sleep(0.5)
        began = time.monotonic()
        started.process.send_signal(signal.SIGTERM)
        assert started.process.wait(timeout=20) == 0
        assert time.monotonic() - began < 8


@pytest.mark.parametrize("workers", [1, 2])
def test_no_process_outlives_a_parent_that_is_killed(tmp_path: Path, workers: int) -> None:
    started = Started(tmp_path, workers, stop_seconds=20)
    started.process.kill()
    started.process.wait()
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", started.port)) != 0:
                return
        time.sleep(0.1)
    raise AssertionError("the port is still held")


def test_processes_that_are_spawned_serve_and_end_as_those_that_are_forked(tmp_path: Path) -> None:
    """As on Windows and macOS."""
    started = Started(tmp_path, 1, stop_seconds=20, start="spawn")
    with closing(started.ask("/slow?1")) as line:
        time.sleep(0.4)
        started.process.send_signal(signal.SIGTERM)
        assert everything(line).endswith(b"done")
    assert started.process.wait(timeout=20) == 0


SERVED = """
import app
from geo.web import serving
serving.THREAD_IDLE_S = 5
app.cli()
"""


def test_threads_end_without_a_crash_and_leave_no_file_open(
    built: Settings, built_env: dict[str, str], tmp_path: Path
) -> None:
    """A thread that ends while it holds a connection to SQLite can crash its process."""
    data = shutil.copytree(built.data_dir, tmp_path / "var", ignore=shutil.ignore_patterns("drafts", "profiles"))
    port = free_port()
    command = [sys.executable, "-c", SERVED, "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=built_env | {"GEO_DATA_DIR": str(data)}) as process:
        try:
            server = Server(process, port, data)
            for _ in range(300):
                with suppress(OSError):
                    seconds(port, "/healthz")
                    break
                time.sleep(0.1)
            [worker] = server.workers

            def ask(number: int) -> int:
                return server.get(f"/collections/communes/items?limit=20&offset={number}").status

            for round_number in range(2):
                with ThreadPoolExecutor(20) as pool:
                    assert set(pool.map(ask, range(round_number * 40, round_number * 40 + 40))) == {200}
                time.sleep(9)
            assert server.get("/about").status == 200
            assert server.workers == [worker]
            entries = list(Path(f"/proc/{worker}/fd").iterdir())
            assert len([one for one in entries if one.exists() and "/atlas/" in str(one.readlink())]) < 30
        finally:
            process.terminate()
