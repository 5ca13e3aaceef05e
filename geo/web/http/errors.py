"""Error responses: one table from exception class to HTTP status; RFC 9457 JSON for programs, HTML for browsers."""

import logging
from difflib import get_close_matches
from typing import NamedTuple

from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotAcceptable, RequestedRangeNotSatisfiable
from werkzeug.http import HTTP_STATUS_CODES

from geo.errors import (
    BadQuery,
    BadSource,
    Busy,
    Conflict,
    DiskFull,
    Forbidden,
    GeoError,
    NotFound,
    TooCostly,
    TooLarge,
    TooManyAttempts,
    Unprepared,
    disk_full,
)
from geo.ocop.collections import COLLECTIONS
from geo.schema import Label
from geo.web.http.headers import CORS_PATHS, allows_cors
from geo.web.http.negotiate import choose

PROBLEM = "application/problem+json"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Allow, Content-Language, Content-Range, Retry-After, X-Request-ID",
}
"""Headers of a failure that scripts of other sites may read."""
_FORMS = {"html": "text/html", "json": "application/json"}
log = logging.getLogger("geo.web")

STATUS: dict[type[GeoError], int] = {
    NotFound: 404,
    BadQuery: 400,
    Forbidden: 403,
    Conflict: 409,
    TooManyAttempts: 429,
    TooLarge: 413,
    TooCostly: 422,
    DiskFull: 507,
    Unprepared: 503,
    Busy: 503,
    BadSource: 503,
    GeoError: 500,
}

_WITHOUT_TRACE = {kind.__name__ for kind in (TooLarge, TooCostly, Busy, Unprepared, DiskFull)}

_HTTP: dict[int, Label] = {
    400: Label("Yêu cầu không hợp lệ.", "The request is not valid."),
    404: Label("Không có trang này.", "This page does not exist."),
    405: Label(
        "Địa chỉ này không hỗ trợ phương thức HTTP này; tiêu đề Allow nêu các phương thức được hỗ trợ.",
        "This address does not support this HTTP method; the Allow header lists those that it supports.",
    ),
    406: Label(
        "Tài nguyên này không có định dạng nào mà tiêu đề Accept chấp nhận. Hãy dùng tham số f.",
        "This resource is not available in a format that the Accept header allows. Use the parameter f.",
    ),
    412: Label(
        "Tệp đã thay đổi so với bản bạn đang tải. Hãy tải lại từ đầu.",
        "The file has changed since your download began. Download it again from the start.",
    ),
    413: Label(
        "Nội dung gửi lên quá lớn: chỉ trang nhập dữ liệu nhận tệp lớn.",
        "The body of the request is too large: only the import page takes large files.",
    ),
    414: Label(
        "Địa chỉ quá dài (tối đa 8 000 ký tự). Hãy gửi bộ lọc dài bằng POST tới /collections/<lớp>/search.",
        "The address is too long (at most 8,000 characters). Send long filters by POST to /collections/<layer>/search.",
    ),
    415: Label(
        "Nội dung phải là application/json (đối tượng chứa các tham số) hoặc application/x-www-form-urlencoded.",
        "The body must be application/json (an object of the parameters) or application/x-www-form-urlencoded.",
    ),
    416: Label("Tệp không có khoảng byte này.", "The file has no such range of bytes."),
    500: Label(
        "Máy chủ gặp lỗi và đã ghi lại. Hãy thử lại; nếu vẫn lỗi, hãy báo mã yêu cầu dưới đây cho quản trị viên.",
        "The server failed and logged the error. Try again; if it fails again, report the request ID below.",
    ),
}


class Failure(NamedTuple):
    """An error response: HTTP status, `code` for programs, `text` for people."""

    status: int
    code: str
    text: Label


ATLAS_SOURCE, PREPARE = "geo.atlas_source", "geo.prepare"
"""Keys in the extensions of the application: the source of atlases, and the function that has a version (None: the
current one) prepared."""


def failure_of(error: Exception) -> Failure:
    """The failure for an exception; an unexpected one is a 500 without details, a full disk DiskFull whoever met it."""
    error = disk_full(error) or error
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            return Failure(status, kind.__name__, Label(error.vi, error.en))
    if isinstance(error, HTTPException):
        status = error.code or 500
        words = _HTTP.get(status, _HTTP[400 if status < 500 else 500])
        return Failure(status, (error.name or "Error").replace(" ", ""), words)
    return Failure(500, "InternalError", _HTTP[500])


def wants_json() -> bool:
    """Whether the error is sent as JSON: by the path, the parameter `f` or the Accept header."""
    if request.path.startswith((*CORS_PATHS, "/healthz", "/readyz")) or request.path.endswith((".json", ".csv")):
        return True
    if request.args.get("f") == "json":
        return True
    # A browser names text/html; a client without a preference (curl, a library) is a program.
    try:
        return choose({form: _FORMS[form] for form in ("json", "html")}, None, request.accept_mimetypes) == "json"
    except NotAcceptable:
        return True


def answer(error: Exception) -> Response:
    """The error response for an exception, in the language of the request; 5xx are logged with the traceback."""
    error = _damage() or error if failure_of(error).status == 500 else error
    failure = failure_of(error)
    response = Response(*_body(failure, getattr(g, "lang", "vi"), retry_s=_retry_s(error)))
    response.headers.update(headers_of(error))
    log_failure(error, failure)
    return response


def _damage() -> Unprepared | None:
    """The error of the atlas when it was damaged since the request began: what was read from it may be anything."""
    if "current_atlas" not in g:
        return None
    try:
        current_app.extensions[ATLAS_SOURCE]()
    except Unprepared as error:
        return error
    return None


def log_failure(error: Exception, failure: Failure) -> None:
    """One line for a request that was too much or a disk that is full, a trace for what is unexpected.

    Have the version prepared that could not be read.
    """
    about = (request.method, request.path, g.request_id)
    if isinstance(error, Unprepared) and PREPARE in current_app.extensions:
        current_app.extensions[PREPARE](error.number)
    if failure.code in _WITHOUT_TRACE:
        log.warning("%s %s (request %s): %d %s: %s", *about, failure.status, failure.code, failure.text.en)
    elif failure.status >= 500:
        log.error("%s %s failed (request %s)", *about, exc_info=error)


def headers_of(error: Exception) -> dict[str, str]:
    """The headers that say more of a failure: when to try again, which methods or bytes there are."""
    if isinstance(error, Busy):
        return {"Retry-After": str(error.retry_s)}
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        return {"Allow": ", ".join(sorted(error.valid_methods))}
    if isinstance(error, RequestedRangeNotSatisfiable) and error.length is not None:
        return {"Content-Range": f"bytes */{error.length}"}
    return {}


def _is_browser() -> bool:
    """Whether a person follows a link, even to a file: a page says to wait, or that there is no room for the file."""
    return "text/html" in request.accept_mimetypes.values()


def _retry_s(error: Exception) -> int | None:
    """Seconds after which a page asks again by itself; None for a failure that stays, and for a form that was sent."""
    return error.retry_s if isinstance(error, Busy) and request.method == "GET" else None


def problem(failure: Failure, lang: str) -> dict[str, object]:
    """The JSON of a failure: the members of RFC 9457, and `code` and `description` of OGC API - Features."""
    message = failure.text.of(lang)
    return {
        "type": "about:blank",
        "title": HTTP_STATUS_CODES.get(failure.status, "Error"),
        "status": failure.status,
        "detail": message,
        "code": failure.code,
        "description": message,
        "request": g.request_id,
    }


def _body(failure: Failure, lang: str, *, retry_s: int | None) -> tuple[str, int, dict[str, str]]:
    message = failure.text.of(lang)
    if wants_json() and not ((retry_s or failure.status == STATUS[DiskFull]) and _is_browser()):
        headers = {"Content-Type": PROBLEM, **(CORS if allows_cors(request.path) else {})}
        return current_app.json.dumps(problem(failure, lang)), failure.status, headers
    page = render_template(
        "error.html", failure=failure, message=message, suggestions=_suggestions(), retry_s=retry_s, active=""
    )
    return page, failure.status, {"Content-Type": "text/html; charset=utf-8"}


def _suggestions() -> list[str]:
    """Names of pages that resemble the first segment of the path."""
    word = request.path.strip("/").split("/")[0].lower()
    return get_close_matches(
        word, (*COLLECTIONS, "layers", "quality", "worklist", "plan", "about", "embed"), n=3, cutoff=0.5
    )


def register(app: Flask) -> None:
    """Handle every exception of the application here."""
    app.register_error_handler(Exception, answer)
