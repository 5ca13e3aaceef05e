"""The pages of the planners' part as rows, in the order of their bar."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from geo.schema import Label
from geo.views.plan.certificate_page import GROUPINGS, compose_certificates
from geo.views.plan.desk import Content, Desk
from geo.views.plan.overview_page import compose_overview
from geo.views.plan.phase_page import AFTER, BEFORE, compose_phase


class PlanPage(NamedTuple):
    """One page: its key, which its tables have in their addresses, its path and its words.

    `parameters` are those of geo/plan/figures.py that the page takes beside version and day; `choices` are its own.
    A page that compares has `since`, which gives the day that is compared with where the request names none; `day` is
    the day of a page that is not about today. The template has `page`, `desk`, `tables` and the values of the content.
    """

    key: str
    path: str
    label: Label
    about: Label
    template: str
    compose: Callable[[Desk], Content]
    parameters: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    since: Callable[[date], date] | None = None
    day: date | None = None


def year_before(on: date) -> date:
    """The same day a year earlier; 28 February for the day that a year may lack."""
    return on.replace(year=on.year - 1, day=28) if (on.month, on.day) == (2, 29) else on.replace(year=on.year - 1)


PAGES: tuple[PlanPage, ...] = (
    PlanPage(
        "overview",
        "/plan",
        Label("Tổng quan", "Overview"),
        Label("Chương trình trên một trang", "The programme on one page"),
        "plan/overview.html",
        compose_overview,
        since=year_before,
    ),
    PlanPage(
        "certificates",
        "/plan/certificates",
        Label("Chứng nhận", "Certificates"),
        Label("Giấy chứng nhận nào hết hạn, khi nào, của ai", "Which certificates end, when, and whose they are"),
        "plan/certificates.html",
        compose_certificates,
        parameters=("days",),
        choices=tuple(GROUPINGS),
    ),
    PlanPage(
        "phase",
        "/plan/phase",
        Label("Giai đoạn", "Phase"),
        Label(
            "Kế hoạch 3770/KH-UBND: trước và sau, theo từng nội dung", "Plan 3770/KH-UBND: before and after, by clause"
        ),
        "plan/phase.html",
        compose_phase,
        parameters=("cohort",),
        since=lambda _: BEFORE,
        day=AFTER,
    ),
)
