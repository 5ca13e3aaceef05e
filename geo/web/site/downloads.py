"""Downloads: a layer or a selection as a file, with count, checksum, tag and date, whole or from where it broke off."""

import base64
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

from flask import Flask, Response, g, request
from werkzeug.exceptions import PreconditionFailed, RequestedRangeNotSatisfiable

from geo.atlas import Query
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
_BLOCK = 1 << 16
_THE_LAST_NONE = re.compile(r"bytes=\s*-0+\s*", re.ASCII | re.IGNORECASE)
"""The last 0 bytes: a range that no file has (RFC 9110, section 14.1.2), and none at all to the library."""
_PACKED = {
    "application/geopackage+sqlite3", "application/zip", "application/vnd.apache.parquet", "application/flatgeobuf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-qgis-project",
}  # fmt: skip
"""What is compressed already, or is read in pieces by ranges, and is sent as it is."""


class Downloads:
    """Sends exports; whole layers and large selections are kept on disk for the next who asks."""

    def __init__(self, settings: Settings) -> None:
        self._kept = ExportCache(settings.data_dir / "exports", settings.exports_mb * _MB)

    def register(self, app: Flask) -> None:
        """Answer /export."""
        app.add_url_rule("/export/<layer>.<path:extension>", "export", self.layer)

    def layer(self, layer: str, extension: str) -> Response:
        """A layer, or what the parameters keep of it, as a file."""
        params.only(request.args, *params.FILE, *params.SELECTION)
        query = params.selection(layer, request.args)
        chosen, options = format_of(extension), params.file_options(request.args)
        atlas, lang = g.atlas, g.lang

        def write(out: BinaryIO) -> int:
            given: dict[str, Any] = options
            return write_export(atlas, query, chosen.key, out, lang=lang, **given)

        name = file_name(layer, chosen.key, version=atlas.version.number)
        depends = (query, chosen.key, sorted(options.items()), lang)
        return self.send(write, name, chosen.media_type, *depends, keep=query == Query(layer))

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
        return self.send(write, name, kind.media_type, name, crs, g.lang, url, keep=kind.stored)

    def send(self, write: Write, name: str, media_type: str, *depends: object, keep: bool) -> Response:
        """What `write` writes, as a file called `name`: 200, 206 for a part, 304 where it is known, or 416.

        `depends` is all that the file depends on beside the version. Nothing is sent before the file is whole, so
        that a failure is an error and never half a file.
        """
        g.sent_as_it_is = True
        version = g.atlas.version
        key = etag_of("export", version.number, version.digest, *depends)
        packed = media_type.partition(";")[0] in _PACKED
        coding: Coding = "" if packed else _coding()
        held = _held(key, coding)
        if held:
            return _headed(Response(status=304), held, packed=packed)
        made = self._kept.open(g.atlas.path, key, write, coding=coding, keep=keep)
        try:
            # A library that is brought up to date may write other bytes: what a tag stands for is told by the digest.
            tag = f"{key}-{made.sent_sha256[:16]}{f':{coding}' if coding else ''}"
            response = (
                Response(status=304) if _is_unchanged(tag) else _response(made, media_type, _part(tag, made.size))
            )
        except BaseException:
            made.file.close()
            raise
        if not response.direct_passthrough:  # all that is sent was read
            made.file.close()
        if response.status_code != 304:
            _tell(response, made, name)
        return _headed(response, tag, packed=packed)


class _Stretch:
    """`size` bytes of a file in blocks from where it stands; closed with the last one, or by the server before."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = self._file.read(min(_BLOCK, self._left)) if self._left else b""
        if not block:
            self.close()
            raise StopIteration
        self._left -= len(block)
        return block

    def close(self) -> None:
        """Close the file."""
        self._left = 0
        self._file.close()


def _response(made: Made, media_type: str, part: tuple[int, int] | None) -> Response:
    """The file, or its bytes from the first number up to the second; large ones are read while they are sent."""
    first, end = part or (0, made.size)
    size = end - first
    made.file.seek(first)
    told = size if request.method != "HEAD" else 0
    large = told > _AT_ONCE
    body: Any = _sent(made.file, size, whole=part is None) if large else made.file.read(told)
    response = Response(body, 206 if part else 200, content_type=media_type, direct_passthrough=large)
    response.content_length = size
    if part:
        response.headers["Content-Range"] = f"bytes {first}-{end - 1}/{made.size}"
    return response


def _sent(file: BinaryIO, size: int, *, whole: bool) -> Any:
    """The server's own way to send a file where it has one; its end is the file's, so a part goes by ours."""
    own = request.environ.get("wsgi.file_wrapper")
    return own(file, _BLOCK) if own and whole else _Stretch(file, size)


def _part(tag: str, size: int) -> tuple[int, int] | None:
    """The bytes asked for, first and end; None for all. RequestedRangeNotSatisfiable when they lie behind the end.

    What is no single range of bytes is passed over, and so is a range of a file that the caller has in another form.
    """
    condition = request.headers.get("If-Range", "")
    if condition and condition != f'"{tag}"' and request.if_range.date != changed_at(g.atlas):
        return None
    if request.method == "GET" and _THE_LAST_NONE.fullmatch(request.headers.get("Range", "")):
        raise RequestedRangeNotSatisfiable(size)
    asked = request.range
    if request.method != "GET" or asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    first, end = asked.ranges[0]
    if first < 0:
        first = max(0, first + size)  # so many from the end
    if first >= size:
        raise RequestedRangeNotSatisfiable(size)
    return first, size if end is None else min(end, size)


def _coding() -> Coding:
    """The coding that the caller likes best; of two that it likes alike, the smaller one."""
    accepted = request.accept_encodings
    best: Coding = "gzip" if accepted["gzip"] > accepted["br"] else "br"
    return best if accepted[best] else ""


def _held(key: str, coding: Coding) -> str:
    """The tag by which the caller holds a form of the file that it takes; known by its key, with nothing written."""
    for tag in request.if_none_match.as_set(include_weak=True):
        rest, _, coded = tag.partition(":")
        if coded in {"", coding} and rest.partition("-")[0] == key:
            return str(tag)
    return ""


def _is_unchanged(tag: str) -> bool:
    """Whether the caller has it, by any tag (`*`) or, when it names none, by its date.

    PreconditionFailed when it wants the file only as it knows it, and that is another one.
    """
    wanted, since = request.if_match, request.if_unmodified_since
    if not wanted.contains(tag) if wanted else since is not None and changed_at(g.atlas) > since:
        raise PreconditionFailed
    held = request.if_none_match
    return held.contains_weak(tag) if held else is_not_modified()


def _tell(response: Response, made: Made, name: str) -> None:
    headers = response.headers
    headers["Accept-Ranges"] = "bytes"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    headers["X-Feature-Count"] = str(made.records)
    headers["X-File-SHA256"] = made.sha256
    # RFC 9530: of what is sent, as it is coded.
    headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(made.sent_sha256)).decode()}:"
    if made.coding:
        headers["Content-Encoding"] = made.coding


def _headed(response: Response, tag: str, *, packed: bool) -> Response:
    if not packed:
        response.vary.add("Accept-Encoding")
    return cached(response, tag, shared=True)
