"""The page Phase: the plan's clauses before and after, and a cohort of products with members that may be assumed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from geo.atlas import Atlas
from geo.ocop.codes import CODE_LISTS
from geo.plan.cohorts import Cohort, Revision, cohort_of, cohorts
from geo.plan.figures import Figure
from geo.plan.phase import Change, ClauseChanges, Moment, changes_by_clause
from geo.plan.records import RecordKey
from geo.schema import Label
from geo.text import sort_key
from geo.views.plan.desk import Content, Desk, content_of
from geo.views.plan.expiries import STATES, State, expiries
from geo.views.plan.figure_view import (
    address_of,
    earlier_cell,
    figure_cell,
    path_of,
    record_link,
    records_by_key,
    rounded,
    sources_of,
)
from geo.views.plan.overview_page import recognised_by_year
from geo.views.plan.table import Cell, Column, Definition, Link, Table
from geo.views.plan.table_sources import for_files, records_of_figures

BEFORE, AFTER = date(2020, 12, 31), date(2023, 12, 31)
"""The last day before the phase of plan 3770/KH-UBND, and its last day: what the page compares without parameters."""
PROGRAMME_FIGURES = ("products_valid", "products_valid_share", "products_lapsed", "producers_with_valid_product")
"""The indicators of the cards of the whole programme: those that depend on the day."""
FIGURES = ("cohort_members", "cohort_valid", "cohort_lapsed")
"""The indicators of the cards of a cohort."""
MEMBER = Label("Thành viên theo văn bản", "Member by a document")
CANDIDATE = Label("Thành viên giả định", "Assumed member")
_MEMBERSHIP = (
    Definition(
        MEMBER, Label("Có văn bản của cơ quan nêu sản phẩm này.", "A document of the office names the product.")
    ),
    Definition(
        CANDIDATE,
        Label(
            "Chưa có văn bản nào nêu tên; chỉ được tính là có thể, cho đến khi cơ quan xác nhận.",
            "No document names the product; it is counted as possible only, until the office confirms it.",
        ),
    ),
)
_CHANGE_COLUMNS = (
    Column("indicator", Label("Chỉ tiêu", "Indicator"), "link"),
    Column("before", Label("Trước", "Before"), "interval"),
    Column("after", Label("Sau", "After"), "interval"),
    Column("unit", Label("Đơn vị", "Unit")),
    Column("change", Label("Thay đổi", "Change"), "change"),
    Column("entered", Label("Số bản ghi thêm vào", "Records added"), "integer"),
    Column("left", Label("Số bản ghi bớt đi", "Records removed"), "integer"),
)
_CLAUSE = Column("clause", Label("Nội dung", "Clause"))


class ClauseView(NamedTuple):
    """A clause with the table of its indicators, how many of them were compared, and how many of those changed."""

    key: str
    words: Label
    no_field: Label | None
    table: Table
    compared: int
    changed: int


def compose_phase(desk: Desk) -> Content:
    """The content of the page; NotFound for a cohort that the version does not have."""
    everything = replace(desk, parameters=replace(desk.parameters, cohort=None))
    before = everything.before()
    changes = changes_by_clause(
        Moment(before.records, before.parameters), Moment(everything.records, everything.parameters)
    )
    names = cohorts(desk.records)
    key = desk.parameters.cohort or next(iter(names), None)
    cohort = cohort_of(desk.records, key) if key else None
    tables = [_all_changes(desk, changes)]
    cards: list[tuple[Figure, Figure | None]] = []
    if cohort is not None:
        tables.append(_members(desk, cohort))
        of_cohort = replace(desk, parameters=replace(desk.parameters, cohort=cohort.key))
        cards = _cards(of_cohort)
    return content_of(
        *tables,
        clauses=[_clause_view(row) for row in changes],
        programme_pairs=[(everything.figure(key), before.figure(key)) for key in PROGRAMME_FIGURES],
        by_year=recognised_by_year(everything),
        cohort=cohort,
        cohorts=[(one.key, one.name) for one in names.values()],
        card_pairs=cards,
    )


def _cards(desk: Desk) -> list[tuple[Figure, Figure | None]]:
    """The figures of a cohort and those before; no earlier ones for a version that did not have the cohort."""
    before = desk.before()
    has_cohort = desk.parameters.cohort in cohorts(before.records)
    return [(desk.figure(key), before.figure(key) if has_cohort else None) for key in FIGURES]


def _clause_view(row: ClauseChanges) -> ClauseView:
    """The table of a clause: what changed first, what cannot be compared last."""
    ordered = sorted(row.changes, key=lambda change: (not _has_changed(change), not change.is_compared))
    table = Table(
        f"clause_{row.clause.key}",
        row.clause.words,
        _CHANGE_COLUMNS,
        tuple(_cells(change) for change in ordered),
        empty=Label("Chưa có chỉ tiêu nào.", "No indicator yet."),
    )
    compared = sum(change.is_compared for change in row.changes)
    changed = sum(map(_has_changed, row.changes))
    return ClauseView(row.clause.key, row.clause.words, row.clause.no_field, table, compared, changed)


def _has_changed(change: Change) -> bool:
    """Whether the value or the records differ."""
    is_same = change.before.value == change.after.value
    return not is_same or bool(change.entered) or bool(change.left)


def _cells(change: Change) -> tuple[Cell, ...]:
    after = change.after
    difference = change.change if change.is_compared else None
    return (
        Link(after.indicator.name, path_of(after), tuple(address_of(after).items())),
        earlier_cell(change.before, after),
        figure_cell(after),
        after.indicator.unit,
        None if difference is None else rounded(difference, after.indicator.decimals),
        len(change.entered) if change.is_compared else None,
        len(change.left) if change.is_compared else None,
    )


def _all_changes(desk: Desk, clauses: Sequence[ClauseChanges]) -> Table:
    """The changes of all clauses in one table, for files."""
    return Table(
        "changes",
        Label("Trước và sau theo từng nội dung của kế hoạch", "Before and after by clause"),
        (_CLAUSE, *_CHANGE_COLUMNS),
        tuple((row.clause.key, *_cells(change)) for row in clauses for change in row.changes),
        definitions=tuple(Definition(Label(row.clause.key, row.clause.key), row.clause.words) for row in clauses),
        rests_on=for_files(desk, records_of_figures(change.after for row in clauses for change in row.changes)),
    )


def _members(desk: Desk, cohort: Cohort) -> Table:
    """The products of a cohort: how certain the membership is, and the state of the certificate before and after."""
    keys = [RecordKey("products", key) for key in sorted(cohort.members | cohort.candidates)]
    records = records_by_key(desk.atlas, keys)
    before, after = _states(desk.before()), _states(desk)
    ordered = sorted(records.values(), key=lambda one: (one.id not in cohort.members, sort_key(one.title)))
    stars = {code.key: code.label for code in CODE_LISTS["stars"].codes}
    return Table(
        "members",
        Label("Sản phẩm của nhóm", "Products of the cohort"),
        (
            Column("product", Label("Sản phẩm", "Product"), "link"),
            Column("id", Label("Mã", "Code")),
            Column("membership", Label("Tư cách", "Membership")),
            Column("stars", Label("Hạng sao", "Stars")),
            Column("year", Label("Năm công nhận", "Year certified"), "date"),
            Column("before", Label("Chứng nhận, trước", "Certificate, before")),
            Column("after", Label("Chứng nhận, sau", "Certificate, after")),
        ),
        tuple(
            (
                record_link(one),
                one.id,
                MEMBER if one.id in cohort.members else CANDIDATE,
                stars.get(str(one.properties.get("stars"))),
                str(one.properties["year"]) if one.properties.get("year") else None,
                STATES[before[one.id]] if one.id in before else None,
                STATES[after[one.id]],
            )
            for one in ordered
        ),
        records=tuple(RecordKey("products", one.id) for one in ordered),
        sources=sources_of(desk.atlas, cohort.source_ids),
        definitions=_MEMBERSHIP,
        note=Label(cohort.note, cohort.note) if cohort.note else None,
        empty=Label("Nhóm chưa có sản phẩm nào.", "The cohort has no products yet."),
    )


def _states(desk: Desk) -> dict[str, State]:
    """The state of each product's certificate on the day of the desk."""
    return {row.product.id: row.state for row in expiries(desk.atlas, desk.records, desk.parameters.on)}


def history_table(atlas: Atlas, revisions: Iterable[Revision], cohort: str, *, with_names: bool) -> Table:
    """What each version changed in a cohort (a key), the newest first; `with_names` adds who changed it."""
    rows = list(revisions)[::-1]
    titles = atlas.titles("products", {key for row in rows for key in (*row.added, *row.removed, *row.confirmed)})

    def names(keys: Iterable[str]) -> Label | None:
        pairs = [titles.get(key, (key, None)) for key in keys]
        return Label("; ".join(vi for vi, _ in pairs), "; ".join(en or vi for vi, en in pairs)) if pairs else None

    who = (Column("who", Label("Ai", "Who")),) if with_names else ()
    return Table(
        "history",
        Label("Lịch sử của nhóm", "History of the cohort"),
        (
            Column("version", Label("Phiên bản", "Version"), "link"),
            Column("at", Label("Ngày", "Date"), "date"),
            *who,
            Column("why", Label("Lý do", "Reason")),
            Column("added", Label("Thêm vào", "Added")),
            Column("removed", Label("Đưa khỏi nhóm", "Removed")),
            Column("confirmed", Label("Xác nhận", "Confirmed")),
        ),
        tuple(
            (
                Link(
                    Label(str(row.version), str(row.version)),
                    "/plan/phase",
                    (("version", str(row.version)), ("cohort", cohort)),
                ),
                row.at[:10],
                *((row.who,) if with_names else ()),
                row.why,
                names(row.added),
                names(row.removed),
                names(row.confirmed),
            )
            for row in rows
        ),
        empty=Label("Nhóm chưa từng thay đổi.", "The cohort was never changed."),
    )
