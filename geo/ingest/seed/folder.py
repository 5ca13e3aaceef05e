"""The seed folder (data/shapefiles by default) as checked frames: read, repair, check, drop values with errors."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd

from geo.errors import BadSource
from geo.ingest.checks.check import check
from geo.ingest.checks.drop_errors import keep_out, make_numbers
from geo.ingest.checks.mend import MADE_VALID, mend
from geo.ingest.seed.layer import read_layer
from geo.ocop.layers import LAYERS
from geo.report import Change, Issue, Report
from geo.schema import Label

Frames = dict[str, gpd.GeoDataFrame]
_REQUIRED_KEYS = ("title", "source", "licence", "attribution")
"""Keys that the metadata of every layer must have."""


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
        metadata[name], issues = _metadata(seed_dir / name / f"{name}.json", name, frame)
        report.issues += issues
        if frame is not None:
            frames[name], changes = mend(frame, spec)
            report.changes += changes
            report.issues += [_repair_issue(change) for change in changes if change.rule is MADE_VALID]
    findings = check(frames)
    report.issues += findings
    for name, frame in frames.items():
        keep_out(frame, LAYERS[name], [issue for issue in findings if issue.layer == name])
        make_numbers(frame, LAYERS[name])
    return frames, report, metadata


def _repair_issue(change: Change) -> Issue:
    words = Label(f"hình học không hợp lệ: {change.before}", f"geometry invalid: {change.before}")
    return Issue(change.layer, *change.subject, "geometry", "invalid_geometry", change.before, words)


def _metadata(path: Path, name: str, frame: gpd.GeoDataFrame | None) -> tuple[dict[str, Any], list[Issue]]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = type(error).__name__
        return {}, [
            Issue.of(name, "missing_metadata", f"{path.name}: {reason}", f"{path.name}: {reason}", value=path.name)
        ]
    if not isinstance(body, dict):
        words = f"{path.name} không phải là một đối tượng", f"{path.name} is not an object"
        return {}, [Issue.of(name, "missing_metadata", *words, value=path.name)]
    lacking = ", ".join(key for key in _REQUIRED_KEYS if key not in body)
    issues = []
    if lacking:
        words = f"{path.name} thiếu: {lacking}", f"{path.name} lacks: {lacking}"
        issues.append(Issue.of(name, "missing_metadata", *words, value=lacking))
    if frame is not None and "records" in body and body["records"] != len(frame):
        declared_count = body["records"]
        words = (
            f"mô tả ghi {declared_count} bản ghi, lớp có {len(frame)}",
            f"described as {declared_count} records, it has {len(frame)}",
        )
        issues.append(Issue.of(name, "wrong_count", *words, value=str(declared_count)))
    return body, issues
