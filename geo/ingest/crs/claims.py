"""A CRS definition taken apart into what matters: the datum that it names, its grid, and its TOWGS84."""

import re
from dataclasses import dataclass

from pyproj import CRS

from geo.text import fold
from geo.vn2000.systems import Family, TransverseMercator


@dataclass(frozen=True)
class Claim:
    """The datum, the grid and the TOWGS84 of a definition; `ellipsoid_radius_m` is the semi-major axis in metres.

    `datum` is "other" for a datum of no interest here, and `nameless` when it claims none at all. `grid` is None for
    anything but a transverse Mercator grid in metres from the equator. `towgs84` is empty where there is none.
    """

    crs: CRS
    name: str
    datum_name: str
    datum: Family
    nameless: bool
    ellipsoid_radius_m: float
    grid: TransverseMercator | None
    towgs84: tuple[float, ...]

    @property
    def says_vn2000(self) -> bool:
        """Whether its name speaks of VN-2000, whatever its datum says."""
        return family_of_name(self.name) == "vn2000"


def take_apart(crs: CRS, text: str = "") -> Claim | None:
    """The parts of `crs`, with bound and compound systems unwrapped; None where it places nothing on the Earth.

    `text` is the definition as the file holds it: PROJ mends the rotation signs of a known datum's TOWGS84 unasked.
    """
    core = _core(crs)
    geodetic = core.geodetic_crs
    if geodetic is None or geodetic.ellipsoid is None or not (core.is_projected or core.is_geographic):
        return None
    names = [geodetic.datum.name if geodetic.datum is not None else "", geodetic.name]
    radius_m = float(geodetic.ellipsoid.semi_major_metre)
    named = [name for name in names if not is_nameless(name)]
    return Claim(
        core,
        core.name,
        (named or names)[-1].split(",")[0][:40],
        _family(names, radius_m),
        is_nameless(names[0]),
        radius_m,
        _grid(core),
        _towgs84(crs, text),
    )


_FLOAT = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TOWGS84 = re.compile(rf"TOWGS84\s*(?:\[|=)\s*({_FLOAT}(?:\s*,\s*{_FLOAT})*)", re.IGNORECASE)


def _towgs84(crs: CRS, text: str) -> tuple[float, ...]:
    written = _TOWGS84.search(text)
    if written is not None:
        return tuple(float(number) for number in written[1].split(","))
    operation = crs.coordinate_operation if crs.is_bound else None
    return tuple(float(value) for value in operation.towgs84) if operation is not None else ()


def _core(crs: CRS) -> CRS:
    if crs.is_bound and crs.source_crs is not None:
        return _core(crs.source_crs)
    return _core(crs.sub_crs_list[0]) if crs.is_compound else crs


_BY_RADIUS: dict[float, Family] = {6_378_245.0: "hanoi1972", 6_377_276.345: "indian1960"}

_NAMES: tuple[tuple[str, Family], ...] = (
    (r"vn[ _-]*2000|viet[ _]*nam[ _]*2000|vn2k", "vn2000"),
    (r"(hanoi|ha[ _]noi|hn)[ _-]*(19)?72", "hanoi1972"),
    (r"indian[ _]*1960", "indian1960"),
    (r"wgs[ _]*(19)?84|world[ _]geodetic[ _]system[ _]*(of[ _])?1984", "wgs84"),
)


def _family(names: list[str], radius_m: float) -> Family:
    for name in names:
        family = family_of_name(name)
        if family != "other":
            return family
    return next((family for size, family in _BY_RADIUS.items() if abs(radius_m - size) < 0.01), "other")


def family_of_name(name: str) -> Family:
    """The datum that a name speaks of, "other" for none.

    >>> family_of_name("D_Vietnam_2000"), family_of_name("Unknown based on WGS 84 ellipsoid")
    ('vn2000', 'other')
    """
    if is_nameless(name):
        return "other"
    folded = fold(name)
    return next((family for pattern, family in _NAMES if re.search(pattern, folded)), "other")


def is_nameless(name: str) -> bool:
    """Whether a datum's name names none: PROJ writes "Unknown based on WGS 84 ellipsoid", MapInfo only numbers."""
    folded = fold(name).removeprefix("d_")
    return not folded or folded.startswith(
        ("unknown", "unnamed", "undefined", "not_spec", "not spec", "mif ", "custom")
    )


def _grid(core: CRS) -> TransverseMercator | None:
    operation = core.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    if any(abs(axis.unit_conversion_factor - 1) > 1e-9 for axis in core.axis_info):
        return None
    values = {
        p.name: float(p.value) * (p.unit_conversion_factor if p.name.startswith("False") else 1.0)
        for p in operation.params
    }
    if abs(values["Latitude of natural origin"]) > 1e-9:
        return None
    return TransverseMercator(
        round(values["Longitude of natural origin"], 9),
        values["Scale factor at natural origin"],
        values["False easting"],
        values["False northing"],
    )
