"""The addresses that view-models carry, as a protocol: who builds them is not a view's business."""

from typing import Protocol


class Urls(Protocol):
    """Builds addresses in the language of the page."""

    def page(self, path: str, **params: str) -> str:
        """The address of a page, the language kept."""

    def record(self, layer: str, record: str) -> str:
        """The page of a record."""

    def layer(self, layer: str, **params: str) -> str:
        """The page of a layer."""

    def export(self, layer: str, extension: str, **params: str) -> str:
        """The download of a layer, or of what the parameters keep."""
