"""The kinds of findings that only an import can have, each with a case that provokes it: (layer, table, answers)."""

import numpy as np
from shapely import LineString, Point

from geo.ingest.decisions import Answers
from geo.ingest.files.table import Table

Columns = dict[str, list[object]]


def sheet(columns: Columns, **more: object) -> Table:
    """A sheet with its names in row 1."""
    rows = max(map(len, columns.values()))
    return Table("xlsx", "XLSX", "DS", columns, range(2, rows + 2), header_row=1, **more)  # type: ignore[arg-type]


def drawn(columns: Columns, shapes: list[object], crs: str | None = "OGC:CRS84") -> Table:
    """A layer with shapes in its own numbers."""
    return Table("gpkg", "GPKG", "L", columns, range(1, len(shapes) + 1), np.array(shapes, dtype=object), crs)


def places(*pairs: tuple[object, object]) -> Columns:
    """Sites with latitude and longitude."""
    return {
        "Tên": [f"Điểm {number}" for number in range(len(pairs))],
        "Vĩ độ (WGS84)": [lat for lat, _ in pairs],
        "Kinh độ (WGS84)": [lng for _, lng in pairs],
    }


CASES: dict[str, tuple[str, Table, Answers]] = {
    "bad_coordinate": ("sites", sheet(places((21.1, 103.1), ("hai mươi", 103.1))), Answers()),
    "swapped_coordinates": (
        "sites", sheet(places((21.1, 103.1), (21.12, 103.12), (103.11, 21.11))), Answers(),
    ),
    "places_differ": (
        "sites",
        sheet({**places((21.10123, 103.10123), (21.12345, 103.12345)), "GPS": ["21.10123, 103.10123", "21.13345, 103.12345"]}),
        Answers(),
    ),
    "formula_cell": (
        "producers",
        sheet({"Tên chủ thể": ["HTX A"], "Số hộ": [None]}, formulas=frozenset({(2, "Số hộ")})),
        Answers(),
    ),
    "ambiguous_address": ("producers", sheet({"Tên chủ thể": ["HTX A"], "Xã": ["Sam Mứn"]}), Answers()),
    "unknown_address": ("producers", sheet({"Tên chủ thể": ["HTX A"], "Xã": ["Không Đâu Cả"]}), Answers()),
    "place_kept": (
        "producers", sheet({"Mã": ["P1"], "Tên chủ thể": ["x"], "Huyện": ["Điện Biên"]}), Answers(),
    ),
    "wrong_shape": (
        "sites", drawn({"name": ["A", "B"]}, [Point(103.1, 21.1), LineString([(103.1, 21.1), (103.2, 21.1)])]), Answers(),
    ),
    "still_referenced": ("producers", sheet({"Mã": ["P9"], "Tên chủ thể": ["HTX khác"]}), Answers(whole=True)),
    "unreadable_row": ("producers", sheet({"Mã": ["P7", "P7"], "Tên chủ thể": ["a", "b"]}), Answers()),
}  # fmt: skip
