"""The tables of an atlas file, created from the declared layers, and connections to it."""

import hashlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from geo.atlas.cql2.operators import accenti, casei
from geo.atlas.sqlite import functions
from geo.atlas.sqlite.metered import MeteredConnection, errors_in_words
from geo.atlas.sqlite.search import VOCABULARY
from geo.atlas.sqlite.words import Words
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS
from geo.ocop.layers import LAYERS
from geo.ocop.links import DISAGREEMENTS, LINKS
from geo.schema import Field
from geo.search.rules import RULES

FORMAT = 17
"""The format of the file; raise it when the content changes for the same declaration, so that files are rebuilt."""

RECORD_COLUMNS = (
    "row", "id", "title", "title_en", "symbol", "precision", "lng", "lat", "west", "south", "east", "north",
    "commune", "district", "properties_at", "feature", "geom",
)  # fmt: skip
"""Columns of every layer: `lng` and `lat` are the label point, on the geometry; `west` to `north` the envelope."""

_CACHE_KB = 512
"""Memory for pages of the file in each connection; a server has one for each thread. The system has the pages in memory
too: with 2 MB, SQLite's default, boxes, records and pages of lists over 100,000 records were not faster."""

_PROPERTIES = "properties BLOB AS (substr(feature, properties_at, length(feature) - properties_at))"
"""The properties are read out of the feature, whose last member they are; they begin at the byte `properties_at`."""

_COMMON_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE layer_meta (layer TEXT PRIMARY KEY, body TEXT NOT NULL, overview BLOB) WITHOUT ROWID;
CREATE TABLE facet_value (param TEXT, layer TEXT, value TEXT, row INTEGER, PRIMARY KEY (param, layer, value, row)) WITHOUT ROWID;
CREATE TABLE link (
    link TEXT, source_layer TEXT, source_id TEXT, target_layer TEXT, target_id TEXT, reason TEXT,
    distance_m REAL, uncertainty_m REAL, area_ha REAL, share REAL, certain INTEGER, rank INTEGER, source_ids TEXT
);
CREATE TABLE conflict (rule TEXT, layer TEXT, record TEXT, target_layer TEXT, recorded TEXT, derived TEXT);
CREATE TABLE issue (
    layer TEXT, record TEXT, row INTEGER, field TEXT, kind TEXT, value TEXT, message_vi TEXT, message_en TEXT
);
CREATE TABLE change (
    layer TEXT, record TEXT, row INTEGER, field TEXT, before TEXT, after TEXT, rule_vi TEXT, rule_en TEXT
);
CREATE TABLE search_index (body BLOB NOT NULL);
CREATE TABLE published (number INTEGER PRIMARY KEY, published_at TEXT NOT NULL);
CREATE TABLE log (version INTEGER, layer TEXT, record TEXT, op TEXT, PRIMARY KEY (version, layer, record)) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5 (names, more, layer UNINDEXED, row UNINDEXED, tokenize = "unicode61 remove_diacritics 0", prefix = '2 3');
"""  # noqa: E501


_LINK_INDEXES = """
CREATE INDEX link_source ON link (source_layer, source_id);
CREATE INDEX link_target ON link (target_layer, target_id);
CREATE INDEX link_name ON link (link);
"""


def column_of(field: Field) -> str:
    """The column that holds `field` in a layer's table."""
    return f"p_{field.name}"


def folded_fields(layer: str) -> list[Field]:
    """The fields of free text that people read, whose CASEI and ACCENTI are stored; codes are none.

    The layer of links has none, as its names are those of other records.
    """
    spec = COLLECTIONS[layer]
    if layer not in LAYERS:
        return []
    return [
        field for field in spec.fields
        if field.kind in {"text", "longtext"} and not field.hidden and field.name != spec.key
    ]  # fmt: skip


FOLDS: dict[tuple[str, ...], Callable[[str], str | None]] = {
    ("casei",): casei,
    ("accenti",): accenti,
    ("casei", "accenti"): lambda text: casei(accenti(text)),
    ("accenti", "casei"): lambda text: accenti(casei(text)),
}
"""The functions, the outermost first, whose results are frozen for each folded field, so that no query calls them."""


def folded_column(field: Field, functions: tuple[str, ...]) -> str:
    """The column that holds what some functions of FOLDS make of a field."""
    return f"{'_'.join(functions)}_{field.name}"


def folded_text(field: Field, functions: tuple[str, ...]) -> str:
    """What some functions of FOLDS make of a field, in SQL; the order of two functions hardly ever matters."""
    orders = [functions, functions[::-1]] if functions == ("accenti", "casei") else [functions]
    columns = [*(folded_column(field, order) for order in orders), column_of(field)]
    return f"coalesce({', '.join(f'f.{column}' for column in columns)})"


def folded_columns(layer: str) -> list[str]:
    """The names of all folded columns of a layer, in the order of folded_values."""
    return [folded_column(field, functions) for field in folded_fields(layer) for functions in FOLDS]


def folded_values(layer: str, properties: Mapping[str, Sequence[object]], words: Words) -> list[Sequence[str | None]]:
    """The folded columns of a layer's records, whose `properties` are columns too; `words` are those of FOLDS.

    NULL, to save space, where `folded_text` reads the same from another column.
    """
    folded = _Folded(words)
    columns: list[Sequence[str | None]] = []
    for field in folded_fields(layer):
        rows = [_NOTHING if text is None else folded[text] for text in properties[field.name]]
        columns += list(zip(*rows, strict=True)) or [()] * len(FOLDS)
    return columns


_NOTHING = (None,) * len(FOLDS)


class _Folded(dict[object, tuple[str | None, ...]]):
    """The folded columns of a value, computed when it first occurs."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, value: object) -> tuple[str | None, ...]:
        self[value] = folds = self._folds(value) if isinstance(value, str) else _NOTHING
        return folds

    def _folds(self, text: str) -> tuple[str | None, ...]:
        folds = _folds_of_ascii(text) if text.isascii() else self._words.of(text)
        case, accents, both, swapped = folds
        return (
            None if case == text else case,
            None if accents == text else accents,
            None if both == text else both,
            None if swapped == both else swapped,
        )


def _folds_of_ascii(text: str) -> tuple[str, ...]:
    """What each of FOLDS makes of a text without accents."""
    without_case = text.casefold()
    return tuple([without_case if "casei" in functions else text for functions in FOLDS])


def table_of(layer: str) -> str:
    """The table of a layer's records; `layer` must be one of COLLECTIONS."""
    return f"f_{COLLECTIONS[layer].name}"


def rtree_of(layer: str) -> str:
    """The R*Tree over the boxes of a layer's records."""
    return f"r_{COLLECTIONS[layer].name}"


def related_of(layer: str) -> str:
    """The table of the links of a layer's records; separate, as most queries read records without links."""
    return f"x_{COLLECTIONS[layer].name}"


def places_of(layer: str) -> str:
    """The table of the places of a layer's records in alphabetical order; see alphabet.py."""
    return f"o_{COLLECTIONS[layer].name}"


def create(connection: sqlite3.Connection) -> None:
    """Create every table in an empty file but that of the layer of links, which link_layer.py creates after them."""
    connection.executescript(_COMMON_TABLES)
    for name in COLLECTIONS:
        connection.execute(f"CREATE VIRTUAL TABLE {rtree_of(name)} USING rtree (row, west, east, south, north)")
    for name, spec in LAYERS.items():
        typed = [f"{column_of(field)} {sql_type(field)}" for field in spec.fields]
        columns = ", ".join([*typed, *(f"{column} TEXT" for column in folded_columns(name))])
        connection.executescript(
            f"""
            CREATE TABLE {table_of(name)} (
                row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, title_en TEXT, symbol TEXT,
                precision TEXT, lng REAL, lat REAL, west REAL, south REAL, east REAL, north REAL,
                commune TEXT, district TEXT, properties_at INTEGER NOT NULL, feature BLOB NOT NULL, geom BLOB,
                {_PROPERTIES}, {columns}
            );
            CREATE TABLE {related_of(name)} (row INTEGER PRIMARY KEY, links BLOB NOT NULL);
            CREATE INDEX u_{name} ON {table_of(name)} (row) WHERE west IS NULL;
            """
        )


def create_link_indexes(connection: sqlite3.Connection) -> None:
    """Create the indexes of the table of links, after all links are written."""
    for statement in _LINK_INDEXES.split(";"):
        connection.execute(statement)  # executescript would commit


def create_indexes(connection: sqlite3.Connection) -> None:
    """Create the indexes for filters and sorting, after all records are written; long texts have none."""
    for name, spec in LAYERS.items():
        for field in spec.fields:
            if field.kind != "longtext":
                connection.execute(f"CREATE INDEX i_{name}_{field.name} ON {table_of(name)} ({column_of(field)})")


def sql_type(field: Field) -> str:
    """The type of the column that holds a field."""
    return {"integer": "INTEGER", "real": "REAL"}.get(field.kind, "TEXT")


def declaration_digest() -> str:
    """Twelve hex digits of a digest of FORMAT, the declared layers, codes, links, filters, and search rules."""
    declaration = repr((FORMAT, COLLECTIONS, CODE_LISTS, LINKS, FILTERS, DISAGREEMENTS, RULES))
    return hashlib.sha256(declaration.encode()).hexdigest()[:12]


def connect(path: Path) -> sqlite3.Connection:
    """A read-only connection to a complete atlas, for one thread."""
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with errors_in_words():
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False, factory=MeteredConnection)
    connection.row_factory = sqlite3.Row
    # A page that is read from a mapped file after somebody has truncated it ends the process (SIGBUS).
    connection.execute("PRAGMA mmap_size = 0")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
    connection.create_function("meets", 5, _meets, deterministic=True)
    functions.register(connection)
    connection.execute(VOCABULARY)
    connection.create_function("meets_area", 2, _meets_area, deterministic=True)
    return connection


def tuples(connection: sqlite3.Connection, text: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
    """The rows of a query, one at a time and without the names of their columns."""
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor.execute(text, values)


def _meets(wkb: bytes | None, west: float, south: float, east: float, north: float) -> bool:
    """Whether a geometry intersects a box; the exact test for candidates of the R*Tree."""
    if wkb is None:
        return False
    geometry: BaseGeometry = shapely.from_wkb(wkb)
    return bool(shapely.intersects(_box(west, south, east, north), geometry))


@lru_cache(maxsize=64)
def _box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    box: BaseGeometry = shapely.box(west, south, east, north)
    shapely.prepare(box)
    return box


def _meets_area(wkb: bytes | None, area: bytes) -> bool:
    """Whether a geometry intersects a polygon; both are WKB."""
    return wkb is not None and bool(shapely.intersects(_prepare(area), shapely.from_wkb(wkb)))


@lru_cache(maxsize=64)
def _prepare(area: bytes) -> BaseGeometry:
    geometry: BaseGeometry = shapely.from_wkb(area)
    shapely.prepare(geometry)
    return geometry
