"""The documents say what the code does."""

import dataclasses
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import click
import pytest

import app
from geo import __version__
from geo.atlas import open_atlases
from geo.console.commands import COMMANDS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from geo.plan.indicator_document import indicator_document
from geo.settings import Settings
from geo.views.dictionary import data_dictionary
from geo.views.formats import FORMATS
from geo.views.openapi.document import document
from geo.views.whole_province import KINDS
from geo.web.application import create_app
from tests.commands import run_command
from tests.conftest import environment

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted({*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "data").rglob("*.md")})


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- the documents describe all of the code ------------------------------------------------------------


def test_the_data_dictionary_is_the_one_that_the_declaration_gives() -> None:
    assert text_of("data-dictionary.md") == data_dictionary(), "run: python app.py dictionary > docs/data-dictionary.md"


def test_the_table_of_indicators_is_the_one_that_the_rows_give() -> None:
    assert text_of("indicators.md") == indicator_document(), "run: python app.py indicators > docs/indicators.md"


@pytest.mark.parametrize("name", [*LAYERS, *(spec.name for spec in LINKS), *(row.param for row in FILTERS)])
def test_every_layer_link_and_filter_is_in_the_dictionary(name: str) -> None:
    assert f"`{name}`" in data_dictionary()


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Settings)])
def test_every_setting_is_documented(field: str) -> None:
    assert f"| `GEO_{field.upper()}` |" in text_of("operating.md")


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_every_layer_is_described(layer: str) -> None:
    assert f"| `{layer}` |" in text_of("data.md")


@pytest.mark.parametrize("key", FORMATS)
def test_every_format_is_described(key: str) -> None:
    assert f"| `.{FORMATS[key].extension}` |" in text_of("formats.md")


def test_the_readme_counts_the_formats() -> None:
    assert len(FORMATS) == 10
    assert "ten [file formats](docs/formats.md)" in README and "mười định dạng tải về" in README


@pytest.mark.parametrize("extension", KINDS)
def test_every_download_of_the_province_is_described(extension: str) -> None:
    assert f"| `/export/all.{extension}` |" in text_of("formats.md")


def test_every_address_is_described(built: Settings) -> None:
    source = open_atlases(built)
    site = create_app(built, source, templates=ROOT / "templates")
    source.close()
    addresses = {re.sub(r"<\w+:", "<", rule.rule) for rule in site.url_map.iter_rules()}
    text = text_of("api.md")
    assert len(addresses) > 50
    assert [one for one in sorted(addresses) if not re.search(rf"`(POST )?{re.escape(one)}[`?]", text)] == []


def test_every_parameter_of_features_is_described() -> None:
    names = {row["name"] for row in document("http://x", 1_000, "en", {})["components"]["parameters"].values()}
    assert {"bbox", "crs", "filter", *(row.param for row in FILTERS)} <= names
    assert [name for name in sorted(names) if f"`{name}`" not in text_of("api.md")] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_is_described_with_its_options(name: str) -> None:
    command = app.cli.get_command(click.Context(app.cli), name)
    assert command is not None and command.name == name
    text = text_of("command-line.md")
    assert command.help
    assert f"python app.py {command.name}" in text
    for parameter in command.params:
        if not isinstance(parameter, click.Argument):
            assert parameter.help, parameter.name  # type: ignore[attr-defined]
            assert re.search(rf"`{parameter.opts[0]}[` ]", text), parameter.opts[0]


# --- the commands of the documents work -------------------------------------------------------------------


def commands() -> list[tuple[str, str]]:
    """Every line `python app.py ...` of the documents, but for those that serve, with the document's name."""
    lines = {
        line: short(path)
        for path in DOCUMENTS
        for line in re.findall(r"^python (app\.py .+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if not line.startswith("app.py serve")
    }
    return sorted((document, line) for line, document in lines.items())


@pytest.mark.parametrize(("document", "line"), commands())
def test_a_command_of_a_document_runs(document: str, line: str, tmp_path: Path, built: Settings) -> None:
    data_dir = shutil.copytree(built.data_dir, tmp_path / "var")  # a command may publish
    redirect = re.search(r" > \S+$", line)  # only the command is run, without the shell's redirection
    words = shlex.split(line[: redirect.start()] if redirect else line, comments=True)
    ending = r"\.(csv|gpkg|geojson|kml|zip|qgz|pdf|docx)$"
    outputs = [word for word in words if re.search(ending, word) and not (ROOT / word).exists()]
    words = [str(tmp_path / word) if word in outputs else word for word in words]
    assert words[0] == "app.py"
    process = run_command(words[1:], environment(dataclasses.replace(built, data_dir=data_dir)))
    assert process.returncode == 0, f"{document}: {process.stderr}"


def test_the_readme_names_the_commands_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make ([a-z-]+)", README, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert {"serve", "test"} <= set(re.findall(r"^make ([a-z-]+)", README, flags=re.MULTILINE))


@pytest.mark.parametrize("path", DOCUMENTS, ids=short)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.name} -> {target}"


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if path.name != "README.md"], ids=short)
def test_an_index_lists_the_document(path: Path) -> None:
    index = DOCS / "decisions" / "README.md" if path.parent.name == "decisions" else DOCS / "README.md"
    names = re.findall(r"^\| \[?`?([^`|\]]+\.md)", index.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert path.name in names


# --- the documents themselves ----------------------------------------------------------------------------


def test_the_readme_is_short_and_begins_with_one_sentence_and_the_picture() -> None:
    assert len(README.split()) <= 700
    blocks = README.split("\n\n")
    assert blocks[0].startswith("# ") and blocks[1].count(". ") == 0 and blocks[2].startswith("![")


def test_a_version_stands_in_one_form_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    newest = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert __version__ == project["project"]["version"] == newest.group(1)


def test_every_dependency_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-base.txt", "requirements-test.txt"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-r")):
                assert re.match(r"^[A-Za-z0-9_.-]+==[0-9][^ ]*(; .+)?$", line), line
