"""Checks that every pin of requirements.txt and requirements-base.txt has a wheel for each Python that is supported, that
the set fits together, and that the .lock files hold the hash of each of these wheels.

    python -m tests.pins

Queries the package index that pip is configured for; nothing is installed. When no index can be reached, a message
says that the pins are not checked; in CI (CI=true) that is a failure. Markers in requirements.txt are evaluated for the Python that
is asked about; those inside the packages pip evaluates for the Python that runs it.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = (ROOT / "requirements.txt", ROOT / "requirements-base.txt")
"""What the service runs on, and what `app.py base` needs beside; each has a .lock of its own."""
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


class Locked(NamedTuple):
    """A row of requirements.lock: the pin, and the hashes of the files that pip may install for it."""

    pin: Requirement
    hashes: frozenset[str]


def locked(text: str) -> dict[str, Locked]:
    """Name of a package, as the index spells it -> its row in the text of requirements.lock."""
    lines = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    rows = (row.split("--hash=sha256:") for row in lines.replace("\\\n", " ").splitlines())
    pinned = ((Requirement(pin.strip()), frozenset(one.strip() for one in hashes)) for pin, *hashes in rows)
    return {canonicalize_name(pin.name): Locked(pin, hashes) for pin, hashes in pinned}


def not_locked(report: str, lock: dict[str, Locked]) -> list[str]:
    """The packages in a report of pip whose wheel requirements.lock does not hold, with their versions."""
    missing = []
    for package in json.loads(report)["install"]:
        name, version = package["metadata"]["name"], package["metadata"]["version"]
        row = lock.get(canonicalize_name(name))
        if row is None or package["download_info"]["archive_info"]["hashes"]["sha256"] not in row.hashes:
            missing.append(f"{name} {version}")
    return missing


def resolve(requirements: Sequence[str], *options: str) -> "subprocess.CompletedProcess[str]":
    """The result of `pip install --dry-run` for the requirements: on its standard output a report in JSON."""
    with tempfile.TemporaryDirectory() as nowhere:
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--target", nowhere]
        return subprocess.run(
            [*command, "--only-binary=:all:", "--quiet", "--report=-", "--disable-pip-version-check", *options, *requirements],
            check=False, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip


def main() -> int:
    """0 when the pins resolve for every Python, or when there is no index outside CI; else 1."""
    text = "".join(file.read_text(encoding="utf-8") for file in REQUIREMENTS)
    # pip reports "no matching distribution" for a missing wheel and for a missing index. Every index has pip itself.
    if resolve(["pip"], "--no-deps", "--retries=1", "--timeout=15").returncode != 0:
        print("PINS: NOT CHECKED: no package index. Run again where pip reaches one.", file=sys.stderr)
        return int(os.environ.get("CI", "").lower() in {"true", "1"})
    with ThreadPoolExecutor(len(PYTHONS)) as pool:
        answers = list(
            pool.map(lambda python: resolve(list(pins(text, python)), f"--python-version={python}"), PYTHONS)
        )
    faults = [fault_of(answer) for answer in answers]
    for python, fault in zip(PYTHONS, faults, strict=True):
        print(f"pins: Python {python}: {fault or 'all have wheels, and the .lock files their hashes'}")
    return int(any(faults))


def fault_of(answer: "subprocess.CompletedProcess[str]") -> str:
    """What is wrong with the pins by an answer of `resolve`; empty when nothing is."""
    if answer.returncode != 0:
        return answer.stderr.strip()
    locks = (locked(file.with_suffix(".lock").read_text(encoding="utf-8")) for file in REQUIREMENTS)
    missing = not_locked(answer.stdout, {name: row for lock in locks for name, row in lock.items()})
    return f"in no .lock file: {', '.join(missing)}. Run make lock." if missing else ""


if __name__ == "__main__":
    sys.exit(main())
