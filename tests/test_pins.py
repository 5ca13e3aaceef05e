"""The check of the pins: environment markers, and the message when no package index can be reached."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import pins
from tests.conftest import ROOT

TEXT = """# chosen
numpy==2.4.6; python_version < "3.12"
numpy==2.5.0; python_version >= "3.12"  # has no wheel for 3.11
click==8.5.1
"""


@pytest.mark.parametrize(("python", "numpy"), [("3.11", "2.4.6"), ("3.12", "2.5.0"), ("3.13", "2.5.0")])
def test_markers_are_evaluated_for_the_python_that_is_asked_about(python: str, numpy: str) -> None:
    assert list(pins.pins(TEXT, python)) == [f"numpy=={numpy}", "click==8.5.1"]


@pytest.mark.parametrize("file", pins.REQUIREMENTS, ids=lambda file: file.name)
def test_the_lock_holds_every_pin_and_its_hashes_and_nothing_else(file: Path) -> None:
    rows = pins.locked(file.with_suffix(".lock").read_text(encoding="utf-8"))
    for python in pins.PYTHONS:
        texts = pins.pins(file.read_text(encoding="utf-8"), python)
        pinned = {canonicalize_name(one.name): one.specifier for one in map(Requirement, texts)}
        assert pinned.items() <= {name: row.pin.specifier for name, row in rows.items()}.items(), "run: make lock"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if "==" in line]
    assert len(rows) == len(lines)
    assert [
        name for name, row in rows.items() if not all(re.fullmatch("[0-9a-f]{64}", one) for one in row.hashes)
    ] == []
    assert min(len(row.hashes) for row in rows.values()) > 0


LOCK = """# made by a tool
fiona==1.10.1 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:cc
"""


@pytest.mark.parametrize(
    ("name", "sha256", "missing"),
    [("Fiona", "bb", []), ("fiona", "cc", ["fiona 1.10.1"]), ("numpy", "aa", ["numpy 1.10.1"])],
)
def test_a_wheel_that_is_not_in_the_lock_is_named(name: str, sha256: str, missing: list[str]) -> None:
    package = {
        "metadata": {"name": name, "version": "1.10.1"},
        "download_info": {"archive_info": {"hashes": {"sha256": sha256}}},
    }
    assert pins.not_locked(json.dumps({"install": [package]}), pins.locked(LOCK)) == missing


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_without_a_package_index_nothing_is_checked_which_is_said_and_fails_in_ci(ci: str, status: int) -> None:
    # Nothing listens on port 9. --isolated would ignore these variables, so that they say where the index is.
    env = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_CONFIG_FILE": "/dev/null",
        "CI": ci,
    }
    process = subprocess.run(
        [sys.executable, "-m", "tests.pins"], check=False, cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert process.returncode == status
    assert "NOT CHECKED: no package index" in process.stderr


def test_a_pin_that_has_no_wheel_is_told_from_a_missing_index(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def resolve(requirements: list[str], *options: str) -> "subprocess.CompletedProcess[str]":
        old = "--python-version=3.11" in options
        return subprocess.CompletedProcess(
            [], int(old), '{"install": []}', "ERROR: No matching distribution found for numpy==9" if old else ""
        )

    monkeypatch.setattr(pins, "resolve", resolve)
    assert pins.main() == 1
    assert "Python 3.11: ERROR: No matching distribution found for numpy==9" in capsys.readouterr().out
