"""What is put together when a link is read is what its two ends and its row of the links say."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame
from shapely.geometry import mapping

from geo.atlas.model import plain
from geo.atlas.sqlite.tables import connect
from geo.link import Lines, link_all
from geo.ocop.collections import LINK_LAYER
from geo.ocop.links import LINKS
from tests.frames import line_records, world
from tests.frozen import frozen

NAMELESS = "R1"


@pytest.fixture(scope="module")
def frames() -> Mapping[str, GeoDataFrame]:
    """The small province; one product has no name."""
    frames = world()
    frames["products"].loc[frames["products"]["product_id"] == NAMELESS, ["name", "name_en"]] = None
    return frames


@pytest.fixture(scope="module")
def db(frames: Mapping[str, GeoDataFrame], tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    folder: Path = tmp_path_factory.mktemp("atlas")
    frozen(frames, folder).close()
    (path,) = (folder / "atlas").glob("*.sqlite")
    with closing(connect(path)) as connection:
        yield connection


def test_a_link_has_its_own_values_and_the_names_of_its_ends(
    frames: Mapping[str, GeoDataFrame], db: sqlite3.Connection
) -> None:
    lines = line_records(Lines.of(frames, link_all(frames, LINKS)))
    rows = {row["id"]: row for row in db.execute("SELECT * FROM f_links ORDER BY row")}
    assert len(rows) == len(lines) > 40
    for record in lines.to_dict("records"):
        row, shape = rows[record["link_id"]], record.pop("geometry")
        values = {field.name: plain(record[field.name]) for field in LINK_LAYER.fields}
        assert {field.name: row[f"p_{field.name}"] for field in LINK_LAYER.fields} == values
        assert (row["title"], row["title_en"]) == (values["name"], values["name_en"])
        properties = json.loads(row["properties"])
        assert properties == values and list(properties) == list(values)
        feature = json.loads(row["feature"])
        assert row["feature"].endswith(b'"properties":%b}' % row["properties"])
        assert (feature["type"], feature["id"], feature["properties"]) == ("Feature", row["id"], properties)
        line = None if shape is None else shapely.transform(shape, lambda xy: np.round(xy, 7))
        assert feature["geometry"] == (None if line is None else json.loads(json.dumps(mapping(line))))
        assert row["geom"] == (None if line is None else shapely.to_wkb(line))
        bounds = (None,) * 4 if line is None else line.bounds
        assert (row["west"], row["south"], row["east"], row["north"]) == bounds


def test_a_record_without_a_name_is_called_by_its_key(db: sqlite3.Connection) -> None:
    rows = db.execute("SELECT title, title_en FROM f_links WHERE p_source_id = ?", (NAMELESS,)).fetchall()
    assert rows and all(name.startswith(f"{NAMELESS} → ") for row in rows for name in row)


def test_a_link_leads_to_its_two_ends(db: sqlite3.Connection) -> None:
    rows = db.execute("SELECT f.*, x.links FROM f_links f JOIN x_links x ON x.row = f.row").fetchall()
    for row in rows:
        source, target = json.loads(f"[{row['links'].replace(bytes([1]), b'').replace(bytes([2]), b'').decode()}]")
        assert source["href"] == f"/collections/{row['p_source_layer']}/items/{row['p_source_id']}"
        assert target["href"] == f"/collections/{row['p_target_layer']}/items/{row['p_target_id']}"
        assert f"{source['title']} → {target['title']}" == row["title"]
        assert source["link"] == target["link"] == row["p_link"]


def test_filters_find_a_link_by_its_kind_its_certainty_and_the_layers_of_its_ends(db: sqlite3.Connection) -> None:
    facets = {tuple(row) for row in db.execute("SELECT param, value, row FROM facet WHERE layer = 'links'")}
    expected = set()
    for row in db.execute("SELECT * FROM f_links"):
        expected |= {("link", row["p_link"], row["row"]), ("certain", row["p_certain"], row["row"])}
        expected |= {("end", row[f"p_{side}_layer"], row["row"]) for side in ("source", "target")}
    assert facets == expected


@pytest.mark.parametrize("condition", ["f.row = 7", "f.id = 'x'", "f.p_source_id = 'x'", "f.p_distance_m <= 3"])
def test_a_page_of_links_reads_no_others(db: sqlite3.Connection, condition: str) -> None:
    text = f"SELECT f.feature, x.links FROM f_links f LEFT JOIN x_links x ON x.row = f.row WHERE {condition}"
    steps = [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {text}")]
    assert not [step for step in steps if step.startswith(("SCAN", "MATERIALIZE"))], steps
