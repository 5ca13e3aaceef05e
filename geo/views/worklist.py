"""The worklist: the missing values that an office has to look up, derived from the declared tasks of the fields."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from geo.atlas import Atlas, Query, Record
from geo.atlas.cql2.properties import queryables_of
from geo.atlas.cql2.tree import Array, Constant, Expression, Operation, Property, Where
from geo.ocop.filters import applies
from geo.ocop.layers import LAYERS
from geo.ocop.styles import icon_of
from geo.ocop.tasks import is_to_look_up
from geo.schema import Field
from geo.text import sort_key
from geo.views.map.map_page import Places
from geo.views.values import Urls

MOST_RECORDS = 1_000
"""Most records on the page; the file of worklist_file.py has all."""

WORK: dict[str, tuple[Field, ...]] = {
    name: fields for name, spec in LAYERS.items() if (fields := tuple(field for field in spec.fields if field.task))
}
"""Layer -> its fields with a task: those whose missing values an office has to look up."""


@dataclass(frozen=True)
class Gaps:
    """A selection of missing values: of one layer, of the fields of one name, in some communes; None or () for all."""

    layer: str | None = None
    field: str | None = None
    communes: tuple[str, ...] = ()

    def fields(self) -> Iterator[tuple[str, tuple[Field, ...]]]:
        """The selected layers, each with its selected fields; a commune selects only layers that lie in communes."""
        for layer, fields in WORK.items():
            selection = tuple(field for field in fields if self.field in {None, field.name})
            lies_in_communes = not self.communes or applies("commune", layer)
            if self.layer in {None, layer} and selection and lies_in_communes:
                yield layer, selection

    def queries(self) -> Iterator[Query]:
        """The records of each selected layer that lack a value of a selected field."""
        filters = (("commune", self.communes),) if self.communes else ()
        for layer, fields in self.fields():
            yield Query(layer, filters=filters, where=Where(layer, _any(_missing(layer, field) for field in fields)))


def field_names() -> tuple[str, ...]:
    """The names of all fields with a task, each once."""
    return tuple(dict.fromkeys(field.name for fields in WORK.values() for field in fields))


def is_missing(field: Field, record: Record) -> bool:
    """Whether an office has to look up the value of `field` for `record`."""
    return is_to_look_up(field, record.properties)


def _missing(layer: str, field: Field) -> Expression:
    """The condition of `is_missing` as a CQL2 tree."""
    task = field.task
    if task is None:
        return Constant("boolean", False)
    own = _property(layer, field.name)
    terms: list[Expression] = [Operation("boolean", "isnull", (own,))]
    if task.also:
        terms.append(_is_one_of(own, task.also))
    condition = _any(terms)
    if task.where is None:
        return condition
    name, keys = task.where
    other = _property(layer, name)
    applies_here = (
        _is_one_of(other, keys) if keys else Operation("boolean", "not", (Operation("boolean", "isnull", (other,)),))
    )
    return Operation("boolean", "and", (applies_here, condition))


def _property(layer: str, name: str) -> Property:
    return Property(queryables_of(layer)[name].kind, name)


def _is_one_of(value: Property, keys: Iterable[str]) -> Expression:
    return Operation("boolean", "in", (value, Array(tuple(Constant("text", key) for key in keys))))


def _any(conditions: Iterable[Expression]) -> Expression:
    terms = tuple(conditions)
    return terms[0] if len(terms) == 1 else Operation("boolean", "or", terms)


def worklist_view(atlas: Atlas, gaps: Gaps, lang: str, urls: Urls) -> dict[str, Any]:
    """The records with missing values by commune, each with what to look up, and the choices of the filters."""
    records: list[Record] = []
    matched = 0
    for query in gaps.queries():
        page = atlas.find(replace(query, limit=MOST_RECORDS - len(records)))
        matched += page.matched
        records += page.records
    options = {
        "communes": _commune_options(atlas, gaps, lang),
        "layers": _layer_options(atlas, gaps, lang),
        "fields": _field_options(atlas, gaps, lang),
    }
    return {
        "matched": matched,
        "shown": len(records),
        "groups": _groups(atlas, records, dict(gaps.fields()), lang, urls),
        "selection": [option["label"] for rows in options.values() for option in rows if option["chosen"]],
        **options,
    }


def _groups(
    atlas: Atlas, records: list[Record], fields: Mapping[str, tuple[Field, ...]], lang: str, urls: Urls
) -> list[dict[str, Any]]:
    """The records by the name of the one commune that they lie in; those in several or in none come last."""
    places = Places(atlas, records, lang)
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(places.commune(record) or "", []).append(record)
    return [
        {
            "commune": name or None,
            "rows": [_row(record, fields[record.layer], places, lang, urls) for record in groups[name]],
        }
        for name in sorted(groups, key=lambda name: (not name, sort_key(name)))
    ]


def _row(record: Record, fields: Iterable[Field], places: Places, lang: str, urls: Urls) -> dict[str, Any]:
    return {
        "layer": record.layer,
        "icon": icon_of(record.layer, record.symbol),
        "id": record.id,
        "title": record.title_in(lang),
        "kind": LAYERS[record.layer].article.of(lang),
        "place": None if places.commune(record) else places.of(record),
        "url": urls.record(record.layer, record.id),
        "tasks": [
            {"field": field.label.of(lang), "hint": field.task.hint.of(lang)}
            for field in fields
            if field.task and is_missing(field, record)
        ],
    }


def count_records(atlas: Atlas, gaps: Gaps) -> int:
    """The number of records that lack a selected value."""
    return sum(atlas.count(query) for query in gaps.queries())


def _layer_options(atlas: Atlas, gaps: Gaps, lang: str) -> list[dict[str, Any]]:
    options = ((layer, count_records(atlas, replace(gaps, layer=layer))) for layer in WORK)
    return [
        {"value": layer, "label": LAYERS[layer].label.of(lang), "count": count, "chosen": layer == gaps.layer}
        for layer, count in options
        if count or layer == gaps.layer
    ]


def _field_options(atlas: Atlas, gaps: Gaps, lang: str) -> list[dict[str, Any]]:
    """The fields by name, which layers share: an option has every label that the selected layers give it."""
    labels: dict[str, dict[str, None]] = {}
    for _, fields in replace(gaps, field=None).fields():
        for field in fields:
            labels.setdefault(field.name, {})[field.label.of(lang)] = None
    return [
        {"value": name, "label": " / ".join(labels[name]), "count": count, "chosen": name == gaps.field}
        for name in labels
        if (count := count_records(atlas, replace(gaps, field=name))) or name == gaps.field
    ]


def _commune_options(atlas: Atlas, gaps: Gaps, lang: str) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for query in replace(gaps, communes=()).queries():
        for code, count in atlas.facets(query).get("commune", {}).items():
            counts[code] = counts.get(code, 0) + count
    titles = atlas.titles("communes", {*counts, *gaps.communes})
    names = {code: title_en if lang != "vi" and title_en else title for code, (title, title_en) in titles.items()}
    return [
        {"value": code, "label": name, "count": counts.get(code, 0), "chosen": code in gaps.communes}
        for code, name in sorted(names.items(), key=lambda item: sort_key(item[1]))
    ]
