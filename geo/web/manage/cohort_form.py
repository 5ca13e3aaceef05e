"""The form that changes the members of a cohort: who is signed in sends it from the page /plan/phase."""

from dataclasses import replace

from flask import Flask, Response, g, request

from geo.drafts import Jobs
from geo.errors import BadQuery
from geo.plan.cohorts import Cohort, cohort_of
from geo.plan.records import Records, records_of
from geo.web.http import forms, params
from geo.web.manage.form_targets import add_form_target, see

_PRODUCT = "product:"
_MEMBERSHIPS = ("member", "candidate", "out")
_LONGEST_NOTE = 2_000


class CohortForm:
    """The target of the form."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def register(self, app: Flask) -> None:
        """Add the route."""
        add_form_target(app, "/manage/cohorts/<key>", "cohort", self.save, "/plan/phase")

    def save(self, key: str) -> Response:
        """Begin to publish a version with the membership of the form; NotFound for a cohort that does not exist."""
        records = records_of(g.current_atlas)
        form = request.form
        who = forms.require(form, "who", "người sửa", "who changes it")
        why = forms.require(form, "why", "lý do", "the reason")
        base = params.whole_number(form, "base", 0, most=999_999_999)
        cohort = apply_form(cohort_of(records, key), form, records)
        if "note" in form:
            cohort = replace(cohort, note=forms.text(form, "note", _LONGEST_NOTE))
        self._jobs.start_cohort(cohort, who=who, why=why, base=base)
        return see("/plan/phase", cohort=key)


def apply_form(cohort: Cohort, form: forms.Form, records: Records) -> Cohort:
    """The cohort with the membership of the form; BadQuery for a product that does not exist, and for no membership.

    Products that the form does not name keep their membership.
    """
    products = set(map(str, records.ids("products")))
    chosen = dict.fromkeys(cohort.members, "member") | dict.fromkeys(cohort.candidates, "candidate")
    chosen |= {name.removeprefix(_PRODUCT): value for name, value in form.items() if name.startswith(_PRODUCT)}
    added = [key for part in forms.text(form, "add").replace(";", ",").split(",") if (key := part.strip())]
    chosen |= dict.fromkeys(added, form.get("add_as", "candidate"))
    for key, membership in chosen.items():
        params.require_codes(f"{_PRODUCT}{key}", [membership], _MEMBERSHIPS)
        if membership != "out" and key not in products:
            raise BadQuery(
                f"There is no product {key!r}. Enter codes as they stand at /products, such as R01.",
                f"Không có sản phẩm {key!r}. Hãy ghi mã như ở trang /products, ví dụ R01.",
            )
    members, candidates = (
        frozenset(key for key, membership in chosen.items() if membership == kind) for kind in _MEMBERSHIPS[:2]
    )
    return replace(cohort, members=members, candidates=candidates)
