"""One-time sign-in links for whoever can read the service's data folder: the person at the machine."""

import secrets
import time

from geo.access.private_database import PrivateDatabase
from geo.access.sessions import digest_of

MINUTES = 15
"""How long a link can be used, in minutes."""


class SignInLinks:
    """The links that can be used; each once, in whichever process."""

    def __init__(self, database: PrivateDatabase) -> None:
        self._database = database

    def make_code(self) -> str:
        """The random part of a new link."""
        code, now = secrets.token_urlsafe(32), time.time()
        self._database.add_link(digest_of(code), now + MINUTES * 60, now)
        return code

    def can_use(self, code: str) -> bool:
        """Whether a code is that of a link that was not used and has not ended."""
        return self._database.has_link(digest_of(code), time.time())

    def use(self, code: str) -> bool:
        """Use up the link with a code; False when it was used, has ended or never was."""
        return self._database.take_link(digest_of(code), time.time())


def link_to(root: str, code: str) -> str:
    """The address of a sign-in link below the root of the site."""
    return f"{root}/manage/sign-in?code={code}"
