"""FlatGeobuf read by ranges, with the real library from npm, in a page of another site."""

import functools
import http.server
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from geo.atlas import Atlas, Query
from geo.crs import LngLatBbox
from geo.ocop.collections import COLLECTIONS
from tests.conftest import ROOT
from tests.server import serving_elsewhere

FLATGEOBUF = ROOT / "tests" / "node" / "node_modules" / "flatgeobuf" / "dist"
BOX = LngLatBbox(102.93, 21.33, 103.07, 21.47)
READ = """async ([url, box, nocache, key]) => {
    const ids = [];
    const [west, south, east, north] = box;
    const rect = { minX: west, minY: south, maxX: east, maxY: north };
    for await (const feature of flatgeobuf.deserialize(url, { rect, nocache })) ids.push(feature.properties[key]);
    return ids;
}"""
RANGE = """async ([url, headers]) => {
    const answer = await fetch(url, { headers });
    return [answer.status, answer.headers.get("Content-Range"), (await answer.arrayBuffer()).byteLength];
}"""


class Elsewhere(http.server.SimpleHTTPRequestHandler):
    """Another site: the library, and an empty page that loads it."""

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        body = b'<!doctype html><title>x</title><link rel="icon" href="data:,"><script src="/flatgeobuf-geojson.min.js"></script>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def other_site() -> Iterator[str]:
    assert FLATGEOBUF.is_dir(), "flatgeobuf is not here: run `make test-setup`"
    with serving_elsewhere(functools.partial(Elsewhere, directory=str(FLATGEOBUF))) as address:
        yield address


def evaluate(browser: Browser, other_site: str, script: str, argument: Any) -> Any:
    """What a script of the other site returns; any fault of its page or requests fails."""
    page = browser.new_page()
    faults: list[str] = []
    page.on("console", lambda line: line.type == "error" and faults.append(line.text))
    page.on("requestfailed", lambda request: faults.append(f"{request.url} {request.failure}"))
    try:
        page.goto(other_site)
        result = page.evaluate(script, argument)
    except Exception as error:
        raise AssertionError(faults) from error
    finally:
        page.close()
    assert faults == []
    return result


@pytest.mark.parametrize("nocache", [False, True])
@pytest.mark.parametrize("layer", ["communes", "old_communes"])
def test_the_records_of_a_box_are_read_by_ranges(
    browser: Browser, other_site: str, site: str, real_atlas: Atlas, layer: str, nocache: bool
) -> None:
    ids = evaluate(
        browser, other_site, READ, [f"{site}/export/{layer}.fgb", list(BOX), nocache, COLLECTIONS[layer].key]
    )
    boxes = {one.id: one.bbox for one in real_atlas.find(Query(layer, place="placed")).records}
    meeting = {
        key for key, box in boxes.items()
        if box and box.west <= BOX.east and box.east >= BOX.west and box.south <= BOX.north and box.north >= BOX.south
    }  # fmt: skip
    assert set(ids) == meeting and len(ids) == len(meeting) > 0


@pytest.mark.parametrize(
    "headers",
    [{}, {"Cache-Control": "no-cache", "Pragma": "no-cache"}, {"X-Requested-With": "XMLHttpRequest"}, {"X-Trace": "1"},
     {"If-Match": "*"}],
)  # fmt: skip
def test_a_range_says_which_part_it_is(browser: Browser, other_site: str, site: str, headers: dict[str, str]) -> None:
    argument = [f"{site}/export/sites.fgb", {"Range": "bytes=0-99", **headers}]
    status, content_range, size = evaluate(browser, other_site, RANGE, argument)
    assert (status, size) == (206, 100) and content_range.startswith("bytes 0-99/")
