"""The exceptions of the service, as one tree; each carries its message in Vietnamese and in English.

No status codes here: see geo/web/http/errors.py.
"""

import errno
from typing import Any

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_TEXTS = ("No space left on device", "disk is full", "quota exceeded", "not enough space on the disk", "ENOSPC")
"""What C libraries (SQLite, GDAL, Arrow) quote of the operating system's error, whose number they do not pass on."""


class GeoError(Exception):
    """A failure whose message may be sent to a user.

    `en` and `vi` are the same message: the value received, what was expected and what to do.
    """

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.en = en
        self.vi = vi

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is pickled, to be raised in another process; that of Exception would call `__init__` without `vi`."""
        return type(self), (self.en, self.vi), self.__dict__

    def of(self, lang: str) -> str:
        """The message in `lang`; English for every language but Vietnamese."""
        return self.vi if lang == "vi" else self.en


class NotFound(GeoError):
    """The requested layer, feature, version or page does not exist."""


class BadQuery(GeoError):
    """An invalid request: an unknown parameter, or a value that cannot be parsed or is out of range."""


class BadSource(GeoError):
    """A source file that cannot be read at all. Faults in a readable file are reported as issues instead."""


class Conflict(GeoError):
    """The state has changed since the caller read it, or the write would break a rule of the store."""


class Forbidden(GeoError):
    """The caller lacks the permission."""


class TooManyAttempts(GeoError):
    """Too many wrong secrets: the caller must wait `retry_after_s` seconds.

    `first` is whether no other attempt was refused since a secret was last checked.
    """

    def __init__(self, en: str, vi: str, *, retry_after_s: int = 1, first: bool = True) -> None:
        super().__init__(en, vi)
        self.retry_after_s, self.first = retry_after_s, first


class TooCostly(GeoError):
    """The request needs more processor time than one request may use; asking again does not help."""


class TooLarge(GeoError):
    """The body of the request is larger than its address takes."""


class Busy(GeoError):
    """As many long requests are being answered as the machine takes at a time.

    The same request may be sent again after `retry_s` seconds.
    """

    def __init__(self, en: str, vi: str, retry_s: int = 10) -> None:
        super().__init__(en, vi)
        self.retry_s = retry_s


class Unprepared(Busy):
    """The atlas of a version is missing, damaged or deleted; it is made again from the store.

    `number` is the version that is to be made; None for the newest one.
    """

    def __init__(self, en: str, vi: str, retry_s: int = 10, number: int | None = None) -> None:
        super().__init__(en, vi, retry_s)
        self.number = number


class DiskFull(GeoError):
    """The disk has no room for what was to be written."""


def disk_full(error: BaseException) -> DiskFull | None:
    """DiskFull where an error, or one that it was raised from, is that of a full disk or of a used-up quota; else None.

    >>> disk_full(OSError(errno.ENOSPC, "No space left on device")).en
    'The disk of the server is full: nothing was changed. Ask the administrator to make room, then try again.'
    >>> disk_full(OSError(errno.EACCES, "Permission denied"))
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, DiskFull):
            return cause
        if isinstance(cause, OSError) and cause.errno in _FULL:
            return _full()
        if not isinstance(cause, GeoError) and any(text in str(cause) for text in _FULL_TEXTS):
            return _full()
        cause = cause.__cause__ or cause.__context__
    return None


def _full() -> DiskFull:
    return DiskFull(
        "The disk of the server is full: nothing was changed. Ask the administrator to make room, then try again.",
        "Đĩa của máy chủ đã đầy: chưa có gì thay đổi. Hãy nhờ quản trị viên giải phóng chỗ, rồi làm lại.",
    )
