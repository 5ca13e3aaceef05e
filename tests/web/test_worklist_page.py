"""The page of what is missing, and its file."""

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from geo.views.worklist import WORK
from geo.views.worklist_file import COLUMNS
from geo.web.words.site import WORDS, word
from tests.web.conftest import BROWSER, Document, read


def opened(client: FlaskClient, path: str) -> Document:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200, path
    return read(answer.text)


@pytest.mark.parametrize(("lang", "words"), [("vi", "Toạ độ đo tại thực địa"), ("en", "Coordinates taken on the spot")])
def test_the_page_says_what_to_look_up_with_links_to_the_records(client: FlaskClient, lang: str, words: str) -> None:
    page = opened(client, f"/worklist?lang={lang}")
    assert any(words in cell.text for cell in page.all("td"))
    addresses = {element.attrs["href"] for element in page.all("a") if element.attrs.get("class") == "named"}
    assert addresses
    for address in addresses:
        assert client.get(address, headers=BROWSER).status_code == 200
    (script,) = page.all("script")  # the page works without JavaScript; its only script applies the theme
    assert "theme" in script.text and "src" not in script.attrs


@pytest.mark.parametrize("path", ["/quality", "/quality?lang=en"])
def test_the_quality_page_leads_to_it(client: FlaskClient, path: str) -> None:
    assert any((e.attrs.get("href") or "").startswith("/worklist") for e in opened(client, path).all("a"))


def test_the_form_keeps_the_choice_and_the_file_has_the_same_rows(client: FlaskClient) -> None:
    page = opened(client, "/worklist?layer=sites&field=decision&commune=00001&lang=en")
    chosen = {element.attrs["value"] for element in page.all("option") if "selected" in element.attrs}
    assert chosen == {"sites", "decision", "00001"}
    (file,) = [e.attrs["href"] for e in page.all("a") if (e.attrs.get("href") or "").startswith("/worklist.csv")]
    assert file == "/worklist.csv?layer=sites&field=decision&commune=00001&lang=en"
    answer = client.get(file)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="worklist-v7.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(tuple(row), row["id"], row["field"]) for row in rows] == [(COLUMNS, "H1", "decision")]
    assert answer.headers["X-Feature-Count"] == "1"
    assert rows[0]["url"] == "http://localhost/sites/H1"


def test_one_of_a_kind_is_not_counted_in_the_plural(client: FlaskClient) -> None:
    ones = [key for key in WORDS if key.endswith(".one")]
    assert ones and all(word(key.removesuffix(".one"), "en", 1) == WORDS[key].en for key in ones)
    pages = [
        read(client.get(f"{path}?lang=en", headers=BROWSER).text).text
        for path in ("/layers", "/worklist", "/plan/chains")
    ]
    assert not [text for text in pages if re.search(r"(?<![\d,.])1 (records|products|results)\b", text)]
    assert re.search(r"(?<![\d,.])1 record\b", pages[0])


def test_a_selection_without_gaps_says_so(client: FlaskClient) -> None:
    assert "Nothing is missing in this selection." in client.get("/worklist?layer=sites&field=people&lang=en").text


@pytest.mark.parametrize("path", ["/worklist", "/worklist.csv"])
@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("layer=communes", 404, ", ".join(WORK)),
        ("field=note", 400, "decision"),
        ("commune=99999", 400, "commune=99999: no commune or ward has this code. The page /communes lists the codes."),
        ("commune=00001", 200, ""),
        ("fields=stars", 400, "Did you mean 'field'?"),
        ("layer=sites&layer=products", 200, ""),
    ],
)
def test_what_cannot_be_selected_is_refused_with_what_can(
    client: FlaskClient, path: str, query: str, status: int, words: str
) -> None:
    answer = client.get(f"{path}?{query}&lang=en", headers={"Accept": "application/json"})
    assert answer.status_code == status
    if status != 200:
        assert words in answer.get_json()["description"]
