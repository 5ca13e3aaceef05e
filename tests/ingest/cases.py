"""Files that people really bring, and how tests open them: each is a specimen of a kind of fault."""

import shutil
from functools import cache
from pathlib import Path

import geopandas as gpd

from geo.ingest.decisions import Answers
from geo.ingest.files.limits import Limits
from geo.ingest.files.opening import choose, look, read
from geo.ingest.files.table import Table
from geo.ingest.seed.folder import load_seed
from geo.ingest.stage import Context, Staged, stage
from tests.conftest import ROOT

FOLDER = Path(__file__).parent / "cases"
LIMITS = Limits()
PLACES = [(103.0186, 21.3865), (103.0631, 21.4012), (103.2210, 21.5533)]
"""Longitude and latitude of the three sites that most of the files hold."""


def table_of(work: Path, *files: Path, part: str | None = None, limits: Limits = LIMITS) -> Table:
    """The one layer or sheet of an upload, or the one called `part`."""
    folder = work / "opened"
    shutil.rmtree(folder, ignore_errors=True)
    chosen = choose(look(files, folder, limits), part)
    assert chosen is not None
    table = read(chosen, limits)
    assert chosen.rows in {None, len(table)}
    return table


def case(work: Path, name: str, part: str | None = None) -> Table:
    """A file of the folder, read."""
    return table_of(work, FOLDER / name, part=part)


@cache
def shipped() -> Context:
    """The published layers of the shipped seed."""
    frames, _, _ = load_seed(ROOT / "data" / "shapefiles", lambda _: None)
    return Context(frames)


def staged(table: Table, layer: str, answers: Answers | None = None) -> Staged:
    """The table laid over the shipped seed."""
    source = {"source_id": "S999", "publisher": "Sở", "date": "2025", "what": "tệp", "file": "tep"}
    context = shipped()
    return stage(table, layer, answers or Answers(), context, source=source, progress=lambda _: None)


def new_records(result: Staged) -> gpd.GeoDataFrame:
    """The records of the file as they would be published, in the order of the file."""
    frame = result.frame.set_index(result.spec.key)
    return frame.loc[list(result.rows)]


def findings(table: Table) -> list[tuple[str, int | None, str | None]]:
    """Kind, row and field of what is wrong with a file."""
    return [(issue.kind, issue.row, issue.field) for issue in table.issues]


def words(table: Table, lang: str = "en") -> str:
    """All notes and findings of a file in one language."""
    return "\n".join(label.of(lang) for label in (*table.notes, *(issue.message for issue in table.issues)))
