"""Long requests of a real server: answered by processes of their own, which die, end and are replaced."""

import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import large
from tests.bench.ogc_api_servers import write_ours
from tests.load.memory import below
from tests.test_load import Server, started

RECORDS = 3_000
SLOW = json.dumps({"filter": " OR ".join(["S_TOUCHES(geometry, geometry)"] * 15), "limit": 1}).encode()
"""A search of about half a second: the relation of each zone to itself, again and again."""
JSON = {"Content-Type": "application/json"}
OF_ONE_RESPONSE = {"date", "x-request-id"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a province of medium size."""
    folder = tmp_path_factory.mktemp("long") / "var"
    write_ours(folder, large.frames(RECORDS, RECORDS))
    return folder


@pytest.fixture(scope="module")
def handing(data: Path) -> Iterator[Server]:
    """A server that hands every request over that has used a millisecond of processor time."""
    with started(data, GEO_LONG_MS="1") as server:
        yield server


@pytest.fixture(scope="module")
def keeping(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that hands only those over that say themselves that they take long."""
    with started(data, GEO_LONG_MS="60000") as server:
        yield server


def ask(server: Server, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request(method, path, body or None, {"Host": "localhost", **(JSON if body else {}), **headers})
    response = connection.getresponse()
    values = {name.lower(): value for name, value in response.getheaders()}
    data = response.read()
    connection.close()
    return response.status, {name: value for name, value in values.items() if name not in OF_ONE_RESPONSE}, data


def long_processes(server: Server) -> list[int]:
    """The processes for long requests of a server with one worker."""
    return list(below(next(below(server.process.pid))))


@pytest.mark.parametrize(
    ("method", "path", "body", "headers"),
    [
        ("GET", "/zones?sort=-name&page=7&q=vung", b"", {"Accept": "text/html"}),
        ("GET", "/map.json?layers=zones&bbox=102.5,21,103.1,22", b"", {}),
        ("GET", "/map.json?layers=zones&bbox=102.5,21,103.1,22", b"", {"Accept-Encoding": "gzip"}),
        ("GET", "/collections/zones/items?limit=500&crs=http://www.opengis.net/def/crs/EPSG/0/9205", b"", {}),
        ("GET", "/collections/zones/items?limit=30&f=csv", b"", {}),
        ("GET", "/collections/producers/tiles/WebMercatorQuad/8/112/201", b"", {}),
        ("GET", "/export/zones.geojson", b"", {}),
        ("GET", "/export/zones.geojson", b"", {"Range": "bytes=1000-2999"}),
        ("GET", "/export/zones.geojson", b"", {"Accept-Encoding": "br"}),
        ("HEAD", "/export/producers.csv", b"", {}),
        ("POST", "/collections/zones/search", b'{"filter": "CASEI(note) LIKE \'%xen%\'", "sortby": "-name"}', {}),
        ("POST", "/collections/zones/search", b'{"filter": "CASEI(note) LIKE"}', {}),
        ("POST", "/collections/zones/search", b'{"filter": "households = 3"} trailing', {}),
        ("GET", "/collections/zones/items/none", b"", {"Accept-Language": "en"}),
    ],
)
def test_a_request_that_is_handed_over_is_answered_alike(
    handing: Server, keeping: Server, method: str, path: str, body: bytes, headers: dict[str, str]
) -> None:
    status, own, data = ask(handing, method, path, body, **headers)
    expected_status, expected, expected_data = ask(keeping, method, path, body, **headers)
    assert (status, set(own)) == (expected_status, set(expected))
    if status < 400 and "timestamp" not in own and b"timeStamp" not in data and "text/html" not in own["content-type"]:
        assert own == expected and data == expected_data
    assert len(data) == len(expected_data) or "text/html" in own["content-type"] or status >= 400


def test_a_long_process_that_dies_is_replaced_and_its_request_can_be_sent_again(data: Path) -> None:
    with started(data, GEO_LONG_AT_ONCE="1", GEO_REQUEST_SECONDS="60") as server:
        assert ask(server, "GET", "/collections/zones/items?limit=30&f=csv")[0] == 200
        of_map, other = long_processes(server)
        replies: list[tuple[int, dict[str, str], bytes]] = []
        caller = threading.Thread(
            target=lambda: replies.append(ask(server, "POST", "/collections/zones/search?lang=en", SLOW))
        )
        caller.start()
        time.sleep(0.3)
        os.kill(other, signal.SIGKILL)
        caller.join()
        assert server.get("/healthz")[0] == 200
        for status, headers, text in replies:
            # The kill may come before the request was handed over: it is then answered by the process that follows.
            assert status in {200, 503} and ("retry-after" in headers) == (status == 503), text
        status, _, text = ask(server, "POST", "/collections/zones/search", SLOW)
        assert status in {200, 503}
        assert ask(server, "POST", "/collections/zones/search", SLOW)[0] == 200
        after = long_processes(server)
        assert of_map in after and other not in after
        assert "the process that answered it has ended" in server.log.read_text()


def test_a_long_request_is_finished_before_the_server_ends(data: Path) -> None:
    replies: list[int] = []
    with started(data, GEO_REQUEST_SECONDS="60") as server:
        caller = threading.Thread(
            target=lambda: replies.append(ask(server, "POST", "/collections/zones/search", SLOW)[0])
        )
        caller.start()
        time.sleep(0.3)
        # systemd signals every process of a service.
        for pid in (server.process.pid, *long_processes(server)):
            os.kill(pid, signal.SIGTERM)
        caller.join()
        assert server.process.wait(timeout=40) == 0
    assert replies == [200]


def test_long_processes_end_with_a_server_that_is_killed(data: Path) -> None:
    with started(data) as server:
        assert ask(server, "GET", "/collections/zones/items?limit=30&f=csv")[0] == 200
        everything = list(below(server.process.pid))
        assert len(everything) >= 3
        for pid in (server.process.pid, everything[0]):
            os.kill(pid, signal.SIGKILL)
        for _ in range(200):
            if not any(Path(f"/proc/{pid}/exe").exists() for pid in everything):
                break
            time.sleep(0.05)
        assert not [pid for pid in everything if Path(f"/proc/{pid}/exe").exists()]
