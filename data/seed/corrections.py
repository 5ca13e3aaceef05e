"""Corrections of records that exist: each changes one field, and what depends on that field follows by the seed's rules."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from shapely import Point

from geo.ocop.layers import LAYERS

Record = dict[str, Any]
PlaceOf = Callable[[Record], Record]

_PLACE_FIELDS = frozenset({"old_commune_code", "district_code", "producer_id"})
"""Fields from which the place of a record follows."""


class Corrections:
    """The rows of `corrections.csv` by layer and record."""

    def __init__(self, rows: Iterable[dict[str, str]]) -> None:
        self._rows: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
        for row in rows:
            self._rows[row["layer"], row["id"]].append(row)

    @classmethod
    def read(cls, path: Path) -> "Corrections":
        """Columns `layer, id, field, how, old, new, source, why`."""
        with path.open(encoding="utf-8", newline="") as file:
            return cls(csv.DictReader(file))

    def apply(self, layer: str, records: list[Record], place_of: PlaceOf) -> list[Record]:
        """The records of a layer with its corrections; `place_of` gives the place fields of a record from its units.

        Raises ValueError where a record no longer has the value that a correction replaces, or does not exist.
        """
        by_key = {record[LAYERS[layer].key]: record for record in records}
        missing = [key for named, key in self._rows if named == layer and key not in by_key]
        if missing:
            raise ValueError(f"corrections of {layer} name {missing}, which do not exist")
        return [
            _corrected(layer, record, self._rows[layer, key], place_of) if (layer, key) in self._rows else record
            for key, record in by_key.items()
        ]


def _corrected(layer: str, record: Record, rows: list[dict[str, str]], place_of: PlaceOf) -> Record:
    new = dict(record)
    for row in rows:
        _set(layer, new, row)
        new["source_ids"] = _joined(new.get("source_ids"), row["source"]) if layer != "sources" else None
    changed = {row["field"] for row in rows}
    if changed & _PLACE_FIELDS:
        new |= {name: value for name, value in place_of(new).items() if name not in changed}
    if "year" in changed:
        new["scheme"] = scheme_of(new["year"])
    return new


def _set(layer: str, record: Record, row: dict[str, str]) -> None:
    field, text = row["field"], row["new"]
    if field in {"lat", "lon"}:
        _move(record, field, row)
        return
    present = record.get(field)
    if _as_text(present) != row["old"]:
        raise ValueError(f"{layer} {row['id']} {field}: {row['old']!r} was expected, {present!r} is there")
    if row["how"] == "append":
        text = f"{row['old']} {text}".strip()
    record[field] = _typed(layer, field, text)


def _move(record: Record, field: str, row: dict[str, str]) -> None:
    """Set one coordinate of the point of a record."""
    at: Point = record["at"]
    present, value = (at.y if field == "lat" else at.x), float(row["new"])
    if f"{present:.6f}" != row["old"]:
        raise ValueError(f"{row['id']} {field}: {row['old']} was expected, {present:.6f} is there")
    record["at"] = Point(at.x, value) if field == "lat" else Point(value, at.y)


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)


def _typed(layer: str, field: str, text: str) -> Any:
    kind = next(spec.kind for spec in LAYERS[layer].fields if spec.name == field)
    return int(text) if kind == "integer" else float(text) if kind == "real" else text


def _joined(present: str | None, added: str) -> str:
    return ";".join(dict.fromkeys(part for part in f"{present or ''};{added}".split(";") if part))


def scheme_of(year: int | None) -> str | None:
    """The criteria in force: decision 1048 from 21 August 2019 to 23 February 2023, decision 148 since."""
    return None if year is None else "QD1048" if year <= 2022 else "QD148"
