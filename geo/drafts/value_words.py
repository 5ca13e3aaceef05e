"""Values of records in words: the labels of codes and the names of records that keys refer to."""

from collections.abc import Mapping

from geopandas import GeoDataFrame

from geo.ingest.checks.check import parts_of
from geo.ocop.codes import CODE_LISTS
from geo.ocop.layers import LAYERS
from geo.schema import Field, Label, LayerSpec

_GEOMETRIES: dict[str, Label] = {
    "Point": Label("có vị trí (điểm)", "located (point)"),
    "LineString": Label("có vị trí (đường)", "located (line)"),
    "MultiLineString": Label("có vị trí (đường)", "located (line)"),
    "Polygon": Label("có vị trí (vùng)", "located (area)"),
    "MultiPolygon": Label("có vị trí (vùng)", "located (area)"),
}
"""What "geometry" changes from and to where a record gets or loses its location."""


class ValueWords:
    """The words of values; names of records are looked up in `states`, the layers before and after a change."""

    def __init__(self, *states: Mapping[str, GeoDataFrame]) -> None:
        self._states = states
        self._titles: dict[str, dict[str, str]] = {}

    def of(self, spec: LayerSpec, name: str, value: object) -> Label | None:
        """The words of a value of a field; None for a value that is text, a number or a date, and for no value."""
        if value is None:
            return None
        if not spec.has(name):
            return _GEOMETRIES.get(str(value))
        field = spec.field(name)
        if field.codes is None and field.target is None:
            return None
        labels = [self._label(field, key) for key in parts_of(field, value)]
        return Label("; ".join(label.vi for label in labels), "; ".join(label.en for label in labels))

    def _label(self, field: Field, key: str) -> Label:
        if field.codes is not None:
            codes = CODE_LISTS[field.codes]
            return Label(codes.label_of(key, "vi"), codes.label_of(key, "en"))
        title = self._titles_of(str(field.target)).get(key)
        words = key if title is None else f"{title} ({key})"
        return Label(words, words)

    def _titles_of(self, layer: str) -> dict[str, str]:
        """Key -> name of the records of a layer in all states; the later state has the say."""
        if layer not in self._titles:
            spec = LAYERS[layer]
            frames = [state[layer] for state in self._states if layer in state]
            self._titles[layer] = {
                str(key): str(title)
                for frame in frames
                for key, title in zip(frame[spec.key], frame[spec.title], strict=True)
                if title is not None
            }
        return self._titles[layer]
