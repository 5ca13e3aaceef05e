"""The documents say what the code does."""

import dataclasses
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

import app
from geo.ocop.filters import FILTERS
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from geo.settings import Settings
from geo.views.dictionary import data_dictionary
from geo.views.formats import FORMATS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def test_the_data_dictionary_is_the_one_that_the_declaration_gives() -> None:
    written = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert written == data_dictionary(), "run: python app.py dictionary > docs/data-dictionary.md"


@pytest.mark.parametrize("name", [*LAYERS, *(spec.name for spec in LINKS), *(row.param for row in FILTERS)])
def test_every_layer_link_and_filter_is_in_the_dictionary(name: str) -> None:
    assert f"`{name}`" in data_dictionary()


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Settings)])
def test_every_setting_is_documented(field: str) -> None:
    assert f"`GEO_{field.upper()}`" in OPERATING


@pytest.mark.parametrize("command", app.cli.commands.values(), ids=lambda command: command.name)
def test_every_command_has_help_and_is_in_the_readme(command: click.Command) -> None:
    assert command.help
    assert f"app.py {command.name}" in README
    for parameter in command.params:
        assert isinstance(parameter, click.Argument) or parameter.help, parameter.name  # type: ignore[attr-defined]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_is_in_the_readme(layer: str) -> None:
    assert f"`{layer}`" in README


@pytest.mark.parametrize("key", FORMATS)
def test_every_format_is_in_the_readme(key: str) -> None:
    assert f"`.{FORMATS[key].extension}`" in README


def commands() -> list[str]:
    """The README's own `python app.py ...` lines, but for the one that serves for ever."""
    lines = re.findall(r"^python (app\.py .+)$", README, flags=re.MULTILINE)
    return [line for line in lines if not line.startswith("app.py serve")]


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_readme_runs(line: str, tmp_path: Path, built_env: dict[str, str]) -> None:
    words = shlex.split(line, comments=True)
    ending = r"\.(csv|gpkg|geojson|kml|zip|qgz)$"
    made = [word for word in words if re.search(ending, word) and not (ROOT / word).exists()]
    words = [str(tmp_path / word) if word in made else word for word in words]
    done = subprocess.run(
        [sys.executable, *words], check=False, cwd=ROOT, env=built_env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def test_the_readme_names_the_commands_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make ([a-z-]+)", README, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert {"serve", "test"} <= set(re.findall(r"^make ([a-z-]+)", README, flags=re.MULTILINE))


def test_every_dependency_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-test.txt"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-r")):
                assert re.match(r"^[A-Za-z0-9_.-]+==[0-9][^ ]*(; .+)?$", line), line


@pytest.mark.parametrize("path", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], ids=lambda p: p.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.name} -> {target}"
