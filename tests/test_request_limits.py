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
MB = 1_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over 2,000 zones whose requests may read 1,500 rows and send a megabyte."""
    folder = tmp_path_factory.mktemp("limits") / "var"
    write_ours(folder, large.frames(2_000, 1_600))
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
    assert f"reads more than {ROWS:,} rows" in refusal(server, "GET", "/export/producers.csv?lang=en")
    assert "đọc hơn 1.500 dòng" in refusal(server, "GET", "/export/producers.csv?lang=vi")
    status, _, data = ask(server, "GET", "/export/producers.csv?bbox=102,21,102.5,22")
    assert status == 200 and 1 < data.count(b"\n") < ROWS


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
    for _ in range(2):  # the second time it is in the cache
        assert "at most 1,000,000 are sent" in refusal(
            server, "GET", "/export/zones.geojson?lang=en&bbox=102,20,104,21.9"
        )
