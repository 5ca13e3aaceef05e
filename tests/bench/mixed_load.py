"""A day's use in ten minutes: 200 requests a second of every kind, exports, imports and publications, at the same time.

    python -m tests.bench.mixed_load --seconds 600

wrk asks for the map, boxes, records, tiles and pages at a steady rate. Meanwhile one caller downloads selections and
whole layers, and another one imports a layer and publishes it, again and again. Prints how many requests failed and
why, the latency, and the memory of the server's processes, as lines of Markdown.
"""

import argparse
import json
import random
import re
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from geo.report import Report
from geo.settings import Settings
from geo.store import create_store
from tests.bench import large
from tests.bench.ogc_api_servers import Service, ours
from tests.load.memory import memory_mb

RATE = 200
CONNECTIONS = 32
PATHS = 40_000
"""Different addresses, asked in turn: most are not asked twice in the few minutes that a cache remembers them."""
FILES = ("gpkg", "xlsx", "geojson", "kml", "csv")

_SCRIPT = r"""
local ffi = require("ffi")
ffi.cdef("typedef struct { long s; long ns; } moment; int clock_gettime(int clock, moment *now);")
local clock = ffi.new("moment")
local function now()
  ffi.C.clock_gettime(1, clock)
  return tonumber(clock.s) + tonumber(clock.ns) / 1e9
end
local paths, at, due = {}, 0, 0
local step = 1 / tonumber(os.getenv("BENCH_RATE"))
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
statuses = {}
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
-- Milliseconds until the next request is due: over all connections, one every `step` seconds.
delay = function()
  local moment = now()
  due = math.max(due + step, moment - 1)
  return math.max(0, (due - moment) * 1000)
end
response = function(status)
  local key = tostring(status)
  statuses[key] = (statuses[key] or 0) + 1
end
local driver
setup = function(thread) driver = thread end
done = function(summary, latency)
  local parts = {}
  for status, count in pairs(driver:get("statuses")) do
    parts[#parts + 1] = string.format('"%s": %d', status, count)
  end
  local e = summary.errors
  io.stderr:write(string.format(
    '{"requests": %d, "seconds": %.3f, "p50": %.1f, "p99": %.1f, "p999": %.1f, "longest": %.1f, "broken": %d, "statuses": {%s}}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    latency:percentile(99.9) / 1000, latency.max / 1000, e.connect + e.read + e.write + e.timeout,
    table.concat(parts, ", ")))
end
"""


# --- what is asked ---------------------------------------------------------------------------------------------


def _box(chance: random.Random, side: float) -> str:
    west, south, east, north = large.BOX
    x, y = chance.uniform(west, east - side), chance.uniform(south, north - side)
    return f"{x:.4f},{y:.4f},{x + side:.4f},{y + side:.4f}"


def _tile(chance: random.Random) -> str:
    zoom = chance.choice((10, 11, 12, 13, 14))
    scale = 2 ** (zoom - 10)
    row, col = (int(chance.uniform(low, high) * scale) for low, high in ((446.0, 451.0), (802.5, 806.5)))
    return f"/collections/{chance.choice(('zones', 'producers'))}/tiles/WebMercatorQuad/{zoom}/{row}/{col}"


def _record(chance: random.Random, count: int) -> tuple[str, str]:
    layer = chance.choice(("zones", "producers"))
    return layer, f"{'Z' if layer == 'zones' else 'P'}{chance.randrange(count):06d}"


def kinds(count: int) -> dict[str, tuple[int, Callable[[random.Random], str]]]:
    """Each kind of request: its share in hundredths, and its addresses over layers of `count` records."""
    return {
        "map page": (3, lambda _: "/"),
        "first view": (5, lambda _: "/map.json?layers=zones,producers&bbox=101.5,20.5,104.2,23.0"),
        "map": (20, lambda r: f"/map.json?layers=zones,producers&bbox={_box(r, r.choice((0.02, 0.05, 0.1)))}"),
        "box": (20, lambda r: f"/collections/zones/items?limit=100&bbox={_box(r, 0.02)}"),
        "item": (20, lambda r: "/collections/{}/items/{}".format(*_record(r, count))),
        "tile": (20, _tile),
        "record page": (5, lambda r: "/{}/{}".format(*_record(r, count))),
        "layer page": (3, lambda r: f"/zones?sort={r.choice(('name', '-area_ha'))}&page={r.randrange(1, count // 50)}"),
        "search": (2, lambda r: f"/search.json?q=vung+so+{r.randrange(count)}"),
        "health": (2, lambda _: "/healthz"),
    }


def addresses(count: int, chance: random.Random) -> Iterator[str]:
    """PATHS addresses of all kinds in their shares, mixed."""
    table = kinds(count)
    shares = [share for share, _ in table.values()]
    for name in chance.choices(list(table), shares, k=PATHS):
        yield table[name][1](chance)


# --- who asks --------------------------------------------------------------------------------------------------


@dataclass
class Caller:
    """Somebody who does one thing after another until `end`; `seconds` of each thing, and failures by their kind."""

    base: str
    data: Path
    token: str
    end: float
    seconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
        """Status, Location and body of a response."""
        connection = HTTPConnection(urlsplit(self.base).netloc, timeout=600)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Authorization": f"Bearer {self.token}", **names})
        response = connection.getresponse()
        status, location, data = response.status, response.headers.get("Location", ""), response.read()
        connection.close()
        return status, location, data

    def repeat(self, action: Callable[[int], str]) -> None:
        """Do `action`, which returns what went wrong, with the numbers 0, 1, ... until the end."""
        number = 0
        while time.monotonic() < self.end:
            begin = time.monotonic()
            failure = action(number)
            if failure:
                self.failures[failure] += 1
            else:
                self.seconds.append(time.monotonic() - begin)
            number += 1
            time.sleep(1)


def download(caller: Caller, number: int) -> str:
    """Download a selection or a whole layer; wait as long as the service says that it is busy."""
    form, layer = FILES[number % len(FILES)], ("zones", "producers")[number // len(FILES) % 2]
    box = f"?bbox={_box(random.Random(number), 0.3)}" if number % 3 else ""
    while True:
        status, _, data = caller.ask("GET", f"/export/{layer}.{form}{box}")
        if status != 503 or time.monotonic() > caller.end:
            return "" if status in {200, 503} and data else f"export .{form}: {status}"
        time.sleep(2)


def import_zones(caller: Caller, layer_file: bytes, number: int) -> str:
    """Import the layer of zones with some names changed, and publish it."""
    changed = layer_file.replace(b"V\xc3\xb9ng Ch", b"V\xc3\xb9ng%d Ch" % number, 50)
    boundary = secrets.token_hex(8)
    parts = [
        *(_part(boundary, f'name="{name}"', text.encode()) for name, text in (("layer", "zones"), ("who", "bench"))),
        _part(boundary, 'name="files"; filename="zones.geojson"', changed),
    ]
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    status, page, _ = caller.ask(
        "POST", "/manage/imports", body, Content_Type=f"multipart/form-data; boundary={boundary}"
    )
    if status != 303 or not _is_done(caller, page):
        return f"upload: {status}"
    review = json.loads((caller.data / "drafts" / page.rpartition("/")[2] / "review.json").read_bytes())
    form = urlencode({"who": "bench", "why": f"{number}", "digest": review["digest"]}).encode()
    status, _, _ = caller.ask("POST", f"{page}/publish", form, Content_Type="application/x-www-form-urlencoded")
    if status != 303 or not _is_done(caller, page):
        return f"publish: {status}"
    return "" if _state(caller, page)["state"] == "published" else f"publish: {_state(caller, page)}"


def _part(boundary: str, disposition: str, content: bytes) -> bytes:
    return f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + content + b"\r\n"


def _state(caller: Caller, page: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(caller.ask("GET", f"{page}/state.json")[2])
    return state


def _is_done(caller: Caller, page: str) -> bool:
    """Wait until a draft is no longer worked on; whether that happened within ten minutes."""
    for _ in range(1_200):
        if not _state(caller, page)["busy"]:
            return True
        time.sleep(0.5)
    return False


# --- the run -----------------------------------------------------------------------------------------------------


def write_store(folder: Path, count: int) -> None:
    """A data folder whose store has the made-up province as its first version; the service freezes it at its start."""
    folder.mkdir(parents=True)
    create_store(Settings(data_dir=folder)).publish(
        large.frames(count, count), who="bench", why="the first version", metadata={}, report=Report()
    )


def drive(base: str, paths: Path, seconds: int, folder: Path) -> dict[str, Any]:
    """What wrk saw of the addresses in a file, asked at RATE."""
    program = shutil.which("wrk")
    if program is None:
        raise SystemExit("no wrk here: apt-get install wrk")
    script = folder / "mixed.lua"
    script.write_text(_SCRIPT, encoding="utf-8")
    command = [program, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=60s", "-s", str(script), base]
    env = {"BENCH_PATHS": str(paths), "BENCH_RATE": str(RATE)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
    summary: dict[str, Any] = json.loads(done.stderr.strip().splitlines()[-1])
    return summary


def run(service: Service, data: Path, seconds: int, count: int, folder: Path, token: str) -> None:
    """Load the service from all sides, and print what became of it."""
    paths = folder / "paths.txt"
    paths.write_text("\n".join(addresses(count, random.Random(1))) + "\n", encoding="utf-8")
    with urllib.request.urlopen(f"{service.base}/export/zones.geojson", timeout=600) as response:
        layer_file = response.read()
    drive(service.base, paths, 5, folder)  # what every first visitor waits for is made
    before = memory_mb(service.pid)
    end = time.monotonic() + seconds
    files, imports = (Caller(service.base, data, token, end) for _ in range(2))
    sizes: list[float] = []
    actions = (
        lambda: files.repeat(lambda number: download(files, number)),
        lambda: imports.repeat(lambda number: import_zones(imports, layer_file, number)),
        lambda: _watch(service, end, sizes),
    )
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    summary = drive(service.base, paths, seconds, folder)
    for thread in threads:
        thread.join()
    time.sleep(5)
    _print(summary, files, imports)
    log = (data / "log").read_text(encoding="utf-8")
    print(f"| refusals in the log | {refusals(log)} |")
    print(errors(log), end="")
    print(
        f"| memory of all processes, MB: before, most, after | {before:.0f}, {max(sizes):.0f}, {memory_mb(service.pid):.0f} |"
    )


def errors(log: str) -> str:
    """The lines of the log that report an unexpected error, each with its traceback."""
    line = re.compile(r"^\d{4}-\d\d-\d\d .* ERROR .*\n(?:(?!\d{4}-\d\d-\d\d ).*\n)*", re.MULTILINE)
    return "".join(line.findall(log))


def refusals(log: str) -> str:
    """How often each address was refused, with # for numbers."""
    paths = Counter(re.sub(r"\d+", "#", path) for path in re.findall(r"geo\.web \w+ (\S+) \(.*: 503 ", log))
    return ", ".join(f"{count} × {path}" for path, count in paths.most_common()) or "none"


def _watch(service: Service, end: float, sizes: list[float]) -> None:
    while time.monotonic() < end:
        sizes.append(memory_mb(service.pid))
        time.sleep(0.5)


def _print(summary: dict[str, Any], files: Caller, imports: Caller) -> None:
    failed = {status: count for status, count in summary["statuses"].items() if int(status) >= 400}
    print("| | |\n|---|---|")
    print(f"| requests, a second | {summary['requests']:,}, {summary['requests'] / summary['seconds']:.0f} |")
    print(f"| failed by status; connections broken | {failed or 'none'}; {summary['broken']} |")
    print(
        "| latency, ms: p50, p99, p99.9, longest | "
        + ", ".join(f"{summary[name]:,.0f}" for name in ("p50", "p99", "p999", "longest"))
        + " |"
    )
    for name, caller in (("downloads", files), ("imports with their publication", imports)):
        times = sorted(caller.seconds) or [0.0]
        print(
            f"| {name}: number, median s, longest s, failed | {len(caller.seconds)}, {times[len(times) // 2]:.1f}, {times[-1]:.1f}, {dict(caller.failures) or 'none'} |"
        )


def main() -> None:
    """Parse the arguments, make the province, run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--records", type=int, default=20_000, help="records of each of the two layers")
    options = parser.parse_args()
    token = secrets.token_urlsafe(32)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_store(folder / "var", options.records)
        with ours(folder / "var", GEO_MANAGE_TOKEN=token) as service:
            run(service, folder / "var", options.seconds, options.records, folder, token)


if __name__ == "__main__":
    main()
