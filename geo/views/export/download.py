"""A layer or a selection of it as a file: every format in one table, and one door to all of them."""

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast, get_args

from geo.atlas import Atlas, Query
from geo.crs import STORE_CRS
from geo.encodings import Errors
from geo.errors import BadQuery, GeoError
from geo.views.export.job import Job
from geo.views.formats import FORMATS, Format, Write, format_of


def write_export(  # noqa: PLR0913 - each is one choice that a download offers
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
    """Write every record that `query` matches and return how many were written; with `page`, only its own page.

    `crs` is one of the format's systems (coordinates easting before northing), by default WGS 84; `encoding`
    one of its encodings, by default UTF-8. `letters` says what becomes of letters that the encoding lacks:
    "lower" (the default), "plain" or "strict", see geo.encodings.Errors.
    A file at the path `out` appears complete or not at all. GeoError when the count is not the atlas's own.
    """
    chosen = format_of(format_key)
    system = system_of(chosen, crs)
    fate = _letters(chosen, letters)
    if encoding is not None:
        _one_of(chosen, "encoding", encoding, chosen.encodings)
    matched = atlas.count(query)
    if page:
        rest = max(0, matched - query.offset)
        matched = rest if query.limit is None else min(rest, query.limit)
    asked = query if page else replace(query, limit=None, offset=0)
    job = Job(atlas, asked, lang, system, matched, encoding or "utf-8", fate)
    return write_whole(out, lambda stream: checked(job, chosen.key, chosen.write(job, stream)))


def system_of(chosen: Format, crs: str | None) -> str:
    """The system that a file of a format is written in, WGS 84 where none is named; BadQuery for what it cannot be."""
    return chosen.crs[0] if crs in (None, STORE_CRS) else _one_of(chosen, "crs", crs, chosen.crs)


def write_whole(out: Path | BinaryIO, write: Write) -> int:
    """What `write` returns of the stream that it is given; a file at a path appears complete or not at all."""
    if not isinstance(out, Path):
        return write(out)
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as stream:
            written = write(stream)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return written


def checked(job: Job, key: str, written: int) -> int:
    """The number of records written; GeoError when it is not the atlas's own."""
    if written != job.matched:
        raise GeoError(
            f"{job.query.layer} as {key}: {written} of {job.matched} records written; the file is unusable.",
            f"{job.query.layer} dạng {key}: chỉ ghi được {written}/{job.matched} bản ghi; không dùng được tệp.",
        )
    return written


def _one_of(chosen: Format, name: str, given: str, possible: tuple[str, ...]) -> str:
    if given in possible:
        return given
    if not possible:
        able = ", ".join(row.key for row in FORMATS.values() if row.encodings)
        raise BadQuery(
            f"{chosen.key} is always UTF-8: {name} can be chosen for {able} only.",
            f"{chosen.key} luôn là UTF-8: chỉ chọn được {name} cho {able}.",
        )
    known = ", ".join(possible)
    raise BadQuery(
        f"{chosen.key} cannot be written in {name}={given!r}. Possible: {known}.",
        f"Không ghi được {chosen.key} trong {name}={given!r}. Có thể chọn: {known}.",
    )


def _letters(chosen: Format, given: str | None) -> Errors:
    if given is None:
        return "lower"
    return cast(Errors, _one_of(chosen, "letters", given, get_args(Errors) if chosen.encodings else ()))
