"""GeoJSON (RFC 7946) and GeoJSON text sequences (RFC 8142), streamed from the features stored in the atlas."""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

import orjson

from geo.views.export.job import Job


def write_geojson(job: Job, out: BinaryIO) -> int:
    """Write one FeatureCollection, a feature a line, and return how many features it has.

    Coordinates are longitude, latitude in WGS 84, so there is no `crs` member (RFC 7946, section 4). The
    notice is added as foreign members (section 6.1); `timeStamp` is the time of publication, so that the
    same version gives the same bytes.
    """
    return write_collection({"name": job.query.layer, **head_of(job)}, job.atlas.features(job.query), out)


def head_of(job: Job) -> dict[str, Any]:
    """The members of a collection before `features`: the notice and the number of features."""
    notice = job.notice()
    return {
        "title": notice.title.of(job.lang),
        "licence": notice.licence,
        "attribution": notice.attribution.of(job.lang),
        "version": notice.version,
        "timeStamp": notice.published_at,
        "numberReturned": job.total_count,
    }


def write_collection(head: Mapping[str, Any], features: Iterable[bytes], out: BinaryIO) -> int:
    """Write a FeatureCollection with the members of `head`, a feature a line, and return how many features it has."""
    out.write(orjson.dumps({"type": "FeatureCollection", **head})[:-1] + b',"features":[')
    count = 0
    for feature in features:
        out.write(b",\n" if count else b"\n")
        out.write(feature)
        count += 1
    out.write(b"\n]}\n")
    return count


def write_geojsonseq(job: Job, out: BinaryIO) -> int:
    """Write each feature as a text after a record separator (RFC 8142) and return the number of features."""
    count = 0
    for feature in job.atlas.features(job.query):
        out.write(b"\x1e" + feature + b"\n")
        count += 1
    return count
