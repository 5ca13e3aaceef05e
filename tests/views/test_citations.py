"""Codes of sources in texts become footnotes, codes of records become links, and anything else stays as it is."""

import re
from collections.abc import Iterator

import pytest

from geo.atlas import Atlas, Query
from geo.encodings.language import is_english
from geo.views.citations import Citations
from geo.views.record import record_view
from tests.frames import frame, world
from tests.frozen import frozen
from tests.views.test_pages import URLS


@pytest.fixture(scope="module")
def cited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """A product whose list names S2 and S1, and whose texts name S3 too."""
    frames = world()
    note = "S3 ghi 4 sao. Bán ở chợ (S2, S9), gần QL279 và R11."
    frames["products"] = frame(
        "products",
        {"product_id": "R10", "name": "Chè S1", "group": "beverage", "source_ids": "S2;S1", "note": note,
         "story_vi": "Chuyện (S1)."},
        {"product_id": "R11", "name": "Mật ong", "group": "food", "source_ids": "S1"},
    )  # fmt: skip
    frames["sources"] = frame(
        "sources",
        {"source_id": "S1", "publisher": "Báo A", "what": "Danh sách sản phẩm của tỉnh"},
        {"source_id": "S2", "publisher": "Báo B", "what": "List of products with their stars"},
        {"source_id": "S3", "publisher": "Báo C"},
    )
    with frozen(frames, tmp_path_factory.mktemp("citations") / "a") as atlas:
        yield atlas


def shown(atlas: Atlas, text: str, lang: str = "vi") -> str:
    """The text as it is read; records that it links to are in angle brackets."""
    record = atlas.get("products", "R10")
    citations = Citations(atlas, [record, atlas.get("products", "R11")], lang, URLS)
    pieces = citations.parts(record, text, lang) or [{"text": text}]
    return "".join(f"<{piece['url']}>" if "url" in piece else piece["text"] for piece in pieces)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ghi 4 sao (S1).", "Ghi 4 sao[2]."),
        ("Hai nguồn (S1; S2)", "Hai nguồn[2][1]"),
        ("S2 ghi 14. S1, S3 ghi 15", "Nguồn [1] ghi 14. Nguồn [2], [3] ghi 15"),
        ("theo S3 (bản dịch máy)", "theo nguồn [3] (bản dịch máy)"),
        ("theo nguồn S3", "theo nguồn [3]"),
        ("(S2, bản dịch máy)", "(nguồn [1], bản dịch máy)"),
        ("tiếp nối R11 (R11, S1)", "tiếp nối </products/R11> (</products/R11>, nguồn [2])"),
        ("QL279, HK13, S9, S12345, 3770/KH-S1", "QL279, HK13, S9, S12345, 3770/KH-S1"),
        ("không có mã", "không có mã"),
    ],
)
def test_a_code_is_read_as_the_number_of_its_source(cited: Atlas, text: str, expected: str) -> None:
    assert shown(cited, text) == expected


def test_english_texts_have_english_words(cited: Atlas) -> None:
    assert shown(cited, "S2 says so, and S3 too.", "en") == "Source [1] says so, and source [3] too."


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_numbers_of_a_page_are_those_of_its_list_of_sources(cited: Atlas, lang: str) -> None:
    view = record_view(cited, "products", "R10", lang, URLS)
    assert [source["id"] for source in view["sources"]] == ["S2", "S1", "S3"], "its own list, then what its note names"
    numbers = [piece["number"] for piece in view["note_parts"] if "number" in piece]
    assert numbers == [3, 1] and view["note"].startswith("S3 ghi")
    assert [piece["text"] for piece in view["story_parts"]] == ["Chuyện", "[2]", "."]
    assert record_view(cited, "products", "R11", lang, URLS)["note_parts"] is None


def test_descriptions_of_sources_say_which_language_they_are_in(cited: Atlas) -> None:
    sources = {
        source["id"]: source["what_lang"] for source in record_view(cited, "products", "R10", "vi", URLS)["sources"]
    }
    assert sources == {"S2": "en", "S1": "vi", "S3": None}
    facts = {fact["name"]: fact for fact in record_view(cited, "sources", "S2", "vi", URLS)["facts"]}
    assert facts["what"]["lang"] == "en" and "lang" not in facts["source_id"]


def test_a_source_is_described_in_the_language_of_the_page(real_atlas: Atlas) -> None:
    for lang, beginning in (("vi", "Kế hoạch 3770"), ("en", "Plan 3770")):
        view = record_view(real_atlas, "sources", "S0", lang, URLS)
        facts = {fact["name"]: fact for fact in view["facts"]}
        assert facts["what"]["value"].startswith(beginning) and "lang" not in facts["what"]
        assert "what_en" not in facts
        product = record_view(real_atlas, "products", "R01", lang, URLS)
        assert {source["what_lang"] for source in product["sources"]} == {lang}


def test_the_translation_of_a_description_has_the_same_figures(real_atlas: Atlas) -> None:
    """Numbers of four digits and more, without the marks of thousands: years, areas, counts, decisions."""
    for source in real_atlas.find(Query("sources")).records:
        numbers = [
            sorted(re.findall(r"\d{4,}", re.sub(r"(?<=\d)[.,](?=\d{3})", "", str(source.properties[name]))))
            for name in ("what", "what_en")
        ]
        assert numbers[0] == numbers[1], source.id


def test_the_language_of_nearly_all_shipped_texts_is_told_right(real_atlas: Atlas) -> None:
    sources = real_atlas.find(Query("sources")).records
    whats, english = ([str(row.properties[name]) for row in sources] for name in ("what", "what_en"))
    assert sum(map(is_english, english)) >= 0.97 * len(english)
    assert sum(map(is_english, whats)) <= 0.01 * len(whats), "one is nearly all French names"
    notes = [
        str(row.properties["note"]) for row in real_atlas.find(Query("products")).records if row.properties["note"]
    ]
    assert not [note for note in notes if is_english(note)]


def test_further_sources_stand_behind_those_of_the_record_and_have_footnotes(cited: Atlas) -> None:
    record = cited.get("products", "R11")
    citations = Citations(cited, [record], "vi", URLS, ["S3", "S9", "S1"])
    assert [source["id"] for source in citations.of(record)] == ["S1", "S3"]
    assert citations.with_notes(record, "Ghi trong hồ sơ", ["S3", "S9"]) == [
        {"text": "Ghi trong hồ sơ "},
        {"text": "[2]", "number": 2},
    ]
    assert citations.with_notes(record, "Ghi trong hồ sơ", []) is None
