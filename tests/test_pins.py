"""The check of the pins: environment markers, and the message when no package index can be reached."""

import subprocess
import sys

import pytest

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
            [], int(old), "", "ERROR: No matching distribution found for numpy==9" if old else ""
        )

    monkeypatch.setattr(pins, "resolve", resolve)
    assert pins.main() == 1
    assert "Python 3.11: ERROR: No matching distribution found for numpy==9" in capsys.readouterr().out
