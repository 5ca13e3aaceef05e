"""The coordinate systems of Viet Nam as rows, the official seven parameters, and readings of coordinate pairs.

PROJ never chooses the operation: every reading is one explicit pipeline, without grids.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer
from pyproj.enums import TransformDirection

from geo.crs import METRIC_CRS, STORE_CRS, VN2000_TO_WGS84, transformer
from geo.schema import Label

Floats: TypeAlias = NDArray[np.float64]
Convention: TypeAlias = Literal["coordinate_frame", "position_vector"]


# --- from one datum to another ---------------------------------------------------------------------


class Shift(NamedTuple):
    """Helmert parameters to WGS 84: metres, arc-seconds, parts per million.

    The sign of the three rotations means nothing without `convention`: "coordinate_frame" (EPSG method 9607)
    turns the axes, "position_vector" (9606, the one of `+towgs84` and TOWGS84) turns the point. The same numbers
    under the other convention are the opposite rotation: 0.8 m in Điện Biên. `accuracy_m` is the registry's
    statement for `area`; None where nothing is stated for this province.
    """

    operation: str
    label: Label
    area: Label
    accuracy_m: float | None
    parameters: tuple[float, float, float, float, float, float, float]
    convention: Convention

    def step(self, convention: Convention | None = None) -> str:
        """The PROJ step of the shift; `convention` replaces its own, to reproduce a mistake."""
        numbers = zip(("x", "y", "z", "rx", "ry", "rz", "s"), self.parameters, strict=True)
        return f"+proj=helmert {' '.join(f'+{k}={v}' for k, v in numbers)} +convention={convention or self.convention}"

    def towgs84(self) -> tuple[float, ...]:
        """The parameters as a TOWGS84 clause or `+towgs84` writes them (position vector)."""
        sign = -1.0 if self.convention == "coordinate_frame" else 1.0
        return (*self.parameters[:3], *(sign * angle for angle in self.parameters[3:6]), self.parameters[6])


_COUNTRY = Label("toàn quốc, trên đất liền", "Viet Nam, onshore")

SHIFTS: dict[str, Shift] = {
    "state": Shift(
        VN2000_TO_WGS84,
        Label("VN-2000 sang WGS 84 (2), bảy tham số Nhà nước", "VN-2000 to WGS 84 (2), the state's seven parameters"),
        _COUNTRY,
        1.0,
        (-191.90441429, -39.30318279, -111.45032835, -0.00928836, 0.01975479, -0.00427372, 0.252906278),
        "coordinate_frame",
    ),
    "mekong": Shift(
        "EPSG:5194",
        Label("VN-2000 sang WGS 84 (1)", "VN-2000 to WGS 84 (1)"),
        Label("đồng bằng sông Cửu Long", "the Mekong delta"),
        None,
        (-192.873, -39.382, -111.202, 0.00205, 0.0005, -0.00335, 0.0188),
        "coordinate_frame",
    ),
    "indian_1960": Shift(
        "EPSG:1542",
        Label("Indian 1960 sang WGS 84 (2)", "Indian 1960 to WGS 84 (2)"),
        Label("từ 14°B đến 18°B (44 m)", "14°N to 18°N (44 m there)"),
        None,
        (198.0, 881.0, 317.0, 0.0, 0.0, 0.0, 0.0),
        "position_vector",
    ),
    "hanoi_1972": Shift(
        "EPSG:1544",
        Label("HN-72 sang WGS 84 (1)", "Hanoi 1972 to WGS 84 (1)"),
        Label("vùng Vũng Tàu (5 m)", "the Vung Tau area (5 m there)"),
        None,
        (-17.51, -108.32, -62.39, 0.0, 0.0, 0.0, 0.0),
        "position_vector",
    ),
}  # fmt: skip
"""By key. EPSG's registry holds no operation for Indian 1960 or HN-72 in the north: the nearest one is pinned,
since PROJ's own choice outside an operation's area is no shift at all."""


# --- the systems -----------------------------------------------------------------------------------

Family: TypeAlias = Literal["vn2000", "wgs84", "indian1960", "hanoi1972", "other"]


class TransverseMercator(NamedTuple):
    """The parameters of a transverse Mercator grid, in degrees and metres. The latitude of origin is always 0."""

    meridian: float
    scale: float
    false_easting: float = 500_000.0
    false_northing: float = 0.0

    def step(self, ellipsoid: str) -> str:
        """The PROJ step from radians to metres."""
        return (
            f"+proj=tmerc +lat_0=0 +lon_0={self.meridian:.10g} +k={self.scale:.10g}"
            f" +x_0={self.false_easting:.10g} +y_0={self.false_northing:.10g} +ellps={ellipsoid}"
        )

    def close_to(self, other: "TransverseMercator") -> bool:
        """Whether the two differ by rounding only (less than a millimetre here)."""
        return bool(np.allclose(self, other, rtol=0, atol=(1e-9, 1e-10, 1e-3, 1e-3)))


@dataclass(frozen=True)
class System:
    """One coordinate reference system. `code` is what pyproj reads; `grid` is None for degrees and foreign systems.

    `standing`: 0 the systems that this province keeps data in, 1 other systems in use, 2 superseded ones.
    """

    code: str
    label: Label
    family: Family
    grid: TransverseMercator | None = None
    ellipsoid: str = "WGS84"
    shift: str = ""
    standing: int = 1
    successor: str = ""

    def crs(self) -> CRS:
        """The system as pyproj knows it."""
        return CRS.from_user_input(self.code)

    @property
    def in_degrees(self) -> bool:
        """Whether its numbers are degrees."""
        return self.grid is None and self.family != "other" and self.code != WEB_MERCATOR


WEB_MERCATOR = "EPSG:3857"
VN2000_DEGREES = "EPSG:4756"


def degrees_minutes(angle: float, degrees: str = "°", minutes: str = "′") -> str:
    """`angle` as meridians are written.

    >>> degrees_minutes(104.75), degrees_minutes(103)
    ('104°45′', '103°00′')
    """
    whole, rest = divmod(round(angle * 60), 60)
    return f"{whole}{degrees}{rest:02d}{minutes}"


def _comma(number: float) -> str:
    return f"{number:.10g}".replace(".", ",")


def _vn2000(code: int, meridian: float, scale: float = 0.9999, zone: str = "", successor: str = "") -> System:
    width = "UTM" if scale == 0.9996 else "TM-3"
    name = f"VN-2000 / {width} {zone or degrees_minutes(meridian, '-', '')}"
    deprecated = Label(" (mã đã bỏ)", " (deprecated code)") if successor else Label("", "")
    # EPSG withdrew 6956 to 6959 because they exchange the false easting with the false northing.
    false = (0.0, 500_000.0) if successor else (500_000.0, 0.0)
    return System(
        f"EPSG:{code}",
        Label(
            f"{name}, kinh tuyến trục {degrees_minutes(meridian)}, k {_comma(scale)} (EPSG:{code}){deprecated.vi}",
            f"{name}, central meridian {degrees_minutes(meridian)}, k {scale} (EPSG:{code}){deprecated.en}",
        ),
        "vn2000",
        TransverseMercator(meridian, scale, *false),
        shift="state",
        standing=2 if successor else int(f"EPSG:{code}" != METRIC_CRS),
        successor=successor,
    )


def _old(code: str, name: str, family: Family, grid: TransverseMercator | None = None) -> System:
    ellipsoid, shift = ("evrst30", "indian_1960") if family == "indian1960" else ("krass", "hanoi_1972")
    return System(code, Label(name, name), family, grid, ellipsoid, shift, 2)


def _utm(code: int, zone: int) -> System:
    name = f"WGS 84 / UTM {zone}N (EPSG:{code})"
    return System(f"EPSG:{code}", Label(name, name), "wgs84", TransverseMercator(zone * 6 - 183, 0.9996))


def _hanoi_without_zone(meridian: int) -> System:
    # The zone number in front of the easting (18 500 000) is often left out in tables.
    grid = TransverseMercator(meridian, 1.0)
    name = f"Hanoi 1972 / Gauss-Kruger {meridian}°, E 500000"
    return System(
        f"{grid.step('krass')} +units=m +type=crs", Label(f"HN-72: {name}", name), "hanoi1972", grid,
        "krass", "hanoi_1972", 2,
    )  # fmt: skip


SYSTEMS: dict[str, System] = {
    system.code: system
    for system in (
        System(STORE_CRS, Label("Kinh độ, vĩ độ WGS 84", "WGS 84 longitude and latitude"), "wgs84", standing=0),
        System(
            VN2000_DEGREES,
            Label("Kinh độ, vĩ độ VN-2000 (EPSG:4756)", "VN-2000 longitude and latitude (EPSG:4756)"),
            "vn2000",
            shift="state",
        ),
        _vn2000(9205, 103.0),
        _vn2000(9206, 104.0),
        _vn2000(9207, 104.5),
        _vn2000(9208, 104.75),
        _vn2000(9209, 105.5),
        _vn2000(9210, 105.75),
        _vn2000(9211, 106.0),
        _vn2000(9212, 106.25),
        _vn2000(9213, 106.5),
        _vn2000(9214, 107.0),
        _vn2000(9215, 107.25),
        _vn2000(9216, 107.5),
        _vn2000(9217, 108.25),
        _vn2000(9218, 108.5),
        _vn2000(5896, 102.0, zone="481"),
        _vn2000(5897, 105.0, zone="482"),
        _vn2000(5898, 108.0, zone="491"),
        _vn2000(5899, 107.75),
        _vn2000(3405, 105.0, 0.9996, "48N"),
        _vn2000(3406, 111.0, 0.9996, "49N"),
        _vn2000(6956, 102.0, zone="481", successor="EPSG:5896"),
        _vn2000(6957, 105.0, zone="482", successor="EPSG:5897"),
        _vn2000(6958, 108.0, zone="491", successor="EPSG:5898"),
        _vn2000(6959, 107.75, successor="EPSG:5899"),
        _utm(32648, 48),
        _utm(32649, 49),
        System(WEB_MERCATOR, Label("Web Mercator (EPSG:3857)", "Web Mercator (EPSG:3857)"), "wgs84"),
        _old("EPSG:4131", "Indian 1960 (EPSG:4131)", "indian1960"),
        _old("EPSG:3148", "Indian 1960 / UTM 48N (EPSG:3148)", "indian1960", TransverseMercator(105.0, 0.9996)),
        _old("EPSG:3149", "Indian 1960 / UTM 49N (EPSG:3149)", "indian1960", TransverseMercator(111.0, 0.9996)),
        _old("EPSG:4147", "HN-72, Hanoi 1972 (EPSG:4147)", "hanoi1972"),
        _old(
            "EPSG:2044", "HN-72, Hanoi 1972 / Gauss-Kruger 18 (EPSG:2044)", "hanoi1972",
            TransverseMercator(105.0, 1.0, 18_500_000.0),
        ),
        _old(
            "EPSG:2045", "HN-72, Hanoi 1972 / Gauss-Kruger 19 (EPSG:2045)", "hanoi1972",
            TransverseMercator(111.0, 1.0, 19_500_000.0),
        ),
        _hanoi_without_zone(105),
        _hanoi_without_zone(111),
    )
}  # fmt: skip
"""Every system that files of the region come in, by code."""

HOME = SYSTEMS[METRIC_CRS]


def systems_of(family: Family) -> Iterator[System]:
    """The systems of one family, in the order of the table."""
    return (system for system in SYSTEMS.values() if system.family == family)


def by_grid(family: Family, grid: TransverseMercator) -> System | None:
    """The system of `family` on this grid, None when the table has none."""
    return next((one for one in systems_of(family) if one.grid is not None and one.grid.close_to(grid)), None)


# --- mistakes --------------------------------------------------------------------------------------


class Slip(NamedTuple):
    """A known mistake in how coordinates of VN-2000 were made or labelled."""

    label: Label
    shift: Literal["none", "wrong_sign", "backwards", "mekong", "right"]
    other_scale: bool = False


SLIPS: dict[str, Slip] = {
    "null_shift": Slip(
        Label("tham số chuyển hệ bằng 0 (coi VN-2000 là WGS 84)", "datum parameters zero (VN-2000 taken for WGS 84)"),
        "none",
    ),
    "wrong_sign": Slip(
        Label("ba góc xoay sai dấu (+towgs84 chép nguyên số)", "rotations of the wrong sign (+towgs84 unflipped)"),
        "wrong_sign",
    ),
    "mekong": Slip(
        Label("tham số của đồng bằng sông Cửu Long (EPSG:5194)", "the parameters of the Mekong delta (EPSG:5194)"),
        "mekong",
    ),
    "backwards": Slip(
        Label("tham số chuyển hệ dùng ngược chiều", "datum parameters used backwards"), "backwards"
    ),
    "scale": Slip(
        Label("hệ số k lẫn giữa 0,9999 (3°) và 0,9996 (6°)", "scale factor 0.9996 (6°) and 0.9999 (3°) exchanged"),
        "right",
        other_scale=True,
    ),
    "scale_null": Slip(
        Label("hệ số k lẫn 0,9999/0,9996, tham số chuyển hệ bằng 0", "scale factor exchanged, datum parameters zero"),
        "none",
        other_scale=True,
    ),
}  # fmt: skip


# --- readings --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """How a file's coordinate pair becomes a position: a system, an axis order and, where one explains it, a slip.

    `swapped`: the first number is north (or latitude), as Vietnamese survey tables write X and Y.
    """

    system: System
    swapped: bool = False
    slip: str = ""

    @property
    def key(self) -> str:
        """The reading as one word, as import decisions and profiles store it.

        >>> Reading(HOME, swapped=True).key
        'EPSG:9205+swapped'
        """
        return "+".join(filter(None, (self.system.code, "swapped" if self.swapped else "", self.slip)))

    @property
    def pipeline(self) -> str:
        """The PROJ pipeline from the file's east and north to longitude and latitude; "" for a foreign system."""
        if self.system.family == "other":
            return ""
        steps = [self._first_step(), *self._datum_steps(), "+proj=unitconvert +xy_in=rad +xy_out=deg"]
        return "+proj=pipeline " + " ".join(f"+step {step}" for step in steps)

    def _first_step(self) -> str:
        system = self.system
        if system.grid is not None:
            grid = system.grid
            if self.slip and SLIPS[self.slip].other_scale:
                grid = grid._replace(scale=0.9996 if grid.scale == 0.9999 else 0.9999)
            return f"+inv {grid.step(system.ellipsoid)}"
        if system.code == WEB_MERCATOR:
            return "+inv +proj=webmerc +ellps=WGS84"
        return "+proj=unitconvert +xy_in=deg +xy_out=rad"

    def _datum_steps(self) -> list[str]:
        if not self.system.shift:
            return []
        shift = SHIFTS[self.system.shift]
        step = {
            "right": shift.step(),
            "none": "",
            "wrong_sign": shift.step("position_vector"),
            "backwards": f"+inv {shift.step()}",
            "mekong": SHIFTS["mekong"].step(),
        }[SLIPS[self.slip].shift if self.slip else "right"]
        if not step:
            return []
        # A height in these files is above the geoid, not the ellipsoid: it takes no part (EPSG: "geog2D domain").
        here = self.system.ellipsoid
        return [
            "+proj=push +v_3", f"+proj=cart +ellps={here}", step, "+inv +proj=cart +ellps=WGS84", "+proj=pop +v_3",
        ]  # fmt: skip

    def to_lnglat(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Longitude and latitude (STORE_CRS) of the file's first and second numbers; inf where there is none."""
        east, north = (y, x) if self.swapped else (x, y)
        return _run(self, east, north, TransformDirection.FORWARD)

    def from_lnglat(self, lng: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """The first and second numbers for a position in STORE_CRS: the inverse of `to_lnglat`."""
        lng, lat = np.array(lng, dtype=float, ndmin=1), np.array(lat, dtype=float, ndmin=1)
        east, north = _run(self, lng, lat, TransformDirection.INVERSE)
        if self.system.shift:
            # The inverse pipeline ignores heights and is off by 1.2 mm, but an exported file must come back unmoved.
            lng_back, lat_back = _run(self, east, north, TransformDirection.FORWARD)
            east, north = _run(self, 2 * lng - lng_back, 2 * lat - lat_back, TransformDirection.INVERSE)
        return (north, east) if self.swapped else (east, north)

    @property
    def label(self) -> Label:
        """The system, the axis order and the slip in words."""
        vi, en = self.system.label
        if self.swapped and self.system.in_degrees:
            vi, en = f"{vi}, vĩ độ viết trước", f"{en}, latitude first"
        elif self.swapped:
            vi, en = f"{vi}, X là hướng bắc, Y là hướng đông", f"{en}, X is north and Y is east"
        if self.slip:
            slip = SLIPS[self.slip].label
            vi, en = f"{vi}; {slip.vi}", f"{en}; {slip.en}"
        return Label(vi, en)

    @property
    def transformation(self) -> Label:
        """The transformation to WGS 84 by name with its accuracy, as a report displays it."""
        if self.slip:
            slip = SLIPS[self.slip].label
            return Label(f"Đọc như đã làm: {slip.vi}.", f"Read as it was made: {slip.en}.")
        if self.system.family == "other":
            return Label("Phép chuyển do PROJ chọn.", "The transformation that PROJ chooses.")
        if not self.system.shift:
            return Label("Không chuyển hệ quy chiếu.", "No change of datum.")
        shift = SHIFTS[self.system.shift]
        if shift.accuracy_m is None:
            return Label(
                f"{shift.operation} {shift.label.vi}; công bố cho {shift.area.vi}, độ chính xác tại đây chưa rõ.",
                f"{shift.operation} {shift.label.en}; published for {shift.area.en}, accuracy here unknown.",
            )
        return Label(
            f"{shift.operation} {shift.label.vi}, quy ước xoay hệ trục; độ chính xác công bố {shift.accuracy_m:g} m.",
            f"{shift.operation} {shift.label.en}, coordinate-frame rotation; stated accuracy {shift.accuracy_m:g} m.",
        )


def reading_of(key: str) -> Reading | None:
    """The reading whose `key` this is; None when the key or its system is unknown.

    >>> reading_of("EPSG:3405+null_shift") == Reading(SYSTEMS["EPSG:3405"], slip="null_shift")
    True
    """
    code, *marks = key.split("+") if key in SYSTEMS or not key.startswith("+") else [key]
    slips = [mark for mark in marks if mark != "swapped"]
    if code not in SYSTEMS or len(slips) > 1 or any(slip not in SLIPS for slip in slips):
        return None
    return Reading(SYSTEMS[code], "swapped" in marks, slips[0] if slips else "")


@lru_cache(maxsize=256)
def _transformer(reading: Reading) -> Transformer:
    # The cache key is the reading itself: building its pipeline text takes longer than transforming a point.
    pipeline = reading.pipeline
    return Transformer.from_pipeline(pipeline) if pipeline else transformer(reading.system.code, STORE_CRS)


def _run(reading: Reading, first: ArrayLike, second: ArrayLike, direction: TransformDirection) -> tuple[Floats, Floats]:
    numbers = np.array(first, dtype=float, ndmin=1), np.array(second, dtype=float, ndmin=1)
    out: Any = _transformer(reading).transform(*numbers, direction=direction)
    return np.asarray(out[0], dtype=float), np.asarray(out[1], dtype=float)
