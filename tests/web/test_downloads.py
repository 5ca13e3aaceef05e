"""Downloads as clients see them: tags, dates, ranges, digests, codings; kept once written, never half a file."""

import base64
import gzip
import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask.testing import FlaskClient

from geo.atlas import Atlas
from geo.errors import GeoError
from geo.views.export import FORMATS
from geo.views.export.kept import ExportCache
from tests.conftest import ROOT
from tests.web.conftest import application

PLAIN = {"Accept-Encoding": "identity"}
PATH = "/export/products.geojson"


def sha_of(headers: Any) -> str:
    """The hexadecimal SHA-256 of a Repr-Digest."""
    kind, _, value = headers["Repr-Digest"].partition("=")
    assert kind == "sha-256" and value[0] == value[-1] == ":"
    return base64.b64decode(value.strip(":")).hex()


@pytest.fixture
def caller(small_atlas: Atlas, tmp_path: Path) -> FlaskClient:
    """A caller of a service that has kept nothing yet."""
    return application(small_atlas, data_dir=tmp_path).test_client()


@pytest.mark.parametrize("key", FORMATS)
def test_every_export_has_a_count_and_the_digest_of_its_bytes(caller: FlaskClient, key: str) -> None:
    answer = caller.get(f"/export/products.{FORMATS[key].extension}", headers=PLAIN)
    assert (answer.status_code, answer.headers["X-Feature-Count"]) == (200, "3")
    assert answer.headers["X-File-SHA256"] == hashlib.sha256(answer.data).hexdigest() == sha_of(answer.headers)
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert not answer.headers["ETag"].startswith("W/") and answer.last_modified is not None


@pytest.mark.parametrize(("coding", "unpack"), [("gzip", gzip.decompress), ("br", brotli.decompress)])
@pytest.mark.parametrize("query", ["", "?ids=R1,R2"])
def test_text_is_sent_coded_with_a_tag_and_a_digest_of_its_own(
    caller: FlaskClient, coding: str, unpack: Any, query: str
) -> None:
    plain = caller.get(PATH + query, headers=PLAIN)
    packed = caller.get(PATH + query, headers={"Accept-Encoding": coding})
    assert packed.headers["Content-Encoding"] == coding and "Content-Encoding" not in plain.headers
    assert unpack(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert sha_of(packed.headers) == hashlib.sha256(packed.data).hexdigest()
    assert packed.headers["X-File-SHA256"] == plain.headers["X-File-SHA256"]
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
        held = {"If-None-Match": answer.headers["ETag"], "Accept-Encoding": coding}
        assert caller.get(PATH + query, headers=held).status_code == 304


def test_what_is_packed_already_is_sent_as_it_is(caller: FlaskClient) -> None:
    for ending in ("gpkg", "zip", "xlsx"):
        answer = caller.get(f"/export/products.{ending}", headers={"Accept-Encoding": "br, gzip"})
        assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("query", ["", "?ids=R1,R3"])
@pytest.mark.parametrize(("asked", "part"), [("0-9", slice(0, 10)), ("10-", slice(10, None)), ("-7", slice(-7, None))])
def test_a_part_is_sent_when_a_part_is_asked_for(caller: FlaskClient, query: str, asked: str, part: slice) -> None:
    whole = caller.get(PATH + query, headers=PLAIN)
    answer = caller.get(PATH + query, headers={**PLAIN, "Range": f"bytes={asked}"})
    assert (answer.status_code, answer.data) == (206, whole.data[part])
    first, last = part.indices(len(whole.data))[:2]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last - 1}/{len(whole.data)}"
    assert answer.headers["ETag"] == whole.headers["ETag"]
    assert sha_of(answer.headers) == sha_of(whole.headers)  # of the whole representation, so that parts can be joined


def test_a_part_that_the_file_does_not_have_is_refused(caller: FlaskClient) -> None:
    whole = caller.get(PATH, headers=PLAIN)
    answer = caller.get(PATH, headers={**PLAIN, "Range": "bytes=999999999-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(whole.data)}")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_download_goes_on_only_where_it_is_the_same_file(caller: FlaskClient) -> None:
    whole = caller.get(PATH, headers=PLAIN)
    same = caller.get(PATH, headers={**PLAIN, "Range": "bytes=5-", "If-Range": whole.headers["ETag"]})
    assert (same.status_code, same.data) == (206, whole.data[5:])
    other = caller.get(PATH, headers={**PLAIN, "Range": "bytes=5-", "If-Range": '"another"'})
    assert (other.status_code, other.data) == (200, whole.data)
    dated = caller.get(PATH, headers={**PLAIN, "Range": "bytes=5-", "If-Range": whole.headers["Last-Modified"]})
    assert (dated.status_code, dated.data) == (206, whole.data[5:])


def test_a_caller_that_knows_the_date_is_not_sent_it_again(caller: FlaskClient) -> None:
    whole = caller.get(PATH, headers=PLAIN)
    assert caller.get(PATH, headers={"If-Modified-Since": whole.headers["Last-Modified"]}).status_code == 304
    assert caller.get(PATH, headers={"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}).status_code == 200
    # A tag says more than a date.
    both = {"If-Modified-Since": whole.headers["Last-Modified"], "If-None-Match": '"another"'}
    assert caller.get(PATH, headers=both).status_code == 200


def test_head_says_what_get_would(caller: FlaskClient) -> None:
    whole, head = caller.get(PATH, headers=PLAIN), caller.head(PATH, headers=PLAIN)
    assert head.data == b"" and head.status_code == 200
    for name in ("Content-Length", "ETag", "Repr-Digest", "X-Feature-Count", "Last-Modified", "Accept-Ranges"):
        assert head.headers[name] == whole.headers[name]


# --- kept ------------------------------------------------------------------------------------------------


def test_a_whole_layer_is_written_once_and_a_selection_is_not_kept(
    caller: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = caller.get(PATH, headers=PLAIN).data
    kept = sorted(path.name for path in (tmp_path / "exports").rglob("*.file"))
    assert len(kept) == 1
    from geo.web import downloads

    def fails(*_: Any, **__: Any) -> int:
        raise AssertionError("written again")

    monkeypatch.setattr(downloads, "write_export", fails)
    assert caller.get(PATH, headers=PLAIN).data == first
    assert caller.get(PATH, headers={"Accept-Encoding": "gzip"}).status_code == 200
    monkeypatch.undo()
    caller.get(f"{PATH}?ids=R1", headers=PLAIN)
    assert sorted(path.name for path in (tmp_path / "exports").rglob("*.file")) == kept


def test_an_export_that_fails_is_an_error_and_leaves_nothing(
    caller: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geo.web import downloads

    def breaks(atlas: Any, query: Any, key: str, out: Any, **_: Any) -> int:
        out.write(b"half a file")
        raise GeoError("2 of 3 records written", "chỉ ghi được 2/3 bản ghi")

    monkeypatch.setattr(downloads, "write_export", breaks)
    for query in ("", "?ids=R1"):
        answer = caller.get(PATH + query)
        assert answer.status_code == 500 and b"half" not in answer.data
        assert answer.headers["Cache-Control"] == "no-store"
    assert not list((tmp_path / "exports").rglob("*.*"))


def test_a_folder_that_cannot_be_written_costs_only_the_keeping(small_atlas: Atlas, tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("in the way")
    answer = application(small_atlas, data_dir=tmp_path).test_client().get(PATH, headers=PLAIN)
    assert answer.status_code == 200 and answer.headers["X-Feature-Count"] == "3"


def test_the_longest_unused_leave_first(tmp_path: Path) -> None:
    cache = ExportCache(tmp_path, most_bytes=250)

    def asked(key: str) -> bool:
        """Whether it had to be written."""
        written = []

        def write(out: Any) -> int:
            written.append(out.write(b"x" * 100))
            return 1

        with cache.open("v", key, write).file:
            return bool(written)

    stamps = iter(range(1_000_000, 2_000_000, 1000))
    for key in ("a", "b"):
        assert asked(key)
        (made,) = tmp_path.glob(f"v/{key}-*")
        os.utime(made, (now := next(stamps), now))
    assert not asked("a")  # used now, so "b" is the longest unused
    assert asked("c")
    assert not asked("a") and not asked("c") and asked("b")


def test_two_who_ask_at_once_get_the_same_whole_file(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def write(out: Any) -> int:
        for _ in range(50):
            out.write(os.urandom(1000))  # never twice the same: what is kept must be what was told
            time.sleep(0.001)
        return 50

    def asked(_: int) -> tuple[str, str]:
        made = ExportCache(tmp_path, 10**9).open("v", "k", write)
        with made.file as file:
            return hashlib.sha256(file.read()).hexdigest(), made.sha256

    with ThreadPoolExecutor(8) as pool:
        for digest, told in pool.map(asked, range(16)):
            assert digest == told


# --- a real server ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(built_env: dict[str, str]) -> Iterator[str]:
    """`app.py serve` over the shipped data."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "app.py", "serve", "--port", str(port)], cwd=ROOT, env=built_env, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                break
        except OSError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(timeout=20)


def curl(*words: str) -> str:
    return subprocess.run(["curl", "-sS", "-f", *words], check=True, capture_output=True, text=True, timeout=60).stdout


def test_curl_goes_on_where_a_download_broke_off(server: str, tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.geojson", tmp_path / "part.geojson"
    address = f"{server}/export/communes.geojson"
    heads = curl("-D", "-", "-o", str(whole), address)
    part.write_bytes(whole.read_bytes()[:100_000])
    curl("-C", "-", "-o", str(part), address)
    assert part.read_bytes() == whole.read_bytes()
    digest = hashlib.sha256(whole.read_bytes()).hexdigest()
    assert f"x-file-sha256: {digest}" in heads.lower()


def test_curl_unpacks_what_it_asks_compressed(server: str, tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain.csv", tmp_path / "packed.csv"
    curl("-o", str(plain), f"{server}/export/links.csv")
    heads = curl("--compressed", "-D", "-", "-o", str(packed), f"{server}/export/links.csv")
    assert packed.read_bytes() == plain.read_bytes() and "content-encoding:" in heads.lower()


def test_curl_asks_the_head_of_a_large_answer(server: str) -> None:
    heads = curl("-I", f"{server}/export/communes.gpkg").lower()
    assert "accept-ranges: bytes" in heads and "content-length:" in heads and "200 ok" in heads
