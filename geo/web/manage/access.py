"""Signing in to /manage over HTTP: who sends a request, what they may do, and that a form is one of ours."""

from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Flask, Response, g, render_template, request
from markupsafe import Markup

from geo.access.access_token import is_same, refuse_weak
from geo.access.attempts import Attempts, network_of
from geo.access.private_database import PrivateDatabase
from geo.access.sessions import Session, Sessions
from geo.access.sign_in_links import SignInLinks
from geo.acts import ORIGIN, write_act
from geo.errors import Forbidden, TooManyAttempts
from geo.settings import Settings
from geo.web.http import forms, params
from geo.web.http.urls import SiteUrls

COOKIE = "geo_manage"
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
_FORM_FIELD = Markup('<input type="hidden" name="{}" value="{}">')
_SIGN_IN, _SIGN_OUT = "/manage/sign-in", "/manage/sign-out"

ACTS = {
    "manage_upload": "upload", "manage_answers": "decide", "manage_publish": "publish", "manage_delete": "delete",
    "manage_profile": "save_profile", "manage_forget": "delete_profile", "restore": "restore",
}  # fmt: skip
"""Endpoint -> the act that the log names. A POST of another endpoint under /manage is logged under its own name."""

_SIGNING = {"sign_in", "sign_out"}
"""Endpoints that log what they did themselves."""


class Caller(NamedTuple):
    """Who sends a request, and what they may do. Everybody who signs in may manage everything.

    `session` is None for a program that sends the token with each request.
    """

    session: Session | None
    may_manage: bool = True


class Access:
    """The guard of /manage, and its sign-in."""

    def __init__(self, settings: Settings) -> None:
        refuse_weak(settings.manage_token)
        self._settings, database = settings, PrivateDatabase(settings.access_path)
        self._sessions = Sessions(database, settings.manage_token, settings.session_hours)
        self._links, self._attempts = SignInLinks(database), Attempts(database)

    def register(self, app: Flask) -> None:
        """Guard /manage, log what is done there, and answer its sign-in."""
        app.before_request(self._guard)
        app.after_request(_keep_private)
        app.context_processor(_form_fields)
        app.add_url_rule(_SIGN_IN, "sign_in", self._sign_in, methods=["GET", "POST"])
        app.add_url_rule(_SIGN_OUT, "sign_out", self._sign_out, methods=["POST"])

    def caller(self) -> Caller | None:
        """Who sends this request: the only place that decides it. None for the public.

        TooManyAttempts for a program that sends a wrong token, and must wait.
        """
        if session := self._sessions.get(request.cookies.get(COOKIE, "")):
            return Caller(session)
        if not _is_manage(request.path) or request.path == _SIGN_IN:
            return None
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given.strip() or not self._settings.manage_token:
            return None
        sent = given.strip().encode("latin-1", "replace").decode("utf-8", "replace")  # as programs write a header
        right = any(is_same(text, self._settings.manage_token) for text in (given.strip(), sent))
        return Caller(None) if self._check("bearer", right=right) else None

    def _guard(self) -> Response | None:
        """Nothing for who may manage, the way to the sign-in for who may not yet; Forbidden for the rest."""
        _begin_origin()
        g.caller, g.may_manage = None, False
        if request.path.startswith(("/static/", "/vendor/")):
            return None
        g.caller = self.caller()
        g.may_manage = g.caller is not None and g.caller.may_manage
        if not _is_manage(request.path):
            return None
        _begin_origin(g.caller)
        if request.method == "OPTIONS":
            return None  # says which methods an address has, and no more
        if request.method not in {"GET", "HEAD"}:
            self._refuse_foreign_form()
        if g.may_manage or request.path in {_SIGN_IN, _SIGN_OUT}:
            return None
        if request.method in {"GET", "HEAD"} and "." not in request.path.rpartition("/")[2]:
            return _see(_SIGN_IN)
        raise Forbidden("Sign in at /manage/sign-in first.", "Hãy đăng nhập tại /manage/sign-in trước.")

    def _refuse_foreign_form(self) -> None:
        """Raise Forbidden for a form that a page of another site sends in the name of whoever looks at it.

        A browser says where a form comes from (Sec-Fetch-Site, Origin). Without either header the form must hold the
        token of the session. The sign-in, which holds the secret itself, and programs need none.
        """
        session = g.caller.session if g.caller else None
        is_ours = self._comes_from_us()
        if is_ours is None and session is not None:
            is_ours = is_same(forms.text(request.form, FORM_TOKEN), session.form_token)
        if is_ours is False:
            raise Forbidden(
                "Forms sent from other sites are refused. Open the page again and send its form.",
                "Không nhận biểu mẫu gửi từ trang khác. Hãy mở lại trang rồi gửi biểu mẫu trên đó.",
            )

    def _comes_from_us(self) -> bool | None:
        """Whether the browser says that the form comes from this site; None when it says nothing."""
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site is not None:
            return site in {"same-origin", "none"}
        # A proxy may ask under a name of its own: the address that people use is this site too.
        ours = {request.host, urlsplit(self._settings.public_url).netloc} - {""}
        return None if origin is None else origin.partition("://")[2] in ours

    def _check(self, way: str, *, right: bool) -> bool:
        """Whether a secret that is offered opens; a wrong one is logged, and delays the next attempt."""
        try:
            attempt = self._attempts.check(request.remote_addr or "-", right=right, by_link=way == "link")
        except TooManyAttempts as error:
            if error.first:  # the others are counted in the next line: nobody fills the log with them
                write_act("sign_in", "delayed", way=way, wait_s=error.retry_after_s)
            raise
        if not right:
            write_act("sign_in", "failed", way=way, delayed_before=attempt.refused or None)
        return right

    def _sign_in(self) -> Response:
        """The form for the token, its answer, and the answer to a sign-in link."""
        token, failed = self._settings.manage_token, ""
        if request.method == "POST" and token:
            if self._check("token", right=is_same(forms.text(request.form, "token"), token)):
                return self._begin_session(by_link=False)
            failed = "token"
        elif request.method == "GET" and "code" in request.args:
            params.only(request.args, "code")
            code = request.args["code"]
            if self._check("link", right=self._links.can_use(code)) and self._links.use(code):
                return self._begin_session(by_link=True)
            failed = "link"
        body = render_template("manage/sign_in.html", failed=failed, needed=bool(token), active="manage")
        return Response(body, mimetype="text/html", status=403 if failed else 200)

    def _begin_session(self, *, by_link: bool) -> Response:
        if g.caller is not None and g.caller.session is not None:
            self._sessions.end(g.caller.session)
        session = self._sessions.begin(network_of(request.remote_addr or "-"), by_link=by_link)
        _begin_origin(Caller(session))
        write_act("sign_in", "done", way="link" if by_link else "token")
        return self._with_cookie(_see("/manage"), session.id, self._settings.session_hours * 3_600)

    def _sign_out(self) -> Response:
        if g.caller is not None and g.caller.session is not None:
            self._sessions.end(g.caller.session)
            write_act("sign_out", "done")
        return self._with_cookie(_see("/"), "", 0)

    def _with_cookie(self, response: Response, value: str, max_age_s: int) -> Response:
        public = urlsplit(self._settings.public_url)
        response.set_cookie(
            COOKIE, value, max_age=max_age_s, httponly=True, samesite="Strict",
            secure=request.is_secure or public.scheme == "https", path=public.path or request.script_root or "/",
        )  # fmt: skip
        return response


def _is_manage(path: str) -> bool:
    return path == "/manage" or path.startswith("/manage/")


def _begin_origin(caller: Caller | None = None) -> None:
    """Say whose acts the log lines of this request, and of the jobs that it starts, are."""
    tag = caller.session.tag if caller and caller.session else ""
    ORIGIN.set({"from": request.remote_addr or "-", "request": g.request_id, "session": tag})


def _keep_private(response: Response) -> Response:
    """Keep the pages of /manage out of caches and search engines, and log what a POST did."""
    if not _is_manage(request.path):
        return response
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    # Who has not signed in acts on nothing, and must not fill the log.
    if request.method == "POST" and g.get("caller") and request.endpoint and request.endpoint not in _SIGNING:
        outcome = "accepted" if response.status_code < 400 else "refused"
        form = request.__dict__.get("form", {})  # a body that was refused unread stays unread
        write_act(
            ACTS.get(request.endpoint, request.endpoint), outcome, who=form.get("who", "")[:200],
            path=request.path, to=urlsplit(response.location or "").path, status=response.status_code,
        )  # fmt: skip
    return response


def _form_fields() -> dict[str, object]:
    """The hidden field that every form of /manage holds, for templates."""
    session = g.caller.session if g.get("caller") else None
    return {"form_token": _FORM_FIELD.format(FORM_TOKEN, session.form_token) if session else ""}


def _see(path: str) -> Response:
    return Response("", 303, {"Location": SiteUrls().page(path)})
