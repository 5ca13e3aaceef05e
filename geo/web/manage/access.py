"""Access to /manage: from this machine, or with the operator's token; forms of other sites are refused (CSRF)."""

import hashlib
import hmac
import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, Response, g, render_template, request

from geo.errors import Forbidden
from geo.settings import Settings
from geo.web.http import forms
from geo.web.http.urls import SiteUrls

COOKIE = "geo_manage"
_DAY_S = 86_400
_LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host")


def register(app: Flask, settings: Settings) -> None:
    """Check the access to /manage in every request, and serve sign-in and sign-out."""

    @app.before_request
    def guard() -> Response | None:
        g.may_manage = may_manage(settings)
        return _check_access(settings) if _is_manage(request.path) else None

    @app.after_request
    def private(response: Response) -> Response:
        if _is_manage(request.path):
            response.headers["Cache-Control"] = "no-store"
            response.headers["X-Robots-Tag"] = "noindex"
        return response

    app.add_url_rule("/manage/sign-in", "sign_in", lambda: _sign_in(settings), methods=["GET", "POST"])
    app.add_url_rule(
        "/manage/sign-out", "sign_out", lambda: _set_cookie(_see_other("/"), settings, ""), methods=["POST"]
    )


def _check_access(settings: Settings) -> Response | None:
    """None when access is allowed, a redirect to the sign-in page for a GET of a page; otherwise Forbidden."""
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        _refuse_other_sites(settings)
    if g.may_manage or request.path == "/manage/sign-in":
        return None
    if not settings.manage_token:
        raise Forbidden(
            "The management pages open only on the server itself. For other machines, set GEO_MANAGE_TOKEN.",
            "Trang quản lý chỉ mở được trên chính máy chủ. Muốn dùng từ máy khác, hãy đặt GEO_MANAGE_TOKEN.",
        )
    if request.method == "GET" and "." not in request.path.rpartition("/")[2]:
        return _see_other("/manage/sign-in")
    raise Forbidden("Sign in with the access token first.", "Hãy đăng nhập bằng mã truy cập trước.")


def _sign_in(settings: Settings) -> Response:
    failed = False
    if request.method == "POST" and settings.manage_token:
        if _equal(forms.text(request.form, "token"), settings.manage_token):
            return _set_cookie(_see_other("/manage"), settings, _proof(settings))
        failed = True
    body = render_template("manage/sign_in.html", failed=failed, needed=bool(settings.manage_token), active="manage")
    return Response(body, mimetype="text/html", status=403 if failed else 200)


def may_manage(settings: Settings) -> bool:
    """Whether this request may manage.

    Without a token: from a loopback address, with a loopback name as Host (which excludes DNS rebinding), and not
    forwarded by a proxy, behind which every client has a loopback address.
    """
    if settings.manage_token:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        # WSGI decodes headers as Latin-1; clients send UTF-8.
        utf8_token = token.strip().encode("latin-1", "replace").decode("utf-8", "replace")
        if scheme.lower() == "bearer" and any(
            _equal(one, settings.manage_token) for one in (token.strip(), utf8_token)
        ):
            return True
        return _equal(request.cookies.get(COOKIE, ""), _proof(settings))
    if settings.public_url or any(name in request.headers for name in _FORWARDED):
        return False
    return _is_loopback(request.remote_addr or "") and _host_name(request.host) in _LOCAL_NAMES


def _is_manage(path: str) -> bool:
    return path == "/manage" or path.startswith("/manage/")


@lru_cache(maxsize=256)
def _host_name(host: str) -> str:
    """The host name in a Host header, without port and brackets."""
    return urlsplit(f"//{host}").hostname or ""


@lru_cache(maxsize=256)
def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        return False


def _refuse_other_sites(settings: Settings) -> None:
    """Raise Forbidden for a form that a page of another site sends (cross-site request forgery)."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        good = site in {"same-origin", "none"}
    else:
        # Behind a proxy the Host header may differ from the public URL; both are this site.
        ours = {request.host, urlsplit(settings.public_url).netloc} - {""}
        good = origin is None or origin.partition("://")[2] in ours
    if not good:
        raise Forbidden("Forms sent from other sites are refused.", "Không nhận biểu mẫu gửi từ trang khác.")


def _proof(settings: Settings) -> str:
    return hmac.new(settings.manage_token.encode(), b"manage", hashlib.sha256).hexdigest()


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _see_other(path: str) -> Response:
    return Response("", 303, {"Location": SiteUrls().page(path)})


def _set_cookie(response: Response, settings: Settings, value: str) -> Response:
    secure = request.is_secure or settings.public_url.startswith("https://")
    response.set_cookie(
        COOKIE, value, max_age=_DAY_S if value else 0, httponly=True, samesite="Strict", secure=secure,
        path=request.script_root or "/",
    )  # fmt: skip
    return response
