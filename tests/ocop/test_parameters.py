"""The table of parameters: every resource uses its rows, and requests are validated by them."""

import pytest
from werkzeug.datastructures import MultiDict

from geo.errors import BadQuery
from geo.ocop import parameters
from geo.ocop.parameters import PARAMETERS
from geo.schema import LANGS
from geo.web.http import params


@pytest.mark.parametrize("group", ["ITEMS", "RECORDS", "SELECTION", "FILE", "MAP_STATE", "FILTER_PARAMS"])
def test_every_parameter_of_an_address_is_a_row(group: str) -> None:
    assert set(getattr(parameters, group)) <= PARAMETERS.keys()


def test_a_name_stands_in_the_table_once() -> None:
    assert len(PARAMETERS) == len(parameters._ROWS)


@pytest.mark.parametrize("name", PARAMETERS)
def test_two_values_are_refused_where_the_row_says_once(name: str) -> None:
    params.only(MultiDict([(name, "a"), (name, "a")]), name)
    twice = MultiDict([(name, "a"), (name, "b")])
    if PARAMETERS[name].once:
        with pytest.raises(BadQuery, match="2 different values"):
            params.only(twice, name)
    else:
        params.only(twice, name)
        assert PARAMETERS[name].kind == "texts", "only a list may be given in parts"


def test_labels_are_in_both_languages() -> None:
    assert all(row.label.vi and row.label.en and row.label.vi != row.label.en for row in PARAMETERS.values())


def test_languages_are_those_of_the_row() -> None:
    row = PARAMETERS["lang"]
    assert row.choices == LANGS and params.language(MultiDict()) == row.default


def test_a_row_of_limit_bounds_the_number() -> None:
    row = parameters.page_limit(50)
    assert [params.limit(MultiDict(values), row) for values in ({}, {"limit": "7"}, {"limit": "51"})] == [50, 7, 50]
    assert params.limit(MultiDict(), parameters.page_limit(1_000)) == 100
    with pytest.raises(BadQuery, match="at least 1"):
        params.limit(MultiDict({"limit": "0"}), row)
