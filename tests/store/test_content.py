"""The canonical form of records: the bytes that the json module writes, however many records are encoded at once."""

import json
import math

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from geo.ocop.layers import LAYERS
from geo.store.content import digest_of, frame_of, state_of
from tests.frames import frame

CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_infinity=False), st.text(max_size=20),
    st.sampled_from(["", "a, b", '"', "\\", "\x01", "Điện Biên", 0.0, -0.0, 1, 1.0, True, np.int64(3), pd.NA]),
)  # fmt: skip


def _plain(cell: object) -> object:
    bare = cell.item() if isinstance(cell, np.generic) else cell
    return None if bare is pd.NA or (isinstance(bare, float) and math.isnan(bare)) else bare


@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=30))
def test_properties_are_the_json_of_each_record_alone(rows: list[tuple[object, object]]) -> None:
    spec = LAYERS["producers"]
    records = [
        {"producer_id": f"P{row:02}", "name": name, "households": number, "at": Point(103, 21)}
        for row, (name, number) in enumerate(rows)
    ]
    state = state_of(spec, frame("producers", *records))
    empty = {field.name: None for field in spec.fields}
    expected = [
        empty | {"producer_id": record["producer_id"], "name": _plain(name), "households": _plain(number)}
        for record, (name, number) in zip(records, rows, strict=True)
    ]
    assert [text for text, _ in state.values()] == [
        json.dumps(properties, ensure_ascii=False, sort_keys=True) for properties in expected
    ]


def test_the_digest_depends_on_where_a_text_ends() -> None:
    assert digest_of({"sites": {"a": ("bc", None)}}, "") != digest_of({"sites": {"ab": ("c", None)}}, "")
    assert digest_of({"sites": {"a": ("b", b"c")}}, "") != digest_of({"sites": {"a": ("bc", b"")}}, "")


def test_a_frame_is_read_back_as_it_was_encoded() -> None:
    spec = LAYERS["producers"]
    state = state_of(spec, frame("producers", {"producer_id": "P1", "name": "Hợp tác xã", "households": 9}))
    assert state_of(spec, frame_of(spec, state)) == state
