"""Gaps are indicators, and those of a distance name the link whose distance it is."""

from geo.ocop.links import LINKS
from geo.plan.gaps import GAPS
from geo.plan.indicators import INDICATORS
from geo.schema import Near


def test_a_gap_is_an_indicator_and_its_link_ends_at_the_layer_that_is_counted() -> None:
    links = {spec.name: spec for spec in LINKS if isinstance(spec, Near)}
    for key, gap in GAPS.items():
        indicator = INDICATORS[key]
        assert ("km" in indicator.parameters) == (gap.link is not None)
        if gap.link is not None:
            assert indicator.layer == gap.side
            assert gap.side in {links[gap.link].source, links[gap.link].target}
