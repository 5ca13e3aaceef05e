"""The style of one layer as QGIS keeps it (QML): symbols, labels, names of fields and codes in words, map tips."""

from xml.etree import ElementTree as ET

from geo.codes import CODE_LISTS
from geo.schema import Field, LayerSpec
from geo.views.export.job import derived
from geo.views.qgis.symbols import renderer
from geo.views.qgis.xml import add, option

QGIS_VERSION = "3.22.0"
_LABELLED = {"programme": 250_000, "places": 250_000, "units": 1_500_000}
"""The scales from which names are written, by group."""


def style_of(spec: LayerSpec, lang: str) -> str:
    """The QML document of a layer, its words in `lang`."""
    root = ET.Element(
        "qgis",
        {
            "version": QGIS_VERSION,
            "styleCategories": "LayerConfiguration|Symbology|Labeling|Fields|Forms|MapTips",
            "labelsEnabled": "1" if _is_labelled(spec) else "0",
        },
    )
    describe(root, spec, lang)
    body = ET.tostring(root, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{body}"


def describe(parent: ET.Element, spec: LayerSpec, lang: str) -> None:
    """Everything about how a layer looks and reads, as children of a style or of a project's layer."""
    if spec.geometry is not None:
        renderer(parent, spec, lang)
        if _is_labelled(spec):
            _labels(parent, spec, lang)
    _fields(parent, (*spec.fields, *derived(spec)), lang)
    named = _named(spec, lang)
    add(parent, "previewExpression", named)
    if spec.geometry is not None:
        # A map tip is HTML, and a name is whatever somebody wrote.
        add(parent, "mapTip", f"<b>[% replace(replace({named}, '&', '&amp;'), '<', '&lt;') %]</b>")


def _is_labelled(spec: LayerSpec) -> bool:
    return spec.geometry is not None and spec.group in _LABELLED and spec.name not in {"outlines_2009", "province"}


def _named(spec: LayerSpec, lang: str) -> str:
    """A QGIS expression: what a record is called, in Vietnamese where it has no English name."""
    return f'coalesce("{spec.title_en}", "{spec.title}")' if lang == "en" and spec.title_en else f'"{spec.title}"'


def _labels(parent: ET.Element, spec: LayerSpec, lang: str) -> None:
    settings = add(add(parent, "labeling", type="simple"), "settings", calloutType="simple")
    text = add(
        settings, "text-style", fieldName=_named(spec, lang), isExpression="1", fontSize="8", fontSizeUnit="Point",
        textColor="40,44,52,255", fontFamily="Noto Sans", namedStyle="Regular", multilineHeight="1",
    )  # fmt: skip
    add(
        text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM", bufferColor="255,255,255,220",
        bufferNoFill="1",
    )  # fmt: skip
    add(settings, "text-format", wrapChar="", autoWrapLength="24", multilineAlign="1")
    if spec.geometry == "Point":
        add(settings, "placement", placement="6", dist="1.2", distUnits="MM", priority="6")
    else:
        add(settings, "placement", placement="1", priority="4", centroidInside="1", centroidWhole="1")
    add(settings, "rendering", scaleVisibility="1", scaleMin="0", scaleMax=str(_LABELLED[spec.group]), obstacle="1",
        drawLabels="1", fontLimitPixelSize="0")  # fmt: skip


def _fields(parent: ET.Element, fields: tuple[Field, ...], lang: str) -> None:
    settings, aliases = add(parent, "fieldConfiguration"), add(parent, "aliases")
    for number, field in enumerate(fields, start=1):  # 0 is fid
        add(aliases, "alias", field=field.name, index=str(number), name=field.label.of(lang))
        if field.codes and field.kind in {"code", "integer"}:
            _coded(add(settings, "field", name=field.name, configurationFlags="None"), field, lang)


def _coded(parent: ET.Element, field: Field, lang: str) -> None:
    config = add(add(parent, "editWidget", type="ValueMap"), "config")
    listed = option(option(config, "Map"), "List", "map")
    for code in CODE_LISTS[field.codes or ""].codes:
        option(option(listed, "Map"), "QString", code.label.of(lang), code.key)
