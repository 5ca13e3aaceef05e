"""The texts by which a record is found, from the declaration of its layer: names, codes in words, where it lies."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS
from geo.schema import Field, Filter, Label, LayerSpec
from geo.search.index_file import FieldOfText
from geo.text import fold

NOT_WORDS = {"precision", "scheme", "extent_kind", "status", "phase_status"}
"""Fields whose codes say how well a record is known or where it stands in a procedure: no words to find it by."""

UNIT_FILTERS: tuple[Filter, ...] = tuple(row for row in FILTERS if row.unit)
"""The filters by the unit that a record lies in; its name is one of the texts."""

_UNIT_KIND, _UNIT_KINDS = "kind", "unit_kind"
_WITH_KIND = Label("Tên đầy đủ", "Full name")
_LAYER = Label("Lớp", "Layer")

Texts = list[tuple[FieldOfText, tuple[str, ...]]]


class _Plan(NamedTuple):
    """The fields of a layer that a search reads, and what their texts are."""

    plain: tuple[tuple[Field, FieldOfText], ...]
    coded: tuple[tuple[Field, FieldOfText], ...]


@lru_cache(maxsize=64)
def plan_of(layer: str) -> _Plan:
    """What a search reads of the records of a layer."""
    spec = COLLECTIONS[layer]
    plain = [field for field in spec.fields if field.search]
    coded = [field for field in spec.fields if field.codes and field.name not in NOT_WORDS and not field.hidden]
    return _Plan(
        tuple((field, FieldOfText(field.name, field.search_class, field.label)) for field in plain),
        tuple((field, FieldOfText(field.name, "field", field.label)) for field in coded),
    )


def fields_read(layer: str) -> tuple[str, ...]:
    """The names of the fields whose values `texts_of` takes."""
    plan = plan_of(layer)
    names = [COLLECTIONS[layer].key, *(field.name for field, _ in (*plan.plain, *plan.coded))]
    return tuple(dict.fromkeys(names))


def texts_of(layer: str, values: Mapping[str, object], units: Iterable[tuple[str, tuple[str, ...]]]) -> Texts:
    """The texts of a record. `values` are those of fields_read, `units` the parameter and the names of its units."""
    spec, plan = COLLECTIONS[layer], plan_of(layer)
    texts: Texts = _distinct((what, str(values[field.name])) for field, what in plan.plain if values[field.name])
    if _is_unit(spec) and values[_UNIT_KIND]:
        name = unit_name(str(values[spec.title]), str(values[_UNIT_KIND]))
        texts.append((FieldOfText("unit", "unit", _WITH_KIND), name))
    texts += [
        (what, words) for field, what in plan.coded for words in texts_of_codes(field.codes or "", values[field.name])
    ]
    texts.append((FieldOfText("layer", "field", _LAYER), spec.article))
    texts.append((FieldOfText(spec.key, "field", spec.field(spec.key).label), (str(values[spec.key]),)))
    places = {row.param: FieldOfText(row.param, "address", row.label) for row in UNIT_FILTERS}
    texts += [(places[param], name) for param, name in units]
    return texts


def _is_unit(spec: LayerSpec) -> bool:
    return spec.group == "units" and spec.has(_UNIT_KIND) and spec.field(_UNIT_KIND).codes == _UNIT_KINDS


def unit_name(name: str, kind: str) -> tuple[str, ...]:
    """A unit's name with its kind, in Vietnamese and in English.

    >>> unit_name("Tủa Chùa", "district")
    ('Huyện Tủa Chùa', 'Tủa Chùa District')
    """
    kinds = CODE_LISTS[_UNIT_KINDS]
    return f"{kinds.label_of(kind, 'vi')} {name}", f"{name} {kinds.label_of(kind, 'en').partition(' (')[0]}"


def _distinct(texts: Iterable[tuple[FieldOfText, str]]) -> Texts:
    """The texts without those that equal an earlier one but for diacritics, case and spaces."""
    by_fold: dict[str, tuple[FieldOfText, tuple[str, ...]]] = {}
    for what, text in texts:
        by_fold.setdefault(fold(text), (what, (text,)))
    return list(by_fold.values())


@lru_cache(maxsize=4_096)
def texts_of_codes(name: str, value: object) -> Sequence[tuple[str, ...]]:
    """The label in both languages and the other names of each code in a field's value."""
    if value is None:
        return ()
    codes = {code.key: code for code in CODE_LISTS[name].codes}
    keys = [key.strip() for key in str(value).split(";")]
    return [(*codes[key].label, *codes[key].aliases) if key in codes else (key,) for key in keys if key]
