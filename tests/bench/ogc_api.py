"""OGC API requests, vector tiles and whole layers, beside pygeoapi and tipg on PostGIS, over the same 100,000 features.

    python -m tests.bench.ogc_api [--ours-only] [--untuned] [--only NAME ...] [--seconds 8] [--json raw.json] [--work FOLDER]

Needs `wrk` and PostGIS (apt-get install wrk postgresql-15-postgis-3) and, for the first run, PyPI. Prints a Markdown
table. What is made once (layers, PostGIS cluster, the peers' environments) stays in FOLDER when it is named.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from geo.atlas.sqlite.tables import declaration_digest
from geo.views.tiles.tile import tile_at
from tests.bench import large, ogc_api_load, ogc_api_report
from tests.bench import ogc_api_servers as servers
from tests.bench.ogc_api_report import Result
from tests.bench.ogc_api_servers import Service

CONNECTIONS = (4, 16)
ZOOMS = (8, 10, 12, 14)
ROUNDS = 3
"""Parts in which a measurement is taken."""
SIDE = 0.02
"""Degrees of a random box."""
VN2000 = "http://www.opengis.net/def/crs/EPSG/0/9205"
MANY = 20_000
"""Addresses in a list of random ones: more than any service answers in one run of the first seconds."""

_ENOUGH = 20
"""Requests after which each of two processes has had one."""


@dataclass(frozen=True)
class Row:
    """One thing that is measured: the paths that a service is asked, None where it has no such thing."""

    name: str
    paths: Callable[[Service], Sequence[str] | None]
    target: float | None = None
    connections: tuple[int, ...] = CONNECTIONS
    encoding: str = ""
    made_each_time: bool = False  # ours without its cache of tiles
    warmed: bool = False  # each path is asked once before
    longer: float = 1.0  # times the usual seconds, where few answers come in these


def rows() -> Iterator[Row]:
    """Everything that is measured by requests a second, with the issue's targets as ratios to the better peer."""
    yield Row("items?limit=1000", lambda s: [f"{s.items('zones')}?limit=1000"], 10, longer=2)
    yield Row("items?limit=1000, gzip", lambda s: [f"{s.items('zones')}?limit=1000"], encoding="gzip", longer=2)
    yield Row("items?limit=10", lambda s: [f"{s.items('zones')}?limit=10"])
    yield Row("bbox 0.02°", lambda s: [f"{s.items('zones')}?limit=1000&bbox={box}" for box in _boxes(MANY)], 8)
    yield Row("bbox 0.02°, points", lambda s: [f"{s.items('producers')}?limit=1000&bbox={box}" for box in _boxes(MANY)])
    yield Row("CQL2 filter", lambda s: [f"{s.items('zones')}?limit=100&filter={one}" for one in _filters(MANY)], 30)
    yield Row("one item", lambda s: [f"{s.items('zones')}/{key}" for key in _keys(large.COUNT)], 8)
    again = [f"Z{number:06d}" for number in range(50)]
    yield Row("one item, repeated", lambda s: [f"{s.items('zones')}/{key}" for key in again], warmed=True)
    yield Row("VN-2000, 100 items", _in_vn2000)
    for layer in ("zones", "producers"):
        for zoom in ZOOMS:
            name = f"tile z{zoom}, cold" + ("" if layer == "zones" else ", points")
            at_once = CONNECTIONS if layer == "zones" else CONNECTIONS[:1]
            longer = {8: 4.0, 10: 2.0}.get(zoom, 1.0)
            yield Row(name, _tiles(layer, zoom), 1, at_once, encoding="gzip", made_each_time=True, longer=longer)
    for zoom in ZOOMS:
        longer = 4 if zoom == 8 else 1
        name = f"tile z{zoom}, cached"
        yield Row(name, _tiles("zones", zoom, most=400), 30, encoding="gzip", warmed=True, longer=longer)


def _boxes(count: int) -> list[str]:
    chance = random.Random(1)
    west, south, east, north = large.BOX
    corners = [(chance.uniform(west, east - SIDE), chance.uniform(south, north - SIDE)) for _ in range(count)]
    return [f"{x:.5f},{y:.5f},{x + SIDE:.5f},{y + SIDE:.5f}" for x, y in corners]


def _filters(count: int) -> list[str]:
    chance = random.Random(2)
    return [quote(f"growing_area_code='VN-ĐBOR-{chance.randrange(10_000):04d}'") for _ in range(count)]


def _keys(count: int) -> list[str]:
    """Keys in a random order, none twice: what a service remembers of earlier answers does not help it."""
    return [f"Z{number:06d}" for number in random.Random(3).sample(range(large.COUNT), count)]


def _in_vn2000(service: Service) -> list[str] | None:
    # tipg has no parameter crs and answers in WGS 84 as if it were not there.
    return None if service.name == "tipg" else [f"{service.items('zones')}?limit=100&crs={VN2000}"]


def _tiles(layer: str, zoom: int, most: int | None = None) -> Callable[[Service], list[str] | None]:
    """Every tile of a zoom over the box in a random order, or the first `most` of them."""
    west, south, east, north = large.BOX
    first, last = tile_at(west, north, zoom), tile_at(east, south, zoom)
    results = [(row, col) for row in range(first.row, last.row + 1) for col in range(first.col, last.col + 1)]
    random.Random(zoom).shuffle(results)

    def paths(service: Service) -> list[str] | None:
        # pygeoapi serves tiles that other programs have made.
        return None if service.name == "pygeoapi" else [service.tile(layer, zoom, *at) for at in results[:most]]

    return paths


# --- the same answers --------------------------------------------------------------------------------


def check(services: Sequence[Service]) -> None:
    """SystemExit unless every service gives the same features: for boxes, a filter, an item, and in VN-2000."""
    requests = [f"bbox={box}" for box in _boxes(5)] + [f"filter={one}" for one in _filters(5)]
    for layer, query in [("zones", one) for one in requests] + [("producers", one) for one in requests[:5]]:
        answers = {s.name: _ids(s, f"{s.items(layer)}?limit=1000&{query}") for s in services}
        _same(f"{layer} {query}", answers)
        if query.startswith("bbox") and not next(iter(answers.values()))[1]:
            raise SystemExit(f"{layer} {query}: nothing there")
    _same("items?limit=1000", {s.name: _ids(s, f"{s.items('zones')}?limit=1000") for s in services})
    values = {}
    for service in services:
        feature = _json(service, f"{service.items('zones')}/{_keys(1)[0]}")
        values[service.name] = (
            dict(sorted(feature["properties"].items())),
            _rounded(feature["geometry"]["coordinates"]),
        )
    for properties, _ in values.values():
        properties.pop("zone_id", None)  # tipg and pygeoapi tell the key as the id only
    _same("one item", values)
    places = {}
    for service in services:
        if paths := _in_vn2000(service):
            body = {f["id"]: f["geometry"]["coordinates"] for f in _json(service, paths[0])["features"]}
            places[service.name] = _rounded(body["Z000007"][0][0][0], 0)
    if any(abs(one[0] - 500_000) > 300_000 for one in places.values()):
        raise SystemExit(f"VN-2000: not in metres: {places}")
    print(f"the same corner in EPSG:9205: {places}", file=sys.stderr)


def _json(service: Service, path: str) -> dict:
    status, body = ogc_api_load.answer(service, path)
    if status != 200:
        raise SystemExit(f"{service.name} {path}: {status} {body[:300]!r}")
    return json.loads(body)


def _ids(service: Service, path: str) -> tuple[int, list[str]]:
    body = _json(service, path)
    ids = sorted(str(feature["id"]) for feature in body["features"])
    if body["numberReturned"] != len(ids):
        raise SystemExit(f"{service.name} {path}: numberReturned is not the number of features")
    return body["numberMatched"], ids


def _rounded(value: object, digits: int = 6) -> object:
    return [_rounded(one, digits) for one in value] if isinstance(value, list) else round(float(value), digits)  # type: ignore[arg-type]


def _same(what: str, answers: dict) -> None:
    first = next(iter(answers.values()))
    for name, one in answers.items():
        if one != first:
            raise SystemExit(f"{what}: {name} answers otherwise: {str(one)[:600]}\nthan {str(first)[:600]}")


# --- the run -----------------------------------------------------------------------------------------


def measure(row: Row, services: Sequence[Service], uncached: Service, seconds: float, work: Path) -> Iterator[Result]:
    """One row: every service in turn, so that whatever else the machine does disturbs all alike; the middle of ROUNDS.

    How connections are dealt out to a service's processes is chance and anew in each round.
    """
    requests = [uncached if row.made_each_time and service.name == "ours" else service for service in services]
    paths = {service.name: results for service in requests if (results := row.paths(service)) is not None}
    for connections in row.connections:
        loads: dict[str, list[ogc_api_load.Load]] = {name: [] for name in paths}
        for turn in range(ROUNDS):
            for service in requests:
                if service.name not in paths:
                    continue
                if not turn:
                    _warm(row, service, paths[service.name], connections, work)
                length = max(1, round(seconds * row.longer / ROUNDS))
                load = ogc_api_load.drive(
                    service, paths[service.name], connections, length, work, encoding=row.encoding
                )
                loads[service.name].append(load)
        for name, value in loads.items():
            middle = sorted(value)[ROUNDS // 2]._replace(failed=sum(load.failed for load in value))
            result = Result(row.name, connections, name, row.target, **middle._asdict())
            print(ogc_api_report.line(result), file=sys.stderr)
            yield result


def _warm(row: Row, service: Service, paths: Sequence[str], connections: int, work: Path) -> None:
    """Let a service open what it needs; SystemExit when an answer is no success."""
    address = list(paths) if row.warmed else [paths[0]]
    if row.made_each_time and service.name == "ours":
        address *= _ENOUGH  # each of its processes prepares the zoom once, however many tiles are asked for then
    for path in address:
        status, body = ogc_api_load.answer(service, path, row.encoding)
        if status not in {200, 204}:
            raise SystemExit(f"{service.name} {path}: {status} {body[:300]!r}")
    if not row.warmed:
        ogc_api_load.drive(service, paths[::-1], connections, 1, work, encoding=row.encoding)


def exports(services: Sequence[Service]) -> Iterator[Result]:
    """The whole polygon layer as GeoJSON: ours for the first and for a later caller, the peers in one page and in ten."""
    whole, part = large.COUNT, large.COUNT // 10
    for service in services:
        if service.name == "ours":
            ways = {"first": ["/export/zones.geojson"], "again": ["/export/zones.geojson"]}
        else:
            items = service.items("zones")
            ways = {
                "one page": [f"{items}?limit={whole}"],
                "ten pages": [f"{items}?limit={part}&offset={offset}" for offset in range(0, whole, part)],
            }
        for way, paths in ways.items():
            response = ogc_api_load.download(service, paths)
            result = ogc_api_report.of_download(service.name, way, response, target=10)
            print(ogc_api_report.line(result), file=sys.stderr)
            yield result


def main() -> None:
    """Make, start, check, measure, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ours-only", action="store_true", help="without the peers: to repeat quickly")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="rows whose names hold NAME, or: export"
    )
    parser.add_argument("--untuned", action="store_true", help="PostgreSQL with its own settings, as it is installed")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement, all rounds")
    parser.add_argument("--json", type=Path, help="where the raw numbers are written")
    parser.add_argument("--work", type=Path, help="a folder that is kept; a temporary one when left out")
    options = parser.parse_args()
    with ExitStack() as stack:
        work = options.work or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ogc-api-")))
        work.mkdir(parents=True, exist_ok=True)
        work.chmod(0o755)  # PostgreSQL's own user must reach its folder in it
        results = _run(stack, work.resolve(), options)
        about = {"cores": os.cpu_count(), "seconds": options.seconds} | (
            {} if options.ours_only else servers.versions(work)
        )
    if options.json:
        raw = {"about": about, "results": [result._asdict() for result in results]}
        options.json.write_text(json.dumps(raw, indent=1), encoding="utf-8")
    print(ogc_api_report.table(results))


def _run(stack: ExitStack, work: Path, options: argparse.Namespace) -> list[Result]:
    data, cluster = work / f"ours-{declaration_digest()}", servers.Cluster(work / "postgis")
    new = not cluster.exists and not options.ours_only
    frames = large.frames() if new or not data.exists() else {}
    if not data.exists():
        servers.write_ours(data, frames)
    shutil.rmtree(data / "exports", ignore_errors=True)  # the first caller of a whole layer must be the first
    services = [stack.enter_context(servers.ours(data))]
    uncached = stack.enter_context(servers.ours(data, tiles_kept=False))
    if not options.ours_only:
        stack.enter_context(cluster.running(tuned=not options.untuned))
        if new:
            cluster.fill({layer: frames[layer] for layer in ("zones", "producers")})
        services += [stack.enter_context(peer(work, cluster)) for peer in (servers.pygeoapi, servers.tipg)]
    check(services)
    results = []
    for row in rows():
        if not options.only or any(name in row.name for name in options.only):
            results += measure(row, services, uncached, options.seconds, work)
    if not options.only or "export" in options.only:
        results += exports(services)
    return results


if __name__ == "__main__":
    main()
