"""The exceptions of the service, as one tree; each carries its message in Vietnamese and in English.

No status codes here: see geo/web/http/errors.py.
"""


class GeoError(Exception):
    """A failure whose message may be sent to a user.

    `en` and `vi` are the same message: the value received, what was expected and what to do.
    """

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.en = en
        self.vi = vi

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

    def __init__(self, en: str, vi: str, retry_s: int = 2) -> None:
        super().__init__(en, vi)
        self.retry_s = retry_s
