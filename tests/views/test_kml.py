"""KML as Google Earth and GDAL read it: labels, words, cautions, colours, hostile names."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pyogrio
import pytest
import shapely

from geo.atlas import Atlas, Query
from tests.views.export_files import export, export_to
from tests.views.hostile import IMG, SCRIPT, TEMPLATE

KML = "{http://www.opengis.net/kml/2.2}"


def placemarks(atlas: Atlas, layer: str, lang: str = "vi") -> list[ET.Element]:
    return ET.fromstring(export(atlas, Query(layer), "kml", lang=lang)).findall(f".//{KML}Placemark")


def data_of(placemark: ET.Element) -> dict[str, tuple[str, str]]:
    contents = {}
    for data in placemark.iter(f"{KML}Data"):
        label, value = data.findtext(f"{KML}displayName"), data.findtext(f"{KML}value")
        assert label is not None
        assert value is not None
        contents[data.attrib["name"]] = (label, value)
    return contents


def test_kml_keeps_hostile_names_as_text(hostile: Atlas) -> None:
    names = [placemark.findtext(f"{KML}name") for placemark in placemarks(hostile, "products")]
    assert names[:3] == [IMG, SCRIPT, TEMPLATE]


def test_kml_replaces_characters_that_xml_cannot_hold(hostile: Atlas) -> None:
    assert data_of(placemarks(hostile, "products")[1])["note"][1] == "\ufffdmột\ufffdhai"


def test_kml_shows_labels_and_names_and_leaves_out_what_is_missing(hostile: Atlas) -> None:
    values = data_of(placemarks(hostile, "products")[0])
    assert values["group"] == ("Nhóm", "Thực phẩm")
    assert values["stars"] == ("Hạng sao", "4 sao")
    assert values["producer_id"] == ("Chủ thể", "Hợp tác xã Ong mật")
    assert "certified_from" not in values
    assert (
        values["source_ids"][1] == "Báo Điện Biên Phủ <https://example.org/a?b=1&c=2>; UBND tỉnh <javascript:alert(1)>"
    )


def test_kml_speaks_the_language_that_was_asked_for(hostile: Atlas) -> None:
    values = data_of(placemarks(hostile, "products", "en")[0])
    assert values["group"] == ("Group", "Food")
    assert values["place_caution"][1] == "Approximate location, within about 8 km"


def test_kml_warns_of_approximate_places_only(hostile: Atlas) -> None:
    first, second, third, _ = map(data_of, placemarks(hostile, "products"))
    assert first["place_caution"][1] == "Vị trí gần đúng, sai số khoảng 8 km"
    assert first["precision"][1] == "trong phạm vi xã cũ (gần đúng)"
    assert "place_caution" not in second
    assert "place_caution" not in third


def test_kml_elements_stand_in_the_order_of_the_schema(hostile: Atlas) -> None:
    tags = [child.tag.removeprefix(KML) for child in placemarks(hostile, "products")[0]]
    assert tags == ["name", "styleUrl", "ExtendedData", "Point"]


@pytest.mark.parametrize("layer", ["links", "zones", "products"])
def test_kml_lines_and_outlines_follow_the_ground(hostile: Atlas, layer: str) -> None:
    """Without tessellate a line of some kilometres passes through the mountains, and nobody sees it."""
    root = ET.fromstring(export(hostile, Query(layer), "kml"))
    shapes = [shape for kind in ("LineString", "Polygon") for shape in root.iter(f"{KML}{kind}")]
    assert bool(shapes) == (layer != "products")
    assert all(shape.findtext(f"{KML}tessellate") == "1" for shape in shapes)
    assert not [point for point in root.iter(f"{KML}Point") if point.find(f"{KML}tessellate") is not None]


def test_kml_is_coloured_like_the_map_and_loads_nothing_from_elsewhere(hostile: Atlas) -> None:
    root = ET.fromstring(export(hostile, Query("products"), "kml"))
    assert root.findtext(f".//{KML}IconStyle/{KML}color") == "ff0e40b3"
    assert list(root.iter(f"{KML}href")) == []


def test_kml_reads_back_equal_in_gdal(hostile: Atlas, tmp_path: Path) -> None:
    for layer in ("products", "zones"):
        frame = pyogrio.read_dataframe(export_to(hostile, tmp_path, Query(layer), "kml"), driver="LIBKML")
        records = hostile.find(Query(layer)).records
        assert list(frame["Name"]) == [record.title.replace("\r\n", "\n") for record in records]
        for shape, record in zip(frame.geometry, records, strict=True):
            assert (shape is None) == (record.geometry is None)
            assert shape is None or shapely.force_2d(shape).equals(record.geometry)
