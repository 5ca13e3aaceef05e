"""Access to /manage: authentication by session or token, sign-in, sign-out; forms of other sites are refused (CSRF)."""

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
from geo.errors import BadSource, Forbidden, TooManyAttempts
from geo.settings import Settings
from geo.web.http import forms, params
from geo.web.manage.form_targets import add_form_target, see

COOKIE = "geo_manage"
"""The session's cookie where the service has no public https address; see `_cookie_name`."""
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
_FORM_FIELD = Markup('<input type="hidden" name="{}" value="{}">')
_SIGN_IN, _SIGN_OUT = "/manage/sign-in", "/manage/sign-out"

ACTS = {
    "manage_upload": "upload", "manage_answers": "decide", "manage_publish": "publish", "manage_delete": "delete",
    "manage_profile": "save_profile", "manage_forget": "delete_profile", "restore": "restore",
}  # fmt: skip
"""Endpoint -> name of the act in the log. A POST to another endpoint under /manage is logged by the endpoint's name."""

_SIGNING = {"sign_in", "sign_out"}
"""Endpoints that write their own log line."""


class Caller(NamedTuple):
    """The authenticated sender of a request and their permissions. All of them have every permission.

    `session` is None for a program that sends the token with each request.
    """

    session: Session | None
    may_manage: bool = True


class Access:
    """Checks the access to /manage in every request; serves sign-in and sign-out."""

    def __init__(self, settings: Settings) -> None:
        refuse_weak(settings.manage_token)
        self._settings, database = settings, PrivateDatabase(settings.access_path)
        self._cookie = _cookie_name(settings.public_url)
        self._sessions = Sessions(database, settings.manage_token, settings.session_hours)
        self._links, self._attempts = SignInLinks(database), Attempts(database)

    def register(self, app: Flask) -> None:
        """Check every request, log the acts, and serve sign-in and sign-out."""
        app.before_request(self._guard)
        app.after_request(_keep_private)
        app.context_processor(_form_fields)
        app.add_url_rule(_SIGN_IN, "sign_in", self._sign_in, methods=["GET", "POST"])
        add_form_target(app, _SIGN_OUT, "sign_out", self._sign_out, "/manage")

    def caller(self) -> Caller | None:
        """The authenticated sender of this request, None for the public. No other function decides this.

        TooManyAttempts for a token in the Authorization header while attempts from this address are delayed.
        """
        if session := self._session():
            return Caller(session)
        if not _is_manage(request.path) or request.path == _SIGN_IN:
            return None
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not credentials.strip() or not self._settings.manage_token:
            return None
        decoded = (
            credentials.strip().encode("latin-1", "replace").decode("utf-8", "replace")
        )  # WSGI decodes headers as Latin-1
        right = any(is_same(text, self._settings.manage_token) for text in (credentials.strip(), decoded))
        return Caller(None) if self._check("bearer", right=right) else None

    def _session(self) -> Session | None:
        """The session of the cookie. Where sessions cannot be read, only pages under /manage fail (BadSource)."""
        try:
            return self._sessions.get(request.cookies.get(self._cookie, ""))
        except BadSource:
            if _is_manage(request.path):
                raise
            return None

    def _guard(self) -> Response | None:
        """None when access is allowed, a redirect to the sign-in page for a GET of a page; otherwise Forbidden."""
        _begin_origin()
        g.caller, g.may_manage = None, False
        if request.path.startswith("/static/"):
            return None
        g.caller = self.caller()
        g.may_manage = g.caller is not None and g.caller.may_manage
        if not _is_manage(request.path):
            return None
        _begin_origin(g.caller)
        if request.method == "OPTIONS":
            return None  # Flask answers with the allowed methods only
        if request.method not in {"GET", "HEAD"}:
            self._refuse_foreign_form()
        if g.may_manage or request.path in {_SIGN_IN, _SIGN_OUT}:
            return None
        if request.method in {"GET", "HEAD"} and "." not in request.path.rpartition("/")[2]:
            return see(_SIGN_IN)
        raise Forbidden("Sign in at /manage/sign-in first.", "Hãy đăng nhập tại /manage/sign-in trước.")

    def _refuse_foreign_form(self) -> None:
        """Raise Forbidden for a form that a page of another site sends (cross-site request forgery).

        Without the headers Sec-Fetch-Site and Origin the form must hold the session's form token. Requests without a
        session need none: a page of another site cannot know the secret that signs in, or that a program sends.
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
        """Whether the headers say that the form comes from this site; None when both are missing."""
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site is not None:
            return site in {"same-origin", "none"}
        # Behind a proxy the Host header may differ from the public URL; both are this site.
        ours = {request.host, urlsplit(self._settings.public_url).netloc} - {""}
        return None if origin is None else origin.partition("://")[2] in ours

    def _check(self, way: str, *, right: bool) -> bool:
        """Return `right`. A wrong secret is logged and delays the next attempt; TooManyAttempts during a delay."""
        try:
            attempt = self._attempts.check(request.remote_addr or "-", right=right, by_link=way == "link")
        except TooManyAttempts as error:
            if error.first:  # later ones are counted in the next line, so that an attacker cannot fill the log
                write_act("sign_in", "delayed", way=way, wait_s=error.retry_after_s)
            raise
        if not right:
            write_act("sign_in", "failed", way=way, delayed_before=attempt.refused or None)
        return right

    def _sign_in(self) -> Response:
        """The sign-in page; a session for the right token (POST) or for an unused sign-in link (GET with `code`)."""
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
        return self._with_cookie(see("/manage"), session.id, self._settings.session_hours * 3_600)

    def _sign_out(self) -> Response:
        if g.caller is not None and g.caller.session is not None:
            self._sessions.end(g.caller.session)
            write_act("sign_out", "done")
        return self._with_cookie(see("/"), "", 0)

    def _with_cookie(self, response: Response, value: str, max_age_s: int) -> Response:
        public = urlsplit(self._settings.public_url)
        response.set_cookie(
            self._cookie, value, max_age=max_age_s, httponly=True, samesite="Strict",
            secure=request.is_secure or public.scheme == "https", path=public.path or request.script_root or "/",
        )  # fmt: skip
        return response


def _cookie_name(public_url: str) -> str:
    """The cookie's name, whose prefix makes browsers refuse it from plain http and from other hosts (RFC 6265bis)."""
    public = urlsplit(public_url)
    if public.scheme != "https":
        return COOKIE
    # __Host- demands the path /: below a path another site of the same host would be handed the cookie too.
    return f"__Secure-{COOKIE}" if public.path else f"__Host-{COOKIE}"


def _is_manage(path: str) -> bool:
    return path == "/manage" or path.startswith("/manage/")


def _begin_origin(caller: Caller | None = None) -> None:
    """Set the origin that log lines of this request, and of the jobs that it starts, carry."""
    tag = caller.session.tag if caller and caller.session else ""
    ORIGIN.set({"from": request.remote_addr or "-", "request": g.request_id, "session": tag})


def _keep_private(response: Response) -> Response:
    """Forbid caching and indexing of pages under /manage, and log each POST of an authenticated caller."""
    if not _is_manage(request.path):
        return response
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    # The public can change nothing, and must not be able to fill the log.
    if request.method == "POST" and g.get("caller") and request.endpoint and request.endpoint not in _SIGNING:
        outcome = "accepted" if response.status_code < 400 else "refused"
        form = request.__dict__.get("form", {})  # only if the view has parsed it
        write_act(
            ACTS.get(request.endpoint, request.endpoint), outcome, who=form.get("who", "")[:200],
            path=request.path, to=urlsplit(response.location or "").path, status=response.status_code,
        )  # fmt: skip
    return response


def _form_fields() -> dict[str, object]:
    """The hidden field with the session's form token, for templates."""
    session = g.caller.session if g.get("caller") else None
    return {"form_token": _FORM_FIELD.format(FORM_TOKEN, session.form_token) if session else ""}
