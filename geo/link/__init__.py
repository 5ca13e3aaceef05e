"""Links between records: from the frames of one version, the pairs of linked records and the conflicts."""

from geo.link.conflicts import ConflictRow, disagreements, on_borders
from geo.link.lines import Lines, links_metadata
from geo.link.pairs import Pair, link_all

__all__ = ["ConflictRow", "Lines", "Pair", "disagreements", "link_all", "links_metadata", "on_borders"]
