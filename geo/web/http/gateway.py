"""The first WSGI middleware of every request: the path of the public address, forwarded headers, names of hosts.

Behind a reverse proxy the application sees the proxy's address, its scheme and perhaps its Host header. What a proxy
says of its caller counts only when its own address is in GEO_PROXIES: anybody else could have written these headers.
"""

import ipaddress
import logging
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from geo.errors import BadSource
from geo.ocop.collections import COLLECTIONS
from geo.settings import Settings

FOREIGN_HOST = "geo.foreign_host"
"""Key of the WSGI environment that is there when the Host header holds a name that is not served."""
HIDDEN_TLS = "geo.hidden_tls"
"""Key of the WSGI environment that is there when a proxy speaks https to callers whose links begin with http."""
TOO_MANY_TRANSFERS = "geo.too_many_transfers"
"""Key of the WSGI environment that is there when the server has no place for the request's body or its response."""

_PUBLIC_TO_ALL = {"/healthz"}
"""Paths that are answered under every name: whoever watches the service may know no name of it."""

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
log = logging.getLogger("geo.web")


class Gateway:
    """The application behind its public address. Safe for several threads.

    Requests for a foreign host, and those that there is no place for, go past the cached and fast answers to the
    application itself, which refuses them.
    """

    def __init__(self, app: Flask, settings: Settings, refusing: WSGIApplication) -> None:
        self._inner, self._refusing = app.wsgi_app, refusing
        self._forwarded = ProxyFix(self._mount, x_for=0, x_proto=1, x_host=1)
        self._root = urlsplit(settings.public_url).path
        self._public_url = settings.public_url
        self._hosts = served_hosts(settings)
        self._proxies = tuple(ipaddress.ip_network(one) for one in settings.proxies)
        self._has_warned = False
        _refuse_clash(app, self._root)
        app.wsgi_app = self  # type: ignore[method-assign]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request at the address that its caller used."""
        if self._proxies and _is_in(environ.get("REMOTE_ADDR", ""), self._proxies):
            environ["REMOTE_ADDR"] = self._caller(environ)
            _drop_unreadable(environ)
            return self._forwarded(environ, start_response)
        return self._mount(environ, start_response)

    def _caller(self, environ: WSGIEnvironment) -> str:
        """The last address of X-Forwarded-For that is no proxy of ours: the caller may have made up those before it."""
        address: str = environ["REMOTE_ADDR"]
        for one in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            if not _is_address(one.strip()):
                break
            address = one.strip()
            if not _is_in(address, self._proxies):
                break
        return address

    def _mount(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Take the path of the public address off the request's path, where the proxy left it there."""
        if self._root:
            path = environ["PATH_INFO"]
            environ["SCRIPT_NAME"] = self._root
            if path == self._root or path.startswith(f"{self._root}/"):
                environ["PATH_INFO"] = path[len(self._root) :] or "/"
        elif not self._public_url and environ.get("HTTP_X_FORWARDED_PROTO") == "https":
            self._note_hidden_tls(environ)
        if self._hosts and not self._is_served(environ):
            environ[FOREIGN_HOST] = True
        if FOREIGN_HOST in environ or TOO_MANY_TRANSFERS in environ:
            return self._refusing(environ, start_response)
        return self._inner(environ, start_response)

    def _is_served(self, environ: WSGIEnvironment) -> bool:
        return environ["PATH_INFO"] in _PUBLIC_TO_ALL or _is_named(environ.get("HTTP_HOST", ""), self._hosts)

    def _note_hidden_tls(self, environ: WSGIEnvironment) -> None:
        """Note a request that came over https while links begin with http; the first one is logged."""
        if environ["wsgi.url_scheme"] == "https":
            return
        environ[HIDDEN_TLS] = True
        if not self._has_warned:
            self._has_warned = True
            log.warning(
                "X-Forwarded-Proto: https from %s, but links begin with http://. Set GEO_PUBLIC_URL to the address that"
                " people use, or GEO_PROXIES to the address of the proxy.",
                environ.get("REMOTE_ADDR", ""),
            )


def served_hosts(settings: Settings) -> tuple[str, ...]:
    """The names of GEO_HOSTS and the one of the public address; empty when every name is answered."""
    if not settings.hosts:
        return ()
    public = urlsplit(settings.public_url).hostname
    return (*settings.hosts, *([public] if public else []))


def _refuse_clash(app: Flask, root: str) -> None:
    """Raise BadSource for a public path that begins like an address of the service, which could not be told apart."""
    first = root.split("/")[1] if root else ""
    own = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()} | set(COLLECTIONS)
    if first and first in own:
        raise BadSource(
            f"GEO_PUBLIC_URL: the path {root} begins like /{first} of the service. Choose another first part.",
            f"GEO_PUBLIC_URL: đường dẫn {root} trùng với /{first} của dịch vụ. Hãy chọn phần đầu khác.",
        )


def _drop_unreadable(environ: WSGIEnvironment) -> None:
    """Leave out an X-Forwarded-Proto whose last value is no scheme of the web."""
    name = "HTTP_X_FORWARDED_PROTO"
    if environ.get(name, "").rpartition(",")[2].strip() not in {"http", "https"}:
        environ.pop(name, None)


@lru_cache(maxsize=256)
def _is_named(host: str, hosts: tuple[str, ...]) -> bool:
    name = host.lower()
    bare = name[1:].partition("]")[0] if name.startswith("[") else ""
    return bare in hosts if bare else host_is_trusted(name, hosts)


@lru_cache(maxsize=1_024)
def _is_in(address: str, networks: tuple[_Network, ...]) -> bool:
    """Whether an address lies in one of the networks; an IPv4 address in IPv6 form counts as IPv4."""
    if not _is_address(address):
        return False
    parsed = ipaddress.ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None)
    return any((mapped or parsed) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
