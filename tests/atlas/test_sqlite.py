"""The SQLite engine of the atlas: its files and pointer, its tables, and the plans that SQLite makes of its questions."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from shapely import Point, box, to_wkb

from geo import spare_memory
from geo.atlas import Atlas, Notes, Query, UrlAffixes
from geo.atlas.cql2.parse import MAX_LENGTH, parse
from geo.atlas.cql2.tree import Where
from geo.atlas.sqlite import sql
from geo.atlas.sqlite.alphabet import alphabetical_fields
from geo.atlas.sqlite.conditions import compile_where
from geo.atlas.sqlite.source import SqliteAtlasSource, file_name
from geo.atlas.sqlite.tables import connect
from geo.crs import LngLatBbox
from geo.errors import BadQuery
from geo.ocop.layers import LAYERS
from geo.views.ogc.queryables import queryables
from tests.atlas.crowd import crowd
from tests.frames import frame, world
from tests.frozen import VERSION, frozen


def database(folder: Path) -> sqlite3.Connection:
    """A connection to the one atlas that is frozen in a folder, as the engine itself opens it."""
    (path,) = (folder / "atlas").glob("*.sqlite")
    return connect(path)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The atlas of the small province."""
    folder = tmp_path_factory.mktemp("small")
    frozen(world(), folder).close()
    with closing(database(folder)) as connection:
        yield connection


def plan_of(db: sqlite3.Connection, statement: sql.Statement) -> list[str]:
    return [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {statement.text}", statement.values)]


# --- files ---------------------------------------------------------------------------------------------


def test_a_finished_atlas_cannot_be_written(db: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("DELETE FROM meta")


def test_connections_of_threads_that_ended_are_closed_when_memory_is_spared(tmp_path: Path) -> None:
    together = threading.Barrier(5)  # the next thread that opens a connection would close the one of an ended thread
    with frozen(world(), tmp_path) as atlas:

        def ask() -> None:
            atlas.find(Query("products"))
            together.wait()

        threads = [threading.Thread(target=ask) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        opened = len(open_files(tmp_path))
        spare_memory.drop_unused(60)
        assert (opened, len(open_files(tmp_path))) == (6, 1)
        assert atlas.count(Query("products")) > 0


def open_files(folder: Path) -> list[str]:
    """The files below a folder that this process has open, each as often as it does."""
    targets = [path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink() and path.exists()]
    return [str(target) for target in targets if target.is_relative_to(folder)]


def test_a_file_name_tells_versions_and_declarations_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    name = file_name(VERSION)
    assert name != file_name(VERSION._replace(number=2))
    assert name != file_name(VERSION._replace(digest="b" * 64))
    monkeypatch.setattr("geo.atlas.sqlite.tables.FORMAT", 0)
    assert name != file_name(VERSION)


def test_the_pointer_names_the_current_file_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    source = SqliteAtlasSource(tmp_path)
    for number in (1, 2):
        version = VERSION._replace(number=number)
        source.freeze(world(), (), Notes(), version=version)
        source.publish(version)
    assert (tmp_path / "CURRENT").read_text() == file_name(VERSION._replace(number=2))
    assert {path.name for path in tmp_path.iterdir()} == {
        "CURRENT", *(file_name(VERSION._replace(number=number)) for number in (1, 2)),
    }  # fmt: skip


def test_a_broken_freeze_leaves_no_file(tmp_path: Path) -> None:
    frames = world()
    frames["sites"] = frames["sites"].drop(columns="name")
    with pytest.raises(KeyError):
        SqliteAtlasSource(tmp_path).freeze(frames, (), Notes(), version=VERSION)
    assert list(tmp_path.iterdir()) == []


# --- tables --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    folder = tmp_path_factory.mktemp("crowded")
    frozen(crowd(), folder).close()
    with closing(database(folder)) as connection:
        yield connection


# --- plans ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """An atlas of enough records for SQLite to think before it reads them all; one in a hundred has no place."""
    points = [Point(103 + n % 60 / 60, 21 + n // 60 / 60) if n % 100 else None for n in range(3_000)]
    rows = ({"site_id": f"{n:04}", "name": "x", "at": point} for n, point in enumerate(points))
    folder = tmp_path_factory.mktemp("large")
    frozen({"sites": frame("sites", *rows)}, folder).close()
    with closing(database(folder)) as connection:
        yield connection


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("direction", ["", "-"])
def test_a_table_sorted_by_one_of_its_columns_is_read_from_the_index(
    db: sqlite3.Connection, layer: str, direction: str
) -> None:
    for field in (field for field in LAYERS[layer].fields if field.table and field.kind != "longtext"):
        plan = plan_of(db, sql.select(Query(layer, sort=direction + field.name, limit=50, offset=100)))
        table = (
            f"o USING COVERING INDEX a_{layer}"
            if field in alphabetical_fields(layer)
            else f"f USING COVERING INDEX i_{layer}"
        )
        assert f"SCAN {table}_{field.name}" in plan, (field.name, plan)


@pytest.mark.parametrize("place", ["any", "placed"])
@pytest.mark.parametrize("how", ["around", "across", "area"])
def test_a_box_is_found_by_its_index_and_never_by_reading_the_whole_table(
    large: sqlite3.Connection, how: str, place: Any
) -> None:
    around = LngLatBbox(103.1, 21.1, 103.2, 21.2)
    query = {
        "around": Query("sites", bbox=around, place=place),
        "across": Query("sites", bbox=LngLatBbox(179.0, 21.0, -179.0, 21.1), place=place),
        "area": Query("sites", area=to_wkb(box(*around))),
    }[how]
    for statement in (sql.count(query), sql.features(replace(query, limit=10))):
        plan = plan_of(large, statement)
        assert "SEARCH f USING INTEGER PRIMARY KEY (rowid=?)" in plan, plan


@pytest.mark.parametrize("layer", LAYERS)
def test_a_value_of_any_field_is_found_by_an_index(db: sqlite3.Connection, layer: str) -> None:
    """A filter on 100,000 records must not read them all."""
    for field in LAYERS[layer].fields:
        if field.kind == "longtext" or field.name not in queryables(layer, "vi")["properties"]:
            continue
        value = "1" if field.kind in {"integer", "real"} else "DATE('2020-01-01')" if field.kind == "date" else "'x'"
        try:
            where = parse(f"{field.name} = {value}", "cql2-text", layer)
        except BadQuery:
            continue  # keys of several records, which are an array
        plan = plan_of(db, sql.features(Query(layer, where=where, limit=10)))
        if field.kind != "date":  # a date of any precision is a span, compared by both its ends
            assert any(f"i_{layer}_{field.name}" in step for step in plan), (field, plan)


# --- filters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attempt", ["x' OR 1=1 --", "x'); DROP TABLE f_products; --", "\u0000", "' UNION SELECT value FROM meta --", "?", "%"]
)  # fmt: skip
def test_a_value_is_bound_and_never_part_of_the_sql(attempt: str) -> None:
    literal = json.dumps({"op": "=", "args": [{"property": "name"}, attempt]})
    statement = compile_where(parse(literal, "cql2-json", "products"))
    assert (statement.text, statement.values) == ("(f.p_name = ?)", (attempt,))


def too_much() -> Where:
    """A filter that is well formed and of the right kinds, with more arguments than SQLite takes in one function."""
    text = f"A_OVERLAPS(source_ids, ({', '.join(['name'] * 3_000)}))"
    assert len(text) <= MAX_LENGTH
    return parse(text, "cql2-text", "products")


@pytest.mark.parametrize(
    "ask",
    [
        lambda atlas, query: atlas.count(query), lambda atlas, query: atlas.find(query),
        lambda atlas, query: atlas.features(query), lambda atlas, query: atlas.parts(query),
        lambda atlas, query: atlas.linked_features(query, UrlAffixes.of("", "")), lambda atlas, query: atlas.facets(query),
    ],
)  # fmt: skip
def test_a_filter_that_is_too_much_for_sqlite_is_refused_before_the_first_record(
    tmp_path: Path, ask: Callable[[Atlas, Query], object]
) -> None:
    with frozen(world(), tmp_path) as atlas, pytest.raises(BadQuery, match="too complicated") as refused:
        ask(atlas, Query("products", where=too_much()))
    assert "quá phức tạp" in refused.value.vi
