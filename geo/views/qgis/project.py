"""A QGIS project of the whole province: the layers in their groups, drawn and described as on the site."""

import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from pyproj import CRS

from geo.atlas import Atlas
from geo.crs import METRIC_CRS, LngLatBbox, transformer
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import GROUPS, THEMATIC
from geo.ocop.styles import STYLES
from geo.schema import Label, LayerSpec
from geo.views.dated_files import DatedZip
from geo.views.notice import WGS84, notice
from geo.views.qgis.described import Described, layer_metadata, metadata
from geo.views.qgis.qml import QGIS_VERSION, describe, is_labelled, layer_id
from geo.views.qgis.sheet import Words, sheet
from geo.views.qgis.sources import Source
from geo.views.qgis.symbols import symbol
from geo.views.qgis.xml import add
from geo.views.values import date_shown
from geo.vn2000.systems import HOME, Reading

TITLE = Label("Bản đồ OCOP Điện Biên", "OCOP map of Điện Biên")
LEGAL = Label(
    "Ranh giới minh hoạ, không có giá trị pháp lý.", "Boundaries are for illustration and have no legal force."
)

_TILES = Label("Ô bản đồ: vẽ nhanh khi dữ liệu lớn", "Vector tiles: fast where there is much data")
_SHOWN = {*THEMATIC, "communes", "province"}
"""What is switched on at first, as on the map of the site."""

_OUTSIDE = {"Red": 231, "Green": 225, "Blue": 211}
_MARGIN = 0.04
_BASE = [name for name, spec in COLLECTIONS.items() if spec.group == "units" and spec.dimension == 2]
"""The units' areas lie below every other layer, the first of them uppermost."""

_GEOMETRIES = {0: "Point", 1: "Line", 2: "Polygon", None: "No geometry"}


class _Drawn(NamedTuple):
    """One layer of the project."""

    spec: LayerSpec
    id: str


def project(atlas: Atlas, source: Source, lang: str) -> bytes:
    """The project file (.qgs) over the atlas's version, its words in `lang`, in the province's own system."""
    version = atlas.version
    title = TITLE.of(lang)
    root = ET.Element(
        "qgis", {"version": QGIS_VERSION, "projectname": title, "saveDateTime": version.published_at[:19]}
    )
    add(root, "homePath", path="")
    add(root, "title", title)
    add(root, "projectCrs").append(_srs(METRIC_CRS))
    drawn = [_Drawn(spec, layer_id(name)) for name, spec in COLLECTIONS.items()]
    _tree(root, drawn, source, lang)
    _relations(root, lang)
    extent = _extent(atlas)
    _canvas(root, extent)
    layers = add(root, "projectlayers")
    for one in drawn:
        _layer(layers, atlas, one, source, lang)
    if source.tiles:
        _tiles(layers, source, lang)
    _settings(root, atlas, lang)
    if source.crs == WGS84:
        _transformation(root)
    about = Described(
        "ocop-dien-bien", title, _about(atlas, lang), lang, created=version.published_at[:19], kind="dataset"
    )
    metadata(add(root, "projectMetadata"), about)
    _sheet(root, atlas, lang)
    view = add(root, "ProjectViewSettings", UseProjectScales="0", rotation="0")
    box = add(view, "DefaultViewExtent", **extent)
    box.append(_srs(METRIC_CRS))
    body = ET.tostring(root, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{body}".encode()


def packed(made: bytes, name: str, moment: str) -> bytes:
    """A project as QGIS packs it (.qgz): a zip that holds `name`.qgs, dated by `moment` (ISO 8601)."""
    out = io.BytesIO()
    with DatedZip(out, moment) as archive:
        archive.add(f"{name}.qgs", made)
    return out.getvalue()


# --- the tree and the order of drawing ---------------------------------------------------------------


def _tree(root: ET.Element, drawn: Sequence[_Drawn], source: Source, lang: str) -> None:
    tree = add(root, "layer-tree-group")
    for group, label in GROUPS.items():
        members = [one for one in drawn if one.spec.group == group]
        if not members:
            continue
        branch = add(tree, "layer-tree-group", name=label.of(lang), expanded=str(int(group in {"programme", "places"})),
                     checked=_checked(any(one.spec.name in _SHOWN for one in members)))  # fmt: skip
        for spec, key in members:
            add(
                branch, "layer-tree-layer", id=key, name=spec.label.of(lang), source=source.address(spec.name),
                providerKey=source.provider, checked=_checked(spec.name in _SHOWN),
                expanded=str(int(spec.name in THEMATIC)),
            )  # fmt: skip
    if source.tiles:
        add(
            tree, "layer-tree-layer", id=layer_id("tiles"), name=_TILES.of(lang), source=source.tiles,
            providerKey="vectortile", checked=_checked(False), expanded="0",
        )  # fmt: skip
    order = add(tree, "custom-order", enabled="1")
    for key in _from_top(drawn):
        add(order, "item", key)
    if source.tiles:
        add(order, "item", layer_id("tiles"))


def _from_top(drawn: Iterable[_Drawn]) -> list[str]:
    """Points over lines over areas, and the land below everything."""

    def height(one: _Drawn) -> tuple[int, int]:
        base = _BASE.index(one.spec.name) + 1 if one.spec.name in _BASE else 0
        return (base, 3 if one.spec.dimension is None else one.spec.dimension)

    return [one.id for one in sorted(drawn, key=height)]


def _checked(shown: bool) -> str:
    return "Qt::Checked" if shown else "Qt::Unchecked"


def _relations(root: ET.Element, lang: str) -> None:
    """What refers to what, so that forms list what belongs to a record."""
    made = add(root, "relations")
    for spec in COLLECTIONS.values():
        for field in spec.fields:
            if field.kind != "ref" or not field.target:
                continue
            name = f"{spec.label.of(lang)}: {field.label.of(lang)}"
            one = add(
                made, "relation", id=f"{spec.name}_{field.name}", name=name, referencingLayer=layer_id(spec.name),
                referencedLayer=layer_id(field.target), strength="Association",
            )  # fmt: skip
            add(one, "fieldRef", referencingField=field.name, referencedField=COLLECTIONS[field.target].key)


# --- layers ------------------------------------------------------------------------------------------


def _layer(parent: ET.Element, atlas: Atlas, one: _Drawn, source: Source, lang: str) -> None:
    spec = one.spec
    layer = add(
        parent, "maplayer", type="vector", geometry=_GEOMETRIES[spec.dimension],
        labelsEnabled=str(int(is_labelled(spec))), styleCategories="AllStyleCategories", readOnly="0",
        hasScaleBasedVisibilityFlag="0", autoRefreshEnabled="0", simplifyDrawingHints="1", simplifyDrawingTol="1",
        simplifyLocal="1", simplifyAlgorithm="0", simplifyMaxScale="1", symbologyReferenceScale="-1",
    )  # fmt: skip
    add(layer, "id", one.id)
    add(layer, "datasource", source.address(spec.name))
    add(layer, "shortname", spec.name)
    add(layer, "title", spec.label.of(lang))
    add(layer, "abstract", spec.about.of(lang))
    add(layer, "layername", spec.label.of(lang))
    if spec.geometry is not None:
        add(layer, "srs").append(_srs(source.crs))
    layer_metadata(add(layer, "resourceMetadata"), atlas, spec, lang, source.crs)
    add(layer, "provider", source.provider, encoding="UTF-8")
    add(layer, "layerOpacity", "1")
    add(layer, "blendMode", "0")
    describe(layer, spec, lang, in_project=True)


def _tiles(parent: ET.Element, source: Source, lang: str) -> None:
    """All layers as vector tiles, each in its colours."""
    layer = add(parent, "maplayer", type="vector-tile", hasScaleBasedVisibilityFlag="0", autoRefreshEnabled="0",
                styleCategories="AllStyleCategories")  # fmt: skip
    add(layer, "id", layer_id("tiles"))
    add(layer, "datasource", source.tiles)
    add(layer, "layername", _TILES.of(lang))
    add(layer, "srs").append(_srs("EPSG:3857"))
    add(layer, "provider", "vectortile")
    styles = add(add(layer, "renderer", type="basic"), "styles")
    for spec in reversed(list(COLLECTIONS.values())):
        if spec.geometry is None or (spec.name not in _SHOWN):
            continue
        style = add(styles, "style", layer=spec.name, name=spec.label.of(lang), geometry=str(spec.dimension),
                    enabled="1", expression="")  # fmt: skip
        style.attrib |= {"min-zoom": "-1", "max-zoom": "-1"}
        symbol(add(style, "symbols"), "0", spec, STYLES[spec.name])


# --- the whole ---------------------------------------------------------------------------------------


def _box(atlas: Atlas) -> LngLatBbox:
    """The box around the province, in metres of its own system."""
    box = atlas.bounds("province") or atlas.bounds() or LngLatBbox(102.0, 20.8, 103.7, 22.6)
    return LngLatBbox(*transformer(WGS84, METRIC_CRS).transform_bounds(*box))


def _extent(atlas: Atlas) -> dict[str, str]:
    """Where the project looks at first: the province with a margin."""
    west, south, east, north = _box(atlas)
    margin = _MARGIN * max(east - west, north - south)
    corners = {"xmin": west - margin, "ymin": south - margin, "xmax": east + margin, "ymax": north + margin}
    return {name: f"{value:.0f}" for name, value in corners.items()}


def _sheet(root: ET.Element, atlas: Atlas, lang: str) -> None:
    told = [notice(atlas, name).attribution.of(lang) for name in (*THEMATIC, "communes")]
    notes = "\n".join((LEGAL.of(lang), *dict.fromkeys(filter(None, told))))
    words = Words(TITLE.of(lang), _state(atlas, lang), notes)
    sheet(add(root, "Layouts"), _box(atlas), words, lang)


def _canvas(root: ET.Element, extent: dict[str, str]) -> None:
    canvas = add(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    add(canvas, "units", "meters")
    box = add(canvas, "extent")
    for name, value in extent.items():
        add(box, name, value)
    add(canvas, "rotation", "0")
    add(canvas, "destinationsrs").append(_srs(METRIC_CRS))


def _settings(root: ET.Element, atlas: Atlas, lang: str) -> None:
    made = add(root, "properties")
    gui = add(made, "Gui")
    for part, value in _OUTSIDE.items():
        add(gui, f"CanvasColor{part}Part", str(value), type="int")
    add(add(made, "Paths"), "Absolute", "false", type="bool")
    measured = add(made, "Measurement")
    add(measured, "DistanceUnits", "meters", type="QString")
    add(measured, "AreaUnits", "ha", type="QString")
    # Without this the project's own system is not read.
    add(add(made, "SpatialRefSys"), "ProjectionsEnabled", "1", type="int")
    note = add(made, "CopyrightLabel")
    add(note, "Enabled", "true", type="bool")
    add(note, "Label", f"{LEGAL.of(lang)}\n{notice(atlas, 'communes').attribution.of(lang)}", type="QString")
    add(note, "Placement", "3", type="int")


def _transformation(root: ET.Element) -> None:
    """The state's seven parameters, written out: what QGIS would choose by itself depends on its version."""
    row = add(add(root, "transformContext"), "srcDest", coordinateOp=Reading(HOME).pipeline, allowFallback="1")
    add(row, "src").append(_srs(METRIC_CRS))
    add(row, "dest").append(_srs(WGS84))


def _about(atlas: Atlas, lang: str) -> str:
    counts = atlas.counts()
    rows = "; ".join(f"{spec.label.of(lang)}: {counts[name]}" for name, spec in COLLECTIONS.items())
    return f"{_state(atlas, lang)}. {rows}. {LEGAL.of(lang)}"


def _state(atlas: Atlas, lang: str) -> str:
    words = Label("Dữ liệu phiên bản {n}, {date}", "Data version {n}, {date}")
    return words.of(lang).format(n=atlas.version.number, date=date_shown(atlas.version.published_at[:10], lang))


def _srs(code: str) -> ET.Element:
    found = CRS.from_user_input(code)
    made = ET.Element("spatialrefsys")
    add(made, "wkt", found.to_wkt("WKT2_2019"))
    add(made, "authid", code)
    add(made, "description", found.name)
    add(made, "geographicflag", str(found.is_geographic).lower())
    return made
