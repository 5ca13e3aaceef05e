"""Downloads: a layer or a selection as a file, with count, checksum, ETag and date, whole or by ranges."""

import base64
import re
from collections.abc import Callable, Collection
from contextlib import nullcontext
from functools import partial
from typing import Any, BinaryIO

from flask import Flask, Response, g, request
from werkzeug.exceptions import PreconditionFailed
from werkzeug.wsgi import FileWrapper

from geo.atlas import Query
from geo.budget import JobSlots
from geo.ocop.parameters import FILE, SELECTION
from geo.settings import Settings
from geo.views import whole_province
from geo.views.export.download import write_export
from geo.views.export.file_cache import Coding, ExportCache, Made, Write
from geo.views.formats import file_name, format_of
from geo.web.http import params
from geo.web.http.caching import cached, changed_at, is_not_modified
from geo.web.http.headers import etag_of
from geo.web.http.urls import SiteUrls

_MB = 1_000_000
_AT_ONCE = 1 << 20
"""Bytes up to which a file is read before it is sent, so that none stays open for a slow caller."""
_BLOCK = 1 << 16
_MANY = 5_000
"""Records from which on a download is made as a job of the machine."""
_ONE_RANGE = re.compile(r"bytes\s*=\s*(\d{0,99})\s*-\s*(\d{0,99})\s*", re.ASCII | re.IGNORECASE)
_PACKED = {
    "application/geopackage+sqlite3", "application/zip", "application/vnd.apache.parquet", "application/flatgeobuf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-qgis-project",
}  # fmt: skip
"""Media types of files that are compressed already or are read by ranges: sent without Content-Encoding."""


class Downloads:
    """Sends exports; whole layers and large selections are kept on disk for the next who asks."""

    def __init__(self, settings: Settings, atlas_keys: Callable[[], Collection[str]], slots: JobSlots) -> None:
        self._slots = slots
        self._kept = ExportCache(settings.data_dir / "exports", settings.exports_mb * _MB, atlas_keys)

    def register(self, app: Flask) -> None:
        """Answer /export."""
        app.add_url_rule("/export/<layer>.<path:extension>", "export", self.layer)

    def layer(self, layer: str, extension: str) -> Response:
        """A layer, or what the parameters keep of it, as a file."""
        params.only(request.args, *FILE, *SELECTION)
        query = params.selection(layer, request.args)
        chosen, options = format_of(extension), params.file_options(request.args)
        atlas, lang = g.atlas, g.lang

        def write(out: BinaryIO) -> int:
            given: dict[str, Any] = options
            return write_export(atlas, query, chosen.key, out, lang=lang, **given)

        name = file_name(layer, chosen.key, version=atlas.version.number)
        depends = (query, chosen.key, sorted(options.items()), lang)
        large = atlas.count(query) > _MANY
        return self.send(write, name, chosen.media_type, *depends, keep=query == Query(layer), large=large)

    def register_province(self, app: Flask) -> None:
        """Answer the downloads of everything."""
        for kind in whole_province.KINDS.values():
            rule = f"/export/{whole_province.NAME}.{kind.extension}"
            app.add_url_rule(rule, rule, partial(self.province, kind))

    def province(self, kind: whole_province.Kind) -> Response:
        """The whole province: a GeoPackage with styles, a QGIS project with its data, or a live project."""
        params.only(request.args, *(["crs"] if kind.stored else []))
        crs = whole_province.system_for(kind, request.args.get("crs") or None)
        # Only a live project depends on the address that it is asked at; nobody's choice of host is kept for others.
        url = "" if kind.stored else SiteUrls().host()
        whole = whole_province.Whole(g.atlas, g.lang, crs, url)

        def write(out: BinaryIO) -> int:
            return kind.write(whole, out)

        name = f"{whole.stem}.{kind.extension}"
        return self.send(write, name, kind.media_type, name, crs, g.lang, url, keep=kind.stored, large=kind.stored)

    def send(self, write: Write, name: str, media_type: str, *depends: object, keep: bool, large: bool) -> Response:
        """What `write` writes, as a file called `name`: 200, 206 for a range, 304, 412 or 416.

        `depends` is all that the file depends on beside the version. Nothing is sent before the file is whole, so
        that a failure is an error and never half a file. A `large` one is made as a job of the machine: Busy when
        others are at work.
        """
        g.sent_as_it_is = True
        version = g.atlas.version
        key = etag_of("export", version.number, version.digest, *depends)
        packed = media_type.partition(";")[0] in _PACKED
        coding: Coding = "" if packed else _coding()
        held = _held(key, coding)
        if held:
            return _with_cache_headers(Response(status=304), held, packed=packed)
        export = self._kept.open(
            g.atlas.key, key, write, coding=coding, keep=keep, job=self._slots.job if large else nullcontext
        )
        try:
            # A new release of a library may write other bytes for the same key: the digest makes the ETag strong.
            tag = f"{key}-{export.sent_sha256[:16]}{f':{coding}' if coding else ''}"
            response = Response(status=304) if _is_not_modified(tag) else _response(export, media_type, tag)
        except BaseException:
            export.file.close()
            raise
        if not response.direct_passthrough:  # all that is sent has been read
            export.file.close()
        if response.status_code != 304:
            _describe(response, export, name)
        return _with_cache_headers(response, tag, packed=packed)


def _response(export: Made, media_type: str, tag: str) -> Response:
    """200 with the whole file or 206 with the range that the caller wants; large ones are read while they are sent.

    RequestedRangeNotSatisfiable (416) when the range begins behind the end. Ranges are Werkzeug's, by the method that
    its send_file calls; send_file itself knows the size of a path only, and a path may be removed by another process.
    """
    response = Response(FileWrapper(export.file, _BLOCK), content_type=media_type, direct_passthrough=True)
    response.content_length = export.size
    wanted = _range(tag, export.size)
    environ = {"REQUEST_METHOD": "GET", **({"HTTP_RANGE": wanted} if wanted else {})}
    response.make_conditional(environ, accept_ranges=True, complete_length=export.size)
    del response.headers["Date"]  # the response cache would repeat it; the server sets it
    server_wrapper = request.environ.get("wsgi.file_wrapper")
    if request.method == "HEAD":
        response.direct_passthrough, response.response = False, []
    elif (response.content_length or 0) <= _AT_ONCE:
        response.direct_passthrough, response.response = False, list(response.iter_encoded())
    elif server_wrapper and response.status_code == 200:
        # The server's own way to send a file ends where the file does, so that a range goes by Werkzeug's.
        response.response = server_wrapper(export.file, _BLOCK)
    return response


def _range(tag: str, size: int) -> str:
    """The Range header as Werkzeug is to read it; empty where the whole file is to be sent.

    What RFC 9110 says and Werkzeug does otherwise: Range is for GET only (14.2). If-Range takes strong ETags and the
    very date of Last-Modified (13.1.5). A header that is not one valid range of bytes is ignored (14.2), not refused.
    The last N bytes of a shorter file are all of it (14.1.2).
    """
    condition = request.headers.get("If-Range", "")
    if condition and condition != f'"{tag}"' and request.if_range.date != changed_at(g.atlas):
        return ""
    parts = _ONE_RANGE.fullmatch(request.headers.get("Range", "")) if request.method == "GET" else None
    if parts is None or not any(parts.groups()):
        return ""
    first, last = parts.groups()
    if first and last and int(first) > int(last):
        return ""
    return "bytes=0-" if not first and int(last) > size else f"bytes={first}-{last}"


def _coding() -> Coding:
    """The coding of highest quality in Accept-Encoding; of two alike, the one with the smaller file."""
    accepted = request.accept_encodings
    best: Coding = "gzip" if accepted["gzip"] > accepted["br"] else "br"
    return best if accepted[best] else ""


def _held(key: str, coding: Coding) -> str:
    """The ETag by which the caller holds the file in a coding that it accepts, by the key and with nothing written."""
    for tag in request.if_none_match.as_set(include_weak=True):
        rest, _, coded = tag.partition(":")
        if coded in {"", coding} and rest.partition("-")[0] == key:
            return str(tag)
    return ""


def _is_not_modified(tag: str) -> bool:
    """Whether the caller holds the file, by any ETag (`*`) or, when it sends none, by its date.

    PreconditionFailed (412) when If-Match or If-Unmodified-Since asks for another file. Werkzeug looks at Range before
    If-None-Match, refuses `If-Match: *` and reads no If-Unmodified-Since; RFC 9110, 13.2.2 has the order kept here.
    """
    if_match, since = request.if_match, request.if_unmodified_since
    if not if_match.contains(tag) if if_match else since is not None and changed_at(g.atlas) > since:
        raise PreconditionFailed
    if_none_match = request.if_none_match
    return if_none_match.contains_weak(tag) if if_none_match else is_not_modified()


def _describe(response: Response, export: Made, name: str) -> None:
    headers = response.headers
    headers["Accept-Ranges"] = "bytes"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    headers["X-Feature-Count"] = str(export.records)
    headers["X-File-SHA256"] = export.sha256
    # RFC 9530: the digest of the whole representation, as it is coded.
    headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(export.sent_sha256)).decode()}:"
    if export.coding:
        headers["Content-Encoding"] = export.coding


def _with_cache_headers(response: Response, tag: str, *, packed: bool) -> Response:
    if not packed:
        response.vary.add("Accept-Encoding")
    return cached(response, tag, shared=True)
