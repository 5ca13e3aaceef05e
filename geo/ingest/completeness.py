"""Records that would be published without a value that their layer requires, and the question what becomes of them."""

from collections.abc import Collection, Mapping

import geopandas as gpd

from geo.ingest.decisions import LEAVE_OUT, PUBLISH, Choice, Question
from geo.ingest.files.table import listed
from geo.schema import Field, Label, LayerSpec

_CHOICES = (
    Choice(PUBLISH, Label("Công bố, để trống giá trị còn thiếu", "Publish them without the missing values")),
    Choice(
        LEAVE_OUT,
        Label(
            "Không nhập các dòng này; bản ghi đã có giữ nguyên", "Leave the rows out; existing records stay as they are"
        ),
    ),
)


def incomplete_records(
    spec: LayerSpec, current: gpd.GeoDataFrame, frame: gpd.GeoDataFrame, touched: Collection[str]
) -> dict[str, list[Field]]:
    """Key -> required fields without a value, for the records `touched` of `frame`, in its order.

    A value that the record of the same key in `current`, the published layer, lacks too is not counted: the file
    takes nothing away, and that record was published without it before.
    """
    own = set(touched)
    incomplete: dict[str, list[Field]] = {}
    for field in spec.fields:
        if field.required and field.name != spec.key:
            lacking_before = _keys_without(field, current, spec)
            for key in _keys_without(field, frame, spec):
                if key in own and key not in lacking_before:
                    incomplete.setdefault(key, []).append(field)
    return incomplete


def _keys_without(field: Field, frame: gpd.GeoDataFrame, spec: LayerSpec) -> dict[str, None]:
    """The keys of the records that have no value of a field, in the order of the frame."""
    return {str(key): None for key in frame[spec.key][frame[field.name].isna()]}


def of_incomplete(incomplete: Mapping[str, list[Field]], rows: Mapping[str, int]) -> Question:
    """The question whether incomplete records are published; its evidence lists their rows by missing field.

    `rows` maps the keys of the file's records to the numbers of their rows.
    """
    by_field: dict[Label, list[int]] = {}
    for key, fields in incomplete.items():
        for field in fields:
            by_field.setdefault(field.label, []).append(rows[key])
    return Question(
        "incomplete",
        Label(
            f"{len(incomplete)} bản ghi thiếu giá trị bắt buộc. Công bố hay không nhập các dòng đó?",
            f"{len(incomplete)} records lack a required value. Publish them or leave their rows out?",
        ),
        _CHOICES,
        evidence=tuple(
            Label(f"Thiếu {label.vi}: dòng {numbers}", f"{label.en} is missing: rows {numbers}")
            for label, numbers in ((label, listed(sorted(numbers))) for label, numbers in by_field.items())
        ),
        rows=len(incomplete),
    )


def left_out(rows: Collection[int]) -> Label:
    """The note that rows were left out because their records are incomplete."""
    return Label(
        f"Không nhập các dòng thiếu giá trị bắt buộc: {listed(sorted(rows))}.",
        f"Rows left out because a required value is missing: {listed(sorted(rows))}.",
    )
