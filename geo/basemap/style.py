"""How the base map is drawn: one table for the screen, the saved map, print and QGIS, in three themes.

Records of the programme must stand out from the base map: its colours are low in saturation, its roads are lighter
than any symbol, and the land beyond the province is covered with a translucent colour, the veil.
Text reaches 4.5:1 against the land in every theme (tests/basemap/test_style.py).
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from geo.basemap.declaration import BASE_LAYERS

THEMES = ("light", "dark", "contrast")


class Tint(NamedTuple):
    """A colour in each theme."""

    light: str
    dark: str
    contrast: str


Steps: TypeAlias = tuple[tuple[float, float], ...]
"""(zoom, pixels or opacity): interpolated between two steps, constant before the first and after the last."""

LabelRule: TypeAlias = Literal["along", "shield", "beside", "inside", "border"]
"""Where a name stands: along its line, on its line in a shield, beside its point, inside its area, or outside the
border of the province along it."""


class Names(NamedTuple):
    """How the names of a class are placed and written. Names of a smaller `priority` are placed first.

    `size` is in pixels, which views/qgis/base_layers.py turns into points. `apart` is the least distance in pixels between two
    equal names along lines.
    """

    rule: LabelRule
    from_zoom: float
    size: float
    ink: Tint
    priority: int
    bold: bool = False
    italic: bool = False
    caps: bool = False
    apart: int = 0


class BaseStyle(NamedTuple):
    """How one class of a layer is drawn.

    `opacity` is that of the fill, which is opaque without it. `line` and `casing` are the colours of a line, `width`
    pixels wide, and of the line below it, which is `edge` pixels wider on each side. `dash` is in pixels. `symbol` is a
    key of SYMBOLS, drawn `size` pixels wide in the colour `fill`.
    """

    layer: str
    kind: str
    fill: Tint | None = None
    opacity: Steps = ()
    line: Tint | None = None
    width: Steps = ()
    casing: Tint | None = None
    edge: float = 0.0
    dash: str = ""
    symbol: str = ""
    size: Steps = ()
    names: Names | None = None


SYMBOLS: dict[str, str] = {
    "seat": "M8 0a8 8 0 1 1 0 16a8 8 0 1 1 0-16zM8 2.2a5.800 5.800 0 1 0 0 11.600a5.800 5.800 0 1 0 0-11.600zM8 5a3 3 0 1 1 0 6a3 3 0 1 1 0-6z",
    "town": "M8 1a7 7 0 1 1 0 14a7 7 0 1 1 0-14zM8 4.500a3.500 3.500 0 1 0 0 7a3.500 3.500 0 1 0 0-7z",
    "dot": "M8 3a5 5 0 1 1 0 10a5 5 0 1 1 0-10z",
    "peak": "M8 2 15 14H1z",
    "pass": "M1 2C6 5 6 11 1 14H4C9 10.500 9 5.500 4 2zM15 2C10 5 10 11 15 14H12C7 10.500 7 5.500 12 2z",
    "dam": "M1 4H4V12H1zM6.500 4H9.500V12H6.500zM12 4H15V12H12zM1 12.800H15V14.500H1z",
    "cross": "M6 1H10V6H15V10H10V15H6V10H1V6H6z",
    "cross_small": "M6.500 3H9.500V6.500H13V9.500H9.500V13H6.500V9.500H3V6.500H6.500z",
    "market": "M2 2H14L15.500 7H14V14H10V9.500H6V14H2V7H.500z",
    "bus": "M3 1H13Q15 1 15 3V12H13.500V14.500H11V12H5V14.500H2.500V12H1V3Q1 1 3 1zM3 3V8H13V3z",
    "fuel": "M2 1H10V7H11.500Q13 7 13 8.500V11.500H14V5.500L12 3.500 13 2.500 15.300 4.800V12.800H11.700V8.500H10V15H2zM4 3V6H8V3z",
    "viewpoint": "M8 6 15 2V6zM8 6 1 2V6zM8 8 15 9.500 13 13zM8 8 1 9.500 3 13zM8 5.500a1.500 1.500 0 1 1 0 3a1.500 1.500 0 1 1 0-3z",
}  # fmt: skip
"""Path data in a square of 16 units, filled by the even-odd rule; nothing of it is drawn with a stroke."""

BOX = 16

LAND = Tint("#f4f5ea", "#1f2726", "#ffffff")
"""The land below the lowest class of heights, and the halo of names."""

VEIL = Tint("#e6e0d2", "#14191b", "#e4e4e4")
"""What covers the land beyond the province, so that the province stands out without a line between countries."""

SHIELD, SHIELD_EDGE = Tint("#fffdf6", "#2d2b23", "#ffffff"), Tint("#b59a6c", "#8f7f57", "#000000")
"""The plate behind the number of a road, and its edge."""

VEIL_OPACITY = {"light": 0.66, "dark": 0.62, "contrast": 0.8}
HILLSHADE_OPACITY = {"light": 0.34, "dark": 0.42, "contrast": 0.0}

_INK = Tint("#2c3634", "#eae6da", "#000000")
_SOFT = Tint("#4d5652", "#c3c4bb", "#000000")
_BEYOND = Tint("#5d5848", "#a9aaa0", "#333333")
_WATER_INK = Tint("#1d5173", "#8dbfdc", "#003a75")
_ROAD_INK = Tint("#5b4314", "#f1ddb0", "#000000")
_HEIGHT_INK = Tint("#6b4a26", "#d3b48c", "#000000")
_WATER = Tint("#bfdbe6", "#27475a", "#a9d3ee")
_GREAT = Tint("#8fbdd4", "#3d7391", "#0057a8")
_RIVER = Tint("#a3c9db", "#34647f", "#0057a8")
_CASING = Tint("#b59a6c", "#0f1413", "#000000")
_SOFT_CASING = Tint("#c3b8a0", "#111615", "#000000")


def _relief(kind: str, light: str, dark: str) -> BaseStyle:
    return BaseStyle("heights", kind, fill=Tint(light, dark, "#ffffff"), opacity=((11.0, 1.0), (13.5, 0.0)))


_STYLES = (
    _relief("from_300", "#f7f6eb", "#222b29"),
    _relief("from_600", "#f9f6ea", "#262f2c"),
    _relief("from_900", "#f8f3e5", "#2a322f"),
    _relief("from_1200", "#f5eddc", "#2f3632"),
    _relief("from_1500", "#f0e5d1", "#353a35"),
    _relief("from_1800", "#eadbc4", "#3c3f38"),
    _relief("from_2100", "#e3d0b6", "#44453d"),
    BaseStyle("land", "forest", fill=Tint("#e2ecd6", "#22302a", "#ffffff")),
    BaseStyle("land", "built_up", fill=Tint("#e9e1d8", "#343835", "#f0f0f0")),
    BaseStyle("neighbours", "country", names=Names("border", 8, 14, _BEYOND, 14, bold=True, caps=True, apart=420)),
    BaseStyle("neighbours", "province", names=Names("border", 8, 12, _BEYOND, 16, caps=True, apart=420)),
    BaseStyle("water", "lake", fill=_WATER, names=Names("inside", 10.5, 11.5, _WATER_INK, 42, italic=True)),
    BaseStyle("water", "reservoir", fill=_WATER, names=Names("inside", 10.5, 11.5, _WATER_INK, 42, italic=True)),
    BaseStyle("water", "river_bed", fill=_WATER),
    BaseStyle("rivers", "great_river", line=_GREAT, width=((8, 1.6), (10, 2.6), (12, 4.0), (15, 8.0)),
              names=Names("along", 8.5, 12, _WATER_INK, 34, italic=True, apart=380)),
    BaseStyle("rivers", "river", line=_RIVER, width=((8, 1.1), (10, 1.8), (12, 2.8), (15, 6.0)),
              names=Names("along", 9.5, 11.5, _WATER_INK, 46, italic=True, apart=380)),
    BaseStyle("rivers", "stream", line=_RIVER, width=((12, 0.9), (15, 2.2)),
              names=Names("along", 13, 11, _WATER_INK, 70, italic=True, apart=420)),
    BaseStyle("rivers", "canal", line=_RIVER, width=((12, 0.8), (15, 1.8)), dash="6 2"),
    BaseStyle("roads", "path", line=Tint("#a48f6d", "#8a8370", "#000000"), width=((14, 0.9), (17, 1.6)), dash="1.5 3",
              names=Names("along", 15, 10.5, _SOFT, 84, apart=420)),
    BaseStyle("roads", "track", line=Tint("#ab9873", "#7f7966", "#000000"), width=((13, 0.9), (16, 2.0)), dash="5 3",
              names=Names("along", 15, 10.5, _SOFT, 82, apart=420)),
    BaseStyle("roads", "street", line=Tint("#ffffff", "#4a514c", "#ffffff"), width=((13, 1.2), (16, 5.0)),
              casing=_SOFT_CASING, edge=0.8, names=Names("along", 15, 10.5, _SOFT, 80, apart=360)),
    BaseStyle("roads", "local", line=Tint("#ffffff", "#4d544f", "#ffffff"), width=((12, 1.0), (14, 2.2), (17, 6.0)),
              casing=_SOFT_CASING, edge=0.7, names=Names("along", 14.5, 10.5, _SOFT, 78, apart=420)),
    BaseStyle("roads", "district", line=Tint("#fffdf6", "#5f6359", "#ffffff"),
              width=((8, 0.9), (10.5, 1.2), (12, 2.2), (15, 5.0)), casing=_SOFT_CASING, edge=0.8,
              names=Names("shield", 11.5, 9.5, _ROAD_INK, 60, apart=320)),
    BaseStyle("roads", "provincial", line=Tint("#f7e3b4", "#7c6d48", "#ffffff"),
              width=((9.5, 1.4), (12, 3.0), (15, 6.0)), casing=_CASING, edge=0.8,
              names=Names("shield", 10, 9.5, _ROAD_INK, 40, bold=True, apart=280)),
    BaseStyle("roads", "national", line=Tint("#f1cd86", "#97793f", "#ffd24d"),
              width=((8, 1.7), (10, 2.6), (12, 4.0), (15, 7.5)), casing=_CASING, edge=0.9,
              names=Names("shield", 8, 10, _ROAD_INK, 30, bold=True, apart=260)),
    BaseStyle("roads", "motorway", line=Tint("#eeb877", "#a8763c", "#ffb000"),
              width=((8, 2.2), (10, 3.2), (12, 5.0), (15, 9.0)), casing=_CASING, edge=1.0,
              names=Names("shield", 8, 10, _ROAD_INK, 28, bold=True, apart=260)),
    BaseStyle("dams", "dam", fill=Tint("#3f6379", "#9cc4da", "#003a75"), symbol="dam", size=((10.5, 10), (14, 14)),
              names=Names("beside", 11.5, 11, _WATER_INK, 62)),
    BaseStyle("summits", "peak", fill=Tint("#8a6a45", "#c0a27c", "#000000"), symbol="peak", size=((9, 8), (13, 11)),
              names=Names("beside", 9, 11, _HEIGHT_INK, 50)),
    BaseStyle("summits", "pass", fill=Tint("#8a6a45", "#c0a27c", "#000000"), symbol="pass", size=((9, 9), (13, 12)),
              names=Names("beside", 9, 11, _HEIGHT_INK, 48)),
    BaseStyle("services", "bus_stop", fill=Tint("#56718c", "#9db8d2", "#000000"), symbol="bus",
              size=((15, 8), (17, 11)), names=Names("beside", 16, 10.5, _SOFT, 96)),
    BaseStyle("services", "viewpoint", fill=Tint("#6b7a58", "#a9ba92", "#000000"), symbol="viewpoint",
              size=((12.5, 10), (16, 13)), names=Names("beside", 14, 10.5, _SOFT, 90)),
    BaseStyle("services", "fuel", fill=Tint("#6e7377", "#a5abae", "#000000"), symbol="fuel", size=((13, 10), (16, 13)),
              names=Names("beside", 15, 10.5, _SOFT, 94)),
    BaseStyle("services", "bus_station", fill=Tint("#56718c", "#9db8d2", "#000000"), symbol="bus",
              size=((13, 10), (16, 13)), names=Names("beside", 14, 10.5, _SOFT, 88)),
    BaseStyle("services", "market", fill=Tint("#8c6d5a", "#c8a792", "#000000"), symbol="market",
              size=((13, 10), (16, 13)), names=Names("beside", 14, 10.5, _SOFT, 87)),
    BaseStyle("services", "health_post", fill=Tint("#a8625c", "#d3928c", "#000000"), symbol="cross_small",
              size=((14, 10), (16, 13)), names=Names("beside", 15.5, 10.5, _SOFT, 92)),
    BaseStyle("services", "hospital", fill=Tint("#a8625c", "#d3928c", "#000000"), symbol="cross",
              size=((12, 9), (16, 12)), names=Names("beside", 13.5, 10.5, _SOFT, 86)),
    BaseStyle("places", "hamlet", fill=_SOFT, symbol="dot", size=((14, 4), (17, 6)),
              names=Names("beside", 14, 10.5, _SOFT, 76)),
    BaseStyle("places", "village_beyond", fill=_BEYOND, symbol="dot", size=((12, 4), (15, 6)),
              names=Names("beside", 12, 10.5, _BEYOND, 74)),
    BaseStyle("places", "village", fill=_SOFT, symbol="dot", size=((12, 5), (15, 7)),
              names=Names("beside", 12, 11, _SOFT, 64)),
    BaseStyle("places", "commune_seat", fill=_SOFT, symbol="dot", size=((10.5, 6), (15, 9)),
              names=Names("beside", 11.5, 11.5, _INK, 56)),
    BaseStyle("places", "town_beyond", fill=_BEYOND, symbol="town", size=((9, 6), (14, 9)),
              names=Names("beside", 9, 11.5, _BEYOND, 44)),
    BaseStyle("places", "town", fill=_INK, symbol="town", size=((8.5, 7), (14, 10)),
              names=Names("beside", 8.5, 12.5, _INK, 12, bold=True)),
    BaseStyle("places", "seat", fill=_INK, symbol="seat", size=((8, 11), (14, 15)),
              names=Names("beside", 8, 15, _INK, 8, bold=True)),
)  # fmt: skip

BASE_STYLES: dict[tuple[str, str], BaseStyle] = {(style.layer, style.kind): style for style in _STYLES}
"""(layer, class) -> its style, in the order of drawing within a layer: the least important class first."""


def style_table(lang: str) -> dict[str, Any]:
    """The table as plain values for the browser: rows in the order of drawing, colours as [light, dark, contrast]."""
    order = list(BASE_LAYERS)
    rows = sorted(_STYLES, key=lambda style: order.index(style.layer))
    return {
        "land": [*LAND],
        "veil": [*VEIL],
        "veil_opacity": [VEIL_OPACITY[theme] for theme in THEMES],
        "shade_opacity": [HILLSHADE_OPACITY[theme] for theme in THEMES],
        "symbols": SYMBOLS,
        "rows": [_plain(style) for style in rows],
        "english": lang != "vi",
    }


def _plain(style: BaseStyle) -> dict[str, Any]:
    """A row without what is empty."""
    row = {**style._asdict(), "from": BASE_LAYERS[style.layer].base_class(style.kind).from_zoom}
    row["names"] = None if style.names is None else _without_empty(style.names._asdict())
    return _without_empty(row)


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: [*value] if isinstance(value, tuple) else value for key, value in values.items() if value}
