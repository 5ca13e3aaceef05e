"""The pages of imports under /manage: upload, questions, review, publication, profiles."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from flask import Flask, Response, g, render_template, request

from geo.drafts import Draft, Jobs, Profiles
from geo.drafts.command import with_mapping
from geo.drafts.marked_workbook import is_table
from geo.encodings import AS_IT_STANDS, ENCODINGS, label_of
from geo.errors import Conflict
from geo.ocop.codes import CODE_LISTS, PRECISIONS
from geo.ocop.layers import GROUPS, LAYERS
from geo.report import ISSUE_KINDS
from geo.settings import Settings
from geo.views.map.folium_map import shell
from geo.web.http import forms, params
from geo.web.http.static_files import Assets
from geo.web.http.urls import SiteUrls
from geo.web.manage.form_targets import add_form_target, see
from geo.web.site.pages import map_page
from geo.web.words.site import WORDS, word

_FILES = {
    "preview.geojson": "application/geo+json",
    "changes.csv": "text/csv; charset=utf-8",
    "findings.csv": "text/csv; charset=utf-8",
}
"""Files in a draft's folder that can be downloaded, with their media types."""

_DRAFT, _DRAFT_PAGE = "/manage/imports/<draft_id>", "/manage/imports/{draft_id}"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS = {key: kind.label for key, kind in ISSUE_KINDS.items()}


class Manage:
    """The routes of imports, over the drafts and profiles of the settings."""

    def __init__(self, settings: Settings, assets: Assets, jobs: Jobs) -> None:
        self.settings, self.assets, self.jobs = settings, assets, jobs
        self.profiles = Profiles(settings.profiles_dir)

    def register(self, app: Flask) -> None:
        """Add the routes of /manage and /manage/imports."""
        app.add_url_rule("/manage", "manage", self.index)
        add_form_target(app, "/manage/imports", "manage_upload", self.upload, "/manage")
        app.add_url_rule("/manage/imports/<draft_id>", "manage_import", self.show)
        app.add_url_rule("/manage/imports/<draft_id>/state.json", "manage_state", self.state)
        for name in _FILES:
            app.add_url_rule(f"/manage/imports/<draft_id>/{name}", f"manage_{name}", partial(self.file, name=name))
        app.add_url_rule("/manage/imports/<draft_id>/returned.xlsx", "manage_returned", self.marked_workbook)
        add_form_target(app, f"{_DRAFT}/returned", "manage_mark", self.mark, _DRAFT_PAGE)
        for action in ("answers", "publish", "delete", "profile"):
            add_form_target(app, f"{_DRAFT}/{action}", f"manage_{action}", getattr(self, action), _DRAFT_PAGE)
        add_form_target(app, "/manage/profiles/delete", "manage_forget", self.forget, "/manage")

    # --- pages ---

    def index(self) -> Response:
        """The page with the upload form, the imports and the profiles."""
        params.only(request.args)
        names = _layer_names()
        groups = [
            (label.of(g.lang), [(name, names[name]) for name, spec in LAYERS.items() if spec.group == group])
            for group, label in GROUPS.items()
        ]
        return page(
            "manage/index.html", drafts=self.jobs.all_drafts(), profiles=self.profiles.all(), groups=groups,
            layer_names=names, max_mb=self.settings.import_mb,
        )  # fmt: skip

    def show(self, draft_id: str) -> Response:
        """The page of one import in any state."""
        params.only(request.args)
        draft = self.jobs.draft(draft_id)
        review = None if draft.activity.busy else self.jobs.drafts.review(draft)
        view = self._map(draft, review)
        spec = LAYERS[draft.layer]
        return page(
            "manage/import.html", draft=draft, busy=draft.activity.busy, review=review, spec=spec, view=view,
            shell=shell(view) if view else None,
            encodings={key: label_of(key).of(g.lang) for key in (*ENCODINGS, *AS_IT_STANDS)},
            precisions=PRECISIONS, code_lists=CODE_LISTS,
            kinds={key: label.of(g.lang) for key, label in _KINDS.items()},
            progress=progress_words(draft.progress), is_table=is_table(draft.files), profiles=self.profiles.all(),
            layer_names=_layer_names(), questions=_by_subject(review), answered=forms.answered(draft.answers),
        )  # fmt: skip

    def _map(self, draft: Draft, review: dict[str, Any] | None) -> dict[str, Any] | None:
        """The view-model of the preview map; None when there is nothing to draw."""
        if not review or LAYERS[draft.layer].geometry is None or not _is_drawn(review):
            return None
        view = map_page(self.settings, self.assets)
        view["preview"] = SiteUrls().plain(f"/manage/imports/{draft.id}/preview.geojson")
        return view

    # --- programs ---

    def state(self, draft_id: str) -> Response:
        """The state of a draft as JSON, which the waiting page polls, in the language of the request."""
        params.only(request.args)
        draft = self.jobs.draft(draft_id)
        body = {"state": draft.state, "busy": draft.activity.busy, "progress": progress_words(draft.progress)}
        return Response(orjson.dumps(body), mimetype="application/json")

    def file(self, draft_id: str, *, name: str) -> Response:
        """The preview map or one of the CSV lists."""
        draft = self.jobs.draft(draft_id)
        response = Response(self.jobs.drafts.file(draft, name).read_bytes(), content_type=_FILES[name])
        if name.endswith(".csv"):
            response.headers["Content-Disposition"] = f'attachment; filename="{draft.id}-{name}"'
        return response

    def marked_workbook(self, draft_id: str) -> Response:
        """The uploaded table as a workbook with the findings beside each row, once it is written (see `mark`)."""
        draft = self.jobs.draft(draft_id)
        body = self.jobs.marked_workbook(draft)
        response = Response(body, mimetype=_XLSX)
        response.headers["Content-Disposition"] = f'attachment; filename="{draft.id}-kiem-tra.xlsx"'
        return response

    # --- actions ---

    def upload(self) -> Response:
        """Create a draft of the uploaded files and begin to read it."""
        layer = forms.require(request.form, "layer", "lớp dữ liệu", "the layer")
        who = forms.require(request.form, "who", "người hoặc cơ quan gửi", "who sends the file")
        name = forms.text(request.form, "profile")
        answers = self.profiles.get(name, layer, who).answers if name else forms.answers(request.form, _NOTHING)
        with TemporaryDirectory() as folder:
            files = forms.uploads(request.files, Path(folder))
            draft = self.jobs.drafts.create(layer, files, who=who, answers=answers, profile=name)
        self.jobs.start_read(draft)
        return see(f"/manage/imports/{draft.id}")

    def answers(self, draft_id: str) -> Response:
        """Save the answers and begin to read the file again."""
        draft = self.jobs.draft(draft_id)
        changes = forms.answers(request.form, draft.answers)
        self.jobs.start_read(self.jobs.drafts.answer(draft, changes))
        return see(f"/manage/imports/{draft_id}")

    def publish(self, draft_id: str) -> Response:
        """Begin to publish the review with the digest in the form."""
        who = forms.require(request.form, "who", "người công bố", "who publishes")
        why = forms.require(request.form, "why", "lý do", "why")
        digest = forms.require(request.form, "digest", "bản xem trước", "the preview")
        self.jobs.start_publish(self.jobs.draft(draft_id), who=who, why=why, digest=digest)
        return see(f"/manage/imports/{draft_id}")

    def mark(self, draft_id: str) -> Response:
        """Begin to write the workbook; the page that follows waits for it."""
        self.jobs.start_mark(self.jobs.draft(draft_id))
        return see(f"/manage/imports/{draft_id}/returned.xlsx")

    def delete(self, draft_id: str) -> Response:
        """Delete a draft."""
        self.jobs.drafts.delete(self.jobs.draft(draft_id))
        return see("/manage")

    def profile(self, draft_id: str) -> Response:
        """Save the answers of this import as a profile."""
        draft = self.jobs.draft(draft_id)
        review = self.jobs.drafts.review(draft)
        if review is None or "columns" not in review:
            raise Conflict("The file has not been read yet.", "Tệp chưa được đọc xong.")
        name = forms.require(request.form, "name", "tên mẫu nhập", "the profile's name")
        self.profiles.save(name, draft.layer, with_mapping(draft.answers, review), draft.who)
        self.jobs.drafts.change(draft, profile=" ".join(name.split()))
        return see(f"/manage/imports/{draft_id}")

    def forget(self) -> Response:
        """Delete a profile."""
        self.profiles.delete(forms.require(request.form, "name", "tên mẫu nhập", "the profile's name"))
        return see("/manage")


def _layer_names() -> dict[str, str]:
    return {name: spec.label.of(g.lang) for name, spec in LAYERS.items()}


def _by_subject(review: dict[str, Any] | None) -> dict[str, list[dict[str, Any]]]:
    """The questions of a review by the answer that they ask for; `about` is the rest of their key."""
    subjects: dict[str, list[dict[str, Any]]] = {}
    for question in review["questions"] if review else ():
        subject, _, about = question["key"].partition(":")
        subjects.setdefault(subject, []).append({**question, "about": about})
    return subjects


def _is_drawn(review: dict[str, Any]) -> bool:
    """Whether the preview map has anything to show."""
    return bool(review.get("diff") or (review.get("location") or {}).get("elsewhere"))


def progress_words(step: str) -> str:
    """The label of a job's step in the language of the request; empty for a step without a label."""
    key = f"progress.{step}"
    return word(key, g.lang) if key in WORDS else ""


_NOTHING = replace(Draft("", "", (), 0, "", "", "").answers)


def page(template: str, **values: Any) -> Response:
    """The HTML response of a template of /manage."""

    def localise(label: dict[str, str] | None) -> str:
        return label["vi" if g.lang == "vi" else "en"] if label else ""

    body = render_template(template, version=g.atlas.version, active="manage", localise=localise, **values)
    return Response(body, mimetype="text/html")
