"""Which column of a foreign table is taken for which field."""

import pytest

from geo.errors import BadQuery
from geo.ingest.columns.mapping import check_mapping, propose, targets_of
from geo.ingest.columns.values import Names
from geo.ingest.crs.candidates import Ground
from geo.ingest.files.table import Table
from geo.ingest.places.coordinates import nowhere
from geo.ingest.places.weights import weigh
from geo.ocop.layers import LAYERS
from tests.ingest.province import PROVINCE


def table(**columns: list[object]) -> Table:
    rows = max(map(len, columns.values()))
    return Table("csv", "CSV", "t", dict(columns), range(2, rows + 2))


def proposed(layer: str, columns: dict[str, list[object]]) -> dict[str, str]:
    made = Table("csv", "CSV", "t", columns, range(2, max(map(len, columns.values())) + 2))
    records = {layer: Names.of({"R1": "Mật ong", "R2": "Chè"}), "districts": Names.of({"100": "Điện Biên"})}
    spec = LAYERS[layer]
    places = weigh(columns, Ground(PROVINCE), nowhere, dimension=spec.dimension or 0).best if spec.geometry else None
    return {choice.column: choice.target for choice in propose(made, spec, records, places)}


def test_columns_of_a_vietnamese_list() -> None:
    found = proposed("producers", {
        "STT": [1], "Tên chủ thể": ["HTX"], "Loại hình": ["HTX"], "Số hộ": [5], "Thôn/bản": ["bản 1"], "Xã": ["Nà Tấu"],
        "Huyện": ["Điện Biên"], "Năm thành lập": [2019], "Điện thoại": ["09"],
    })  # fmt: skip
    assert found == {
        "STT": "", "Tên chủ thể": "name", "Loại hình": "kind", "Số hộ": "households", "Thôn/bản": "@village",
        "Xã": "@commune", "Huyện": "@district", "Năm thành lập": "founded", "Điện thoại": "",
    }  # fmt: skip


def test_the_lower_row_of_a_heading_names_the_column_where_it_is_the_only_one_so_called() -> None:
    assert proposed("producers", {"Địa chỉ / Thôn, bản": ["Bản Phủ"], "Địa chỉ / Xã, phường": ["Thanh An"]}) == {
        "Địa chỉ / Thôn, bản": "@village", "Địa chỉ / Xã, phường": "@commune",
    }  # fmt: skip
    two = {"Kế hoạch / Số hộ": [5], "Thực hiện / Số hộ": [4]}
    assert proposed("producers", two) == dict.fromkeys(two, "")


@pytest.mark.parametrize("name", ["TEN_SP", "ten san pham", "Tên sản phẩm", "Product", "TEN_SAN_PH", "Sản phẩm (tên)"])
def test_one_column_by_many_names(name: str) -> None:
    assert proposed("products", {name: ["Mật ong"]}) == {name: "name"}


@pytest.mark.parametrize("heading", ["Code", "Id", "Mã"])
@pytest.mark.parametrize("layer", [name for name, spec in LAYERS.items() if spec.field(spec.key).label.en == "Code"])
def test_the_key_is_known_by_its_heading_of_today_and_of_earlier_exports(layer: str, heading: str) -> None:
    assert proposed(layer, {heading: ["R9"]}) == {heading: LAYERS[layer].key}


@pytest.mark.parametrize("heading", ["Type", "Kind", "Loại"])
def test_a_type_is_known_by_its_heading_of_today_and_of_earlier_exports(heading: str) -> None:
    assert proposed("villages", {heading: ["craft_village"]}) == {heading: "kind"}


def test_our_own_short_names_go_before_everything() -> None:
    spec = LAYERS["villages"]
    columns: dict[str, list[object]] = {
        field.short: ["100" if field.short == "district" else None] for field in spec.fields
    }
    assert proposed("villages", columns) == {field.short: field.name for field in spec.fields}


def test_columns_by_what_they_hold() -> None:
    found = proposed("products", {"A": ["R1", "R2"], "B": ["Thực phẩm", "Đồ uống"], "C": ["x", "y"]})
    assert found == {"A": "product_id", "B": "group", "C": ""}


def test_a_likely_name_is_not_believed_against_what_the_column_holds() -> None:
    assert proposed("products", {"Số sao đạt": ["rất tốt", "tốt"]})["Số sao đạt"] == ""
    assert proposed("products", {"Số sao": ["rất tốt", "tốt"]})["Số sao"] == "stars"  # so that each row is told


def test_coordinates() -> None:
    assert proposed("sites", {"Tên di tích": ["A1"], "Vĩ độ": [21.4], "Kinh độ": [103.0]}) == {
        "Tên di tích": "name", "Vĩ độ": "@first", "Kinh độ": "@second",
    }  # fmt: skip
    assert proposed("sites", {"Tên": ["A1"], "Toạ độ": ["21.4, 103.0"]})["Toạ độ"] == "@both"
    assert "@first" not in proposed("zones", {"Tên": ["A1"], "Vĩ độ": [21.4], "Kinh độ": [103.0]}).values()


def test_values_alone_do_not_take_a_column_from_the_field_that_it_is_named_after() -> None:
    columns: dict[str, list[object]] = {"Tên di tích": ["A1"], "Mã": [21.4001], "Ghi chú": ["103.0002"]}
    assert "@first" not in proposed("sites", columns).values()
    columns = {"Tên di tích": ["A1"], "a": [21.4001], "b": ["103.0002"]}
    assert proposed("sites", columns) == {"Tên di tích": "name", "a": "@first", "b": "@second"}


def test_no_field_is_given_twice() -> None:
    found = proposed("products", {"Tên sản phẩm": ["a"], "Sản phẩm": ["b"]})
    assert sorted(found.values()) == ["", "name"]


def test_a_mapping_is_held_against_layer_and_table() -> None:
    made = table(A=[1], B=[2])
    check_mapping({"A": "name", "B": ""}, made, LAYERS["products"])
    with pytest.raises(BadQuery, match="cannot be 'nothing'"):
        check_mapping({"A": "nothing"}, made, LAYERS["products"])
    with pytest.raises(BadQuery, match="A, B"):
        check_mapping({"A": "name", "B": "name"}, made, LAYERS["products"])


def test_forms_offer_addresses_only_where_they_place_something() -> None:
    assert "@commune" in dict(targets_of(LAYERS["producers"]))
    assert "@commune" not in dict(targets_of(LAYERS["sources"]))
    assert "@first" not in dict(targets_of(LAYERS["zones"]))
