"""What people read on the main pages: no former wording, no codes of sources, one language, one spelling of a name."""

import re
from collections.abc import Iterator

import pytest

from geo.atlas import Atlas
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.web.words.site import WORDS
from tests.web.conftest import BROWSER, Document, application, read

PATHS = (
    "/", "/layers", "/products", "/sources", "/links?link=village_near_site", "/figures?figure=difficulty_zone",
    "/products/R50", "/products/R59", "/villages/V14", "/sites/H01", "/sites/H12", "/zones/Z06", "/sources/S123",
    "/communes/03151", "/figures/commune_2025-03158-difficulty_zone-2026-S134", "/quality", "/worklist", "/links", "/about",
    "/connect", "/nowhere", "/products?colour=red", "/worklist?commune=1",
)  # fmt: skip
RECORDS = tuple(path for path in PATHS if re.fullmatch(r"/\w+/[^?]+", path))

FORMER = {
    "en": (
        "may not tell the location", "Try under open sky", "to this very view", "opens with no network", "Not placed yet",
        "Assessed again in", "Households linked", "as the source gives it", "recognition unknown",
        "each stands at its producer", "by the crosswalk", "Zone of its material", "geodesic", "worked out from",
        "Outline of the named units", "Facts that disagree", "mended automatically", "passed over in silence",
        "Whatever knows OGC", "too large a limit is reduced", "where it broke off", "To be looked at", "Who sends it",
        "What is decided about this file", "Understood and mended", "As their decimals say", "telling the encodings",
        "That is not the token", "ifficulty zone",
    ),
    "vi": (
        "đúng khung nhìn này", "Chép mã", "Trình duyệt không cho biết", "Hãy thử ở nơi thoáng",
        "đường trắc địa", "sai số đến khoảng", "theo bảng chuyển đổi", "Là điểm gần nhất của", "Bị vùng khác chồng lên",
        "Tham số lạ", "không nhận ra '", "thêm bản ghi được dẫn tới", "không có hình học", "chép là chạy",
        "thành mẫu nhập cho lần sau", "hu vực khó khăn", "không quá 1",
    ),
}  # fmt: skip
"""Wording that offices and visitors did not understand, in part or whole."""

FORMER_LABELS = {
    "en": {"Signs", "Placed", "Id", "Kind"},
    "vi": {"Ký hiệu", "Lịch sử", "Phát hiện"},
}
"""Labels that were replaced; the words go on in longer texts."""


@pytest.fixture(scope="module", params=["vi", "en"])
def pages(request: pytest.FixtureRequest, real_atlas: Atlas) -> Iterator[tuple[str, dict[str, Document]]]:
    """The language, and each page in it as its elements."""
    client = application(real_atlas).test_client()
    lang = str(request.param)
    joined = {path: f"{path}{'&' if '?' in path else '?'}lang={lang}" for path in PATHS}
    yield lang, {path: read(client.get(url, headers=BROWSER).text) for path, url in joined.items()}


def test_no_page_has_a_wording_that_was_replaced(pages: tuple[str, dict[str, Document]]) -> None:
    lang, documents = pages
    for path, page in documents.items():
        attributes = " ".join(page.values("title", "aria-label", "placeholder", "content", "data-done", "data-failed"))
        assert not [old for old in FORMER[lang] if old in f"{page.text} {attributes}"], path
        labels = {element.text for element in page.elements} | set(page.values("data-label", "aria-label"))
        assert not labels & FORMER_LABELS[lang], path


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_declared_text_has_a_wording_that_was_replaced(lang: str) -> None:
    """The texts of the browser's modules and of pages for the office too."""
    texts = {
        *(label.of(lang) for label in WORDS.values()),
        *(code.label.of(lang) for codes in CODE_LISTS.values() for code in codes.codes),
        *(field.label.of(lang) for spec in COLLECTIONS.values() for field in spec.fields),
        *(label.of(lang) for spec in COLLECTIONS.values() for label in (spec.label, spec.article, spec.about)),
    }
    assert not {text for text in texts if any(old in text for old in FORMER[lang])}
    assert not texts & FORMER_LABELS[lang]


def test_texts_of_records_name_no_source_by_its_code(pages: tuple[str, dict[str, Document]]) -> None:
    _, documents = pages
    for path in RECORDS:
        page = documents[path]
        shown = [element.text for tag in ("p", "dd", "li") for element in page.all(tag)]
        assert not [text for text in shown if re.search(r"\((S|B)\d+\b|\b(S|B)\d+ (ghi|says|nêu)", text)], path
        for mark in page.all("a", **{"class": "footnote"}):
            assert page.all("li", id=str(mark.attrs["href"]).removeprefix("#")), "it leads to the list of sources"
            assert mark.attrs["title"]
    assert sum(len(documents[path].all("a", **{"class": "footnote"})) for path in RECORDS) > 10


def test_what_is_unknown_of_a_record_stands_in_one_line(pages: tuple[str, dict[str, Document]]) -> None:
    lang, documents = pages
    page = documents["/products/R50"]
    (line,) = [element.text for element in page.all("p", **{"class": "unknown"})]
    assert line.startswith({"vi": "Chưa có số liệu: ", "en": "No data yet: "}[lang])
    assert {"vi": "Chủ thể", "en": "Producer"}[lang] in line
    assert not [dd for dd in page.all("dd") if dd.text in {"chưa có số liệu", "no data yet"}]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/products/R50", ("Hạng sao", "Stars")),
        ("/products/R59", ("Hạng sao", "Stars")),
        ("/villages/V14", ("Số hộ", "Households")),
    ],
)
def test_a_value_of_a_machine_translation_says_so_beside_it(
    pages: tuple[str, dict[str, Document]], path: str, label: tuple[str, str]
) -> None:
    lang, documents = pages
    words = {"vi": "Chỉ dựa vào bản dịch máy", "en": "Rests on a machine translation alone"}[lang]
    rows = dict(zip((e.text for e in documents[path].all("dt")), documents[path].all("dd"), strict=True))
    marked = {name for name, value in rows.items() if words in value.text}
    assert marked == {label[lang == "en"]}


def test_licences_and_names_of_origins_are_in_one_language(pages: tuple[str, dict[str, Document]]) -> None:
    lang, documents = pages
    words = {"vi": "bản biên tập được cấp phép CC BY 4.0", "en": "the compilation is offered under CC BY 4.0"}
    other = words["en" if lang == "vi" else "vi"]
    for path in ("/layers", "/products", "/about"):
        assert words[lang] in documents[path].text and other not in documents[path].text, path
    assert ("Public facts, sources cited" in documents["/about"].text) is (lang == "en")


def test_thousands_of_records_are_counted_with_grouped_digits(pages: tuple[str, dict[str, Document]]) -> None:
    lang, documents = pages
    group, words = {"vi": (r"\.", "bản ghi"), "en": (",", "records")}[lang]
    for path in ("/layers", "/about", "/links"):
        assert re.search(rf"\b\d{group}\d{{3}} {words}", documents[path].text), path
        assert not re.search(rf"\b\d{{4,}} {words}", documents[path].text), path


def test_a_zone_is_written_as_offices_write_it(pages: tuple[str, dict[str, Document]]) -> None:
    lang, documents = pages
    page = documents["/figures/commune_2025-03158-difficulty_zone-2026-S134"]
    assert {"vi": "khu vực\xa0III", "en": "zone\xa0III"}[lang].replace("\xa0", " ") in page.text.replace("\xa0", " ")


def test_a_name_has_one_spelling_in_both_languages(pages: tuple[str, dict[str, Document]]) -> None:
    lang, documents = pages
    page = documents["/communes/03151"]
    (title,) = page.all("h1")
    assert title.text == "Mường Lay" and title.attrs.get("lang") == (None if lang == "vi" else "vi")
    assert not [path for path in ("/", "/products", "/worklist", "/quality") if "Muong Lay" in documents[path].text]


def test_texts_in_another_language_than_the_page_say_so(pages: tuple[str, dict[str, Document]]) -> None:
    lang, documents = pages
    other = "en" if lang == "vi" else "vi"
    site = documents["/sites/H12"]
    assert ("reservoir in use since 1980" in site.text) is (lang == "en")
    assert ("hồ chứa sử dụng từ năm 1980" in site.text) is (lang == "vi")
    rows = documents["/products"].all("a", **{"class": "named"})
    names = documents["/products"].all("span", lang="vi")
    assert rows and (len(names) >= len(rows)) is (lang == "en")
    assert site.all("html", lang=lang) and (lang == "vi" or site.all("span", lang=other))
