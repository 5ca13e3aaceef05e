"""The URLs of the site; all are built here, and keep the language of the request."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from flask import current_app, g, request
from werkzeug.sansio.utils import get_current_url, get_host

from geo.web.http.page_language import keeps_language
from geo.web.http.params import Values, join_values

PUBLIC_URL = "PUBLIC_URL"
"""Configuration key of the public root URL, which differs from the Host header behind a proxy."""


def _page_url(path: str, params: Mapping[str, Values]) -> str:
    """The URL of a page or file in the language of the request."""
    if keeps_language() and "lang" not in params:
        params = {**params, "lang": g.lang}
    return _join(request.script_root, path, params, g.lang)


def _join(root: str, path: str, params: Mapping[str, Values], lang: str) -> str:
    query = {name: value for name, value in params.items() if value} if params else {}
    if lang != "vi" and "lang" not in query:
        query["lang"] = lang
    return f"{root}{path}{'?' + _encode(query) if query else ''}"


def _encode(query: Mapping[str, Values]) -> str:
    """The parameters percent-encoded; slashes, colons and the commas between items are left readable."""
    return "&".join(f"{quote_plus(name)}={_quote(value)}" for name, value in query.items())


def _quote(value: Values) -> str:
    if isinstance(value, str):
        return quote_plus(value, safe="/,:")
    return ",".join(quote_plus(item, safe="/:") for item in value)


class Site(NamedTuple):
    """The root URL and the language of a request's links; usable outside the request."""

    root: str
    lang: str

    def address(self, path: str, **query: Values) -> str:
        """The absolute URL of a path."""
        return _join(self.root, path, query, self.lang)

    def link(self, rel: str, path: str, media_type: str = "application/json", **query: Values) -> dict[str, str]:
        """A link object with its absolute URL."""
        lang = query.get("lang", self.lang)
        return {"rel": rel, "type": media_type, "hreflang": str(lang), "href": self.address(path, **query)}


def _host() -> str:
    public: str = current_app.config[PUBLIC_URL]
    return public or _host_url(request.scheme, request.host) + request.script_root


@lru_cache(maxsize=64)
def _host_url(scheme: str, host: str) -> str:
    return get_current_url(scheme, host).rstrip("/")


@lru_cache(maxsize=64)
def host_url_of(scheme: str, host_header: str) -> str:
    """Scheme and host of absolute URLs for a Host header; empty for an invalid one."""
    host = get_host(scheme, host_header)
    return _host_url(scheme, host) if host else ""


class SiteUrls:
    """The URLs in view-models, in the language of the request."""

    def page(self, path: str, **params: Values) -> str:
        """The URL of a page."""
        return _page_url(path, params)

    def record(self, layer: str, record: str) -> str:
        """The URL of a record's page."""
        return _page_url(f"/{layer}/{quote(record, safe='')}", {})

    def layer(self, layer: str, **params: Values) -> str:
        """The URL of a layer's page."""
        return _page_url(f"/{layer}", params)

    def export(self, layer: str, extension: str, **params: Values) -> str:
        """The URL of the download of a layer, or of the part that the parameters select."""
        return _page_url(f"/export/{layer}.{extension}", params)

    def host(self) -> str:
        """The root URL: scheme, host and mount path of absolute URLs."""
        return _host()

    def site(self) -> Site:
        """The root URL and the language of this request."""
        return Site(_host(), g.lang)

    def plain(self, path: str) -> str:
        """A URL without a language, for data and assets."""
        return f"{request.script_root}{path}"

    def here(self, **changes: str) -> str:
        """The URL of this page with some parameters changed; an empty value removes one."""
        return _page_url(request.path, self._params() | changes)

    def with_single_slashes(self) -> str:
        """The URL of this request without empty path segments and final slash, as a path on this host."""
        query = request.query_string.decode("ascii", "replace")
        path = "/".join(filter(None, request.path.split("/")))
        return f"{request.script_root}/{quote(path)}{'?' + query if query else ''}"

    def in_language(self, lang: str) -> str:
        """The URL of this page in another language, with its other parameters."""
        return f"{request.script_root}{request.path}?{_encode(self._params() | {'lang': lang})}"

    def absolute(self, path: str, **params: Values) -> str:
        """The absolute URL of a page."""
        return self.site().address(path, **params)

    def in_public(self, path: str, lang: str) -> str:
        """The absolute canonical URL of a path in a language."""
        return f"{_host()}{quote(path)}{'' if lang == 'vi' else f'?lang={lang}'}"

    def canonical(self, lang: str) -> str:
        """The canonical URL of this page in a language: without filters, order and page number."""
        return self.in_public(request.path, lang)

    def own(self) -> str:
        """The canonical URL of this page as it was asked for: without a language where that is the browser's."""
        return self.in_public(request.path, "vi" if g.get("is_in_browser_language") else g.lang)

    def preview(self, layer: str = "", record: str = "") -> str:
        """The absolute URL of the preview image of a record, or of the map."""
        path = f"/{layer}/{quote(record, safe='')}.png" if record else "/map.png"
        return self.absolute(path, v=str(g.atlas.version.number))

    def _params(self) -> dict[str, Values]:
        return {name: value for name, value in join_values(request.args).items() if name != "lang"}
