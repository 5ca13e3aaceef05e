"""The calendar of certificates, read with the library of calendar programs."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from shapely import Point

from geo.atlas import Atlas
from geo.plan.records import records_of
from geo.views.plan.certificate_calendar import certificate_calendar
from geo.views.plan.expiries import Expiry, expiries
from geo.views.plan.table_files import Edition
from tests.frames import frame, world
from tests.frozen import frozen

ON = date(2026, 12, 1)
LONG = "Mật ong hoa ban, tên rất dài; có dấu phẩy và dấu chấm phẩy để tệp lịch phải ngắt dòng"


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    citation = {"source_ids": "S1", "precision": "exact", "at": Point(103.1, 21.1)}
    products = frame(
        "products",
        {"product_id": "R1", "name": LONG, "group": "food", "status": "certified", "certified_from": "2024-03-15",
         "producer_id": "P1", **citation},
        {"product_id": "R2", "name": "Chè", "group": "beverage", "status": "reassessed", "year": 2019, "reassessed": 2023,
         **citation},
        {"product_id": "R3", "name": "Cà phê", "group": "beverage", "status": "certified", "year": 2019, **citation},
        {"product_id": "R4", "name": "Bí xanh", "group": "food", "status": "certified", **citation},
    )  # fmt: skip
    folder: Path = tmp_path_factory.mktemp("calendar")
    with frozen(world() | {"products": products}, folder) as opened:
        yield opened


def rows(atlas: Atlas, on: date = ON) -> list[Expiry]:
    return expiries(atlas, records_of(atlas), on)


def calendar(atlas: Atlas, *, version: int = 7, on: date = ON) -> bytes:
    edition = Edition(version, "2026-01-02T03:04:05Z", on, "https://ocop.example", "https://ocop.example/plan")
    return certificate_calendar(rows(atlas, on), edition, "vi")


def test_states_follow_the_day_and_what_is_known(atlas: Atlas) -> None:
    states = {row.product.id: (row.state, row.is_dated) for row in rows(atlas)}
    assert states == {
        "R1": ("valid", True),
        "R2": ("may_be_valid", False),
        "R3": ("lapsed", False),
        "R4": ("unknown", False),
    }
    assert [row.product.id for row in rows(atlas)] == ["R3", "R2", "R1", "R4"]


def test_each_end_that_is_to_come_is_an_all_day_event(atlas: Atlas) -> None:
    parsed = Calendar.from_ical(calendar(atlas))
    events = {str(event["uid"]): event for event in parsed.walk("VEVENT")}
    assert set(events) == {f"products-{key}@certificates.ocop-dien-bien" for key in ("R1", "R2")}
    dated, derived = events.values() if "R1" in next(iter(events)) else reversed(events.values())
    assert dated.decoded("dtstart") == date(2027, 3, 15) and dated.decoded("dtend") == date(2027, 3, 16)
    assert dated["status"] == "CONFIRMED" and LONG in dated["summary"] and "Hợp tác xã Ong mật" in dated["description"]
    assert derived.decoded("dtstart") == date(2026, 12, 31) and derived["status"] == "TENTATIVE"
    assert "01/01/2026 đến 31/12/2026" in derived["description"]
    assert "1 sản phẩm" in parsed["x-wr-caldesc"]  # R4, whose term is not known


def test_lines_end_and_fold_as_the_standard_says(atlas: Atlas) -> None:
    body = calendar(atlas)
    lines = body.split(b"\r\n")
    assert b"\n" not in b"".join(lines) and lines[-1] == b""
    assert max(map(len, lines)) <= 75
    assert any(line.startswith(b" ") for line in lines)
    assert b"DTSTART;VALUE=DATE:20270315" in lines


def test_an_event_keeps_its_uid_and_counts_its_versions(atlas: Atlas) -> None:
    before, after = (Calendar.from_ical(calendar(atlas, version=number)) for number in (7, 8))
    uids = [[str(event["uid"]) for event in one.walk("VEVENT")] for one in (before, after)]
    assert uids[0] == uids[1]
    assert {event["sequence"] for event in after.walk("VEVENT")} == {8}


def test_a_calendar_without_events_still_has_a_component(atlas: Atlas) -> None:
    """RFC 5545, 3.6: a calendar object has at least one."""
    parsed = Calendar.from_ical(calendar(atlas, on=date(2090, 1, 1)))
    (zone,) = parsed.subcomponents
    assert (zone.name, zone["tzid"]) == ("VTIMEZONE", "Asia/Ho_Chi_Minh")
    assert zone.subcomponents[0].decoded("tzoffsetto") == timedelta(hours=7)
