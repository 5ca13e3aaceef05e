"""VN-2000 held against the EPSG registry, against a computation by hand, and against a published example."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer, network
from pyproj.crs import CoordinateOperation  # type: ignore[attr-defined]
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from shapely import Point, box

from geo.crs import GEOD, METRIC_CRS, STORE_CRS, geodesic_distance_m, to_degrees, to_metric
from geo.text import fold
from geo.vn2000.provinces import PROVINCES
from geo.vn2000.systems import HOME, SHIFTS, SLIPS, SYSTEMS, Reading, TransverseMercator, by_grid, systems_of

DIEN_BIEN_PHU = (103.0165, 21.386)

# --- by hand: textbook formulas, none of PROJ ------------------------------------------------------

A, F = 6_378_137.0, 1 / 298.257223563
E2 = F * (2 - F)


def cartesian(lng: float, lat: float, height: float = 0.0) -> np.ndarray:
    """Geocentric metres of a geographic position on the ellipsoid of WGS 84."""
    phi, lam = math.radians(lat), math.radians(lng)
    nu = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
    return np.array(
        [
            (nu + height) * math.cos(phi) * math.cos(lam),
            (nu + height) * math.cos(phi) * math.sin(lam),
            (nu * (1 - E2) + height) * math.sin(phi),
        ]
    )


def geographic(xyz: np.ndarray) -> tuple[float, float, float]:
    """Longitude, latitude and height of geocentric metres, by plain iteration."""
    x, y, z = xyz
    p = math.hypot(x, y)
    phi = math.atan2(z, p * (1 - E2))
    for _ in range(20):
        nu = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
        phi = math.atan2(z + E2 * nu * math.sin(phi), p)
    nu = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
    return math.degrees(math.atan2(y, x)), math.degrees(phi), p / math.cos(phi) - nu


TRANSLATION = np.array([-191.90441429, -39.30318279, -111.45032835])
RX, RY, RZ = (math.radians(seconds / 3600) for seconds in (-0.00928836, 0.01975479, -0.00427372))
# Coordinate frame: the axes are turned, so the matrix is the transpose of the one that turns the point.
TURN = (1 + 0.252906278e-6) * np.array([[1, RZ, -RY], [-RZ, 1, RX], [RY, -RX, 1]])


def to_wgs84(lng: float, lat: float, height: float = 0.0) -> tuple[float, float, float]:
    """VN-2000 to WGS 84 by the state's seven parameters."""
    return geographic(TRANSLATION + TURN @ cartesian(lng, lat, height))


def to_vn2000(lng: float, lat: float) -> tuple[float, float]:
    """The position on VN-2000, height 0, that `to_wgs84` brings to this longitude and latitude."""
    guess = (lng, lat)
    for _ in range(5):
        there = to_wgs84(*guess)
        guess = (guess[0] + lng - there[0], guess[1] + lat - there[1])
    return guess


def transverse_mercator(lng: float, lat: float, meridian: float, k: float) -> tuple[float, float]:
    """Easting and northing by the series in Snyder's manual (USGS PP 1395, equations 3-21, 8-9 and 8-10)."""
    phi = math.radians(lat)
    second = E2 / (1 - E2)
    nu = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
    t, c = math.tan(phi) ** 2, second * math.cos(phi) ** 2
    a = math.radians(lng - meridian) * math.cos(phi)
    arc = A * (
        (1 - E2 / 4 - 3 * E2**2 / 64 - 5 * E2**3 / 256 - 175 * E2**4 / 16384) * phi
        - (3 * E2 / 8 + 3 * E2**2 / 32 + 45 * E2**3 / 1024 + 105 * E2**4 / 4096) * math.sin(2 * phi)
        + (15 * E2**2 / 256 + 45 * E2**3 / 1024 + 525 * E2**4 / 16384) * math.sin(4 * phi)
        - (35 * E2**3 / 3072 + 175 * E2**4 / 12288) * math.sin(6 * phi)
        + (315 * E2**4 / 131072) * math.sin(8 * phi)
    )
    east = k * nu * (a + (1 - t + c) * a**3 / 6 + (5 - 18 * t + t**2 + 72 * c - 58 * second) * a**5 / 120)
    north = k * (
        arc
        + nu
        * math.tan(phi)
        * (
            a**2 / 2
            + (5 - t + 9 * c + 4 * c**2) * a**4 / 24
            + (61 - 58 * t + t**2 + 600 * c - 330 * second) * a**6 / 720
        )
    )
    return 500_000 + east, north


CONTROL = [
    # WGS 84 longitude, latitude; system; easting, northing as the functions above give them
    (103.0165, 21.386, "EPSG:9205", 501_514.712, 2_365_683.527),
    (102.1500, 22.400, "EPSG:9205", 412_286.252, 2_478_198.007),
    (103.6000, 21.850, "EPSG:9205", 561_820.324, 2_417_175.344),
    (103.0500, 20.900, "EPSG:9205", 505_005.261, 2_311_880.547),
    (102.4500, 22.550, "EPSG:9205", 443_236.621, 2_494_663.481),
    (103.0000, 21.000, "EPSG:9206", 395_840.519, 2_323_276.600),
    (103.2300, 21.600, "EPSG:5896", 627_162.972, 2_389_877.819),
    (103.0165, 21.386, "EPSG:3405", 294_166.623, 2_366_274.520),
    (103.1500, 22.050, "EPSG:5897", 308_832.204, 2_440_358.396),
]


@pytest.mark.parametrize(("lng", "lat", "code", "east", "north"), CONTROL)
def test_a_control_point_agrees_with_the_computation_by_hand_to_a_millimetre(
    lng: float, lat: float, code: str, east: float, north: float
) -> None:
    grid = SYSTEMS[code].grid
    assert grid is not None
    assert transverse_mercator(*to_vn2000(lng, lat), grid.meridian, grid.scale) == pytest.approx(
        (east, north), abs=6e-4
    )
    got = Reading(SYSTEMS[code]).from_lnglat(lng, lat)
    assert (got[0][0], got[1][0]) == pytest.approx((east, north), abs=0.001)
    back = Reading(SYSTEMS[code]).to_lnglat(east, north)
    assert geodesic_distance_m(lng, lat, back[0][0], back[1][0]) < 0.001


def test_the_numbers_measured_for_dien_bien_phu_come_out() -> None:
    east, north = Reading(HOME).from_lnglat(103.02, 21.386)
    assert (east[0], north[0]) == pytest.approx((501_877.6, 2_365_683.6), abs=0.05)


def test_a_published_conversion_comes_out_to_a_millimetre() -> None:
    # Trần Trung Anh, Quách Mạnh Tuấn (Hà Nội University of Mining and Geology), national conference on geospatial
    # technology, "Công tác tính chuyển tọa độ trong công nghệ máy bay không người lái có định vị tâm chụp chính
    # xác", as quoted by github.com/guitarkhongem/vn2000towgs84tovn2000. A worked example with an ellipsoidal height,
    # not a control point: none of VN-2000 is published with both of its positions.
    east, north, height = 546_151.8072, 1_855_759.3584, 846.1115
    reference = (106.68477742, 16.77839876, 832.2537253)
    lng, lat = Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=tmerc +lon_0=106.25 +k=0.9999 +x_0=500000 +ellps=WGS84"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    ).transform(east, north)
    by_hand = to_wgs84(lng, lat, height)
    assert geodesic_distance_m(*by_hand[:2], *reference[:2]) < 0.001
    assert by_hand[2] == pytest.approx(reference[2], abs=0.001)
    # Our files carry no ellipsoidal height: 846 m of it are worth 3 cm.
    ours = Reading(SYSTEMS["EPSG:9212"]).to_lnglat(east, north)
    assert geodesic_distance_m(ours[0][0], ours[1][0], *reference[:2]) < 0.04


# --- the pinned transformation ---------------------------------------------------------------------


def test_the_seven_parameters_are_those_of_epsg_6960() -> None:
    operation = CoordinateOperation.from_epsg(6960)
    shift = SHIFTS["state"]
    assert tuple(p.value for p in operation.params) == pytest.approx(shift.parameters, abs=0)
    assert "Coordinate Frame" in operation.method_name
    assert operation.accuracy == shift.accuracy_m == 1.0


@pytest.mark.parametrize("key", ["mekong", "indian_1960", "hanoi_1972"])
def test_the_other_parameters_are_those_of_their_operation(key: str) -> None:
    shift = SHIFTS[key]
    operation = CoordinateOperation.from_epsg(int(shift.operation.removeprefix("EPSG:")))
    parameters = [p.value for p in operation.params]
    assert parameters == pytest.approx(shift.parameters[: len(parameters)], abs=0)
    assert shift.parameters[len(parameters) :] == (0.0,) * (7 - len(parameters))


def test_degrees_go_through_the_operation_itself() -> None:
    operation = Transformer.from_pipeline("EPSG:6960")
    lat, lng = operation.transform(21.386, 103.0165)
    ours = Reading(SYSTEMS["EPSG:4756"]).to_lnglat(103.0165, 21.386)
    assert geodesic_distance_m(lng, lat, ours[0][0], ours[1][0]) < 1e-6


@pytest.mark.parametrize("enabled", [False, True])
def test_nothing_depends_on_the_network_of_proj(enabled: bool) -> None:
    before = network.is_network_enabled()  # type: ignore[attr-defined]
    want = Reading(HOME).to_lnglat(501_877.6, 2_365_683.6)
    network.set_network_enabled(enabled)  # type: ignore[attr-defined]
    try:
        fresh = Transformer.from_pipeline(Reading(HOME).pipeline).transform(501_877.6, 2_365_683.6)
        default = Transformer.from_crs(METRIC_CRS, STORE_CRS, always_xy=True).transform(501_877.6, 2_365_683.6)
    finally:
        network.set_network_enabled(before)  # type: ignore[attr-defined]
    assert geodesic_distance_m(*fresh, want[0][0], want[1][0]) == 0
    assert geodesic_distance_m(*default, want[0][0], want[1][0]) < 0.01
    assert "grid" not in Reading(HOME).pipeline


def test_metres_of_the_store_agree_with_the_pinned_reading() -> None:
    metric = to_metric([Point(DIEN_BIEN_PHU)])[0]
    east, north = Reading(HOME).from_lnglat(*DIEN_BIEN_PHU)
    assert (metric.x, metric.y) == pytest.approx((east[0], north[0]), abs=0.01)


def test_degrees_become_metres_and_degrees_again() -> None:
    shapes = [Point(DIEN_BIEN_PHU), None, Point(), box(103.0, 21.0, 103.1, 21.1)]
    metric = to_metric(shapes)
    assert metric[1] is None and metric[2].is_empty
    assert metric[3].area == pytest.approx(abs(GEOD.geometry_area_perimeter(shapes[3])[0]), rel=3e-4)
    back = to_degrees(metric)
    assert back[1] is None and back[2].is_empty
    # The seven parameters and their inverse differ by less than a centimetre.
    assert all(shapely.equals_exact(back[row], shapes[row], tolerance=1e-7) for row in (0, 3))


def test_what_the_projection_cannot_hold_is_not_finite() -> None:
    assert not np.isfinite(shapely.get_coordinates(to_metric([Point(103.0, 91.0)]))).any()


@given(st.floats(102.14, 103.61), st.floats(20.88, 22.56), st.sampled_from(list(SYSTEMS)), st.booleans())
def test_sent_back_a_place_has_not_moved_by_a_tenth_of_a_millimetre(
    lng: float, lat: float, code: str, swapped: bool
) -> None:
    reading = Reading(SYSTEMS[code], swapped)
    there = reading.to_lnglat(*reading.from_lnglat(lng, lat))
    assert geodesic_distance_m(lng, lat, there[0][0], there[1][0]) < 1e-4


# --- the tables ------------------------------------------------------------------------------------


def registry_crs(code: str) -> CRS:
    return CRS.from_user_input(code)


@pytest.mark.parametrize("code", [code for code in SYSTEMS if code.startswith("EPSG:")])
def test_every_system_is_what_the_registry_says(code: str) -> None:
    system, crs = SYSTEMS[code], registry_crs(code)
    datum = {"vn2000": "Vietnam 2000", "indian1960": "Indian 1960", "hanoi1972": "Hanoi 1972"}.get(system.family)
    assert crs.geodetic_crs is not None and crs.geodetic_crs.datum is not None
    assert datum is None or crs.geodetic_crs.datum.name == datum
    if system.grid is not None:
        assert crs.coordinate_operation is not None
        values = {p.name: p.value for p in crs.coordinate_operation.params}
        assert float(values.pop("Latitude of natural origin")) == 0
        assert tuple(values.values()) == pytest.approx(tuple(system.grid), abs=1e-9)
    else:
        assert not crs.is_projected or code == "EPSG:3857"


def test_the_table_holds_every_vn2000_system_of_the_registry() -> None:
    infos = query_crs_info("EPSG", [PJType.PROJECTED_CRS, PJType.GEOGRAPHIC_2D_CRS], allow_deprecated=True)
    codes = {f"EPSG:{info.code}" for info in infos if info.name.startswith("VN-2000")}
    assert {system.code for system in systems_of("vn2000")} == codes


def test_the_deprecated_codes_name_their_successors_on_the_same_meridian() -> None:
    by_code = {one.code: one for one in systems_of("vn2000") if one.successor}
    assert set(by_code) == {"EPSG:6956", "EPSG:6957", "EPSG:6958", "EPSG:6959"}
    for system in by_code.values():
        successor = SYSTEMS[system.successor]
        assert system.grid is not None and successor.grid is not None
        assert (system.grid.meridian, system.grid.false_easting) == (successor.grid.meridian, 0.0)


def test_every_province_of_the_table_is_named_in_the_area_of_use_of_its_system() -> None:
    infos = query_crs_info("EPSG", PJType.PROJECTED_CRS)
    areas: dict[str, str] = {}
    for info in infos:
        if info.name.startswith("VN-2000") and info.area_of_use is not None:
            code = f"EPSG:{info.code}"
            areas[code] = f"{areas.get(code, '')} {fold(info.area_of_use.name or '')}"
    for code, provinces in PROVINCES.items():
        for province in provinces:
            assert fold(province) in areas[code], (code, province)
    count = sum(len(provinces) for provinces in PROVINCES.values())
    assert count == len({province for provinces in PROVINCES.values() for province in provinces}) == 64


def test_a_grid_finds_its_system_despite_rounding() -> None:
    assert by_grid("vn2000", TransverseMercator(103.0 + 1e-10, 0.9999)) is HOME
    assert by_grid("vn2000", TransverseMercator(103.0, 0.9996)) is None


# --- the mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slip", "metres", "tolerance"),
    [
        ("null_shift", 222.7, 0.1),
        ("wrong_sign", 0.78, 0.01),
        ("mekong", 0.70, 0.01),
        ("backwards", 445.4, 0.1),
        ("scale", 710.0, 1.0),
        ("scale_null", 838.6, 1.0),
    ],
)
def test_each_mistake_is_as_large_as_was_measured(slip: str, metres: float, tolerance: float) -> None:
    east, north = Reading(HOME).from_lnglat(*DIEN_BIEN_PHU)
    lng, lat = Reading(HOME, slip=slip).to_lnglat(east, north)
    assert geodesic_distance_m(*DIEN_BIEN_PHU, lng[0], lat[0]) == pytest.approx(metres, abs=tolerance)


@pytest.mark.parametrize(("code", "kilometres"), [("EPSG:9206", 103.7), ("EPSG:5896", 103.7), ("EPSG:5897", 207.4)])
def test_a_neighbouring_zone_is_a_hundred_kilometres_off(code: str, kilometres: float) -> None:
    lng, lat = Reading(SYSTEMS[code]).to_lnglat(*Reading(HOME).from_lnglat(*DIEN_BIEN_PHU))
    assert geodesic_distance_m(*DIEN_BIEN_PHU, lng[0], lat[0]) == pytest.approx(kilometres * 1000, rel=0.005)


def test_towgs84_flips_the_rotations_of_the_state() -> None:
    parameters = SHIFTS["state"].towgs84()
    assert parameters == (-191.90441429, -39.30318279, -111.45032835, 0.00928836, -0.01975479, 0.00427372, 0.252906278)
    crs = CRS.from_proj4(
        f"+proj=longlat +ellps=WGS84 +towgs84={','.join(map(str, parameters))} +no_defs +type=crs",
    )
    there = Transformer.from_crs(crs, STORE_CRS, always_xy=True).transform(*DIEN_BIEN_PHU)
    ours = Reading(SYSTEMS["EPSG:4756"]).to_lnglat(*DIEN_BIEN_PHU)
    assert geodesic_distance_m(*there, ours[0][0], ours[1][0]) < 1e-6


def test_proj_left_alone_would_not_shift_the_old_systems_at_all() -> None:
    for code in ("EPSG:3148", "EPSG:4147"):
        reading = Reading(SYSTEMS[code])
        numbers = reading.from_lnglat(*DIEN_BIEN_PHU)
        alone = Transformer.from_crs(registry_crs(code), STORE_CRS, always_xy=True).transform(
            numbers[0][0], numbers[1][0]
        )
        assert geodesic_distance_m(*DIEN_BIEN_PHU, *alone) > 40
        assert "unknown" in reading.transformation.en


def test_every_reading_is_described_in_both_languages() -> None:
    for system in SYSTEMS.values():
        for reading in (Reading(system), Reading(system, True), *(Reading(HOME, slip=slip) for slip in SLIPS)):
            for label in (reading.label, reading.transformation):
                assert label.vi and label.en
    assert "EPSG:6960" in Reading(HOME).transformation.vi
    assert "1 m" in Reading(HOME).transformation.vi
    assert Reading(HOME, swapped=True).label.vi.endswith("X là hướng bắc, Y là hướng đông")


def test_numbers_without_a_place_come_out_infinite() -> None:
    lng, _ = Reading(HOME).to_lnglat([math.inf, 501_877.6], [0.0, 2_365_683.6])
    assert math.isinf(lng[0]) and math.isfinite(lng[1])
    assert GEOD.a == A
