"""The whole province as one download: a GeoPackage with its styles, a QGIS project with its data, or a live one."""

from functools import partial
from typing import BinaryIO

from flask import Flask, Response, g, request

from geo.views.export import province
from geo.web import params
from geo.web.downloads import Downloads
from geo.web.urls import SiteUrls


def register(app: Flask, downloads: Downloads) -> None:
    """Answer the downloads of everything."""
    for kind in province.KINDS.values():
        rule = f"/export/{province.NAME}.{kind.extension}"
        app.add_url_rule(rule, rule, partial(_send, downloads, kind))


def _send(downloads: Downloads, kind: province.Kind) -> Response:
    params.only(request.args, *(["crs"] if kind.stored else []))
    crs = province.system_for(kind, request.args.get("crs") or None)
    # Only a live project depends on the address that it is asked at; nobody's choice of host is kept for others.
    url = "" if kind.stored else SiteUrls().host()
    whole = province.Whole(g.atlas, g.lang, crs, url)

    def write(out: BinaryIO) -> int:
        return kind.write(whole, out)

    name = f"{whole.stem}.{kind.extension}"
    return downloads.send(write, name, kind.media_type, name, crs, g.lang, url, keep=kind.stored)
