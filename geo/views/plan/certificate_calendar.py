"""The ends of certificates as an iCalendar file (RFC 5545): one all-day event for each product whose end is known."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event, Timezone, TimezoneStandard

from geo.schema import Label
from geo.views.dated_files import moment_of
from geo.views.plan.expiries import Expiry
from geo.views.plan.table import record_path
from geo.views.plan.table_files import Edition
from geo.views.values import PROVINCE_TIME, format_date

MEDIA_TYPE = "text/calendar; charset=utf-8"
NAME = Label("OCOP Điện Biên: giấy chứng nhận hết hạn", "OCOP Điện Biên: certificates that end")
_PRODUCT = "-//OCOP Dien Bien//certificates//EN"
_UID_DOMAIN = "certificates.ocop-dien-bien"
_WITHOUT = Label(
    "{n} sản phẩm chưa rõ thời hạn nên không có trong lịch này.",
    "{n} products whose term is not known are not in this calendar.",
)
_ENDS = Label("Hết hạn chứng nhận OCOP: {name}", "OCOP certificate ends: {name}")
_ENDS_BY = Label("Hết hạn chứng nhận OCOP chậm nhất hôm nay: {name}", "OCOP certificate ends by today: {name}")
_SPAN = Label("Hết hạn vào một ngày từ {first} đến {last}", "Ends on a day from {first} to {last}")
_PRODUCER = Label("Chủ thể: {name}", "Producer: {name}")
_REFRESH = timedelta(days=1)
_ZONE = "Asia/Ho_Chi_Minh"


def certificate_calendar(rows: Iterable[Expiry], edition: Edition, lang: str) -> bytes:
    """The calendar of the products whose certificate may still end on the day of the edition or later.

    An event is on the last day that the certificate may have; its status is TENTATIVE where the end is not known to the
    day. Its UID is that of the product, so that a calendar which is subscribed to moves an event instead of adding one;
    SEQUENCE is the version of the data. The time zone of the province is always there, since a calendar has at least
    one component (RFC 5545, 3.6), also when no certificate is to end.
    """
    listed = list(rows)
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", NAME.of(lang))
    calendar.add("x-wr-caldesc", _WITHOUT.of(lang).format(n=sum(row.ends is None for row in listed)))
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-wr-timezone", _ZONE)
    calendar.add_component(_zone())
    for row in listed:
        if row.ends is not None and row.ends.last >= edition.on:
            calendar.add_component(_event(row, edition, lang))
    body: bytes = calendar.to_ical()
    return body


def _zone() -> Timezone:
    """The time of the province, the same all year."""
    zone, standard, offset = Timezone(), TimezoneStandard(), PROVINCE_TIME.utcoffset(None)
    zone.add("tzid", _ZONE)
    standard.add("dtstart", datetime(1970, 1, 1))
    standard.add("tzoffsetfrom", offset)
    standard.add("tzoffsetto", offset)
    zone.add_component(standard)
    return zone


def _event(row: Expiry, edition: Edition, lang: str) -> Event:
    assert row.ends is not None  # noqa: S101 - the caller leaves out those whose end is not known
    event = Event()
    is_exact = row.ends.first == row.ends.last
    title = (_ENDS if is_exact else _ENDS_BY).of(lang).format(name=row.product.title_in(lang))
    event.add("uid", f"{row.product.layer}-{row.product.id}@{_UID_DOMAIN}")
    event.add("dtstamp", moment_of(edition.published_at))
    event.add("last-modified", moment_of(edition.published_at))
    event.add("sequence", edition.version)
    event.add("dtstart", row.ends.last)
    event.add("dtend", row.ends.last + timedelta(days=1))
    event.add("summary", title)
    event.add("description", "\n".join(_lines(row, lang)))
    event.add("status", "CONFIRMED" if is_exact else "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    event.add("url", f"{edition.root}{record_path(row.product.layer, row.product.id)}")
    return event


def _lines(row: Expiry, lang: str) -> Iterable[str]:
    """What the description of an event says: the days that the end may be, what that rests on, and the producer."""
    if row.ends is not None and row.ends.first != row.ends.last:
        first, last = (format_date(day.isoformat(), lang) for day in row.ends)
        yield _SPAN.of(lang).format(first=first, last=last)
    yield row.basis_label.of(lang)
    if row.producer is not None:
        yield _PRODUCER.of(lang).format(name=row.producer.name.of(lang))
