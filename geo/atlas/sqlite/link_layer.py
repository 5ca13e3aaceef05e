"""The layer of links: a table of what only a link has, and the views that put its records together when they are read.

A version has more links than records, and most of a link repeats its two ends: their names in two languages, its
GeoJSON, the related records, the values of its filters. None of that is stored. A reader finds the columns of every
layer in the view; each is computed for the rows that need it.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely

from geo.atlas.model import Shapes
from geo.atlas.sqlite.link_documents import ARROW, STORED
from geo.atlas.sqlite.rows import (
    BATCH,
    Batch,
    Caches,
    Units,
    label_points,
    more_of,
    names_of,
    order_of,
    rounded,
    sides_of,
    values_of,
)
from geo.atlas.sqlite.tables import RECORD_COLUMNS, related_of, sql_type, table_of
from geo.link import Lines
from geo.ocop.collections import LINK_LAYER
from geo.ocop.filters import COUNTED, FILTERS, applies
from geo.ocop.links import LINKS

TABLE = "link_line"
COLUMNS = ("row", "id", "source", "target", *STORED, "lng", "lat", "west", "south", "east", "north", "geom")
"""`source` and `target` are the rows of the two ends in the tables of their layers; STORED are fields of a link."""

_SIDES = ("source", "target")
_FIELDS = tuple(f"l.{name}" for name in STORED)
_INDEXED = ("source_id", "target_id", *(field.name for field in LINK_LAYER.fields if field.kind == "real"))
"""Fields of which a value, or the first ones in order, belong to few links; to find others a scan is as good."""


def create(connection: sqlite3.Connection) -> None:
    """Create the table and the views in a file that has the tables of all other layers."""
    types = {field.name: sql_type(field) for field in LINK_LAYER.fields}
    stored = ", ".join(f"{name} {types[name]}" for name in STORED)
    view, related = table_of(LINK_LAYER.name), related_of(LINK_LAYER.name)
    columns = ", ".join(f"{expression} AS {name}" for name, expression in _view().items())
    ends = ", ".join(f"l.{side}_layer, l.{side}_id, {_name(side)}" for side in _SIDES)
    connection.executescript(
        f"""
        CREATE TABLE {TABLE} (
            row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source INTEGER NOT NULL, target INTEGER NOT NULL,
            {stored}, lng REAL, lat REAL, west REAL, south REAL, east REAL, north REAL, geom BLOB
        );
        CREATE INDEX u_{LINK_LAYER.name} ON {TABLE} (row) WHERE west IS NULL;
        CREATE VIEW {view} AS SELECT {columns} FROM {TABLE} l;
        CREATE VIEW {related} AS SELECT l.row, link_related(l.link, {ends}) AS links FROM {TABLE} l;
        CREATE VIEW facet AS SELECT param, layer, value, row FROM facet_value{"".join(_facets())};
        """
    )


def create_indexes(connection: sqlite3.Connection) -> None:
    """Create the indexes of the table, after it is filled."""
    for name in _INDEXED:
        connection.execute(f"CREATE INDEX i_{LINK_LAYER.name}_{name} ON {TABLE} ({name})")


def _view() -> dict[str, str]:
    """Column of the view -> its SQL over a row of the table, alias l; the columns of RECORD_COLUMNS and the fields."""
    names = {side: _name(side) for side in _SIDES}
    names_en = {side: _name_en(side) for side in _SIDES}
    document = ", ".join(["l.id", *(name for side in _SIDES for name in (names[side], names_en[side])), *_FIELDS])
    title, title_en = (f"{both['source']} || '{ARROW}' || {both['target']}" for both in (names, names_en))
    columns = {name: f"l.{name}" if name in COLUMNS else "NULL" for name in RECORD_COLUMNS}
    columns |= {"title": title, "title_en": title_en, "feature": f"link_feature(l.geom, {document})"}
    columns["properties"] = f"link_properties({document})"
    fields = {name: f"l.{name}" for name in STORED}
    fields |= {LINK_LAYER.key: "l.id", "name": title, "name_en": title_en}
    fields |= {"source_name": names["source"], "target_name": names["target"]}
    return columns | {f"p_{field.name}": fields[field.name] for field in LINK_LAYER.fields}


def _name(side: str) -> str:
    return _of_end(side, "e.title")


def _name_en(side: str) -> str:
    return _of_end(side, "coalesce(e.title_en, e.title)")


def _of_end(side: str, expression: str) -> str:
    """SQL of a value of the record at one end of a link, alias e."""
    layers = dict.fromkeys(getattr(row, side) for row in LINKS if row.visible)
    cases = "".join(
        f" WHEN '{layer}' THEN (SELECT {expression} FROM {table_of(layer)} e WHERE e.row = l.{side})"
        for layer in layers
    )
    return f"CASE l.{side}_layer{cases} END"


def _facets() -> Iterator[str]:
    """SQL of the values under which the filters find links, as rows of the view of all layers' facets."""
    for row in FILTERS:
        if row.param in COUNTED and applies(row.param, LINK_LAYER.name):
            first, *others = row.fields_of(LINK_LAYER.name)
            for name in (first, *others):
                other = f" WHERE {name} <> {first}" if name != first else ""
                yield f" UNION ALL SELECT '{row.param}', '{LINK_LAYER.name}', {name}, row FROM {TABLE}{other}"


def batches(lines: Lines, rows: Mapping[str, Mapping[str, int]]) -> Iterator[Batch]:
    """The links as rows of the table, some thousand at a time, in the order of all layers.

    `rows` is the row of each record in the table of its layer, by layer and key. Only the links of a batch are made
    into records: those of a large layer would fill the memory.
    """
    caches, order = Caches.new(), order_of(np.array(lines.keys, dtype=object), lines.has_line())
    for start in range(0, len(order), BATCH):
        yield _batch(*lines.records(order[start : start + BATCH]), rows, start + 1, caches)


def _batch(
    cells: Mapping[str, Sequence[object]],
    lines: Shapes,
    rows: Mapping[str, Mapping[str, int]],
    first: int,
    caches: Caches,
) -> Batch:
    numbers = range(first, first + len(lines))
    values = {field.name: values_of(field, cells[field.name]) for field in LINK_LAYER.fields}
    shapes = rounded(lines)
    boxes = shapely.bounds(shapes)
    ends = (zip(values[f"{side}_layer"], values[f"{side}_id"], strict=True) for side in _SIDES)
    ids = [str(key) for key in values[LINK_LAYER.key]]
    columns: list[Sequence[object]] = [
        numbers,
        ids,
        *([rows[str(layer)][str(key)] for layer, key in side] for side in ends),
        *(values[name] for name in STORED),
        *label_points(shapes),
        *sides_of(boxes),
        shapely.to_wkb(shapes, byte_order=1).tolist(),
    ]
    names = names_of(LINK_LAYER, values, caches)
    more = more_of(LINK_LAYER, values, [{}] * len(lines), Units({}, {}), caches)
    return Batch(LINK_LAYER.name, numbers, [], [], values, columns, boxes, names, more, [])
