"""Prepares in the background what is published and cannot be served, and deletes drafts that have expired.

A version is published in the store first and its atlas is built afterwards. When that fails, for want of room for
example, or when an atlas is deleted or damaged later, it is built again as soon as that is possible.
"""

import logging
import threading
import time
from contextlib import suppress

from geo.atlas import AtlasSource
from geo.drafts.jobs import Jobs
from geo.errors import GeoError, disk_full
from geo.pipeline import unprepared_version
from geo.settings import Settings
from geo.store import Version

log = logging.getLogger("geo.drafts")

_LOOK_S = 5.0
"""Seconds between two looks at whether a version has to be prepared."""
_PAUSE_S, _RETRY_S = 1.0, 15.0
"""Seconds between two attempts, however often a version is asked for: after a success, and after a failure."""
_DAY_S = 86_400.0


class Preparation:
    """One per process of the service; of several that want to prepare a version, one does. Safe for several threads."""

    def __init__(self, settings: Settings, source: AtlasSource, jobs: Jobs) -> None:
        self._settings, self._source, self._jobs = settings, source, jobs
        self._wake = threading.Event()
        self._earlier: int | None = None
        self.failure: GeoError | None = None

    def start(self) -> None:
        """Begin to look after the atlases, in a thread that ends with the process."""
        threading.Thread(target=self._look_after, name="preparation", daemon=True).start()

    def ask(self, number: int | None) -> None:
        """Have the current version verified, or the earlier version `number` prepared, soon; the last one asked for."""
        if number is None:
            self._source.verify_again()
        else:
            self._earlier = number
        self._wake.set()

    def waiting(self) -> Version | None:
        """The version that is published and not served yet; None when there is none."""
        return unprepared_version(self._settings, self._source)

    def work(self) -> None:
        """Prepare what is missing; `failure` says what went wrong, None when nothing did."""
        try:
            self._prepare()
            self.failure = None
        except (GeoError, OSError) as error:
            problem = disk_full(error) or error
            if str(problem) != str(self.failure):
                log.warning("a version could not be prepared, it is tried again: %s", problem)
            self.failure = problem if isinstance(problem, GeoError) else GeoError(str(problem), str(problem))

    def _prepare(self) -> None:
        if self.waiting() is not None:
            self._jobs.prepare(None, is_due=lambda: self.waiting() is not None)
            if self.waiting() is None:
                log.info("the atlas of the newest version was built")
        number, self._earlier = self._earlier, None
        if number is not None:
            self._jobs.prepare(number, is_due=lambda: True)

    def _look_after(self) -> None:
        next_day = 0.0
        while True:
            self._wake.wait(_LOOK_S)
            self._wake.clear()
            self.work()
            if time.monotonic() >= next_day:
                next_day = time.monotonic() + _DAY_S
                with suppress(OSError):  # a folder that cannot be read today may be readable tomorrow
                    self._jobs.drafts.delete_unchanged(self._settings.draft_days * _DAY_S)
            time.sleep(_PAUSE_S if self.failure is None else _RETRY_S)
