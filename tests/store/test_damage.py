"""A store of which a bit, a row or the whole file is lost gives what was published or an error, never other data."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from geo.errors import BadSource
from geo.ocop.layers import LAYERS
from geo.report import Issue, Report
from geo.store.content import state_of
from geo.store.geopackage import GeoPackageStore
from geo.store.verification import verify_file
from tests.effort import Effort
from tests.frames import frame, world
from tests.store.conftest import publisher
from tests.worlds import records

Damage = Callable[[sqlite3.Connection], object]


def make_history(path: Path) -> GeoPackageStore:
    """A store of four versions, with a record that changed, one that went and came back, metadata and a report."""
    store = GeoPackageStore(path, create=True)
    publish = publisher(store)
    report = Report([Issue.of("sites", "bad_code", "sai", "wrong", record="H1", field="kind", value="đồi")])
    publish(report=report, metadata={"products": {"licence": "CC BY 4.0"}})
    publish(world() | {"products": frame("products", *records("products", stars=5)[:2])}, who="minh", why="bớt")
    publish(world() | {"producers": frame("producers", *records("producers", households=12))}, who="hoa", why="thêm")
    store.restore(1, who="an", why="trả lại")
    return store


def everything(path: Path) -> list[object]:
    """All that a store answers, in a form that compares."""
    store = GeoPackageStore(path)
    versions = store.versions()
    answers: list[object] = [versions, store.log(4), store.changes(0, 4), store.tallies(), store.used_ids("products")]
    answers += [store.history("products", "R3"), store.history("producers", "P1")]
    for version in versions:
        frames = store.frames(version.number)
        answers += [{name: state_of(spec, frames[name]) for name, spec in LAYERS.items()}]
        answers += [store.metadata(version.number), store.report(version.number).to_json()]
        answers += [store.counts(version.number), store.compare(version.number - 1, version.number)]
    return answers


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of make_history, which tests copy."""
    return make_history(tmp_path_factory.mktemp("sound") / "store.gpkg").path


@pytest.fixture
def file(sound: Path, tmp_path: Path) -> Path:
    """A copy of it to be damaged."""
    copy = tmp_path / "store.gpkg"
    copy.write_bytes(sound.read_bytes())
    return copy


def damages(path: Path) -> list[str]:
    """The parts that verification calls damaged."""
    return [verdict.part.en for verdict in verify_file(path) if verdict.damage is not None]


def test_a_sound_store_is_verified_part_by_part(file: Path) -> None:
    parts = [verdict.part.en for verdict in verify_file(file)]
    assert damages(file) == []
    assert parts[:2] == ["the structure of the file", "the chain of versions"]
    assert {f"version {number}" for number in (1, 2, 3, 4)} <= set(parts)


def test_a_flipped_bit_never_gives_other_data_in_silence(sound: Path, tmp_path: Path, effort: Effort) -> None:
    whole, meant, chance = sound.read_bytes(), everything(sound), random.Random(20)
    file, refusals = tmp_path / "store.gpkg", 0
    for trial in range(effort.damaged):
        data = bytearray(whole)
        place, bit = chance.randrange(len(data)), chance.randrange(8)
        data[place] ^= 1 << bit
        file.write_bytes(data)
        try:
            answers = everything(file)
        except BadSource as error:
            refusals += 1
            assert "verify" in error.en and "restore-backup" in error.vi, error
        else:
            assert answers == meant, f"trial {trial}: bit {bit} of byte {place}"
        for left in tmp_path.glob("store.gpkg-*"):  # a flipped bit can turn write-ahead logging on
            left.unlink()
    assert refusals, "hardly any bit that was flipped mattered: the test tests nothing"


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("UPDATE geo_log SET properties = replace(properties, 'Đồi', 'Đèo') WHERE id = 'H1'", "version 1"),
        ("UPDATE geo_log SET op = 'removed' WHERE version = 3 AND id = 'P1'", "version 3"),
        ("UPDATE geo_log SET version = 4 WHERE version = 2 AND id = 'R1'", "version 2"),
        ("DELETE FROM geo_log WHERE version = 2 AND id = 'R1'", "version 2"),
        ("UPDATE geo_version SET who = 'khác' WHERE number = 2", "version 2"),
        ("UPDATE geo_version SET published_at = '2020-01-01T00:00:00Z' WHERE number = 4", "version 4"),
        ("UPDATE geo_version SET report = replace(report, 'sai', 'đúng') WHERE number = 1", "version 1"),
        ("UPDATE geo_version SET metadata = '{}' WHERE number = 1", "version 1"),
        ("DELETE FROM geo_version WHERE number = 4", "version 4"),
        ("DELETE FROM geo_version WHERE number = 2", "version 2"),
        ("UPDATE geo_seal SET seal = 'x' WHERE version = 3", "version 3"),
    ],
)  # fmt: skip
def test_damage_names_the_version_and_the_way_back(file: Path, statement: str, part: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute(statement).rowcount > 0
        connection.commit()
    with pytest.raises(BadSource) as caught:
        everything(file)
    assert f"{part} is damaged" in caught.value.en and "restore-backup" in caught.value.en
    assert part.replace("version", "phiên bản") in caught.value.vi
    assert damages(file)


def test_a_damaged_version_leaves_the_others_readable_and_is_not_restored(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(
            "UPDATE geo_log SET properties = replace(properties, '5', '6') WHERE version = 2 AND id = 'R1'"
        )
        connection.commit()
    store = GeoPackageStore(file)
    assert damages(file) == ["version 2"]
    with pytest.raises(BadSource, match="version 2"):
        store.frames(2)
    with pytest.raises(BadSource, match="version 2"):
        store.restore(2, who="x", why="y")
    assert len(store.frames(3)["products"]) == 3 and len(store.versions()) == 4


def test_nothing_is_published_upon_damaged_records(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE geo_log SET geometry = NULL WHERE version = 1 AND id = 'H1'")
        connection.commit()
    store = GeoPackageStore(file)
    with pytest.raises(BadSource, match="version 4 is damaged"):
        publisher(store)(world() | {"sites": frame("sites")})
    assert len(store.versions()) == 4


def test_a_table_that_another_program_edited_is_reported(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE sources SET publisher = 'Báo khác'")
        connection.commit()
    assert damages(file) == ["table sources (for QGIS)"]
    assert everything(file)


def test_a_store_of_an_earlier_release_has_no_seals_until_the_next_publication(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE geo_seal")
        connection.commit()
    store = GeoPackageStore(file)
    assert [version.number for version in store.versions()] == [1, 2, 3, 4] and damages(file) == []
    publisher(store)(world() | {"sites": frame("sites")})
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM geo_seal").fetchone() == (5,)
        connection.execute("UPDATE geo_version SET why = 'khác' WHERE number = 1")
        connection.commit()
    with pytest.raises(BadSource, match="version 1"):
        store.versions()


@pytest.mark.parametrize("content", [None, b""], ids=["missing", "empty"])
def test_opening_never_makes_a_store(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "store.gpkg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadSource) as caught:
        GeoPackageStore(path)
    assert "build --new" in caught.value.en and "restore-backup" in caught.value.vi
    assert [(one.name, one.stat().st_size) for one in tmp_path.iterdir()] == (
        [] if content is None else [(path.name, 0)]
    )


def test_a_store_that_is_lost_while_it_is_open_is_not_made_again(file: Path) -> None:
    store = GeoPackageStore(file)
    file.unlink()
    calls: list[Callable[[], Any]] = [
        store.versions,
        store.frames,
        lambda: store.history("sites", "H1"),
        publisher(store),
    ]
    for call in calls:
        with pytest.raises(BadSource, match="missing"):
            call()
    assert not file.exists()


def test_versions_of_one_second_have_times_in_order(file: Path) -> None:
    times = [version.published_at for version in GeoPackageStore(file).versions()]
    assert times == sorted(times) and len(set(times)) == 4
