"""The members of a cohort are changed on the page of the phase: each change is a version, with who and why."""

import re
import time
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from geo.atlas import open_atlases
from geo.drafts import Jobs
from geo.drafts.child import carry_out
from geo.settings import Settings
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.web.conftest import BROWSER, TOKEN, read

PAGE = "/plan/phase?lang=en&cohort=G1"
FORM = "/manage/cohorts/G1?lang=en"
OURS = {"Sec-Fetch-Site": "same-origin", **BROWSER}


@pytest.fixture
def site(office: Settings) -> Iterator[FlaskClient]:
    """A visitor of the small province's site; jobs are carried out in this process."""
    source = open_atlases(office)
    yield create_app(office, source, templates=ROOT / "templates", jobs=Jobs(office, work=carry_out)).test_client()
    source.close()


def values(page: str) -> dict[str, str]:
    """What a browser would send of the form of the cohort."""
    inputs = [one.attrs for one in read(page).all("input")]
    chosen = [one for one in inputs if one.get("type") != "radio" or "checked" in one]
    names = ("product:", "base", "form_token")
    return {
        str(one["name"]): str(one.get("value") or "") for one in chosen if str(one.get("name", "")).startswith(names)
    }


def saved(site: FlaskClient, version: int = 2) -> str:
    """The page of the cohort once its change was published and is served."""
    for _ in range(300):
        page = site.get(PAGE, headers=BROWSER).text
        if f"The last change is version {version}." in page and f"Data version {version}" in page:
            return page
        time.sleep(0.1)
    raise AssertionError(page)


def members(page: str) -> dict[str, str]:
    """Code -> membership in the table of members."""
    rows = re.findall(r'data-label="Code">(\w+)</td><td data-label="Membership">([^<]+)<', page)
    return dict(rows)


def test_only_an_officer_can_change_a_cohort_and_every_version_keeps_its_own(site: FlaskClient) -> None:
    page = site.get(PAGE, headers=BROWSER).text
    assert members(page) == {"R1": "Member by a document", "R3": "Assumed member"}
    assert "The membership is assumed" in page and "/manage/cohorts/" not in page
    assert site.post(FORM, data={"who": "x", "why": "y"}, headers=OURS).status_code == 403

    site.post("/manage/sign-in", data={"token": TOKEN}, headers=OURS)
    answer = site.get(PAGE, headers=BROWSER)
    assert answer.headers["Cache-Control"] == "no-store"
    form = values(answer.text)
    assert form.items() >= {"product:R1": "member", "product:R3": "candidate", "base": "1"}.items()
    form |= {"who": "Sở Nông nghiệp", "why": "danh sách 12/KH", "note": "Công văn 12", "product:R3": "out"}
    form |= {"add": "R2; R1", "add_as": "member"}
    foreign = site.post(FORM, data=form | {"form_token": "x"}, headers=BROWSER)
    assert foreign.status_code == 403
    for wrong, status, words in (
        ({"who": ""}, 400, "who changes it"),
        ({"add": "R9"}, 400, "R9"),
        ({"product:R3": "boss"}, 400, "member, candidate, out"),
        ({"base": "0"}, 409, "have changed since"),
    ):
        refused = site.post(FORM, data=form | wrong, headers=OURS | {"Accept": "application/json"})
        assert refused.status_code == status and words in refused.get_json()["description"], wrong

    answer = site.post(FORM, data=form, headers=BROWSER)  # the token of the form is enough
    assert (answer.status_code, answer.location) == (303, "/plan/phase?cohort=G1&lang=en")
    page = saved(site)
    assert members(page) == {"R1": "Member by a document", "R2": "Member by a document"}
    assert "The membership is assumed" not in page and "Công văn 12" in page
    history = next(one.text for one in read(page).all("details") if "History" in one.text)
    assert "danh sách 12/KH" in history and "Sở Nông nghiệp" in history

    figures = [site.get(f"/plan/figures/cohort_members.json?version={n}&cohort=G1").get_json()["value"] for n in (1, 2)]
    assert figures[1] == {"sure": 2, "possible": 2} and figures[0] != figures[1]
    assert members(site.get(f"{PAGE}&version=1", headers=BROWSER).text) == {
        "R1": "Member by a document",
        "R3": "Assumed member",
    }
    site.post("/manage/sign-out", headers=OURS)
    assert "Sở Nông nghiệp" not in site.get(PAGE, headers=BROWSER).text


def test_a_request_without_a_note_keeps_the_note(site: FlaskClient) -> None:
    site.post("/manage/sign-in", data={"token": TOKEN}, headers=OURS)
    for base, sent in ((1, {"note": "Công văn 12", "product:R3": "out"}), (2, {"product:R3": "candidate"})):
        data = {"who": "A", "why": "B", "base": str(base), **sent}
        answer = site.post(FORM, data=data, headers=OURS)
        assert answer.status_code == 303
        page = saved(site, base + 1)
    assert "Công văn 12" in page and members(page)["R3"] == "Assumed member"
