"""What a file says about its coordinate system, and which system of Viet Nam that really is.

`CRS.to_epsg()` is never trusted: it answers 9205 for a definition whose datum is "unknown" and is then read
222.7 m off, and None for most definitions written by MapInfo, ArcGIS users and PROJ strings.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geo.crs import STORE_CRS, geodesic_distance_m
from geo.ingest.crs.claims import Claim, take_apart
from geo.schema import Label
from geo.text import fold
from geo.vn2000.systems import (
    SHIFTS,
    SYSTEMS,
    VN2000_DEGREES,
    WEB_MERCATOR,
    Reading,
    System,
    TransverseMercator,
    by_grid,
    degrees_minutes,
    systems_of,
)

CENTRE = (103.0165, 21.386)
"""Điện Biên Phủ, longitude and latitude: where the error of a wrong reading is stated, unless asked elsewhere."""

WGS84_RADIUS_M = 6_378_137.0

FIXED_BY_FORMAT = {
    "geojson": "RFC 7946",
    "geojsonseq": "RFC 8142",
    "kml": "OGC KML 2.3",
    "libkml": "OGC KML 2.3",
    "kmz": "OGC KML 2.3",
    "gpx": "GPX 1.1",
}
"""Formats whose standard allows WGS 84 longitude and latitude only, by GDAL's driver name."""

Kind: TypeAlias = Literal["named", "equivalent", "mislabelled", "old", "foreign", "missing", "unreadable"]
Decision: TypeAlias = Literal["sure", "ask"]


@dataclass(frozen=True)
class Recognition:
    """What the file's own words amount to.

    `reading` says how to read the coordinates (None when the words say nothing usable), `alternatives` what else
    the same words may mean. `error_m` is how far off the file would lie if it were taken at its word, None where
    that cannot be computed. `decision` is "ask" when the words leave the choice to a person.
    """

    kind: Kind
    reading: Reading | None = None
    decision: Decision = "ask"
    evidence: tuple[Label, ...] = ()
    error_m: float | None = None
    alternatives: tuple[Reading, ...] = ()

    @property
    def crs(self) -> CRS | None:
        """The object that replaces the file's own; its axes are east, north for every VN-2000 system."""
        return self.reading.system.crs() if self.reading else None


@lru_cache(maxsize=256)  # the layers of a folder mostly repeat one definition, which takes 20 ms
def recognise(claim: CRS | str | None, driver: str = "", *, at: tuple[float, float] = CENTRE) -> Recognition:
    """What `claim` (the CRS or its text, as the reader gave it) means for a file read by GDAL's `driver`.

    `at` (longitude, latitude in STORE_CRS) is where `error_m` is measured.
    """
    standard = FIXED_BY_FORMAT.get(driver.casefold(), "")
    if claim is None or not str(claim).strip():
        return _fixed_by(standard) if standard else _missing()
    try:
        crs = CRS.from_user_input(claim)
    except CRSError:
        return Recognition("unreadable", evidence=(_UNREADABLE,))
    parts = take_apart(crs, claim if isinstance(claim, str) else "")
    if parts is None:
        return _missing()
    recognition = _READERS[parts.datum](parts)
    if recognition.reading is None:
        return recognition
    error_m = _error_of_the_word(crs, recognition.reading, at)
    return replace(recognition, error_m=error_m, evidence=(*recognition.evidence, *_error_line(error_m)))


# --- one reader for each datum that a definition can name ------------------------------------------


def _read_vn2000(claim: Claim) -> Recognition:
    if claim.grid is None:
        return _sure_degrees(claim, VN2000_DEGREES) if claim.crs.is_geographic else _foreign(claim)
    recognition = _vn2000_grid(claim)
    note = _line(
        "Tệp ghi hệ quy chiếu VN-2000 ({}).", "The file says that its datum is VN-2000 ({}).", claim.datum_name
    )
    twins = (replace(recognition.reading, slip="null_shift"),) if recognition.reading and _zeros(claim.towgs84) else ()
    return replace(
        recognition,
        # Zero parameters are written by programs that know no datum, and by those that made the grid from GPS points.
        decision="ask" if twins else recognition.decision,
        evidence=(note, *recognition.evidence, *_towgs84_lines(claim), *([_NULL_SHIFT_TWIN] if twins else [])),
        alternatives=(*twins, *recognition.alternatives),
    )


def _read_wgs84(claim: Claim) -> Recognition:
    if claim.grid is None:
        return _wgs84_without_grid(claim)
    utm = by_grid("wgs84", claim.grid)
    if utm is not None and not claim.says_vn2000:
        return _utm_or_vn2000(claim, utm)
    if not claim.says_vn2000 and not _like_vn2000(claim.grid):
        return _foreign(claim)
    recognition = _vn2000_grid(claim)
    if recognition.reading is None:
        return recognition
    note = _line(
        "Tệp ghi hệ quy chiếu WGS 84, nhưng lưới chiếu (kinh tuyến trục {}, k {}) là của VN-2000.",
        "The file says WGS 84, but its grid (central meridian {}, k {}) is one of VN-2000.",
        degrees_minutes(claim.grid.meridian), f"{claim.grid.scale:.10g}",
    )  # fmt: skip
    twin = replace(recognition.reading, slip="null_shift")
    return replace(
        recognition,
        kind="mislabelled",
        decision="ask",
        evidence=(note, *recognition.evidence, _NULL_SHIFT_TWIN),
        alternatives=(twin, *recognition.alternatives),
    )


def _read_unnamed(claim: Claim) -> Recognition:
    if abs(claim.ellipsoid_radius_m - WGS84_RADIUS_M) > 0.01:
        return _foreign(claim)
    if claim.grid is None:
        return _unnamed_degrees(claim) if claim.crs.is_geographic and claim.nameless else _foreign(claim)
    utm = by_grid("wgs84", claim.grid)
    if utm is not None and not claim.says_vn2000 and not _of_the_state(claim.towgs84):
        return _utm_or_vn2000(claim, utm) if claim.nameless else _foreign(claim)
    return _unnamed_grid(claim) if claim.says_vn2000 or _like_vn2000(claim.grid) else _foreign(claim)


def _unnamed_grid(claim: Claim) -> Recognition:
    recognition = _vn2000_grid(claim)
    if recognition.reading is None:
        return recognition
    note = _line(
        "Hệ quy chiếu của tệp không rõ tên ({}); lưới chiếu trên ê-líp-xô-ít WGS 84 là của VN-2000.",
        "The file's datum has no known name ({}); its grid on the WGS 84 ellipsoid is one of VN-2000.",
        claim.datum_name,
    )
    twins = () if _of_the_state(claim.towgs84) else (replace(recognition.reading, slip="null_shift"),)
    return replace(
        recognition,
        kind="equivalent" if recognition.kind == "named" else recognition.kind,
        decision=recognition.decision if claim.nameless and not twins else "ask",
        evidence=(note, *recognition.evidence, *_towgs84_lines(claim), *([_NULL_SHIFT_TWIN] if twins else [])),
        alternatives=(*twins, *recognition.alternatives),
    )


def _read_old(claim: Claim) -> Recognition:
    if claim.grid is None and claim.crs.is_projected:
        return _foreign(claim)
    system = next(s for s in systems_of(claim.datum) if s.grid is None)
    decision: Decision = "sure"
    if claim.grid is not None:
        listed_system = by_grid(claim.datum, claim.grid)
        decision = "sure" if listed_system else "ask"
        system = listed_system or _custom(claim.grid, system)
    note = _line(
        "Hệ cũ {}; PROJ không có phép chuyển cho khu vực này và sẽ không dịch chuyển gì.",
        "The old system {}; PROJ has no operation for this area and would not shift it at all.",
        system.label,
    )
    return Recognition("old", Reading(system), decision, (note, Reading(system).transformation))


_READERS = {
    "vn2000": _read_vn2000,
    "wgs84": _read_wgs84,
    "other": _read_unnamed,
    "indian1960": _read_old,
    "hanoi1972": _read_old,
}


# --- grids -----------------------------------------------------------------------------------------


def _like_vn2000(grid: TransverseMercator) -> bool:
    """Whether a grid on the ellipsoid of WGS 84 can only be meant as VN-2000: k 0.9999, or 0.9996 off the UTM zones."""
    return 101 < grid.meridian < 112 and min(abs(grid.scale - 0.9999), abs(grid.scale - 0.9996)) < 1e-10


def _vn2000_grid(claim: Claim) -> Recognition:
    grid = claim.grid
    if grid is None:
        return _foreign(claim)
    system = by_grid("vn2000", grid)
    if system is not None and system.successor:
        return _deprecated(system)
    if system is not None:
        reading = Reading(system)
        return Recognition(
            "named", reading, "sure", (_line("Đó là {}.", "That is {}.", reading.label), reading.transformation)
        )
    other_scale = by_grid("vn2000", grid._replace(scale=0.9996 if abs(grid.scale - 0.9999) < 1e-10 else 0.9999))
    return _wrong_scale(grid, other_scale) if other_scale is not None else _unknown_grid(grid)


def _deprecated(system: System) -> Recognition:
    note = _line(
        "{} đổi chỗ hai hằng số E0 và N0: có tệp mang mã này nhưng số liệu thật là {}.",
        "{} exchanges false easting and false northing: some files carry this code but hold coordinates of {}.",
        system.code,
        system.successor,
    )
    readings = Reading(system), Reading(SYSTEMS[system.successor])
    return Recognition("named", readings[0], "ask", (note, readings[0].transformation), alternatives=readings[1:])


def _wrong_scale(grid: TransverseMercator, system: System) -> Recognition:
    reading = Reading(system)
    note = _line(
        "Hệ số k {} không dùng cho kinh tuyến trục {}; hệ có thật là {}. Nếu số liệu đã được tính với k này thì lệch"
        " khoảng 0,7 km.",
        "Scale factor {} is not used with the central meridian {}; the system that exists is {}. If the coordinates"
        " were computed with this factor they differ by about 0.7 km.",
        f"{grid.scale:.10g}", degrees_minutes(grid.meridian), reading.label,
    )  # fmt: skip
    twins = replace(reading, slip="scale"), replace(reading, slip="scale_null")
    return Recognition("mislabelled", reading, "ask", (note, reading.transformation), alternatives=twins)


def _unknown_grid(grid: TransverseMercator) -> Recognition:
    reading = Reading(_custom(grid, SYSTEMS[VN2000_DEGREES]))
    note = _line(
        "Lưới chiếu {} không có trong danh sách các hệ VN-2000.",
        "The grid {} is on no list of VN-2000 systems.",
        reading.label,
    )
    return Recognition("mislabelled", reading, "ask", (note, reading.transformation))


def _custom(grid: TransverseMercator, base: System) -> System:
    """A grid of nobody's list on the datum of `base`."""
    step = f"{grid.step(base.ellipsoid)} +units=m +type=crs"
    datum = {"vn2000": "VN-2000", "indian1960": "Indian 1960", "hanoi1972": "HN-72"}[base.family]
    name = f"{datum} / {degrees_minutes(grid.meridian)}, k {grid.scale:.10g}, E {grid.false_easting:.10g}"
    return replace(base, code=step, label=Label(name, name), grid=grid)


def _utm_or_vn2000(claim: Claim, utm: System) -> Recognition:
    state = next(s for s in systems_of("vn2000") if s.grid == utm.grid)
    named = re.search(r"utm", fold(claim.name)) is not None and claim.datum == "wgs84"
    note = _line(
        "Tệp ghi {}. Bản đồ Nhà nước cùng lưới chiếu này là {}: hai hệ lệch nhau khoảng 223 m.",
        "The file says {}. State maps on the same grid are in {}: the two are about 223 m apart.",
        utm.label, state.label,
    )  # fmt: skip
    first, second = (utm, state) if claim.datum == "wgs84" else (state, utm)
    return Recognition(
        "named" if named else "equivalent",
        Reading(first),
        "sure" if named else "ask",
        (note, Reading(first).transformation),
        alternatives=(Reading(second),),
    )


# --- degrees, foreign and missing ------------------------------------------------------------------


def _sure_degrees(claim: Claim, code: str) -> Recognition:
    reading = Reading(SYSTEMS[code])
    note = _line("Tệp ghi {}: {}.", "The file says {}: {}.", claim.datum_name, reading.label)
    return Recognition("named", reading, "sure", (note, reading.transformation))


def _wgs84_without_grid(claim: Claim) -> Recognition:
    if claim.crs.is_geographic and not claim.says_vn2000:
        return _sure_degrees(claim, STORE_CRS)
    if claim.crs.is_geographic:
        recognition = _sure_degrees(claim, VN2000_DEGREES)
        return replace(recognition, kind="mislabelled", decision="ask", alternatives=(Reading(SYSTEMS[STORE_CRS]),))
    if claim.crs == SYSTEMS[WEB_MERCATOR].crs():
        return _sure_degrees(claim, WEB_MERCATOR)
    return _foreign(claim)


def _unnamed_degrees(claim: Claim) -> Recognition:
    state, world = Reading(SYSTEMS[VN2000_DEGREES]), Reading(SYSTEMS[STORE_CRS])
    vietnamese = claim.says_vn2000 or _of_the_state(claim.towgs84)
    first, second = (state, world) if vietnamese else (world, state)
    note = _line(
        "Tệp là kinh độ, vĩ độ không đặt tên hệ quy chiếu ({}): {} hoặc {}, cách nhau khoảng 223 m.",
        "The file holds longitude and latitude without naming a datum ({}): {} or {}, about 223 m apart.",
        claim.datum_name, first.label, second.label,
    )  # fmt: skip
    decision: Decision = "sure" if vietnamese else "ask"
    return Recognition("equivalent", first, decision, (note, first.transformation), alternatives=(second,))


def _foreign(claim: Claim) -> Recognition:
    system = System(claim.crs.to_wkt(), Label(claim.name, claim.name), "other")
    note = _line(
        "Hệ toạ độ {} ({}) không phải hệ nào quen dùng ở Việt Nam.",
        "The coordinate system {} ({}) is none that is known in Viet Nam.",
        claim.name, claim.datum_name,
    )  # fmt: skip
    return Recognition("foreign", Reading(system), "ask", (note, Reading(system).transformation))


def _fixed_by(standard: str) -> Recognition:
    reading = Reading(SYSTEMS[STORE_CRS])
    note = _line(
        "Định dạng này theo tiêu chuẩn {} chỉ dùng kinh độ, vĩ độ WGS 84.",
        "By its standard, {}, this format holds WGS 84 longitude and latitude only.",
        standard,
    )
    return Recognition("named", reading, "sure", (note, reading.transformation), 0.0)


def _missing() -> Recognition:
    return Recognition(
        "missing",
        evidence=(
            Label("Tệp không cho biết hệ toạ độ.", "The file does not say which coordinate system it is in."),
        ),
    )  # fmt: skip


_UNREADABLE = Label(
    "Phần mô tả hệ toạ độ của tệp bị hỏng hoặc không đọc được.",
    "The file's description of its coordinate system is damaged or cannot be read.",
)

_NULL_SHIFT_TWIN = Label(
    "Có hai khả năng mà riêng tệp không cho biết: toạ độ VN-2000 thật bị ghi sai hệ quy chiếu, hoặc toạ độ GPS đã"
    " được chuyển sang lưới này với tham số bằng 0. Hai vị trí cách nhau khoảng 223 m.",
    "The file alone cannot tell two cases apart: true VN-2000 coordinates with a wrong datum in the label, or GPS"
    " positions that a program put on this grid with zero parameters. The two are about 223 m apart.",
)


# --- words -----------------------------------------------------------------------------------------


def _line(vi: str, en: str, *values: str | Label) -> Label:
    return Label(
        vi.format(*(v.vi if isinstance(v, Label) else v for v in values)),
        en.format(*(v.en if isinstance(v, Label) else v for v in values)),
    )


def _zeros(towgs84: tuple[float, ...]) -> bool:
    return bool(towgs84) and not any(towgs84)


def _of_the_state(towgs84: tuple[float, ...]) -> bool:
    """Whether a TOWGS84 clause is one of VN-2000, with whatever signs and rounding."""
    return len(towgs84) >= 3 and bool(np.allclose(towgs84[:3], SHIFTS["state"].parameters[:3], atol=2.0, rtol=0))


def _towgs84_lines(claim: Claim) -> tuple[Label, ...]:
    towgs84 = claim.towgs84
    if not towgs84:
        return ()
    right = SHIFTS["state"].towgs84()
    if len(towgs84) == 7 and np.allclose(towgs84, right, atol=5e-4, rtol=0):
        return (Label("TOWGS84 trong tệp là đúng.", "The file's TOWGS84 is right."),)
    if len(towgs84) == 7 and np.allclose(towgs84, SHIFTS["state"].parameters, atol=5e-4, rtol=0):
        return (
            Label(
                "TOWGS84 trong tệp sai dấu ba góc xoay.", "The file's TOWGS84 has its three rotations wrong in sign."
            ),
        )
    if _zeros(towgs84):
        return (Label("TOWGS84 trong tệp toàn số 0.", "The file's TOWGS84 is all zeros."),)
    numbers = ", ".join(f"{value:g}" for value in towgs84)
    return (_line("TOWGS84 trong tệp khác của Nhà nước: {}.", "The file's TOWGS84 is not the state's: {}.", numbers),)


def _error_of_the_word(claim: CRS, reading: Reading, at: tuple[float, float]) -> float | None:
    if reading.system.family == "other":
        return None
    east, north = reading.from_lnglat(*at)
    try:
        lng, lat = Transformer.from_crs(claim, STORE_CRS, always_xy=True).transform(float(east[0]), float(north[0]))
    except ProjError:
        return None
    return geodesic_distance_m(*at, lng, lat) if np.isfinite((lng, lat)).all() else None


def _error_line(error_m: float | None) -> tuple[Label, ...]:
    if error_m is None or error_m < 0.1:
        return ()
    amount = f"{error_m:.1f}" if error_m < 10_000 else f"{error_m:.0f}"
    return (
        Label(
            f"Nếu dùng hệ toạ độ ghi trong tệp, dữ liệu lệch {amount.replace('.', ',')} m.",
            f"In the system that the file states, the data would lie {amount} m off.",
        ),
    )
