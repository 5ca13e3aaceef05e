"""docs/conformance.md lists every requirement of every class that is declared, with the tests that show it."""

import importlib

from tests.conftest import ROOT
from tests.ogc.conftest import Service
from tests.ogc.requirement import ALL, HELD, rows_of

for _module in (
    "ogc.test_features", "ogc.test_representations", "ogc.test_crs", "ogc.test_openapi", "ogc.test_filter", "ogc.test_asking", "ogc.test_lists",
    "atlas.test_cql2", "atlas.test_cql2_random",
    "web.test_tiles", "views.test_tiles", "views.test_tile_format", "web.test_catalogue", "views.test_catalogue",
):  # fmt: skip
    importlib.import_module(f"tests.{_module}")


def table() -> str:
    """The requirements as Markdown."""
    rows = [f"| `{name}` | {', '.join(f'`{test}`' for test in sorted(set(HELD.get(name, []))))} |" for name in ALL]
    return "\n".join(["| requirement | tests (in tests/ogc, or in the folder that is named) |", "|---|---|", *rows])


def test_every_requirement_has_a_test() -> None:
    assert [name for name in ALL if name not in HELD] == []
    assert [name for name in HELD if name not in ALL] == []


def test_every_class_that_is_declared_has_its_requirements_and_no_other(service: Service) -> None:
    declared = {uri: rows_of(uri) for uri in service.get("/conformance")["conformsTo"]}
    assert [uri for uri, rows in declared.items() if not rows] == []
    assert {row for rows in declared.values() for row in rows} == set(ALL)


def test_the_document_lists_them() -> None:
    text = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert table() in text, table()
