"""The field form: what an office has to look up, by commune, on A4 with room for the answers."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO

from geo.atlas import Atlas, Record
from geo.errors import BadQuery
from geo.ocop.layers import LAYERS
from geo.ocop.tasks import LOCATION
from geo.schema import Field, Label
from geo.text import sort_key
from geo.views.map.map_page import Places
from geo.views.sheets.records_table import NO_PLACE, coordinates_of
from geo.views.sheets.sheet_document import qr_svg
from geo.views.sheets.typesetting import typeset
from geo.views.values import Reader, format_moment, precision_of
from geo.views.worklist import Gaps, count_records, is_missing

MOST_RECORDS = 3_000
"""Most records on a form; nobody carries more than some hundred pages."""
_FORMER_UNITS = ("old_commune_code", "district_code")
"""The fields that say where a record without an address is to be looked for."""

_WORDS: dict[str, Label] = {
    "title": Label("Phiếu thu thập thông tin tại thực địa", "Field form"),
    "nowhere": Label("Chưa rõ xã, phường hoặc thuộc nhiều xã, phường", "In several communes, or in none that is known"),
    "record": Label("Bản ghi và thông tin đã có", "Record and what is known"),
    "task": Label("Cần tra cứu", "What to look up"),
    "answer": Label("Kết quả", "Answer"),
    "easting": Label("Y (đông)", "Easting"),
    "northing": Label("X (bắc)", "Northing"),
    "latitude": Label("hoặc vĩ độ", "or latitude"),
    "longitude": Label("kinh độ", "longitude"),
    "present": Label("Vị trí hiện có", "Present position"),
    "count": Label("{n} bản ghi", "{n} records"),
    "surveyor": Label("Người khảo sát", "Surveyed by"),
    "day": Label("Ngày", "Date"),
    "confirmed": Label("Xác nhận của xã, phường", "Confirmed by the commune"),
    "note": Label("Ghi chú", "Notes"),
    "version": Label("Dữ liệu phiên bản {n}, công bố {at}.", "Data version {n}, published {at}."),
    "page": Label("Trang", "Page"),
    "none": Label("Không thiếu thông tin nào trong phần đã chọn.", "Nothing is missing in this selection."),
    "system": Label("Toạ độ phẳng: VN-2000 / TM-3 103-00, mét. Kinh độ, vĩ độ: WGS 84.",
                    "Plane coordinates: VN-2000 / TM-3 103-00, metres. Longitude and latitude: WGS 84."),
}  # fmt: skip


def write_form(atlas: Atlas, gaps: Gaps, lang: str, address_of: Callable[[str | None], str], out: BinaryIO) -> int:
    """Write the form as PDF and return its number of records; BadQuery when there are more than MOST_RECORDS.

    `address_of` gives the URL of the worklist of a commune (None: of the whole selection), empty without a QR code.
    """
    number = count_records(atlas, gaps)
    if number > MOST_RECORDS:
        raise BadQuery(
            f"{number} records are too many for a form; at most {MOST_RECORDS}. Choose a commune, layer or field.",
            f"{number} bản ghi là quá nhiều cho một phiếu in; tối đa {MOST_RECORDS}. Hãy chọn xã, lớp hoặc trường.",
        )
    records = [record for query in gaps.queries() for record in atlas.find(query).records]
    version = atlas.version
    published = format_moment(version.published_at, lang)
    values = {
        "lang": lang,
        "words": {key: label.of(lang) for key, label in _WORDS.items()}
        | {"version": _WORDS["version"].of(lang).format(n=version.number, at=published)},
        "sections": _sections(atlas, records, dict(gaps.fields()), lang, address_of),
    }
    out.write(typeset("form.typ", values, version.published_at))
    return number


def _sections(
    atlas: Atlas, records: Iterable[Record], fields: Mapping[str, tuple[Field, ...]], lang: str,
    address_of: Callable[[str | None], str],
) -> list[dict[str, Any]]:  # fmt: skip
    """A section for each commune by name, then one for the records of no single commune."""
    rows = list(records)
    places, reader = Places(atlas, rows, lang), Reader(atlas, lang)
    for layer in fields:
        reader.learn(layer, [record for record in rows if record.layer == layer])
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in rows:
        groups.setdefault((places.commune(record) or "", record.commune or ""), []).append(record)
    sections = []
    for name, code in sorted(groups, key=lambda key: (not key[0], sort_key(key[0]))):
        members = groups[name, code]
        address = address_of(code if name else None)
        sections.append({
            "name": name or _WORDS["nowhere"].of(lang),
            "count": _WORDS["count"].of(lang).format(n=len(members)),
            "address": address,
            "qr": qr_svg(address) if address else "",
            "rows": [_row(record, fields[record.layer], reader, lang) for record in members],
        })  # fmt: skip
    return sections


def _row(record: Record, fields: Iterable[Field], reader: Reader, lang: str) -> dict[str, Any]:
    missing = [field for field in fields if field.task and is_missing(field, record)]
    return {
        "kind": LAYERS[record.layer].article.of(lang),
        "id": record.id,
        "name": record.title_in(lang),
        "known": _describe_place(record, reader),
        "position": _position(record, lang),
        "tasks": [
            {"field": field.label.of(lang), "hint": field.task.hint.of(lang), "place": field.task == LOCATION}
            for field in missing
            if field.task
        ],
    }


def _describe_place(record: Record, reader: Reader) -> str:
    """The address of a record; without one its former commune and district, as far as they are recorded."""
    spec = LAYERS[record.layer]
    address = reader.text_of(spec.field("address"), record) if spec.has("address") else None
    if address:
        return address
    fields = [spec.field(name) for name in _FORMER_UNITS if spec.has(name)]
    texts = [(field.label.of(reader.lang), reader.text_of(field, record)) for field in fields]
    return "; ".join(f"{label}: {text}" for label, text in texts if text)


def _position(record: Record, lang: str) -> str:
    """The present coordinates in METRIC_CRS and how precise they are."""
    precision = precision_of(record)
    if record.lng is None:
        return NO_PLACE.of(lang)
    easting, northing = coordinates_of(record)
    words = f", {precision.label.of(lang)}" if precision else ""
    return f"{easting}; {northing}{words}"
