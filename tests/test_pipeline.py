"""From the seed folder to the served atlas, and what happens when the seed is bad."""

import json
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from geo.atlas import Query, open_atlases
from geo.errors import BadSource
from geo.freezing import publish_computing
from geo.pipeline import build_atlas, check_seed, prepare_atlas, rule_label
from geo.settings import Settings
from geo.store import open_store
from tests.conftest import ROOT

Run = Callable[..., "subprocess.CompletedProcess[str]"]
SEED = ROOT / "data" / "shapefiles"


def quiet(_: str) -> None:
    """A progress callback that does nothing."""


@pytest.fixture
def own(built_office: Settings, tmp_path: Path) -> Settings:
    """A private copy of the small province's seed and an empty data folder."""
    shutil.copytree(built_office.seed_dir, tmp_path / "seed")
    return Settings(seed_dir=tmp_path / "seed", data_dir=tmp_path / "var")


def test_building_twice_makes_one_version_and_one_file(own: Settings) -> None:
    source = open_atlases(own)
    first = build_atlas(own, source, progress=quiet, reread=True)
    again = build_atlas(own, source, progress=quiet, reread=True)
    assert first.version == again.version and first.version.number == 1
    assert len(list((own.data_dir / "atlas").glob("*.sqlite"))) == 1
    source.close()


def test_a_changed_seed_is_read_again_without_being_asked(own: Settings) -> None:
    source = open_atlases(own)
    build_atlas(own, source, progress=quiet)
    table = own.seed_dir / "sources" / "sources.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("Báo Điện Biên Phủ", "Báo Dân Việt", 1), encoding="utf-8"
    )
    assert build_atlas(own, source, progress=quiet).version.number == 2
    assert source().count(Query("sources", text="dan viet")) >= 1
    source.close()


def test_a_fatal_seed_is_refused_and_the_last_good_version_is_served(own: Settings) -> None:
    source = open_atlases(own)
    good = build_atlas(own, source, progress=quiet)
    (own.seed_dir / "products" / "products.dbf").write_bytes(b"broken")
    bad = build_atlas(own, source, progress=quiet)
    assert bad.refused and bad.version == good.version
    assert source().counts() == good.counts
    source.close()


def test_a_fatal_seed_with_nothing_before_it_says_what_to_do(own: Settings) -> None:
    shutil.rmtree(own.seed_dir / "communes")
    with pytest.raises(BadSource, match=r"python app\.py check"):
        build_atlas(own, open_atlases(own), progress=quiet)


def test_a_lost_atlas_is_made_again_from_the_store(own: Settings) -> None:
    source = open_atlases(own)
    build = build_atlas(own, source, progress=quiet)
    source.close()
    shutil.rmtree(own.data_dir / "atlas")
    assert build_atlas(own, source, progress=quiet).counts == build.counts
    source.close()


def test_a_version_is_frozen_alike_from_the_records_at_hand_and_from_the_store(own: Settings) -> None:
    build_atlas(own, open_atlases(own), progress=quiet)
    from_store = _dump_and_delete(own)
    store = open_store(own)
    state = store.state(1)
    restore = partial(store.restore, 1, who="An", why="như cũ", state=state)
    published = publish_computing(open_atlases(own), state, restore)
    assert published.version.number == 1 and state["products"]
    prepare_atlas(own, open_atlases(own), progress=quiet, published=published)
    assert not state["products"]  # taken over, so that memory does not hold the records twice
    assert _dump_and_delete(own) == from_store


def _dump_and_delete(settings: Settings) -> list[str]:
    """The content of the one atlas, which is deleted."""
    (path,) = (settings.data_dir / "atlas").glob("*.sqlite")
    with closing(sqlite3.connect(path)) as connection:
        lines = list(connection.iterdump())
    path.unlink()
    return lines


def test_the_shipped_seed_has_no_fatal_issue_and_its_known_conflicts() -> None:
    findings = check_seed(SEED, progress=quiet)
    assert not findings.fatal
    assert [issue for issue in findings.report.issues if issue.severity == "error"] == []
    rules = [row.rule for row in findings.conflicts]
    assert rules.count("old_commune_commune") == 14  # the fault that the README of the source describes
    assert all(rule_label(rule).vi for rule in rules)
    assert list(findings.lines("vi"))[-1].startswith("fatal 0, error 0")


def test_check_prints_the_findings_and_succeeds(run_app: Run) -> None:
    process = run_app("check", "--json")
    assert process.returncode == 0, process.stderr
    assert {"issues", "changes", "conflicts"} <= json.loads(process.stdout).keys()


def test_check_fails_when_an_issue_is_fatal(run_app: Run, own: Settings) -> None:
    (own.seed_dir / "sites" / "sites.shp").write_bytes(b"")
    process = run_app("check", "--lang", "en", GEO_SEED_DIR=str(own.seed_dir))
    assert process.returncode == 1
    assert "fatal" in process.stdout and "sites" in process.stdout


def test_build_says_no_in_its_exit_code_when_it_refuses(run_app: Run, own: Settings) -> None:
    env = {"GEO_SEED_DIR": str(own.seed_dir), "GEO_DATA_DIR": str(own.data_dir)}
    assert run_app("build", **env).returncode == 0
    (own.seed_dir / "sites" / "sites.dbf").write_bytes(b"\x03")
    process = run_app("build", **env)
    assert process.returncode == 1 and "refused" in process.stderr


def test_links_counts_every_row(run_app: Run) -> None:
    rows = {row["link"]: row for row in json.loads(run_app("links", "--json").stdout)}
    assert rows["made_by"]["pairs"] == rows["made_by"]["certain"] > 0
    assert rows["zone_of_material"]["certain"] == 0 < rows["zone_of_material"]["pairs"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("export", "products", "x.doc"), "--format"),
        (("export", "products", "x.csv", "--filter", "group"), "NAME=VALUE"),
        (("export", "products", "x.csv", "--filter", "colour=red"), "Filters: group"),
        (("export", "nothing", "x.csv"), "communes"),
    ],
)
def test_a_wrong_command_line_says_what_would_be_right(run_app: Run, words: tuple[str, ...], message: str) -> None:
    process = run_app(*words)
    assert process.returncode != 0 and message in process.stderr and "Traceback" not in process.stderr


def test_an_unusable_setting_is_named(run_app: Run) -> None:
    process = run_app("build", GEO_PORT="none")
    assert process.returncode != 0 and "GEO_PORT" in process.stderr and "Traceback" not in process.stderr


def test_a_port_that_is_taken_is_named_before_anything_is_built(run_app_process: Run, tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        process = run_app_process("serve", "--port", port, GEO_DATA_DIR=str(tmp_path / "new"))
    assert process.returncode == 1 and port in process.stderr and "--port" in process.stderr
    assert not (tmp_path / "new").exists()


def test_a_file_that_cannot_be_written_is_named(run_app: Run, tmp_path: Path) -> None:
    process = run_app("export", "products", str(tmp_path / "nowhere" / "x.csv"))
    assert process.returncode == 1 and "nowhere" in process.stderr and "Traceback" not in process.stderr


def test_a_slow_build_never_takes_the_pointer_back(own: Settings) -> None:
    """While version 2 is frozen, another process publishes and freezes version 3; the current version stays 3."""
    from geo.store import open_store

    source = open_atlases(own)
    build_atlas(own, source, progress=quiet)
    store = open_store(own)

    def publish(name: str) -> None:
        frames = store.frames()
        frames["sites"].loc[0, "name"] = name
        current = store.versions()[-1].number
        store.publish(frames, who="A", why=name, metadata=store.metadata(current), report=store.report(current))

    publish("hai")
    other = open_atlases(own)

    def meanwhile(line: str) -> None:
        if line == "freeze version 2" and len(store.versions()) == 2:
            publish("ba")
            build_atlas(own, other, progress=quiet)

    result = build_atlas(own, source, progress=meanwhile)
    assert result.version.number == source().version.number == 3
    source.close()
    other.close()


@pytest.mark.parametrize(("who", "why"), [("", "x"), ("x", " "), ("seed", "x")])
def test_a_version_needs_a_person_and_a_reason(who: str, why: str) -> None:
    from geo.errors import BadQuery
    from geo.pipeline import person

    with pytest.raises(BadQuery):
        person(who, why)
