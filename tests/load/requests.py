"""The most expensive requests that the team could think of, over the made-up province of tests/bench/large.py.

Each takes a number that makes its address or body one of its own, so that no cache answers it.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import numpy as np

from tests.bench.large import BOX

WEST, SOUTH, EAST, NORTH = BOX


TOO_LARGE = "body of 2 MB"
"""The kind whose body is refused before it is read: a caller that is still sending may see a closed connection instead."""


class Request(NamedTuple):
    """A request as it is sent."""

    path: str
    method: str = "GET"
    body: bytes = b""
    content_type: str = "application/json"


class Costly(NamedTuple):
    """A kind of expensive request: its name in the table of docs/security.md, and the requests of it by number."""

    name: str
    request: Callable[[int], Request]


def _search(layer: str, **members: Any) -> Request:
    return Request(f"/collections/{layer}/search", "POST", json.dumps(members).encode())


def _items(layer: str, **parameters: object) -> Request:
    return Request(
        f"/collections/{layer}/items?{urlencode({name.replace('_', '-'): v for name, v in parameters.items()})}"
    )


def _either(term: str, count: int, number: int) -> str:
    return " OR ".join(term.format(n=number * count + place) for place in range(count))


def _ring(corners: int, number: int) -> list[list[float]]:
    """A star around the province whose corners alternate between two distances: its edges meet many records."""
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    far = np.where(np.arange(corners) % 2, 0.72, 0.45) + (number % 1000) * 1e-6
    ring = np.round(np.column_stack([102.85 + far * np.cos(turn), 21.75 + far * np.sin(turn)]), 4).tolist()
    return [*ring, ring[0]]


def _shape(op: str, corners: int) -> Callable[[int], Request]:
    def request(number: int) -> Request:
        shape = {"type": "Polygon", "coordinates": [_ring(corners, number)]}
        return _search("zones", filter={"op": op, "args": [{"property": "geometry"}, shape]}, limit=1)

    return request


def _deep(levels: int) -> Callable[[int], Request]:
    def request(number: int) -> Request:
        inner: Any = {"op": "=", "args": [{"property": "households"}, number]}
        for _ in range(levels):
            inner = {"op": "not", "args": [inner]}
        text = json.dumps(inner) if levels < 900 else '{"op":"not","args":[' * levels + "1" + "]}" * levels
        return Request("/collections/zones/search", "POST", b'{"filter-lang":"cql2-json","filter":%b}' % text.encode())

    return request


FOLDED = "ACCENTI(CASEI(name)) LIKE '%{n}%'"
"""The pattern of a search without diacritics; no record matches most of its numbers."""


COSTLY: tuple[Costly, ...] = (
    Costly("570 × ACCENTI(CASEI(…)), POST", lambda n: _search("zones", filter=" OR ".join(
        f"ACCENTI(CASEI(name)) = 'v{n + i}'" for i in range(500)))),
    Costly("33 × ACCENTI(CASEI(…)) LIKE, POST", lambda n: _search("zones", filter=_either(FOLDED, 33, n))),
    Costly("GET of 7.9 kB of CASEI(…)", lambda n: _items("zones", filter=_either("CASEI(name)='v{n}'", 250, n)[:5_000].rpartition(" OR ")[0])),
    Costly("GET, 49 × CASEI(name) = …", lambda n: _items("zones", filter=_either("CASEI(name) = 'v{n}'", 49, n))),
    Costly("99 × note LIKE", lambda n: _search("zones", filter=_either("note LIKE '%a%n%{n}%'", 99, n))),
    Costly("LIKE of 2,500 letters", lambda n: _search("producers", filter=f"note LIKE '{'%a_' * 833}{n}'")),
    Costly("S_INTERSECTS, 1,000 vertices", _shape("s_intersects", 1_000)),
    Costly("S_OVERLAPS, 1,000 vertices", _shape("s_overlaps", 1_000)),
    Costly("S_CROSSES, 1,000 vertices", _shape("s_crosses", 1_000)),
    Costly("S_INTERSECTS, 100,000 vertices", _shape("s_intersects", 40_000)),
    Costly("50 × S_TOUCHES(geometry, geometry)", lambda n: _search("zones", filter=_either("S_TOUCHES(geometry, geometry) AND households <> -{n}", 50, n))),
    Costly("90 × T_INTERSECTS", lambda n: _search("producers", filter=_either("T_INTERSECTS(founded, INTERVAL('1990-01-01', '1990-01-02')) OR households = -{n}", 90, n + 1))),
    Costly("99 × A_CONTAINS", lambda n: _search("zones", filter=_either("A_CONTAINS(source_ids, ('S{n}', 'T'))", 99, n + 2))),
    Costly("arithmetic, 90 × ^ and div", lambda n: _search("zones", filter=_either("area_ha ^ 2 div 3 = -{n}", 45, n + 1))),
    Costly("IN of 2,000 texts", lambda n: _search("zones", filter=f"note IN ({', '.join(repr(f'x{n + i}') for i in range(2_000))})")),
    Costly("JSON of 900 levels", _deep(900)),
    Costly("JSON of 40 levels", _deep(40)),
    Costly("sort by three columns, last page", lambda n: _items("zones", sortby="-note,name,-area_ha", limit=1000, offset=98_000 - n)),
    Costly("sort without an index, q", lambda n: _items("producers", sortby="note,-address", q=f"hop tac {n % 9}", limit=1000)),
    Costly("page in VN-2000, last 1,000", lambda n: _items("zones", crs="http://www.opengis.net/def/crs/EPSG/0/9205", limit=1000, offset=99_000 - n % 9_000)),
    Costly("page as .gpkg", lambda n: _items("zones", f="gpkg", limit=1000, offset=n % 90_000)),
    Costly("page as .xlsx", lambda n: _items("producers", f="xlsx", limit=1000, offset=n % 90_000)),
    Costly("q of every record, counted", lambda n: _items("zones", q="vung so", limit=1, offset=n)),
    Costly("search box", lambda n: Request(f"/search.json?q={quote('vung')}&limit=50&utm_x={n}")),
    Costly("list with facets", lambda n: Request(f"/zones?q=vung&sort=note&page={n % 79 + 1}")),
    Costly("map, every record of two layers", lambda n: Request(f"/map.json?layers=zones,producers&bbox={WEST},{SOUTH},{EAST},{NORTH - n % 99_999 * 1e-6:.6f}")),
    Costly("export with filter, .gpkg", lambda n: Request(f"/export/zones.gpkg?bbox={WEST},{SOUTH},{EAST},{NORTH - n % 99_999 * 1e-6:.6f}")),
    Costly("export sorted, .xlsx", lambda n: Request(f"/export/producers.xlsx?sort=note&bbox={WEST},{SOUTH},{EAST},{NORTH - n % 99_999 * 1e-6:.6f}")),
    Costly("whole province, .gpkg", lambda n: Request(f"/export/all.gpkg?utm_x={n}")),
    Costly("tile of every layer, cold", lambda n: Request(f"/tiles/WebMercatorQuad/{8 + n % 5}/{int(112.4 * 2 ** (n % 5))}/{int(201.1 * 2 ** (n % 5))}?utm_x={n}")),
    Costly("tile of zones, cold", lambda n: Request(f"/collections/zones/tiles/WebMercatorQuad/13/{3_560 + n % 60}/{6_440 + n // 60 % 30}")),
    Costly("saved map of 1,000 records", lambda n: Request(f"/save-map?layers=zones&q=mat+ong+tua+chua&utm_x={n}")),
    Costly("changes since the beginning", lambda n: Request(f"/changes?since=0&utm_x={n}")),
    Costly("quality page", lambda n: Request(f"/quality?utm_x={n}")),
    Costly(TOO_LARGE, lambda n: Request("/collections/zones/search", "POST", b'{"x":"' + b"a" * 2_000_000 + b'"}')),
)  # fmt: skip
