"""The pages of the planners' part that have a sheet, as rows, and the sheet of one."""

from collections.abc import Callable

from geo.basemap.ground import Ground
from geo.errors import BadQuery
from geo.views.plan.desk import Content, Desk
from geo.views.plan.plan_pages import PAGES
from geo.views.plan_sheets.chain_sheet import chain_content
from geo.views.plan_sheets.gap_sheet import gap_content
from geo.views.plan_sheets.proximity_sheet import proximity_content
from geo.views.sheets.page_layout import Form
from geo.views.sheets.sheet_document import Sheet, SheetContent, compose_sheet
from geo.views.sheets.subject import MOST_RECORDS

Compose = Callable[[Desk, Content, Form, str], SheetContent]

CONTENTS: dict[str, Compose] = {"chains": chain_content, "gaps": gap_content, "proximity": proximity_content}
"""Key of a page -> what its sheet holds, from what the page shows."""
SHEET_PAGES = tuple(page for page in PAGES if page.key in CONTENTS)


def draw_plan_sheet(
    page: str, desk: Desk, content: Content, ground: Ground | None, form: Form, lang: str, address: str
) -> Sheet:
    """The sheet of what a page shows; BadQuery for a choice that has no map, and for too many records.

    `address` is the URL of the page, which the QR code holds.
    """
    sheet = CONTENTS[page](desk, content, form, lang)
    number = sum(len(records) for records in sheet.map.records.values())
    if number > MOST_RECORDS:
        raise BadQuery(
            f"{number} records are too many for one sheet; at most {MOST_RECORDS}. Choose a unit, a gap or a record.",
            f"{number} bản ghi là quá nhiều cho một tờ bản đồ; tối đa {MOST_RECORDS}. Hãy chọn một đơn vị, một khoảng"
            " trống hoặc một bản ghi.",
        )
    return compose_sheet(desk.atlas, ground, sheet, form, lang, address)
