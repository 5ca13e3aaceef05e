"""The worklist: which values an office has to look up, compared with a look at every record."""

import csv
import io
from collections.abc import Iterator

import pytest

from geo.atlas import Atlas, Query, Record
from geo.ocop.codes import CODE_LISTS
from geo.ocop.filters import applies
from geo.ocop.layers import LAYERS
from geo.schema import Field
from geo.text import nfc
from geo.views import worklist, worklist_file
from geo.views.worklist import WORK, Gaps, is_missing, worklist_view
from geo.views.worklist_file import COLUMNS, write_worklist
from tests.views.test_pages import URLS

FIELDS = [(layer, field) for layer, fields in WORK.items() for field in fields]
ROOT = "https://ocop.example/a"


def every(atlas: Atlas, layer: str) -> list[Record]:
    return atlas.find(Query(layer)).records


def rows_of(atlas: Atlas, gaps: Gaps, lang: str = "vi") -> list[dict[str, str]]:
    out = io.BytesIO()
    count = write_worklist(atlas, gaps, lang, ROOT, out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))
    assert len(rows) == count
    return rows


@pytest.mark.parametrize(("layer", "field"), FIELDS, ids=lambda value: getattr(value, "name", value))
def test_a_field_declares_its_task_in_both_languages_and_over_values_that_exist(layer: str, field: Field) -> None:
    task, spec = field.task, LAYERS[layer]
    assert task is not None and all(words and nfc(words) == words for words in task.hint)
    assert task.hint.vi != task.hint.en
    assert not task.also or set(task.also) < set(CODE_LISTS[field.codes or ""].keys())
    if task.where is not None:
        name, keys = task.where
        assert spec.has(name) and name != field.name
        assert not keys or set(keys) < set(CODE_LISTS[spec.field(name).codes or ""].keys())


@pytest.mark.parametrize("layer", WORK)
def test_the_query_of_a_field_matches_the_records_that_lack_its_value(real_atlas: Atlas, layer: str) -> None:
    records = every(real_atlas, layer)
    for field in WORK[layer]:
        (query,) = Gaps(layer, field.name).queries()
        expected = {record.id for record in records if is_missing(field, record)}
        assert {record.id for record in real_atlas.find(query).records} == expected, field.name


def test_a_task_applies_where_it_says_and_to_values_that_are_as_good_as_none(small: Atlas) -> None:
    sites, products = LAYERS["sites"], LAYERS["products"]
    ranked, unranked = every(small, "sites")
    assert is_missing(sites.field("decision"), ranked) and not is_missing(sites.field("decision"), unranked)
    assert not is_missing(sites.field("rank"), ranked) and is_missing(sites.field("rank"), unranked)
    exact, unplaced, approximate = every(small, "products")
    precision = products.field("precision")
    assert [is_missing(precision, one) for one in (exact, unplaced, approximate)] == [False, True, True]
    assert not is_missing(products.field("note"), exact), "an empty note is no work"


def test_the_page_holds_what_the_file_holds(real_atlas: Atlas) -> None:
    for gaps in (Gaps(), Gaps("sites"), Gaps(field="decision"), Gaps("products", "stars", ("03352",))):
        view = worklist_view(real_atlas, gaps, "vi", URLS)
        shown = [
            (row["id"], task["field"]) for group in view["groups"] for row in group["rows"] for task in row["tasks"]
        ]
        assert sorted(shown) == sorted((row["id"], row["field_label"]) for row in rows_of(real_atlas, gaps))
        assert view["matched"] == view["shown"] == sum(len(group["rows"]) for group in view["groups"])


def test_the_choices_count_the_records_that_they_lead_to(real_atlas: Atlas) -> None:
    view = worklist_view(real_atlas, Gaps(), "en", URLS)
    for name, make in (
        ("layers", lambda value: Gaps(layer=value)),
        ("fields", lambda value: Gaps(field=value)),
        ("communes", lambda value: Gaps(communes=(value,))),
    ):
        assert view[name]
        for option in view[name]:
            chosen = worklist_view(real_atlas, make(option["value"]), "en", URLS)
            assert chosen["matched"] == option["count"] > 0, option
            assert chosen["selection"] == [option["label"]]


def test_records_stand_under_their_commune_and_those_in_none_come_last(real_atlas: Atlas) -> None:
    groups = worklist_view(real_atlas, Gaps(), "vi", URLS)["groups"]
    names = [group["commune"] for group in groups]
    assert names[-1] is None and None not in names[:-1]
    communes = real_atlas.titles("communes", [record.id for record in every(real_atlas, "communes")])
    assert set(names[:-1]) <= {title for title, _ in communes.values()}
    for group in groups[:-1]:
        for row in group["rows"]:
            commune = real_atlas.get(row["layer"], row["id"]).commune
            assert commune and communes[commune][0] == group["commune"]


def test_a_commune_selects_only_layers_that_lie_in_communes(real_atlas: Atlas) -> None:
    layers = {row["layer"] for row in rows_of(real_atlas, Gaps(communes=("03352",)))}
    assert layers and all(applies("commune", layer) for layer in layers)
    assert "sources" in {row["layer"] for row in rows_of(real_atlas, Gaps())}


@pytest.fixture
def short_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(worklist, "MOST_RECORDS", 5)
    monkeypatch.setattr(worklist_file, "_BATCH", 3)
    yield 5


def test_a_long_list_ends_and_the_file_does_not(real_atlas: Atlas, short_page: int) -> None:
    view = worklist_view(real_atlas, Gaps(), "vi", URLS)
    assert view["shown"] == short_page < view["matched"]
    assert len({(row["layer"], row["id"]) for row in rows_of(real_atlas, Gaps())}) == view["matched"]


def test_a_row_of_the_file_says_what_to_look_up_and_where_the_record_is(small: Atlas) -> None:
    (row,) = [one for one in rows_of(small, Gaps("producers"), "en") if one["field"] == "founded"]
    assert tuple(row) == COLUMNS
    assert (row["commune_code"], row["commune"], row["id"], row["name"]) == (
        "00001",
        "Thanh An",
        "P1",
        "Hợp tác xã Ong mật",
    )
    assert (row["layer_label"], row["field_label"]) == ("Producers", "Founded")
    assert row["to_look_up"] == "The date of foundation on the certificate of registration"
    assert row["url"] == f"{ROOT}/producers/P1"


def test_a_name_that_a_spreadsheet_would_compute_is_text(hostile: Atlas) -> None:
    cells = [cell for row in rows_of(hostile, Gaps()) for cell in row.values()]
    assert cells and not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
