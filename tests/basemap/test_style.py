"""The style table of the base map: every class has a style in every theme, and its text can be read."""

import re

import pytest

from geo.basemap.declaration import BASE_LAYERS, MAX_ZOOM, MIN_ZOOM
from geo.basemap.style import BASE_STYLES, LAND, SYMBOLS, THEMES, VEIL, VEIL_OPACITY, BaseStyle, Tint, style_table
from tests.colours import contrast, mixed

ALL = list(BASE_STYLES.values())
_HEX = re.compile(r"#[0-9a-f]{6}")


def name_of(style: BaseStyle) -> str:
    return f"{style.layer}-{style.kind}"


def test_every_class_has_a_style_and_every_style_a_class() -> None:
    assert set(BASE_STYLES) == {(layer.key, one.key) for layer in BASE_LAYERS.values() for one in layer.classes}


@pytest.mark.parametrize("style", ALL, ids=name_of)
def test_a_style_is_complete_in_every_theme(style: BaseStyle) -> None:
    geometry = BASE_LAYERS[style.layer].geometry
    tints = [style.fill, style.line, style.casing, style.names.ink if style.names else None]
    for tint in filter(None, tints):
        assert len(tint) == len(THEMES) and all(_HEX.fullmatch(color) for color in tint)
    if geometry == "Point":
        assert style.fill and style.symbol in SYMBOLS and style.size
    elif geometry == "MultiLineString":
        assert style.line and style.width and (style.casing is None) == (style.edge == 0)
    for steps in (style.width, style.size, style.opacity):
        zooms = [zoom for zoom, _ in steps]
        assert zooms == sorted(set(zooms)) and all(value >= 0 for _, value in steps)


@pytest.mark.parametrize("style", [style for style in ALL if style.names], ids=name_of)
def test_a_rule_for_names_fits_the_geometry_and_begins_with_the_class_or_later(style: BaseStyle) -> None:
    assert style.names is not None
    layer = BASE_LAYERS[style.layer]
    rules = {"Point": {"beside"}, "MultiLineString": {"along", "shield"}, "MultiPolygon": {"inside", "border"}}
    assert style.names.rule in rules[layer.geometry]
    assert max(MIN_ZOOM, layer.base_class(style.kind).from_zoom) <= style.names.from_zoom <= MAX_ZOOM


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("style", [style for style in ALL if style.names], ids=name_of)
def test_names_can_be_read_on_the_land_and_beyond_the_province(style: BaseStyle, theme: str) -> None:
    assert style.names is not None
    place = THEMES.index(theme)
    heights = [one.fill or LAND for one in ALL if one.layer == "heights"]
    lands = [tint[place] for tint in (LAND, *heights)]
    veiled = [mixed(land, VEIL[place], VEIL_OPACITY[theme]) for land in lands]
    is_beyond = style.kind.endswith("_beyond") or style.names.rule == "border"
    for ground in veiled if is_beyond else [*lands, *veiled]:
        assert contrast(style.names.ink[place], ground) >= 4.5, (theme, ground)


def test_nothing_is_drawn_where_countries_and_provinces_meet() -> None:
    """Neighbours have names and nothing else: no line, no fill whose edge would be one."""
    for style in ALL:
        if style.layer == "neighbours":
            assert (style.fill, style.line, style.casing, style.symbol) == (None, None, None, "")
    assert not any("border" in layer.key or "boundary" in layer.key for layer in BASE_LAYERS.values())


def test_important_names_are_placed_first() -> None:
    order = {key: style.names.priority for key, style in BASE_STYLES.items() if style.names}
    chain = [
        ("places", "seat"), ("places", "town"), ("roads", "national"), ("rivers", "great_river"), ("rivers", "river"),
        ("places", "commune_seat"), ("places", "village"), ("places", "hamlet"),
    ]  # fmt: skip
    assert [order[key] for key in chain] == sorted(order[key] for key in chain)


def test_more_important_roads_are_drawn_later_and_wider() -> None:
    roads = [style for style in ALL if style.layer == "roads"]
    order = [one.key for one in reversed(BASE_LAYERS["roads"].classes)]
    assert [style.kind for style in roads] == order
    widths = [style.width[-1][1] for style in roads]
    assert widths.index(max(widths)) == len(widths) - 1


def test_the_table_for_browsers_is_in_the_order_of_drawing_and_omits_what_is_empty() -> None:
    table = style_table("vi")
    layers = [row["layer"] for row in table["rows"]]
    assert sorted(layers, key=list(BASE_LAYERS).index) == layers and len(layers) == len(ALL)
    (river,) = (row for row in table["rows"] if row["kind"] == "great_river")
    assert river["line"] == [*Tint(*river["line"])] and "fill" not in river and river["names"]["rule"] == "along"
    assert table["english"] is False and style_table("en")["english"] is True
