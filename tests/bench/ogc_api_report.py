"""The results of the OGC API benchmark as lines, ratios and a Markdown table."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.bench import large
from tests.bench.ogc_api_load import Download

MOST_GROWN_MB = 100
"""By how much the memory of our service may grow while it makes a whole layer."""
EXPORT = "whole layer, GeoJSON"
_ORDER = ("ours", "pygeoapi", "tipg")


class Result(NamedTuple):
    """One service's result of one row. `per_second` are requests, of a whole layer the layers. `way` tells how a whole
    layer was asked for; `grown_mb` by how many megabytes the service's own memory grew meanwhile (`grown_all_mb`: with
    the pages of files that it has mapped)."""

    row: str
    connections: int
    service: str
    target: float | None
    per_second: float
    p50_ms: float
    p99_ms: float
    mb_per_second: float
    failed: int
    way: str = ""
    grown_mb: float = 0.0
    grown_all_mb: float = 0.0


def of_download(service: str, way: str, download: Download, *, target: float) -> Result:
    """A whole layer as a result: `p50_ms` is the time to its first byte, `p99_ms` to its last."""
    return Result(
        EXPORT, 1, service, target, 1 / download.seconds, download.first_s * 1000, download.seconds * 1000, download.size / download.seconds / 1e6,
        0, way, download.grown_own / 1e6, download.grown / 1e6,
    )  # fmt: skip


def line(result: Result) -> str:
    """A result as one line, for whoever waits."""
    more = f", memory +{result.grown_mb:.0f} MB ({result.grown_all_mb:.0f} with files)" if result.way else ""
    return (
        f"{result.row:<26} {result.connections:>3} {result.service:<9} {result.way:<9} {result.per_second:>10.2f}/s "
        f"{result.p50_ms:>9.2f} {result.p99_ms:>9.2f} ms {result.mb_per_second:>7.1f} MB/s failed {result.failed}{more}"
    )


def table(results: Sequence[Result]) -> str:
    """Markdown: requests a second with p50 and p99 of each service, the ratio to the better peer, and the target."""
    lines = [
        "| request | connections | this service: requests/s (p50, p99 ms) | pygeoapi | tipg | ratio to the better peer | target |",
        "|---|---|---|---|---|---|---|",
        *_loads([one for one in results if one.row != EXPORT]),
    ]
    downloads = [one for one in results if one.row == EXPORT]
    if downloads:
        lines += ["", *_downloads(downloads)]
    return "\n".join(lines)


def _loads(results: Sequence[Result]) -> Iterator[str]:
    for row, connections in dict.fromkeys((one.row, one.connections) for one in results):
        records = {one.service: one for one in results if (one.row, one.connections) == (row, connections)}
        cells = [_cell(records.get(name)) for name in _ORDER]
        best = max((one.per_second for name, one in records.items() if name != "ours" and not one.failed), default=0.0)
        ratio = records["ours"].per_second / best if best else None
        yield f"| {row} | {connections} | {' | '.join(cells)} | {_ratio_cells(ratio, records['ours'].target)} |"


def _cell(result: Result | None) -> str:
    if result is None:
        return "–"
    failed = f", {result.failed} failed" if result.failed else ""
    digits = 0 if result.per_second >= 100 else 1
    return f"{result.per_second:,.{digits}f} ({_ms(result.p50_ms)}, {_ms(result.p99_ms)}{failed})"


def _ms(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _ratio_cells(ratio: float | None, target: float | None) -> str:
    visible = "–" if ratio is None else f"{ratio:.1f}"
    if target is None:
        return f"{visible} | –"
    verdict = "" if ratio is None else " ✓" if ratio >= target else " ✗"
    return f"{visible} | {target:g}{verdict}"


def _downloads(results: Sequence[Result]) -> Iterator[str]:
    yield f"| whole layer of {large.COUNT:,} polygons as GeoJSON | seconds | first byte, s | MB/s | memory grows by, MB | ratio | target |"
    yield "|---|---|---|---|---|---|---|"
    peers = [one.per_second for one in results if one.service != "ours"]
    for one in results:
        ratio = one.per_second / max(peers) if peers and one.service == "ours" else None
        cells = _ratio_cells(ratio, one.target) if one.service == "ours" else " | "
        if one.service == "ours":
            cells += f", under {MOST_GROWN_MB} MB {'✓' if one.grown_mb < MOST_GROWN_MB else '✗'}"
        yield (
            f"| {one.service.replace('ours', 'this service')}, {one.way} | {one.p99_ms / 1000:.2f} | {one.p50_ms / 1000:.2f} | {one.mb_per_second:.0f} |"
            f" {one.grown_mb:.0f} | {cells} |"
        )
