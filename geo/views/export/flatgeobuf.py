"""FlatGeobuf: one binary file with a spatial index, so that clients can read a box of it by HTTP range requests."""

from dataclasses import replace
from typing import BinaryIO

from geo.views.export.bounded_file import copy_file
from geo.views.export.job import Job
from geo.views.export.vector import declared_columns, write_file
from geo.views.export.work_folder import work_folder


def write_flatgeobuf(job: Job, out: BinaryIO) -> int:
    """Write FlatGeobuf and return the number of records; it has a spatial index if every record has a geometry.

    With the index records are in the order of the Hilbert curve, otherwise in that of the query.
    """
    notice = job.notice()
    credits = (notice.attribution.of(job.lang), notice.licence, f"v{notice.version} ({notice.published_at})")
    layer_options = {
        "SPATIAL_INDEX": "YES" if _has_all_places(job) else "NO",
        "TITLE": notice.title.of(job.lang),
        "DESCRIPTION": " ".join(text for text in credits if text),
    }
    with work_folder() as folder:
        path = folder / f"{job.query.layer}.fgb"
        count = write_file(
            job,
            path,
            declared_columns(job),
            driver="FlatGeobuf",
            geometry_type=job.spec.geometry or "Unknown",
            options={"layer_options": layer_options},
        )
        copy_file(path, out)
    return count


def _has_all_places(job: Job) -> bool:
    """Whether every record has a geometry: the spatial index cannot contain a null geometry."""
    if job.spec.geometry is None:
        return False
    return not job.atlas.count(replace(job.query, place="unplaced", limit=None, offset=0))
