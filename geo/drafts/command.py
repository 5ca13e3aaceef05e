"""An import on the command line: read, answer, publish, by the options of `app.py import`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from geo.drafts.draft import Draft
from geo.drafts.jobs import Jobs
from geo.drafts.profiles import Profiles
from geo.errors import BadQuery
from geo.ingest.decisions import Answers
from geo.ocop.layers import LAYERS
from geo.settings import Settings

Plain = dict[str, Any]


class Order(NamedTuple):
    """What is imported, by whom and why; the profile to apply and the name to save a new one as ("" for none)."""

    layer: str
    files: Mapping[str, Path]
    who: str
    why: str
    profile: str = ""
    save_profile: str = ""


class Decisions(NamedTuple):
    """Answers of a command line, which override those of a profile; `mapping` corrects single columns."""

    answers: Answers
    mapping: Mapping[str, str]


def parse_decisions(options: Mapping[str, Any]) -> Decisions:
    """The answers in the options of `app.py import`; BadQuery for one that is not NAME=VALUE."""
    encodings = dict(text.rsplit("=", 1) if "=" in text else ("*", text) for text in options["encodings"])
    answers = Answers(
        part=options["part"],
        crs=options["crs"],
        encodings=encodings,
        numbers=_decimal_marks(options["numbers"]),
        constants=_pairs("--set", options["constants"], at_first=True),
        addresses=_pairs("--address", options["addresses"]),
        references=_pairs("--reference", options["references"]),
        precision=options["precision"],
        whole=options["whole"],
        incomplete=options["incomplete"],
        reused_keys=options["reused_keys"],
        source={"source_id": options["source"]} if options["source"] else {},
    )
    return Decisions(answers, _pairs("--map", options["mapping"]))


def _decimal_marks(rows: Sequence[str]) -> dict[str, str]:
    """Column -> decimal mark; BadQuery for a mark that is neither comma nor point."""
    marks = _pairs("--decimal", rows)
    _require_names("--decimal", marks.values(), ["comma", "point"])
    return marks


def _pairs(option: str, rows: Sequence[str], *, at_first: bool = False) -> dict[str, str]:
    """NAME -> VALUE of texts NAME=VALUE, split at the first or at the last equals sign."""
    for row in rows:
        if "=" not in row:
            raise BadQuery(f"{option} {row!r}: expected NAME=VALUE.", f"{option} {row!r}: cần dạng TÊN=GIÁ TRỊ.")
    # Addresses, columns and values may contain an equals sign; keys, fields and units never do.
    return {name: value for name, _, value in (row.partition("=") if at_first else row.rpartition("=") for row in rows)}


def _require_names(option: str, names: Iterable[str], among: Iterable[str]) -> None:
    """Raise BadQuery for a name that is not in `among` and would have no effect."""
    choices = list(among)
    for name in names:
        if name not in choices:
            raise BadQuery(
                f"{option}: there is no {name!r}. Choose from: {', '.join(choices)}.",
                f"{option}: không có {name!r}. Hiện có: {', '.join(choices)}.",
            )


class Import:
    """A draft that is read, answered and published by one command."""

    def __init__(
        self, settings: Settings, order: Order, decisions: Decisions, *, progress: Callable[[str], None]
    ) -> None:
        self._jobs, self._profiles = Jobs(settings), Profiles(settings.profiles_dir)
        self._order, self._decisions, self._progress = order, decisions, progress
        _require_names("--set", decisions.answers.constants, [field.name for field in LAYERS[order.layer].fields])
        profile = self._profiles.get(order.profile, order.layer, order.who).answers if order.profile else Answers()
        self._answers = _over(profile, decisions)
        self.draft: Draft = self._jobs.drafts.create(
            order.layer, order.files, who=order.who, answers=self._answers, profile=order.profile
        )

    def read(self) -> Plain:
        """The review, with the corrections of the mapping applied; a profile is saved if the order names one."""
        review = self._read()
        if "columns" in review:
            _require_names("--map", self._decisions.mapping, mapping_of(review))
            _require_names("--decimal", self._decisions.answers.numbers, mapping_of(review))
        mapping = self._decisions.mapping
        if mapping and self._answers.mapping is None and "columns" in review:
            self._answers = replace(self._answers, mapping={**mapping_of(review), **mapping})
            self.draft = self._jobs.drafts.answer(self.draft, self._answers)
            review = self._read()
        if self._order.save_profile and "columns" in review:
            answers = with_mapping(self._answers, review)
            self._profiles.save(self._order.save_profile, self._order.layer, answers, self._order.who)
        return review

    def _read(self) -> Plain:
        self.draft = self._jobs.read(self.draft, self._progress)
        return self._jobs.drafts.review(self.draft) or {}

    def publish(self) -> int:
        """Publish what `read` returned; the number of the version, the current one when nothing differs."""
        review = self._jobs.drafts.review(self.draft) or {}
        self.draft = self._jobs.publish(
            self.draft, who=self._order.who, why=self._order.why, digest=review.get("digest"), progress=self._progress
        )
        return self.draft.published or 0

    def forget(self) -> None:
        """Remove the draft and its files."""
        self._jobs.drafts.delete(self._jobs.drafts.get(self.draft.id))


def _over(profile: Answers, decisions: Decisions) -> Answers:
    """The answers of the command line, and those of the profile where the command line has none."""
    answers = decisions.answers
    return replace(
        answers,
        crs=answers.crs or profile.crs,
        crs_is_usual=answers.crs is None and profile.crs_is_usual,
        encodings={**profile.encodings, **answers.encodings},
        mapping=None if profile.mapping is None else {**profile.mapping, **decisions.mapping},
        numbers={**profile.numbers, **answers.numbers},
        constants={**profile.constants, **answers.constants},
        precision=answers.precision or profile.precision,
    )


def mapping_of(review: Plain) -> dict[str, str]:
    """Column -> field in the review, empty for a column that is left out."""
    return {column["column"]: column["target"] for column in review["columns"]}


def with_mapping(answers: Answers, review: Plain) -> Answers:
    """The answers with the complete mapping of the review, so that a profile of them fixes every column."""
    return replace(answers, mapping=mapping_of(review))
