"""Warnings about the sources that the facts of a record rest on."""

from weakref import WeakKeyDictionary

from geo.atlas import Atlas, Query, Record
from geo.ocop.fields import TRANSLATED_FIELDS
from geo.schema import Label
from geo.views.values import parts

_TRANSLATED = Label("Chỉ dựa vào bản dịch máy", "Rests on a machine translation alone")
TRANSLATION = Label("bản dịch máy", "machine translation")
_TRANSLATION, _OUTLINES = "machine_translation", "data_set"
"""Keys of `source_kind`: sources translated by a program, and those that give outlines and points but no fact."""

_KINDS: WeakKeyDictionary[Atlas, dict[str, str]] = WeakKeyDictionary()
"""The kind of every source by its key; read once for each atlas, which never changes."""


def caveat_of(atlas: Atlas, record: Record, lang: str) -> str | None:
    """The words for a record whose facts rest on machine translations alone; None for any other."""
    kind_by_source = _kinds(atlas)
    kinds = {kind_by_source.get(key, "") for key in parts(record.properties.get("source_ids"))} - {_OUTLINES}
    return _TRANSLATED.of(lang) if kinds == {_TRANSLATION} else None


def is_translated(record: Record, field: str) -> bool:
    """Whether the value of `field` rests on a machine translation alone, while other facts of the record do not."""
    return field in parts(record.properties.get(TRANSLATED_FIELDS.name))


def caveat_of_value(record: Record, field: str, lang: str) -> str | None:
    """The words for a value that rests on a machine translation alone; None for any other."""
    return _TRANSLATED.of(lang) if is_translated(record, field) else None


def _kinds(atlas: Atlas) -> dict[str, str]:
    kinds = _KINDS.get(atlas)
    if kinds is None:
        sources = atlas.find(Query("sources")).records
        kinds = _KINDS[atlas] = {source.id: str(source.properties.get("kind") or "") for source in sources}
    return kinds
