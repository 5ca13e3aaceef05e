"""The frames of one version in, pairs and conflicts out: how everything is tied to everything else."""

from geo.link.conflicts import ConflictRow, disagreements, on_borders
from geo.link.lines import link_lines, links_metadata
from geo.link.pairs import Pair, link_all

__all__ = ["ConflictRow", "Pair", "disagreements", "link_all", "link_lines", "links_metadata", "on_borders"]
