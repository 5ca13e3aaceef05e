"""A real server whose requests may read few rows and send few bytes: what is more is refused in words and logged."""

import gzip
import json
from collections.abc import Iterator

import pytest

from tests.bench import large
from tests.bench.ogc_api_servers import write_ours
from tests.test_load import Server, started
from tests.test_long_processes import ask

ROWS = 1_500
PRODUCERS = 1_600
MB = 1_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over 2,000 zones whose requests may read 1,500 rows and send a megabyte."""
    folder = tmp_path_factory.mktemp("limits") / "var"
    write_ours(folder, large.frames(2_000, PRODUCERS))
    limits = {"GEO_REQUEST_ROWS": str(ROWS), "GEO_ANSWER_MB": "1", "GEO_DOWNLOAD_MB": "1"}
    with started(folder, **limits) as process:
        yield process


def refusal(server: Server, method: str, path: str, body: bytes = b"", **headers: str) -> str:
    """The words of a refusal, which is logged; the server answers what is less."""
    status, answered, data = ask(server, method, path, body, **headers)
    assert (status, answered["content-type"]) == (422, "application/problem+json"), data
    assert f"{method} {path.partition('?')[0]} " in server.log.read_text(encoding="utf-8")
    assert ask(server, "GET", "/collections/zones/items?limit=2")[0] == 200
    return str(json.loads(data)["detail"])


def test_a_request_that_reads_too_many_rows_is_refused(server: Server) -> None:
    many = "/map.json?layers=producers,zones&bbox=102,20,103.6,22"
    assert f"reads more than {ROWS:,} rows" in refusal(server, "GET", f"{many}&lang=en")
    assert "đọc hơn 1.500 dòng" in refusal(server, "GET", f"{many}&lang=vi")


@pytest.mark.parametrize(
    "path",
    ["/producers", "/catalogue/items/producers", "/collections/producers/tiles/WebMercatorQuad/8/112/201"],
)
def test_what_is_made_once_for_each_version_reads_all_its_rows(server: Server, path: str) -> None:
    for _ in range(2):
        assert ask(server, "GET", path)[0] == 200


@pytest.mark.parametrize("selection", ["", "?bbox=101,20,105,23"], ids=["the whole layer", "a selection of it"])
def test_a_download_reads_all_its_rows(server: Server, selection: str) -> None:
    status, _, data = ask(server, "GET", f"/export/producers.csv{selection}")
    assert status == 200 and data.count(b"\n") == 1 + PRODUCERS > ROWS


@pytest.mark.parametrize("headers", [{}, {"If-None-Match": '"another"'}], ids=["plain", "by the application"])
def test_an_answer_that_is_too_large_is_refused(server: Server, headers: dict[str, str]) -> None:
    path = "/collections/zones/items?limit=1000"
    assert "at most 1,000,000 are sent" in refusal(server, "GET", f"{path}&lang=en", **headers)
    assert "gửi tối đa 1.000.000 byte" in refusal(server, "GET", f"{path}&lang=vi", **headers)


def test_what_is_small_enough_as_it_is_sent_is_sent(server: Server) -> None:
    status, answered, data = ask(server, "GET", "/collections/zones/items?limit=1000", **{"Accept-Encoding": "gzip"})
    assert status == 200 and answered["content-encoding"] == "gzip"
    assert len(data) < MB < len(gzip.decompress(data))


def test_a_download_that_is_too_large_is_refused_every_time(server: Server) -> None:
    for _ in range(2):  # the second time before it is written
        for path in ("/export/zones.geojson?lang=en&bbox=102,20,104,21.9", "/export/zones.gpkg?lang=en"):
            words = refusal(server, "GET", path)
            assert "at most 1,000,000 are sent" in words and "by a box or a filter" in words
