"""What is frozen column by column for many records is what each record alone says."""

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import mapping

from geo.atlas.cql2.operators import accenti, casei
from geo.atlas.model import plain
from geo.atlas.sqlite.search import search_words
from geo.atlas.sqlite.tables import connect, folded_fields, folded_text
from geo.crs import GEOD
from geo.ocop.codes import CODE_LISTS
from geo.ocop.derived import derived_fields
from geo.ocop.layers import LAYERS
from geo.schema import Field, LayerSpec
from geo.text import fold
from tests.frames import frame
from tests.frozen import frozen

Row = dict[str, Any]

WORDS = (
    "Chè", "Shan", "tuyết", "Đồi", "A1", "ĐIỆN", "Biên", "Sang", "II", "iv", "x  y", "Ðông", " \u0301z", "-", "'q\"",
    "<b>", "\u00a0w", "e\u0301", "Ừ", "→", "İß",
)  # fmt: skip
"""Words with and without marks, composed or not, and what stands between words."""

FOLDS = {
    ("casei",): casei,
    ("accenti",): accenti,
    ("casei", "accenti"): lambda text: casei(accenti(text)),
    ("accenti", "casei"): lambda text: accenti(casei(text)),
}


@pytest.fixture(scope="module", params=range(4))
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    """Frames of random records, and a connection to the atlas file that holds them."""
    chance = random.Random(request.param)
    keys = {name: [f"{name[:2]}{row}" for row in range(chance.choice([0, 1, 4, 40]))] for name in LAYERS}
    frames = {
        name: frame(name, *(_record(spec, key, keys, chance) for key in keys[name])) for name, spec in LAYERS.items()
    }
    folder = tmp_path_factory.mktemp("atlas")
    frozen(frames, folder).close()
    (path,) = (folder / "atlas").glob("*.sqlite")
    with closing(connect(path)) as connection:
        yield frames, connection


def _record(spec: LayerSpec, key: str, keys: dict[str, list[str]], chance: random.Random) -> Row:
    record = {field.name: _value(field, keys, chance) for field in spec.fields if chance.random() < 0.7}
    return record | {spec.key: key, spec.title: _text(chance), "at": _shape(spec, chance)}


def _text(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(1, 5)))


def _value(field: Field, keys: dict[str, list[str]], chance: random.Random) -> object:
    if field.kind in {"integer", "real"}:
        return chance.choice(
            [chance.randrange(100), float(chance.randrange(100)), chance.random(), float("nan"), np.int64(3)]
        )
    options = CODE_LISTS[field.codes].keys() if field.codes else keys.get(field.target or "", ())
    if options:
        return ";".join(chance.sample(list(options), min(len(options), 2 if field.kind in {"codes", "refs"} else 1)))
    return chance.choice(["", _text(chance), "2019-02"])


def _shape(spec: LayerSpec, chance: random.Random) -> shapely.Geometry | None:
    middle = shapely.Point(chance.uniform(102.2, 103.6), chance.uniform(20.9, 22.5))
    if spec.geometry is None or chance.random() < 0.2:
        return chance.choice([None, shapely.MultiPolygon() if spec.geometry == "MultiPolygon" else None])
    if spec.geometry == "Point":
        return middle
    side = chance.uniform(0.001, 0.3)
    part = middle.buffer(side, quad_segs=3).difference(middle.buffer(side / 3))
    beside = shapely.Point(middle.x + 3 * side, middle.y).buffer(side)
    return shapely.orient_polygons(shapely.MultiPolygon([part, beside] if chance.random() < 0.5 else [part]))


def _records(
    frames: dict[str, gpd.GeoDataFrame], connection: sqlite3.Connection
) -> Iterator[tuple[LayerSpec, Row, Row]]:
    """Every record of the frames beside its row of the atlas."""
    for name, rows in frames.items():
        spec = LAYERS[name]
        stored = {row["id"]: dict(row) for row in connection.execute(f"SELECT * FROM f_{name}")}
        assert len(stored) == len(rows)
        columns = {field.name: rows[field.name].tolist() for field in spec.fields}
        columns["geometry"] = np.asarray(rows.geometry.array, dtype=object).tolist()
        for values in zip(*columns.values(), strict=True):
            record = dict(zip(columns, values, strict=True))
            yield spec, record, stored[record[spec.key]]


def _plain(field: Field, value: object) -> object:
    bare = plain(value)
    return int(bare) if field.kind == "integer" and isinstance(bare, float) and bare.is_integer() else bare


def test_values_and_documents_are_those_of_the_record(world: tuple[Any, Any]) -> None:
    for spec, record, row in _records(*world):
        values = {field.name: _plain(field, record[field.name]) for field in spec.fields}
        assert {field.name: row[f"p_{field.name}"] for field in spec.fields} == values
        properties = json.loads(row["properties"])
        assert {name: properties.pop(name) for name in values} == values
        assert set(properties) == {field.name for field in derived_fields(spec)}
        feature = json.loads(row["feature"])
        assert feature["type"] == "Feature" and feature["id"] == row["id"]
        assert feature["properties"] == json.loads(row["properties"])
        shape = record["geometry"]
        if shape is None or shape.is_empty:
            assert feature["geometry"] is None and row["geom"] is None and row["lng"] is None and row["west"] is None
            continue
        rounded = shapely.transform(shape, lambda xy: np.round(xy, 7))
        assert feature["geometry"] == json.loads(json.dumps(mapping(rounded)))
        assert shapely.from_wkb(row["geom"]).equals_exact(rounded, 0)
        assert (row["west"], row["south"], row["east"], row["north"]) == rounded.bounds
        assert shapely.dwithin(rounded, shapely.Point(row["lng"], row["lat"]), 1e-6)
        if spec.geometry == "MultiPolygon":
            assert properties["measured_area_ha"] == round(abs(GEOD.geometry_area_perimeter(rounded)[0]) / 10_000, 2)


def test_folded_texts_are_what_the_functions_of_cql2_make_of_them(world: tuple[Any, Any]) -> None:
    frames, connection = world
    for layer in frames:
        for field in folded_fields(layer):
            for functions, function in FOLDS.items():
                rows = connection.execute(
                    f"SELECT p_{field.name}, {folded_text(field, functions)} FROM f_{layer} f"
                ).fetchall()
                assert [folded for _, folded in rows] == [None if text is None else function(text) for text, _ in rows]


def test_a_record_is_searched_by_its_names_its_codes_and_its_units(world: tuple[Any, Any]) -> None:
    frames, connection = world
    indexed = {(row["layer"], row["row"]): row for row in connection.execute("SELECT * FROM search")}
    for spec, record, row in _records(frames, connection):
        names: list[str] = []
        for field in spec.fields:
            name = plain(record[field.name])
            if field.search and name and fold(str(name)) not in map(fold, names):
                names.append(str(name))
        entry = indexed[spec.name, row["row"]]
        assert sorted(entry["names"].split()) == sorted(word for name in names for word in search_words(name))
        more = set(search_words(row["id"]))
        for field in spec.fields:
            value = _plain(field, record[field.name])
            if field.codes and value and field.name not in {"precision", "scheme"}:
                labels = (
                    CODE_LISTS[field.codes].label_of(key, lang)
                    for key in str(value).split(";")
                    for lang in ("vi", "en")
                )
                more |= {word for label in labels for word in search_words(label)}
        assert more <= set(entry["more"].split())
