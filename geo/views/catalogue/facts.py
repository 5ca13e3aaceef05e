"""The metadata of a layer, read from the atlas once for every standard; what is missing is None or left out."""

import re
from collections import Counter
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode
from weakref import WeakKeyDictionary

import orjson

from geo import budget
from geo.atlas import Atlas, Query
from geo.crs import METRIC_CRS, LngLatBbox
from geo.ocop.codes import CODE_LISTS, PRECISIONS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import GROUPS
from geo.schema import Label, LayerSpec
from geo.views.formats import format_of
from geo.views.notice import Licence, licence_of
from geo.views.ogc.served_crs import CRS84, WGS84_LAT_LNG
from geo.views.pages import downloads

# XML 1.0 section 2.2: characters that a document may not contain, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]+")
_APPROXIMATE = frozenset(row.key for row in PRECISIONS if row.approximate)
_DAY = re.compile(r"\d{4}(-\d{2}){0,2}")
ERRORS = ("fatal", "error")


class Site(NamedTuple):
    """The URL, title and description of the service. `root` has no slash at the end.

    `contact` is an address for questions: `mailto:`, `tel:` or `https:`, "" where none is configured.
    """

    root: str
    title: Label
    about: Label
    contact: str = ""

    @property
    def email(self) -> str:
        """The e-mail address for questions; "" where there is none."""
        return self.contact.removeprefix("mailto:") if self.contact.startswith("mailto:") else ""

    @property
    def telephone(self) -> str:
        """The telephone number for questions; "" where there is none."""
        return self.contact.removeprefix("tel:") if self.contact.startswith("tel:") else ""

    def contact_page(self, lang: str = "vi") -> str:
        """The URL of the page that says whom to ask: the configured one, else /about."""
        return self.contact if self.contact.startswith("https:") else self.at("/about", lang)

    def at(self, path: str, lang: str = "vi", **query: str) -> str:
        """The absolute URL of a path of the site; Vietnamese is the default language and needs no parameter."""
        parameters = query if lang == "vi" else {**query, "lang": lang}
        return f"{self.root}{quote(path)}{'?' + urlencode(parameters, safe=':/,') if parameters else ''}"

    def identifier(self, path: str, name: str) -> str:
        """The IRI of the thing described at `path`: the URL of the page with the fragment `name`."""
        return f"{self.at(path)}#{name}"


class Source(NamedTuple):
    """A source of the layer's data."""

    name: str
    address: str | None
    licence: str


class Download(NamedTuple):
    """One file of the layer. `system` is the URI of its coordinate reference system."""

    key: str
    label: Label
    path: str
    params: dict[str, str]
    media_type: str
    system: str | None

    @property
    def name(self) -> str:
        """A name that is unique among the layer's downloads."""
        return "-".join([self.key, *(value.replace(":", "") for value in self.params.values())])


class OnlineResource(NamedTuple):
    """An address of the layer for ISO metadata: its protocol, and its function in CI_OnLineFunctionCode."""

    address: str
    label: Label
    protocol: str
    function: str


class Measure(NamedTuple):
    """One measured quality of a layer: a share between 0 and 1, or a count."""

    key: str
    label: Label
    about: Label
    value: float

    @property
    def is_share(self) -> bool:
        """Whether the value is a share."""
        return self.key in SHARES

    @property
    def value_text(self) -> str:
        """The value as text: a share in per cent, or a count."""
        return f"{100 * self.value:.2f}" if self.is_share else str(int(self.value))


class Facts(NamedTuple):
    """A layer as a data set.

    `created_on` is the date in the layer's metadata, `published_at` the time when the version was published.
    """

    layer: str
    title: Label
    about: Label
    group: Label
    keywords: tuple[Label, ...]
    licence: Licence | None
    attribution: Label | None
    lineage: Label | None
    created_on: str | None
    published_at: str
    version: int
    records: int
    bbox: LngLatBbox | None
    period: tuple[str | None, str | None] | None
    sources: tuple[Source, ...]
    downloads: tuple[Download, ...]
    systems: tuple[str, ...]

    @property
    def spec(self) -> LayerSpec:
        """The declaration of the layer."""
        return COLLECTIONS[self.layer]


def clean(text: object) -> str:
    """Text of the store with U+FFFD for characters that XML does not allow.

    >>> clean("mật\\x00 ong")
    'mật� ong'
    """
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", str(text))


def web_address(text: object) -> str | None:
    """`text` when it is an http(s) URL that may be used as a link; None for anything else.

    >>> web_address("https://example.vn/a"), web_address("javascript:alert(1)"), web_address("https://a b")
    ('https://example.vn/a', None, None)
    """
    return text if isinstance(text, str) and _ADDRESS.fullmatch(text) else None


def facts_of(atlas: Atlas, layer: str) -> Facts:
    """The metadata of a layer, without its measured quality."""
    spec, about = COLLECTIONS[layer], atlas.metadata(layer)
    has_geometry = spec.geometry is not None
    return Facts(
        layer=layer,
        title=_label(about.get("title")) or spec.label,
        about=_label(about.get("abstract")) or spec.about,
        group=GROUPS[spec.group],
        keywords=_keywords(atlas, spec),
        licence=licence_of(clean(about.get("licence") or "")),
        attribution=_label(about.get("attribution")),
        lineage=_label(about.get("lineage")),
        created_on=_day(about.get("date")),
        published_at=atlas.version.published_at,
        version=atlas.version.number,
        records=atlas.count(Query(layer)),
        bbox=atlas.bounds(layer) if has_geometry else None,
        period=_period(atlas, layer),
        sources=tuple(_sources(about.get("source"))),
        downloads=tuple(_downloads(spec)),
        systems=(CRS84, WGS84_LAT_LNG) if has_geometry else (),
    )


def _label(words: object) -> Label | None:
    if not isinstance(words, dict):
        return None
    vi, en = (clean(words.get(lang) or "").strip() for lang in ("vi", "en"))
    return Label(vi or en, en or vi) if vi or en else None


def _day(text: object) -> str | None:
    return text if isinstance(text, str) and _DAY.fullmatch(text) else None


def _period(atlas: Atlas, layer: str) -> tuple[str | None, str | None] | None:
    dates = atlas.period(layer)
    days = tuple(_day(end) for end in dates) if dates else (None, None)
    return None if days == (None, None) else (days[0], days[1])


def _sources(rows: Any) -> list[Source]:
    return [
        Source(clean(row["name"]), web_address(row.get("address")), clean(row.get("licence") or ""))
        for row in rows or ()
        if isinstance(row, dict) and row.get("name")
    ]


def _keywords(atlas: Atlas, spec: LayerSpec) -> tuple[Label, ...]:
    """Keywords of the layer: its kind, its group, the classes of its records, and the province."""
    classes: list[Label] = []
    codes = spec.field(spec.symbol).codes if spec.symbol else None
    if codes and spec.symbol:
        classes_in_use = _counts_of(atlas, spec.name).classes
        classes = [code.label for code in CODE_LISTS[codes].codes if code.key in classes_in_use]
    places = [
        Label(clean(row.title), clean(row.title_en or row.title)) for row in atlas.find(Query("province")).records
    ]
    return tuple(dict.fromkeys([spec.article, GROUPS[spec.group], *classes, *places]))


def _downloads(spec: LayerSpec) -> list[Download]:
    """Every format, and again in VN-2000 where the format supports it and the layer has geometry."""
    files = []
    for vi, en in zip(downloads(spec, "vi"), downloads(spec, "en"), strict=True):
        row_format = format_of(vi["extension"])
        system = f"http://www.opengis.net/def/crs/EPSG/0/{METRIC_CRS.partition(':')[2]}" if vi["params"] else CRS84
        path = f"/export/{spec.name}.{row_format.extension}"
        media_type = row_format.media_type.partition(";")[0]
        label = Label(vi["label"], en["label"])
        files.append(Download(row_format.key, label, path, vi["params"], media_type, system if spec.geometry else None))
    return files


_FEATURES = Label("Dịch vụ OGC API - Features", "OGC API - Features service")


def online_resources(facts: Facts, site: Site) -> list[OnlineResource]:
    """Every file of a layer, its collection of OGC API - Features, and its page."""
    addresses = [(site.at(row.path, **row.params), row.label) for row in facts.downloads]
    collection = site.at(f"/collections/{facts.layer}")
    return [
        *(OnlineResource(address, label, "WWW:DOWNLOAD", "download") for address, label in addresses),
        OnlineResource(collection, _FEATURES, "OGC API - Features", "download"),
        OnlineResource(site.at(f"/{facts.layer}"), facts.title, "WWW:LINK", "information"),
    ]


# --- quality -----------------------------------------------------------------------------------------


class _Counts(NamedTuple):
    """Counts over the records of a layer: required values, positions by precision, and classes in use."""

    records: int
    cells: int
    values: int
    located: int
    exact: int
    approximate: int
    classes: frozenset[str]


_COUNTS: WeakKeyDictionary[Atlas, dict[str, _Counts]] = WeakKeyDictionary()
"""An atlas is immutable, so each of its layers is counted once."""
_MANY = 5_000
"""Records from which on counting a layer takes long."""


def _counts_of(atlas: Atlas, layer: str) -> _Counts:
    """The counts of a layer, made once; a request for them that comes first may read all of it."""
    counts = _COUNTS.setdefault(atlas, {})
    if layer not in counts:
        if atlas.count(Query(layer)) > _MANY:
            budget.take_place()
        with budget.unlimited():
            counts[layer] = _count(atlas, layer)
    return counts[layer]


def _count(atlas: Atlas, layer: str) -> _Counts:
    spec = COLLECTIONS[layer]
    required_fields = [field.name for field in spec.fields if field.required]
    tally: Counter[str] = Counter()
    classes: set[str] = set()
    for _, wkb, properties, _ in atlas.parts(Query(layer)):
        values = orjson.loads(properties)
        tally["records"] += 1
        tally["filled"] += sum(values.get(name) not in (None, "") for name in required_fields)
        tally["placed"] += wkb is not None
        tally["exact"] += wkb is not None and values.get("precision") == "exact"
        tally["approximate"] += wkb is not None and values.get("precision") in _APPROXIMATE
        if spec.symbol:
            classes.add(str(values.get(spec.symbol)))
    records = tally["records"]
    return _Counts(
        records, records * len(required_fields), tally["filled"], tally["placed"], tally["exact"], tally["approximate"],
        frozenset(classes),
    )  # fmt: skip


_COMPLETENESS = (
    Label("Mức đầy đủ", "Completeness"),
    Label("Tỷ lệ giá trị bắt buộc đã có số liệu", "Share of required values that are filled in"),
)
_LOCATED = (
    Label("Có vị trí", "Located"),
    Label("Tỷ lệ bản ghi có vị trí trên bản đồ", "Share of records with a location on the map"),
)
_EXACT = (
    Label("Vị trí chính xác", "Located exactly"),
    Label(
        "Tỷ lệ bản ghi có vị trí đo đạc hoặc được cung cấp", "Share of records whose location was surveyed or provided"
    ),
)
_WITHOUT_PLACE = (
    Label("Chưa có vị trí", "No location yet"),
    Label("Số bản ghi chưa có vị trí trên bản đồ", "Number of records without a location on the map"),
)
_ROUGH = (
    Label("Vị trí gần đúng", "Located approximately"),
    Label(
        "Số bản ghi chỉ biết đến bản, xã hoặc huyện, đặt tại một điểm bên trong",
        "Number of records known only to a village, commune or district and shown at a point inside it",
    ),
)
_CONFLICTS = (
    Label("Thông tin không thống nhất", "Conflicting information"),
    Label("Số trường hợp hồ sơ và bản đồ không khớp", "Number of cases where record and map disagree"),
)
_ERRORS = (
    Label("Lỗi chưa xử lý", "Unresolved errors"),
    Label("Số lỗi mà bước kiểm tra còn ghi nhận", "Number of errors that the checks still report"),
)
METRICS: dict[str, tuple[Label, Label]] = {
    "filled": _COMPLETENESS,
    "placed": _LOCATED,
    "exact": _EXACT,
    "unplaced": _WITHOUT_PLACE,
    "approximate": _ROUGH,
    "conflicts": _CONFLICTS,
    "errors": _ERRORS,
}
SHARES = frozenset({"filled", "placed", "exact"})
"""The metrics that are shares; the others are counts."""


def measures(atlas: Atlas, layer: str) -> tuple[Measure, ...]:
    """The measured quality of a layer; a share of zero values is left out."""
    spec, counts = COLLECTIONS[layer], _counts_of(atlas, layer)
    values: dict[str, float] = {}
    if counts.cells:
        values["filled"] = counts.values / counts.cells
    if counts.records and spec.geometry is not None:
        values["placed"] = counts.located / counts.records
        if spec.has("precision"):
            values["exact"] = counts.exact / counts.records
    if spec.geometry is not None:
        values["unplaced"] = counts.records - counts.located
        if spec.has("precision"):
            values["approximate"] = counts.approximate
    values["conflicts"] = len(atlas.conflicts(layer))
    values["errors"] = sum(row.severity in ERRORS for row in atlas.issues(layer))
    return tuple(Measure(key, *METRICS[key], value) for key, value in values.items())
