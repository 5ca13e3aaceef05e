"""The parser of the forms under /manage; BadQuery states what a field expects."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from werkzeug.datastructures import FileStorage, MultiDict

from geo.errors import BadQuery
from geo.ingest.decisions import ADD, LEAVE_OUT, PUBLISH, REPLACE, Answers
from geo.ocop.codes import PRECISIONS

Form = MultiDict[str, str]
_LONGEST = 500
AUTOMATIC = (
    "part", "crs", "encodings", "mapping", "numbers", "constants", "addresses", "references", "precision", "incomplete",
    "reused_keys",
)  # fmt: skip
"""Answers that can be taken back, so that the file decides again or the question is asked again."""


def text(form: Form, name: str, longest: int = _LONGEST) -> str:
    """The stripped text of a field; empty when the form lacks it. BadQuery when it is too long."""
    value = form.get(name, "").strip()
    if len(value) > longest:
        raise BadQuery(
            f"Field {name!r} has {len(value)} characters; at most {longest} are allowed.",
            f"Ô {name!r} có {len(value)} ký tự; tối đa {longest}.",
        )
    return value


def require(form: Form, name: str, vi: str, en: str) -> str:
    """The text of a required field; BadQuery, which calls the field `vi` and `en`, when it is empty."""
    value = text(form, name)
    if not value:
        raise BadQuery(f"Fill in: {en}.", f"Hãy điền: {vi}.")
    return value


def uploads(files: MultiDict[str, FileStorage], into: Path) -> dict[str, Path]:
    """The files of an upload, saved in the folder `into`: name of the upload -> path."""
    paths = {}
    for number, file in enumerate(files.getlist("files")):
        if file.filename:
            path = into / str(number)
            file.save(path)
            name = file.filename
            while name in paths:
                name = f"{number}-{name}"
            paths[name] = path
    if not paths:
        raise BadQuery("No file was chosen.", "Chưa chọn tệp nào.")
    return paths


def answers(form: Form, before: Answers) -> Answers:
    """The answers in the form of an import; questions that the form does not contain keep their earlier answers.

    A field `automatic` names an answer that is taken back, so that the file decides again; "all" takes back all.
    """
    columns = {name.removeprefix("map:"): value for name, value in form.items() if name.startswith("map:")}
    precision = form.get("precision", before.precision)
    if precision and precision not in {one.key for one in PRECISIONS}:
        raise BadQuery(
            f"precision={precision!r} is not in the code list.", f"Không có độ chính xác {precision!r} trong danh mục."
        )
    source = {name: value for name in ("source_id", "publisher", "date", "address", "what")
              if (value := text(form, f"source:{name}", 1_000))}  # fmt: skip
    crs = form.get("crs_other") or form.get("crs")
    changed = Answers(
        part=form.get("part") or before.part,
        crs=crs or before.crs,
        crs_is_usual=before.crs_is_usual and not crs,
        encodings=_over(form, "encoding:", before.encodings),
        mapping=columns or before.mapping,
        numbers=_decimal_marks(_over(form, "number:", before.numbers)),
        constants=_over(form, "set:", before.constants),
        addresses=_over(form, "address:", before.addresses),
        references=_over(form, "reference:", before.references),
        precision=precision,
        whole=form.get("whole") == "yes" if "whole-shown" in form else before.whole,
        incomplete=_one_of(form, "incomplete", (PUBLISH, LEAVE_OUT), before.incomplete),
        reused_keys=_one_of(form, "reused_keys", (REPLACE, ADD), before.reused_keys),
        source=source if any(name.startswith("source:") for name in form) else before.source,
    )
    return _taken_back(changed, form.getlist("automatic"))


def _decimal_marks(marks: Mapping[str, str]) -> Mapping[str, str]:
    """The marks; BadQuery for one that is neither comma nor point."""
    for column, mark in marks.items():
        if mark not in {"comma", "point"}:
            raise BadQuery(
                f"number:{column}={mark!r} is no decimal mark. Marks: comma, point.",
                f"number:{column}={mark!r} không phải dấu thập phân. Các dấu: comma, point.",
            )
    return marks


def _taken_back(answers: Answers, names: Sequence[str]) -> Answers:
    """The answers without those named; BadQuery for a name that is none of AUTOMATIC."""
    unknown = [name for name in names if name not in {*AUTOMATIC, "all"}]
    if unknown:
        listed = ", ".join(("all", *AUTOMATIC))
        raise BadQuery(
            f"automatic={unknown[0]!r} is no answer. Answers: {listed}.",
            f"automatic={unknown[0]!r} không phải câu trả lời. Các mục: {listed}.",
        )
    defaults = Answers()
    return replace(answers, **{name: getattr(defaults, name) for name in (AUTOMATIC if "all" in names else names)})


def answered(answers: Answers) -> list[str]:
    """The answers of AUTOMATIC that a person or a profile gave."""
    return [name for name in AUTOMATIC if getattr(answers, name) != getattr(Answers(), name)]


def _one_of(form: Form, name: str, keys: Sequence[str], before: str) -> str:
    """The key in a field, "" for no answer; that of before when the form lacks the field."""
    key = form.get(name, before)
    if key and key not in keys:
        listed = ", ".join(keys)
        raise BadQuery(
            f"{name}={key!r} is no answer. Answers: {listed}.",
            f"{name}={key!r} không phải câu trả lời. Các mục: {listed}.",
        )
    return key


def _over(form: Form, prefix: str, before: Mapping[str, str]) -> dict[str, str]:
    """The fields whose names begin with `prefix`, over the earlier answers; an empty field takes its answer back."""
    others = {name: value for name, value in before.items() if f"{prefix}{name}" not in form}
    filled = {name.removeprefix(prefix): value for name, value in form.items() if name.startswith(prefix) and value}
    return {**others, **filled}
