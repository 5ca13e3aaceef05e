"""Printed documents as clients get them: the form, the PDF, its name and tag, and what is refused."""

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit

import pypdfium2
import pytest
from flask.testing import FlaskClient

from geo.atlas import Atlas, open_atlases
from geo.settings import Settings
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.frames import world
from tests.frozen import VERSION, FixedSource, publish_atlas
from tests.web.conftest import Document, application, read

IMPRINT = "version=7&published=2026-01-02&ground=none"
RunApp: TypeAlias = Callable[..., "subprocess.CompletedProcess[str]"]
QUERY = "area=communes/00001&layers=products,sites&paper=a4&orientation=portrait&group=food"


def text_of(data: bytes) -> str:
    """The text of the first page."""
    text: str = pypdfium2.PdfDocument(io.BytesIO(data))[0].get_textpage().get_text_range()
    return "".join(text.split())


@pytest.fixture(scope="module")
def caller(small_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return application(small_atlas, data_dir=tmp_path_factory.mktemp("printing")).test_client()


def test_a_sheet_is_a_pdf_with_a_name_and_a_tag(caller: FlaskClient) -> None:
    answer = caller.get(f"/sheet.pdf?{IMPRINT}&{QUERY}")
    assert (answer.status_code, answer.content_type, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert answer.headers["Content-Disposition"].endswith('"sheet-communes-00001-a4-v7.pdf"')
    assert answer.headers["X-Feature-Count"] == "2"
    again = caller.get(f"/sheet.pdf?{IMPRINT}&{QUERY}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert caller.get(f"/sheet.pdf?{QUERY}", follow_redirects=True).data == answer.data


@pytest.mark.parametrize("path", ["/sheet.pdf?paper=a4&lang=en", "/atlas.pdf?lang=en"])
def test_the_address_of_a_file_always_names_its_imprint(caller: FlaskClient, path: str) -> None:
    answer = caller.get(path)
    address = urlsplit(answer.headers["Location"])
    assert (answer.status_code, address.path) == (302, path.partition("?")[0])
    query = dict(parse_qsl(address.query))
    assert query == dict(parse_qsl(IMPRINT)) | dict(parse_qsl(path.partition("?")[2]))


def test_the_address_of_a_sheet_gives_the_same_bytes_after_later_versions_or_says_that_it_cannot(
    tmp_path: Path,
) -> None:
    versions = [VERSION._replace(number=number, digest=str(number) * 64) for number in (1, 2)]
    atlases = [publish_atlas(world(), tmp_path / str(one.number), version=one) for one in versions]
    source = FixedSource(atlases[0], atlases[0])
    caller = create_app(Settings(data_dir=tmp_path / "var"), source, templates=ROOT / "templates").test_client()
    address = caller.get("/sheet.pdf?area=products/R1&paper=a4").headers["Location"]
    first = caller.get(address).data
    code = text_of(first)
    source.current = atlases[1]
    rmtree(tmp_path / "var" / "exports")
    assert caller.get(address).data == first, "made again, not kept"
    page = caller.get(address.replace("/sheet.pdf", "/sheet")).text
    assert read(page).all("a", href=address) and "version=1" in code and "hiện đã có phiên bản 2" in page
    assert "version=2" in caller.get("/sheet.pdf?area=products/R1&paper=a4").headers["Location"]
    other_day = caller.get(address.replace("2026-01-02", "2025-01-02") + "&lang=en")
    assert other_day.status_code == 404 and "no longer kept" in other_day.text
    lost = address.replace("ground=none", "ground=ground-0123456789ab") + "&lang=en"
    assert caller.get(lost).status_code == 404 and "no longer kept" in caller.get(lost).text
    page = caller.get(lost.replace("/sheet.pdf", "/sheet"))
    assert (
        page.status_code == 200
        and "no longer kept" in page.text
        and read(page.text).all("a", href=f"{address}&lang=en")
    )
    assert caller.get(address.replace("version=1", "version=9")).status_code == 404


def test_the_code_on_a_sheet_leads_to_its_page_in_its_language(caller: FlaskClient) -> None:
    text = text_of(caller.get(f"/sheet.pdf?{IMPRINT}&{QUERY}&lang=en").data)
    assert "ThanhAn" in text
    for part in (
        f"http://localhost/sheet?{IMPRINT}",
        "area=communes/00001",
        "orientation=portrait",
        "layers=products,sites",
        "group=food",
        "lang=en",
    ):
        assert part in text, part


def test_the_form_shows_the_sheet_of_its_url(caller: FlaskClient) -> None:
    page = Document()
    page.feed(caller.get(f"/sheet?{QUERY}").text)
    chosen = [one.attrs["value"] for one in page.elements if one.tag == "option" and "selected" in one.attrs]
    assert chosen == ["communes/00001", "a4", "portrait"]
    ticked = [one.attrs["value"] for one in page.elements if one.tag == "input" and "checked" in one.attrs]
    assert ticked == ["products", "sites"]
    hidden = {one.attrs["name"]: one.attrs["value"] for one in page.elements if one.attrs.get("type") == "hidden"}
    assert hidden == {"group": "food"}
    assert "Nhóm sản phẩm: Thực phẩm" in caller.get(f"/sheet?{QUERY}").text
    assert "/sheet?area=products/R1&amp;paper=a4" in caller.get("/products/R1").text
    links = [one.attrs["href"] for one in page.elements if one.tag == "a"]
    assert f"/sheet.pdf?{IMPRINT}&{QUERY}" in links and f"/atlas.pdf?{IMPRINT}" in links
    assert caller.get(next(link for link in links if (link or "").startswith("/sheet.pdf"))).status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [("paper=a5", 400, "a3, a4"), ("orientation=up", 400, "landscape"), ("layers=", 400, "at least one layer"),
     ("area=communes/99999", 404, "99999"), ("area=sources/S1", 400, "no location"), ("papers=a4", 400, "paper")],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/sheet", "/sheet.pdf"])
def test_an_order_that_cannot_be_made_is_refused(
    caller: FlaskClient, path: str, query: str, status: int, words: str
) -> None:
    answer = caller.get(f"{path}?{query}&lang=en")
    assert (answer.status_code, words in answer.text) == (status, True), answer.text


def test_the_atlas_has_a_map_for_each_commune(caller: FlaskClient) -> None:
    answer = caller.get(f"/atlas.pdf?{IMPRINT}")
    assert (answer.status_code, answer.headers["X-Feature-Count"]) == (200, "3")
    assert answer.headers["Content-Disposition"].endswith('"atlas-v7.pdf"')


def test_the_worklist_is_a_form_of_its_selection(caller: FlaskClient) -> None:
    answer = caller.get("/worklist.pdf?field=precision&layer=products")
    assert (answer.status_code, answer.content_type, answer.headers["X-Feature-Count"]) == (200, "application/pdf", "2")
    assert "/worklist.pdf?field=precision" in caller.get("/worklist?field=precision").text
    assert caller.get("/worklist.pdf?field=nothing").status_code == 400


@pytest.mark.parametrize(("ending", "start"), [("pdf", b"%PDF-"), ("docx", b"PK")])
def test_the_report_of_the_phase_is_a_file_of_the_days_that_its_url_names(
    caller: FlaskClient, ending: str, start: bytes
) -> None:
    answer = caller.get(f"/plan/report.{ending}?on=2022-12-31&from_on=2021-12-31&lang=en")
    assert (answer.status_code, answer.data[: len(start)]) == (200, start)
    assert answer.headers["Content-Disposition"].endswith(f'"report-v7-2022-12-31.{ending}"')
    assert f"/plan/report.{ending}?" in caller.get("/plan/phase").text
    if ending == "pdf":
        text = pypdfium2.PdfDocument(io.BytesIO(answer.data))[0].get_textpage().get_text_range()
        assert "2021-12-31 to 2022-12-31" in " ".join(text.split())


def test_a_report_of_days_that_are_none_is_refused(caller: FlaskClient) -> None:
    assert caller.get("/plan/report.pdf?on=2022-02-30").status_code == 400
    assert caller.get("/plan/report.odt").status_code == 404


@pytest.mark.parametrize(
    ("page", "query"), [("chains", "gap=zones&order=stars"), ("gaps", "gap=communes_without_product"), ("proximity", "km=7.5&show=far")]
)  # fmt: skip
def test_a_page_under_plan_is_printed_with_its_choices_at_an_address_that_names_version_and_day(
    caller: FlaskClient, page: str, query: str
) -> None:
    html = read(caller.get(f"/plan/{page}?on=2026-12-01&{query}").text)
    (link,) = [
        href for href in html.values("href")
        if href.startswith(f"/plan/{page}/sheet.pdf") and "paper=a4" in href and "portrait" in href
    ]  # fmt: skip
    answer = caller.get(link)
    address = answer.headers["Location"]
    asked = dict(parse_qsl(urlsplit(address).query))
    assert answer.status_code == 302 and asked | dict(parse_qsl(query)) == asked
    assert asked["version"] == "7" and asked["on"] == "2026-12-01" and asked["ground"] == "none" and "km" in asked
    file = caller.get(address)
    assert (file.status_code, file.content_type) == (200, "application/pdf")
    text = text_of(file.data)
    assert all(
        part in text for part in (f"http://localhost/plan/{page}?", "version=7", "on=2026-12-01", *query.split("&"))
    )
    width, height = pypdfium2.PdfDocument(io.BytesIO(file.data))[0].get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (210, 297)


def test_a_board_without_a_map_and_a_parameter_of_another_page_are_refused(caller: FlaskClient) -> None:
    named = "version=7&on=2026-12-01&km=10&ground=none&lang=en"
    assert "no map" in caller.get(f"/plan/chains/sheet.pdf?{named}&by=zones").text
    for query in ("paper=a5", "area=province"):
        assert caller.get(f"/plan/gaps/sheet.pdf?{named}&{query}").status_code == 400
    assert caller.get("/plan/overview/sheet.pdf").status_code == 404


@pytest.mark.parametrize(
    ("page", "query", "options"),
    [
        (
            "gaps",
            {"km": "7.5", "gap": "villages_without_site"},
            ("--km", "7.5", "--choose", "gap=villages_without_site"),
        ),
        ("chains", {"km": "10", "frame": "districts", "unit": "102"}, ("--frame", "districts", "--unit", "102")),
    ],
)
def test_the_command_writes_the_sheet_of_a_page_for_planners(
    built: Settings, run_app: RunApp, tmp_path: Path, page: str, query: dict[str, str], options: tuple[str, ...]
) -> None:
    root = "https://ocop.example"
    site = create_app(replace(built, public_url=root), open_atlases(built), templates=ROOT / "templates").test_client()
    address = urlencode({"version": "1", "on": "2026-12-01", **query, "paper": "a4"})
    answer = site.get(f"/plan/{page}/sheet.pdf?{address}", follow_redirects=True)
    assert answer.status_code == 200
    file = tmp_path / "sheet.pdf"
    words = ("plan-sheet", page, str(file), "--date", "2026-12-01", "--paper", "a4", "--url", root, *options)
    assert run_app(*words).returncode == 0
    assert file.read_bytes() == answer.data


def test_the_command_refuses_a_choice_that_the_page_does_not_have(run_app: RunApp, tmp_path: Path) -> None:
    outcome = run_app("plan-sheet", "gaps", str(tmp_path / "sheet.pdf"), "--choose", "link=village_near_site")
    assert outcome.returncode == 1 and "Các tên của trang gaps: gap" in outcome.stderr
    assert not list(tmp_path.iterdir())


def test_the_command_refuses_a_distance_that_is_not_a_number(run_app: RunApp, tmp_path: Path) -> None:
    outcome = run_app("plan-sheet", "proximity", str(tmp_path / "sheet.pdf"), "--km", "nan")
    assert outcome.returncode == 2 and "'nan' is not a number from 0 to 200" in outcome.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [("plan-sheet", "gaps"), ("sheet", "province"), ("report",), ("export", "products")])
def test_a_folder_that_is_not_there_is_named(run_app: RunApp, tmp_path: Path, words: tuple[str, ...]) -> None:
    ending = "gpkg" if words[0] == "export" else "pdf"
    outcome = run_app(*words, str(tmp_path / "none" / f"file.{ending}"))
    assert outcome.returncode == 1 and ".part" not in outcome.stderr
    assert f"Không có thư mục {tmp_path / 'none'}" in outcome.stderr and "There is no folder" in outcome.stderr
