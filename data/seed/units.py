"""Administrative units before and after July 2025: read, matched by name, with topologically clean borders."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from data.seed.tables import MOVED_2020, OUTLINE_NAMES, UNIT_KINDS
from geo.crs import to_metric

SLIVER_SHARE = 0.015
SLIVER_WIDTH_M = 150.0
CRUMB_KM2 = 2.0
_DECIMALS = 5


def bare(full: str) -> tuple[str, str]:
    """A unit's name without its kind, and the kind's code.

    >>> bare("Thị trấn Tủa Chùa")
    ('Tủa Chùa', 'township')
    """
    for words, kind in UNIT_KINDS.items():
        if full.startswith(f"{words} "):
            return full[len(words) + 1 :], kind
    raise ValueError(f"{full!r} begins with no kind of unit")


def metres(shape: BaseGeometry) -> BaseGeometry:
    """A shape in METRIC_CRS."""
    return to_metric([shape])[0]


def polygons(shape: BaseGeometry) -> MultiPolygon:
    """The polygons of a shape, rings counter-clockwise, coordinates as the sources give them."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if isinstance(part, Polygon)]
    return shapely.orient_polygons(MultiPolygon(parts), exterior_cw=False)


@dataclass
class Units:
    """Every unit by its key, with its outline or point in STORE_CRS."""

    communes: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    outlines: gpd.GeoDataFrame
    crosswalk: list[dict[str, Any]]
    by_name: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    commune_shape: dict[str, MultiPolygon] = field(default_factory=dict)
    district_shape: dict[str, MultiPolygon] = field(default_factory=dict)
    commune_code: dict[str, str] = field(default_factory=dict)
    district_code: dict[str, str] = field(default_factory=dict)
    outline_of: dict[str, BaseGeometry] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Units":
        """The units of the shared boundaries, districts cleaned against the communes."""
        with (folder / "communes_until_2025_crosswalk.csv").open(encoding="utf-8") as file:
            crosswalk = list(csv.DictReader(file))
        units = cls(
            gpd.read_file(folder / "communes_2025.geojson").sort_values("code", ignore_index=True),
            gpd.read_file(folder / "districts_until_2025.geojson").sort_values("code", ignore_index=True),
            gpd.read_file(folder / "communes_2009.geojson").sort_values(["district", "commune"], ignore_index=True),
            crosswalk,
        )
        units.commune_shape = cover({r.code: r.geometry for r in units.communes.itertuples()})
        units.commune_code = {r.name: r.code for r in units.communes.itertuples()}
        units.district_code = {bare(row["name"])[0]: row["code"] for _, row in units.districts.iterrows()}
        for row in crosswalk:
            row["bare"], row["kind"] = bare(row["name"])
            row["district_bare"] = bare(row["district"])[0]
            units.by_name[row["bare"], row["district_bare"]] = row
        raw = {r.code: r.geometry for r in units.districts.itertuples()}
        units.district_shape = tile(units.commune_shape, raw)
        for row in units.outlines.itertuples():
            code = units.code_of_outline(row.district, row.commune)
            if code:
                units.outline_of[code] = row.geometry
        return units

    def code_of_outline(self, district: str, commune: str) -> str | None:
        """The former commune that an outline of 2009 shows; None where the names do not say."""
        name, home = bare(commune)[0], bare(district)[0]
        name = OUTLINE_NAMES.get((home, name), name)
        if home == "Điện Biên" and name in MOVED_2020:
            home = "Điện Biên Phủ"
        unit = self.by_name.get((name, home))
        return unit["code"] if unit else None

    def old(self, name: str, district: str) -> dict[str, Any] | None:
        """The former commune by name and district; KeyError when there is none of that name there."""
        return self.by_name[name, district] if name else None

    def outline(self, old: dict[str, Any]) -> tuple[BaseGeometry, str]:
        """The outline of 2009 of a former commune, or where there is none the commune that it went into; and its source."""
        shape = self.outline_of.get(old["code"])
        return (self.commune_shape[old["new_code"]], "B1") if shape is None else (shape, "B4")

    def point_in(self, old: dict[str, Any]) -> tuple[Point, str]:
        """A point inside a former commune and the commune it was merged into, and in words how it was derived."""
        new = self.commune_shape[old["new_code"]]
        outline = self.outline_of.get(old["code"])
        if outline is not None and outline.intersection(new).area > 0:
            return outline.intersection(new).representative_point(), "điểm bên trong đường bao xã cũ (B4)"
        point = Point(float(old["lon"]), float(old["lat"]))
        if new.covers(point):
            return point, "điểm của xã cũ trong bảng chuyển đổi (B3)"
        return new.representative_point(), "điểm bên trong xã, phường mới (B1)"

    def province(self) -> MultiPolygon:
        """The union of the communes; holes, which come from mismatched borders alone, are filled."""
        union = shapely.union_all(list(self.commune_shape.values()))
        return polygons(shapely.union_all([Polygon(part.exterior) for part in shapely.get_parts(union)]))


def tile(communes: Mapping[str, MultiPolygon], districts: Mapping[str, BaseGeometry]) -> dict[str, MultiPolygon]:
    """The districts rebuilt from the communes, cut by the district outlines, so that both cover the same area.

    A piece that is only a sliver of generalisation (under SLIVER_SHARE of the commune, or narrower than
    SLIVER_WIDTH_M on average), or lies in no district, joins the district with most of the commune.
    """
    parts_by_district: dict[str, list[BaseGeometry]] = {code: [] for code in districts}
    for shape in communes.values():
        pieces = {code: shape.intersection(outline) for code, outline in districts.items()}
        main = max(pieces, key=lambda code: pieces[code].area)
        rest: BaseGeometry = shape
        for code, piece in pieces.items():
            if code != main and not _is_sliver(piece, shape):
                large_piece = shapely.union_all([p for p in shapely.get_parts(piece) if not _is_sliver(p, shape)])
                parts_by_district[code].append(large_piece)
                rest = rest.difference(large_piece)
        parts_by_district[main].append(rest)
    return cover(
        _without_crumbs({code: polygons(shapely.union_all(parts)) for code, parts in parts_by_district.items()})
    )


def _without_crumbs(districts: dict[str, MultiPolygon]) -> dict[str, MultiPolygon]:
    """Give each part under CRUMB_KM2 to the district with the longest common border."""
    parts = [(code, part) for code, shape in districts.items() for part in shapely.get_parts(shape)]
    large_parts = {code: [p for c, p in parts if c == code and metres(p).area >= CRUMB_KM2 * 1e6] for code in districts}
    whole = {code: shapely.union_all(list_of) for code, list_of in large_parts.items()}
    for code, part in parts:
        if metres(part).area < CRUMB_KM2 * 1e6:
            near = max(whole, key=lambda other: (part.intersection(whole[other]).length, other == code))
            large_parts[near].append(part)
    return {code: polygons(shapely.union_all(list_of)) for code, list_of in large_parts.items()}


def cover(shapes: Mapping[str, BaseGeometry]) -> dict[str, MultiPolygon]:
    """The shapes with overlaps and mismatched vertices of their shared borders removed.

    In the shipped data this moves less than 30 m² of any commune; other vertices stay as in the source.
    """
    clean = shapely.coverage_clean(list(shapes.values()))
    return {code: polygons(shape) for code, shape in zip(shapes, clean, strict=True)}


def _is_sliver(piece: BaseGeometry, whole: BaseGeometry) -> bool:
    area = metres(piece).area
    if area == 0 or area / metres(whole).area < SLIVER_SHARE:
        return True
    return 2 * area / metres(piece).length < SLIVER_WIDTH_M


def outline_union(shapes: Iterable[BaseGeometry], inside: BaseGeometry) -> MultiPolygon:
    """The union of neighbouring outlines, as far as it lies inside the province.

    Coarse outlines leave slivers between them, which are the only holes of the union; they are filled.
    """
    common = shapely.union_all(list(shapes)).intersection(inside)
    parts = [
        Polygon(part.exterior)
        for part in shapely.get_parts(common)
        if isinstance(part, Polygon) and metres(part).area > 10_000
    ]
    return polygons(shapely.set_precision(shapely.union_all(parts), 10**-_DECIMALS))
