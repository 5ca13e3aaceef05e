"""The gaps of the programme as rows: the indicators whose records lack something, each of them a list to send."""

from typing import NamedTuple


class Gap(NamedTuple):
    """One gap: the indicator that counts it, and the row Near of LINKS whose distance decides it, if any.

    `side` is the end of that link whose records have the gap.
    """

    indicator: str
    link: str | None = None
    side: str | None = None


_ROWS = (
    Gap("products_without_zone"),
    Gap("zones_without_product"),
    Gap("villages_without_site", "village_near_site", "villages"),
    Gap("sites_without_village", "village_near_site", "sites"),
    Gap("villages_without_product"),
    Gap("products_without_producer"),
    Gap("producers_without_product"),
    Gap("communes_without_product"),
    Gap("communes_without_anything"),
)

GAPS: dict[str, Gap] = {gap.indicator: gap for gap in _ROWS}
"""Indicator -> gap, in the order of display."""
