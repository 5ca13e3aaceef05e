"""The content of the report: key figures, gaps, each clause before and after, the cohort, certificates, sources."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from geo.basemap.ground import Ground
from geo.ocop.layers import THEMATIC
from geo.plan.clauses import CLAUSES
from geo.plan.indicators import INDICATORS
from geo.settings import Settings
from geo.views.map.credits import credits_of
from geo.views.map.terrain_view import terrain_credits
from geo.views.phase_report.report_blocks import Appendix, Block, Grid, Heading, Paragraph, Report, grid_of
from geo.views.phase_report.report_words import WORDS
from geo.views.plan.certificate_page import compose_certificates
from geo.views.plan.desk import Content, Desk
from geo.views.plan.figure_view import NOT_BY_DAY, value_text
from geo.views.plan.overview_page import KEY_FIGURES, compose_overview
from geo.views.plan.phase_page import compose_phase
from geo.views.sheets.map_sheet import draw_sheet
from geo.views.sheets.subject import SheetOrder
from geo.views.values import format_date, format_moment

DOTS = "…………"


class Office(NamedTuple):
    """Who issues the report: the superior office, the office, the place. DOTS stand for what is filled in by hand."""

    parent: str = DOTS
    name: str = DOTS
    place: str = DOTS


def office_of(settings: Settings) -> Office:
    """The office that the settings name."""
    return Office(settings.office_parent or DOTS, settings.office or DOTS, settings.office_place or DOTS)


_ROMAN = ("I", "II", "III", "IV", "V")


def compose_report(desk: Desk, ground: Ground | None, office: Office, address: str, lang: str) -> Report:
    """The report for the version and the two days of a desk, which must compare; `address` is the URL of its page.

    The same version, days and office give the same report.
    """
    phase, certificates = compose_phase(desk), compose_certificates(desk)
    order = SheetOrder(paper="a4", orientation="portrait", lang=lang)
    attached = WORDS["attached"].of(lang).format(office=office.name)
    return Report(
        lang=lang,
        published_at=desk.atlas.version.published_at,
        head=_head(desk, office, lang),
        foot=_foot(lang),
        body=tuple(_body(desk, office, lang)),
        appendices=tuple(
            Appendix(WORDS["appendix"].of(lang).format(n=number), WORDS[title].of(lang), attached, tuple(blocks))
            for number, (title, blocks) in zip(
                _ROMAN,
                (
                    ("by_clause", _clauses(phase, lang)), ("cohort", _cohort(phase, lang)),
                    ("certificates", _certificates(certificates, lang)),
                    ("definitions", _definitions(desk, ground, (phase, certificates), lang)),
                ),
                strict=False,
            )
        ),
        sheet_title=f"{WORDS['appendix'].of(lang).format(n=_ROMAN[4])}: {WORDS['map'].of(lang)} {attached}",
        sheet=draw_sheet(desk.atlas, ground, order, address, has_list=False).values,
    )  # fmt: skip


def _head(desk: Desk, office: Office, lang: str) -> dict[str, str]:
    first, last = _days(desk, lang)
    return {
        "parent": office.parent.upper(), "office": office.name.upper(), "number": WORDS["number"].of(lang),
        "state": WORDS["state"].of(lang), "motto": WORDS["motto"].of(lang),
        "day": WORDS["day"].of(lang).format(place=office.place), "kind": WORDS["kind"].of(lang),
        "abstract": WORDS["abstract"].of(lang).format(first=first, last=last),
    }  # fmt: skip


def _foot(lang: str) -> dict[str, object]:
    return {
        "recipients_title": WORDS["recipients"].of(lang),
        "recipients": [WORDS["recipient"].of(lang), WORDS["archive"].of(lang)],
        "authority": WORDS["authority"].of(lang),
        "sign": WORDS["sign"].of(lang),
    }


def _days(desk: Desk, lang: str) -> tuple[str, str]:
    days = desk.before().parameters.on, desk.parameters.on
    return format_date(days[0].isoformat(), lang), format_date(days[1].isoformat(), lang)


# --- the report itself -------------------------------------------------------------------------------


def _body(desk: Desk, office: Office, lang: str) -> Iterator[Block]:
    version = desk.atlas.version
    at = format_moment(version.published_at, lang)
    yield Paragraph(WORDS["intro"].of(lang).format(office=office.name, n=version.number, at=at))
    yield Heading(WORDS["key"].of(lang))
    yield _key_figures(desk, lang)
    yield Heading(WORDS["decide"].of(lang))
    yield grid_of(compose_overview(desk).tables["decisions"], lang, title=False)
    yield Heading(WORDS["gaps"].of(lang))
    yield from _gaps(desk, lang)
    yield Paragraph(WORDS["rest"].of(lang))


def _key_figures(desk: Desk, lang: str) -> Grid:
    before = desk.before()
    heads = (WORDS["indicator"].of(lang), *(WORDS["before"].of(lang).format(day=day) for day in _days(desk, lang)))
    figures = ((before.figure(key), desk.figure(key)) for key in KEY_FIGURES)
    rows = tuple(
        (
            after.indicator.name.of(lang),
            value_text(first, lang) if first.address != after.address else NOT_BY_DAY.of(lang),
            value_text(after, lang),
        )
        for first, after in figures
    )
    return Grid("", heads, rows, frozenset(), (40, 28, 28))


def _gaps(desk: Desk, lang: str) -> Iterator[Block]:
    """What an office should record for the indicators that lack data, and what the declaration has no field for."""
    figures = [figure for key in INDICATORS if (figure := desk.figure(key)).missing is not None]
    yield Paragraph(WORDS["gaps_intro"].of(lang).format(n=len(figures)))
    if figures:
        rows = tuple(
            (figure.indicator.name.of(lang), figure.missing.of(lang), str(len(figure.unknown_records)))
            for figure in figures
            if figure.missing is not None
        )
        heads = tuple(WORDS[key].of(lang) for key in ("indicator", "to_record", "records"))
        yield Grid("", heads, rows, frozenset({2}), (40, 42, 10))
    without = tuple((row.words.of(lang), row.no_field.of(lang)) for row in CLAUSES.values() if row.no_field)
    if without:
        yield Paragraph(WORDS["no_field_intro"].of(lang))
        yield Grid("", (WORDS["clause"].of(lang), WORDS["to_record"].of(lang)), without, frozenset(), (50, 42))


# --- appendices --------------------------------------------------------------------------------------


def _clauses(phase: Content, lang: str) -> Iterator[Block]:
    for number, clause in enumerate(phase.values["clauses"], 1):
        yield Heading(f"{number}. {clause.words.of(lang)}", 2)
        if clause.no_field is not None:
            yield Paragraph(f"{clause.no_field.of(lang)}.")
        if clause.table.rows:
            yield grid_of(clause.table, lang, title=False)


def _cohort(phase: Content, lang: str) -> Iterator[Block]:
    members = phase.tables.get("members")
    if members is None:
        yield Paragraph(WORDS["no_cohort"].of(lang))
        return
    if members.note is not None:
        yield Paragraph(members.note.of(lang))
    yield grid_of(members, lang)


def _certificates(content: Content, lang: str) -> Iterator[Block]:
    for key in ("lapsing", "certificates"):
        yield grid_of(content.tables[key], lang)


def _definitions(desk: Desk, ground: Ground | None, contents: Iterable[Content], lang: str) -> Iterator[Block]:
    rows = tuple((row.name.of(lang), row.rule.of(lang)) for row in INDICATORS.values())
    heads = WORDS["indicator"].of(lang), WORDS["rule"].of(lang)
    yield Grid(WORDS["figure_rules"].of(lang), heads, rows, frozenset(), (34, 62))
    tables = [table for content in contents for table in content.tables.values() if table.key != "changes"]
    terms = {WORDS[key].of(lang): WORDS[f"{key}_meaning"].of(lang) for key in ("sure", "possible", "undecided")}
    terms |= {row.term.of(lang): row.meaning.of(lang) for table in tables for row in table.definitions}
    heads = WORDS["term"].of(lang), WORDS["meaning"].of(lang)
    yield Grid(WORDS["terms"].of(lang), heads, tuple(terms.items()), frozenset(), (30, 62))
    yield Heading(WORDS["sources"].of(lang), 2)
    of_records = credits_of(desk.atlas, [*THEMATIC, "communes", "province"], lang)
    yield from map(Paragraph, of_records["attributions"])
    yield from (Paragraph(f"{row['licence']}: {row['layers']}.") for row in of_records["licences"])
    for row in terrain_credits(ground, lang):
        yield Paragraph(f"{row['layers']}: {row['attribution']} ({row['licence']}).")
    yield from map(Paragraph, sorted({source.credit_line() for table in tables for source in table.sources}))
