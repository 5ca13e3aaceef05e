"""The whole province as one download: every layer in one GeoPackage with its styles."""

from typing import BinaryIO

from flask import Flask, Response, g, request

from geo.views.export import FORMATS, province, system_of
from geo.web import params
from geo.web.downloads import Downloads


def register(app: Flask, downloads: Downloads) -> None:
    """Answer the download of everything."""

    @app.get("/export/all.gpkg")
    def whole() -> Response:
        params.only(request.args, "crs")
        atlas, lang, kind = g.atlas, g.lang, FORMATS["gpkg"]
        crs = system_of(kind, request.args.get("crs") or None)

        def write(out: BinaryIO) -> int:
            return province.write_province(atlas, out, lang=lang, crs=crs)

        name = f"ocop-v{atlas.version.number}.gpkg"
        return downloads.send(write, name, kind.media_type, province.NAME, crs, lang, keep=True)
