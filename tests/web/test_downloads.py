"""Downloads as clients see them: tags, dates, ranges, digests, codings; written once, never half a file."""

import base64
import gzip
import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask.testing import FlaskClient
from werkzeug.wsgi import FileWrapper

from geo.atlas import Atlas
from geo.errors import GeoError
from geo.views.formats import FORMATS
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
        conditional = {"If-None-Match": answer.headers["ETag"], "Accept-Encoding": coding}
        assert caller.get(PATH + query, headers=conditional).status_code == 304
    # Who cannot read the coded file does not hold it.
    assert caller.get(PATH + query, headers={**PLAIN, "If-None-Match": packed.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "header"),
    [
        ("gzip, br", "br"),
        ("gzip, br;q=0.5", "gzip"),
        ("br;q=0, *", "gzip"),
        ("gzip;q=0", None),
        ("*", "br"),
        ("", None),
    ],
)
def test_of_two_codings_the_one_that_is_liked_better_is_sent(
    caller: FlaskClient, accepted: str, header: str | None
) -> None:
    assert caller.get(PATH, headers={"Accept-Encoding": accepted}).headers.get("Content-Encoding") == header


def test_what_is_packed_already_is_sent_as_it_is(caller: FlaskClient) -> None:
    for ending in ("gpkg", "zip", "xlsx"):
        answer = caller.get(f"/export/products.{ending}", headers={"Accept-Encoding": "br, gzip"})
        assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("query", ["", "?ids=R1,R3"])
@pytest.mark.parametrize(("header", "part"), [("0-9", slice(0, 10)), ("10-", slice(10, None)), ("-7", slice(-7, None))])
def test_a_part_is_sent_when_a_part_is_asked_for(caller: FlaskClient, query: str, header: str, part: slice) -> None:
    whole = caller.get(PATH + query, headers=PLAIN)
    answer = caller.get(PATH + query, headers={**PLAIN, "Range": f"bytes={header}"})
    assert (answer.status_code, answer.data) == (206, whole.data[part])
    first, last = part.indices(len(whole.data))[:2]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last - 1}/{len(whole.data)}"
    assert answer.headers["ETag"] == whole.headers["ETag"]
    assert "Date" not in answer.headers  # the server's: a response in memory would repeat an old one
    assert sha_of(answer.headers) == sha_of(whole.headers)  # of the whole representation, so that parts can be joined


@pytest.mark.parametrize("byte_range", ["bytes=999999999-", "bytes=-0", "Bytes= -00"])
def test_a_part_that_the_file_does_not_have_is_refused(caller: FlaskClient, byte_range: str) -> None:
    whole = caller.get(PATH, headers=PLAIN)
    answer = caller.get(PATH, headers={**PLAIN, "Range": byte_range})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(whole.data)}")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_download_goes_on_only_where_it_is_the_same_file(caller: FlaskClient) -> None:
    whole = caller.get(PATH, headers=PLAIN)
    same = caller.get(PATH, headers={**PLAIN, "Range": "bytes=5-", "If-Range": whole.headers["ETag"]})
    assert (same.status_code, same.data) == (206, whole.data[5:])
    other = caller.get(PATH, headers={**PLAIN, "Range": "bytes=5-", "If-Range": '"another"'})
    assert (other.status_code, other.data) == (200, whole.data)
    none = caller.get(PATH, headers={**PLAIN, "Range": "bytes=-0", "If-Range": '"another"'})
    assert (none.status_code, none.data) == (200, whole.data)
    dated = caller.get(PATH, headers={**PLAIN, "Range": "bytes=5-", "If-Range": whole.headers["Last-Modified"]})
    assert (dated.status_code, dated.data) == (206, whole.data[5:])
    # RFC 9110, 13.1.5: a date must be the very one, as one second may have seen two files.
    later = caller.get(PATH, headers={**PLAIN, "Range": "bytes=5-", "If-Range": "Mon, 01 Jan 2035 00:00:00 GMT"})
    assert (later.status_code, later.data) == (200, whole.data)


@pytest.mark.parametrize(
    "byte_range",
    ["bytes=0-1,5-6", "bytes=x", "records=0-1", "bytes=9-2", "bytes=-", "bytes", f"bytes={'9' * 5_000}-", "bytes=٣-٥"],
)
def test_what_is_no_single_range_of_bytes_is_answered_with_the_whole(caller: FlaskClient, byte_range: str) -> None:
    whole = caller.get(PATH, headers=PLAIN)
    answer = caller.get(PATH, headers={**PLAIN, "Range": byte_range})
    assert (answer.status_code, answer.data) == (200, whole.data)


def test_more_from_the_end_than_there_is_is_all(caller: FlaskClient) -> None:
    whole = caller.get(PATH, headers=PLAIN).data
    answer = caller.get(PATH, headers={**PLAIN, "Range": f"bytes=-{len(whole) + 5}"})
    assert (answer.status_code, answer.data) == (206, whole)
    beyond = caller.get(PATH, headers={**PLAIN, "Range": f"bytes={len(whole) - 3}-{len(whole) + 50}"})
    assert (beyond.status_code, beyond.data) == (206, whole[-3:])


def test_a_range_is_of_the_coded_bytes(caller: FlaskClient) -> None:
    packed = caller.get(PATH, headers={"Accept-Encoding": "gzip"})
    head = caller.get(PATH, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-99"})
    # Going on with plain bytes where coded ones broke off would join two files.
    rest = {"Range": "bytes=100-", "If-Range": packed.headers["ETag"]}
    tail = caller.get(PATH, headers={**rest, "Accept-Encoding": "gzip"})
    assert head.data + tail.data == packed.data and head.headers["Content-Encoding"] == "gzip"
    assert caller.get(PATH, headers={**rest, **PLAIN}).status_code == 200


@pytest.mark.parametrize("server", [{}, {"wsgi.file_wrapper": FileWrapper}])
@pytest.mark.parametrize("query", ["", "?ids=R1,R2"])
def test_large_files_are_read_while_they_are_sent(
    caller: FlaskClient, monkeypatch: pytest.MonkeyPatch, server: dict[str, Any], query: str
) -> None:
    from geo.web.site import downloads

    whole = caller.get(PATH + query, headers=PLAIN).data
    monkeypatch.setattr(downloads, "_AT_ONCE", 8)
    monkeypatch.setattr(downloads, "_BLOCK", 100)
    for byte_range, part in (("", slice(None)), ("bytes=3-452", slice(3, 453)), ("bytes=-40", slice(-40, None))):
        with caller.get(
            PATH + query, headers={**PLAIN, **({"Range": byte_range} if byte_range else {})}, environ_overrides=server
        ) as answer:
            assert answer.is_streamed and answer.data == whole[part]
            assert int(answer.headers["Content-Length"]) == len(whole[part])
    # Nothing stays open after a refusal or a look at the head (an open file would be a warning, and so a failure).
    assert caller.get(PATH + query, headers={**PLAIN, "Range": "bytes=999999999-"}).status_code == 416
    assert caller.head(PATH + query, headers=PLAIN).headers["Content-Length"] == str(len(whole))


def test_a_download_goes_on_with_the_bytes_that_it_began_with_or_from_the_start(
    small_atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tag stands for bytes: a file that was removed and written anew with others gets another tag."""
    from geo.web.site import downloads

    def write(atlas: Any, query: Any, key: str, out: Any, **_: Any) -> int:
        out.write(os.urandom(2000))
        return 3

    monkeypatch.setattr(downloads, "write_export", write)
    caller = application(small_atlas, data_dir=tmp_path).test_client()
    first = caller.get("/export/products.gpkg")
    assert caller.get("/export/products.gpkg").headers["ETag"] == first.headers["ETag"]
    for path in (tmp_path / "exports").rglob("*.file"):
        path.unlink()
    going_on = {"Range": "bytes=5-", "If-Range": first.headers["ETag"]}
    second = caller.get("/export/products.gpkg", headers=going_on)
    assert (second.status_code, len(second.data)) == (200, 2000)
    assert second.headers["ETag"] != first.headers["ETag"]
    # The records are those of the same version: who has the first file whole needs no other.
    response = caller.get("/export/products.gpkg", headers={"If-None-Match": first.headers["ETag"]})
    assert (response.status_code, response.headers["ETag"]) == (304, first.headers["ETag"])


def test_a_weak_tag_is_no_ground_to_go_on(caller: FlaskClient) -> None:
    whole = caller.get(PATH, headers=PLAIN)
    weak = {**PLAIN, "Range": "bytes=5-", "If-Range": f"W/{whole.headers['ETag']}"}
    assert caller.get(PATH, headers=weak).status_code == 200


def test_who_wants_the_file_only_as_it_knows_it_is_told_when_it_is_another(caller: FlaskClient) -> None:
    whole = caller.get(PATH, headers=PLAIN)
    assert caller.get(PATH, headers={**PLAIN, "If-Match": whole.headers["ETag"]}).status_code == 200
    assert caller.get(PATH, headers={**PLAIN, "If-Match": "*"}).status_code == 200
    assert caller.get(PATH, headers={**PLAIN, "If-Match": '"another"'}).status_code == 412
    then = {"If-Unmodified-Since": whole.headers["Last-Modified"]}
    assert caller.get(PATH, headers={**PLAIN, **then}).status_code == 200
    before = {"If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}
    assert caller.get(PATH, headers={**PLAIN, **before}).status_code == 412


def test_the_tag_depends_on_what_is_asked_and_not_on_how(caller: FlaskClient) -> None:
    def tag(path: str, **headers: str) -> str:
        return str(caller.get(path, headers={**PLAIN, **headers}).headers["ETag"])

    assert tag("/export/products.shp") == tag("/export/products.zip") == tag("/export/products.zip?q=")
    assert tag("/export/products.zip", Host="other.example.vn") == tag("/export/products.zip")
    assert tag(f"{PATH}?ids=R1&lang=vi") == tag(f"{PATH}?lang=vi&ids=R1") == tag(f"{PATH}?ids=R1")
    shapefiles = ("", "?crs=EPSG:9205", "?lang=en", "?encoding=tcvn3", "?ids=R1")
    assert len({tag(f"/export/products.zip{query}") for query in shapefiles}) == len(shapefiles)


def test_a_caller_that_knows_the_date_is_not_sent_it_again(caller: FlaskClient) -> None:
    whole = caller.get(PATH, headers=PLAIN)
    assert caller.get(PATH, headers={"If-Modified-Since": whole.headers["Last-Modified"]}).status_code == 304
    assert caller.get(PATH, headers={"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}).status_code == 200
    # A tag says more than a date.
    both = {"If-Modified-Since": whole.headers["Last-Modified"], "If-None-Match": '"another"'}
    assert caller.get(PATH, headers=both).status_code == 200
    # And what is known is not sent in parts either.
    response = caller.get(PATH, headers={**PLAIN, "If-None-Match": whole.headers["ETag"], "Range": "bytes=0-9"})
    assert (response.status_code, response.data) == (304, b"")
    assert caller.get(PATH, headers={"If-None-Match": "*"}).status_code == 304


def test_head_says_what_get_would(caller: FlaskClient) -> None:
    whole, head = caller.get(PATH, headers=PLAIN), caller.head(PATH, headers=PLAIN)
    assert head.data == b"" and head.status_code == 200
    for name in ("Content-Length", "ETag", "Repr-Digest", "X-Feature-Count", "Last-Modified", "Accept-Ranges"):
        assert head.headers[name] == whole.headers[name]
    part = caller.head(PATH, headers={**PLAIN, "Range": "bytes=0-9"})  # ranges are for GET
    assert (part.status_code, part.headers["Content-Length"]) == (200, whole.headers["Content-Length"])


# --- kept ------------------------------------------------------------------------------------------------


def test_a_whole_layer_is_written_once_and_a_selection_is_not_kept(
    caller: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = caller.get(PATH, headers=PLAIN).data
    file_cache = sorted(path.name for path in (tmp_path / "exports").rglob("*.file"))
    assert len(file_cache) == 1
    from geo.web.site import downloads

    def fails(*_: Any, **__: Any) -> int:
        raise AssertionError("written again")

    monkeypatch.setattr(downloads, "write_export", fails)
    assert caller.get(PATH, headers=PLAIN).data == first
    assert caller.get(PATH, headers={"Accept-Encoding": "gzip"}).status_code == 200
    monkeypatch.undo()
    caller.get(f"{PATH}?ids=R1", headers=PLAIN)
    assert sorted(path.name for path in (tmp_path / "exports").rglob("*.file")) == file_cache


def test_an_export_that_fails_is_an_error_and_leaves_nothing(
    caller: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geo.web.site import downloads

    def breaks(atlas: Any, query: Any, key: str, out: Any, **_: Any) -> int:
        out.write(b"half a file")
        raise GeoError("2 of 3 records written", "chỉ ghi được 2/3 bản ghi")

    monkeypatch.setattr(downloads, "write_export", breaks)
    for query in ("", "?ids=R1"):
        answer = caller.get(PATH + query)
        assert answer.status_code == 500 and b"half" not in answer.data
        assert answer.headers["Cache-Control"] == "no-store"
    assert not list((tmp_path / "exports").rglob("*.*"))


def test_a_folder_that_cannot_be_written_costs_only_the_keeping(
    small_atlas: Atlas, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "exports").write_text("in the way")
    caller = application(small_atlas, data_dir=tmp_path).test_client()
    for coding in ("identity", "gzip"):
        answer = caller.get(PATH, headers={"Accept-Encoding": coding})
        assert answer.status_code == 200 and answer.headers["X-Feature-Count"] == "3"
        assert sha_of(answer.headers) == hashlib.sha256(answer.data).hexdigest()
    assert "exports are not kept" in caplog.text


# --- a real server ---------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("name", ["all.gpkg", "links.kml"])
def test_a_large_file_arrives_whole_from_the_server_itself(server: str, tmp_path: Path, name: str) -> None:
    """The server's own way to send files is not that of the test client."""
    path, address = tmp_path / name, f"{server}/export/{name}"
    for _ in range(2):
        heads = curl("-D", "-", "-o", str(path), address).lower()
        assert path.stat().st_size > 1 << 20, "too small to be sent in another way"
        assert f"x-file-sha256: {hashlib.sha256(path.read_bytes()).hexdigest()}" in heads


def test_curl_begins_anew_where_the_file_became_another(server: str, tmp_path: Path) -> None:
    part, whole = tmp_path / "part.gpkg", f"{server}/export/communes.gpkg"
    curl("-o", str(part), whole)
    tag = next(line.split(" ", 1)[1] for line in curl("-I", whole).splitlines() if line.lower().startswith("etag:"))
    for condition, status in ((tag, "206"), ('"another"', "200")):
        output = curl("-r", "1000-", "-H", f"If-Range: {condition}", "-o", "/dev/null", "-w", "%{http_code}", whole)
        assert output == status


def test_curl_unpacks_what_it_asks_compressed(server: str, tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain.csv", tmp_path / "packed.csv"
    curl("-o", str(plain), f"{server}/export/links.csv")
    heads = curl("--compressed", "-D", "-", "-o", str(packed), f"{server}/export/links.csv")
    assert packed.read_bytes() == plain.read_bytes() and "content-encoding:" in heads.lower()


def test_curl_asks_the_head_of_a_large_answer(server: str) -> None:
    heads = curl("-I", f"{server}/export/communes.gpkg").lower()
    assert "accept-ranges: bytes" in heads and "content-length:" in heads and "200 ok" in heads
