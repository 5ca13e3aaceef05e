"""FlatGeobuf: one binary file, indexed by place so that programs read parts of it from an address."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from geo.views.export.job import Job
from geo.views.export.vector import declared_columns, write_file


def write_flatgeobuf(job: Job, out: BinaryIO) -> int:
    """Write FlatGeobuf and return how many records it holds, with a spatial index where every record has a place.

    With the index records stand in the order of their places, otherwise in that of the query.
    """
    notice = job.notice()
    credits = (notice.attribution.of(job.lang), notice.licence, f"v{notice.version} ({notice.published_at})")
    layer_options = {
        "SPATIAL_INDEX": "YES" if _has_all_places(job) else "NO",
        "TITLE": notice.title.of(job.lang),
        "DESCRIPTION": " ".join(text for text in credits if text),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{job.query.layer}.fgb"
        count = write_file(
            job,
            path,
            declared_columns(job),
            driver="FlatGeobuf",
            geometry_type=job.spec.geometry or "Unknown",
            options={"layer_options": layer_options},
        )
        with path.open("rb") as file:
            shutil.copyfileobj(file, out)
    return count


def _has_all_places(job: Job) -> bool:
    """The index cannot hold a record without a place."""
    if job.spec.geometry is None:
        return False
    return not job.atlas.count(replace(job.query, place="unplaced", limit=None, offset=0))
