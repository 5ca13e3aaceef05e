"""The index file: every text by which the records of a version are found, in a form that Python and the browser read.

It is JSON of arrays, in which each text, field and icon stands once:

    rules    RULES, the table of geo/search/rules.py
    layers   [name, standing, article in Vietnamese, article in English]
    fields   [name, class, label in Vietnamese, label in English, whether it is a unit with its kind]
    icons    names of icons
    texts    a text, or [Vietnamese, English, further spellings ...]
    records  [layer, id, name, English name, icon, commune, longitude, latitude, [field, text, field, text, ...]]

Numbers in a record are places in the other arrays, -1 for none; longitude and latitude are degrees. Records are ordered
by standing, by layer as declared, by name in Vietnamese alphabetical order, and by key.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from geo.ocop.collections import COLLECTIONS
from geo.schema import Label, LayerSpec
from geo.search.rules import CLASSES, RULES
from geo.text import sort_key

_DECIMALS = 5  # about a metre: it is where the map turns to, and no datum
_FIGURES = 4
_NONE = -1


class FieldOfText(NamedTuple):
    """What a text is of a record: the name of the field, its class in CLASSES, and its label."""

    name: str
    kind: str
    label: Label


class Entry(NamedTuple):
    """What a search knows of one record.

    `texts` are the fields and their values: one spelling, or the Vietnamese, the English and further ones. `place` is
    the name of its commune. `point` is longitude and latitude in degrees.
    """

    layer: str
    id: str
    title: str
    title_en: str | None
    icon: str
    place: str | None
    point: tuple[float, float] | None
    texts: tuple[tuple[FieldOfText, tuple[str, ...]], ...]


def standing_of(spec: LayerSpec) -> int:
    """How far behind the records of a layer stand among those that match as well: tables come last."""
    return spec.search_standing if spec.geometry is not None else _FIGURES


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The entries in the order that equal hits keep."""
    order = {layer: number for number, layer in enumerate(COLLECTIONS)}
    standings = {layer: standing_of(spec) for layer, spec in COLLECTIONS.items()}
    return sorted(
        entries, key=lambda entry: (standings[entry.layer], order[entry.layer], sort_key(entry.title), entry.id)
    )


@dataclass
class _Table:
    """Distinct values in the order in which they came first."""

    rows: dict[Any, int] = field(default_factory=dict)

    def place_of(self, value: Any) -> int:
        """The place of a value, which is added if it is new; -1 for None."""
        return _NONE if value is None else self.rows.setdefault(value, len(self.rows))


def index_of(entries: Iterable[Entry]) -> dict[str, Any]:
    """The index of some entries, as described above."""
    layers, fields, icons, texts = _Table(), _Table(), _Table(), _Table()
    records = [
        [
            layers.place_of(entry.layer),
            texts.place_of((entry.id,)),
            texts.place_of((entry.title,)),
            texts.place_of(None if entry.title_en is None else (entry.title_en,)),
            icons.place_of(entry.icon),
            texts.place_of(None if entry.place is None else (entry.place,)),
            *(_rounded(entry.point)),
            [place for what, text in entry.texts for place in (fields.place_of(what), texts.place_of(text))],
        ]
        for entry in in_order(entries)
    ]
    return {
        "rules": RULES,
        "layers": [_layer_row(COLLECTIONS[name]) for name in layers.rows],
        "fields": [[what.name, CLASSES[what.kind], *what.label, what.kind == "unit"] for what in fields.rows],
        "icons": list(icons.rows),
        "texts": [text[0] if len(text) == 1 else list(text) for text in texts.rows],
        "records": records,
    }


def index_file(entries: Iterable[Entry]) -> bytes:
    """The index of some entries as JSON in UTF-8; the same entries give the same bytes."""
    return orjson.dumps(index_of(entries))


def _layer_row(spec: LayerSpec) -> list[Any]:
    return [spec.name, standing_of(spec), *spec.article]


def _rounded(point: tuple[float, float] | None) -> Sequence[float | None]:
    return (None, None) if point is None else [round(degrees, _DECIMALS) for degrees in point]
