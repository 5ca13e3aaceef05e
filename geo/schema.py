"""The types that declare layers, fields, filters and links. They hold declarations only, no behaviour."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

Lang: TypeAlias = Literal["vi", "en"]
LANGS: tuple[Lang, ...] = ("vi", "en")


class Label(NamedTuple):
    """The same words in Vietnamese and in English."""

    vi: str
    en: str

    def of(self, lang: str) -> str:
        """The words in `lang`; English for every language but Vietnamese."""
        return self.vi if lang == "vi" else self.en


class Code(NamedTuple):
    """One value of a code list. `basis` names the decision or source that defines it, `aliases` what files call it."""

    key: str
    label: Label
    basis: str = ""
    aliases: tuple[str, ...] = ()


def _with_label(key: str, label: str) -> str:
    return key if label.casefold() == key else f"{key} ({label})"


@dataclass(frozen=True)
class CodeList:
    """A closed list of values, in the order of display."""

    name: str
    label: Label
    codes: tuple[Code, ...]

    def keys(self) -> tuple[str, ...]:
        """The keys in order."""
        return tuple(code.key for code in self.codes)

    def label_of(self, key: str, lang: str) -> str:
        """The label of `key` in `lang`; the key itself when the list does not contain it."""
        return next((code.label.of(lang) for code in self.codes if code.key == key), key)

    def listed(self) -> Label:
        """All keys with their labels, in one line: "food (Food), beverage (Beverages)"."""
        vi, en = (", ".join(_with_label(code.key, code.label.of(lang)) for code in self.codes) for lang in LANGS)
        return Label(vi, en)


FieldKind: TypeAlias = Literal[
    "text",  # a line of Unicode text
    "longtext",  # stored in a CSV file beside the shapefile, never truncated
    "integer",
    "real",
    "date",  # ISO 8601: 2019, 2019-02 or 2019-02-14; a span is 2014/2015
    "code",  # one key of the field's code list
    "codes",  # keys of the code list, joined by ';'
    "ref",  # the key of one record of the target layer
    "refs",  # keys of records of the target layer, joined by ';'
    "url",
]


class Task(NamedTuple):
    """What an office has to look up where a field has no value.

    `also` are values that count as missing. `where` names another field and the values of it (any value if none is
    named) that a record must have for the task to apply.
    """

    hint: Label
    also: tuple[str, ...] = ()
    where: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Field:
    """One attribute of a layer.

    `short` is its column in a shapefile: ASCII, at most 10 characters, unique in the layer.
    `codes` names the code list of a `code` or `codes` field, `target` the layer of a `ref` or `refs`.
    `unit` is the unit of a number, as displayed; `unit_field` names the field of the record that holds the unit, a
    code, where it differs from record to record. `minimum` and `maximum` are inclusive. `aliases` are other
    names that files of offices have for its column.
    `measures` "area" says that the number is the area, in `unit` (ha or km²), of the record's own outline, which
    may differ from it by the share `tolerance` before a person is asked to look; "length" that it is a length in
    metres, which pages show in kilometres from one kilometre on.
    `uncertainty_field` names the field that holds the uncertainty of a length in metres; pages round the length to it.
    `sparse` says that the field applies to some records only, so that an empty value is not a gap.
    `task` says that an office can find a missing value, and where; None where the absence is no work for anybody.
    `search_class` says what the values of a field with `search` are for the search: names of the record, which come
    first, other fields, or where it lies, which comes last.
    `lang` is the language that its texts are in (BCP 47); "" where it differs from text to text. `english` names the
    field with the same text in English, which English pages show instead.
    """

    name: str
    short: str
    label: Label
    kind: FieldKind = "text"
    required: bool = False
    codes: str | None = None
    target: str | None = None
    unit: str | None = None
    unit_field: str | None = None
    uncertainty_field: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    search: bool = False
    search_class: Literal["name", "field", "address"] = "name"
    table: bool = False
    hidden: bool = False
    help: Label | None = None
    aliases: tuple[str, ...] = ()
    measures: Literal["", "area", "length"] = ""
    tolerance: float = 0.1
    sparse: bool = False
    task: Task | None = None
    lang: str = "vi"
    english: str | None = None


Geometry: TypeAlias = Literal["Point", "LineString", "MultiLineString", "MultiPolygon"]
"""Recorded lines and areas may have several parts, as in a shapefile; a LineString is what the links are drawn as."""

_DIMENSIONS: dict[Geometry, int] = {"Point": 0, "LineString": 1, "MultiLineString": 1, "MultiPolygon": 2}
LayerGroup: TypeAlias = Literal["programme", "places", "units", "records", "links"]


@dataclass(frozen=True)
class LayerSpec:
    """One layer: its fields, its key, its geometry type and its labels.

    `geometry` is None for a table without places. `may_be_unplaced` allows a null geometry, which `unplaced` explains.
    `title` names the field with a record's name, `title_en` the field with its English name, if any.
    `time` names the date fields that say when a record holds: one is an instant or a span, two are from and until.
    `symbol` names the field that chooses the symbol (see ocop/styles.py). `article` is the label of one record.
    `tiling` layers cover the province without gap or overlap. `outline` is the field, and its values, under which
    a polygon is the record's own outline and not that of the units it lies in; None where it always is.
    `apart` names the field whose equal values keep records apart: own outlines that share one must not overlap.
    `distinct` names the field by whose values, where both are given and differ, records of the same name are different.
    `thematic` says that the programme is about the layer: it is on when the map opens, each record's page is in the
    sitemap, and records that look like one thing recorded twice are reported. `on_map` False takes a layer with
    geometry out of the list of layers that can be switched on over the base map.
    `searched` False leaves its records out of a search that names no layers. `search_standing` puts them, where they
    match as well, behind those of layers with a smaller one: 0 for what exists, 1 and 2 for units of the past (large,
    small), 3 for what only supports it; a record whose whole name is the query counts one less. `summary` names the
    fields whose values stand beside the name of a record where records are listed by name.
    """

    name: str
    label: Label
    article: Label
    group: LayerGroup
    geometry: Geometry | None
    key: str
    title: str
    fields: tuple[Field, ...]
    title_en: str | None = None
    symbol: str | None = None
    may_be_unplaced: bool = False
    unplaced: Label = Label("Chưa có vị trí trên bản đồ", "No location on the map yet")
    tiling: bool = False
    time: tuple[str, ...] = ()
    outline: tuple[str, tuple[str, ...]] | None = None
    apart: str | None = None
    distinct: str | None = None
    about: Label = Label("", "")
    thematic: bool = False
    on_map: bool = True
    searched: bool = True
    search_standing: int = 0
    summary: tuple[str, ...] = ()

    @property
    def dimension(self) -> int | None:
        """0 for points, 1 for lines, 2 for polygons; None for a table without geometry."""
        return None if self.geometry is None else _DIMENSIONS[self.geometry]

    def field(self, name: str) -> Field:
        """The field called `name`; KeyError when the layer has none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"layer {self.name!r} has no field {name!r}")

    def has(self, name: str) -> bool:
        """Whether the layer has a field called `name`."""
        return name in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(field.name for field in self.fields)


FilterKind: TypeAlias = Literal[
    "value",  # a value of the field; of a field of several codes, one of them
    "year",  # the year in which the date in the field ends
    "most",  # the number in the field is at most the given one multiplied by `scale`
    "unit",  # the unit, a record of the layer `unit`, that a record lies in by one of `links`
    "linked",  # "yes": the record has one of `links`; "no": it has none
    "end",  # the layer at one of the ends of a link; the fields name the layers of both
    "record",  # the record, layer/key, at one of the ends of a link; the fields name layer and key of both
]


class Filter(NamedTuple):
    """One filter of the map, the lists and the exports: a query parameter and what it compares.

    `fields` maps a layer to the field, or the fields, that are compared, as `kind` says. `links` are rows of LINKS;
    those of a unit are alternatives, the first that a record has counts. `outline` is the layer that draws the outlines
    of the units where their own geometries are points. `scale` is the unit of the parameter in the unit of the field.
    `derived` is another parameter with those of its values under which a value of this one is computed, not recorded.
    """

    param: str
    label: Label
    fields: dict[str, str | tuple[str, ...]]
    codes: str | None = None
    kind: FilterKind = "value"
    links: tuple[str, ...] = ()
    unit: str | None = None
    outline: str | None = None
    scale: float = 1.0
    derived: tuple[str, tuple[str, ...]] | None = None

    def fields_of(self, layer: str) -> tuple[str, ...]:
        """The fields of the layer that are compared; none where the filter reads links."""
        names = self.fields.get(layer, ())
        return (names,) if isinstance(names, str) else names


class Precision(NamedTuple):
    """A class of positional accuracy. The true position lies within `uncertainty_m` metres of the stored one."""

    key: str
    label: Label
    uncertainty_m: float
    approximate: bool


# --- links -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KeyLink:
    """Recorded: `field` of `source` holds the key (or keys) of records of `target`."""

    name: str
    source: str
    target: str
    field: str
    label: Label
    inverse: Label
    visible: bool = True


@dataclass(frozen=True)
class ThroughLink:
    """Recorded in two steps: `field` of `source` -> `via` layer, whose `via_field` -> `target`."""

    name: str
    source: str
    target: str
    field: str
    via: str
    via_field: str
    label: Label
    inverse: Label
    visible: bool = True


@dataclass(frozen=True)
class MatchLink:
    """Matched by value: every pair of fields in `on` is equal and not null at both ends."""

    name: str
    source: str
    target: str
    on: tuple[tuple[str, str], ...]
    label: Label
    inverse: Label
    visible: bool = True


@dataclass(frozen=True)
class Within:
    """Derived: the point of `source` lies in the polygon of `target`.

    `each="one"` claims that a source lies in exactly one target; the pipeline checks the claim.
    Sources known less well than `at_least` take no part.
    """

    name: str
    source: str
    target: str
    label: Label
    inverse: Label
    each: Literal["one", "any"] = "one"
    at_least: str = "commune"
    visible: bool = True


@dataclass(frozen=True)
class Overlap:
    """Derived: the polygon of `target` holds at least `min_share` of the area, or of the length, of `source`.

    The area in common is given in hectares; of a line only the share is.
    """

    name: str
    source: str
    target: str
    label: Label
    inverse: Label
    min_share: float = 0.01
    visible: bool = True


@dataclass(frozen=True)
class Near:
    """Derived: at most `distance_m` apart along the ellipsoid; nearest first.

    Ends known less well than `at_least` take no part; a link of a layer with itself leaves out
    the record itself.
    """

    name: str
    source: str
    target: str
    distance_m: float
    label: Label
    inverse: Label
    at_least: str = "commune"
    visible: bool = True


@dataclass(frozen=True)
class NearestOfKind:
    """Derived: for each source, the nearest target for every value of the target's field `by`.

    The pages of records and the map show a pair up to `shown_m` apart; the layer of links has all.
    """

    name: str
    source: str
    target: str
    by: str
    label: Label
    inverse: Label
    at_least: str = "commune"
    visible: bool = True
    shown_m: float | None = None


LinkSpec: TypeAlias = KeyLink | ThroughLink | MatchLink | Within | Overlap | Near | NearestOfKind


class Disagreement(NamedTuple):
    """A rule that a recorded link and a derived link of the same record should name the same target."""

    name: str
    recorded: str
    derived: str
    label: Label
