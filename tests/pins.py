"""Checks that every pin of requirements.txt has a wheel for each Python that is supported, and that the set fits together.

    python -m tests.pins

Queries the package index that pip is configured for; nothing is installed. When no index can be reached, a message
says that the pins are not checked; in CI (CI=true) that is a failure. Markers in requirements.txt are evaluated for the Python that
is asked about; those inside the packages pip evaluates for the Python that runs it.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.requirements import Requirement

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements.txt"
PYTHONS = ("3.11", "3.12", "3.13")


def pins(text: str, python: str) -> Iterator[str]:
    """The pins in the text of a requirements file that hold for a version of Python, without their markers."""
    for line in text.splitlines():
        text_of_line = line.partition("#")[0].strip()
        if not text_of_line:
            continue
        requirement = Requirement(text_of_line)
        if requirement.marker is None or requirement.marker.evaluate(
            {"python_version": python, "python_full_version": f"{python}.0"}
        ):
            requirement.marker = None
            yield str(requirement)


def resolve(requirements: Sequence[str], *options: str) -> "subprocess.CompletedProcess[str]":
    """The result of `pip install --dry-run` for the requirements."""
    with tempfile.TemporaryDirectory() as nowhere:
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--target", nowhere]
        return subprocess.run(
            [*command, "--only-binary=:all:", "--quiet", "--disable-pip-version-check", *options, *requirements],
            check=False, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip


def main() -> int:
    """0 when the pins resolve for every Python, or when there is no index outside CI; else 1."""
    text = REQUIREMENTS.read_text(encoding="utf-8")
    # pip reports "no matching distribution" for a missing wheel and for a missing index. Every index has pip itself.
    if resolve(["pip"], "--no-deps", "--retries=1", "--timeout=15").returncode != 0:
        print("PINS: NOT CHECKED: no package index. Run again where pip reaches one.", file=sys.stderr)
        return int(os.environ.get("CI", "").lower() in {"true", "1"})
    with ThreadPoolExecutor(len(PYTHONS)) as pool:
        answers = list(
            pool.map(lambda python: resolve(list(pins(text, python)), f"--python-version={python}"), PYTHONS)
        )
    for python, answer in zip(PYTHONS, answers, strict=True):
        print(f"pins: Python {python}: {'all have wheels' if answer.returncode == 0 else answer.stderr.strip()}")
    return int(any(answer.returncode != 0 for answer in answers))


if __name__ == "__main__":
    sys.exit(main())
