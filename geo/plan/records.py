"""The records of one version as columns, read once: what every formula computes from."""

from collections.abc import Callable, Hashable, Mapping
from functools import cached_property
from typing import Any, NamedTuple, Self, TypeAlias, TypeVar

import geopandas as gpd
import numpy as np
import orjson
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geo import budget
from geo.atlas import Atlas, Query, Value
from geo.atlas.memo import once_per_atlas
from geo.crs import STORE_CRS
from geo.link.places import Joins
from geo.ocop.layers import LAYERS
from geo.schema import LayerSpec

T = TypeVar("T")
Cells: TypeAlias = NDArray[np.object_]
"""Values of a field, one for each record: str, int, float, or None where unknown."""

READ = (
    "products", "producers", "zones", "villages", "sites", "markets",
    "communes", "districts", "old_communes", "figures", "cohorts",
)  # fmt: skip
"""The layers that figures are computed from."""
_DECIMALS = 7  # the atlas rounds coordinates so; both origins of records must give the same figures


class RecordKey(NamedTuple):
    """The key of one record and the layer that it is of."""

    layer: str
    id: str


class Distinct(NamedTuple):
    """The different values of a field, and for each record the place of its value among them: -1 where it has none."""

    values: tuple[Value, ...]
    place: NDArray[np.intp]

    def where(self, holds: Callable[[Value], bool]) -> NDArray[np.bool_]:
        """The records whose value a condition holds for; it is asked once for each value, and for None."""
        answers = np.array([*(holds(value) for value in self.values), holds(None)], bool)
        chosen: NDArray[np.bool_] = answers[self.place]
        return chosen


class Records:
    """The records of a version: layer -> frame in STORE_CRS with the declared fields, ordered by key.

    Never changes once it is made; what is derived from it is computed when it is first needed, and kept.
    """

    def __init__(self, version: int, frames: Mapping[str, GeoDataFrame]) -> None:
        self.version = version
        self.frames = {name: _in_order(frames[name], LAYERS[name]) for name in READ}
        self._cells: dict[tuple[str, str], Cells] = {}
        self.derived: dict[Hashable, Any] = {}

    @classmethod
    def of(cls, atlas: Atlas) -> Self:
        """The records that an atlas holds."""
        return cls(atlas.version.number, {name: _frame(atlas, LAYERS[name]) for name in READ})

    def count(self, layer: str) -> int:
        """How many records the layer has."""
        return len(self.frames[layer])

    def column(self, layer: str, field: str) -> Cells:
        """The values of a declared field; KeyError for any other name."""
        key = layer, field
        if key not in self._cells:
            LAYERS[layer].field(field)
            self._cells[key] = np.array([_plain(cell) for cell in self.frames[layer][field]], dtype=object)
        return self._cells[key]

    def distinct(self, layer: str, field: str) -> Distinct:
        """The values of a declared field, each once, in the order in which they first occur."""

        def split() -> Distinct:
            place, values = gpd.pd.factorize(self.column(layer, field))
            return Distinct(tuple(values.tolist()), place)

        return self.once(("distinct", layer, field), split)

    def ids(self, layer: str) -> Cells:
        """The keys of the layer's records, in their order."""
        return self.column(layer, LAYERS[layer].key)

    def keys(self, layer: str, mask: NDArray[np.bool_]) -> tuple[RecordKey, ...]:
        """The keys of the records that `mask` selects."""
        return tuple(self.once(("record keys", layer), lambda: self._all_keys(layer))[mask].tolist())

    def _all_keys(self, layer: str) -> Cells:
        keys = np.empty(self.count(layer), dtype=object)
        for row, key in enumerate(self.ids(layer)):
            keys[row] = RecordKey(layer, str(key))
        return keys

    def shape_rows(self, layer: str) -> NDArray[np.intp]:
        """The rows of the records with a geometry, which are those of `joins.shapes`."""
        return np.flatnonzero(~self.frames[layer].geometry.isna().to_numpy())

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` gives, computed when it is first asked for under `key` and kept; it must not be changed.

        The processor time is not counted against the request that happens to ask first.
        """
        if key not in self.derived:
            with budget.unlimited():
                self.derived[key] = compute()
        result: T = self.derived[key]
        return result

    @cached_property
    def joins(self) -> Joins:
        """Places and shapes of the layers, prepared for spatial joins as for the links."""
        return Joins(self.frames)


@once_per_atlas
def records_of(atlas: Atlas) -> Records:
    """The records of an atlas, read once and kept as long as it is: a long request, whose time is not counted."""
    budget.take_place()
    with budget.unlimited():
        return Records.of(atlas)


def _frame(atlas: Atlas, spec: LayerSpec) -> GeoDataFrame:
    parts = list(atlas.parts(Query(spec.name)))
    rows = [orjson.loads(properties) for _, _, properties, _ in parts]
    cells = {field.name: gpd.pd.Series([row.get(field.name) for row in rows], dtype=object) for field in spec.fields}
    shapes = shapely.from_wkb(np.array([wkb for _, wkb, _, _ in parts], dtype=object))
    return GeoDataFrame(cells, geometry=gpd.GeoSeries(shapes, crs=STORE_CRS), crs=STORE_CRS)


def _in_order(frame: GeoDataFrame, spec: LayerSpec) -> GeoDataFrame:
    """The frame ordered by key, its coordinates rounded to _DECIMALS; an empty geometry is a missing one."""
    order = np.argsort(frame[spec.key].astype(str).to_numpy(), kind="stable")
    if not (order == np.arange(len(order))).all():
        frame = frame.iloc[order].reset_index(drop=True)
    if spec.geometry is None:
        return frame
    shapes = np.asarray(frame.geometry.array, dtype=object)
    coordinates, is_empty = shapely.get_coordinates(shapes), shapely.is_empty(shapes)
    if (coordinates == np.round(coordinates, _DECIMALS)).all() and not is_empty.any():
        return frame
    rounded = shapely.transform(shapes, lambda xy: np.round(xy, _DECIMALS))
    rounded[is_empty] = None
    return frame.set_geometry(gpd.GeoSeries(rounded, crs=STORE_CRS))


def _plain(cell: object) -> Value:
    """The cell as str, int or float; None for NaN, NA and the empty text."""
    if cell is None or cell is gpd.pd.NA or cell != cell or cell == "":  # noqa: PLR0124 - only NaN differs from itself
        return None
    return cell.item() if isinstance(cell, np.generic) else cell  # type: ignore[return-value]
