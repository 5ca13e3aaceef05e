"""The worklist as CSV: a row for each missing value, of however many records."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO
from urllib.parse import quote

from geo.atlas import Atlas, Record
from geo.ocop.layers import LAYERS
from geo.schema import Field
from geo.text import inert
from geo.views.export.csv_file import BOM
from geo.views.map.map_page import Places
from geo.views.worklist import Gaps, is_missing

COLUMNS = ("commune_code", "commune", "layer", "layer_label", "id", "name", "field", "field_label", "to_look_up", "url")

_BATCH = 1_000
"""Records that are read at a time."""


def write_worklist(atlas: Atlas, gaps: Gaps, lang: str, root: str, out: BinaryIO) -> int:
    """Write a row for each missing value, as CSV in UTF-8 with a BOM, and return the number of rows.

    `root` begins the URLs of the records. Text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    fields = dict(gaps.fields())
    out.write(BOM + _lines([COLUMNS]))
    count = 0
    for query in gaps.queries():
        for offset in range(0, atlas.count(query), _BATCH):
            records = atlas.find(replace(query, limit=_BATCH, offset=offset)).records
            rows = list(_csv_rows(atlas, records, fields[query.layer], lang, root))
            out.write(_lines(rows))
            count += len(rows)
    return count


def _csv_rows(
    atlas: Atlas, records: Iterable[Record], fields: Iterable[Field], lang: str, root: str
) -> Iterator[list[str]]:
    rows = list(records)
    places = Places(atlas, rows, lang)
    for record in rows:
        spec = LAYERS[record.layer]
        commune = places.commune(record) or ""
        head = (record.commune or "", commune, record.layer, spec.label.of(lang), record.id, record.title_in(lang))
        url = f"{root}/{record.layer}/{quote(record.id, safe='')}"
        for field in fields:
            if field.task and is_missing(field, record):
                words = (field.name, field.label.of(lang), field.task.hint.of(lang), url)
                yield [inert(text) for text in (*head, *words)]


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
