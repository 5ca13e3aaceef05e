"""Load for the OGC API benchmark: lists of addresses, wrk that asks them, and downloads with the server's memory."""

import http.client
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.bench.ogc_api_servers import Service

_SCRIPT = r"""
local paths = {}
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
local at = 0
local encoding = os.getenv("BENCH_ENCODING")
local headers = encoding ~= "" and {["Accept-Encoding"] = encoding} or {}
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], headers)
end
done = function(summary, latency, requests)
  local e = summary.errors
  io.stderr:write(string.format(
    '{"requests": %d, "microseconds": %d, "bytes": %d, "p50": %d, "p99": %d, "status": %d, "broken": %d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    e.status, e.connect + e.read + e.write + e.timeout))
end
"""
_TIMEOUT_S = 120


class Load(NamedTuple):
    """What one run of wrk saw: requests a second, milliseconds, megabytes a second, answers that were no success."""

    per_second: float
    p50_ms: float
    p99_ms: float
    mb_per_second: float
    failed: int


class Download(NamedTuple):
    """A whole layer: seconds until its last byte and until its first, bytes, growth of the server's memory in bytes."""

    seconds: float
    first_s: float
    size: int
    requests: int
    grown: int
    grown_own: int


def drive(
    service: Service, paths: Sequence[str], connections: int, seconds: int, folder: Path, *, encoding: str = ""
) -> Load:
    """The paths asked one after another over some connections, again from the first when all were asked."""
    program = shutil.which("wrk")
    if program is None:
        raise SystemExit("no wrk here: apt-get install wrk")
    script, path_list = folder / "wrk.lua", folder / "paths.txt"
    script.write_text(_SCRIPT, encoding="utf-8")
    path_list.write_text("\n".join(paths) + "\n", encoding="utf-8")
    words = [
        program, "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={_TIMEOUT_S}s", "-s", str(script), service.base,
    ]  # fmt: skip
    done = subprocess.run(
        words,
        check=True,
        capture_output=True,
        text=True,
        env={"BENCH_PATHS": str(path_list), "BENCH_ENCODING": encoding},
    )
    output = json.loads(done.stderr.strip().splitlines()[-1])
    took = output["microseconds"] / 1e6
    return Load(
        (output["requests"] - output["status"]) / took, output["p50"] / 1000, output["p99"] / 1000, output["bytes"] / took / 1e6,
        output["status"] + output["broken"],
    )  # fmt: skip


def answer(service: Service, path: str, encoding: str = "") -> tuple[int, bytes]:
    """Status and body of one answer."""
    host = urlsplit(service.base).netloc
    connection = http.client.HTTPConnection(host, timeout=600)
    connection.request("GET", path, headers={"Accept-Encoding": encoding} if encoding else {})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


class _Watch(threading.Thread):
    """The most memory of a service while this thread runs."""

    def __init__(self, service: Service) -> None:
        super().__init__(daemon=True)
        self._service = service
        self._ended = threading.Event()
        self.before = self.most = service.memory()

    def run(self) -> None:
        while not self._ended.wait(0.02):
            now = self._service.memory()
            self.most = (max(self.most[0], now[0]), max(self.most[1], now[1]))

    def end(self) -> tuple[int, int]:
        """By how much it grew: in all, and what is no file's."""
        self._ended.set()
        self.join()
        return self.most[0] - self.before[0], self.most[1] - self.before[1]


def download(service: Service, paths: Sequence[str]) -> Download:
    """All of the paths one after another over one connection; SystemExit when one is no success."""
    watch = _Watch(service)
    watch.start()
    connection = http.client.HTTPConnection(urlsplit(service.base).netloc, timeout=1_200)
    began, first, size = time.monotonic(), 0.0, 0
    buffer = bytearray(1 << 20)
    for path in paths:
        connection.request("GET", path)
        response = connection.getresponse()
        first = first or time.monotonic() - began
        if response.status != 200:
            raise SystemExit(f"{service.name} {path}: {response.status} {response.read()[:300]!r}")
        while count := response.readinto(buffer):
            size += count
    took = time.monotonic() - began
    connection.close()
    return Download(took, first, size, len(paths), *watch.end())
