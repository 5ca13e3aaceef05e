"""Frames after checking: values with errors are removed, and numbers get the type of their field."""

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from geo.ingest.checks.check import parts_of
from geo.report import WHOLE_LAYER, Issue, subjects_of
from geo.schema import Field, LayerSpec


def keep_out(frame: gpd.GeoDataFrame, spec: LayerSpec, issues: Iterable[Issue]) -> None:
    """Set to None in `frame`, in place, what each finding of severity "error" is about.

    That is a value, one part of a list of codes or ids, or a geometry with its precision.
    """
    rows = {subject: row for row, subject in enumerate(subjects_of(list(frame[spec.key])))}
    changed: dict[str, list[object]] = {}
    for issue in issues:
        if issue.severity != "error" or issue.subject == WHOLE_LAYER or issue.field is None:
            continue
        row = rows[issue.subject]
        is_place = issue.field == "geometry"
        for name in ("geometry", "precision") if is_place and spec.has("precision") else (issue.field,):
            if name not in changed:
                changed[name] = list(frame[name])
            changed[name][row] = None if is_place else _without(changed[name][row], spec.field(name), issue.value)
    for name, cells in changed.items():
        if name == "geometry":
            frame[name] = gpd.GeoSeries(cells, index=frame.index, crs=frame.crs)
        else:
            frame[name] = pd.Series(cells, index=frame.index, dtype=object)


def _without(value: object, field: Field, part: str) -> str | None:
    """What stays of a cell when `part` of it is kept out; the part is the whole of a cell that holds one value."""
    if field.kind not in {"codes", "refs"} or value is None:
        return None
    return ";".join(key for key in parts_of(field, value) if key != part) or None


def make_numbers(frame: gpd.GeoDataFrame, spec: LayerSpec) -> None:
    """Make whole numbers int and other numbers float, whatever the file held them as."""
    for field in spec.fields:
        if field.kind in {"integer", "real"}:
            kind = int if field.kind == "integer" else float
            cells = [None if value is None else kind(float(str(value))) for value in frame[field.name]]
            frame[field.name] = pd.Series(cells, index=frame.index, dtype=object)
