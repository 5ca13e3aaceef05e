"""The table of a sheet: its records with place, VN-2000 coordinates and the precision of the position."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from geo.atlas import Atlas, Record
from geo.crs import METRIC_CRS, STORE_CRS, transformer
from geo.ocop.collections import COLLECTIONS
from geo.schema import Label
from geo.views.map.map_page import Places
from geo.views.sheets.grid import NO_BREAK
from geo.views.values import precision_of

HEADS = (
    Label("STT", "No."), Label("Tên", "Name"), Label("Xã, phường", "Commune or ward"),
    Label("Y (đông), m", "Easting, m"), Label("X (bắc), m", "Northing, m"), Label("Độ chính xác", "Precision"),
)  # fmt: skip
SHORT_HEADS = HEADS[:5]
"""The columns where the table stands beside the map."""
SUMMARY_HEADS = (
    Label("Lớp", "Layer"), Label("Bản ghi", "Records"), Label("Gần đúng", "Approximate"),
    Label("Chưa có vị trí", "No location"),
)  # fmt: skip
_NO_DATA = Label("chưa có số liệu", "no data yet")
NO_PLACE = Label("chưa có vị trí", "no location yet")


class TableRow(NamedTuple):
    """A record in the table, as texts: its layer, then its values."""

    layer: str
    number: str
    name: str
    commune: str
    easting: str
    northing: str
    precision: str

    @property
    def short(self) -> list[str]:
        """The values of SHORT_HEADS."""
        return [self.number, self.name, self.commune, self.easting, self.northing]

    @property
    def values(self) -> list[str]:
        """The values of HEADS."""
        return [*self.short, self.precision]


def table_rows(atlas: Atlas, records: Mapping[str, Sequence[Record]], lang: str) -> list[TableRow]:
    """A row for each record, in the order of the layers."""
    members = [record for rows in records.values() for record in rows]
    places = Places(atlas, members, lang)
    return [_row(number, record, places, lang) for number, record in enumerate(members, 1)]


def summary_rows(records: Mapping[str, Sequence[Record]], lang: str) -> list[list[str]]:
    """For each layer with records: its name, how many there are, how many are approximate, how many without a place."""
    return [
        [
            COLLECTIONS[layer].label.of(lang),
            str(len(rows)),
            str(sum(1 for row in rows if (precision := precision_of(row)) and precision.approximate)),
            str(sum(1 for row in rows if row.wkb is None)),
        ]
        for layer, rows in records.items()
        if rows
    ]


def _row(number: int, record: Record, places: Places, lang: str) -> TableRow:
    easting, northing = coordinates_of(record)
    precision = precision_of(record)
    return TableRow(
        COLLECTIONS[record.layer].label.of(lang), str(number), record.title_in(lang),
        places.of(record) or _NO_DATA.of(lang), easting, northing,
        NO_PLACE.of(lang) if record.lng is None else precision.label.of(lang) if precision else "",
    )  # fmt: skip


def coordinates_of(record: Record) -> tuple[str, str]:
    """Easting and northing of the label point in METRIC_CRS, to the metre; empty without a place."""
    if record.lng is None or record.lat is None:
        return "", ""
    east, north = transformer(STORE_CRS, METRIC_CRS).transform(record.lng, record.lat)
    return f"{east:,.0f}".replace(",", NO_BREAK), f"{north:,.0f}".replace(",", NO_BREAK)
