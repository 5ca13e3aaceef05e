"""One value of a good file cut, put in quotes or mistyped, at a random place: it arrives, is reported, or the file is refused."""

import json
import random
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
import shapely

from geo.errors import BadSource
from geo.ingest.files.table import Table
from tests.ingest.cases import table_of
from tests.ingest.files.test_dbf import dbf
from tests.ingest.samples import write

EACH = 60
"""So many damaged values of each format."""
NAMES = ["Đồi thử một", "Hang thử hai", "Suối thử ba", "Bản thử bốn"]
ROWS = [[name, f"xã số {n}a", n * 11 + 0.5, 2000 + n] for n, name in enumerate(NAMES, start=1)]
HEADER = ["Tên", "Địa chỉ", "Diện tích", "Năm"]
RINGS = [[[103 + n / 7, 21.0], [103 + n / 7, 21.25], [103.0625 + n / 7, 21.25], [103 + n / 7, 21.0]] for n in range(4)]


def mistyped(chance: random.Random, value: Any) -> Any:
    """The value cut, in quotes, or with a slip; always another one."""
    text = str(value)
    made = chance.choice([text[: len(text) // 2], f'"{text}"', f"x{text}", text[:1] + "?" + text[2:], text])
    if made == text:
        return made if not isinstance(value, str) else f"{text}x"
    return made


# --- one maker for each format: a seed, or None for the good file ------------------------------------


def places_of(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key or index) of JSON that holds a value."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    here = [(node, key) for key, value in pairs if not isinstance(value, dict | list)]
    inner = [value for value in (node.values() if isinstance(node, dict) else node) if isinstance(value, dict | list)]
    return here + [place for value in inner for place in places_of(value)]


def features() -> list[dict[str, Any]]:
    return [
        {"type": "Feature", "properties": dict(zip(HEADER, row, strict=True)), "geometry": {"type": "Polygon", "coordinates": [deepcopy(ring)]}}
        for row, ring in zip(ROWS, RINGS, strict=True)
    ]  # fmt: skip


def slip(chance: random.Random | None, document: Any) -> Any:
    if chance is not None:
        node, key = chance.choice(places_of(document))
        if isinstance(node, dict) and chance.random() < 0.2:
            node[mistyped(chance, key)] = node.pop(key)
        else:
            node[key] = mistyped(chance, node[key])
    return document


def geojson(path: Path, chance: random.Random | None) -> Path:
    document = slip(chance, {"type": "FeatureCollection", "features": features()})
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def geojsonseq(path: Path, chance: random.Random | None) -> Path:
    path.write_text(
        "\n".join(json.dumps(one, ensure_ascii=False) for one in slip(chance, features())), encoding="utf-8"
    )
    return path


def kml(path: Path, chance: random.Random | None) -> Path:
    root = ET.Element("kml")
    document = ET.SubElement(root, "Document")
    for row, ring in zip(ROWS, RINGS, strict=True):
        placemark = ET.SubElement(document, "Placemark")
        ET.SubElement(placemark, "name").text = str(row[0])
        data = ET.SubElement(placemark, "ExtendedData")
        for name, cell in list(zip(HEADER, row, strict=True))[1:]:
            ET.SubElement(ET.SubElement(data, "Data", name=name), "value").text = str(cell)
        line = placemark
        for tag in ("Polygon", "outerBoundaryIs", "LinearRing", "coordinates"):
            line = ET.SubElement(line, tag)
        line.text = " ".join(f"{x},{y}" for x, y in ring)
    if chance is not None:
        element = chance.choice(list(document.iter())[1:])
        if element.text and chance.random() < 0.7:
            words = element.text.split(" ")
            at = chance.randrange(len(words))
            words[at] = mistyped(chance, words[at])
            element.text = " ".join(words)
        elif element.get("name") and chance.random() < 0.5:
            element.set("name", mistyped(chance, element.get("name")))
        else:
            element.tag = f"{element.tag}x"
    path.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
    return path


def rows_with_a_slip(chance: random.Random | None) -> list[list[Any]]:
    rows: list[list[Any]] = [list(HEADER), *map(list, ROWS)]
    if chance is not None:
        row = chance.choice(rows)
        column = chance.randrange(len(row))
        row[column] = mistyped(chance, row[column])
    return rows


def csv(path: Path, chance: random.Random | None) -> Path:
    path.write_text("\n".join(";".join(map(str, row)) for row in rows_with_a_slip(chance)) + "\n", encoding="utf-8-sig")
    return path


def xlsx(path: Path, chance: random.Random | None) -> Path:
    book = openpyxl.Workbook()
    for row in rows_with_a_slip(chance):
        book.active.append(row)
    book.save(path)
    return path


def dbase(path: Path, chance: random.Random | None) -> Path:
    fields = [("TEN", "C", 40), ("DIACHI", "C", 40), ("DIENTICH", "N", 10), ("NAM", "N", 10), ("NGAY", "D", 8)]
    rows = [[*map(str, row), f"2024010{n}"] for n, row in enumerate(ROWS, start=1)]
    if chance is not None:
        row = chance.choice(rows)
        column = chance.randrange(len(row))
        row[column] = mistyped(chance, row[column])[:8]
    return dbf(path, fields, rows)


def geopackage(path: Path, chance: random.Random | None) -> Path:
    path.unlink(missing_ok=True)
    columns = dict(zip(HEADER, zip(*ROWS, strict=True), strict=True))
    write(path, "GPKG", gpd.GeoDataFrame(columns, geometry=[shapely.Polygon(ring) for ring in RINGS], crs=4326))
    if chance is not None:
        name, row = chance.choice(HEADER), chance.randrange(len(ROWS))
        value = mistyped(chance, ROWS[row][HEADER.index(name)])
        with sqlite3.connect(path) as connection:
            for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f'DROP TRIGGER "{trigger}"')
            connection.execute(f'UPDATE x SET "{name}" = ? WHERE fid = ?', (value, row + 1))
        connection.close()
    return path


def mapinfo_text(path: Path, chance: random.Random | None) -> Path:
    """A .mif and a .mid, zipped; the slip is in a line of an object or in a cell."""
    header = ["Version 300", 'Charset "Neutral"', 'Delimiter ","', "Columns 4", "  ten Char(40)", "  dia_chi Char(40)",
              "  dien_tich Decimal(10,2)", "  nam Integer", "Data", ""]  # fmt: skip
    lines = [
        line for ring in RINGS
        for line in ["Region 1", f"  {len(ring)}", *(f"{x:.6f} {y:.6f}" for x, y in ring), "    Pen (1,2,0)"]
    ]  # fmt: skip
    cells = [[f'"{row[0]}"', f'"{row[1]}"', str(row[2]), str(row[3])] for row in ROWS]
    if chance is not None and chance.random() < 0.5:
        at = chance.randrange(len(lines))
        words = lines[at].split(" ")
        word = chance.choice([number for number, text in enumerate(words) if text])
        words[word] = mistyped(chance, words[word])
        lines[at] = " ".join(words)
    elif chance is not None:
        row = chance.choice(cells)
        column = chance.randrange(4)
        bare = row[column].strip('"')
        row[column] = mistyped(chance, bare) if column > 1 else f'"{mistyped(chance, bare)}"'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.mif", "\n".join([*header, *lines]).encode())
        archive.writestr("x.mid", "\n".join(",".join(row) for row in cells).encode())
    return path


def gpx(path: Path, chance: random.Random | None) -> Path:
    """Waypoints; the slip is in a coordinate, a text or the name of an element."""
    root = ET.Element("gpx", version="1.1")
    for number, row in enumerate(ROWS):
        point = ET.SubElement(root, "wpt", lat=f"{21 + number / 8}", lon=f"{103 + number / 8}")
        for tag, value in zip(("ele", "name", "desc", "type"), (row[2], row[0], row[1], row[3]), strict=True):
            ET.SubElement(point, tag).text = str(value)
    if chance is not None:
        element = chance.choice(list(root.iter())[1:])
        if element.attrib:
            name = chance.choice(["lat", "lon"])
            element.set(name, mistyped(chance, element.get(name)))
        elif chance.random() < 0.7:
            element.text = mistyped(chance, element.text)
        else:
            element.tag = f"{element.tag}x"
    path.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
    return path


def drawing(path: Path, chance: random.Random | None) -> Path:
    """Closed lines and a text in a DXF; the slip is in any value of an entity."""
    groups: list[tuple[int, str]] = []
    for number, ring in enumerate(RINGS, start=1):
        groups += [(0, "LWPOLYLINE"), (5, f"A{number}"), (8, f"LOP_{number}"), (90, "3"), (70, "1")]
        groups += [group for x, y in ring[:3] for group in ((10, f"{x:.6f}"), (20, f"{y:.6f}"))]
    groups += [(0, "TEXT"), (5, "B1"), (8, "CHU"), (10, "103.5"), (20, "21.5"), (40, "2.5"), (1, "Vung chu")]
    if chance is not None:
        at = chance.randrange(len(groups))
        groups[at] = (groups[at][0], mistyped(chance, groups[at][1]))
    pairs = [(0, "SECTION"), (2, "ENTITIES"), *groups, (0, "ENDSEC"), (0, "EOF")]
    path.write_text("".join(f"{code:3}\n{value}\n" for code, value in pairs), encoding="ascii")
    return path


MAKERS: dict[str, Callable[[Path, random.Random | None], Path]] = {
    "geojson": geojson, "geojsonl": geojsonseq, "kml": kml, "csv": csv, "xlsx": xlsx, "dbf": dbase, "gpkg": geopackage,
    "zip": mapinfo_text, "gpx": gpx, "dxf": drawing,
}  # fmt: skip


def values(table: Table) -> Counter[str]:
    """Everything that a table holds: cells by their text, names of columns, coordinates."""
    cells = Counter(text(cell) for column in table.columns.values() for cell in column if cell is not None)
    names = Counter(text(name) for name in table.columns)
    places = [] if table.shapes is None else shapely.get_coordinates(table.shapes).ravel().tolist()
    return cells + names + Counter(f"{number:.9f}" for number in places)


def text(cell: object) -> str:
    if isinstance(cell, int | float):
        return f"{cell:g}"
    try:
        return str(cell).encode("latin-1").decode().strip()
    except UnicodeError:
        return str(cell).strip()


@pytest.mark.parametrize("kind", MAKERS)
def test_one_damaged_value_is_never_lost_in_silence(tmp_path: Path, kind: str) -> None:
    make, path = MAKERS[kind], tmp_path / f"x.{kind}"
    good = table_of(tmp_path, make(path, None))
    assert good.issues == () and len(good) == (5 if kind == "dxf" else 4)
    whole = values(good)
    outcomes: Counter[str] = Counter()
    for seed in range(EACH):
        make(path, random.Random(seed))
        try:
            table = table_of(tmp_path, path)
        except BadSource:
            outcomes["refused"] += 1
            continue
        if table.issues or table.notes != good.notes:
            outcomes["reported"] += 1
            continue
        lost, added = whole - values(table), values(table) - whole
        assert sum(lost.values()) <= sum(added.values()), (seed, lost, added)
        assert sum(lost.values()) <= 2, (seed, lost, added)  # both ends of a ring are one position
        outcomes["arrived"] += 1
    assert outcomes["arrived"] > EACH // 6, outcomes
