"""Restoring a version from a page: the form's answer, and the page that shows the job at work."""

import orjson
from flask import Flask, Response, request

from geo.drafts import Jobs
from geo.settings import Settings
from geo.web.http import forms, params
from geo.web.manage.imports import page, progress_words, see


class Restorations:
    """The routes of restorations."""

    def __init__(self, settings: Settings) -> None:
        self.jobs = Jobs(settings)

    def register(self, app: Flask) -> None:
        """Answer /manage/versions/<number>/restore and /manage/restorations."""
        app.add_url_rule("/manage/versions/<int:number>/restore", "restore", self.start, methods=["POST"])
        app.add_url_rule("/manage/restorations/<restoration_id>", "restoration", self.show)
        app.add_url_rule("/manage/restorations/<restoration_id>/state.json", "restoration_state", self.state)

    def start(self, number: int) -> Response:
        """Begin to publish an earlier version's content as a new version."""
        who = forms.needed(request.form, "who", "người khôi phục", "who restores")
        why = forms.needed(request.form, "why", "lý do", "why")
        restoration = self.jobs.start_restore(number, who=who, why=why)
        return see(f"/manage/restorations/{restoration.id}")

    def show(self, restoration_id: str) -> Response:
        """The job at work, or why it failed; the version that it published, once it is done."""
        params.only(request.args)
        restoration = self.jobs.restorations.get(restoration_id)
        if restoration.published is not None:
            return see(f"/manage/versions/{restoration.published}")
        return page(
            "manage/restoration.html", restoration=restoration, busy=restoration.busy,
            state="interrupted" if restoration.interrupted else restoration.state,
            progress=progress_words(restoration.progress),
        )  # fmt: skip

    def state(self, restoration_id: str) -> Response:
        """The state of the job as JSON, in the language of the page that waits for it."""
        params.only(request.args)
        restoration = self.jobs.restorations.get(restoration_id)
        body = {
            "state": restoration.state, "busy": restoration.busy, "progress": progress_words(restoration.progress),
        }  # fmt: skip
        return Response(orjson.dumps(body), mimetype="application/json")
