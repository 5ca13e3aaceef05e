"""The Excel form of a layer: what people see in it, and that it comes back as it went."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.xml.constants import DCTERMS_NS, DCTERMS_PREFIX
from openpyxl.xml.functions import register_namespace

from geo.atlas import Atlas, Query, open_atlases
from geo.drafts import DraftStore
from geo.drafts.reading import read_draft
from geo.ingest.decisions import Answers
from geo.ocop.layers import LAYERS
from geo.settings import Settings
from geo.views.export.download import write_export

UNSETTLED = {"sites": [("H51", "ambiguous_address")]}
"""A shipped record without a place whose address names two units: which of them is meant is still not known."""


def book(atlas: Atlas, layer: str, lang: str = "vi") -> Workbook:
    out = io.BytesIO()
    write_export(atlas, Query(layer), "xlsx", out, lang=lang)
    return load_workbook(out)


def rows(workbook: Workbook, sheet: str) -> list[list[object]]:
    return [[cell.value for cell in row] for row in workbook[sheet].iter_rows()]


def test_labels_stand_for_names_and_codes(real_atlas: Atlas) -> None:
    header, first, *_ = rows(book(real_atlas, "products"), "products")
    record = dict(zip(header, first, strict=True))
    assert record["Mã"] == "R01"
    assert record["Nhóm"] == "Thực phẩm"
    assert record["Độ chính xác vị trí"] == "trong phạm vi xã cũ (gần đúng)"
    assert isinstance(record["Kinh độ (WGS 84)"], float)
    english, *_ = rows(book(real_atlas, "products", "en"), "products")
    assert "Product" in english


def test_codes_are_chosen_from_a_list(real_atlas: Atlas) -> None:
    workbook = book(real_atlas, "products")
    rules = {str(rule.sqref): rule.formula1 for rule in workbook["products"].data_validations.dataValidation}
    assert len(rules) == sum(field.kind == "code" for field in LAYERS["products"].fields)
    assert all(formula.startswith("'Danh mục'!$") for formula in rules.values())
    cells = {cell for row in rows(workbook, "Danh mục") for cell in row}
    assert {"Thực phẩm", "Đồ uống", "Chè Shan tuyết"} <= cells


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    from tests.frames import world
    from tests.frozen import frozen

    frames = world()
    frames["products"].loc[0, "name"] = '=HYPERLINK("http://x.vn")'
    frames["products"].loc[0, "address"] = "#N/A"
    frames["products"].loc[0, "note"] = "một\x01 hai\ufffe\nba"  # what XML has no letters for is left out
    atlas = frozen(frames, tmp_path)
    out = io.BytesIO()
    write_export(atlas, Query("products"), "xlsx", out)
    cells = {c.value: c for row in load_workbook(out)["products"].iter_rows() for c in row}
    for text in ('=HYPERLINK("http://x.vn")', "#N/A", "một hai\nba"):
        assert cells[text].data_type == "s"
    atlas.close()


def test_its_dates_are_those_of_the_version_whatever_other_libraries_call_them(real_atlas: Atlas) -> None:
    out = io.BytesIO()
    register_namespace("dct", DCTERMS_NS)
    try:
        write_export(real_atlas, Query("villages"), "xlsx", out)
    finally:
        register_namespace(DCTERMS_PREFIX, DCTERMS_NS)
    properties = zipfile.ZipFile(out).read("docProps/core.xml").decode()
    assert re.findall(r">([^<>]+)</dct:(?:created|modified)>", properties) == [real_atlas.version.published_at] * 2


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("layer", LAYERS)
def test_the_form_comes_back_as_it_went(built: Settings, tmp_path: Path, layer: str, lang: str) -> None:
    source = open_atlases(built)
    path = tmp_path / f"{layer}.xlsx"
    write_export(source(), Query(layer), "xlsx", path, lang=lang)
    source.close()
    drafts = DraftStore(tmp_path / "drafts")
    draft = drafts.create(layer, {path.name: path}, who="A", answers=Answers())
    reading = read_draft(built, drafts, draft, lambda _: None)
    assert reading.staged is not None
    assert [question.key for question in reading.questions if question.blocking] == []
    assert reading.diff == []
    findings = [issue for issue in reading.staged.report.issues if issue.severity != "info"]
    assert [(issue.record, issue.kind) for issue in findings] == UNSETTLED.get(layer, [])
