"""The records of a version, put together from the log and compared with the digest of the version."""

import sqlite3
from pathlib import Path

from geo.schema import Label
from geo.store.content import State, digest_of
from geo.store.damage import damaged, version_part

_LOG = """
SELECT l.layer, l.id, l.properties, l.geometry FROM geo_log l
JOIN (SELECT layer, id, max(version) AS version FROM geo_log WHERE version <= ? GROUP BY layer, id) last
  ON last.layer = l.layer AND last.id = l.id AND last.version = l.version
WHERE l.op <> 'removed'
"""
_OTHER = Label(
    "các bản ghi không khớp với mã kiểm tra khi công bố", "its records do not match the digest that was published"
)


def state_of_version(connection: sqlite3.Connection, path: Path, number: int) -> State:
    """The records of a version by layer and key, in the order of the keys; nothing in version 0.

    BadSource when they and the version's metadata do not give the digest that was stored with it.
    """
    if number == 0:
        return {}
    state: State = {}
    for layer, key, properties, geometry in connection.execute(_LOG, (number,)):
        # A damaged page can hold values of any type; str keeps them comparable, and the digest tells them apart.
        state.setdefault(str(layer), {})[str(key)] = (properties, geometry)
    state = {layer: dict(sorted(records.items())) for layer, records in state.items()}
    digest, metadata = connection.execute(
        "SELECT digest, metadata FROM geo_version WHERE number = ?", (number,)
    ).fetchone()
    if not _is_typed(state) or not isinstance(metadata, str) or digest_of(state, metadata) != digest:
        raise damaged(path, version_part(number), _OTHER)
    return state


def _is_typed(state: State) -> bool:
    """Whether all properties are text and all geometries bytes or missing."""
    return all(
        isinstance(text, str) and (shape is None or isinstance(shape, bytes))
        for records in state.values()
        for text, shape in records.values()
    )
