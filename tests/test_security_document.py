"""docs/security.md: every requirement of ASVS 5.0.0 level 1 has a row, and all evidence that is named exists."""

import ast
import re
from functools import cache

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
EVIDENCE = sorted(set(re.findall(r"`((?:tests|geo|docs|templates)/[\w./-]+(?:::\w+)?|[\w-]+\.(?:toml|lock))`", TEXT)))
LEVEL_1 = {
    "1.2": [1, 2, 3, 4, 5], "1.3": [1, 2], "1.5": [1], "2.1": [1], "2.2": [1, 2], "2.3": [1], "3.2": [1, 2], "3.3": [1],
    "3.4": [1, 2], "3.5": [1, 2, 3], "4.1": [1], "4.4": [1], "5.2": [1, 2], "5.3": [1, 2], "6.1": [1],
    "6.2": [1, 2, 3, 4, 5, 6, 7, 8], "6.3": [1, 2], "6.4": [1, 2], "7.2": [1, 2, 3, 4], "7.4": [1, 2], "8.1": [1],
    "8.2": [1, 2], "8.3": [1], "9.1": [1, 2, 3], "9.2": [1], "10.4": [1, 2, 3, 4, 5], "11.3": [1, 2], "11.4": [1],
    "12.1": [1], "12.2": [1, 2], "13.4": [1], "14.2": [1], "14.3": [1], "15.1": [1], "15.2": [1], "15.3": [1],
}  # fmt: skip
"""Section of ASVS 5.0.0 -> the numbers of its requirements of level 1."""


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its header."""
    section = TEXT.partition(f"\n### {heading}")[2].partition("\n##")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@cache
def names_in(path: str) -> set[str]:
    """The names of the test functions in a file."""
    return {node.name for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}  # fmt: skip


def test_every_requirement_of_level_1_has_its_row() -> None:
    required = [f"{section}.{number}" for section, numbers in LEVEL_1.items() for number in numbers]
    assert len(required) == 70
    assert [row[0] for row in rows("Level 1")] == required


@pytest.mark.parametrize("level", ["Level 1", "Level 2"])
def test_every_row_says_how_it_stands_and_names_evidence(level: str) -> None:
    standing = r"met|not met: .+|not applicable, because .+|the operator's part: .+|.{25,}"
    table = rows(level)
    assert len(table) > 40
    assert [row for row in table if len(row) != 4 or not re.match(standing, row[2]) or "`" not in row[3]] == []


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_evidence_exists(evidence: str) -> None:
    path, _, name = evidence.partition("::")
    assert (ROOT / path).exists()
    assert not name or name in names_in(path)
