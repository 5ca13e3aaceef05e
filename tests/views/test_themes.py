"""The colours of the site: one table, legible in every theme, and no colour outside it."""

import re
from itertools import pairwise

import pytest

from geo.basemap.style import THEMES
from geo.ocop.styles import STYLES
from geo.views.map.assets import static_dir
from geo.views.map.layer_symbols import style_sheet
from geo.views.map.themes import TOKENS, theme_sheet
from tests.colours import contrast, luminance, mixed

TEXT = [
    *((ink, paper) for ink in ("ink", "ink-soft", "accent", "warn", "error", "ok") for paper in ("paper", "field")),
    *((ink, "paper-warm") for ink in ("ink", "ink-soft", "accent")),
    ("accent-deep", "accent-soft"), ("ink", "accent-soft"), ("ink-soft", "accent-soft"), ("on-accent", "accent"),
    ("warn", "warn-soft"), ("error", "error-soft"), ("ok", "ok-soft"), ("on-toast", "toast"),
    ("ink", "map-land"), ("ink-soft", "map-land"), ("ink-soft", "map-outside"), ("map-name", "map-land"),
    ("map-name-strong", "map-land"), ("ink", "map-plate"),
]  # fmt: skip
"""Pairs of tokens that stand on one another as text."""
EDGES = [
    ("line-strong", "paper"),
    ("focus", "paper"),
    ("focus", "map-land"),
    ("ruler", "map-land"),
    ("map-edge", "map-land"),
]


@pytest.mark.parametrize("theme", range(len(THEMES)), ids=THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read_in_every_theme(ink: str, ground: str, theme: int) -> None:
    assert contrast(TOKENS[ink][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", range(len(THEMES)), ids=THEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_of_controls_can_be_seen_in_every_theme(edge: str, ground: str, theme: int) -> None:
    assert contrast(TOKENS[edge][theme], TOKENS[ground][theme]) >= 3


@pytest.mark.parametrize("theme", range(len(THEMES)), ids=THEMES)
def test_the_classes_of_a_choropleth_are_told_apart_without_colour_and_carry_numbers(theme: int) -> None:
    classes = ["class-zero", *(f"class-{number}" for number in range(1, 6))]
    lightness = [luminance(TOKENS[name][theme]) for name in classes]
    assert lightness == sorted(lightness, reverse=lightness[0] > lightness[-1])
    for one, other in pairwise(classes):
        assert contrast(TOKENS[one][theme], TOKENS[other][theme]) >= 1.2
    for name in classes:
        assert contrast(TOKENS[name][theme], TOKENS[f"on-{name}"][theme]) >= 4.5, name


@pytest.mark.parametrize("theme", range(len(THEMES)), ids=THEMES)
def test_white_stands_on_the_bar_of_the_site(theme: int) -> None:
    assert contrast("#ffffff", TOKENS["bar"][theme]) >= 4.5


@pytest.mark.parametrize("layer", [name for name, style in STYLES.items() if style.shape == "area"])
def test_names_of_areas_can_be_read_in_the_dark(layer: str) -> None:
    """Their own colour is mixed with the ink of the theme, as `--own-mix` says."""
    share = float(re.findall(r"--own-mix: (\d+)%", theme_sheet())[1]) / 100
    dark = THEMES.index("dark")
    color = mixed(STYLES[layer].ink or STYLES[layer].color, TOKENS["ink"][dark], share)
    assert contrast(color, TOKENS["map-land"][dark]) >= 4.5


def test_the_style_sheets_have_no_colour_of_their_own_but_white_and_shadows() -> None:
    """Accents of the bar and marks of the review, which stand on their own ground in every theme, are named here."""
    own = {"#fff", "#f4c9a8"}
    for path in sorted((static_dir() / "css").glob("*.css")):
        text = path.read_text(encoding="utf-8")
        colors = set(re.findall(r"#[0-9a-f]{3,8}\b", text)) - own
        assert colors == set() or path.name == "manage.css", path.name


def test_every_token_that_is_used_is_defined() -> None:
    sheets = [path.read_text(encoding="utf-8") for path in (static_dir() / "css").glob("*.css")]
    whole = "\n".join([*sheets, style_sheet()])
    defined = set(re.findall(r"(?:^|[{;\s])--([\w-]+):", whole))
    set_by_scripts = {"own", "sheet"}
    assert set(re.findall(r"var\(--([\w-]+)", whole)) - defined - set_by_scripts == set()


def test_a_chosen_theme_wins_over_the_system_and_paper_is_light() -> None:
    sheet = theme_sheet()
    dark = TOKENS["paper"][THEMES.index("dark")]
    blocks = [block for block in sheet.split("@media") if f"--paper: {dark};" in block]
    assert len(blocks) == 2 and all(block.lstrip().startswith("screen") for block in blocks)
    assert ":root:not([data-theme])" in blocks[0] and '[data-theme="dark"]' in blocks[1]
