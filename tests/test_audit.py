"""The audit of the pinned packages, with pip-audit and a database of the test's own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from tests.audit import LOCK, VULNERABLE
from tests.conftest import ROOT
from tests.server import serving_elsewhere


@contextmanager
def database(*vulnerable: str) -> Iterator[str]:
    """The address of a database in the form of osv.dev that knows one vulnerability of each release (name==version)."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = query["package"]["name"].lower()
            is_vulnerable = f"{name}=={query['version']}" in vulnerable
            advisory = {
                "id": "PYSEC-0000-1",
                "summary": f"A fault of {name}",
                "affected": [{
                    "package": {"name": name, "ecosystem": "PyPI"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "999"}]}],
                }],
            }  # fmt: skip
            body = json.dumps({"vulns": [advisory]} if is_vulnerable else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: the audit prints what matters."""

    with serving_elsewhere(Answers) as address:
        yield f"{address}/v1/query"


def audit(osv: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tests.audit", osv], check=False, cwd=ROOT, capture_output=True, text=True, timeout=300
    )


def test_packages_without_a_known_vulnerability_pass() -> None:
    with database(VULNERABLE) as osv:
        outcome = audit(osv)
    assert outcome.returncode == 0
    assert "No known vulnerabilities found" in outcome.stdout


def test_a_package_with_a_known_vulnerability_fails_the_audit() -> None:
    [fiona] = [line.split()[0] for line in LOCK.read_text(encoding="utf-8").splitlines() if line.startswith("fiona==")]
    with database(VULNERABLE, fiona) as osv:
        outcome = audit(osv)
    assert outcome.returncode == 1
    assert "fiona" in outcome.stdout and "PYSEC-0000-1" in outcome.stdout


@pytest.mark.parametrize("osv", ["http://127.0.0.1:9/v1/query", "http://no-such-host.invalid/v1/query"])
def test_without_the_database_nothing_is_audited_which_is_said(osv: str) -> None:
    outcome = audit(osv)
    assert outcome.returncode == 0
    assert f"NOT AUDITED: {osv} cannot be reached" in outcome.stderr


def test_a_database_that_knows_nothing_is_not_taken_for_a_good_report() -> None:
    with database() as osv:
        assert "NOT AUDITED" in audit(osv).stderr
