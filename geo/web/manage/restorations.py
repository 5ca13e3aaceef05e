"""The pages of restorations under /manage: the form's target, and the page that shows the progress of the job."""

import orjson
from flask import Flask, Response, request

from geo.drafts import Jobs
from geo.web.http import forms, params
from geo.web.manage.form_targets import add_form_target, see
from geo.web.manage.imports import page, progress_words


class Restorations:
    """The routes of restorations."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs

    def register(self, app: Flask) -> None:
        """Add the routes of /manage/versions/<number>/restore and /manage/restorations."""
        rule = "/manage/versions/<int:number>/restore"
        add_form_target(app, rule, "restore", self.start, "/manage/versions/{number}")
        app.add_url_rule("/manage/restorations/<restoration_id>", "restoration", self.show)
        app.add_url_rule("/manage/restorations/<restoration_id>/state.json", "restoration_state", self.state)

    def start(self, number: int) -> Response:
        """Begin to publish an earlier version's content as a new version."""
        who = forms.require(request.form, "who", "người khôi phục", "who restores")
        why = forms.require(request.form, "why", "lý do", "why")
        restoration = self.jobs.start_restore(number, who=who, why=why)
        return see(f"/manage/restorations/{restoration.id}")

    def show(self, restoration_id: str) -> Response:
        """The page of the job; a redirect to the new version once it is published."""
        params.only(request.args)
        restoration = self.jobs.restoration(restoration_id)
        if restoration.published is not None:
            return see(f"/manage/versions/{restoration.published}")
        return page(
            "manage/restoration.html", restoration=restoration, busy=restoration.activity.busy,
            state="interrupted" if restoration.activity.interrupted else restoration.state,
            progress=progress_words(restoration.progress),
        )  # fmt: skip

    def state(self, restoration_id: str) -> Response:
        """The state of the job as JSON, which the waiting page polls, in the language of the request."""
        params.only(request.args)
        restoration = self.jobs.restoration(restoration_id)
        body = {
            "state": restoration.state,
            "busy": restoration.activity.busy,
            "progress": progress_words(restoration.progress),
        }
        return Response(orjson.dumps(body), mimetype="application/json")
