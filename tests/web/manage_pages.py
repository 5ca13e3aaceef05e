"""An upload to /manage whose reading has ended."""

import io
import json
import time

from flask.testing import FlaskClient
from openpyxl import Workbook

HOSTILE = "<script>alert(1)</script> & HTX"


def workbook(name: str = HOSTILE) -> io.BytesIO:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Tên chủ thể", "Loại hình", "Số hộ", "Xã"],
        [name, "HTX", 5, "Sam Mứn"],
        ["HTX Hai", "HTX", "sáu", "Mường Ảng"],
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def upload(caller: FlaskClient, **more: object) -> str:
    """Upload the list and wait until it was read; the address of its page."""
    form = {"layer": "producers", "who": "Chi cục", "files": (workbook(), "Danh sách.xlsx"), **more}
    answer = caller.post("/manage/imports", data=form)
    assert answer.status_code == 303, answer.text
    return waited(caller, answer.location)


def waited(caller: FlaskClient, page: str) -> str:
    path = page.partition("?")[0]
    for _ in range(300):
        state = json.loads(caller.get(f"{path}/state.json").data)
        if not state["busy"]:
            return path
        time.sleep(0.1)
    raise AssertionError(f"{path} is never done")
