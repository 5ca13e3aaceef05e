"""The tables of a map's records: place, VN-2000 coordinates and precision of each; how many there are of each layer."""

from collections.abc import Mapping, Sequence

from geo.atlas import Atlas, Record
from geo.crs import METRIC_CRS, STORE_CRS, transformer
from geo.ocop.collections import COLLECTIONS
from geo.schema import Label
from geo.views.map.map_page import Places
from geo.views.sheets.grid import NO_BREAK
from geo.views.sheets.grids import Grid, Group, Listing, Row
from geo.views.values import precision_of

_HEADS = (
    Label("STT", "No."), Label("Tên", "Name"), Label("Xã, phường", "Commune or ward"),
    Label("Y (đông), m", "Easting, m"), Label("X (bắc), m", "Northing, m"), Label("Độ chính xác", "Precision"),
)  # fmt: skip
_COLUMNS, _NUMBERS = (0.0, 1.0, 0.0, 0.0, 0.0, 0.0), (0, 3, 4)
_BESIDE = 5
"""How many of the columns a table beside the map has."""
_SUMMARY_HEADS = (
    Label("Lớp", "Layer"), Label("Bản ghi", "Records"), Label("Gần đúng", "Approximate"),
    Label("Chưa có vị trí", "No location"),
)  # fmt: skip
_TITLE, _SUMMARY_TITLE = Label("Danh sách bản ghi", "Records"), Label("Số bản ghi", "Number of records")
_NONE = Label("Chưa có bản ghi nào ở đây", "No records here yet")
_NO_DATA = Label("chưa có số liệu", "no data yet")
NO_PLACE = Label("chưa có vị trí", "no location yet")


def records_listing(atlas: Atlas, records: Mapping[str, Sequence[Record]], lang: str) -> Listing:
    """The tables of records by layer, numbered in the order of the layers."""
    members = [record for rows in records.values() for record in rows]
    places = Places(atlas, members, lang)
    rows = [_row(number, record, places, lang) for number, record in enumerate(members, 1)]
    none = ("", _NONE.of(lang), *("",) * (_BESIDE - 2))
    beside = Group("", tuple(row[:_BESIDE] for row in rows) or (none,))
    title, heads = _TITLE.of(lang), tuple(head.of(lang) for head in _HEADS)
    groups, begin = [], 0
    for layer, of_layer in records.items():
        if of_layer:
            groups.append(Group(COLLECTIONS[layer].label.of(lang), tuple(rows[begin : begin + len(of_layer)])))
        begin += len(of_layer)
    return Listing(
        Grid(title, heads[:_BESIDE], (beside,), _COLUMNS[:_BESIDE], _NUMBERS),
        _summary(records, lang),
        Grid(title, heads, tuple(groups), _COLUMNS, _NUMBERS),
    )


def _summary(records: Mapping[str, Sequence[Record]], lang: str) -> Grid:
    """For each layer with records: its name, how many there are, how many are approximate, how many without a place."""
    rows = tuple(
        (
            COLLECTIONS[layer].label.of(lang),
            str(len(members)),
            str(sum(1 for row in members if (precision := precision_of(row)) and precision.approximate)),
            str(sum(1 for row in members if row.wkb is None)),
        )
        for layer, members in records.items()
        if members
    )
    heads = tuple(head.of(lang) for head in _SUMMARY_HEADS)
    return Grid(_SUMMARY_TITLE.of(lang), heads, (Group("", rows),), (1.0, 0.0, 0.0, 0.0), (1, 2, 3))


def _row(number: int, record: Record, places: Places, lang: str) -> Row:
    easting, northing = coordinates_of(record)
    precision = precision_of(record)
    return (
        str(number), record.title_in(lang), places.of(record) or _NO_DATA.of(lang), easting, northing,
        NO_PLACE.of(lang) if record.lng is None else precision.label.of(lang) if precision else "",
    )  # fmt: skip


def coordinates_of(record: Record) -> tuple[str, str]:
    """Easting and northing of the label point in METRIC_CRS, to the metre; empty without a place."""
    if record.lng is None or record.lat is None:
        return "", ""
    east, north = transformer(STORE_CRS, METRIC_CRS).transform(record.lng, record.lat)
    return f"{east:,.0f}".replace(",", NO_BREAK), f"{north:,.0f}".replace(",", NO_BREAK)
