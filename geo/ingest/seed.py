"""The whole seed folder into checked frames: read, mend, check, and keep out what cannot be."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd

from geo.errors import BadSource
from geo.ingest.check import check
from geo.ingest.mend import mend
from geo.ingest.read import read_layer
from geo.ingest.report import Issue, Report
from geo.layers import LAYERS
from geo.schema import Label

Frames = dict[str, gpd.GeoDataFrame]
_KEPT_OUT = {"wrong_encoding", "bad_number", "bad_date", "bad_code", "out_of_range"}
"""Kinds of error whose value would break the schema: it is unknown from here on, and listed."""


def load_seed(seed_dir: Path, progress: Callable[[str], None]) -> tuple[Frames, Report, dict[str, dict[str, Any]]]:
    """The frames of every layer that can be read, the report, and each layer's metadata.

    BadSource when the folder does not exist. A fatal issue means that the frames must not be published.
    """
    if not seed_dir.is_dir():
        raise BadSource(
            f"No folder {seed_dir}. Expected one folder per layer: {', '.join(LAYERS)}.",
            f"Không có thư mục {seed_dir}. Cần mỗi lớp một thư mục: {', '.join(LAYERS)}.",
        )
    frames: Frames = {}
    report = Report()
    metadata: dict[str, dict[str, Any]] = {}
    for name, spec in LAYERS.items():
        progress(name)
        frame, issues = read_layer(seed_dir / name, spec)
        report.issues += issues
        metadata[name] = _metadata(seed_dir / name / f"{name}.json", name, report)
        if frame is not None:
            frames[name], changes = mend(frame, spec)
            report.changes += changes
            report.issues += (
                Issue(name, change.record, "geometry", "invalid_geometry", change.before,
                      Label(f"hình học không hợp lệ: {change.before}", f"geometry invalid: {change.before}"))
                for change in changes if change.field == "geometry"
            )  # fmt: skip
    found = check(frames)
    report.issues += found
    _keep_out(frames, found)
    return frames, report, metadata


def _metadata(path: Path, name: str, report: Report) -> dict[str, Any]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(body, dict):
            return body
        reason = "not an object"
    except (OSError, ValueError) as error:
        reason = str(error)
    report.issues.append(
        Issue(
            name, None, None, "missing_metadata", path.name, Label(f"{path.name}: {reason}", f"{path.name}: {reason}")
        )
    )
    return {}


def _keep_out(frames: Frames, issues: Iterable[Issue]) -> None:
    """Make values unknown that their field cannot hold, and whole numbers whole."""
    for issue in issues:
        if issue.kind in _KEPT_OUT and issue.field is not None:
            frame = frames[issue.layer]
            frame.loc[frame[LAYERS[issue.layer].key] == issue.record, issue.field] = None
    for name, frame in frames.items():
        for field in LAYERS[name].fields:
            if field.kind == "integer":
                frame[field.name] = frame[field.name].map(_whole).astype(object)
            elif field.kind == "real":
                frame[field.name] = frame[field.name].map(_real).astype(object)
            frame[field.name] = frame[field.name].where(frame[field.name].notna(), None)


def _whole(value: object) -> int | None:
    return None if value is None else int(float(str(value)))


def _real(value: object) -> float | None:
    return None if value is None else float(str(value))
