"""What a seed folder says, read into frames as it was meant."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fiona
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from geo.crs import STORE_CRS
from geo.errors import BadSource
from geo.ingest.seed.folder import load_seed
from geo.ingest.seed.layer import read_layer
from geo.ocop.layers import LAYERS
from geo.text import nfc
from tests.frames import frame, world
from tests.worlds import records, write_layer, write_seed

LONG = "Chè Shan tuyết cổ thụ Tủa Chùa, hái tay từ những cây trăm tuổi. " * 8


def test_a_seed_reads_as_what_was_written(tmp_path: Path) -> None:
    write_seed(tmp_path, {"products": records("products", story_vi=LONG, name=LONG.strip())})
    frames, report, metadata = load_seed(tmp_path, lambda _: None)
    expected = world() | {"products": frame("products", *records("products", story_vi=LONG.strip(), name=LONG.strip()))}
    assert not report.fatal and metadata["products"]["licence"] == "CC BY 4.0"
    for layer in set(LAYERS) - {"outlines_2009"}:
        for field in LAYERS[layer].fields:
            assert list(frames[layer][field.name]) == list(expected[layer][field.name]), (layer, field.name)
        for read, meant in zip(frames[layer].geometry, expected[layer].geometry, strict=True):
            assert (read is None and meant is None) or read.equals(meant)


def test_every_value_is_a_plain_str_int_float_or_nothing(tmp_path: Path) -> None:
    frames, _, _ = load_seed(write_seed(tmp_path), lambda _: None)
    for layer, rows in frames.items():
        for field in LAYERS[layer].fields:
            kind = {"integer": int, "real": float}.get(field.kind, str)
            assert {type(cell) for cell in rows[field.name]} <= {kind, type(None)}, (layer, field.name)
        assert rows.crs.equals(STORE_CRS, ignore_axis_order=True)


def test_layers_are_announced_in_their_order(tmp_path: Path) -> None:
    told: list[str] = []
    load_seed(write_seed(tmp_path), told.append)
    assert told == list(LAYERS)


def test_a_folder_that_is_not_there_is_said_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="products, producers"):
        load_seed(tmp_path / "nowhere", lambda _: None)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:9205", "EPSG:3405", "EPSG:32648", "EPSG:4756"])
def test_a_layer_in_another_system_lands_where_it_was_drawn(tmp_path: Path, crs: str) -> None:
    write_layer(tmp_path, frame("sites", *records("sites")), LAYERS["sites"], crs=crs)
    rows, _ = read_layer(tmp_path / "sites", LAYERS["sites"])
    assert rows is not None
    assert rows.geometry[0].distance(Point(103.15, 21.1)) < 1e-7


def rewritten(path: Path, change: Callable[[dict[str, Any], list[dict[str, Any]]], None]) -> None:
    """Write a shapefile again after `change` of its columns and rows."""
    with fiona.open(path, encoding="utf-8") as source:
        columns = dict(source.schema["properties"])
        rows = [dict(row.properties) for row in source]
        shapes = [row.geometry for row in source]
    change(columns, rows)
    schema = {"geometry": "Point", "properties": columns}
    with fiona.open(path, "w", driver="ESRI Shapefile", schema=schema, crs=STORE_CRS, encoding="utf-8") as sink:
        for row, shape in zip(rows, shapes, strict=True):
            sink.write({"type": "Feature", "geometry": shape, "properties": row})


def test_column_names_in_capitals_are_the_same_columns(tmp_path: Path) -> None:
    home = write_layer(tmp_path, frame("sites", *records("sites")), LAYERS["sites"])

    def shout(columns: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        for name in list(columns):
            columns[name.upper()] = columns.pop(name)
        for row in rows:
            row |= {name.upper(): row.pop(name) for name in list(row)}

    rewritten(home / "sites.shp", shout)
    rows, issues = read_layer(home, LAYERS["sites"])
    assert rows is not None and list(rows["name"]) == ["Đồi A1", "Động xa"] and issues == []


def test_a_date_column_reads_as_iso_text(tmp_path: Path) -> None:
    home = write_layer(tmp_path, frame("sites", *records("sites")), LAYERS["sites"])

    def date(columns: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        columns["decided"] = "date"
        rows[0]["decided"] = "2009-08-12"

    rewritten(home / "sites.shp", date)
    rows, issues = read_layer(home, LAYERS["sites"])
    assert rows is not None and list(rows["decided"]) == ["2009-08-12", None] and issues == []


def test_a_short_row_of_a_csv_has_unknown_values(tmp_path: Path) -> None:
    seed = write_seed(tmp_path)
    header = ",".join(field.name for field in LAYERS["sources"].fields)
    (seed / "sources" / "sources.csv").write_text(f"{header}\nS1,Báo\n", encoding="utf-8")
    rows, issues = read_layer(seed / "sources", LAYERS["sources"])
    assert rows is not None and issues == []
    assert rows.iloc[0][["source_id", "publisher", "address", "what"]].tolist() == ["S1", "Báo", None, None]


def test_quoted_text_of_several_lines_is_one_value(tmp_path: Path) -> None:
    seed = write_seed(tmp_path)
    (seed / "products" / "products.text.csv").write_text(
        'product_id,story_vi\nR1,"dòng một\nnói ""chè"", rồi\ndòng ba"\n', encoding="utf-8"
    )
    rows, issues = read_layer(seed / "products", LAYERS["products"])
    assert rows is not None and issues == []
    assert rows["story_vi"][0] == 'dòng một\nnói "chè", rồi\ndòng ba'


def test_reading_leaves_the_seed_as_it_was(tmp_path: Path) -> None:
    seed = write_seed(tmp_path / "seed")
    copy = shutil.copytree(seed, tmp_path / "copy")
    load_seed(seed, lambda _: None)
    for path in sorted(Path(copy).rglob("*.*")):
        assert (seed / path.relative_to(copy)).read_bytes() == path.read_bytes()
    assert len(list(seed.rglob("*"))) == len(list(Path(copy).rglob("*")))


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=300)


@given(text=WORDS, number=st.none() | st.integers(0, 2**40))
def test_any_text_and_number_comes_back_from_the_files(
    tmp_path_factory: pytest.TempPathFactory, text: str, number: int | None
) -> None:
    meant = " ".join(text.split())
    folder = tmp_path_factory.mktemp("any")
    rows = frame("producers", *records("producers", address=nfc(meant) or None, households=number))
    read, _ = read_layer(write_layer(folder, rows, LAYERS["producers"]), LAYERS["producers"])
    assert read is not None
    assert (read["address"][0] or "").strip() == nfc(meant) and read["households"][0] == number
