"""Preview images of pages, drawn when they are first asked for and kept with the downloads of their version."""

from functools import partial

from flask import Flask, Response, g, request

from geo.views.export.file_cache import Write
from geo.views.previews.preview import SiteTexts, write_map_preview, write_record_preview
from geo.web.http import params
from geo.web.http.caching import YEAR_S
from geo.web.site.downloads import Downloads
from geo.web.words.site import word

PNG = "image/png"


def register(app: Flask, files: Downloads) -> None:
    """Add the routes of the images."""
    app.add_url_rule("/map.png", "map_preview", partial(map_preview, files))
    app.add_url_rule("/<layer>/<record>.png", "record_preview", partial(record_preview, files))


def map_preview(files: Downloads) -> Response:
    """The image of the whole map, for pages that are not about one record."""
    atlas, lang, site = g.atlas, g.lang, _site()
    return _send(files, lambda out: write_map_preview(atlas, lang, site, out), "map")


def record_preview(files: Downloads, layer: str, record: str) -> Response:
    """The image of a record."""
    params.layer_name(layer)
    atlas, lang, site = g.atlas, g.lang, _site()
    shown = atlas.get(layer, record)
    return _send(files, lambda out: write_record_preview(atlas, shown, lang, site, out), layer, shown.id)


def _site() -> SiteTexts:
    return SiteTexts(word("site.title", g.lang), word("site.about", g.lang))


def _send(files: Downloads, write: Write, *key: str) -> Response:
    """The image, cached for a year if its URL has the current version."""
    params.only(request.args, "v")
    response = files.send(write, "preview.png", PNG, "preview", *key, g.lang, keep=True, large=False)
    response.headers["Content-Disposition"] = "inline"
    if request.args.get("v") == str(g.atlas.version.number):
        response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
    return response
