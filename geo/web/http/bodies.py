"""The size of request bodies: large ones only where files are uploaded, from those who may manage."""

from flask import Flask, g, request

from geo.errors import TooLarge
from geo.settings import Settings

UPLOADS = "/manage/imports"
"""The address that takes files."""


def register(app: Flask, settings: Settings) -> None:
    """Refuse a body that is too large by its Content-Length before it is read, and one without a length while it is.

    Must be registered behind what sets `g.may_manage`.
    """

    @app.before_request
    def limit() -> None:
        upload = request.path == UPLOADS and request.method == "POST" and g.may_manage
        largest = settings.largest_request if upload else settings.body_kb * 1024
        request.max_content_length = largest
        given = request.content_length or 0
        if given > largest:
            raise TooLarge(
                f"The body has {given:,} bytes; this address takes at most {largest:,}. Files are uploaded at /manage.",
                f"Nội dung gửi lên có {given:,} byte; địa chỉ này nhận tối đa {largest:,}. Tải tệp lên tại /manage.",
            )
