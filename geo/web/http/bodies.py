"""The size of bodies: large ones are taken only where those who may manage upload files, and sent as files only."""

import io
from typing import IO, Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from geo.errors import TooCostly, TooLarge
from geo.settings import Settings
from geo.web.http.errors import answer

UPLOADS = "/manage/imports"
"""The address that takes files."""


class _Bounded(io.RawIOBase):
    """A body of unknown length that raises RequestEntityTooLarge (413) when more than `most` bytes are read from it."""

    def __init__(self, body: IO[bytes], most: int) -> None:
        self._body, self._left = body, most

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; 0 at the end of the body."""
        data = self._body.read(min(len(buffer), self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise RequestEntityTooLarge
        buffer[: len(data)] = data
        return len(data)


def register(app: Flask, settings: Settings) -> None:
    """Refuse a body that is too large by its Content-Length before it is read, and one without a length while it is.

    Refuse to send an answer that is too large; files, which are read while they are sent, are bounded where they are
    made (site/downloads.py). Must be registered behind what sets `g.may_manage`.
    """
    most = settings.largest_answer

    @app.before_request
    def limit() -> None:
        upload = request.path == UPLOADS and request.method == "POST" and g.may_manage
        largest = settings.largest_request if upload else settings.body_kb * 1024
        request.max_content_length = largest
        if request.content_length is None and request.environ.get("wsgi.input_terminated"):
            # Werkzeug ends a body without a length at its limit, as if the caller had sent no more.
            request.environ["wsgi.input"] = _Bounded(request.environ["wsgi.input"], largest)
            request.max_content_length = largest + 1
        length = request.content_length or 0
        if length > largest:
            raise TooLarge(
                f"The body of {length:,} bytes is too large: at most {largest:,} here. Files are uploaded at /manage.",
                f"Nội dung {_vi(length)} byte là quá lớn: địa chỉ này nhận tối đa {_vi(largest)} byte. Tải tệp lên tại"
                " /manage.",
            )

    @app.after_request
    def limit_answer(response: Response) -> Response:
        length = response.content_length or 0
        return response if response.direct_passthrough or length <= most else answer(too_large(length, most))


def too_large(length: int, most: int) -> TooCostly:
    """The error of an answer or a download of `length` bytes, where `most` are sent."""
    return TooCostly(
        f"The answer has {length:,} bytes; at most {most:,} are sent here. Ask for fewer records, by a smaller page, a"
        " smaller box or a narrower filter.",
        f"Câu trả lời có {_vi(length)} byte; máy chủ chỉ gửi tối đa {_vi(most)} byte. Hãy lấy ít bản ghi hơn: trang"
        " ngắn hơn, khung nhỏ hơn hoặc bộ lọc hẹp hơn.",
    )


def _vi(number: int) -> str:
    """A number as Vietnamese writes it: 1.048.576."""
    return f"{number:,}".replace(",", ".")
