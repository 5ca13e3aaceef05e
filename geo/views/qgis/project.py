"""A QGIS project of the whole province: the layers in their groups, with the site's symbols and descriptions."""

import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from pyproj import CRS

from geo.atlas import Atlas, Query
from geo.basemap.ground import Ground
from geo.basemap.style import LAND
from geo.crs import METRIC_CRS, LngLatBbox, transformer
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import GROUPS, THEMATIC
from geo.ocop.styles import STYLES
from geo.schema import Label, LayerSpec
from geo.views.dated_files import DatedZip
from geo.views.map.credits import credits_of
from geo.views.notice import WGS84, notice
from geo.views.qgis.base_layers import GROUP as BASE_GROUP
from geo.views.qgis.base_layers import BaseEntry, add_base_layer, entries
from geo.views.qgis.crowd import crowded_box
from geo.views.qgis.metadata import Metadata, layer_metadata, metadata
from geo.views.qgis.qml import QGIS_VERSION, describe, has_labels, layer_id
from geo.views.qgis.sheet import GRID_M, INSET_MM, INSET_SCALE, Words, sheet
from geo.views.qgis.sources import Source
from geo.views.qgis.symbols import symbol
from geo.views.qgis.xml import add, option
from geo.views.values import format_date, format_scale
from geo.vn2000.systems import HOME, Reading

TITLE = Label("Bản đồ OCOP Điện Biên", "OCOP map of Điện Biên")
LEGAL = Label(
    "Ranh giới minh hoạ, không có giá trị pháp lý.", "Boundaries are for illustration and have no legal force."
)

_TILES = Label("Ô bản đồ: vẽ nhanh khi dữ liệu lớn", "Vector tiles: fast where there is much data")
_VISIBLE = {*THEMATIC, "communes", "province"}
"""Layers that are switched on at first, as on the map of the site."""

_GRID = Label("Lưới toạ độ {system}, mắt lưới {km} km.", "Grid: {system}, every {km} km.")
_INSET = Label("Nơi có nhiều điểm gần nhau, tỷ lệ 1:{scale}", "Where many points lie close together, 1:{scale}")
_CROWD = 12
"""Points within the square of the inset from which on it is added: fewer can be told apart on the map itself."""
_MOST_POINTS = 5_000

_OUTSIDE = {"Red": 231, "Green": 225, "Blue": 211}
_MARGIN = 0.04
_BASE = [name for name, spec in COLLECTIONS.items() if spec.group == "units" and spec.dimension == 2]
"""The polygons of units are below every other layer, the first of them on top."""

_GEOMETRIES = {0: "Point", 1: "Line", 2: "Polygon", None: "No geometry"}


class _ProjectLayer(NamedTuple):
    """One layer of the project."""

    spec: LayerSpec
    id: str


def project(atlas: Atlas, source: Source, lang: str, ground: Ground | None = None) -> bytes:
    """The project file (.qgs) of the atlas's version, with texts in `lang` and METRIC_CRS as project CRS.

    The layers of `ground` lie below all others where the source has a file of them.
    """
    version = atlas.version
    title = TITLE.of(lang)
    root = ET.Element(
        "qgis", {"version": QGIS_VERSION, "projectname": title, "saveDateTime": version.published_at[:19]}
    )
    add(root, "homePath", path="")
    add(root, "title", title)
    add(root, "projectCrs").append(_srs(METRIC_CRS))
    project_layers = [_ProjectLayer(spec, layer_id(name)) for name, spec in COLLECTIONS.items()]
    base = entries(ground if source.base else None)
    _tree(root, project_layers, base, source, lang)
    _relations(root, lang)
    extent = _extent(atlas)
    _canvas(root, extent)
    layers = add(root, "projectlayers")
    for one in project_layers:
        _layer(layers, atlas, one, source, lang, over_base=bool(base))
    for entry in base:
        add_base_layer(layers, entry, _base_address(source, entry), _srs(WGS84), lang)
    if source.tiles:
        _tiles(layers, source, lang)
    _settings(root, atlas, lang, base)
    if source.crs == WGS84:
        _transformation(root)
    about = Metadata(
        "ocop-dien-bien", title, _about(atlas, lang), lang, created=version.published_at[:19], kind="dataset"
    )
    metadata(add(root, "projectMetadata"), about)
    _sheet(root, atlas, lang, base)
    view = add(root, "ProjectViewSettings", UseProjectScales="0", rotation="0")
    box = add(view, "DefaultViewExtent", **extent)
    box.append(_srs(METRIC_CRS))
    body = ET.tostring(root, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{body}".encode()


def pack(document: bytes, name: str, moment: str) -> bytes:
    """A project as .qgz: a zip with `name`.qgs, dated `moment` (ISO 8601)."""
    out = io.BytesIO()
    with DatedZip(out, moment) as archive:
        archive.add(f"{name}.qgs", document)
    return out.getvalue()


# --- the tree and the order of drawing ---------------------------------------------------------------


def _tree(
    root: ET.Element, layers: Sequence[_ProjectLayer], base: Sequence[BaseEntry], source: Source, lang: str
) -> None:
    tree = add(root, "layer-tree-group")
    for group, label in GROUPS.items():
        members = [one for one in layers if one.spec.group == group]
        if not members:
            continue
        branch = add(tree, "layer-tree-group", name=label.of(lang), expanded=str(int(group in {"programme", "places"})),
                     checked=_check_state(any(one.spec.name in _VISIBLE for one in members)))  # fmt: skip
        for spec, key in members:
            add(
                branch, "layer-tree-layer", id=key, name=spec.label.of(lang), source=source.address(spec.name),
                providerKey=source.provider, checked=_check_state(spec.name in _VISIBLE),
                expanded=str(int(spec.name in THEMATIC)),
            )  # fmt: skip
    _base_branch(tree, base, source, lang)
    if source.tiles:
        add(
            tree, "layer-tree-layer", id=layer_id("tiles"), name=_TILES.of(lang), source=source.tiles,
            providerKey="vectortile", checked=_check_state(False), expanded="0",
        )  # fmt: skip
    order = add(tree, "custom-order", enabled="1")
    for key in (*_from_top(layers), *(entry.id for entry in base)):
        add(order, "item", key)
    if source.tiles:
        add(order, "item", layer_id("tiles"))


def _base_branch(tree: ET.Element, base: Sequence[BaseEntry], source: Source, lang: str) -> None:
    """Add the group of the base layers, if there are any."""
    if not base:
        return
    branch = add(tree, "layer-tree-group", name=BASE_GROUP.of(lang), expanded="0", checked=_check_state(True))
    for entry in base:
        node = add(
            branch, "layer-tree-layer", id=entry.id, name=entry.label(lang), source=_base_address(source, entry),
            providerKey="ogr", checked=_check_state(True), expanded="0",
        )  # fmt: skip
        if entry.has_names_only:
            settings = option(add(node, "customproperties"), "Map")
            option(settings, "QString", "legend/title-style", "hidden")
            option(settings, "QString", "legend/node-order", "empty")


def _from_top(layers: Iterable[_ProjectLayer]) -> list[str]:
    """The ids of the layers in drawing order: points over lines over polygons, units at the bottom."""

    def height(one: _ProjectLayer) -> tuple[int, int]:
        base = _BASE.index(one.spec.name) + 1 if one.spec.name in _BASE else 0
        return (base, 3 if one.spec.dimension is None else one.spec.dimension)

    return [one.id for one in sorted(layers, key=height)]


def _check_state(visible: bool) -> str:
    return "Qt::Checked" if visible else "Qt::Unchecked"


def _relations(root: ET.Element, lang: str) -> None:
    """Add the relations between layers, so that the form of a record lists the records that refer to it."""
    relations = add(root, "relations")
    for spec in COLLECTIONS.values():
        for field in spec.fields:
            if field.kind != "ref" or not field.target:
                continue
            name = f"{spec.label.of(lang)}: {field.label.of(lang)}"
            one = add(
                relations, "relation", id=f"{spec.name}_{field.name}", name=name, referencingLayer=layer_id(spec.name),
                referencedLayer=layer_id(field.target), strength="Association",
            )  # fmt: skip
            add(one, "fieldRef", referencingField=field.name, referencedField=COLLECTIONS[field.target].key)


# --- layers ------------------------------------------------------------------------------------------


def _base_address(source: Source, entry: BaseEntry) -> str:
    return f"{source.base}|layername={entry.layer.key}"


def _layer(parent: ET.Element, atlas: Atlas, one: _ProjectLayer, source: Source, lang: str, *, over_base: bool) -> None:
    spec = one.spec
    layer = add(
        parent, "maplayer", type="vector", geometry=_GEOMETRIES[spec.dimension],
        labelsEnabled=str(int(has_labels(spec))), styleCategories="AllStyleCategories", readOnly="0",
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
    describe(layer, spec, lang, in_project=True, over_base=over_base)


def _tiles(parent: ET.Element, source: Source, lang: str) -> None:
    """Add the layer of vector tiles, with the colours of each collection."""
    layer = add(parent, "maplayer", type="vector-tile", hasScaleBasedVisibilityFlag="0", autoRefreshEnabled="0",
                styleCategories="AllStyleCategories")  # fmt: skip
    add(layer, "id", layer_id("tiles"))
    add(layer, "datasource", source.tiles)
    add(layer, "layername", _TILES.of(lang))
    add(layer, "srs").append(_srs("EPSG:3857"))
    add(layer, "provider", "vectortile")
    styles = add(add(layer, "renderer", type="basic"), "styles")
    for spec in reversed(list(COLLECTIONS.values())):
        if spec.geometry is None or (spec.name not in _VISIBLE):
            continue
        style = add(styles, "style", layer=spec.name, name=spec.label.of(lang), geometry=str(spec.dimension),
                    enabled="1", expression="")  # fmt: skip
        style.attrib |= {"min-zoom": "-1", "max-zoom": "-1"}
        symbol(add(style, "symbols"), "0", spec, STYLES[spec.name])


# --- the project ---------------------------------------------------------------------------------------


def _box(atlas: Atlas) -> LngLatBbox:
    """The bounding box of the province in METRIC_CRS."""
    box = atlas.bounds("province") or atlas.bounds() or LngLatBbox(102.0, 20.8, 103.7, 22.6)
    return LngLatBbox(*transformer(WGS84, METRIC_CRS).transform_bounds(*box))


def _extent(atlas: Atlas) -> dict[str, str]:
    """The initial extent: the province with a margin."""
    west, south, east, north = _box(atlas)
    margin = _MARGIN * max(east - west, north - south)
    corners = {"xmin": west - margin, "ymin": south - margin, "xmax": east + margin, "ymax": north + margin}
    return {name: f"{value:.0f}" for name, value in corners.items()}


def _sheet(root: ET.Element, atlas: Atlas, lang: str, base: Sequence[BaseEntry]) -> None:
    attributions = credits_of(atlas, (*THEMATIC, "communes"), lang)["attributions"]
    credits = dict.fromkeys(origin.attribution.of(lang) for entry in base for origin in entry.notes.origins)
    attributions.append("; ".join(credits))
    grid = _GRID.of(lang).format(system=HOME.label.of(lang), km=GRID_M // 1000)
    notes = "\n".join((grid, LEGAL.of(lang), *dict.fromkeys(filter(None, attributions))))
    inset = crowded_box(_points(atlas), INSET_MM / 1000 * INSET_SCALE, least=_CROWD)
    inset_words = _INSET.of(lang).format(scale=format_scale(INSET_SCALE, lang))
    words = Words(TITLE.of(lang), _state(atlas, lang), notes, inset_words)
    outside = _hex(LAND.light) if base else None
    sheet(add(root, "Layouts"), _box(atlas), words, lang, inset=inset, outside=outside)


def _points(atlas: Atlas) -> list[tuple[float, float]]:
    """The points of the thematic layers in METRIC_CRS, at most _MOST_POINTS of each layer."""
    records = [
        record
        for layer in THEMATIC
        if COLLECTIONS[layer].geometry == "Point"
        for record in atlas.find(Query(layer, place="placed", limit=_MOST_POINTS)).records
    ]
    east, north = transformer(WGS84, METRIC_CRS).transform([row.lng for row in records], [row.lat for row in records])
    return list(zip(east, north, strict=True))


def _canvas(root: ET.Element, extent: dict[str, str]) -> None:
    canvas = add(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    add(canvas, "units", "meters")
    box = add(canvas, "extent")
    for name, value in extent.items():
        add(box, name, value)
    add(canvas, "rotation", "0")
    add(canvas, "destinationsrs").append(_srs(METRIC_CRS))


def _hex(color: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour.

    >>> _hex("#0a10ff")
    (10, 16, 255)
    """
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _settings(root: ET.Element, atlas: Atlas, lang: str, base: Sequence[BaseEntry]) -> None:
    settings = add(root, "properties")
    gui = add(settings, "Gui")
    background = dict(zip(_OUTSIDE, _hex(LAND.light), strict=True)) if base else _OUTSIDE
    for part, value in background.items():
        add(gui, f"CanvasColor{part}Part", str(value), type="int")
    add(add(settings, "Paths"), "Absolute", "false", type="bool")
    units = add(settings, "Measurement")
    add(units, "DistanceUnits", "meters", type="QString")
    add(units, "AreaUnits", "ha", type="QString")
    # Without this QGIS ignores the project CRS.
    add(add(settings, "SpatialRefSys"), "ProjectionsEnabled", "1", type="int")
    note = add(settings, "CopyrightLabel")
    add(note, "Enabled", "true", type="bool")
    add(note, "Label", f"{LEGAL.of(lang)}\n{notice(atlas, 'communes').attribution.of(lang)}", type="QString")
    add(note, "Placement", "3", type="int")


def _transformation(root: ET.Element) -> None:
    """Add the official transformation explicitly: the default choice depends on the version of QGIS."""
    row = add(add(root, "transformContext"), "srcDest", coordinateOp=Reading(HOME).pipeline, allowFallback="1")
    add(row, "src").append(_srs(METRIC_CRS))
    add(row, "dest").append(_srs(WGS84))


def _about(atlas: Atlas, lang: str) -> str:
    counts = atlas.counts()
    rows = "; ".join(f"{spec.label.of(lang)}: {counts[name]}" for name, spec in COLLECTIONS.items())
    return f"{_state(atlas, lang)}. {rows}. {LEGAL.of(lang)}"


def _state(atlas: Atlas, lang: str) -> str:
    words = Label("Dữ liệu phiên bản {n}, {date}", "Data version {n}, {date}")
    return words.of(lang).format(n=atlas.version.number, date=format_date(atlas.version.published_at[:10], lang))


def _srs(code: str) -> ET.Element:
    crs = CRS.from_user_input(code)
    element = ET.Element("spatialrefsys")
    add(element, "wkt", crs.to_wkt("WKT2_2019"))
    add(element, "authid", code)
    add(element, "description", crs.name)
    add(element, "geographicflag", str(crs.is_geographic).lower())
    return element
