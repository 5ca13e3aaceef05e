"""Downloads: a layer or a selection as a file, with count, checksum, tag and date, whole or from where it broke off."""

import base64
from typing import Any, BinaryIO, cast

from flask import Flask, Response, g, request
from werkzeug.wsgi import FileWrapper

from geo.atlas import Query
from geo.settings import Settings
from geo.views.export import file_name, format_of, write_export
from geo.views.export.kept import Coding, ExportCache, Made, Write
from geo.web import params
from geo.web.answers import cached, changed_at, is_known, tag_of

_MB = 1_000_000
_AT_ONCE = 1 << 20
_PACKED = {
    "application/geopackage+sqlite3", "application/zip", "application/vnd.apache.parquet", "application/flatgeobuf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/x-qgis-project",
}  # fmt: skip
"""What is compressed already, or is read in pieces by ranges, and is sent as it is."""


class Downloads:
    """Sends exports; whole layers are kept on disk for the next who asks."""

    def __init__(self, settings: Settings) -> None:
        self._kept = ExportCache(settings.data_dir / "exports", settings.exports_mb * _MB)

    def register(self, app: Flask) -> None:
        """Answer /export."""
        app.add_url_rule("/export/<layer>.<path:extension>", "export", self.layer)

    def layer(self, layer: str, extension: str) -> Response:
        """A layer, or what the parameters keep of it, as a file."""
        params.only(request.args, *params.FILE, *params.SELECTION)
        query = params.selection(layer, request.args)
        chosen, options = format_of(extension), cast(Any, params.file_options(request.args))
        atlas, lang = g.atlas, g.lang

        def write(out: BinaryIO) -> int:
            return write_export(atlas, query, chosen.key, out, lang=lang, **options)

        name = file_name(layer, chosen.key, version=atlas.version.number)
        return self.send(write, name, chosen.media_type, keep=query == Query(layer))

    def send(self, write: Write, name: str, media_type: str, *, keep: bool) -> Response:
        """What `write` writes, as a file called `name`: 200, 206 for a range, 304 where it is known, or 416.

        Nothing is sent before the file is whole, so that a failure is an error and never half a file.
        """
        tag, coding = tag_of(media_type), _coding(media_type)
        if is_known(tag) and "Range" not in request.headers:
            return _vary(cached(Response(status=304), _tag(tag, coding), shared=True), media_type)
        made = self._kept.open(g.atlas.path.stem, tag, write, coding=coding, keep=keep)
        g.sent_as_it_is = True
        response = _response(made, media_type)
        _tell(response, made, name)
        _vary(cached(response, _tag(tag, coding), shared=True), media_type)
        response.last_modified = changed_at()
        try:
            response.make_conditional(request.environ, accept_ranges=True, complete_length=made.size)
        finally:
            if response.status_code not in {200, 206} or request.method == "HEAD":
                made.file.close()
        return response


class _UntilRead(FileWrapper):
    """A file in pieces that is closed with its last one, by servers that have no way of their own to send files."""

    def __next__(self) -> bytes:
        try:
            return super().__next__()
        except StopIteration:
            self.file.close()
            raise


def _response(made: Made, media_type: str) -> Response:
    if request.method == "HEAD":
        response = Response(content_type=media_type)
    elif made.size <= _AT_ONCE:
        with made.file as file:
            response = Response(file.read(), content_type=media_type)
    else:
        sending = request.environ.get("wsgi.file_wrapper", _UntilRead)
        response = Response(sending(made.file), content_type=media_type, direct_passthrough=True)
        response.call_on_close(made.file.close)
    response.content_length = made.size
    return response


def _tell(response: Response, made: Made, name: str) -> None:
    headers = response.headers
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    headers["X-Feature-Count"] = str(made.records)
    headers["X-File-SHA256"] = made.sha256
    # RFC 9530: of what is sent, as it is coded.
    headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(made.sent_sha256)).decode()}:"
    if made.coding:
        headers["Content-Encoding"] = made.coding


def _coding(media_type: str) -> Coding:
    """The best coding that the caller takes; none for what is compressed already."""
    if media_type.partition(";")[0] in _PACKED:
        return ""
    accepted = request.accept_encodings
    return "br" if accepted["br"] else "gzip" if accepted["gzip"] else ""


def _tag(tag: str, coding: Coding) -> str:
    return f"{tag}:{coding}" if coding else tag


def _vary(response: Response, media_type: str) -> Response:
    if media_type.partition(";")[0] not in _PACKED:
        response.vary.add("Accept-Encoding")
    return response
