"""The entry point of all exports: a layer or a selection of it as a file in one of FORMATS."""

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast, get_args

from geo.atlas import Atlas, Query
from geo.crs import STORE_CRS
from geo.encodings import Errors
from geo.errors import BadQuery, GeoError
from geo.part_files import part_of, require_folder
from geo.views.export.job import Job
from geo.views.formats import FORMATS, Format, Write, format_of


def write_export(  # noqa: PLR0913 - each argument is one option of a download
    atlas: Atlas,
    query: Query,
    format_key: str,
    out: Path | BinaryIO,
    *,
    lang: str = "vi",
    crs: str | None = None,
    encoding: str | None = None,
    letters: str | None = None,
    page: bool = False,
) -> int:
    """Write every record that `query` matches, or with `page` only its page, and return how many were written.

    `crs` is one of the format's systems, by default WGS 84; coordinates are easting before northing. `encoding`
    is one of the format's encodings, by default UTF-8. `letters` says how letters that the encoding lacks are
    replaced: "lower" (the default), "plain" or "strict", see geo.encodings.Errors.
    A file at the path `out` appears complete or not at all. GeoError when the atlas counts another number of records.
    """
    row_format = format_of(format_key)
    system = system_of(row_format, crs)
    fate = _letters(row_format, letters)
    if encoding is not None:
        _one_of(row_format, "encoding", encoding, row_format.encodings)
    total_count = atlas.count(query)
    if page:
        rest = max(0, total_count - query.offset)
        total_count = rest if query.limit is None else min(rest, query.limit)
    selection = query if page else replace(query, limit=None, offset=0)
    job = Job(atlas, selection, lang, system, total_count, encoding or "utf-8", fate)
    return write_whole(out, lambda stream: verify_count(job, row_format.key, row_format.write(job, stream)))


def system_of(row_format: Format, crs: str | None) -> str:
    """The CRS to write a format in, by default WGS 84; BadQuery for a CRS that the format does not offer."""
    return row_format.crs[0] if crs in (None, STORE_CRS) else _one_of(row_format, "crs", crs, row_format.crs)


def write_whole(out: Path | BinaryIO, write: Write) -> int:
    """Call `write` with a stream to `out` and return its result; a file at a path appears complete or not at all."""
    if not isinstance(out, Path):
        return write(out)
    require_folder(out)
    part = part_of(out)
    try:
        with part.open("wb") as stream:
            count = write(stream)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return count


def verify_count(job: Job, key: str, count: int) -> int:
    """Return `count`; GeoError when it differs from the number of records in the atlas."""
    if count != job.total_count:
        raise GeoError(
            f"{job.query.layer} as {key}: {count} of {job.total_count} records written; the file is unusable.",
            f"{job.query.layer} dạng {key}: chỉ ghi được {count}/{job.total_count} bản ghi; không dùng được tệp.",
        )
    return count


def _one_of(row_format: Format, name: str, value: str, possible: tuple[str, ...]) -> str:
    if value in possible:
        return value
    if not possible:
        able = ", ".join(row.key for row in FORMATS.values() if row.encodings)
        raise BadQuery(
            f"{row_format.key} is always UTF-8: {name} can be chosen for {able} only.",
            f"{row_format.key} luôn là UTF-8: chỉ chọn được {name} cho {able}.",
        )
    choices = ", ".join(possible)
    raise BadQuery(
        f"{row_format.key} cannot be written in {name}={value!r}. Possible: {choices}.",
        f"Không ghi được {row_format.key} trong {name}={value!r}. Có thể chọn: {choices}.",
    )


def _letters(row_format: Format, value: str | None) -> Errors:
    if value is None:
        return "lower"
    return cast(Errors, _one_of(row_format, "letters", value, get_args(Errors) if row_format.encodings else ()))
