"""Values as people read them: labels for codes, names for keys, addresses for sources, numbers with units."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from geo.atlas import Atlas, Query, Record
from geo.atlas.model import Value
from geo.ocop.codes import CODE_LISTS, PRECISIONS
from geo.ocop.collections import COLLECTIONS, ENDS, LINK_LAYER, end_of
from geo.schema import Field, Label, Precision

_PRECISIONS = {row.key: row for row in PRECISIONS}
_BEFORE_UNIT = "\N{NO-BREAK SPACE}"


class Urls(Protocol):
    """Builds addresses in the language of the page."""

    def page(self, path: str, **params: str) -> str:
        """The address of a page, the language kept."""

    def record(self, layer: str, record: str) -> str:
        """The page of a record."""

    def layer(self, layer: str, **params: str) -> str:
        """The page of a layer."""

    def export(self, layer: str, extension: str, **params: str) -> str:
        """The download of a layer, or of what the parameters keep."""


class Source(NamedTuple):
    """Where something is published."""

    id: str
    publisher: str
    address: str

    def shown(self) -> str:
        """One line that names the publisher and the address.

        >>> Source("S1", "UBND tỉnh", "https://example.vn").shown()
        'UBND tỉnh <https://example.vn>'
        """
        return f"{self.publisher} <{self.address}>" if self.address else self.publisher


class Reader:
    """Reads values of records aloud in one language; names of other records are looked up once."""

    def __init__(self, atlas: Atlas, lang: str) -> None:
        self._atlas = atlas
        self.lang = lang
        self._titles: dict[tuple[str, str], str] = {}
        self._sources: dict[str, Source] = {}

    def learn(self, layer: str, records: Iterable[Record]) -> None:
        """Look up the names of everything that the records refer to, in one question a layer."""
        wanted: dict[str, set[str]] = {}
        records = tuple(records)
        for field in COLLECTIONS[layer].fields:
            if field.target is not None:
                keys = {key for record in records for key in parts(record.properties.get(field.name))}
                wanted.setdefault(field.target, set()).update(keys)
        self.learn_sources(wanted.pop("sources", ()))
        for target, key in _ends(layer, records):
            wanted.setdefault(target, set()).add(key)
        for target, keys in wanted.items():
            self._learn_titles(target, keys)

    def learn_sources(self, keys: Iterable[str]) -> None:
        """Look up publisher and address of the sources called `keys`."""
        unknown = tuple(sorted(set(keys) - self._sources.keys()))
        for record in self._atlas.find(Query("sources", ids=unknown)).records if unknown else ():
            address = record.properties.get("address")
            self._sources[record.id] = Source(record.id, record.title_in(self.lang), str(address or ""))

    def _learn_titles(self, layer: str, keys: set[str]) -> None:
        unknown = {key for key in keys if (layer, key) not in self._titles}
        for key, (title, title_en) in self._atlas.titles(layer, unknown).items():
            self._titles[layer, key] = title_en if self.lang != "vi" and title_en else title

    def told(self, field: Field, record: Record) -> str | None:
        """What `record` says in `field`, as text; the end of a link by its name in the language."""
        end = end_of(COLLECTIONS[record.layer], field.name, record.properties)
        if end is not None and end in self._titles:
            return self._titles[end]
        return self.shown(field, record.properties.get(field.name))

    def shown(self, field: Field, value: Value) -> str | None:
        """`value` of `field` as text: labels, names, dates and numbers as the language writes them."""
        if value is None:
            return None
        if field.target is not None or field.codes is not None:
            return "; ".join(self._names(field, value))
        if field.kind == "date":
            return date_shown(str(value), self.lang)
        return value if isinstance(value, str) else number_shown(value, field.unit, self.lang)

    def _names(self, field: Field, value: Value) -> Iterable[str]:
        if field.target == "sources":
            return (source.shown() for source in self.sources(value))
        if field.target is not None:
            return (self._titles.get((field.target, key), key) for key in parts(value))
        codes = CODE_LISTS[field.codes or ""]
        return (codes.label_of(key, self.lang) for key in parts(value))

    def sources(self, ids: Value) -> list[Source]:
        """The sources behind a `source_ids` value, in its order; an unknown one is known by its id alone."""
        return [self._sources.get(key, Source(key, key, "")) for key in parts(ids)]


def _ends(layer: str, records: Iterable[Record]) -> Iterable[tuple[str, str]]:
    """Layer and id of what the records lead from and to, where they are links."""
    if layer == LINK_LAYER.name:
        found = (end_of(LINK_LAYER, name, record.properties) for record in records for name in ENDS)
        yield from (end for end in found if end is not None)


def parts(value: Value) -> tuple[str, ...]:
    """The keys in a value that joins several by ';'.

    >>> parts("S1; S2"), parts(4), parts(None)
    (('S1', 'S2'), ('4',), ())
    """
    return () if value is None else tuple(key.strip() for key in str(value).split(";") if key.strip())


def number_shown(value: float, unit: str | None, lang: str) -> str:
    """A number as the language writes it; grouped by thousands only where a unit shows that it is a quantity.

    >>> number_shown(1234.5, "ha", "vi"), number_shown(1234.5, "ha", "en"), number_shown(2023, None, "vi")
    ('1.234,5\\xa0ha', '1,234.5\\xa0ha', '2023')
    """
    text = f"{value:,}" if unit else str(value)
    if isinstance(value, float):
        text = text.removesuffix(".0")
    if lang == "vi":
        text = text.translate(str.maketrans(",.", ".,"))
    return f"{text}{_BEFORE_UNIT}{unit}" if unit else text


def date_shown(iso: str, lang: str) -> str:
    """An ISO date of any precision, or a span of two, as the language writes it.

    >>> date_shown("2019-02-14", "vi"), date_shown("2019-02", "vi"), date_shown("2019-02-14", "en")
    ('14/02/2019', '02/2019', '2019-02-14')
    >>> date_shown("2014-05/2015", "vi"), date_shown("2014/2015", "en")
    ('05/2014 – 2015', '2014 – 2015')
    """
    ends = iso.split("/")
    return " – ".join("/".join(reversed(end.split("-"))) if lang == "vi" else end for end in ends)


def precision_of(record: Record) -> Precision | None:
    """How well the record's place is known; None when it has no place or nothing is said of it."""
    return None if record.lng is None else _PRECISIONS.get(record.precision or "")


APPROXIMATE = Label("Vị trí gần đúng, sai số khoảng {km} km", "Approximate location, within about {km} km")


def caution(precision: Precision | None, lang: str) -> str | None:
    """The sentence that goes with an approximate place; None for an exact one."""
    if precision is None or not precision.approximate:
        return None
    return APPROXIMATE.of(lang).format(km=number_shown(precision.uncertainty_m / 1000, None, lang))
