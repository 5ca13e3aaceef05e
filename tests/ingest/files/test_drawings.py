"""Drawings of AutoCAD and MicroStation (DXF, DGN): lines, points, layers, texts and the end mark."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Point

from tests.ingest import samples
from tests.ingest.files.vector_tables import opened
from tests.ingest.samples import SHAPES, ogr2ogr, write

DRAWN = [LineString(SHAPES[2].exterior.coords), LineString([(103, 21), (103.25, 21), (103.25, 21.5)])]


@pytest.mark.parametrize(("driver", "ending"), [("DXF", "dxf"), ("DGN", "dgn")])
def test_lines_and_points_of_a_drawing(tmp_path: Path, driver: str, ending: str) -> None:
    source = write(
        tmp_path / "s.geojson", "GeoJSON", gpd.GeoDataFrame(geometry=[*DRAWN, Point(103.5, 21.25)], crs=4326)
    )
    table = opened(tmp_path, ogr2ogr(tmp_path / f"x.{ending}", source, "-f", driver))
    assert table.crs is None and table.shapes is not None and len(table) == 3
    drawn = [shapely.get_coordinates(shape) for shape in table.shapes[:2]]
    assert np.allclose(drawn[0], DRAWN[0].coords, atol=1e-3) and np.allclose(drawn[1], DRAWN[1].coords, atol=1e-3)
    assert shapely.get_coordinates(table.shapes[2])[0].tolist() == pytest.approx([103.5, 21.25])


def test_a_drawing_by_hand_with_layers_and_a_text(tmp_path: Path) -> None:
    pairs = [(0, "SECTION"), (2, "ENTITIES"), (0, "LWPOLYLINE"), (8, "RANH_XA"), (90, 3), (70, 1), (10, 1.5), (20, 2.5), (10, 3), (20, 2.5), (10, 3), (20, 4),
             (0, "TEXT"), (8, "TEN"), (10, 2), (20, 3), (40, 1), (1, "Mường Ảng"), (0, "ENDSEC"), (0, "EOF")]  # fmt: skip
    (tmp_path / "x").write_text(
        "999\nAutoCAD\n" + "".join(f"{code:>3}\r\n{value}\r\n" for code, value in pairs), encoding="utf-8"
    )
    table = opened(tmp_path, tmp_path / "x")
    assert table.columns["Layer"] == ["RANH_XA", "TEN"] and table.shapes is not None
    assert shapely.get_coordinates(table.shapes[0]).tolist() == [[1.5, 2.5], [3, 2.5], [3, 4], [1.5, 2.5]]


def test_a_drawing_without_its_end_is_told(tmp_path: Path) -> None:
    path = samples.SAMPLES["dgn"](tmp_path)
    assert opened(tmp_path, path).issues == ()
    path.write_bytes(path.read_bytes().rstrip(b"\xff"))
    assert [one.message.en for one in opened(tmp_path, path).issues] == [
        "the drawing has no end mark: it may be cut short"
    ]
