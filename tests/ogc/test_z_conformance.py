"""docs/conformance.md lists every requirement with the tests that show it."""

import importlib

from tests.conftest import ROOT
from tests.ogc.requirement import ALL, HELD

for _module in ("test_features", "test_crs", "test_openapi", "test_filter", "test_asking"):
    importlib.import_module(f"tests.ogc.{_module}")


def table() -> str:
    """The requirements as Markdown."""
    rows = [f"| `{name}` | {', '.join(f'`{test}`' for test in dict.fromkeys(HELD.get(name, [])))} |" for name in ALL]
    return "\n".join(["| requirement | tests (tests/ogc) |", "|---|---|", *rows])


def test_every_requirement_has_a_test() -> None:
    assert [name for name in ALL if name not in HELD] == []
    assert [name for name in HELD if name not in ALL] == []


def test_the_document_lists_them() -> None:
    text = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert table() in text, table()
