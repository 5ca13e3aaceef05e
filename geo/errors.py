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


class TooManyAttempts(GeoError):
    """Too many wrong secrets: the caller must wait `retry_after_s` seconds.

    `first` is whether no other attempt was refused since a secret was last checked.
    """

    def __init__(self, en: str, vi: str, *, retry_after_s: int = 1, first: bool = True) -> None:
        super().__init__(en, vi)
        self.retry_after_s, self.first = retry_after_s, first
