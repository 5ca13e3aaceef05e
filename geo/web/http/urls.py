"""Addresses of the site, the language kept: the one place that builds them."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlencode

from flask import current_app, g, request
from werkzeug.sansio.utils import get_current_url, get_host

PUBLIC_URL = "PUBLIC_URL"
"""The configuration key of the address that people use, when a proxy stands in front."""


def _join(root: str, path: str, params: dict[str, str], lang: str) -> str:
    query = {name: value for name, value in params.items() if value != ""} if params else {}
    if lang != "vi" and "lang" not in query:
        query["lang"] = lang
    return f"{root}{path}{'?' + urlencode(query, safe='/,:') if query else ''}"


class Site(NamedTuple):
    """What whole addresses begin with, and the language that they carry on: of one request, good beyond it."""

    root: str
    lang: str

    def address(self, path: str, **query: str) -> str:
        """A whole address below the root."""
        return _join(self.root, path, query, self.lang)

    def link(self, rel: str, path: str, media_type: str = "application/json", **query: str) -> dict[str, str]:
        """A link with its absolute address."""
        return {"rel": rel, "type": media_type, "href": self.address(path, **query)}


def _host() -> str:
    public: str = current_app.config[PUBLIC_URL]
    return public or _host_url(request.scheme, request.host) + request.script_root


@lru_cache(maxsize=64)
def _host_url(scheme: str, host: str) -> str:
    return get_current_url(scheme, host).rstrip("/")


@lru_cache(maxsize=64)
def host_url_of(scheme: str, host_header: str) -> str:
    """Scheme and host that addresses begin with for a Host header; empty for one that names no host."""
    host = get_host(scheme, host_header)
    return _host_url(scheme, host) if host else ""


class SiteUrls:
    """The addresses that view-models carry, in the language of the request."""

    def page(self, path: str, **params: str) -> str:
        """The address of a page."""
        return _join(request.script_root, path, params, g.lang)

    def record(self, layer: str, record: str) -> str:
        """The page of a record."""
        return _join(request.script_root, f"/{layer}/{quote(record, safe='')}", {}, g.lang)

    def layer(self, layer: str, **params: str) -> str:
        """The page of a layer."""
        return _join(request.script_root, f"/{layer}", params, g.lang)

    def export(self, layer: str, extension: str, **params: str) -> str:
        """The download of a layer, or of what the parameters keep."""
        return _join(request.script_root, f"/export/{layer}.{extension}", params, g.lang)

    def host(self) -> str:
        """The scheme, host and root that absolute addresses begin with."""
        return _host()

    def site(self) -> Site:
        """What the links of this request begin with and carry on."""
        return Site(_host(), g.lang)

    def plain(self, path: str) -> str:
        """An address without a language: data and assets."""
        return f"{request.script_root}{path}"

    def here(self, **changes: str) -> str:
        """The address of this page with some parameters changed; an empty value takes one away."""
        return _join(request.script_root, request.path, self._params() | changes, g.lang)

    def without_slash(self) -> str:
        """This address without the slash at its end, on this host whatever the path holds."""
        query = request.query_string.decode("ascii", "replace")
        return f"{request.script_root}/{quote(request.path.strip('/'))}{'?' + query if query else ''}"

    def in_language(self, lang: str) -> str:
        """This page in another language, everything else kept."""
        return f"{request.script_root}{request.path}?{urlencode(self._params() | {'lang': lang}, safe='/,:')}"

    def absolute(self, path: str, **params: str) -> str:
        """The address of a page with its host, as people outside use it."""
        return self.site().address(path, **params)

    def in_public(self, path: str, lang: str) -> str:
        """The one address, with its host, that a page is known by in a language."""
        return f"{_host()}{quote(path)}{'' if lang == 'vi' else f'?lang={lang}'}"

    def canonical(self, lang: str) -> str:
        """The one address of this page in a language: filters, order and page number left out."""
        return self.in_public(request.path, lang)

    def _params(self) -> dict[str, str]:
        return {name: ",".join(values) for name, values in request.args.lists() if name != "lang"}
