"""The fonts of QGIS documents."""

FONTS = ("Arial", "Segoe UI", "Liberation Sans", "Noto Sans", "DejaVu Sans")
"""Font families with all Vietnamese letters, in order of preference. QGIS would download Noto Sans if it were first."""
