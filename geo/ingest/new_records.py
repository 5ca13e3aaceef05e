"""References to records that do not exist: a person picks an existing record, has a new one made, or leaves it out.

A list of products names producers that nobody has published yet. Without a way to make them on the spot, the producers
would have to be imported first, from a file that the office does not have.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import BadQuery
from geo.ingest.columns.record_keys import may_be_one_name, similar_names
from geo.ingest.columns.values import Column, Names, Translation, Value, folded
from geo.ingest.decisions import ADD, Choice, Question
from geo.ingest.match import fresh_ids
from geo.ocop.codes import CODE_LISTS
from geo.ocop.layers import LAYERS
from geo.schema import Field, Label, LayerSpec

LEAVE_EMPTY = "-"
"""The answer that a reference stays empty."""

_PICKED = Label("do người dùng chọn", "chosen by the user")
_MADE = Label("thành bản ghi mới", "as a new record")


def can_be_made(field: Field) -> bool:
    """Whether a record of the field's target layer can be made of its name alone."""
    return field.kind == "ref" and field.target is not None and LAYERS[field.target].group == "programme"


@dataclass
class NewRecords:
    """The references of one file that name no record, and the records that a person had made for them.

    `answers` maps "field:name" to the key of a record, ADD or LEAVE_EMPTY. `used_ids` are all keys that ever were, by
    layer, `cite` is the source that new records name.
    """

    frames: Mapping[str, gpd.GeoDataFrame]
    used_ids: Mapping[str, frozenset[str]]
    answers: Mapping[str, str]
    cite: str
    questions: list[Question] = field(default_factory=list)
    _keys: dict[str, dict[str, str]] = field(default_factory=dict)
    _fresh: dict[str, Iterator[str]] = field(default_factory=dict)

    def settle(self, field_: Field, cells: Sequence[object], column: Column, names: Names) -> Column:
        """The column with the answered references in it; each unanswered one becomes a question."""
        values, refusals, translations = list(column.values), dict(column.refusals), list(column.translations)
        for name, rows in _unknown(cells, column).items():
            answer = self.answers.get(f"{field_.name}:{name}")
            if answer is None:
                self.questions.append(_question(field_, name, names, len(rows)))
                continue
            key = self._key(field_, name, answer, names)
            for row in rows:
                values[row] = key
                del refusals[row]
            if key is not None:
                rule = _MADE if answer == ADD else _PICKED
                translations.append(Translation(field_.name, name, key, rule, len(rows)))
        return Column(values, refusals, tuple(translations))

    def _key(self, field_: Field, name: str, answer: str, names: Names) -> str | None:
        """The key that an answer means, None for none; BadQuery for an answer that means nothing."""
        if answer == LEAVE_EMPTY:
            return None
        if answer == ADD:
            return self._make(str(field_.target), name)
        if answer in names.ids:
            return answer
        raise BadQuery(
            f"{field_.name} {name!r}: there is no record {answer!r} in layer {field_.target}."
            f" Answer with the code of one, {ADD} or {LEAVE_EMPTY}.",
            f"{field_.name} {name!r}: lớp {field_.target} không có bản ghi {answer!r}."
            f" Hãy trả lời bằng mã của một bản ghi, {ADD} hoặc {LEAVE_EMPTY}.",
        )

    def _make(self, layer: str, name: str) -> str:
        """The key of the new record of that name; names that differ in case, marks or spaces are one record."""
        keys = self._keys.setdefault(layer, {})
        same = next((key for other, key in keys.items() if folded(other) == folded(name)), None)
        if same is None:
            spec = LAYERS[layer]
            used = {*self.frames[layer][spec.key].astype(str), *self.used_ids.get(layer, ())}
            fresh = self._fresh.setdefault(layer, fresh_ids(layer[0].upper(), used))
            same = keys[name] = next(fresh)
        return same

    def keys(self, layer: str) -> set[str]:
        """The keys of the records that were made."""
        return set(self._keys.get(layer, {}).values())

    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        """The layers in which records were made, whole, with the new records in them."""
        return {
            layer: with_rows(self.frames[layer], LAYERS[layer], [self._row(layer, *pair) for pair in keys.items()])
            for layer, keys in self._keys.items()
        }

    def _row(self, layer: str, name: str, key: str) -> dict[str, Value]:
        spec = LAYERS[layer]
        kinds = {one.name: kind for one in spec.fields if one.kind == "code" and one.required
                 if (kind := _kind_in_name(one, name)) is not None}  # fmt: skip
        source = {"source_ids": self.cite} if spec.has("source_ids") and self.cite else {}
        return {spec.key: key, spec.title: " ".join(name.split()), **kinds, **source}


def with_rows(frame: gpd.GeoDataFrame, spec: LayerSpec, rows: Sequence[Mapping[str, Value]]) -> gpd.GeoDataFrame:
    """The layer with more records, which have no geometry; fields that a row lacks are None."""
    columns = {
        one.name: pd.Series([*frame[one.name], *(row.get(one.name) for row in rows)], dtype=object)
        for one in spec.fields
    }
    shapes = np.array([*frame.geometry, *([None] * len(rows)), None], dtype=object)[:-1]
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=frame.crs))


def _unknown(cells: Sequence[object], column: Column) -> dict[str, list[int]]:
    """Name -> rows of the references that were refused because no single record has the name."""
    rows: dict[str, list[int]] = {}
    for row, refusal in column.refusals.items():
        if refusal.kind == "unknown_reference":
            rows.setdefault(str(cells[row]).strip(), []).append(row)
    return rows


def _question(field_: Field, name: str, names: Names, rows: int) -> Question:
    article = LAYERS[str(field_.target)].article
    namesakes = names.by_name.get(folded(name), ())
    keys = namesakes or similar_names(name, names) or _named_otherwise(field_, name, names)
    offered = [Choice(key, Label(*[f"{names.ids[key]} ({key})"] * 2)) for key in keys]
    # "Công ty TNHH A" and "Công ty TNHH B" are alike as texts; two companies are not.
    (_, own), (_, other) = (_kind_and_own_name(field_, one) for one in (name, names.ids[keys[0]] if keys else ""))
    is_likely = bool(namesakes) or may_be_one_name(own, other)
    proposed = keys[0] if len(keys) == 1 and is_likely else ""
    offered += [
        Choice(ADD, Label(f"Thêm bản ghi mới “{name}”", f"Add “{name}” as a new record")),
        Choice(LEAVE_EMPTY, Label("Để trống", "Leave empty")),
    ]
    words = Label(f"{article.vi} “{name}” là bản ghi nào?", f"{article.en} “{name}”: which record is it?")
    return Question(f"references:{field_.name}:{name}", words, tuple(offered), proposed, blocking=False, rows=rows)


def _named_otherwise(field_: Field, name: str, names: Names) -> list[str]:
    """The records of that name with another word for their kind: "HTX Na Sang" may be "Hợp tác xã Na Sang"."""
    kind_and_own = _kind_and_own_name(field_, name)
    if not all(kind_and_own):
        return []
    ending = [key for bare, keys in names.by_name.items() if bare.endswith(f" {kind_and_own[1]}") for key in keys]
    return [key for key in ending if _kind_and_own_name(field_, names.ids[key]) == kind_and_own]


def _kind_in_name(field_: Field, name: str) -> str | None:
    """The code whose word the name begins with, the longest one: "HTX Mường Ảng" is a co-operative."""
    return _beginning(field_, name)[1]


def _kind_and_own_name(field_: Field, name: str) -> tuple[str | None, str]:
    """The kind that the name of a record begins with, which `field_` may refer to, and the folded rest of the name."""
    kinds = [one for one in LAYERS[str(field_.target)].fields if one.kind == "code" and one.required]
    length, kind = max((_beginning(one, name) for one in kinds), default=(0, None), key=lambda pair: pair[0])
    return kind, folded(name)[length:].strip()


def _beginning(field_: Field, name: str) -> tuple[int, str | None]:
    """The longest word of a list of codes that the folded name begins with: its length and its code."""
    begins = f"{folded(name)} "
    words = [
        (folded(word), code.key)
        for code in CODE_LISTS[field_.codes or ""].codes
        for word in (*code.label, *code.aliases)
    ]
    return max(((len(word), key) for word, key in words if word and begins.startswith(f"{word} ")), default=(0, None))
