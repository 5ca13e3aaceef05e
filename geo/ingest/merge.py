"""Rows of a file merged into the records of a layer: values in the file replace stored ones, empty cells do not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import STORE_CRS
from geo.ingest.columns.values import Value
from geo.ingest.crs.prj import crs_of
from geo.ocop.codes import PRECISIONS
from geo.ocop.fields import TRANSLATED_FIELDS
from geo.report import Issue
from geo.schema import LayerSpec

_ORDER = {precision.key: order for order, precision in enumerate(PRECISIONS)}
_PLACE = ("precision", "position_source", "geometry")
"""Fields that say where a record is: they change together or not at all."""

Record = dict[str, object]


@dataclass
class Merged:
    """The whole layer with the file's rows in it, ordered by key; the keys that differ now, and what was found.

    `touched` are the keys of the file's rows, `removed` those that only the current layer had. `of_layer` is what
    was found about the layer as a whole, once it is checked.
    """

    frame: gpd.GeoDataFrame
    touched: tuple[str, ...]
    removed: tuple[str, ...]
    issues: list[Issue] = field(default_factory=list)
    of_layer: list[Issue] = field(default_factory=list)


@dataclass(frozen=True)
class Terms:
    """Which of a file's values replace stored ones.

    `whole`: the file is the whole layer. `cite` is added to the sources of records that are new or changed. `weak` are
    rows whose place was only made from an address, `stated` the fields that the file itself fills. `untouched` are
    keys of current records that stay as they are, even where the file is the whole layer.
    """

    whole: bool = False
    cite: str = ""
    weak: Collection[int] = ()
    stated: Collection[str] = ()
    untouched: Collection[str] = ()


def merge(
    spec: LayerSpec,
    current: gpd.GeoDataFrame,
    rows: Mapping[str, Sequence[Value]],
    shapes: Sequence[BaseGeometry | None],
    keys: Sequence[str | None],
    terms: Terms,
) -> Merged:
    """`current` (STORE_CRS) with the rows laid over it; rows whose key is None stay out.

    An empty cell leaves what is known of a record, unless the file is the whole layer. A place that is known better
    than the file's stays, and one as good where the file's is weak. Of a place that is where it was, the file changes
    only what it states itself.
    """
    names = [field.name for field in spec.fields]
    current_records = _records(spec, current)
    merged = {key: record for key, record in current_records.items() if not terms.whole or key in terms.untouched}
    issues: list[Issue] = []
    for row, key in enumerate(keys):
        if key is None:
            continue
        before = current_records.get(key)
        after = dict(before) if before is not None else dict.fromkeys([*names, "geometry"])
        after[spec.key] = key
        for name, cells in rows.items():
            if name not in _PLACE and name != spec.key and (cells[row] is not None or terms.whole):
                after[name] = cells[row]
        _confirm(after, rows, row)
        if not terms.whole and _is_better(spec, after, rows, shapes[row], row, weak=row in terms.weak):
            if _rank(after["precision"]) < _rank(rows["precision"][row]):
                issues.append(_kept(spec, key, after))
        else:
            _place(spec, after, rows, shapes[row], row, terms)
        if spec.has("source_ids") and terms.cite and (before is None or _differ(before, after)):
            after["source_ids"] = _with_source(after["source_ids"], terms.cite)
        merged[key] = after
    ordered = [merged[key] for key in sorted(merged)]
    data = {name: pd.Series([record[name] for record in ordered], dtype=object) for name in names}
    places = gpd.GeoSeries([record["geometry"] for record in ordered], crs=crs_of(STORE_CRS))
    touched = tuple(sorted(key for key in keys if key is not None))
    return Merged(
        gpd.GeoDataFrame(data, geometry=places), touched, tuple(sorted(current_records.keys() - merged.keys())), issues
    )


def put_back(frame: gpd.GeoDataFrame, rows: NDArray[np.bool_], mended: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """`frame` with the rows that the mask `rows` selects replaced by those of `mended`, in their order."""
    places = np.flatnonzero(rows)
    columns = {}
    for name in frame.columns:
        cells = np.array(frame[name].to_numpy(dtype=object), dtype=object)
        cells[places] = np.array([*mended[name].to_numpy(dtype=object), None], dtype=object)[:-1]
        columns[name] = cells
    shapes = gpd.GeoSeries(columns.pop("geometry"), crs=frame.crs)
    return gpd.GeoDataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()}, geometry=shapes)


def _confirm(after: Record, rows: Mapping[str, Sequence[Value]], row: int) -> None:
    """Take the fields that the file fills off the list of those that only a machine translation states.

    A file that has the list itself, as one does that was downloaded here, decides about it.
    """
    names = after.get(TRANSLATED_FIELDS.name)
    if not isinstance(names, str) or rows.get(TRANSLATED_FIELDS.name, [None] * (row + 1))[row] is not None:
        return
    rest = [name for name in names.split(";") if name not in rows or rows[name][row] is None]
    after[TRANSLATED_FIELDS.name] = ";".join(rest) or None


def _records(spec: LayerSpec, frame: gpd.GeoDataFrame) -> dict[str, Record]:
    names = [field.name for field in spec.fields]
    columns = [list(frame[name]) for name in names]
    return {
        str(cells[names.index(spec.key)]): {**dict(zip(names, cells, strict=True)), "geometry": shape}
        for *cells, shape in zip(*columns, frame.geometry, strict=True)
    }


def _rank(precision: object) -> int:
    return _ORDER.get(str(precision), len(_ORDER))


def _is_better(
    spec: LayerSpec,
    record: Record,
    rows: Mapping[str, Sequence[Value]],
    shape: BaseGeometry | None,
    row: int,
    *,
    weak: bool,
) -> bool:
    """Whether a record's own place is known better than the file's."""
    if not spec.has("precision") or record["geometry"] is None or shape is None or "precision" not in rows:
        return False
    current_rank, file_rank = _rank(record["precision"]), _rank(rows["precision"][row])
    return current_rank <= file_rank if weak else current_rank < file_rank


def _place(
    spec: LayerSpec,
    after: Record,
    rows: Mapping[str, Sequence[Value]],
    shape: BaseGeometry | None,
    row: int,
    terms: Terms,
) -> None:
    """Put the file's place into a record; a row without one takes a record's place only from the whole layer."""
    if shape is None and not terms.whole:
        return
    file_place = {name: rows[name][row] for name in _PLACE[:2] if name in rows}
    before = after["geometry"]
    if isinstance(shape, BaseGeometry) and isinstance(before, BaseGeometry) and _same_place(before, shape):
        # What lies where it lay keeps its very coordinates: reading and writing a file moves them by nothing.
        shape = before
        file_place = {name: value for name, value in file_place.items() if name in terms.stated and value is not None}
    elif terms.whole:
        file_place = {name: file_place.get(name) for name in _PLACE[:2]}
    after.update({name: value for name, value in file_place.items() if spec.has(name)}, geometry=shape)


def _kept(spec: LayerSpec, key: str, record: Record) -> Issue:
    words = (
        f"vị trí đã có ({record['precision']}) chính xác hơn vị trí trong tệp, nên được giữ",
        f"the place at hand ({record['precision']}) is known better than the file's, and stays",
    )
    return Issue.of(spec.name, "place_kept", *words, record=key, value=str(record["precision"]))


def _differ(before: Record, after: Record) -> bool:
    return any(not _same(before[name], after[name]) for name in before)


def _same(value: object, other: object) -> bool:
    if isinstance(value, BaseGeometry) and isinstance(other, BaseGeometry):
        return _same_place(value, other)
    return value == other


def _same_place(shape: BaseGeometry, other: BaseGeometry) -> bool:
    """Whether two shapes are one, drawn from another corner or in another direction and a millimetre apart at most."""
    if bool(shape.equals_exact(other, _MILLIMETRE)):
        return True
    if shape.geom_type == "Point" or shapely.get_num_coordinates(shape) != shapely.get_num_coordinates(other):
        return False
    drawn, redrawn = (shapely.normalize(_parts(drawing)) for drawing in (shape, other))
    return bool(drawn.equals_exact(redrawn, _MILLIMETRE))


def _parts(shape: BaseGeometry) -> BaseGeometry:
    """A line or polygon of one part as the one of several that is stored, its coordinates as exact as the store's."""
    whole = shape
    if isinstance(shape, shapely.Polygon):
        whole = shapely.MultiPolygon([shape])
    elif isinstance(shape, shapely.LineString):
        whole = shapely.MultiLineString([shape])
    rounded: BaseGeometry = shapely.transform(whole, lambda xy: np.round(xy, _DECIMALS) + 0.0)
    return rounded


_MILLIMETRE = 1e-8  # degrees
_DECIMALS = 9


def _with_source(ids: object, cite: str) -> str:
    listed = [part for part in str(ids or "").split(";") if part]
    return ";".join(dict.fromkeys([*listed, cite]))
