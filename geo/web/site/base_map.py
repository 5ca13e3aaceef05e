"""The files of the base map; their addresses name the ground, so that browsers may keep them for a year."""

import gzip
from collections.abc import Callable

from flask import Flask, Response, request, send_file

from geo.basemap.ground import GroundSource
from geo.web.http import params
from geo.web.http.caching import YEAR_S
from geo.web.http.headers import etag_of


def register(app: Flask, grounds: GroundSource) -> None:
    """Add the routes of the base map."""

    def terrain_file(ground: str, band: int, part: str) -> Response:
        params.only(request.args)
        return _answer(lambda: grounds.at(ground).file(band, part), "application/json", is_gzip=True)

    def hillshade(ground: str, z: int, x: int, y: int) -> Response:
        params.only(request.args)
        return _answer(lambda: grounds.at(ground).shade(z, x, y), "image/png")

    def package(ground: str) -> Response:
        params.only(request.args)
        path = grounds.at(ground).package
        return send_file(
            path, mimetype="application/geopackage+sqlite3", download_name=f"{ground}.gpkg", conditional=True,
            etag=etag_of(request.path), max_age=YEAR_S,
        )  # fmt: skip

    app.add_url_rule("/base-map/<ground>/<int:band>/<part>.json", view_func=terrain_file)
    app.add_url_rule("/base-map/<ground>/hillshade/<int:z>/<int:x>/<int:y>.png", view_func=hillshade)
    app.add_url_rule("/base-map/<ground>/layers.gpkg", view_func=package, endpoint="base_map_package")


def _answer(read: Callable[[], bytes], mimetype: str, *, is_gzip: bool = False) -> Response:
    """The response with a file that never changes; one stored as gzip is sent as gzip where the client accepts it."""
    body = read()
    sends_gzip = is_gzip and bool(request.accept_encodings["gzip"])
    tag = etag_of(request.path, "gzip" if sends_gzip else "")
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = Response(gzip.decompress(body) if is_gzip and not sends_gzip else body, mimetype=mimetype)
        if sends_gzip:
            response.headers["Content-Encoding"] = "gzip"
    response.set_etag(tag)
    response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
    response.headers["Access-Control-Allow-Origin"] = "*"
    if is_gzip:
        response.vary.add("Accept-Encoding")
    return response
