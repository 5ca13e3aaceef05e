"""What can go wrong, as one tree of exceptions that speak Vietnamese and English.

No status codes here: see geo/web/http/errors.py.
"""


class GeoError(Exception):
    """Any failure that a user of the service can be told about.

    `en` and `vi` say the same thing: what was given, what was expected and what to do.
    """

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.en = en
        self.vi = vi

    def of(self, lang: str) -> str:
        """The message in `lang`; every language but Vietnamese reads English."""
        return self.vi if lang == "vi" else self.en


class NotFound(GeoError):
    """The layer, feature, version or page that was asked for does not exist."""


class BadQuery(GeoError):
    """A request that cannot be understood: an unknown parameter or a value out of its range."""


class BadSource(GeoError):
    """A source file that cannot be read at all; what can be read becomes issues instead."""


class Conflict(GeoError):
    """The state has moved on since the caller looked, or a rule of the store would be broken."""


class Forbidden(GeoError):
    """The caller may not do this here."""


class TooCostly(GeoError):
    """The request needs more processor time than one request may use; asking again does not help."""


class TooLarge(GeoError):
    """The body of the request is larger than its address takes."""


class Busy(GeoError):
    """As many long requests are being answered as the machine takes at a time.

    The same request may be sent again after `retry_s` seconds.
    """

    def __init__(self, en: str, vi: str, retry_s: int) -> None:
        super().__init__(en, vi)
        self.retry_s = retry_s
