"""The production server, with one process and with several processes that share their files."""

import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from geo.errors import BadSource
from geo.settings import Settings
from geo.web import serving
from tests.conftest import ROOT
from tests.office import write_vn2000_zones
from tests.web.conftest import TOKEN


class Server(NamedTuple):
    """A running server, its port and its data folder."""

    process: "subprocess.Popen[bytes]"
    port: int
    data: Path

    @property
    def workers(self) -> list[int]:
        return sorted(map(int, Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()))

    def get(self, path: str, **headers: str) -> "http.client.HTTPResponse":
        """The response to a GET over a new connection.

        The kernel assigns connections to the processes, even to a stopped one; on a timeout the request is sent
        again over another connection.
        """
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers=headers | {"Connection": "close"}
        )
        for _ in range(20):
            with suppress(TimeoutError):
                try:
                    return urllib.request.urlopen(request, timeout=3)  # type: ignore[no-any-return]
                except urllib.error.HTTPError as error:
                    return error  # type: ignore[return-value]
        raise AssertionError(f"{path}: no answer")

    @contextmanager
    def only(self, worker: int) -> Iterator[None]:
        """Stop all processes but one (SIGSTOP) in the block, so that this one must answer."""
        others = [other for other in self.workers if other != worker]
        for other in others:
            os.kill(other, signal.SIGSTOP)
        try:
            yield
        finally:
            for other in others:
                os.kill(other, signal.SIGCONT)


@contextmanager
def serving_with(
    workers: int, built: Settings, env: dict[str, str], folder: Path, **variables: str
) -> Iterator[Server]:
    data, home = folder / "var", folder / "home"
    shutil.copytree(built.data_dir, data, ignore=shutil.ignore_patterns("drafts", "profiles", "tiles", "exports"))
    home.mkdir()
    port = _free_port()
    settings = {"GEO_DATA_DIR": str(data), "GEO_IMPORT_MB": "1", "GEO_WORKERS": str(workers), "HOME": str(home),
            "GEO_MANAGE_TOKEN": TOKEN}  # fmt: skip
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "app.py", "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env=env | settings | variables, stderr=log)
    try:
        server = Server(process, port, data)
        for _ in range(300):
            assert process.poll() is None, (folder / "log").read_text()
            if _answers(port) and len(server.workers) == workers:
                break
            time.sleep(0.1)
        yield server
        assert "Traceback" not in (folder / "log").read_text()
    finally:
        process.terminate()
        process.wait(timeout=40)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def pair(built: Settings, built_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving_with(2, built, built_env, tmp_path_factory.mktemp("pair")) as server:
        yield server


@pytest.fixture(scope="module")
def alone(built: Settings, built_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving_with(1, built, built_env, tmp_path_factory.mktemp("alone")) as server:
        yield server


@pytest.fixture(params=["alone", "pair"])
def either(request: pytest.FixtureRequest) -> Server:
    server: Server = request.getfixturevalue(request.param)
    return server


def open_files(process: int) -> list[str]:
    paths = []
    for entry in Path(f"/proc/{process}/fd").iterdir():
        try:
            paths.append(str(entry.readlink()))
        except FileNotFoundError:
            continue
    return paths


@pytest.mark.parametrize(
    "path",
    ["/collections/communes/items?limit=5", "/collections/communes/items?limit=2&crs=http://www.opengis.net/def/crs/EPSG/0/9205",
     "/collections/sites/items?bbox=103,21,103.1,21.5", "/tiles/WebMercatorQuad/8/112/201?f=mvt"],
)  # fmt: skip
def test_both_processes_give_the_same_answer(pair: Server, path: str) -> None:
    answers = []
    for worker in pair.workers:
        with pair.only(worker):
            answer = pair.get(path)
            body = answer.read()
            if "json" in answer.headers["Content-Type"]:
                items = json.loads(body)
                body = (items["features"], items["numberMatched"])
            answers.append((answer.status, answer.headers["ETag"], body))
    assert len(answers) == 2 and answers[0] == answers[1]
    assert answers[0][0] == 200


def test_each_process_opens_the_atlas_for_itself_and_the_first_one_opens_none(pair: Server) -> None:
    for worker in pair.workers:
        with pair.only(worker):
            assert pair.get("/collections").status == 200
        assert any(str(pair.data / "atlas") in name for name in open_files(worker))
    assert not [name for name in open_files(pair.process.pid) if str(pair.data) in name]


def test_nothing_is_left_in_the_home_folder(pair: Server) -> None:
    assert not list((pair.data.parent / "home").rglob("*"))


def test_a_tile_that_one_process_made_is_taken_up_by_the_other(pair: Server) -> None:
    tile = "/collections/communes/tiles/WebMercatorQuad/9/225/402"
    first, second = pair.workers
    with pair.only(first):
        body = pair.get(tile).read()
    cache_file = next((pair.data / "tiles").glob("*.sqlite"))
    with sqlite3.connect(cache_file) as database:
        # The second process must serve the tile from the cache file, which is changed here to identify it.
        database.execute("UPDATE tile SET shown = shown + 1000 WHERE layer = 'communes' AND z = 9")
    database.close()
    with pair.only(second):
        # A distinct query: the response to an earlier attempt may have been cached meanwhile.
        answer = pair.get(tile, Accept="application/vnd.mapbox-vector-tile")
        assert answer.read() == body
        assert int(answer.headers["X-Tile-Features"].partition("/")[0]) > 1000


def test_both_processes_turn_to_a_version_that_is_published_elsewhere(
    built: Settings, built_env: dict[str, str], tmp_path: Path
) -> None:
    with serving_with(2, built, built_env, tmp_path) as server:
        before = [_version(server, worker) for worker in server.workers]
        env = built_env | {"GEO_DATA_DIR": str(server.data)}
        arguments = ["import", str(write_vn2000_zones(tmp_path / "vung.shp")), "--layer", "zones"]
        words = [*arguments, "--publish", "--who", "A", "--why", "bản đồ"]
        subprocess.run([sys.executable, "app.py", *words], check=True, cwd=ROOT, env=env, capture_output=True)
        for _ in range(100):  # the atlas before is served while a busy machine examines the new one
            after = [_version(server, worker) for worker in server.workers]
            if after == [2, 2]:
                break
            time.sleep(0.1)
        assert before == [1, 1] and after == [2, 2]

        workers = server.workers
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=30) == 0
        assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", server.port)) != 0


HANDLING = """
import os, signal, threading, time
from geo import ending_signals

threads = []
signal.signal(signal.SIGTERM, lambda number, frame: threads.append(threading.current_thread().name))
ending_signals.receive_in_a_thread()
os.kill(os.getpid(), signal.SIGTERM)
while not threads:
    time.sleep(0.01)
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(0.1)
assert threads == ["signals"], threads
ending_signals.receive_as_usual()
assert threads == ["signals", "MainThread"], threads
"""


def test_a_thread_of_its_own_handles_a_signal_once() -> None:
    """A handler of granian that the main thread runs during its start, or that runs twice, blocks for ever."""
    subprocess.run([sys.executable, "-c", HANDLING], check=True, cwd=ROOT, timeout=30)


STARTING = """
import os, signal, sys, time
from geo.settings import Settings
from geo.web import serving

def has_handler(process):
    with open(f"/proc/{process}/status") as status:
        caught = next(line for line in status if line.startswith("SigCgt")).split()[1]
    return int(caught, 16) >> signal.SIGTERM - 1 & 1

def make():
    worker = os.getpid()
    if os.fork() == 0:
        while not has_handler(worker):
            pass
        time.sleep(float(sys.argv[1]) / 1000)
        os.kill(worker, signal.SIGTERM)
        os._exit(0)
    return lambda environ, start_response: []

serving.serve(make, Settings(workers=1, port=int(sys.argv[2])))
"""


@pytest.mark.parametrize("milliseconds", [0, 0.3, 1])
def test_a_signal_during_the_start_of_a_worker_is_not_lost(milliseconds: float) -> None:
    words = [sys.executable, "-c", STARTING, str(milliseconds), str(_free_port())]
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE) as process:
        server = Server(process, 0, Path())
        while not server.workers:
            time.sleep(0.001)
        [worker] = server.workers
        # A worker that has ended is replaced after 3.5 seconds by default.
        has_ended = _becomes_true(lambda: worker not in server.workers)
        process.kill()
        assert has_ended


COUNTING = """
import gc, sys
from geo.settings import Settings
from geo.web import serving

def application(environ, start_response):
    start_response("200 OK", [])
    return [str(gc.get_freeze_count()).encode()]

serving.serve(lambda: application, Settings(workers=int(sys.argv[1]), port=int(sys.argv[2])))
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_what_stays_is_not_looked_through_for_garbage(workers: int) -> None:
    port = _free_port()
    with subprocess.Popen([sys.executable, "-c", COUNTING, str(workers), str(port)], cwd=ROOT) as process:
        try:
            while not _answers(port):
                assert process.poll() is None
                time.sleep(0.05)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                assert int(answer.read()) > 10_000
        finally:
            process.terminate()


MANY_FILES = """
import os, resource, sys
from geo.settings import Settings
from geo.web import serving

_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]

def application(environ, start_response):
    start_response("200 OK", [])
    return [str(max(map(int, os.listdir("/proc/self/fd")))).encode()]

serving.serve(lambda: application, Settings(workers=1, port=int(sys.argv[1])))
"""


def test_a_server_with_more_than_1024_files_open_answers() -> None:
    port = _free_port()
    with subprocess.Popen([sys.executable, "-c", MANY_FILES, str(port)], cwd=ROOT) as process:
        try:
            while not _answers(port):
                assert process.poll() is None
                time.sleep(0.05)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                assert int(answer.read()) > 1_100
        finally:
            process.terminate()


def test_processes_that_are_still_starting_stop_when_told(
    built: Settings, built_env: dict[str, str], tmp_path: Path
) -> None:
    shutil.copytree(built.data_dir / "atlas", tmp_path / "atlas")
    shutil.copy(built.data_dir / "store.gpkg", tmp_path)
    env = built_env | {"GEO_DATA_DIR": str(tmp_path), "GEO_WORKERS": "2"}
    port = _free_port()
    with subprocess.Popen([sys.executable, "app.py", "serve", "--port", str(port)], cwd=ROOT, env=env) as process:
        server = Server(process, port, tmp_path)
        while len(server.workers) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        # Processes that do not react are killed after 30 seconds.
        assert process.wait(timeout=28) == 0


def _becomes_true(condition: Callable[[], bool]) -> bool:
    for _ in range(2_000):
        if condition():
            return True
        time.sleep(0.01)
    return False


def _version(server: Server, worker: int) -> int:
    with server.only(worker):
        links = json.loads(server.get("/?f=json").read())["links"]
    address = next(link["href"] for link in links if link["rel"] == "monitor")
    return int(address.rpartition("since=")[2])


def test_a_process_that_dies_is_replaced(pair: Server) -> None:
    dead = pair.workers[0]
    os.kill(dead, signal.SIGKILL)
    for _ in range(200):
        if dead not in pair.workers and len(pair.workers) == 2:
            break
        time.sleep(0.1)
    new = next(worker for worker in pair.workers if worker != dead)
    with pair.only(new):
        assert pair.get("/collections").status == 200


def test_a_connection_is_kept_open_for_the_next_request(either: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", either.port, timeout=30)
    connection.connect()
    first = connection.sock
    for _ in range(3):
        connection.request("GET", "/collections/communes/items?limit=1")
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read()
        assert connection.sock is first
    connection.close()


@pytest.mark.parametrize("has_length", [True, False], ids=["content length", "in chunks"])
def test_a_body_over_the_limit_is_refused(either: Server, has_length: bool) -> None:
    part, parts = b" " * 65_536, 48  # 3 MB, where 1 MB and its form are allowed
    first = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    pieces = [first, *[part] * parts, b"\r\n--x--\r\n"]
    length = f"Content-Length: {sum(map(len, pieces))}" if has_length else "Transfer-Encoding: chunked"
    kind = "Content-Type: multipart/form-data; boundary=x"
    head = f"POST /manage/imports HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n{kind}\r\n{length}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", either.port), timeout=30) as line:
        with suppress(BrokenPipeError, ConnectionResetError):  # the response may arrive before the whole body is sent
            line.sendall(head.encode())
            for piece in pieces:
                line.sendall(piece if has_length else b"%x\r\n%b\r\n" % (len(piece), piece))
            line.sendall(b"" if has_length else b"0\r\n\r\n")
        assert line.recv(12) == b"HTTP/1.1 413"


@pytest.mark.parametrize("path", ["/export/all.gpkg", "/export/links.geojson", "/export/products.gpkg"])
def test_files_of_every_size_arrive_whole_and_in_parts(either: Server, path: str) -> None:
    """Each server sends large files in its own way, which a test client in the process does not exercise."""
    for _ in range(2):  # made, and kept
        answer = either.get(path)
        whole = answer.read()
        assert (answer.status, len(whole)) == (200, int(answer.headers["Content-Length"]))
        assert hashlib.sha256(whole).hexdigest() == answer.headers["X-File-SHA256"]
    rest = either.get(path, Range="bytes=1000-")
    assert (rest.status, rest.read()) == (206, whole[1000:])


def test_managing_is_open_to_nobody_without_the_token(either: Server) -> None:
    for headers in ({}, {"X-Forwarded-For": "127.0.0.1"}, {"Authorization": "Bearer x"}):
        assert either.get("/manage", **headers).url.endswith("/manage/sign-in"), headers
    answer = either.get("/manage", Authorization=f"Bearer {TOKEN}")
    assert answer.status == 200 and answer.url.endswith("/manage")


def test_headers_do_not_move_the_site(either: Server) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org", "Script-Name": "/x"}
    links = json.loads(either.get("/collections", **headers).read())["links"]
    assert links[0]["href"] == f"http://127.0.0.1:{either.port}/collections"


def test_an_address_that_is_too_long_is_answered_and_not_cut_off(either: Server) -> None:
    answer = either.get("/collections/sites/items?q=" + "a" * 8_000)
    assert answer.status == 414
    assert "search" in answer.read().decode()


def test_several_processes_need_a_system_that_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    serving.refuse_impossible(Settings(workers=1))
    with pytest.raises(BadSource) as error:
        serving.refuse_impossible(Settings(workers=2))
    assert "--workers 2" in error.value.en and "--workers 2" in error.value.vi
    assert "Windows" in error.value.en and "một tiến trình" in error.value.vi
