"""Asks the database of known vulnerabilities (osv.dev) about every package of the .lock files, with pip-audit.

    python -m tests.audit

A release that is known to be vulnerable is asked about first. Where not even that one is reported, the database cannot
be reached, and a message says that nothing was audited: a machine without a network still passes.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

OSV = "https://api.osv.dev/v1/query"
ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
LOCKS = (LOCK, ROOT / "requirements-base.lock")
VULNERABLE = "jinja2==2.4.1"


def audit(requirements: Path, osv: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """The outcome of pip-audit for a file of pinned requirements; nothing is installed."""
    command = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--requirement", str(requirements)]
    service = ["--vulnerability-service", "osv", "--osv-url", osv, "--timeout", "10", "--progress-spinner", "off"]
    return subprocess.run([*command, *service, *options], check=False, capture_output=True, text=True, encoding="utf-8")


def is_reached(osv: str) -> bool:
    """Whether the database answers, and knows the release that is vulnerable."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(f"{VULNERABLE}\n", encoding="utf-8")
        outcome = audit(requirements, osv, "--no-deps", "--format", "json")
    try:
        return any(package["vulns"] for package in json.loads(outcome.stdout)["dependencies"])
    except (ValueError, KeyError):
        return False


def main(osv: str = OSV) -> int:
    """0 when no package is known to be vulnerable, or the database cannot be reached; else 1."""
    if not is_reached(osv):
        print(f"AUDIT: NOT AUDITED: {osv} cannot be reached. Run again where it can.", file=sys.stderr)
        return 0
    outcomes = [audit(lock, osv, "--require-hashes") for lock in LOCKS]
    for outcome in outcomes:
        print(f"audit: {outcome.stdout.strip() or outcome.stderr.strip()}")
    return int(any(outcome.returncode for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
