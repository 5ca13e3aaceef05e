"""The QML style of one layer for QGIS: symbols, labels, field aliases, code labels and map tips."""

from xml.etree import ElementTree as ET

from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.styles import STYLES, Names
from geo.schema import Field, LayerSpec
from geo.views.notice import derived_fields
from geo.views.qgis.fonts import FONTS
from geo.views.qgis.symbols import renderer, rgba
from geo.views.qgis.xml import add, option

QGIS_VERSION = "3.22.0"
"""The oldest supported version of QGIS."""

_HALO = "#fdfbf6"
_IN_A_TIP = 6


def style_of(spec: LayerSpec, lang: str) -> str:
    """The QML document of a layer, with texts in `lang`."""
    root = ET.Element(
        "qgis",
        {
            "version": QGIS_VERSION,
            "styleCategories": "LayerConfiguration|Symbology|Labeling|Fields|Forms|MapTips",
            "labelsEnabled": str(int(has_labels(spec))),
        },
    )
    describe(root, spec, lang)
    body = ET.tostring(root, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{body}"


def describe(
    parent: ET.Element, spec: LayerSpec, lang: str, *, in_project: bool = False, over_base: bool = False
) -> None:
    """Add the symbols, labels, fields and map tips of a layer to a style or to a layer of a project.

    In a project, which has the other layers, references are displayed as names; see renderer for its symbols.
    """
    if spec.geometry is not None:
        renderer(parent, spec, lang, in_project=in_project, over_base=over_base)
        if names := STYLES[spec.name].names:
            _labels(parent, spec, names, lang)
    _fields(parent, spec, lang, in_project=in_project)
    add(parent, "previewExpression", _name_of(spec, lang))
    add(parent, "mapTip", _tip(spec, lang))


def has_labels(spec: LayerSpec) -> bool:
    """Whether the layer's records have labels on the map."""
    return spec.geometry is not None and STYLES[spec.name].names is not None


def layer_id(name: str) -> str:
    """The id of the layer `name` in a project. It is long because QGIS replaces ids of ten letters and fewer."""
    return f"ocop_layer_{name}"


def _name_of(spec: LayerSpec, lang: str) -> str:
    """The QGIS expression of a record's name in `lang`."""
    if lang == "en" and spec.title_en:
        return f'coalesce("{spec.title_en}", "{spec.title}")'
    return f'"{spec.title}"'


def _tip(spec: LayerSpec, lang: str) -> str:
    """The map tip: the name and the fields of the site's tables. Tips are HTML, so values are escaped."""
    parts = [f"<b>[% {_as_text(_name_of(spec, lang))} %]</b>"]
    table_fields = [field for field in spec.fields if field.table and field.name not in {spec.title, spec.title_en}]
    fields = [*table_fields[:_IN_A_TIP], *(field for field in spec.fields if field.name == "precision")]
    for field in fields:
        value = f'represent_value("{field.name}")' if field.codes else f'to_string("{field.name}")'
        unit = f" || ' {field.unit}'" if field.unit and not field.codes else ""
        # Fields without a value are left out, because NULL || text is NULL.
        parts.append(
            f"[% CASE WHEN \"{field.name}\" IS NOT NULL THEN '<br>{field.label.of(lang)}: ' || {_as_text(value)}{unit}"
            " ELSE '' END %]"
        )
    return "".join(parts)


def _as_text(expression: str) -> str:
    return f"replace(replace({expression}, '&', '&amp;'), '<', '&lt;')"


def _labels(parent: ET.Element, spec: LayerSpec, names: Names, lang: str) -> None:
    settings = add(add(parent, "labeling", type="simple"), "settings", calloutType="simple")
    text = add(
        settings, "text-style", fieldName=_name_of(spec, lang), isExpression="1", fontSize=f"{names.size:g}",
        fontSizeUnit="Point", textColor=rgba(names.color or STYLES[spec.name].color), fontFamily=FONTS[0],
        fontWeight="75" if names.bold else "50", fontItalic=str(int(names.italic)), multilineHeight="0.95",
    )  # fmt: skip
    families = add(text, "families")
    for family in FONTS[1:]:
        add(families, "family", name=family)
    add(
        text, "text-buffer", bufferDraw="1", bufferSize="0.9", bufferSizeUnits="MM", bufferColor=rgba(_HALO, 0.9),
        bufferNoFill="1", bufferJoinStyle="128",
    )  # fmt: skip
    add(settings, "text-format", wrapChar="", autoWrapLength="22", multilineAlign="1", useMaxLineLengthForAutoWrap="1")
    if spec.geometry == "Point":
        add(
            settings, "placement", placement="6", dist="0.6", distUnits="MM", priority="6", offsetType="1",
            predefinedPositionOrder="TR,TL,BR,BL,R,L,TSR,BSR",
        )  # fmt: skip
    elif spec.dimension == 1:
        add(settings, "placement", placement="3", placementFlags="2", dist="0.6", distUnits="MM", priority="5")
    else:
        add(settings, "placement", placement="4", priority="3", centroidInside="1", centroidWhole="0")
    add(
        settings, "rendering", scaleVisibility="1", scaleMin="1", scaleMax=str(names.from_scale), obstacle="1",
        obstacleType="1", obstacleFactor="1" if spec.geometry == "Point" else "0", drawLabels="1",
        fontLimitPixelSize="0",
    )  # fmt: skip


def _fields(parent: ET.Element, spec: LayerSpec, lang: str, *, in_project: bool) -> None:
    settings, aliases = add(parent, "fieldConfiguration"), add(parent, "aliases")
    for number, field in enumerate((*spec.fields, *derived_fields(spec)), start=1):  # 0 is fid
        add(aliases, "alias", field=field.name, index=str(number), name=field.label.of(lang))
        if field.codes and field.kind in {"code", "integer"}:
            _value_map(add(settings, "field", name=field.name, configurationFlags="None"), field, lang)
        elif in_project and field.kind == "ref" and field.target:
            _value_relation(add(settings, "field", name=field.name, configurationFlags="None"), field.target)
        elif field.kind == "longtext":
            config = add(add(add(settings, "field", name=field.name), "editWidget", type="TextEdit"), "config")
            option(option(config, "Map"), "bool", "IsMultiline", "true")


def _value_map(parent: ET.Element, field: Field, lang: str) -> None:
    config = add(add(parent, "editWidget", type="ValueMap"), "config")
    choices = option(option(config, "Map"), "List", "map")
    for code in CODE_LISTS[field.codes or ""].codes:
        option(option(choices, "Map"), "QString", code.label.of(lang), code.key)


def _value_relation(parent: ET.Element, target: str) -> None:
    """Add a widget that displays a key of another layer as the name of its record."""
    spec = COLLECTIONS[target]
    values = option(add(add(parent, "editWidget", type="ValueRelation"), "config"), "Map")
    for name, value in (("Layer", layer_id(target)), ("LayerName", target), ("Key", spec.key), ("Value", spec.title)):
        option(values, "QString", name, value)
    for name, flag in (("AllowNull", True), ("OrderByValue", True), ("AllowMulti", False)):
        option(values, "bool", name, str(flag).lower())
