"""What a request may use: processor time, one of the places for long requests, a slot of the machine."""

import io
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from openpyxl.worksheet._writer import ALL_TEMP_FILES

from geo import budget
from geo.atlas import Atlas, Query
from geo.atlas.cql2.cost import functions_in
from geo.atlas.cql2.operators import accenti, casei, like
from geo.atlas.cql2.parse import parse
from geo.atlas.cql2.tree import Constant, Property
from geo.budget import Budget, Elsewhere, HandOver, JobSlots, LongRequests, Unshared, limited
from geo.crs import LngLatBbox
from geo.errors import Busy, TooCostly
from geo.plan.records import records_of
from geo.views.export.download import write_export
from geo.views.export.file_cache import ExportCache
from geo.views.map.map_page import in_view
from geo.views.tiles import tile, zoom_layers
from geo.views.tiles.zoom_layers import PreparedLayers
from tests.bench import large
from tests.conftest import ROOT
from tests.frozen import publish_atlas

COSTLY = " OR ".join(["S_TOUCHES(geometry, geometry)"] * 90)
FREE = 3600.0


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """An atlas of 3,000 zones and as many producers."""
    with publish_atlas(large.frames(3_000, 3_000), tmp_path_factory.mktemp("crowded")) as atlas:
        yield atlas


def places(count: int = 1, waiting: int = 0, wait_s: float = 0.0) -> LongRequests:
    return LongRequests(count, waiting, wait_s)


def work(seconds: float) -> None:
    """Use processor time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_without_a_budget_nothing_is_limited(tmp_path: Path) -> None:
    work(0.01)
    budget.spend()
    budget.take_place()
    with JobSlots(tmp_path / "locks", 1, 1).job(), JobSlots(tmp_path / "locks", 1, 1).job():
        pass
    assert not (tmp_path / "locks").exists()


def test_used_up_processor_time_ends_a_request_and_sleep_does_not() -> None:
    with limited(Budget(0.05, FREE, places())):
        time.sleep(0.1)
        budget.spend()
        work(0.06)
        with pytest.raises(TooCostly, match=r"more than 0\.05 s"):
            budget.spend()
        with pytest.raises(TooCostly):  # and it stays refused
            budget.take_place()


def test_a_request_becomes_long_and_needs_a_place() -> None:
    few = places(1)
    with limited(Budget(FREE, 0.0, few)):
        work(0.001)
        budget.spend()
        with limited(Budget(FREE, 0.0, few)):
            work(0.001)
            with pytest.raises(Busy):
                budget.spend()
        with limited(Budget(FREE, FREE, few)):
            budget.spend()  # a short one goes on
    with limited(Budget(FREE, 0.0, few)):
        budget.take_place()  # the place was given back


def test_a_waiting_request_takes_the_place_that_becomes_free_and_no_more_wait_than_may() -> None:
    few, inside, go_on = places(1, waiting=1, wait_s=5), threading.Event(), threading.Event()

    def long() -> None:
        with limited(Budget(FREE, 0.0, few)):
            budget.take_place()
            inside.set()
            go_on.wait(5)

    def waiting() -> None:
        with limited(Budget(FREE, 0.0, few)):
            budget.take_place()

    callers = [threading.Thread(target=long), threading.Thread(target=waiting)]
    callers[0].start()
    assert inside.wait(5)
    callers[1].start()
    time.sleep(0.1)
    begin = time.monotonic()
    with limited(Budget(FREE, 0.0, few)), pytest.raises(Busy):
        budget.take_place()
    assert time.monotonic() - begin < 1
    go_on.set()
    for caller in callers:
        caller.join(5)
        assert not caller.is_alive()


def test_a_job_has_time_of_its_own_and_what_it_used_is_not_counted_afterwards(tmp_path: Path) -> None:
    with limited(Budget(0.05, FREE, places())):
        with JobSlots(tmp_path, 1, 10).job():
            work(0.1)
            budget.spend()
        budget.spend()
        work(0.06)
        with pytest.raises(TooCostly):
            budget.spend()


def test_a_file_may_have_more_time_and_rows_than_a_request(crowded: Atlas) -> None:
    with limited(Budget(0.05, FREE, places(), rows=100)):
        with budget.extended(10):
            work(0.1)
            assert len(crowded.find(Query("producers", limit=200)).records) == 200
        budget.spend()
        with pytest.raises(TooCostly):
            crowded.find(Query("producers", limit=200))


HOLDING = """
import sys, time
from pathlib import Path
from typing import Any
from geo.budget import Budget, JobSlots, LongRequests, limited
with limited(Budget(60, 60, LongRequests(1, 0, 0))), JobSlots(Path(sys.argv[1]), 1, 1).job():
    print("held", flush=True)
    time.sleep(60)
"""


def test_slots_are_counted_for_the_machine_and_a_dead_process_holds_none(tmp_path: Path) -> None:
    slots = JobSlots(tmp_path, 1, 1)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        with limited(Budget(FREE, FREE, places())), pytest.raises(Busy), slots.job():
            pass
        with limited(Budget(FREE, FREE, places())), JobSlots(tmp_path, 2, 1).job():
            pass
        process.kill()
    with limited(Budget(FREE, FREE, places())), slots.job():
        pass


def test_a_thread_waits_for_a_lock_no_longer_than_a_request_may() -> None:
    lock = threading.Lock()
    with lock, limited(Budget(FREE, FREE, places(1, 0, 0.05))), pytest.raises(Busy), budget.hold(lock):
        pass
    with limited(Budget(FREE, FREE, places())), budget.hold(lock):
        assert lock.locked()
    assert not lock.locked()


def test_a_statement_is_interrupted_within_its_time(crowded: Atlas) -> None:
    query = Query("zones", where=parse(COSTLY, "cql2-text", "zones"))
    for ask in (crowded.count, crowded.find, lambda asked: list(crowded.features(asked)), crowded.facets):
        begin = time.thread_time()
        with limited(Budget(0.1, FREE, places())), pytest.raises(TooCostly):
            ask(query)
        assert time.thread_time() - begin < 0.5
    assert crowded.count(Query("zones")) == 3_000  # the connection goes on


def test_a_statement_that_becomes_long_without_a_place_is_busy(crowded: Atlas) -> None:
    query = Query("zones", where=parse(f"households = 9999 OR {COSTLY}", "cql2-text", "zones"))
    taken = places(1)
    assert taken.enter() is None
    with limited(Budget(FREE, 0.01, taken)), pytest.raises(Busy):
        crowded.count(query)


def test_a_statement_that_becomes_long_is_handed_over_where_long_requests_belong_elsewhere(crowded: Atlas) -> None:
    query = Query("zones", where=parse(f"households = 9998 OR {COSTLY}", "cql2-text", "zones"))
    with limited(Budget(FREE, 0.01, Elsewhere())), pytest.raises(HandOver):
        crowded.count(query)
    with limited(Budget(FREE, FREE, Elsewhere())), pytest.raises(HandOver):
        budget.take_place()
    with limited(Budget(0.05, 0.01, Unshared())), pytest.raises(TooCostly):
        crowded.count(query)


def test_what_is_done_once_for_each_version_is_not_limited() -> None:
    with limited(Budget(0.1, 0.1, Elsewhere())):
        with budget.unlimited():
            work(0.2)
            budget.spend()
        budget.spend()
        work(0.11)
        with pytest.raises(TooCostly):
            budget.spend()


def test_the_first_figure_of_a_version_reads_its_records_elsewhere_and_uncounted(crowded: Atlas) -> None:
    with limited(Budget(FREE, FREE, Elsewhere())), pytest.raises(HandOver):
        records_of(crowded)
    with limited(Budget(0.0, FREE, places())):
        assert records_of(crowded).count("zones") == 3_000


def test_the_first_view_of_the_map_is_kept_by_the_process_that_may_not_work_long(crowded: Atlas) -> None:
    whole = LngLatBbox(100.0, 20.0, 105.0, 24.0)
    with limited(Budget(FREE, 0.0, Elsewhere())):
        view = json.loads(in_view(crowded, ("zones", "producers"), whole, (), "", "vi"))
    assert {layer: view["layers"][layer]["in_view"] for layer in view["layers"]} == {"zones": 3_000, "producers": 3_000}
    with limited(Budget(FREE, 0.0, Elsewhere())), pytest.raises(HandOver):
        in_view(crowded, ("zones",), LngLatBbox(102.5, 21.0, 103.0, 22.0), (), "", "vi")


def test_a_layer_of_tiles_is_prepared_once_by_all_that_wait_for_it(
    crowded: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoom_layers, "_MANY", 100)
    prepared, prepare = [], zoom_layers._zoom_arrays

    def count(atlas: Atlas, layer: str, zoom: int) -> Any:
        prepared.append((layer, zoom))
        return prepare(atlas, layer, zoom)

    monkeypatch.setattr(zoom_layers, "_zoom_arrays", count)
    slots, tiles = JobSlots(tmp_path / "locks", 1, 60), []

    def draw() -> None:  # each thread as a process of its own: they share the folder only
        layers = PreparedLayers(crowded, tmp_path / "layers", slots.job)
        with limited(Budget(FREE, FREE, places(2, 0, 30))):
            tiles.append(tile.make(layers, ("zones",), tile.tile_at(102.9, 21.7, 9)))

    callers = [threading.Thread(target=draw) for _ in range(2)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
    assert prepared == [("zones", 9)] and tiles[0] == tiles[1] and tiles[0].total_count > 0


def test_threads_that_share_one_place_do_not_wait_for_each_other_s_lock(
    crowded: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first to come looks for a file (which takes a while here) before it needs a place; the others hold the place."""
    load = PreparedLayers._load

    def slowly(layers: PreparedLayers, name: str) -> Any:
        time.sleep(2 * budget._MOMENT_S)
        return load(layers, name)

    monkeypatch.setattr(PreparedLayers, "_load", slowly)
    monkeypatch.setattr(ExportCache, "_open_cached", lambda *_: time.sleep(2 * budget._MOMENT_S))
    layers, shared = PreparedLayers(crowded, tmp_path / "layers"), places(1, 9, 20)
    cache, answers = ExportCache(tmp_path / "exports", 10**9, lambda: [crowded.key]), []

    def write(out: BinaryIO) -> int:
        return out.write(b"x")

    def ask(act: Callable[[], object]) -> None:
        with limited(Budget(FREE, FREE, shared)):
            answers.append(act())

    def draw() -> int:
        return tile.make(layers, ("zones",), tile.tile_at(102.9, 21.7, 9)).total_count

    def download() -> int:
        with cache.open(crowded.key, "all", write).file as file:
            return len(file.read())

    acts: tuple[Callable[[], int], ...] = (draw, download)
    callers = [threading.Thread(target=ask, args=(act,)) for act in acts for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
    assert len(answers) == len(callers)


def test_a_workbook_that_is_interrupted_leaves_no_file(crowded: Atlas) -> None:
    with limited(Budget(0.1, FREE, places())), pytest.raises(TooCostly):
        write_export(crowded, Query("zones"), "xlsx", io.BytesIO())
    assert ALL_TEMP_FILES == []


def test_functions_of_a_filter_are_counted() -> None:
    text = (
        "ACCENTI(CASEI(name)) LIKE '%a%' AND S_INTERSECTS(geometry, POINT(103 21)) AND area_ha ^ 2 > 3 "
        "AND NOT (households IN (1, 2) OR CASEI(note) IN ('a', CASEI(name)))"
    )
    assert functions_in(parse(text, "cql2-text", "zones")) == 3 + 1 + 1 + 2
    assert functions_in(parse("founded > DATE('2019-01-01') AND households > 3", "cql2-text", "producers")) == 1


def test_a_filter_is_parsed_within_its_time() -> None:
    text = " OR ".join(f"name = 'v{n}'" for n in range(1_000))
    with limited(Budget(0.01, FREE, places())), pytest.raises(TooCostly):
        parse(text, "cql2-text", "zones")


@pytest.mark.parametrize(
    "text",
    [
        "CASEI(name) = CASEI('vùng chè tủa chùa số 5')",
        "ACCENTI(name) LIKE 'Vung % so 1_'",
        "CASEI(ACCENTI(name)) LIKE '%mat ong%so 2%'",
        "ACCENTI(CASEI(name)) LIKE '%mat ong%so 2%'",
        "ACCENTI(note) IS NULL",
        r"note LIKE '%[a]*?\%%' OR name LIKE '%7'",
        "area_ha BETWEEN 10 AND 12 OR NOT (households BETWEEN 5 AND 390)",
        "name LIKE 'Vùng\\%%' OR growing_area_code LIKE 'VN-ĐBOR-000_'",
    ],
)
def test_folded_columns_and_patterns_of_sqlite_answer_as_the_functions_do(crowded: Atlas, text: str) -> None:
    names: dict[str, Callable[..., Any]] = {"casei": casei, "accenti": accenti, "like": like}
    expected = {
        record.id
        for record in crowded.find(Query("zones")).records
        if _holds(parse(text, "cql2-text", "zones").condition, record.properties, names)
    }
    found = {record.id for record in crowded.find(Query("zones", where=parse(text, "cql2-text", "zones"))).records}
    assert found == expected


def _holds(part: Any, properties: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
    """A filter worked out in Python for one record."""
    if isinstance(part, Constant):
        return part.value
    if isinstance(part, Property):
        return properties[part.name]
    values = [_holds(inner, properties, functions) for inner in part.args]
    return (LOGIC | functions)[part.op](*values)


LOGIC: dict[str, Callable[..., Any]] = {
    "or": lambda *values: any(values),
    "and": lambda *values: all(values),
    "not": lambda value: value is not None and not value,
    "isnull": lambda value: value is None,
    "=": lambda one, other: one is not None and one == other,
    "between": lambda value, low, high: None if value is None else low <= value <= high,
}
