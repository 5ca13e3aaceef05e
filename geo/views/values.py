"""Values formatted for display: labels for codes, names for keys, URLs for sources, numbers with units."""

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import NamedTuple, Protocol

from geo.atlas import Atlas, Query, Record
from geo.atlas.model import Value
from geo.ocop.codes import CODE_LISTS, ORDINAL_UNITS, PRECISIONS
from geo.ocop.collections import COLLECTIONS, ENDS, LINK_LAYER, end_of
from geo.schema import Field, Label, Precision

_PRECISIONS = {row.key: row for row in PRECISIONS}
_BEFORE_UNIT = "\N{NO-BREAK SPACE}"
ABOUT = Label("khoảng {km} km", "about {km} km")
LESS = Label("dưới {km} km", "less than {km} km")
EXACT_M = next(precision.uncertainty_m for precision in PRECISIONS if not precision.approximate)
_ROMAN: dict[float, str] = {1: "I", 2: "II", 3: "III", 4: "IV", 5: "V"}


class Urls(Protocol):
    """Builds URLs in the language of the page."""

    def page(self, path: str, **params: str) -> str:
        """The URL of a page in the current language."""

    def record(self, layer: str, record: str) -> str:
        """The URL of a record's page."""

    def layer(self, layer: str, **params: str) -> str:
        """The URL of a layer's page."""

    def export(self, layer: str, extension: str, **params: str) -> str:
        """The URL of a download of a layer, or of the selection by the parameters."""


class Source(NamedTuple):
    """A cited source: its id, its publisher and its URL."""

    id: str
    publisher: str
    address: str

    def credit_line(self) -> str:
        """The publisher with the URL, in one line.

        >>> Source("S1", "UBND tỉnh", "https://example.vn").credit_line()
        'UBND tỉnh <https://example.vn>'
        """
        return f"{self.publisher} <{self.address}>" if self.address else self.publisher


class Reader:
    """Formats values of records in one language; names of other records are looked up once."""

    def __init__(self, atlas: Atlas, lang: str) -> None:
        self.atlas = atlas
        self.lang = lang
        self._titles: dict[tuple[str, str], str] = {}
        self._sources: dict[str, Source] = {}

    def learn(self, layer: str, records: Iterable[Record]) -> None:
        """Look up the names of all records that the records refer to, with one query for each layer."""
        keys_by_layer: dict[str, set[str]] = {}
        records = tuple(records)
        for field in COLLECTIONS[layer].fields:
            if field.target is not None:
                keys = {key for record in records for key in parts(record.properties.get(field.name))}
                keys_by_layer.setdefault(field.target, set()).update(keys)
        self.learn_sources(keys_by_layer.pop("sources", ()))
        for target, key in _ends(layer, records):
            keys_by_layer.setdefault(target, set()).add(key)
        for target, keys in keys_by_layer.items():
            self._learn_titles(target, keys)

    def learn_sources(self, keys: Iterable[str]) -> None:
        """Look up publisher and URL of the sources `keys`."""
        new_keys = tuple(sorted(set(keys) - self._sources.keys()))
        for record in self.atlas.find(Query("sources", ids=new_keys)).records if new_keys else ():
            address = record.properties.get("address")
            self._sources[record.id] = Source(record.id, record.title_in(self.lang), str(address or ""))

    def _learn_titles(self, layer: str, keys: set[str]) -> None:
        new_keys = {key for key in keys if (layer, key) not in self._titles}
        for key, (title, title_en) in self.atlas.titles(layer, new_keys).items():
            self._titles[layer, key] = title_en if self.lang != "vi" and title_en else title

    def text_of(self, field: Field, record: Record) -> str | None:
        """The value of `field` in `record` as text; an end of a link is its name in the language."""
        end = end_of(COLLECTIONS[record.layer], field.name, record.properties)
        if end is not None and end in self._titles:
            return self._titles[end]
        field = in_language(field, record, self.lang)
        value = record.properties.get(field.name)
        if field.unit_field is not None and isinstance(value, int | float):
            key = record.properties.get(field.unit_field)
            unit = self.format_value(COLLECTIONS[record.layer].field(field.unit_field), key)
            if key in ORDINAL_UNITS and value in _ROMAN:
                return f"{unit}{_BEFORE_UNIT}{_ROMAN[value]}"
            return format_number(value, unit, self.lang)
        if field.uncertainty_field is not None and isinstance(value, int | float):
            uncertainty = record.properties.get(field.uncertainty_field)
            return format_distance(value, float(uncertainty or 0), self.lang)
        return self.format_value(field, value)

    def summary_of(self, record: Record) -> str:
        """The values that stand beside the name of the record; empty where its layer declares none."""
        spec = COLLECTIONS[record.layer]
        return " · ".join(text for name in spec.summary if (text := self.text_of(spec.field(name), record)))

    def format_value(self, field: Field, value: Value) -> str | None:
        """`value` of `field` as text: labels, names, dates and numbers in the format of the language."""
        if value is None:
            return None
        if field.target is not None or field.codes is not None:
            return "; ".join(self._names(field, value))
        if field.kind == "date":
            return format_date(str(value), self.lang)
        if isinstance(value, str):
            return value
        if field.measures == "length":
            return format_length(value, self.lang)
        return format_number(value, field.unit, self.lang)

    def _names(self, field: Field, value: Value) -> Iterable[str]:
        if field.target == "sources":
            return (source.credit_line() for source in self.sources(value))
        if field.target is not None:
            return (self._titles.get((field.target, key), key) for key in parts(value))
        codes = CODE_LISTS[field.codes or ""]
        return (codes.label_of(key, self.lang) for key in parts(value))

    def sources(self, ids: Value) -> list[Source]:
        """The sources of a `source_ids` value, in its order; an unknown source has its id as its publisher."""
        return [self._sources.get(key, Source(key, key, "")) for key in parts(ids)]


def in_language(field: Field, record: Record, lang: str) -> Field:
    """The field that a page in `lang` shows for `field`: the one with its text in English, where it has one."""
    if lang == "vi" or field.english is None or not record.properties.get(field.english):
        return field
    return COLLECTIONS[record.layer].field(field.english)


def _ends(layer: str, records: Iterable[Record]) -> Iterable[tuple[str, str]]:
    """(layer, id) of both ends of each record of the layer "links"; nothing for other layers."""
    if layer == LINK_LAYER.name:
        ends = (end_of(LINK_LAYER, name, record.properties) for record in records for name in ENDS)
        yield from (end for end in ends if end is not None)


def title_lang(title_en: str | None, lang: str) -> str | None:
    """`"vi"` for a record whose Vietnamese name stands on a page in another language; None where no mark is needed."""
    return None if lang == "vi" or title_en else "vi"


def parts(value: Value) -> tuple[str, ...]:
    """The keys in a value that holds none, one, or several joined by ';'.

    >>> parts("S1; S2"), parts(4), parts(None)
    (('S1', 'S2'), ('4',), ())
    """
    return () if value is None else tuple(key.strip() for key in str(value).split(";") if key.strip())


def format_number(value: float, unit: str | None, lang: str) -> str:
    """A number in the format of the language. Digits are grouped only with a unit: without one it may be a year.

    >>> format_number(1234.5, "ha", "vi"), format_number(1234.5, "ha", "en"), format_number(2023, None, "vi")
    ('1.234,5\\xa0ha', '1,234.5\\xa0ha', '2023')
    """
    text = f"{value:,}" if unit else str(value)
    if isinstance(value, float):
        text = text.removesuffix(".0")
    if lang == "vi":
        text = text.translate(str.maketrans(",.", ".,"))
    return f"{text}{_BEFORE_UNIT}{unit}" if unit else text


def format_count(count: int, lang: str) -> str:
    """How many there are, with grouped digits.

    >>> format_count(3727, "vi"), format_count(3727, "en"), format_count(56, "vi")
    ('3.727', '3,727', '56')
    """
    return format_number(count, " ", lang).rstrip(f"{_BEFORE_UNIT} ")


def format_scale(denominator: float, lang: str) -> str:
    """The denominator of a map's scale with grouped digits.

    >>> format_scale(900_000, "vi"), format_scale(25_000.0, "en")
    ('900.000', '25,000')
    """
    return f"{denominator:,.0f}".replace(",", "." if lang == "vi" else ",")


def format_length(metres: float, lang: str) -> str:
    """A length: whole metres below a kilometre, else kilometres with one decimal.

    >>> format_length(2102.2, "vi"), format_length(2102.2, "en"), format_length(350.4, "en"), format_length(999.7, "vi")
    ('2,1\\xa0km', '2.1\\xa0km', '350\\xa0m', '1\\xa0km')
    """
    if round(metres) < 1000:
        return format_number(round(metres), "m", lang)
    return format_number(round(metres / 1000, 1), "km", lang)


def format_distance(distance_m: float, uncertainty_m: float, lang: str) -> str:
    """A distance, with how far the true one may be from it where its ends are not exact.

    >>> format_distance(3215, 100, "vi"), format_distance(350, 100, "vi")
    ('3,2 km', '350 m')
    >>> format_distance(5400, 8050, "vi"), format_distance(120, 16000, "en")
    ('khoảng 5 km (± 8 km)', 'less than 1 km (± 16 km)')
    """
    apart = format_apart(distance_m, uncertainty_m, lang)
    return f"{apart} (± {max(1, round(uncertainty_m / 1000))} km)" if uncertainty_m > 2 * EXACT_M else apart


def format_apart(distance_m: float, uncertainty_m: float, lang: str) -> str:
    """A distance, no more exact than its uncertainty lets it be known.

    >>> format_apart(3215, 100, "vi"), format_apart(5400, 8050, "vi"), format_apart(120, 16000, "en")
    ('3,2 km', 'khoảng 5 km', 'less than 1 km')
    """
    if uncertainty_m > 2 * EXACT_M:
        km = round(distance_m / 1000)
        return ABOUT.of(lang).format(km=km) if km else LESS.of(lang).format(km=1)
    if distance_m < 1000:
        return f"{round(distance_m)} m"
    return format_number(round(distance_m / 1000, 1), None, lang) + " km"


def format_date(iso: str, lang: str) -> str:
    """An ISO 8601 date of any precision, or a span of two, in the format of the language.

    >>> format_date("2019-02-14", "vi"), format_date("2019-02", "vi"), format_date("2019-02-14", "en")
    ('14/02/2019', '02/2019', '2019-02-14')
    >>> format_date("2014-05/2015", "vi"), format_date("2014/2015", "en")
    ('05/2014 – 2015', '2014 – 2015')
    """
    ends = iso.split("/")
    return " – ".join("/".join(reversed(end.split("-"))) if lang == "vi" else end for end in ends)


PROVINCE_TIME = timezone(timedelta(hours=7))  # Viet Nam has no summer time


def format_moment(iso: str, lang: str) -> str:
    """A moment in UTC (ISO 8601) as date and time of Viet Nam, to the minute.

    >>> format_moment("2026-11-30T18:05:09Z", "vi"), format_moment("2026-11-30T18:05:09Z", "en")
    ('01/12/2026 01:05', '2026-12-01 01:05')
    """
    moment = datetime.fromisoformat(iso).astimezone(PROVINCE_TIME)
    return f"{format_date(moment.date().isoformat(), lang)} {moment:%H:%M}"


def precision_of(record: Record) -> Precision | None:
    """The precision of the record's position; None when it has no position or no known precision."""
    return None if record.lng is None else _PRECISIONS.get(record.precision or "")


APPROXIMATE = Label("Vị trí gần đúng, sai số khoảng {km} km", "Approximate location, within about {km} km")


def caution(precision: Precision | None, lang: str) -> str | None:
    """The caution for an approximate position; None for an exact one."""
    if precision is None or not precision.approximate:
        return None
    return APPROXIMATE.of(lang).format(km=format_number(precision.uncertainty_m / 1000, None, lang))
