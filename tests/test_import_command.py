"""`app.py import` and `restore`, as an officer runs them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from geo.settings import Settings
from geo.store import open_store
from tests.commands import run_command, run_process
from tests.conftest import environment
from tests.office import write_vn2000_zones

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(office: Settings) -> Run:
    """A command over a small province of its own, in `tmp_path / "var"`."""
    env = environment(office)
    return lambda *words: run_command(words, env)


@pytest.fixture
def run_alone(office: Settings) -> Run:
    """The same in a process of its own."""
    env = environment(office)
    return lambda *words: run_process(words, env)


def test_a_shapefile_without_a_prj_is_asked_about_published_once_and_undone(
    run: Run, run_alone: Run, tmp_path: Path
) -> None:
    path = str(write_vn2000_zones(tmp_path / "vung.shp", prj=False))
    question = run_alone("import", path, "--layer", "zones", "--dry-run")
    assert question.returncode == 2
    assert "EPSG:9205" in question.stdout and "--crs KEY" in question.stdout
    assert "“Vïng chÌ Tña Chïa” → “Vùng chè Tủa Chùa”" in question.stdout
    assert not any((tmp_path / "var" / "drafts").iterdir())

    words = ("import", path, "--layer", "zones", "--crs", "EPSG:9205", "--publish", "--who", "A", "--why", "bản đồ")
    process = run_alone(*words)
    assert process.returncode == 0, process.stderr
    assert "version 2" in process.stderr and "unchanged" not in process.stderr
    again = run(*words)
    assert again.returncode == 0 and "version 2 (unchanged)" in again.stderr

    store = open_store(Settings(data_dir=tmp_path / "var"))
    assert len(store.frames()["zones"]) == 4
    undone = run("restore", "1", "--who", "A", "--why", "nhầm")
    assert undone.returncode == 0, undone.stderr
    assert len(store.frames()["zones"]) == 1 and [one.number for one in store.versions()] == [1, 2, 3]
    assert run("restore", "99", "--who", "A", "--why", "x").returncode == 1
    refusal = run("build")
    assert refusal.returncode == 1 and "--over-imports" in refusal.stderr


def test_options_correct_what_was_proposed_and_a_profile_keeps_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ds.csv"
    path.write_text("Ten;Loai;Noi\nHTX Một;HTX;xã Sam Mứn\nHTX Hai;HTX;Mường Ảng\n", encoding="utf-8")
    words = ("import", str(path), "--layer", "producers", "--json", "--map", "Ten=name", "--map", "Noi=address",
             "--map", "Loai=", "--set", "kind=Hợp tác xã", "--address", "xã Sam Mứn=old_communes:00011",
             "--save-profile", "Xã gửi")  # fmt: skip
    process = run(*words)
    assert process.returncode == 0, process.stderr
    review = json.loads(process.stdout)
    assert {column["column"]: column["target"] for column in review["columns"]} == {
        "Ten": "name", "Loai": "", "Noi": "address",
    }  # fmt: skip
    assert review["counts"]["added"] == 2 and review["questions"] == []
    assert "/manage/imports/" in process.stderr
    again = run("import", str(path), "--layer", "producers", "--profile", "Xã gửi", "--dry-run", "--lang", "en")
    assert "Ten → name" in again.stdout and "chosen by the user" in again.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.4", ("tài liệu PDF", "a PDF document")),
        (b"", ("tệp rỗng", "an empty file")),
        (b"PK\x03\x04broken", ("hỏng", "damaged")),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_both_languages(
    run: Run, tmp_path: Path, content: bytes, words: tuple[str, str]
) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    process = run("import", str(path), "--layer", "zones", "--dry-run")
    assert process.returncode == 1
    assert all(word in process.stderr for word in words), process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize("option", [("--map", "x"), ("--set", "x"), ("--profile", "none"), ("--crs", "EPSG:1")])
def test_an_option_that_makes_no_sense_is_refused(run: Run, tmp_path: Path, option: tuple[str, str]) -> None:
    path = str(write_vn2000_zones(tmp_path / "vung.shp"))
    process = run("import", path, "--layer", "zones", "--dry-run", *option)
    assert process.returncode == 1 and "Traceback" not in process.stderr
    assert option[1] in process.stderr
