"""Downloads: a layer, a selection or the whole province as a file, with checksum, ETag and byte ranges."""

import base64
import re
from collections.abc import Callable, Collection
from functools import partial
from typing import Any, BinaryIO

from flask import Flask, Response, g, request
from werkzeug.exceptions import PreconditionFailed
from werkzeug.wsgi import FileWrapper

from geo import budget
from geo.atlas import Query
from geo.basemap.ground import GroundSource
from geo.budget import JobSlots
from geo.ocop.parameters import FILE, SELECTION
from geo.settings import Settings
from geo.views import whole_province
from geo.views.export.bounded_file import too_large
from geo.views.export.download import write_export
from geo.views.export.file_cache import Coding, ExportCache, ExportFile, Write
from geo.views.formats import FORMATS, file_name, format_of
from geo.views.worklist import count_records
from geo.views.worklist_file import write_worklist
from geo.web.http import params
from geo.web.http.caching import add_cache_headers, is_not_modified, last_modified_of
from geo.web.http.headers import etag_of
from geo.web.http.urls import SiteUrls
from geo.web.site.gaps import gaps

_MB = 1_000_000
_AT_ONCE = 1 << 20
"""Bytes up to which a file is read into memory before it is sent, so that slow clients do not keep files open."""
_BLOCK = 1 << 16
_MANY = 5_000
"""Records from which on a download is made as a job of the machine."""
_ONE_RANGE = re.compile(r"bytes\s*=\s*(\d{0,99})\s*-\s*(\d{0,99})\s*", re.ASCII | re.IGNORECASE)
_INCOMPRESSIBLE = {
    "application/geopackage+sqlite3", "application/zip", "application/vnd.apache.parquet", "application/flatgeobuf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-qgis-project", "image/png",
    "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
"""Media types that are compressed already or are read by ranges, sent without Content-Encoding."""


class Downloads:
    """The views of downloads; whole layers and large selections are cached on disk."""

    def __init__(self, settings: Settings, atlas_keys: Callable[[], Collection[str]], slots: JobSlots) -> None:
        self._slots, self._grounds = slots, GroundSource(settings.basemap_dir)
        self._most_bytes, self._job_seconds = settings.download_mb * _MB, settings.job_seconds
        self._cache = ExportCache(
            settings.data_dir / "exports", settings.exports_mb * _MB, atlas_keys, largest=self._most_bytes
        )

    def register(self, app: Flask) -> None:
        """Add the route of layers."""
        app.add_url_rule("/export/<layer>.<path:extension>", "export", self.layer)

    def layer(self, layer: str, extension: str) -> Response:
        """A layer, or the part of it that the parameters select, as a file."""
        params.only(request.args, *FILE, *SELECTION)
        query = params.selection(layer, request.args)
        file_format, options = format_of(extension), params.file_options(request.args)
        atlas, lang = g.atlas, g.lang

        def write(out: BinaryIO) -> int:
            writer_options: dict[str, Any] = options
            return write_export(atlas, query, file_format.key, out, lang=lang, **writer_options)

        name = file_name(layer, file_format.key, version=atlas.version.number)
        depends = (query, file_format.key, sorted(options.items()), lang)
        large = atlas.count(query) > _MANY
        return self.send(write, name, file_format.media_type, *depends, keep=query == Query(layer), large=large)

    def register_worklist(self, app: Flask) -> None:
        """Add the route of the list of missing values."""
        app.add_url_rule("/worklist.csv", "worklist_csv", self.worklist)

    def worklist(self) -> Response:
        """The missing values that the parameters select, as CSV."""
        selection = gaps(request.args, g.atlas)
        atlas, lang, root = g.atlas, g.lang, SiteUrls().host()

        def write(out: BinaryIO) -> int:
            return write_worklist(atlas, selection, lang, root, out)

        name = f"worklist-v{atlas.version.number}.csv"
        large = count_records(atlas, selection) > _MANY
        return self.send(write, name, FORMATS["csv"].media_type, name, selection, lang, root, keep=False, large=large)

    def register_province(self, app: Flask) -> None:
        """Add the routes of the whole province."""
        for kind in whole_province.KINDS.values():
            rule = f"/export/{whole_province.NAME}.{kind.extension}"
            app.add_url_rule(rule, rule, partial(self.province, kind))

    def province(self, kind: whole_province.Kind) -> Response:
        """The whole province: a GeoPackage with styles, a QGIS project with its data, or a live project."""
        params.only(request.args, *(["crs"] if kind.has_data else []))
        crs = whole_province.system_for(kind, request.args.get("crs") or None)
        # A live project contains the root URL, which may come from the Host header: it is not cached for others.
        url = "" if kind.has_data else SiteUrls().host()
        ground = self._grounds()
        whole = whole_province.Whole(g.atlas, g.lang, crs, url, ground=ground)

        def write(out: BinaryIO) -> int:
            return kind.write(whole, out)

        name = f"{whole.stem}.{kind.extension}"
        depends = crs, g.lang, url, ground.name if ground else ""
        return self.send(write, name, kind.media_type, name, *depends, keep=kind.has_data, large=kind.has_data)

    def send(self, write: Write, name: str, media_type: str, *depends: object, keep: bool, large: bool) -> Response:
        """The response with the file `name` that `write` writes: 200, 206 for a range, 304, 412 or 416.

        `depends` is all that the file depends on beside the version; `keep` caches it on disk. The file is complete
        before the first byte is sent, so that an error gives an error status and never a truncated file. A `large` file
        is written as a job of the machine: Busy when others are being written. Others may read all their rows, and
        those that are kept have the time of a job. TooCostly for one of more than GEO_DOWNLOAD_MB as it is sent.
        """
        g.skip_compression = True
        version = g.atlas.version
        key = etag_of("export", version.number, version.digest, *depends)
        is_packed = media_type.partition(";")[0] in _INCOMPRESSIBLE
        coding: Coding = "" if is_packed else _coding()
        etag = _matching_etag(key, coding)
        if etag:
            return _with_cache_headers(Response(status=304), etag, is_packed=is_packed)
        export = self._cache.open(
            g.atlas.key,
            key,
            write,
            coding=coding,
            keep=keep,
            job=self._slots.job if large else partial(budget.extended, self._job_seconds if keep else 0),
        )
        if export.size > self._most_bytes:  # it is from a time of another limit
            export.file.close()
            raise too_large(self._most_bytes)
        try:
            # Another release of a library may write other bytes for the same key, so the ETag contains a digest.
            tag = f"{key}-{export.content_sha256[:16]}{f':{coding}' if coding else ''}"
            response = Response(status=304) if _is_not_modified(tag) else _response(export, media_type, tag)
        except BaseException:
            export.file.close()
            raise
        if not response.direct_passthrough:  # the body is in memory
            export.file.close()
        if response.status_code != 304:
            _describe(response, export, name)
        return _with_cache_headers(response, tag, is_packed=is_packed)


class _ExportBlocks(FileWrapper):
    """The blocks of a file, which is closed after the last one, also for a WSGI caller that never calls close()."""

    def __next__(self) -> bytes:
        try:
            return super().__next__()
        except StopIteration:
            self.close()
            raise


def _response(export: ExportFile, media_type: str, tag: str) -> Response:
    """200 with the whole file or 206 with the requested range; large bodies are read while they are sent.

    RequestedRangeNotSatisfiable (416) when the range begins behind the end. make_conditional of Werkzeug does ranges,
    as in its send_file, which takes the size from a path; but another process may delete the path of an open file.
    """
    response = Response(_ExportBlocks(export.file, _BLOCK), content_type=media_type, direct_passthrough=True)
    response.content_length = export.size
    range_header = _range(tag, export.size)
    environ = {"REQUEST_METHOD": "GET", **({"HTTP_RANGE": range_header} if range_header else {})}
    response.make_conditional(environ, accept_ranges=True, complete_length=export.size)
    del response.headers["Date"]  # the response cache would repeat it; the server sets it
    server_wrapper = request.environ.get("wsgi.file_wrapper")
    if request.method == "HEAD":
        response.direct_passthrough, response.response = False, []
    elif (response.content_length or 0) <= _AT_ONCE:
        response.direct_passthrough, response.response = False, list(response.iter_encoded())
    elif server_wrapper and response.status_code == 200:
        # The server's file wrapper always sends up to the end of the file, so it is not used for ranges.
        response.response = server_wrapper(export.file, _BLOCK)
    return response


def _range(tag: str, size: int) -> str:
    """The Range header for Werkzeug; empty when the whole file is sent.

    It corrects Werkzeug where RFC 9110 differs: Range is for GET only (14.2). If-Range takes strong ETags and the exact
    date of Last-Modified (13.1.5). A header that is not one valid byte range is ignored (14.2), not refused. The last N
    bytes of a shorter file are the whole file (14.1.2).
    """
    condition = request.headers.get("If-Range", "")
    if condition and condition != f'"{tag}"' and request.if_range.date != last_modified_of(g.atlas):
        return ""
    parts = _ONE_RANGE.fullmatch(request.headers.get("Range", "")) if request.method == "GET" else None
    if parts is None or not any(parts.groups()):
        return ""
    first, last = parts.groups()
    if first and last and int(first) > int(last):
        return ""
    return "bytes=0-" if not first and int(last) > size else f"bytes={first}-{last}"


def _coding() -> Coding:
    """The content coding of highest quality in Accept-Encoding; of equal ones br, whose files are smaller."""
    qualities = request.accept_encodings
    best: Coding = "gzip" if qualities["gzip"] > qualities["br"] else "br"
    return best if qualities[best] else ""


def _matching_etag(key: str, coding: Coding) -> str:
    """The ETag in If-None-Match of this file in an accepted coding; empty when there is none.

    It is compared by the key that it begins with, so that the file need not be written.
    """
    for tag in request.if_none_match.as_set(include_weak=True):
        rest, _, tag_coding = tag.partition(":")
        if tag_coding in {"", coding} and rest.partition("-")[0] == key:
            return str(tag)
    return ""


def _is_not_modified(tag: str) -> bool:
    """Whether the client's copy is valid, by If-None-Match or, without it, by If-Modified-Since.

    PreconditionFailed (412) when If-Match or If-Unmodified-Since does not hold. The order is that of RFC 9110, 13.2.2;
    Werkzeug evaluates Range before If-None-Match, refuses `If-Match: *` and ignores If-Unmodified-Since.
    """
    if_match, since = request.if_match, request.if_unmodified_since
    if not if_match.contains(tag) if if_match else since is not None and last_modified_of(g.atlas) > since:
        raise PreconditionFailed
    if_none_match = request.if_none_match
    return if_none_match.contains_weak(tag) if if_none_match else is_not_modified()


def _describe(response: Response, export: ExportFile, name: str) -> None:
    headers = response.headers
    headers["Accept-Ranges"] = "bytes"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    headers["X-Feature-Count"] = str(export.records)
    headers["X-File-SHA256"] = export.sha256
    # RFC 9530: the digest of the whole representation in its content coding.
    headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(export.content_sha256)).decode()}:"
    if export.coding:
        headers["Content-Encoding"] = export.coding


def _with_cache_headers(response: Response, tag: str, *, is_packed: bool) -> Response:
    if not is_packed:
        response.vary.add("Accept-Encoding")
    return add_cache_headers(response, tag, cors=True)
