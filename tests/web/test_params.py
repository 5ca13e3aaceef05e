"""User input becomes values, or a refusal that says what would be right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from geo.crs import LngLatBbox
from geo.errors import BadQuery, NotFound
from geo.ocop.parameters import SELECTION
from geo.web.http import params


def args(**values: str) -> MultiDict[str, str]:
    return MultiDict(values)


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("103,21,103.4,21.2", LngLatBbox(103, 21, 103.4, 21.2)),
        ("103,21,0,103.4,21.2,900", LngLatBbox(103, 21, 103.4, 21.2)),
        ("179,-10,-179,10", LngLatBbox(179, -10, -179, 10)),
        (" 103 , 21 , 103 , 21 ", LngLatBbox(103, 21, 103, 21)),
        ("-1.5e1,.5,+2.,1", LngLatBbox(-15, 0.5, 2, 1)),
    ],
)
def test_a_box_has_four_numbers_or_six_and_may_cross_the_antimeridian(text: str, box: LngLatBbox) -> None:
    assert params.bbox(args(bbox=text)) == box


@pytest.mark.parametrize(
    "text",
    ["1,2,3", "1,2,3,4,5", "a,2,3,4", "nan,0,1,1", "0,0,inf,1", "0,0,1e999,1", "1_0,0,20,1", "0,5,1,4", "0,-91,1,0",
     "0,0,181,1", "١,2,3,4", ",,,", "1;2;3;4"],
)  # fmt: skip
def test_a_box_that_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(BadQuery, match="bbox="):
        params.bbox(args(bbox=text))


coordinate = st.floats(-90, 90, allow_nan=False).map(lambda value: round(value, 6))


@given(west=coordinate, east=coordinate, lats=st.tuples(coordinate, coordinate).map(sorted))
def test_a_box_that_is_written_out_reads_back_as_itself(west: float, east: float, lats: list[float]) -> None:
    box = LngLatBbox(west, lats[0], east, lats[1])
    assert params.bbox(args(bbox=",".join(map(repr, box)))) == box


def test_no_box_means_everywhere() -> None:
    assert params.bbox(args()) is None
    assert params.bbox(args(bbox="")) is None


def test_a_parameter_of_other_addresses_is_not_taken_for_another_word() -> None:
    for name in ("limit", "filter"):
        with pytest.raises(BadQuery) as refusal:
            params.only(args(**{name: "5"}), *SELECTION, "letters")
        assert "It is one of other addresses." in refusal.value.en and "Did you mean" not in refusal.value.en
        assert "địa chỉ khác" in refusal.value.vi


def test_parameters_are_listed_once() -> None:
    with pytest.raises(BadQuery) as refusal:
        params.only(args(x="5"), "lang", "limit")
    assert refusal.value.en.endswith("Parameters: lang, limit.")


@pytest.mark.parametrize(
    ("name", "nearest"), [("grup", "group"), ("bbx", "bbox"), ("star", "stars"), ("language", "lang")]
)
def test_a_misspelt_parameter_is_met_with_the_nearest_one(name: str, nearest: str) -> None:
    with pytest.raises(BadQuery) as refusal:
        params.only(args(**{name: "x"}), *SELECTION)
    assert f"Did you mean {nearest!r}?" in refusal.value.en
    assert f"Có phải {nearest!r}?" in refusal.value.vi
    assert all(names in refusal.value.en for names in SELECTION)


@pytest.mark.parametrize("name", ["fbclid", "utm_source", "gclid", "zarsrc"])
def test_what_other_sites_append_to_shared_links_is_no_reason_to_refuse(name: str) -> None:
    params.only(args(**{name: "x"}))


def test_values_are_joined_by_commas_or_repeated_and_each_counts_once() -> None:
    many = MultiDict([("group", "food,beverage"), ("group", "food"), ("group", " herbal ,,")])
    assert params.filters(many) == (("group", ("food", "beverage", "herbal")),)


def test_a_code_that_no_list_holds_is_refused_with_the_list() -> None:
    with pytest.raises(BadQuery) as refusal:
        params.filters(args(group="foood"))
    assert "Did you mean 'food'?" in refusal.value.en
    assert "beverage" in refusal.value.vi


def test_filters_without_a_code_list_take_any_value() -> None:
    assert params.filters(args(commune="00001", year="2019")) == (("year", ("2019",)), ("commune", ("00001",)))


def test_a_name_where_the_code_of_a_unit_belongs_is_refused_with_the_place_of_the_codes() -> None:
    with pytest.raises(BadQuery) as refusal:
        params.filters(args(commune="Thanh Nưa"))
    assert "mã đơn vị hành chính bằng chữ số; tên và mã có tại /communes" in refusal.value.vi


def test_a_limit_over_the_maximum_is_reduced_to_it() -> None:
    assert params.whole_number(args(limit="5000"), "limit", 10, least=1, most=1000) == 1000
    assert params.whole_number(args(limit="9" * 5_000), "limit", 10, least=1, most=1000) == 1000
    assert params.whole_number(args(limit="0" * 5_000 + "10"), "limit", 10, least=1, most=1000) == 10
    assert params.whole_number(args(limit=""), "limit", 10, least=1, most=1000) == 10


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "²", "٣", "٣" * 30, "-" + "9" * 30, "0" * 30])
def test_a_limit_that_is_no_whole_number_of_at_least_one_is_refused(text: str) -> None:
    with pytest.raises(BadQuery, match="limit="):
        params.whole_number(args(limit=text), "limit", 10, least=1, most=1000)


def test_a_search_of_endless_length_is_refused() -> None:
    with pytest.raises(BadQuery, match="200"):
        params.words(args(q="a" * 201))


def test_more_ids_than_a_query_can_bind_are_refused() -> None:
    with pytest.raises(BadQuery, match="501 ids"):
        params.ids(args(ids=",".join(map(str, range(501)))))


def test_an_unknown_layer_is_not_found_and_the_known_ones_are_named() -> None:
    with pytest.raises(NotFound) as refusal:
        params.layer_name("product")
    assert "Did you mean 'products'?" in refusal.value.en
    assert "villages" in refusal.value.vi


def test_only_the_layers_of_the_map_can_be_put_on_it() -> None:
    with pytest.raises(BadQuery, match="layers='sources'"):
        params.thematic(args(layers="products,sources"))
    assert params.thematic(args(layers="")) == ()
    assert "zones" in params.thematic(args())


def test_the_position_of_a_map_is_zoom_latitude_longitude() -> None:
    state = params.map_state(args(map="9.5/21.6/103"))
    assert (state.zoom, state.center) == (9.5, (103.0, 21.6))


@pytest.mark.parametrize("text", ["9/21", "9/103/21.6/1", "a/b/c", "nan/1/1", "9/91/103", "40/21/103"])
def test_a_position_that_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(BadQuery, match="map="):
        params.map_state(args(map=text))


def test_the_languages_are_vietnamese_by_default_and_english() -> None:
    assert [params.language(args()), params.language(args(lang="en"))] == ["vi", "en"]
    with pytest.raises(BadQuery, match="lang='fr'"):
        params.language(args(lang="fr"))
