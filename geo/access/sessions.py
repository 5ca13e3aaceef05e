"""Sessions of people who signed in: random ids whose digests lie in the data folder, so that ending one ends it."""

import hashlib
import hmac
import secrets
import time
from typing import NamedTuple

from geo.access.private_database import PrivateDatabase, SessionRow

_LINK = "link"


class Session(NamedTuple):
    """A session that holds: its secret id, which only the browser has."""

    id: str

    @property
    def tag(self) -> str:
        """A name for the log that tells sessions apart and opens none."""
        return digest_of(self.id)[:8]

    @property
    def form_token(self) -> str:
        """What every form of this session carries: a page of another site cannot know it."""
        return hmac.new(self.id.encode(), b"form", hashlib.sha256).hexdigest()


class Sessions:
    """The sessions of a service whose token is `token` ("" for none); each lasts `hours`.

    A session that was opened with another token than the present one has ended.
    """

    def __init__(self, database: PrivateDatabase, token: str, hours: int) -> None:
        self._database, self._hours = database, hours
        self._proofs = {_LINK} | ({digest_of(token)} if token else set())
        self._proof = digest_of(token) if token else _LINK

    def begin(self, network: str, *, by_link: bool) -> Session:
        """A new session for somebody in a network (see attempts.py) who showed the token, or used up a sign-in link."""
        session, now = Session(secrets.token_urlsafe(32)), time.time()
        proof = _LINK if by_link else self._proof
        self._database.add_session(SessionRow(digest_of(session.id), proof, network, now + self._hours * 3_600), now)
        return session

    def get(self, session_id: str) -> Session | None:
        """The session with an id; None when there is none, or it has ended."""
        if not session_id:
            return None
        row = self._database.session(digest_of(session_id))
        holds = row is not None and row.ends > time.time() and row.proof in self._proofs
        return Session(session_id) if holds else None

    def end(self, session: Session) -> None:
        """End a session: its id opens nothing from now on, in no process."""
        self._database.end_session(digest_of(session.id))


def digest_of(secret: str) -> str:
    """SHA-256 of a random secret, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
