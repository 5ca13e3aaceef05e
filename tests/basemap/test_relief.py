"""The hillshade: a cone, whose shade is known in every direction, and what GDAL makes of the same heights."""

import io
import math
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image
from shapely import box

from geo.basemap.ground import ShadeTile
from geo.basemap.operator.clip_area import ClipArea, clip_area_around
from geo.basemap.operator.geotiff import read_geotiff
from geo.basemap.operator.heights import Raster, is_hgt, read_hgt
from geo.basemap.operator.hillshade import ALTITUDE_DEG, AZIMUTH_DEG, UNKNOWN, level, shade
from geo.basemap.operator.lattice import interpolate
from geo.basemap.operator.relief import EXAGGERATIONS, shade_tiles
from geo.crs import METRIC_CRS, STORE_CRS, transformer
from geo.errors import BadSource
from tests.basemap.height_files import cone, write_geotiff, write_hgt

TOP = (103.5, 21.5)
SLOPE = 0.1
PROVINCE = box(103.4, 21.4, 103.6, 21.6)


@pytest.fixture(scope="module")
def area() -> ClipArea:
    return clip_area_around(np.array([PROVINCE], dtype=object))


def shade_of_slope(bearing_deg: float, slope: float) -> float:
    """The shade of a slope that falls towards a direction, by the angle between the light and its normal."""
    altitude, turn = math.radians(ALTITUDE_DEG), math.radians(AZIMUTH_DEG - bearing_deg)
    incidence = math.sin(altitude) + math.cos(altitude) * math.cos(turn) * slope
    return incidence / math.sqrt(1 + slope * slope)


@pytest.fixture(scope="module")
def tiles(area: ClipArea, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, int, int], np.ndarray]:
    path = write_hgt(tmp_path_factory.mktemp("hgt"), cone(*TOP, slope=SLOPE))
    return {tile[:3]: pixels(tile) for tile in shade_tiles([lambda: read_hgt(path)], area)}


def pixels(tile: ShadeTile) -> np.ndarray:
    """The levels that a tile is drawn with: the indexes of its palette."""
    with Image.open(io.BytesIO(tile.png)) as picture:
        assert picture.size == (256, 256) and picture.mode == "P"
        return np.asarray(picture)


def level_at(tiles: dict[tuple[int, int, int], np.ndarray], z: int, lng: float, lat: float) -> int:
    side = 256 * 2**z
    x = int((lng + 180) / 360 * side)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side)
    return int(tiles[z, x // 256, y // 256][y % 256, x % 256])


def position(bearing_deg: float, distance_m: float) -> tuple[float, float]:
    """The position in a direction of the grid from the top of the cone."""
    east, north = transformer(STORE_CRS, METRIC_CRS).transform(*TOP)
    turn = math.radians(bearing_deg)
    lng, lat = transformer(METRIC_CRS, STORE_CRS).transform(
        east + distance_m * math.sin(turn), north + distance_m * math.cos(turn)
    )
    return lng, lat


@pytest.mark.parametrize("bearing_deg", range(0, 360, 45))
@pytest.mark.parametrize("zoom", [8, 10, 11])
def test_a_cone_is_lit_from_the_north_west(
    tiles: dict[tuple[int, int, int], np.ndarray], bearing_deg: int, zoom: int
) -> None:
    expected = level(np.array([shade_of_slope(bearing_deg, SLOPE * EXAGGERATIONS.get(zoom, 1.0))], dtype=np.float32))
    lng, lat = position(bearing_deg, 12_000)
    assert abs(level_at(tiles, zoom, lng, lat) - int(expected[0])) <= 3  # heights are whole metres


def test_the_finest_zoom_is_the_one_that_the_heights_suffice_for(
    tiles: dict[tuple[int, int, int], np.ndarray],
) -> None:
    assert {z for z, _, _ in tiles} == {8, 9, 10, 11}  # 93 m between heights, 71 m a pixel


def test_the_tiles_of_a_zoom_fill_a_rectangle_that_lies_in_the_one_of_the_zoom_before(
    tiles: dict[tuple[int, int, int], np.ndarray],
) -> None:
    for zoom in range(8, 12):
        columns, rows = ({tile[axis] for tile in tiles if tile[0] == zoom} for axis in (1, 2))
        assert {
            (zoom, x, y) for x in range(min(columns), max(columns) + 1) for y in range(min(rows), max(rows) + 1)
        } == {tile for tile in tiles if tile[0] == zoom}
        assert zoom == 8 or all((zoom - 1, x // 2, y // 2) in tiles for x in columns for y in rows)


def test_nothing_is_shaded_more_than_20_km_from_the_province(
    tiles: dict[tuple[int, int, int], np.ndarray], area: ClipArea
) -> None:
    _, south, _, north = area.box
    assert level_at(tiles, 11, TOP[0], north - 0.01) != UNKNOWN
    assert level_at(tiles, 11, TOP[0], north + 0.005) == UNKNOWN
    assert level_at(tiles, 11, TOP[0], south - 0.005) == UNKNOWN
    corner = area.box.west + 0.002, area.box.north - 0.002  # in the box, but not in the area, whose corners are round
    assert level_at(tiles, 11, *corner) == UNKNOWN


def test_shadow_is_black_light_is_white_and_level_land_is_clear(area: ClipArea, tmp_path: Path) -> None:
    path = write_hgt(tmp_path, cone(*TOP, slope=0.5, height_m=20_000))
    tiles = [tile for tile in shade_tiles([lambda: read_hgt(path)], area) if tile.z == 10]
    levels = np.concatenate([pixels(tile) for tile in tiles])
    rgba = np.concatenate([np.asarray(Image.open(io.BytesIO(tile.png)).convert("RGBA")) for tile in tiles])
    flat = int(level(np.array([math.sin(math.radians(ALTITUDE_DEG))], dtype=np.float32))[0])
    assert (rgba[levels == UNKNOWN][:, 3] == 0).all()
    dark, light = (levels > UNKNOWN) & (levels < flat - 20), levels > flat + 20
    assert dark.any() and light.any()
    assert (rgba[dark][:, :3] == 0).all() and (rgba[light][:, :3] == 255).all()
    assert (rgba[dark][:, 3] > 0).all() and (rgba[light][:, 3] > 0).all()


def test_the_shade_is_the_one_of_gdal(tmp_path: Path) -> None:
    noise = np.random.default_rng(7).normal(0, 40, (60, 80)).cumsum(axis=0).cumsum(axis=1) / 10
    heights = (noise - noise.min()).astype(np.float32)
    path = write_geotiff(
        tmp_path / "dem.tif", heights, crs=9205, projected=True, west=500_000, north=2_400_000, step=30
    )
    command = ["gdaldem", "hillshade", "-q", "-of", "ENVI", "-az", f"{AZIMUTH_DEG:g}", "-alt", f"{ALTITUDE_DEG:g}"]
    subprocess.run([*command, str(path), str(tmp_path / "shade.bil")], check=True)
    theirs = np.fromfile(tmp_path / "shade.bil", dtype=np.uint8).reshape(heights.shape)[1:-1, 1:-1]
    ours = level(shade(heights, 30.0))
    assert theirs.std() > 20
    assert np.abs(theirs.astype(int) - ours.astype(int)).max() <= 1


def test_exaggerated_heights_are_shaded_like_higher_ones() -> None:
    heights = np.random.default_rng(3).uniform(0, 500, (20, 20)).astype(np.float32)
    assert shade(heights, 30.0, exaggeration=3.0) == pytest.approx(shade(heights * 3, 30.0), abs=1e-5)


def test_a_hole_in_the_heights_stays_open(area: ClipArea, tmp_path: Path) -> None:
    path = write_hgt(tmp_path, cone(*TOP))
    numbers = np.frombuffer(path.read_bytes(), dtype=">i2").reshape(1201, 1201).copy()
    numbers[590:611, 590:611] = -32768
    path.write_bytes(numbers.tobytes())
    holed = {tile[:3]: pixels(tile) for tile in shade_tiles([lambda: read_hgt(path)], area)}
    assert level_at(holed, 11, *TOP) == UNKNOWN
    assert level_at(holed, 11, TOP[0] + 0.05, TOP[1]) != UNKNOWN


def test_no_gap_runs_between_two_tiles(area: ClipArea, tmp_path: Path) -> None:
    surface = cone(103.0, 21.5)
    paths = [write_hgt(tmp_path, surface, west) for west in (102, 103)]
    around = clip_area_around(np.array([box(102.95, 21.45, 103.05, 21.55)], dtype=object))
    both = {tile[:3]: pixels(tile) for tile in shade_tiles([lambda path=p: read_hgt(path) for p in paths], around)}
    lngs = 103.0 + np.linspace(-0.02, 0.02, 81)
    assert all(level_at(both, 11, lng, 21.5) != UNKNOWN for lng in lngs.tolist())


def test_heights_elsewhere_give_no_tiles(area: ClipArea, tmp_path: Path) -> None:
    path = write_hgt(tmp_path, cone(*TOP), west=110)
    assert list(shade_tiles([lambda: read_hgt(path)], area)) == []


def test_a_zipped_tile_is_read_as_the_tile(tmp_path: Path) -> None:
    path = write_hgt(tmp_path, cone(*TOP))
    packed = tmp_path / "N21E103.SRTMGL3.hgt.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, path.name)
    assert is_hgt(packed) and is_hgt(path) and not is_hgt(tmp_path / "other.tif")
    assert np.array_equal(read_hgt(packed).heights, read_hgt(path).heights)
    assert read_hgt(packed)[:5] == read_hgt(path)[:5]


def test_a_tile_of_another_size_is_refused_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "N21E103.hgt"
    path.write_bytes(bytes(1_000))
    with pytest.raises(BadSource, match=r"N21E103\.hgt is not a tile of heights: .*not 1,000") as caught:
        read_hgt(path)
    assert "1.000 byte. Hãy tải lại" in caught.value.vi


@pytest.mark.parametrize("kind", ["float32", "int16", "deflate"])
def test_a_geotiff_lies_where_its_tags_say(kind: str, tmp_path: Path) -> None:
    heights = np.arange(12, dtype=np.float32 if kind == "float32" else np.int16).reshape(3, 4)
    heights[0, 0] = -9999
    options = {"compression": "tiff_deflate"} if kind == "deflate" else {}
    path = write_geotiff(
        tmp_path / "dem.tif", heights, crs=4326, projected=False, west=103.0, north=22.0, step=0.25, **options
    )
    raster = read_geotiff(path)
    assert raster[:5] == ("EPSG:4326", 103.125, 21.875, 0.25, 0.25)
    assert np.isnan(raster.heights[0, 0]) and raster.heights[2, 3] == 11


def test_a_geotiff_in_vn2000_is_shaded_like_the_tile(area: ClipArea, tmp_path: Path) -> None:
    surface = cone(*TOP, slope=SLOPE)
    east, north = transformer(STORE_CRS, METRIC_CRS).transform(*TOP)
    steps = np.arange(500) * 90.0
    xs, ys = np.meshgrid(east - 22_455 + steps, north + 22_455 - steps)
    path = write_geotiff(
        tmp_path / "dem.tif", surface(xs, ys).astype(np.float32), crs=9205, projected=True,
        west=east - 22_500, north=north + 22_500, step=90.0,
    )  # fmt: skip
    tiles = {tile[:3]: pixels(tile) for tile in shade_tiles([lambda: read_geotiff(path)], area)}
    for bearing_deg in range(0, 360, 45):
        expected = level(np.array([shade_of_slope(bearing_deg, SLOPE * EXAGGERATIONS[11])], dtype=np.float32))
        assert abs(level_at(tiles, 11, *position(bearing_deg, 12_000)) - int(expected[0])) <= 1


@pytest.mark.parametrize("fault", ["colours", "no CRS", "cut", "feet", "no tags", "no number"])
def test_a_tiff_without_heights_in_a_known_place_is_refused(fault: str, tmp_path: Path) -> None:
    path = tmp_path / "dem.tif"
    heights = np.zeros((200, 200), dtype=np.float32)
    if fault == "colours":
        Image.new("RGB", (4, 4)).save(path, "TIFF")
    elif fault == "no CRS":
        write_geotiff(path, heights, crs=32767, projected=True, west=0, north=0, step=30)
    elif fault == "cut":
        write_geotiff(path, heights, crs=4326, projected=False, west=103, north=22, step=0.01)
        path.write_bytes(path.read_bytes()[:2_000])
    elif fault == "feet":
        feet = (4099, 0, 1, 9002)
        write_geotiff(path, heights, crs=4326, projected=False, west=103, north=22, step=0.01, more_keys=[feet])
    elif fault == "no number":
        write_geotiff(path, heights, crs=4326, projected=False, west=103, north=22, step=0.01, no_data="n/a")
    else:
        Image.fromarray(heights).save(path, "TIFF")
    with pytest.raises(BadSource, match=r"dem\.tif") as caught:
        read_geotiff(path)
    assert "dem.tif" in caught.value.vi and caught.value.vi != caught.value.en


def test_a_finer_raster_is_averaged_over_the_cells_of_the_grid() -> None:
    heights = np.array([[1, 2, 3, 4], [3, 4, 5, 6]], dtype=np.float32)
    averaged = Raster("EPSG:4326", 103.0, 22.0, 0.25, 0.25, heights).averaged(2)
    assert averaged.heights.tolist() == [[2.5, 4.5]]
    assert averaged[1:5] == (103.125, 21.875, 0.5, 0.5)


@pytest.mark.parametrize("step", [20.0, 70.0, 1_100.0])
def test_coordinates_between_the_lattice_are_exact_to_a_hundredth_of_a_step(step: float) -> None:
    to_degrees = transformer(METRIC_CRS, STORE_CRS)
    xs, ys = 420_000 + step * np.arange(150), 2_450_000 - step * np.arange(130)
    lng, lat = interpolate(to_degrees.transform, xs, ys)
    exact = to_degrees.transform(*np.meshgrid(xs, ys))
    errors = shapely.distance(
        shapely.points(*transformer(STORE_CRS, METRIC_CRS).transform(lng, lat)),
        shapely.points(*transformer(STORE_CRS, METRIC_CRS).transform(*exact)),
    )
    assert errors.max() < step / 100
