"""One import from beginning to end, as a command line orders it."""

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
    """What is imported, by whom and why; the profile to read it by ("" for none) and the one to keep."""

    layer: str
    files: Mapping[str, Path]
    who: str
    why: str
    profile: str = ""
    save_profile: str = ""


class Told(NamedTuple):
    """Answers of a command line, to be laid over those of a profile; `mapping` corrects single columns."""

    answers: Answers
    mapping: Mapping[str, str]


def told(said: Mapping[str, Any]) -> Told:
    """The answers in the options of `app.py import`; BadQuery for one that is not NAME=VALUE."""
    encodings = dict(text.rsplit("=", 1) if "=" in text else ("*", text) for text in said["encodings"])
    answers = Answers(
        part=said["part"],
        crs=said["crs"],
        encodings=encodings,
        constants=_pairs("--set", said["constants"], at_first=True),
        addresses=_pairs("--address", said["addresses"]),
        precision=said["precision"],
        whole=said["whole"],
        source={"source_id": said["source"]} if said["source"] else {},
    )
    return Told(answers, _pairs("--map", said["mapping"]))


def _pairs(option: str, rows: Sequence[str], *, at_first: bool = False) -> dict[str, str]:
    """NAME -> VALUE; the equals sign between them is the first of the row, or the last."""
    for row in rows:
        if "=" not in row:
            raise BadQuery(f"{option} {row!r}: expected NAME=VALUE.", f"{option} {row!r}: cần dạng TÊN=GIÁ TRỊ.")
    # An address, a column or a value may itself hold an equals sign; keys, fields and units never do.
    return {name: value for name, _, value in (row.partition("=") if at_first else row.rpartition("=") for row in rows)}


def _known(option: str, given: Iterable[str], known: Iterable[str]) -> None:
    """BadQuery for a name that would be passed over in silence."""
    names = list(known)
    for name in given:
        if name not in names:
            raise BadQuery(
                f"{option}: there is no {name!r}. There are: {', '.join(names)}.",
                f"{option}: không có {name!r}. Hiện có: {', '.join(names)}.",
            )


class Import:
    """A draft that is read, answered and published in one go."""

    def __init__(self, settings: Settings, order: Order, said: Told, *, progress: Callable[[str], None]) -> None:
        self._jobs, self._profiles = Jobs(settings), Profiles(settings.profiles_dir)
        self._order, self._said, self._progress = order, said, progress
        _known("--set", said.answers.constants, [field.name for field in LAYERS[order.layer].fields])
        profile = self._profiles.get(order.profile, order.layer).answers if order.profile else Answers()
        self._answers = _over(profile, said)
        self.draft: Draft = self._jobs.drafts.create(
            order.layer, order.files, who=order.who, answers=self._answers, profile=order.profile
        )

    def read(self) -> Plain:
        """The review, after the columns that the order corrects were; a profile is kept when one is asked for."""
        review = self._read()
        if "columns" in review:
            _known("--map", self._said.mapping, mapping_of(review))
        if self._said.mapping and self._answers.mapping is None and "columns" in review:
            self._answers = replace(self._answers, mapping={**mapping_of(review), **self._said.mapping})
            self.draft = self._jobs.drafts.answer(self.draft, self._answers)
            review = self._read()
        if self._order.save_profile and "columns" in review:
            self._profiles.save(self._order.save_profile, self._order.layer, kept(self._answers, review))
        return review

    def _read(self) -> Plain:
        self.draft = self._jobs.read(self.draft, self._progress)
        return self._jobs.drafts.review(self.draft) or {}

    def publish(self) -> int:
        """Publish what `read` showed; return the version that it is, the current one when nothing differs."""
        review = self._jobs.drafts.review(self.draft) or {}
        self.draft = self._jobs.publish(
            self.draft, who=self._order.who, why=self._order.why, seen=review.get("digest"), progress=self._progress
        )
        return self.draft.published or 0

    def forget(self) -> None:
        """Remove the draft and its files."""
        self._jobs.drafts.delete(self._jobs.drafts.get(self.draft.id))


def _over(profile: Answers, said: Told) -> Answers:
    """The answers of the profile where the command line says nothing."""
    mine = said.answers
    return replace(
        mine,
        crs=mine.crs or profile.crs,
        encodings={**profile.encodings, **mine.encodings},
        mapping=None if profile.mapping is None else {**profile.mapping, **said.mapping},
        constants={**profile.constants, **mine.constants},
        precision=mine.precision or profile.precision,
    )


def mapping_of(review: Plain) -> dict[str, str]:
    """What the columns of a review are taken for."""
    return {column["column"]: column["target"] for column in review["columns"]}


def kept(answers: Answers, review: Plain) -> Answers:
    """The answers with what the columns were taken for, so that it is not proposed anew next time."""
    return replace(answers, mapping=mapping_of(review))
