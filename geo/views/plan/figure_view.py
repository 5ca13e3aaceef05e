"""A figure for people and for programs: its value in words, its records as a table, and newer data beside it."""

from collections.abc import Iterable, Mapping
from typing import Any

from geo.atlas import Atlas, Query, Record
from geo.ocop.codes import CODE_LISTS
from geo.ocop.layers import LAYERS
from geo.plan.clauses import CLAUSES
from geo.plan.figures import Figure, Indicator, Interval, Parameters, Reason
from geo.plan.records import RecordKey
from geo.schema import Label
from geo.views.map.map_page import Places
from geo.views.plan.table import (
    Cell,
    Column,
    Definition,
    FigureCell,
    Link,
    Table,
    change_text,
    interval_text,
    number_text,
    record_path,
)
from geo.views.values import Reader, Source, Urls, format_date, parts, precision_of

SURE = Label("Chắc chắn", "Certain")
POSSIBLE = Label("Có thể", "Possible")
UNKNOWN = Label("Chưa đủ số liệu để xét", "Too little data to decide")
AT_MOST = Label("tối đa {n}", "at most {n}")
CERTAIN = Label("chắc chắn", "certain")
UNDECIDED = Label("chưa đủ số liệu để xét: {n}", "too little data to decide: {n}")
WITHHELD = Label(
    "không công bố, vì số hộ quá ít để giữ kín thông tin của từng hộ",
    "not shown: too few households to protect each one",
)
NO_VALUE = Label("chưa có số liệu", "no data yet")
EMPTY = Label("không có bản ghi nào để tính tỷ lệ", "no record to take a share of")
_WITHOUT: dict[Reason, Label] = {"": NO_VALUE, "unknown": NO_VALUE, "empty": EMPTY, "withheld": WITHHELD}
NOT_BY_DAY = Label("không ghi theo ngày", "not recorded by day")
"""Instead of an earlier value of the same version, where the figure does not depend on the day."""
GROUPS = (
    ("records", SURE),
    ("possible_records", POSSIBLE),
    ("unknown_records", UNKNOWN),
)
"""The fields of a figure that hold records, and the certainty that each stands for."""
_DEFINITIONS = (
    Definition(
        SURE,
        Label(
            "Bản ghi được tính vào số liệu này dù vị trí, thời hạn sai lệch đến mức đã nêu.",
            "The record belongs to the figure whatever the stated uncertainty of place or date.",
        ),
    ),
    Definition(
        POSSIBLE,
        Label(
            "Bản ghi có được tính hay không tuỳ vào vị trí hoặc thời hạn thật, trong phạm vi sai số đã nêu.",
            "Whether the record belongs depends on its true place or date, within the stated uncertainty.",
        ),
    ),
    Definition(
        UNKNOWN,
        Label(
            "Chưa có số liệu để xét bản ghi; không được tính vào số liệu.",
            "Nothing is recorded by which to decide; the record is not counted.",
        ),
    ),
)
_BATCH = 500
_COLUMNS = (
    Column("record", Label("Bản ghi", "Record"), "link"),
    Column("certainty", Label("Mức chắc chắn", "Certainty")),
    Column("id", Label("Mã", "Code")),
    Column("commune", Label("Xã, phường", "Commune")),
    Column("district", Label("Huyện cũ", "Former district")),
    Column("precision", Label("Độ chính xác vị trí", "Location precision")),
    Column("sources", Label("Nguồn", "Sources")),
)


def address_of(figure: Figure) -> dict[str, str]:
    """The parameters in the address of a figure, in their fixed order, as text."""
    return address_for(figure.indicator, figure.parameters, figure.rule_number)


def address_for(indicator: Indicator, parameters: Parameters, rule_number: int | None = None) -> dict[str, str]:
    """The same of the figure that an indicator has for some parameters: those that do not change it are left out.

    The rule is the present one unless its number is given; the first rule has no parameter (see Figure.address).
    """
    number = rule_number or indicator.rule_number
    plain = parameters.plain(indicator.parameters) | ({"rule": number} if number > 1 else {})
    return {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in plain.items()}


def path_of(figure: Figure) -> str:
    """The path of the page of a figure."""
    return f"/plan/figures/{figure.indicator.key}"


def rounded(interval: Interval, decimals: int) -> Interval:
    """The bounds with as many decimals as the indicator is shown with; whole numbers as int."""
    sure, possible = (round(bound, decimals) if decimals else round(bound) for bound in interval)
    return Interval(sure, possible)


def without_value(figure: Figure) -> Label:
    """Why a figure has no value."""
    return _WITHOUT[figure.reason]


def figure_cell(figure: Figure) -> FigureCell:
    """The cell with the bounds of a figure, which opens its page."""
    value = None if figure.value is None else rounded(figure.value, figure.indicator.decimals)
    return FigureCell(value, without_value(figure), path_of(figure), tuple(address_of(figure).items()))


def earlier_cell(before: Figure, figure: Figure) -> FigureCell:
    """The cell of a figure that another is compared with; NOT_BY_DAY where the two are one figure."""
    cell = figure_cell(before)
    return cell if before.address != figure.address else cell._replace(value=None, without=NOT_BY_DAY)


def value_text(figure: Figure, lang: str) -> str:
    """The value in words with its unit: "5 chắc chắn, tối đa 23 sản phẩm"; why it has none where it has none."""
    if figure.value is None:
        return without_value(figure).of(lang)
    text = interval_text(rounded(figure.value, figure.indicator.decimals), "", lang)
    return f"{text} {figure.indicator.unit.of(lang)}".strip()


def card_view(figure: Figure, before: Figure | None, since: str, lang: str, urls: Urls) -> dict[str, Any]:
    """A figure as a card: its bounds, how it changed from `before`, which holds for the moment `since` in words.

    Within a version, a figure that does not depend on the day neither changed nor stayed the same: nothing is said.
    """
    value = None if figure.value is None else rounded(figure.value, figure.indicator.decimals)
    has_bounds = value is not None and not value.is_exact
    return {
        "name": figure.indicator.name.of(lang),
        "url": urls.page(path_of(figure), **address_of(figure)),
        "value": value,
        "sure": None if value is None else number_text(value.sure, "", lang),
        "unit": CERTAIN.of(lang) if has_bounds else figure.indicator.unit.of(lang),
        "possible": AT_MOST.of(lang).format(n=number_text(value.possible, "", lang)) if value and has_bounds else "",
        "unknown": UNDECIDED.of(lang).format(n=len(figure.unknown_records)) if figure.unknown_records else "",
        "without": without_value(figure).of(lang),
        "change": since_text(figure, before, since, lang) if before and before.address != figure.address else "",
    }


_SAME = Label("Không đổi so với {since}", "Unchanged since {since}")
_CHANGED = Label("{change} so với {since}", "{change} since {since}")
_BEFORE = Label("{since}: {before}", "{since}: {before}")


def since_text(figure: Figure, before: Figure, since: str, lang: str) -> str:
    """How the value changed: the difference of two exact values, else the earlier value in words."""
    if figure.value == before.value and figure.value is not None:
        return _SAME.of(lang).format(since=since)
    if figure.value is None or before.value is None or not (figure.value.is_exact and before.value.is_exact):
        return _BEFORE.of(lang).format(since=since, before=value_text(before, lang))
    change = round(figure.value.sure - before.value.sure, figure.indicator.decimals or None)
    return _CHANGED.of(lang).format(change=change_text(Interval(change, change), "", lang), since=since)


def figure_table(atlas: Atlas, figure: Figure, most: int | None = None) -> Table:
    """The records behind a figure as a table: sure, possible and undecided ones, each with how certain it is.

    Of more than `most` records it has the first ones.
    """
    marked = [(key, certainty) for name, certainty in GROUPS for key in getattr(figure, name)]
    shown = marked[:most]
    records = records_by_key(atlas, (key for key, _ in shown))
    places = Places(atlas, records.values(), "vi")
    cited = {key: parts(record.properties.get("source_ids")) for key, record in records.items()}
    rows = [(key, certainty) for key, certainty in shown if key in records]
    return Table(
        "records",
        Label("Các bản ghi tạo nên số liệu", "The records behind the figure"),
        _COLUMNS,
        tuple(_row(records[key], certainty, places, "; ".join(cited[key])) for key, certainty in rows),
        records=tuple(key for key, _ in rows),
        sources=sources_of(atlas, (source for own in cited.values() for source in own)),
        definitions=definitions_of(figure),
        empty=Label("Không có bản ghi nào.", "No record."),
        total=len(marked) - len(shown) + len(rows),
    )


def definitions_of(figure: Figure) -> tuple[Definition, ...]:
    """What a figure means: its rule, its clause of the plan, and the words for how certain a record is."""
    indicator = figure.indicator
    clause = Definition(Label("Mục của kế hoạch", "Clause of the plan"), CLAUSES[indicator.clause].words)
    return (Definition(indicator.name, figure.rule), clause, *_DEFINITIONS)


def _row(record: Record, certainty: Label, places: Places, cited: str) -> tuple[Cell, ...]:
    precision = precision_of(record)
    return (
        record_link(record),
        certainty,
        record.id,
        places.commune(record),
        places.district(record),
        precision.label if precision else None,
        cited or None,
    )


def record_link(record: Record) -> Link:
    """The cell that leads to the page of a record."""
    return Link(Label(record.title, record.title_en or record.title), record_path(record.layer, record.id))


def records_by_key(atlas: Atlas, keys: Iterable[RecordKey]) -> Mapping[RecordKey, Record]:
    """The records of keys, read in batches by layer; keys that the atlas does not have are left out."""
    ids: dict[str, dict[str, None]] = {}
    for layer, record in keys:
        ids.setdefault(layer, {})[record] = None
    records: dict[RecordKey, Record] = {}
    for layer, wanted in ids.items():
        names = tuple(wanted)
        for begin in range(0, len(names), _BATCH):
            page = atlas.find(Query(layer, ids=names[begin : begin + _BATCH]))
            records.update({RecordKey(layer, record.id): record for record in page.records})
    return records


def sources_of(atlas: Atlas, ids: Iterable[str]) -> tuple[Source, ...]:
    """Publisher and address of sources, in the order of their ids."""
    wanted = sorted(set(ids))
    reader = Reader(atlas, "vi")
    reader.learn_sources(wanted)
    return tuple(reader.sources("; ".join(wanted)))


def parameter_texts(atlas: Atlas, figure: Figure, lang: str) -> list[tuple[str, str]]:
    """The parameters in the address of a figure with their values in words, version and rule aside."""
    parameters = figure.parameters
    words = {"on": format_date(parameters.on.isoformat(), lang), "frame": LAYERS[parameters.frame.value].label.of(lang)}
    for name, layer, key in (
        ("unit", parameters.frame.value, parameters.unit),
        ("cohort", "cohorts", parameters.cohort),
    ):
        title, title_en = atlas.titles(layer, [key or ""]).get(key or "", (key or "", None))
        words[name] = title_en if lang != "vi" and title_en else title
    if parameters.crop is not None:
        words["crop"] = CODE_LISTS["material"].label_of(parameters.crop, lang)
    address = address_of(figure)
    return [(name, words.get(name, value)) for name, value in address.items() if name not in {"version", "rule"}]


def figure_view(figure: Figure, newer: Figure | None, present: Figure | None, lang: str) -> dict[str, Any]:
    """The words of the page of a figure.

    `newer` is the figure of the current version, `present` that of the present rule; None where it is this one.
    """
    indicator = figure.indicator
    former = indicator.former_rule(figure.rule_number)
    clause = CLAUSES[indicator.clause]
    decimals = indicator.decimals
    return {
        "name": indicator.name.of(lang),
        "value": value_text(figure, lang),
        "has_value": figure.value is not None,
        "rule": figure.rule.of(lang),
        "rule_number": figure.rule_number if indicator.former_rules else None,
        "replaced_on": format_date(former.replaced_on.isoformat(), lang) if former else None,
        "present": None if present is None else value_text(present, lang),
        "clause": clause.words.of(lang),
        "clause_key": clause.key,
        "numerator": _bounds_text(figure.numerator, decimals, lang),
        "denominator": _bounds_text(figure.denominator, decimals, lang),
        "missing": figure.missing.of(lang) if figure.missing else "",
        "counts": [(certainty.of(lang), len(getattr(figure, name))) for name, certainty in GROUPS],
        "digest": figure.digest,
        "newer": None if newer is None else value_text(newer, lang),
        "is_same": newer is None or newer.digest == figure.digest,
        "has_same_value": newer is None or newer.value == figure.value,
    }


def _bounds_text(interval: Interval | None, decimals: int, lang: str) -> str:
    return "" if interval is None else interval_text(rounded(interval, decimals), "", lang)


def figure_json(figure: Figure, newer: Figure, present: Figure, address: str, lang: str) -> dict[str, Any]:
    """A figure for programs. `newer` is the same figure of the current version, `present` that of the present rule.

    `address` is the address of this one.
    """
    indicator = figure.indicator
    return {
        "indicator": indicator.key,
        "name": indicator.name.of(lang),
        "unit": indicator.unit.of(lang),
        "rule": figure.rule.of(lang),
        "rule_number": figure.rule_number,
        "clause": {"key": indicator.clause, "words": CLAUSES[indicator.clause].words.of(lang)},
        "parameters": figure.address,
        "value": _bounds(figure.value),
        "reason": figure.reason or None,
        "numerator": _bounds(figure.numerator),
        "denominator": _bounds(figure.denominator),
        "missing": figure.missing.of(lang) if figure.missing else None,
        "records": {
            "sure": [key._asdict() for key in figure.records],
            "possible": [key._asdict() for key in figure.possible_records],
            "unknown": [key._asdict() for key in figure.unknown_records],
        },
        "digest": figure.digest,
        "current": {
            "version": newer.parameters.version,
            "value": _bounds(newer.value),
            "digest": newer.digest,
            "differs": newer.digest != figure.digest,
        },
        "present_rule": {
            "number": present.rule_number,
            "rule": present.rule.of(lang),
            "value": _bounds(present.value),
            "differs": present.value != figure.value,
        },
        "links": [{"rel": "self", "type": "application/json", "href": address}],
    }


def _bounds(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else {"sure": interval.sure, "possible": interval.possible}
