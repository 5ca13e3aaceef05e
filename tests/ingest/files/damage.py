"""Ways to damage a seed, and the table of those that must each give one finding."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import fiona
import numpy as np
from shapely import MultiPolygon, Point, Polygon, box

from geo.ocop.layers import LAYERS
from tests.frames import WEST, frame
from tests.worlds import records, square, write_layer

Damage = Callable[[Path], None]

BOWTIE = Polygon([(103.0, 21.0), (103.2, 21.2), (103.2, 21.0), (103.0, 21.2)])


class Case(NamedTuple):
    """A way to damage a seed, and the one finding that it must give."""

    kind: str
    damage: Damage
    layer: str
    record: str | int | None = None
    field: str | None = None


def file_of(seed: Path, layer: str, suffix: str) -> Path:
    return seed / layer / f"{layer}{suffix}"


def cut(layer: str, suffix: str, size: int) -> Damage:
    def damage(seed: Path) -> None:
        path = file_of(seed, layer, suffix)
        path.write_bytes(path.read_bytes()[:size])

    return damage


def drop(layer: str, suffix: str) -> Damage:
    return lambda seed: file_of(seed, layer, suffix).unlink()


def write(layer: str, suffix: str, text: str | bytes) -> Damage:
    data = text.encode("utf-8") if isinstance(text, str) else text
    return lambda seed: file_of(seed, layer, suffix).write_bytes(data) and None


def swap(layer: str, suffix: str, old: str | bytes, new: str | bytes) -> Damage:
    """Exchange bytes of one file; in a .dbf the new ones are padded, as a table's columns have fixed widths."""
    before, after = (part.encode("utf-8") if isinstance(part, str) else part for part in (old, new))

    def damage(seed: Path) -> None:
        path = file_of(seed, layer, suffix)
        data = path.read_bytes()
        assert data.count(before) >= 1 and (suffix != ".dbf" or len(after) <= len(before))
        path.write_bytes(data.replace(before, after.ljust(len(before)) if suffix == ".dbf" else after))

    return damage


def change(layer: str, **values: Any) -> Damage:
    """Write the layer again with other values in its first record."""
    return lambda seed: write_layer(seed, frame(layer, *records(layer, **values)), LAYERS[layer]) and None


def rewrite(layer: str, *rows: dict[str, Any]) -> Damage:
    return lambda seed: write_layer(seed, frame(layer, *rows), LAYERS[layer]) and None


def in_crs(layer: str, crs: str, *, keep_prj: bool) -> Damage:
    """Write the layer in another system; without `keep_prj` under the .prj that it had."""

    def damage(seed: Path) -> None:
        prj = file_of(seed, layer, ".prj")
        before = prj.read_bytes()
        write_layer(seed, frame(layer, *records(layer)), LAYERS[layer], crs=crs)
        if not keep_prj:
            prj.write_bytes(before)

    return damage


def both(*steps: Damage) -> Damage:
    def damage(seed: Path) -> None:
        for step in steps:
            step(seed)

    return damage


def as_lines(seed: Path) -> None:
    """The communes' borders in place of the communes."""
    path = file_of(seed, "communes", ".shp")
    with fiona.open(path, encoding="utf-8") as source:
        schema = {**source.schema, "geometry": "LineString"}
        rows = [(dict(row.properties), row.id) for row in source]
    line = {"type": "LineString", "coordinates": [(103.0, 21.0), (103.1, 21.1)]}
    with fiona.open(path, "w", driver="ESRI Shapefile", schema=schema, crs="OGC:CRS84", encoding="utf-8") as sink:
        sink.writerecords({"type": "Feature", "properties": row, "geometry": line} for row, _ in rows)


def retyped(layer: str, column: str, kind: str, convert: Callable[[Any], Any]) -> Damage:
    """Write the layer again with another type of column, as a spreadsheet or a form makes them."""

    def damage(seed: Path) -> None:
        path = file_of(seed, layer, ".shp")
        with fiona.open(path, encoding="utf-8") as source:
            schema, rows = source.schema, list(source)
        schema["properties"][column] = kind
        with fiona.open(path, "w", driver="ESRI Shapefile", schema=schema, crs="OGC:CRS84", encoding="utf-8") as sink:
            for row in rows:
                properties = {**row.properties, column: convert(row.properties[column])}
                sink.write({"type": "Feature", "properties": properties, "geometry": row.geometry})

    return damage


def with_an_open_ring(seed: Path) -> None:
    """The zone's outline with its last corner moved away from the first."""
    path = file_of(seed, "zones", ".shp")
    data = bytearray(path.read_bytes())
    data[-16:] = struct.pack("<2d", 103.06, 21.06)
    path.write_bytes(bytes(data))


def at_no_number(seed: Path) -> None:
    """The first site's coordinates as "not a number", which a .shp can hold."""
    path = file_of(seed, "sites", ".shp")
    data = bytearray(path.read_bytes())
    data[112:128] = struct.pack("<2d", np.inf, 21.0)
    path.write_bytes(bytes(data))


def encoded(encoding: str) -> Damage:
    """All text of the sites' table in an encoding of before Unicode, under a .cpg that says UTF-8."""

    def damage(seed: Path) -> None:
        long_names = [
            {**row, "name": "Di tích lịch sử cách mạng", "address": "xã Mường Phăng, huyện Điện Biên"}
            for row in records("sites")
        ]
        rewrite("sites", *long_names, {**long_names[0], "site_id": "H3"})(seed)
        path = file_of(seed, "sites", ".dbf")
        data = path.read_bytes()
        for text in ("Di tích lịch sử cách mạng", "xã Mường Phăng, huyện Điện Biên"):
            old = text.encode("utf-8")
            data = data.replace(old, legacy(text, encoding).ljust(len(old)))
        path.write_bytes(data)

    return damage


def legacy(text: str, encoding: str) -> bytes:
    from geo.encodings import encode

    return text.encode("latin-1", "replace") if encoding == "latin-1" else encode(text, encoding)


def no_size(seed: Path) -> None:
    write_layer(seed, frame("outlines_2009", *records("outlines_2009", at=MultiPolygon())), LAYERS["outlines_2009"])


FULL = "Đ" * 39 + "iện Biên"

CUT = FULL.encode()[:80]  # the column's width, in the middle of a letter

LONG = "Câu chuyện của người Mông ở Tủa Chùa. " * 10

WGS84_ON_103 = (
    'PROJCS["WGS_1984_TM_103",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",103.0],'
    'PARAMETER["Scale_Factor",0.9999],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
"""What ArcGIS users make of the province's zone when they start from WGS 84: taken at its word it lands 223 m off."""

CASES = (
    Case("missing_layer", drop("zones", ".shp"), "zones"),
    Case("missing_layer", drop("zones", ".dbf"), "zones"),
    Case("missing_layer", drop("zones", ".shx"), "zones"),
    Case("missing_layer", drop("sources", ".csv"), "sources"),
    Case("unreadable", cut("products", ".dbf", 700), "products"),
    Case("unreadable", cut("products", ".dbf", 0), "products"),
    Case("unreadable", cut("communes", ".shp", 150), "communes"),
    Case("unreadable", cut("communes", ".shp", 0), "communes"),
    Case("unreadable", cut("communes", ".shx", 104), "communes"),
    Case("unreadable", write("communes", ".shp", "<html>404</html>"), "communes"),
    Case("unreadable", write("sources", ".csv", 'source_id,publisher\nS1,"Báo'), "sources"),
    Case("unreadable", write("products", ".text.csv", "id,story_vi\nR1,chuyện\n"), "products"),
    Case("empty_layer", rewrite("outlines_2009"), "outlines_2009"),
    Case("empty_layer", write("sources", ".csv", "source_id,publisher\n"), "sources"),
    Case("wrong_geometry_type", as_lines, "communes"),
    Case("unknown_crs", both(in_crs("sites", "EPSG:9205", keep_prj=True), drop("sites", ".prj")), "sites"),
    Case("unknown_crs", write("sites", ".prj", "VN2000 múi 3 độ"), "sites"),
    Case("unknown_crs", write("sites", ".prj", 'PROJCS["Điện Biên"'.encode("utf-16")), "sites"),
    Case("wrong_crs", in_crs("sites", "EPSG:9205", keep_prj=False), "sites"),
    Case("wrong_table_encoding", encoded("cp1258"), "sites"),
    Case("wrong_table_encoding", encoded("tcvn3"), "sites"),
    Case("wrong_table_encoding", encoded("latin-1"), "sites"),
    Case("wrong_table_encoding", write("products", ".text.csv", b"product_id,story_vi\n" + b"R1,chuy\xea\xb2n\n" + b"R2,chuy\xea\xb2n\nR3,chuy\xea\xb2n\n"), "products"),
    Case("reader_warning", with_an_open_ring, "zones"),
    Case("missing_prj", drop("sites", ".prj"), "sites"),
    Case("mislabelled_crs", both(in_crs("sites", "EPSG:9205", keep_prj=True), write("sites", ".prj", WGS84_ON_103)), "sites"),
    Case("wrong_cpg", drop("sites", ".cpg"), "sites"),
    Case("wrong_cpg", write("sites", ".cpg", "1258"), "sites"),
    Case("reprojected", in_crs("sites", "EPSG:9205", keep_prj=True), "sites"),
    Case("missing_metadata", drop("sites", ".json"), "sites"),
    Case("missing_metadata", write("sites", ".json", "[]"), "sites"),
    Case("missing_metadata", write("sites", ".json", '{"title": {}, "source": [], "attribution": {}}'), "sites"),
    Case("missing_metadata", write("sites", ".json", '{"title"'), "sites"),
    Case("wrong_count", swap("sites", ".json", '"records": 2', '"records": 3'), "sites"),
    Case("missing_key", change("sites", site_id=None), "sites", 1, "site_id"),
    Case("unaddressable_id", change("sites", site_id="a/b"), "sites", "a/b", "site_id"),
    Case("unaddressable_id", change("sites", site_id="a.json"), "sites", "a.json", "site_id"),
    Case("unaddressable_id", change("sites", site_id=".."), "sites", "..", "site_id"),
    Case("duplicate_id", change("sites", site_id="H2"), "sites", "H2", "site_id"),
    Case("missing_column", swap("sites", ".dbf", b"rank\0", b"rang\0"), "sites"),
    Case("missing_column", swap("sources", ".csv", "publisher", "nha_xb"), "sources"),
    Case("unknown_column", swap("sites", ".dbf", b"rank\0", b"rang\0"), "sites"),
    Case("unknown_column", write("products", ".text.csv", "product_id,colour\nR1,red\n"), "products"),
    Case("bad_type", retyped("communes", "code", "int:5", int), "communes"),
    Case("ragged_row", write("sources", ".csv", "source_id,publisher,address,date,what\nS1,Báo,,,một, hai\n"), "sources", 1),
    Case("unknown_text_row", write("products", ".text.csv", "product_id,story_vi\nR99,chuyện\n"), "products", "R99"),
    Case("unknown_text_row", write("products", ".text.csv", "product_id,story_vi\nR1,một\n,hai\n"), "products", 2),
    Case("duplicate_text_row", write("products", ".text.csv", "product_id,story_vi\nR1,a\nR1,b\n"), "products", "R1"),
    Case("text_disagrees", write("products", ".text.csv", "product_id,name\nR1,Rượu\n"), "products", "R1", "name"),
    Case("wrong_encoding", swap("sites", ".dbf", "Đồi A1", "Bão A1".encode("latin-1")), "sites", "H1", "name"),
    Case("wrong_encoding", swap("sources", ".csv", "Phủ", "Phủ".encode("utf-16-le")), "sources", "S1", "publisher"),
    Case("wrong_encoding", write("products", ".text.csv", b"product_id,story_vi\nR1,chuy\xea\xb2n\n"), "products", "R1", "story_vi"),
    Case("cut_text", swap("sites", ".dbf", "Đồi A1".encode().ljust(80), CUT), "sites", "H1", "name"),
    Case("mojibake", change("sites", name="Đồi Điện Biên".encode().decode("latin-1")), "sites", "H1", "name"),
    Case("lost_letters", change("sites", name="\ufffdồi A1"), "sites", "H1", "name"),
    Case("required_missing", change("sites", name=None), "sites", "H1", "name"),
    Case("bad_number", retyped("products", "year", "str:9", lambda _: "năm 2019"), "products", "R1", "year"),
    Case("bad_date", change("villages", recognised="26/10/2022"), "villages", "V1", "recognised"),
    Case("bad_date", change("villages", recognised="2022-02-30"), "villages", "V1", "recognised"),
    Case("bad_date", change("villages", recognised="2022/2020"), "villages", "V1", "recognised"),
    Case("bad_code", change("sites", kind="hill"), "sites", "H1", "kind"),
    Case("bad_code", change("villages", craft="weaving;welding"), "villages", "V1", "craft"),
    Case("out_of_range", change("products", stars=6), "products", "R1", "stars"),
    Case("out_of_range", change("zones", area_ha=-1.0), "zones", "Z1", "area_ha"),
    Case("unknown_reference", change("products", producer_id="P9"), "products", "R1", "producer_id"),
    Case("unknown_reference", change("zones", old_commune_codes="00011;99999"), "zones", "Z1", "old_commune_codes"),
    Case("unknown_source", change("sites", source_ids="S1;S9"), "sites", "H1", "source_ids"),
    Case("null_geometry", change("sites", at=None, precision=None), "sites", "H1", "geometry"),
    Case("missing_geometry", rewrite("communes", *records("communes"), {"code": "00003", "name": "Pú Nhi", "source_ids": "S1"}), "communes", "00003", "geometry"),
    Case("empty_geometry", change("zones", at=MultiPolygon([Polygon([(103.1, 21.1), (103.2, 21.1), (103.1, 21.1)])])), "zones", "Z1", "geometry"),
    Case("not_finite", at_no_number, "sites", "H1", "geometry"),
    Case("invalid_geometry", change("zones", at=MultiPolygon([BOWTIE])), "zones", "Z1", "geometry"),
    Case("outside_province", change("sites", at=Point(105.8, 21.0)), "sites", "H1", "geometry"),
    Case("outside_province", change("sites", at=Point(21.1, 103.15)), "sites", "H1", "geometry"),
    Case("place_without_precision", change("sites", precision=None), "sites", "H1", "precision"),
    Case("precision_without_place", change("sites", at=None), "sites", "H1", "precision"),
    Case("sliver", change("zones", at=MultiPolygon([box(103.05, 21.05, 103.15, 21.15), box(103.16, 21.05, 103.16001, 21.06)])), "zones", "Z1", "geometry"),
    Case("overlap", rewrite("zones", *records("zones", extent_kind="surveyed", area_ha=None), *records("zones", zone_id="Z2", name="Vùng hai", extent_kind="surveyed", area_ha=None)), "zones", "Z1", "geometry"),
    Case("area_differs", change("zones", extent_kind="surveyed"), "zones", "Z1", "area_ha"),
    Case("area_differs", change("districts", area_km2=1.0), "districts", "100", "area_km2"),
    Case("duplicate_record", rewrite("sites", *records("sites"), records("sites", site_id="H3", name="ĐỒI A1")[0]), "sites", "H3", "name"),
    Case("tiling_overlap", change("communes", at=square(103.0, 21.0, 0.21)), "communes", "00001", "geometry"),
    Case("tiling_gap", change("communes", at=square(103.0, 21.0, 0.15)), "communes"),
    Case("tiling_gap", change("communes", at=MultiPolygon([WEST.difference(box(103.1, 21.1, 103.11, 21.11))])), "communes"),
)  # fmt: skip
