"""The colours of the site as tokens in three themes, and the style sheet that defines them.

All other colours are those of the layers (ocop/styles.py) and of the base map (basemap/style.py). The reader's choice
of a theme is the attribute `data-theme` of <html>; without it the theme is the one that the system prefers. Paper is
light, except in high contrast.
"""

from functools import cache

from geo.basemap.style import LAND, SHIELD, SHIELD_EDGE, THEMES, VEIL, VEIL_OPACITY, Tint

TOKENS: dict[str, Tint] = {
    "ink": Tint("#1d2b2c", "#ebe8de", "#000000"),
    "ink-soft": Tint("#47575a", "#b6bdb8", "#1a1a1a"),
    "paper": Tint("#fffdf8", "#1b2122", "#ffffff"),
    "paper-warm": Tint("#f6f1e6", "#262d2e", "#f2f2f2"),
    "paper-deep": Tint("#ebe4d4", "#333b3c", "#dddddd"),
    "field": Tint("#ffffff", "#141919", "#ffffff"),
    "line": Tint("#d9d1bf", "#3b4445", "#000000"),
    "line-strong": Tint("#8b8776", "#838c89", "#000000"),
    "disabled": Tint("#b9b3a4", "#5a6260", "#767676"),
    "bar": Tint("#123c3f", "#0f2628", "#000000"),
    "accent": Tint("#0f5257", "#83cdce", "#00343a"),
    "on-accent": Tint("#ffffff", "#06292b", "#ffffff"),
    "accent-deep": Tint("#123c3f", "#a9dfdf", "#00252a"),
    "accent-soft": Tint("#e1efee", "#213b3d", "#e6f2f2"),
    "focus": Tint("#1b62c9", "#8fbcff", "#0000c8"),
    "warn": Tint("#7a4a00", "#f0c375", "#5a3400"),
    "warn-soft": Tint("#fdf0d5", "#3d3116", "#fff3d6"),
    "error": Tint("#9b1c1c", "#ffa49b", "#8b0000"),
    "error-soft": Tint("#fbe6e3", "#452422", "#ffe9e6"),
    "ok": Tint("#1d6b39", "#85d6a1", "#004d1a"),
    "ok-soft": Tint("#dff0e3", "#1d3a28", "#e3f5e8"),
    "toast": Tint("#1d2b2c", "#e4e1d7", "#000000"),
    "on-toast": Tint("#ffffff", "#1b2122", "#ffffff"),
    "map-outside": VEIL,
    "map-land": Tint("#f8f5ea", "#262f2c", LAND.contrast),
    "map-glow": Tint("#6b5a34", "#000000", "#000000"),
    "map-border": Tint("#b7ad97", "#5a655e", "#555555"),
    "map-border-strong": Tint("#93876b", "#87928a", "#000000"),
    "map-edge": Tint("#6f6750", "#b3aa8e", "#000000"),
    "map-name": Tint("#686251", "#b3b7ac", "#000000"),
    "map-name-strong": Tint("#5a513b", "#d6d2c3", "#000000"),
    "map-plate": Tint("#fffdf8", "#1b2122", "#ffffff"),
    "map-shield": SHIELD,
    "map-shield-edge": SHIELD_EDGE,
    "ruler": Tint("#1b62c9", "#8fbcff", "#0000c8"),
    # The classes of a choropleth differ in lightness, which every eye and a black-and-white printer tells apart.
    "class-zero": Tint("#fffdf8", "#1b2122", "#ffffff"),
    "class-1": Tint("#d5eae6", "#2d4b4e", "#e3e3e3"),
    "class-2": Tint("#a3d1cd", "#356c70", "#b5b5b5"),
    "class-3": Tint("#67b0b0", "#4f979a", "#868686"),
    "class-4": Tint("#2a7d84", "#86c5c2", "#4f4f4f"),
    "class-5": Tint("#0c4a58", "#d3f0e9", "#000000"),
    "on-class-zero": Tint("#1d2b2c", "#ebe8de", "#000000"),
    "on-class-1": Tint("#1d2b2c", "#ebe8de", "#000000"),
    "on-class-2": Tint("#1d2b2c", "#f7f5ee", "#000000"),
    "on-class-3": Tint("#152122", "#0b1415", "#000000"),
    "on-class-4": Tint("#ffffff", "#0b1415", "#ffffff"),
    "on-class-5": Tint("#ffffff", "#0b1415", "#ffffff"),
}
"""Name -> its colour in each theme."""

_OWN_MIX = {"light": "0%", "dark": "62%", "contrast": "100%"}
"""How much of the ink is mixed into a layer's own colour where it writes names, so that they stay legible."""
_SHADOWS = {"light": "29 43 44 / 12%", "dark": "0 0 0 / 45%", "contrast": "0 0 0 / 60%"}


@cache
def theme_sheet() -> str:
    """The tokens as custom properties: those that `data-theme` chooses, else those that the system prefers."""
    light, dark, contrast = (_properties(theme) for theme in THEMES)
    return (
        f":root {{\n{light}}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme]) {{\n{dark}}} }}\n"
        f'@media screen {{ :root[data-theme="dark"] {{\n{dark}}} }}\n'
        f"@media (prefers-contrast: more), (forced-colors: active) {{ :root:not([data-theme]) {{\n{contrast}}} }}\n"
        f':root[data-theme="contrast"] {{\n{contrast}}}\n'
    )


def _properties(theme: str) -> str:
    place = THEMES.index(theme)
    lines = [f"  color-scheme: {'dark' if theme == 'dark' else 'light'};"]
    lines += [f"  --{name}: {tint[place]};" for name, tint in TOKENS.items()]
    lines += [f"  --map-veil: {VEIL_OPACITY[theme]:g};", f"  --own-mix: {_OWN_MIX[theme]};"]
    shade = _SHADOWS[theme]
    lines.append(f"  --shadow: 0 1px 2px rgb({shade}), 0 6px 20px rgb({shade});")
    return "\n".join(lines) + "\n"
