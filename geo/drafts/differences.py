"""Differences between two states of a layer as plain values: lists for people, GeoJSON for the preview map."""

from collections.abc import Sequence
from typing import Any

import orjson
import shapely
from geopandas import GeoDataFrame
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geo.drafts.value_words import ValueWords
from geo.ingest.stage import Staged
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS
from geo.schema import Label, LayerSpec
from geo.store.diff import RecordDiff

ON_MAP = 3_000
"""Most differences on the preview map."""
_COARSE = 1e-4  # degrees, about 10 m: tolerance by which outlines on the preview map are simplified

Plain = dict[str, Any]


def plain_diff(diff: RecordDiff, words: ValueWords, row: int | None = None) -> Plain:
    """The difference of a record as plain values, with the words of codes; `row` is its row in the uploaded file."""
    spec = LAYERS[diff.layer]
    return {
        "layer": diff.layer, "record": diff.record, "title": diff.title, "op": diff.op, "row": row,
        "fields": [
            {"field": change.field, "label": field_label(spec, change.field)._asdict(),
             "before": _shorten(change.before), "after": _shorten(change.after),
             "before_words": _plain_words(words.of(spec, change.field, change.before)),
             "after_words": _plain_words(words.of(spec, change.field, change.after))}
            for change in diff.fields
        ],
        "moved_m": diff.moved_m, "area_ha": diff.area_ha,
        "placed": diff.after is not None or diff.before is not None, "precision": _precision(diff.precision),
        "has_place": spec.geometry is not None,
    }  # fmt: skip


def _plain_words(label: Label | None) -> dict[str, str] | None:
    return None if label is None else {lang: words[:300] for lang, words in label._asdict().items()}


def field_label(spec: LayerSpec, name: str) -> Label:
    """The label of a field; "geometry" is none of the declared fields and has a label of its own."""
    return spec.field(name).label if spec.has(name) else Label("Vị trí, hình học", "Location, geometry")


def _precision(key: object) -> Plain | None:
    """The label of a location's precision and whether it is approximate; None for a record without precision."""
    precision = _PRECISIONS.get(str(key))
    return None if precision is None else {"label": precision.label._asdict(), "approximate": precision.approximate}


_PRECISIONS = {precision.key: precision for precision in PRECISIONS}


def _shorten(value: object) -> object:
    return str(value)[:300] if isinstance(value, str) else value


def diff_features(diff: Sequence[RecordDiff]) -> Plain:
    """Differences as GeoJSON in STORE_CRS: added and changed records at their new, removed ones at their old location.

    A record that moved has two features, that of its old location with the status "before".
    """
    features: list[Plain] = []
    for record in diff[:ON_MAP]:
        shape = record.before if record.op == "removed" else record.after
        if shape is not None:
            features.append(_feature(record, shape, record.op))
        if record.op == "changed" and record.moved_m is not None and record.before is not None:
            features.append(_feature(record, record.before, "before"))
    return {"type": "FeatureCollection", "features": features, "shown": min(len(diff), ON_MAP), "of": len(diff)}


def rival_features(staged: Staged) -> list[Plain]:
    """Where the records would lie under each reading that rivals the proposed one, for the preview map.

    Their status is "elsewhere", their `reading` the words of the reading; at most ON_MAP for each reading.
    """
    titles = dict(zip(staged.frame[staged.spec.key].astype(str), staged.frame[staged.spec.title], strict=True))
    return [
        {
            "type": "Feature", "geometry": _coarse(shape),
            "properties": {"id": key, "title": titles.get(key), "status": "elsewhere", "approximate": False,
                           "reading": reading.label._asdict()},
        }
        for reading, shapes in staged.elsewhere.items()
        for key, shape in list(shapes.items())[:ON_MAP]
    ]  # fmt: skip


def layer_features(frame: GeoDataFrame, spec: LayerSpec) -> Plain:
    """A layer in STORE_CRS as GeoJSON with every field, the title and the status "as_was" beside them."""
    names = [field.name for field in spec.fields]
    features = []
    for *cells, shape in zip(*(frame[name] for name in names), frame.geometry, strict=True):
        values = dict(zip(names, cells, strict=True))
        features.append(
            {
                "type": "Feature",
                "id": values[spec.key],
                "geometry": None if shape is None else mapping(shape),
                "properties": {
                    **values,
                    "title": values[spec.title],
                    "status": "as_was",
                    "approximate": bool((_precision(values.get("precision")) or {}).get("approximate")),
                },
            }
        )
    return {"type": "FeatureCollection", "features": features}


def _feature(record: RecordDiff, shape: BaseGeometry, status: str) -> Plain:
    precision = _PRECISIONS.get(record.precision or "")
    properties = {
        "id": record.record, "title": record.title, "status": status, "moved_m": record.moved_m,
        "precision": record.precision, "approximate": precision is not None and precision.approximate,
    }  # fmt: skip
    return {"type": "Feature", "geometry": _coarse(shape), "properties": properties}


def _coarse(shape: BaseGeometry) -> orjson.Fragment:
    """The GeoJSON of a geometry, simplified for a preview."""
    simple = shape if shape.geom_type == "Point" else shapely.simplify(shape, _COARSE)
    return orjson.Fragment(shapely.to_geojson(simple))
