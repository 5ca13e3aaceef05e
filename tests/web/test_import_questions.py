"""The questions of an import on its page: asked, answered, kept, and taken back."""

import io
import json
import re
from dataclasses import replace
from typing import Any

from flask.testing import FlaskClient

from geo.drafts import DraftStore
from geo.ocop.codes import CODE_LISTS
from geo.ocop.layers import LAYERS
from geo.settings import Settings
from geo.store import open_store
from tests.ingest.cases import FOLDER as CASES
from tests.web.conftest import read
from tests.web.manage_pages import upload, waited

PRODUCTS = "id,Tên sản phẩm,Nhóm,Chủ thể\n1,Mật ong thử,Thực phẩm,HTX Chưa Có\n2,Gạo thử,Thực phẩm,\n"
ZONES = "Tên vùng,Cây trồng,Loại ranh giới,Diện tích (ha),Xem thêm\n" + "".join(
    f"Vùng thử {name},cà phê,surveyed,{area},https://maps.app.goo.gl/{name}\n"
    for name, area in (("a", "12.345"), ("b", "3.250"))
)


def test_incomplete_records_are_asked_about_before_they_can_be_published(caller: FlaskClient, office: Settings) -> None:
    path = upload(caller, files=(io.BytesIO("Tên chủ thể,Loại hình\nHTX Một,HTX\nHTX Hai,\n".encode()), "ds.csv"))
    for lang, words in (("vi", "Thiếu Loại hình: dòng 3"), ("en", "Type is missing: rows 3")):
        page = read(caller.get(f"{path}?lang={lang}").text)
        offered = [one.attrs["value"] for one in page.all("input") if one.attrs.get("name") == "incomplete"]
        assert words in page.text and offered == ["publish", "leave_out"]
    waited(caller, caller.post(f"{path}/answers", data={"incomplete": "leave_out"}).location)
    review = json.loads((office.drafts_dir / path.rpartition("/")[2] / "review.json").read_bytes())
    assert review["publishable"] and (review["counts"]["added"], review["counts"]["left_out"]) == (1, 1)
    again = read(caller.get(path).text)
    chosen = [
        one.attrs["value"]
        for one in again.all("input")
        if one.attrs.get("name") == "incomplete" and "checked" in one.attrs
    ]
    assert chosen == ["leave_out"]


def uploaded_products(caller: FlaskClient) -> str:
    return upload(caller, layer="products", files=(io.BytesIO(PRODUCTS.encode()), "sp.csv"))


def review_of(office: Settings, path: str) -> dict[str, Any]:
    review: dict[str, Any] = json.loads((office.drafts_dir / path.rpartition("/")[2] / "review.json").read_bytes())
    return review


def selected(page: str, name: str) -> str:
    """The value of the chosen option of a list, "" for the first one."""
    listed = page.partition(f'name="{name}"')[2].partition("</select>")[0]
    match = re.search(r'<option value="([^"]*)" selected', listed)
    return match[1] if match else ""


def test_a_missing_producer_is_made_on_the_spot(caller: FlaskClient, office: Settings) -> None:
    path = uploaded_products(caller)
    page = caller.get(path).text
    assert "Thêm bản ghi mới “HTX Chưa Có”" in page and 'name="reference:producer_id:HTX Chưa Có"' in page
    waited(caller, caller.post(f"{path}/answers", data={"reference:producer_id:HTX Chưa Có": "add"}).location)
    review = review_of(office, path)
    assert (review["counts"]["added"], review["counts"]["other_layers"]) == (2, 1) and review["publishable"]
    caller.post(f"{path}/publish", data={"who": "A", "why": "b", "digest": review["digest"]})
    waited(caller, path)
    producers = open_store(office).frames()["producers"].set_index("name")
    key = producers.loc["HTX Chưa Có", "producer_id"]
    assert producers.loc["HTX Chưa Có", "kind"] == "cooperative"
    assert "HTX Chưa Có" in caller.get(f"/producers/{key}").text
    products = open_store(office).frames()["products"].set_index("name")
    assert products.loc["Mật ong thử", "producer_id"] == key
    history = read(caller.get(f"/manage/history/products/{products.loc['Mật ong thử', 'product_id']}").text).text
    assert f"HTX Chưa Có ({key})" in history and "Thực phẩm" in history and "food" not in history


def test_ids_of_the_file_are_asked_about_beside_their_column(caller: FlaskClient, office: Settings) -> None:
    path = uploaded_products(caller)
    for lang, words in (("vi", "Có dùng làm mã bản ghi không?"), ("en", "Use them as the records' codes?")):
        assert words in read(caller.get(f"{path}?lang={lang}").text).text
    form = {"map:id": "product_id", "map:Tên sản phẩm": "name", "map:Nhóm": "group", "map:Chủ thể": ""}
    waited(caller, caller.post(f"{path}/answers", data=form).location)
    assert {one["record"] for one in review_of(office, path)["diff"]} == {"1", "2"}
    assert "Có dùng làm mã bản ghi không?" not in caller.get(path).text


def test_answers_are_set_back_to_automatic(caller: FlaskClient, office: Settings) -> None:
    path = uploaded_products(caller)
    form = {"map:id": "", "map:Tên sản phẩm": "note", "map:Nhóm": "group", "map:Chủ thể": "", "set:name": "x",
            "precision": "commune", "reference:producer_id:HTX Chưa Có": "-"}  # fmt: skip
    waited(caller, caller.post(f"{path}/answers", data=form).location)
    page = caller.get(path).text
    assert [name for name in ("mapping", "references", "precision", "all") if f'name="automatic" value="{name}"' in page] == [
        "mapping", "references", "precision", "all",
    ]  # fmt: skip
    waited(caller, caller.post(f"{path}/answers", data={"automatic": "mapping"}).location)
    assert selected(caller.get(path).text, "map:Tên sản phẩm") == "name"
    waited(caller, caller.post(f"{path}/answers", data={"automatic": "all"}).location)
    page = caller.get(path).text
    assert 'name="automatic"' not in page and 'name="reference:producer_id:HTX Chưa Có"' in page
    assert review_of(office, path)["publishable"]


def test_a_code_that_holds_for_every_row_is_chosen_from_its_list(caller: FlaskClient, office: Settings) -> None:
    table = "Tên sản phẩm,Ghi chú\nMật ong thử,mới\n"
    path = upload(caller, layer="products", files=(io.BytesIO(table.encode()), "sp.csv"))
    page = read(caller.get(f"{path}?lang=en").text)
    offered = [field for field in LAYERS["products"].fields if page.all("select", name=f"set:{field.name}")]
    assert offered and all(field.codes for field in offered)
    assert not [
        field for field in LAYERS["products"].fields if field.codes and page.all("input", name=f"set:{field.name}")
    ]
    field = offered[0]
    code = CODE_LISTS[field.codes or ""].codes[0]
    assert code.label.en in page.all("select", name=f"set:{field.name}")[0].text
    waited(caller, caller.post(f"{path}/answers", data={f"set:{field.name}": code.key}).location)
    assert selected(caller.get(path).text, f"set:{field.name}") == code.key
    changes = [change for row in review_of(office, path)["diff"] for change in row["fields"]]
    assert code.key in {change["after"] for change in changes if change["field"] == field.name}


def test_a_choice_that_makes_a_file_unreadable_can_be_taken_back(caller: FlaskClient, office: Settings) -> None:
    path = uploaded_products(caller)
    drafts = DraftStore(office.drafts_dir)
    draft = drafts.get(path.rpartition("/")[2])
    drafts.change(draft, state="failed", error=("hỏng", "broken"), answers=replace(draft.answers, precision="commune"))
    assert 'name="automatic" value="precision"' in caller.get(path).text
    waited(caller, caller.post(f"{path}/answers", data={"automatic": "precision"}).location)
    assert drafts.get(draft.id).state == "ready" and drafts.get(draft.id).answers.precision == ""


def test_the_one_candidate_of_an_address_is_preselected(caller: FlaskClient) -> None:
    page = caller.get(
        upload(caller, files=(io.BytesIO("Tên chủ thể,Loại hình,Xã\nHTX Một,HTX,Sam Mứm\n".encode()), "ds.csv"))
    ).text
    options = page.partition('name="address:xã Sam Mứm"')[2].partition("</select>")[0].count("<option")
    assert (selected(page, "address:xã Sam Mứm") != "") == (options == 3)  # none, the candidate, not known


def test_a_grid_without_its_datum_shows_both_places(caller: FlaskClient, office: Settings) -> None:
    content = (CASES / "shp_wgs84_tm103_true_wgs84.zip").read_bytes()
    path = upload(caller, layer="sites", files=(io.BytesIO(content), "ditich.zip"))
    for lang, words in (("vi", "Vị trí theo cách đọc khác"), ("en", "Location under the other reading")):
        assert words in read(caller.get(f"{path}?lang={lang}").text).text
    statuses = [
        one["properties"]["status"] for one in json.loads(caller.get(f"{path}/preview.geojson").data)["features"]
    ]
    assert sorted(set(statuses)) == ["added", "elsewhere"] and statuses.count("elsewhere") == 3
    waited(caller, caller.post(f"{path}/answers", data={"crs": "EPSG:9205+null_shift"}).location)
    assert review_of(office, path)["questions"] == [] and "elsewhere" not in caller.get(f"{path}/preview.geojson").text


def test_answers_that_do_not_fit_are_told_beside_the_form_that_corrects_them(caller: FlaskClient) -> None:
    path = upload(caller)
    waited(caller, caller.post(f"{path}/answers?lang=en", data={"source:source_id": "S999"}).location)
    page = read(caller.get(f"{path}?lang=en").text)
    assert "There is no source 'S999'" in page.text
    (field,) = page.all("input", name="source:source_id")
    assert field.attrs["value"] == "S999"
    waited(caller, caller.post(f"{path}/answers", data={"source:source_id": ""}).location)
    assert "S999" not in caller.get(path).text


def test_a_doubtful_number_and_places_that_cannot_be_read_are_answered_on_the_page(caller: FlaskClient) -> None:
    path = upload(caller, layer="zones", files=(io.BytesIO(ZONES.encode("utf-8-sig")), "vung.csv"))
    page = caller.get(f"{path}?lang=vi").text
    assert "12.345 = 12,345 (dấu chấm là dấu thập phân)" in page
    assert "Bảng có vẻ ghi vị trí ở cột Xem thêm" in page and "liên kết bản đồ không chứa toạ độ" in page
    mapping = {"Tên vùng": "name", "Cây trồng": "crop", "Loại ranh giới": "extent_kind", "Diện tích (ha)": "area_ha"}
    form = {f"map:{column}": field for column, field in {**mapping, "Xem thêm": ""}.items()}
    answer = caller.post(f"{path}/answers", data={**form, "number:Diện tích (ha)": "point"})
    waited(caller, answer.location)
    page = caller.get(f"{path}?lang=en").text
    assert "which number is 12.345" not in page and "The table seems to hold places" not in page
    assert "Decimal mark in column Diện tích (ha)" in page
    assert caller.post(f"{path}/answers", data={"number:Diện tích (ha)": "dot"}).status_code == 400
    changes = caller.get(f"{path}/changes.csv").text
    assert "12.345" in changes and "12345" not in changes
