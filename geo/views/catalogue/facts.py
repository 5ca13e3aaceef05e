"""What the atlas says of a layer, once for every catalogue; what it does not say is None or left out."""

import re
from collections import Counter
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode
from weakref import WeakKeyDictionary

import orjson

from geo.atlas import Atlas, Query
from geo.crs import METRIC_CRS, LngLatBbox
from geo.ocop.codes import CODE_LISTS, PRECISIONS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import GROUPS
from geo.schema import Label, LayerSpec
from geo.views.formats import format_of
from geo.views.ogc.served_crs import CRS84, WGS84_LAT_LNG
from geo.views.pages import downloads

# XML 1.0 section 2.2: characters that cannot stand in a document at all, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]+")
# A licence holds for the whole where its name is all there is, or where the compilation is offered under it.
_OFFERED = re.compile(r"(?:\A|offered under )(CC BY 4\.0|MIT)\.?\Z")
_LICENCES = {
    "CC BY 4.0": ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "MIT": ("MIT", "https://spdx.org/licenses/MIT"),
}
_APPROXIMATE = frozenset(row.key for row in PRECISIONS if row.approximate)
_DAY = re.compile(r"\d{4}(-\d{2}){0,2}")
ERRORS = ("fatal", "error")


class Site(NamedTuple):
    """Where the service is and what it calls itself. `root` is its address without a slash at the end."""

    root: str
    title: Label
    about: Label

    def at(self, path: str, lang: str = "vi", **query: str) -> str:
        """The address, with its host, of something on the site."""
        said = query if lang == "vi" else {**query, "lang": lang}
        return f"{self.root}{quote(path)}{'?' + urlencode(said, safe=':/,') if said else ''}"

    def named(self, path: str, name: str) -> str:
        """The identifier of what is spoken of at a path, told apart from the page itself."""
        return f"{self.at(path)}#{name}"


class Licence(NamedTuple):
    """The licence as the metadata words it; `spdx` and `address` where that is one known licence for the whole."""

    text: str
    spdx: str | None
    address: str | None


class Source(NamedTuple):
    """Something that the layer was made from."""

    name: str
    address: str | None
    licence: str


class Download(NamedTuple):
    """One file that the layer can be had as. `system` is the URI of its coordinate system."""

    key: str
    label: Label
    path: str
    params: dict[str, str]
    media_type: str
    system: str | None

    @property
    def name(self) -> str:
        """A word that tells it apart from the layer's other downloads."""
        return "-".join([self.key, *(value.replace(":", "") for value in self.params.values())])


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
    def shown(self) -> str:
        """The value in per cent, or the count."""
        return f"{100 * self.value:.2f}" if self.is_share else str(int(self.value))


class Facts(NamedTuple):
    """A layer as a data set. `made_on` is the day its metadata gives, `changed` when the version was published."""

    layer: str
    title: Label
    about: Label
    group: Label
    keywords: tuple[Label, ...]
    licence: Licence | None
    attribution: Label | None
    lineage: Label | None
    made_on: str | None
    changed: str
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
    """Words of the store without the characters that no XML document may hold.

    >>> clean("mật\\x00 ong")
    'mật� ong'
    """
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", str(text))


def web_address(text: object) -> str | None:
    """An http(s) address that may stand in a document as a link; None for anything else.

    >>> web_address("https://example.vn/a"), web_address("javascript:alert(1)"), web_address("https://a b")
    ('https://example.vn/a', None, None)
    """
    return text if isinstance(text, str) and _ADDRESS.fullmatch(text) else None


def facts_of(atlas: Atlas, layer: str) -> Facts:
    """Everything that the catalogues say of a layer but its measured quality."""
    spec, about = COLLECTIONS[layer], atlas.metadata(layer)
    placed = spec.geometry is not None
    return Facts(
        layer=layer,
        title=_label(about.get("title")) or spec.label,
        about=_label(about.get("abstract")) or spec.about,
        group=GROUPS[spec.group],
        keywords=_keywords(atlas, spec),
        licence=_licence(about.get("licence")),
        attribution=_label(about.get("attribution")),
        lineage=_label(about.get("lineage")),
        made_on=_day(about.get("date")),
        changed=atlas.version.published_at,
        version=atlas.version.number,
        records=atlas.count(Query(layer)),
        bbox=atlas.bounds(layer) if placed else None,
        period=_period(atlas, layer),
        sources=tuple(_sources(about.get("source"))),
        downloads=tuple(_downloads(spec)),
        systems=(CRS84, WGS84_LAT_LNG) if placed else (),
    )


def _label(words: object) -> Label | None:
    if not isinstance(words, dict):
        return None
    vi, en = (clean(words.get(lang) or "").strip() for lang in ("vi", "en"))
    return Label(vi or en, en or vi) if vi or en else None


def _licence(text: object) -> Licence | None:
    if not text:
        return None
    said = clean(text).strip()
    found = _OFFERED.search(said)
    spdx, address = _LICENCES[found[1]] if found else (None, None)
    return Licence(said, spdx, address)


def _day(text: object) -> str | None:
    return text if isinstance(text, str) and _DAY.fullmatch(text) else None


def _period(atlas: Atlas, layer: str) -> tuple[str | None, str | None] | None:
    found = atlas.period(layer)
    days = tuple(_day(end) for end in found) if found else (None, None)
    return None if days == (None, None) else (days[0], days[1])


def _sources(rows: Any) -> list[Source]:
    return [
        Source(clean(row["name"]), web_address(row.get("address")), clean(row.get("licence") or ""))
        for row in rows or ()
        if isinstance(row, dict) and row.get("name")
    ]


def _keywords(atlas: Atlas, spec: LayerSpec) -> tuple[Label, ...]:
    """What the layer is about: its kind, its group, the classes that its records are of, and the province."""
    classes: list[Label] = []
    codes = spec.field(spec.symbol).codes if spec.symbol else None
    if codes and spec.symbol:
        used = _known(atlas, spec.name).classes
        classes = [code.label for code in CODE_LISTS[codes].codes if code.key in used]
    places = [
        Label(clean(row.title), clean(row.title_en or row.title)) for row in atlas.find(Query("province")).records
    ]
    return tuple(dict.fromkeys([spec.article, GROUPS[spec.group], *classes, *places]))


def _downloads(spec: LayerSpec) -> list[Download]:
    """Every format, and again in the state's system where it can hold it and the layer has places."""
    found = []
    for vi, en in zip(downloads(spec, "vi"), downloads(spec, "en"), strict=True):
        chosen = format_of(vi["extension"])
        system = f"http://www.opengis.net/def/crs/EPSG/0/{METRIC_CRS.partition(':')[2]}" if vi["params"] else CRS84
        path = f"/export/{spec.name}.{chosen.extension}"
        media_type = chosen.media_type.partition(";")[0]
        label = Label(vi["label"], en["label"])
        found.append(Download(chosen.key, label, path, vi["params"], media_type, system if spec.geometry else None))
    return found


# --- quality -----------------------------------------------------------------------------------------


class _Known(NamedTuple):
    """What one reading of a layer counts."""

    records: int
    cells: int
    filled: int
    placed: int
    exact: int
    approximate: int
    classes: frozenset[str]


_COUNTED: WeakKeyDictionary[Atlas, dict[str, _Known]] = WeakKeyDictionary()
"""An atlas never changes, so each of its layers is counted once."""


def _known(atlas: Atlas, layer: str) -> _Known:
    counted = _COUNTED.setdefault(atlas, {})
    if layer not in counted:
        counted[layer] = _count(atlas, layer)
    return counted[layer]


def _count(atlas: Atlas, layer: str) -> _Known:
    spec = COLLECTIONS[layer]
    required = [field.name for field in spec.fields if field.required]
    tally: Counter[str] = Counter()
    classes: set[str] = set()
    for _, wkb, properties, _ in atlas.parts(Query(layer)):
        values = orjson.loads(properties)
        tally["records"] += 1
        tally["filled"] += sum(values.get(name) not in (None, "") for name in required)
        tally["placed"] += wkb is not None
        tally["exact"] += wkb is not None and values.get("precision") == "exact"
        tally["approximate"] += wkb is not None and values.get("precision") in _APPROXIMATE
        if spec.symbol:
            classes.add(str(values.get(spec.symbol)))
    records = tally["records"]
    return _Known(
        records, records * len(required), tally["filled"], tally["placed"], tally["exact"], tally["approximate"],
        frozenset(classes),
    )  # fmt: skip


_FILLED = (
    Label("Mức đầy đủ", "Completeness"),
    Label("Tỷ lệ giá trị bắt buộc đã có số liệu", "Share of required values that are filled in"),
)
_PLACED = (
    Label("Có vị trí", "Located"),
    Label("Tỷ lệ bản ghi có vị trí trên bản đồ", "Share of records with a location on the map"),
)
_EXACT = (
    Label("Vị trí chính xác", "Located exactly"),
    Label(
        "Tỷ lệ bản ghi có vị trí đo đạc hoặc được cung cấp", "Share of records whose location was surveyed or provided"
    ),
)
_UNPLACED = (
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
    "filled": _FILLED,
    "placed": _PLACED,
    "exact": _EXACT,
    "unplaced": _UNPLACED,
    "approximate": _ROUGH,
    "conflicts": _CONFLICTS,
    "errors": _ERRORS,
}
SHARES = frozenset({"filled", "placed", "exact"})
"""The metrics that are shares; the others are counts."""


def measures(atlas: Atlas, layer: str) -> tuple[Measure, ...]:
    """The measured quality of a layer; no share of nothing."""
    spec, known = COLLECTIONS[layer], _known(atlas, layer)
    found: dict[str, float] = {}
    if known.cells:
        found["filled"] = known.filled / known.cells
    if known.records and spec.geometry is not None:
        found["placed"] = known.placed / known.records
        if spec.has("precision"):
            found["exact"] = known.exact / known.records
    if spec.geometry is not None:
        found["unplaced"] = known.records - known.placed
        if spec.has("precision"):
            found["approximate"] = known.approximate
    found["conflicts"] = len(atlas.conflicts(layer))
    found["errors"] = sum(row.severity in ERRORS for row in atlas.issues(layer))
    return tuple(Measure(key, *METRICS[key], value) for key, value in found.items())
