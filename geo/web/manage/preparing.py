"""A version that is published and not served yet: it is prepared in the background, and the pages of /manage say so."""

from typing import NamedTuple

from flask import Flask, g

from geo.atlas import AtlasSource
from geo.drafts import Jobs, Preparation
from geo.errors import DiskFull, GeoError
from geo.settings import Settings
from geo.web.http.errors import PREPARE
from geo.web.words.site import word


class Waiting(NamedTuple):
    """What the banner says, and whether preparing has failed."""

    text: str
    has_failed: bool


class Preparing:
    """Hands what cannot be read on to the preparation, and gives the templates the banner."""

    def __init__(self, settings: Settings, source: AtlasSource, jobs: Jobs) -> None:
        self._preparation = Preparation(settings, source, jobs)

    def register(self, app: Flask) -> None:
        """Let error handlers ask for a version (PREPARE), and templates for the banner (`waiting_version`)."""
        app.extensions[PREPARE] = self._preparation.ask

        @app.context_processor
        def helpers() -> dict[str, object]:
            return {"waiting_version": self._waiting}

    def start(self) -> None:
        """Begin to look after the atlases in a thread of this process."""
        self._preparation.start()

    def failure(self) -> GeoError | None:
        """Why a version could not be prepared; None when none had to be, or it is still worked on."""
        return self._preparation.failure

    def _waiting(self) -> Waiting | None:
        """The banner in the language of the request; None when the newest version is served."""
        try:
            version = self._preparation.waiting()
        except GeoError:  # the store cannot be read, which the pages that read it say
            return None
        if version is None:
            return None
        failure = self._preparation.failure
        key = "full" if isinstance(failure, DiskFull) else "wait" if failure is None else "failed"
        text = word(f"preparing.{key}", g.lang).format(n=version.number, served=g.current_atlas.version.number)
        return Waiting(text if key != "failed" or failure is None else f"{text} {failure.of(g.lang)}", key != "wait")
