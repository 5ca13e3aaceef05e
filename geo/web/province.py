"""The whole province as one download: every layer in one GeoPackage with its styles."""

from typing import BinaryIO

from flask import Flask, Response, g, request

from geo.errors import BadQuery
from geo.views.export import FORMATS, province
from geo.web import params
from geo.web.downloads import Downloads


def register(app: Flask, downloads: Downloads) -> None:
    """Answer the download of everything."""

    @app.get("/export/all.gpkg")
    def whole() -> Response:
        params.only(request.args, "crs")
        atlas, lang, systems = g.atlas, g.lang, FORMATS["gpkg"].crs
        crs = request.args.get("crs") or systems[0]
        if crs not in systems:
            known = ", ".join(systems)
            raise BadQuery(
                f"gpkg cannot be written in crs={crs!r}. Possible: {known}.",
                f"Không ghi được gpkg trong crs={crs!r}. Có thể chọn: {known}.",
            )

        def write(out: BinaryIO) -> int:
            return province.write_province(atlas, out, lang=lang, crs=crs)

        name = f"ocop-v{atlas.version.number}.gpkg"
        return downloads.send(write, name, province.MEDIA_TYPE, province.NAME, crs, lang, keep=True)
