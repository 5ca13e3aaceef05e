"""robots.txt and the sitemap for search engines, with every page in every language."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from flask import Flask, Response, g

from geo.atlas import Query
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import THEMATIC
from geo.schema import LANGS
from geo.web.http.caching import conditional_response
from geo.web.http.urls import SiteUrls

_PAGES = ("/", "/layers", "/quality", "/worklist", "/plan", "/about", "/connect")
_HOUR_S = 3_600
_RULES = """User-agent: *
Disallow: {root}/export/
Disallow: {root}/manage
Disallow: {root}/save-map
Disallow: {root}/map.json
Disallow: {root}/search.json

Sitemap: {sitemap}
"""


def register(app: Flask) -> None:
    """Add the routes of /robots.txt and /sitemap.xml."""

    @app.get("/robots.txt")
    def robots() -> Response:
        address = SiteUrls().in_public("/sitemap.xml", "vi")
        rules = _RULES.format(root=SiteUrls().plain(""), sitemap=address)
        return conditional_response(lambda: rules, mimetype="text/plain", max_age_s=_HOUR_S)

    @app.get("/sitemap.xml")
    def sitemap() -> Response:
        return conditional_response(_sitemap, mimetype="application/xml; charset=utf-8", max_age_s=_HOUR_S)


def _sitemap() -> str:
    places = "".join(f"<url><loc>{escape(address)}</loc></url>\n" for address in _addresses())
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'


def _addresses() -> Iterator[str]:
    urls = SiteUrls()
    paths = [*_PAGES, *(f"/{layer}" for layer in COLLECTIONS)]
    paths += [f"/{layer}/{record.id}" for layer in THEMATIC for record in g.atlas.find(Query(layer)).records]
    return (urls.in_public(path, lang) for path in paths for lang in LANGS)
