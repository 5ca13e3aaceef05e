"""Random provinces of which the truth is known: true places, units, dates and members, and what is stated of them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import MultiPolygon, Point, box, union_all

from geo.crs import GEOD, STORE_CRS
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS
from geo.plan import Records

SIDE = 0.12
"""Side of a commune in degrees, some 13 km; each has two halves, the former communes."""
RADII_M = {precision.key: precision.uncertainty_m for precision in PRECISIONS}
MATERIALS = ("honey", "tea")
COMMUNES = [f"{number:05}" for number in range(1, 7)]
HALVES = [f"{number:05}" for number in range(11, 23)]
DISTRICTS = ("100", "101")
FIRST, LAST = date(2018, 1, 1), date(2028, 12, 31)


@dataclass
class Thing:
    """A record and the truth about it.

    `place` is its true place, `half`, `commune` and `district` the units of it; `parts` are the hectares and the
    households of a zone by the half that they truly are in. `stated` are the fields of its record, `at` its geometry.
    """

    id: str
    place: tuple[float, float] = (0.0, 0.0)
    half: str = ""
    truth: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, tuple[float, int]] = field(default_factory=dict)
    stated: dict[str, Any] = field(default_factory=dict)
    at: Any = None


class World:
    """A province of six communes in two rows, some things in it, and the records of what is stated of them."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        self.commune_of = {half: COMMUNES[number // 2] for number, half in enumerate(HALVES)}
        # District borders cut through communes: each half falls to either.
        self.district_of = {half: str(self.chance.choice(DISTRICTS)) for half in HALVES}
        self.boxes = {half: _half(number) for number, half in enumerate(HALVES)}
        self.people = {code: int(self.chance.integers(2_000, 9_000)) for code in COMMUNES}
        self.difficulty = {code: int(self.chance.integers(1, 4)) for code in COMMUNES}
        self.things = {
            "producers": [self._thing("P", number) for number in range(4)],
            "villages": [self._village(number) for number in range(4)],
            "sites": [self._thing("H", number) for number in range(4)],
            "zones": [self._zone(number) for number in range(4)],
        }
        self.things["products"] = [self._product(number) for number in range(8)]
        self.records = Records(1, self._frames())

    def unit(self, half: str, frame: str) -> str:
        """The unit of a former commune in a frame."""
        return {"communes": self.commune_of[half], "districts": self.district_of[half], "old_communes": half}[frame]

    def _is(self, share: float) -> bool:
        return bool(self.chance.random() < share)

    def _thing(self, letter: str, number: int) -> Thing:
        half = str(self.chance.choice(HALVES))
        west, south, east, north = self.boxes[half].bounds
        place = float(self.chance.uniform(west, east)), float(self.chance.uniform(south, north))
        thing = Thing(f"{letter}{number}", place, half)
        thing.stated = {"old_commune_code": half if self._is(0.4) else None}
        thing.stated["district_code"] = self.district_of[half] if self._is(0.5) else None
        precision = str(self.chance.choice(list(RADII_M)))
        if self._is(0.85):
            azimuth, metres = self.chance.uniform(0, 360), self.chance.uniform(0, RADII_M[precision])
            lng, lat, _ = GEOD.fwd(*place, azimuth, metres)
            thing.at, thing.stated["precision"] = Point(lng, lat), precision
        return thing

    def _village(self, number: int) -> Thing:
        thing = self._thing("V", number)
        thing.truth["is_recognised"] = self._is(0.5)
        is_stated = self._is(0.7)
        kind = "craft_village" if thing.truth["is_recognised"] else "community_tourism"
        thing.stated["kind"] = kind if is_stated else "craft_place"
        return thing

    def _zone(self, number: int) -> Thing:
        halves = [str(half) for half in self.chance.choice(HALVES, size=self.chance.integers(1, 4), replace=False)]
        thing = Thing(f"Z{number}", half=halves[0])
        thing.parts = {half: (float(self.chance.integers(1, 50)), int(self.chance.integers(3, 40))) for half in halves}
        thing.truth["crop"] = str(self.chance.choice(MATERIALS))
        is_surveyed, is_named = self._is(0.3), self._is(0.5)
        outlines = [self.boxes[half] for half in halves]
        if not is_surveyed:  # drawn as the communes that it lies in
            outlines = [_commune(self.commune_of[half]) for half in halves]
        thing.at = MultiPolygon([union_all(outlines)]) if len(outlines) == 1 else _multi(union_all(outlines))
        thing.stated = {
            "crop": thing.truth["crop"], "extent_kind": "surveyed" if is_surveyed else "administrative",
            "old_commune_codes": ";".join(halves) if is_named else None,
            "area_ha": sum(area for area, _ in thing.parts.values()) if self._is(0.8) else None,
            "households": sum(count for _, count in thing.parts.values()) if self._is(0.8) else None,
        }  # fmt: skip
        return thing

    def _product(self, number: int) -> Thing:
        thing = self._thing("R", number)
        begin = FIRST + timedelta(days=int(self.chance.integers(0, 2_500)))
        begins = [begin]
        if self._is(0.3):
            begins.append(begin + timedelta(days=int(self.chance.integers(3 * 366, 5 * 366))))
        status = str(self.chance.choice(["certified", "assessed", "not_renewed"], p=[0.6, 0.2, 0.2]))
        was_certified = status != "assessed" or self._is(0.9)
        maker = self.things["producers"][int(self.chance.integers(0, 4))]
        thing.truth = {
            "begins": begins if was_certified else [], "stars": int(self.chance.integers(3, 5)),
            "material": str(self.chance.choice(MATERIALS)), "maker": maker.id, "was_certified": was_certified,
        }  # fmt: skip
        shown = begin.isoformat()[: int(self.chance.choice([4, 7, 10]))] if self._is(0.4) else None
        year_is_known = self._is(0.8) or len(begins) > 1
        thing.stated |= {
            "year": begin.year if year_is_known else None, "certified_from": shown, "status": status,
            "reassessed": begins[1].year if len(begins) > 1 else None,
            "stars": thing.truth["stars"] if self._is(0.8) else None,
            "raw_material": thing.truth["material"] if self._is(0.8) else None,
            "producer_id": maker.id if self._is(0.8) else None,
        }  # fmt: skip
        return thing

    def _frames(self) -> dict[str, gpd.GeoDataFrame]:
        frames = dict(_FIXED)
        for layer, things in self.things.items():
            frames[layer] = _frame(layer, [{LAYERS[layer].key: one.id, "at": one.at, **one.stated} for one in things])
        districts = {
            code: _multi(union_all([self.boxes[half] for half in HALVES if self.district_of[half] == code]))
            for code in sorted(set(self.district_of.values()))
        }
        frames["districts"] = _frame("districts", [{"code": code, "at": at} for code, at in districts.items()])
        frames["old_communes"] = _frame(
            "old_communes",
            [{"code": half, "commune_code": self.commune_of[half], "district_code": self.district_of[half],
              "precision": "commune", "at": self.boxes[half].centroid} for half in HALVES],
        )  # fmt: skip
        frames["figures"] = _frame("figures", [*self._figures("population", self.people), *self._figures("difficulty_zone", self.difficulty)])  # fmt: skip
        return frames

    def _figures(self, figure: str, values: dict[str, int]) -> list[dict[str, Any]]:
        return [
            {"figure_id": f"{figure}-{code}", "figure": figure, "level": "commune_2025", "commune_code": code,
             "year": 2025, "value": float(value)} for code, value in values.items()
        ]  # fmt: skip


def ends_of(begin: date) -> date:
    """The last day of a certificate: 36 months after its first."""
    try:
        return begin.replace(year=begin.year + 3)
    except ValueError:  # 29 February
        return date(begin.year + 3, 2, 28)


def _half(number: int) -> Any:
    west, south, east, north = _commune(COMMUNES[number // 2]).bounds
    middle = (west + east) / 2
    return box(west, south, middle, north) if number % 2 == 0 else box(middle, south, east, north)


def _commune(code: str) -> Any:
    column, row = divmod(COMMUNES.index(code), 2)
    west, south = 103.0 + column * SIDE, 21.0 + row * SIDE
    return box(west, south, west + SIDE, south + SIDE)


def _multi(shape: Any) -> MultiPolygon:
    return shape if shape.geom_type == "MultiPolygon" else MultiPolygon([shape])


def _frame(layer: str, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    names = [one.name for one in LAYERS[layer].fields]
    cells = np.empty((len(rows), len(names)), dtype=object)
    for number, row in enumerate(rows):
        cells[number] = [row.get(name) for name in names]
    table = pd.DataFrame(cells, columns=names, dtype=object)
    shapes = shapely.transform(np.array([row.get("at") for row in rows], dtype=object), lambda xy: np.round(xy, 7))
    return gpd.GeoDataFrame(table, geometry=gpd.array.from_shapely(shapes, crs=STORE_CRS))


_FIXED = {
    **{name: _frame(name, []) for name in ("markets", "cohorts")},
    "communes": _frame("communes", [{"code": code, "at": _multi(_commune(code))} for code in COMMUNES]),
}
