"""The geometries of a table in its own numbers: those of the file, or those that its columns hold as text."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import Shapes
from geo.ingest.checks.shaping import shape_up
from geo.ingest.crs.candidates import Ground
from geo.ingest.files.table import Table
from geo.ingest.places.coordinates import columns_of, read_coordinates
from geo.ingest.places.header_words import meaning_of
from geo.ingest.places.notations import Reference
from geo.ingest.places.weights import Suspect, Weighed, weigh
from geo.report import Change, Issue
from geo.schema import Label, LayerSpec


class TableShapes(NamedTuple):
    """Geometries of the layer's kind in the file's numbers, and what the file says of their coordinate system.

    `driver` is GDAL's name for the format where the geometries are the file's own, "" where they come from columns.
    """

    shapes: Shapes
    crs: str | None
    driver: str
    changes: list[Change]
    issues: list[Issue]
    notes: tuple[Label, ...] = ()


def place_columns(columns: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that hold the places by a mapping of fields and roles to columns; none when one of two is missing."""
    if "@first" in columns and "@second" in columns:
        return columns["@first"], columns["@second"]
    return (columns["@both"],) if "@both" in columns and "@first" not in columns else ()


def shapes_of(table: Table, spec: LayerSpec, columns: Mapping[str, str], reference: Reference) -> TableShapes | None:
    """The geometries of `table`; None when neither the file nor its columns hold any.

    `columns` maps fields and roles to columns. `reference` finds the places that short plus codes are near.
    """
    rows = list(table.row_numbers)
    if table.shapes is not None:
        return _fitted(TableShapes(table.shapes, table.crs, table.driver, [], []), spec, rows)
    names = place_columns(columns)
    if not names:
        return None
    chosen = columns_of(names[0], names[1] if len(names) > 1 else None)
    coordinates = read_coordinates(table.columns, chosen, layer=spec.name, reference=reference)
    issues = [
        replace(issue, row=rows[issue.row - 1], field="geometry")
        for issue in coordinates.issues
        if issue.kind != "null_geometry" and issue.row is not None
    ]
    shapes: Shapes = np.array([*coordinates.shapes, None], dtype=object)[:-1]
    return _fitted(TableShapes(shapes, coordinates.crs, "", [], issues, coordinates.notes), spec, rows)


def _fitted(own: TableShapes, spec: LayerSpec, rows: list[int]) -> TableShapes:
    """The geometries as the layer holds them; those of another kind are None, with a finding."""
    fitted, changes, issues = shape_up(own.shapes, spec, rows)
    if shapely.is_missing(fitted).all() and issues:
        words = issues[0].message
        issues.append(Issue.of(spec.name, "wrong_geometry_type", *words, value=issues[0].value))
    return own._replace(shapes=fitted, changes=changes, issues=[*own.issues, *issues])


def weighed_columns(table: Table, spec: LayerSpec, province: BaseGeometry, reference: Reference) -> Weighed:
    """The columns that hold the places; none for a file with geometries and for a layer without."""
    if spec.dimension is None or table.shapes is not None:
        return Weighed(None, {})
    weighed = weigh(table.columns, Ground(province), reference, dimension=spec.dimension)
    computed = {column: Suspect("=", NO_RESULT) for column in computed_places(table)}
    return replace(weighed, suspects={**weighed.suspects, **computed})


def computed_places(table: Table) -> list[str]:
    """The columns that are named as places are and hold a formula without a stored result."""
    with_formulas = dict.fromkeys(column for _, column in sorted(table.formulas))
    meanings = {column: meaning_of(column) for column in with_formulas}
    return [column for column, meaning in meanings.items() if meaning is not None and meaning.sure]


NO_RESULT = Label(
    "ô chứa công thức mà tệp không lưu kết quả", "the cell holds a formula and the file stores no result of it"
)
