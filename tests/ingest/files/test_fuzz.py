"""Damaged files of every kind are read or refused; nothing else comes of them."""

import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import fiona
import pytest

from geo.ingest.files.limits import Limits
from geo.ingest.files.opening import look, read
from tests.conftest import ROOT
from tests.effort import Effort
from tests.ingest import samples
from tests.ingest.samples import frame, group, write

Damage = Callable[[random.Random, bytes, bytes], bytes]


def cut(chance: random.Random, data: bytes, _: bytes) -> bytes:
    return data[: chance.randrange(1, len(data))]


def flip(chance: random.Random, data: bytes, _: bytes) -> bytes:
    out = bytearray(data)
    within = chance.choice([len(out), min(len(out), 300)])  # beginnings hold the counts and the lengths
    for _ in range(chance.choice([1, 3, 30])):
        out[chance.randrange(within)] ^= 1 << chance.randrange(8)
    return bytes(out)


def zeros(chance: random.Random, data: bytes, _: bytes) -> bytes:
    start = chance.randrange(len(data))
    long = min(chance.choice([4, 64, 4_096]), len(data) - start)
    return data[:start] + bytes(long) + data[start + long :]


def extreme(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """A number of the format as large, or as negative, as it goes."""
    start = chance.randrange(min(len(data), 400))
    value = chance.choice(
        [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x80\0\0\0", b"\0\0\0\x80", b"\xff" * 8]
    )
    return data[:start] + value + data[start + len(value) :]


def mixed(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """The first half of this file and the second of another."""
    return data[: chance.randrange(1, len(data))] + other[chance.randrange(len(other)) :]


def twice(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """A piece of the file once more, somewhere else."""
    start, there = chance.randrange(len(data)), chance.randrange(len(data))
    return data[:there] + data[start : start + chance.randrange(1, 200)] + data[there:]


def swapped(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """A word or a number of the text that stands for another one."""
    words = [
        b"0",
        b"-1",
        b"99999999999999999999",
        b"1e999",
        b"nan",
        b"[",
        b"{",
        b"<",
        b'"',
        b"&#0;",
        b"\n",
        b"null",
        b"\xc3\x28",
    ]
    start = chance.randrange(len(data))
    return data[:start] + chance.choice(words) + data[start + chance.randrange(4) :]


DAMAGES: tuple[Damage, ...] = (cut, flip, zeros, extreme, mixed, twice, swapped)


def loose(ending: str, driver: str) -> Callable[[Path], Path]:
    """A layer of several files that lie in a folder."""
    return lambda folder: write(folder / "group" / f"xa{ending}", driver)


def sheet(ending: str, driver: str) -> Callable[[Path], Path]:
    return lambda folder: write(folder / f"xa{ending}", driver, frame().drop(columns="geometry"))


KINDS: dict[str, Callable[[Path], Path]] = {
    **{kind: make for kind, make in samples.SAMPLES.items() if kind not in {"shapefile", "tab", "mif"}},
    "zip": samples.shapefile,
    "shapefile": loose(".shp", "ESRI Shapefile"),
    "tab": loose(".tab", "MapInfo File"),
    "mif": loose(".mif", "MapInfo File"),
    "csv": sheet(".csv", "CSV"),
    "xlsx": sheet(".xlsx", "XLSX"),
}


BY_FIONA = {"tab", "mif", "gpkg", "flatgeobuf", "geojson"}
"""Types whose coordinate system fiona's GDAL reads; pyogrio's reads the records of all (docs/decisions/gdal.md)."""


def damaged(kind: str, each: int, uploads: Path, wholes: dict[str, Path]) -> None:
    """Write `each` damaged files of one kind to `uploads`."""
    whole = wholes[kind]
    files = group(whole) if whole.parent.name == "group" else [whole]
    chance = random.Random(kind)
    for number in range(each):
        damage = DAMAGES[number % len(DAMAGES)]
        victim = files[number // len(DAMAGES) % len(files)]
        other = wholes[chance.choice(sorted(wholes))].read_bytes()
        upload = uploads / f"{kind}-{number:03}-{damage.__name__}-{victim.suffix[1:]}"
        upload.mkdir()
        for file in files:
            shutil.copyfile(file, upload / file.name)
        (upload / victim.name).write_bytes(damage(chance, victim.read_bytes(), other))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, effort: Effort) -> dict[str, tuple[str, str]]:
    """For each damaged file, named by its type first: how reading it ended (see fuzz_runner.outcome), and the message."""
    folder = tmp_path_factory.mktemp("fuzz")
    wholes = {kind: make(folder / kind) for kind, make in KINDS.items()}
    halves = [folder / "a", folder / "b"]
    for number, kind in enumerate(KINDS):
        halves[number % 2].mkdir(exist_ok=True)
        damaged(kind, effort.damaged, halves[number % 2], wholes)
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.ingest.files.fuzz_runner", str(half), str(folder / f"work-{half.name}")],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        for half in halves
    ]  # fmt: skip
    said = [run.communicate(timeout=120 + effort.damaged * len(KINDS))[0] for run in runs]
    rows = [json.loads(line) for text in said for line in text.splitlines()]
    return {name: (what, text) for name, what, text in rows}


def test_damaged_files_are_read_or_refused(outcomes: dict[str, tuple[str, str]], effort: Effort) -> None:
    counts = Counter(what for what, _ in outcomes.values())
    print(f"{len(outcomes)} damaged files: {dict(counts)}")
    assert len(outcomes) == effort.damaged * len(KINDS)
    # A crash of GDAL ends the child that reads (geo/drafts/jobs.py), and is told as damage.
    wrong = {
        name: one
        for name, one in outcomes.items()
        if one[0] not in {"table", "refused"} and not one[0].startswith("crash")
    }
    assert wrong == {}
    assert counts["refused"] > len(outcomes) // 4 and counts["table"] > len(outcomes) // 20


def test_crashes_are_rare(outcomes: dict[str, tuple[str, str]]) -> None:
    crashes = [name for name, (what, _) in outcomes.items() if what.startswith("crash")]
    assert len(crashes) <= len(outcomes) // 50, crashes


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_says_what_to_do(outcomes: dict[str, tuple[str, str]], kind: str) -> None:
    said = [
        text
        for name, (what, text) in outcomes.items()
        if what == "refused" and name.rpartition("-")[0].startswith(kind + "-")
    ]
    assert said and all(len(text) > 20 and "Traceback" not in text for text in said)


@pytest.mark.parametrize("kind", KINDS)
def test_the_corpus_has_every_type_that_fiona_reads(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the two packages has a GDAL of its own: damaged files must reach both."""
    open_file, paths = fiona.open, []

    def note(path: Path, **options: object) -> object:
        paths.append(path)
        return open_file(path, **options)

    monkeypatch.setattr(fiona, "open", note)
    whole = KINDS[kind](tmp_path / kind)
    parts = look(group(whole) if whole.parent.name == "group" else [whole], tmp_path / "work", Limits())
    assert all(len(read(part, Limits())) for part in parts)
    assert bool(paths) == (kind in BY_FIONA)
    assert f"`{kind}`" in (ROOT / "docs" / "decisions" / "gdal.md").read_text(encoding="utf-8") or kind not in BY_FIONA
