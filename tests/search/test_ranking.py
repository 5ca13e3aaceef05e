"""The search on the shipped data: what comes first, why, and that server and browser find the same."""

import gzip
import json
import random
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from geo.atlas import Atlas
from geo.atlas.sqlite import lookup
from geo.schema import LANGS
from geo.search.ranking import Index
from geo.search.tokens import meant_by
from tests.frames import world
from tests.frozen import frozen
from tests.search.first_answers import FIRST_ANSWERS

ANSWERS = Path(__file__).with_name("answers.mjs")


@pytest.fixture(scope="module")
def index(real_atlas: Atlas) -> dict[str, Any]:
    """The index file of the shipped data."""
    body = real_atlas.search_index()
    assert body is not None
    return dict(json.loads(body))


@pytest.fixture(scope="module")
def small_atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """A small province that has too many records for an index file."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:  # until the atlas is frozen: other tests have the true limit
            patch.setattr(lookup, "MOST_RECORDS", 3)
            atlas = stack.enter_context(frozen(world(), tmp_path_factory.mktemp("atlas")))
        yield atlas


def titles(atlas: Atlas, text: str, limit: int = 50) -> list[tuple[str, str]]:
    return [(hit.layer, hit.title) for hit in atlas.search(text, limit=limit)]


@pytest.mark.parametrize(("text", "first"), FIRST_ANSWERS.items())
def test_the_first_answer(real_atlas: Atlas, text: str, first: str) -> None:
    hit = real_atlas.search(text, limit=1)[0]
    assert f"{hit.layer}/{hit.id}" == first


def test_the_candidates_of_the_database_have_the_same_first_answers(
    real_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real_atlas, "_indexes", [None])
    hits = {text: real_atlas.search(text, limit=1) for text in FIRST_ANSWERS}
    firsts = {text: f"{some[0].layer}/{some[0].id}" if some else "" for text, some in hits.items()}
    # One wrong letter in words without spaces is forgiven in the index file alone.
    assert {text: first for text, first in firsts.items() if first != FIRST_ANSWERS[text]} == {"hamdocet": ""}


def test_browser_and_server_find_the_same(index: dict[str, Any]) -> None:
    texts = _queries(index)
    queries = [(text, lang) for text in texts for lang in LANGS]
    task = json.dumps({"index": index, "queries": queries, "limit": 20})
    run = subprocess.run(["node", str(ANSWERS)], input=task, capture_output=True, text=True, check=True, timeout=120)
    ranking = Index(index)
    hits_of = {text: ranking.search(text, limit=20) for text in texts}
    answers = {text: (hits, [] if hits else ranking.suggest(text)) for text, hits in hits_of.items()}
    assert len(queries) >= 200
    for (text, lang), answer in zip(queries, json.loads(run.stdout), strict=True):
        hits, suggestions = answers[text]
        expected = [
            [hit.layer, hit.id, hit.is_near, hit.is_partial, (reason := hit.reason(lang)) and list(reason)]
            for hit in hits
        ]
        assert answer["hits"] == expected, text
        assert answer["suggestions"] == [list(one) for one in suggestions], text
        assert answer["meant"] == [list(one) for one in meant_by(text)], text


def _queries(index: dict[str, Any]) -> list[str]:
    """The queries of the table, some that mean nothing, and names with a letter left out, added, or without spaces."""
    chance = random.Random(1)
    names = [text if isinstance(text, str) else text[0] for text in index["texts"]]
    spoiled = []
    for name in chance.sample(names, 30):
        at = chance.randrange(len(name))
        spoiled.append(chance.choice([name[:at] + name[at + 1 :], f"{name[:at]}x{name[at:]}", name.replace(" ", "")]))
    return [*FIRST_ANSWERS, "", "***", "🐝 a", "İ ß ſ", "1", "20", "zzzz", "quán cà phê hồng", *spoiled]


def test_former_units_then_outlines_then_figures_come_last(real_atlas: Atlas) -> None:
    layers = [layer for layer, title in titles(real_atlas, "Him Lam") if "Him Lam" in title]
    assert layers == ["sites", "villages", "old_communes", "outlines_2009", *["figures"] * (len(layers) - 4)]


@pytest.mark.parametrize("text", ["general giap", "hầm tướng Giáp"])
def test_a_commander_leads_to_his_command_posts(real_atlas: Atlas, text: str) -> None:
    assert {hit.id for hit in real_atlas.search(text, limit=2)} == {"H04", "H79"}


def test_a_word_in_a_name_comes_before_one_in_an_address(real_atlas: Atlas) -> None:
    assert [hit.id for hit in real_atlas.search("A1")] == ["H01", "H57", "H28"]


@pytest.mark.parametrize(
    ("text", "lang", "reason"),
    [
        ("doi a1", "vi", None),
        ("doi a1", "en", ("Name", "Đồi A1")),
        ("gabrielle", "en", None),
        ("gabrielle", "vi", ("Tên tiếng Pháp", "Gabrielle")),
        ("ocop 4 sao", "vi", ("Hạng sao", "4 sao")),
        ("ocop 4 sao", "en", ("Stars", "4 stars")),
        ("huyện Tủa Chùa", "en", ("Full name", "Tủa Chùa District")),
        (
            "vo nguyen giap",
            "vi",
            ("Địa chỉ theo nguồn", "đường Võ Nguyên Giáp, phường Mường Thanh, thành phố Điện Biên Phủ"),
        ),
    ],
)
def test_a_hit_says_by_which_field(real_atlas: Atlas, text: str, lang: str, reason: tuple[str, str] | None) -> None:
    match = real_atlas.search(text, limit=1)[0].match
    assert match is not None and match.reason(lang) == reason


def test_a_longer_spelling_goes_before_a_shorter_one(real_atlas: Atlas) -> None:
    assert not any("khó khăn" in title for _, title in titles(real_atlas, "scarf"))


def test_short_words_are_not_forgiven(real_atlas: Atlas) -> None:
    assert real_atlas.search("hoq") == [] and not any(
        hit.match.is_near for hit in real_atlas.search("ong") if hit.match
    )


def test_a_record_with_most_of_the_words_is_marked_and_small_numbers_are_never_left_out(real_atlas: Atlas) -> None:
    hits = real_atlas.search("doi him lam")
    assert hits and all(hit.match and hit.match.is_partial for hit in hits)
    assert not any(hit.match and hit.match.is_partial for hit in real_atlas.search("him lam"))
    assert real_atlas.search("ocop 5 sao") == real_atlas.search("khách sạn") == []


def test_records_that_have_the_words_here_and_there_come_behind_a_name_that_sounds_so(real_atlas: Atlas) -> None:
    marks = [hit.match.is_near for hit in real_atlas.search("na hi", limit=50) if hit.match]
    assert marks[0] and not marks[-1]


def test_names_spelled_alike_are_suggested_where_nothing_matches(real_atlas: Atlas) -> None:
    assert real_atlas.search("hoatoatinh") == []
    assert [hit.title for hit in real_atlas.suggest("hoatoatinh")][:2] == ["Tỏa Tình", "Vùng sa nhân Tỏa Tình"]
    assert real_atlas.suggest("zzzz") == real_atlas.suggest("") == []


def test_the_index_file_is_small_and_always_the_same(real_atlas: Atlas, index: dict[str, Any]) -> None:
    body = real_atlas.search_index()
    assert body is not None and len(gzip.compress(body)) < 60_000
    assert body == lookup.index_of_layers(real_atlas._db)  # type: ignore[attr-defined]
    assert {row[0] for row in index["layers"]} == set(lookup.SEARCHED)


def test_many_records_are_searched_without_an_index_file(small_atlas: Atlas) -> None:
    assert small_atlas.search_index() is None
    assert [hit.id for hit in small_atlas.search("mat onng")][:2] == ["R1", "P1"]
    assert [hit.id for hit in small_atlas.search("honey")][:1] == ["R1"]
    assert [hit.id for hit in small_atlas.search("doia1")] == ["H1"]
    assert "zones" not in {hit.layer for hit in small_atlas.search("hop tac xa onng")}
    assert [hit.title for hit in small_atlas.suggest("mật ong hoa bia")] == ["Mật ong Hoa Ban"]
    assert small_atlas.search("  ") == small_atlas.search('"*') == small_atlas.suggest("***") == []
