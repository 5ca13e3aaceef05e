"""The parser of the forms under /manage; BadQuery states what a field expects."""

from collections.abc import Mapping
from pathlib import Path

from werkzeug.datastructures import FileStorage, MultiDict

from geo.errors import BadQuery
from geo.ingest.decisions import LEAVE_OUT, PUBLISH, Answers
from geo.ocop.codes import PRECISIONS

Form = MultiDict[str, str]
_LONGEST = 500


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
    """The answers in the form of an import; questions that the form does not contain keep their earlier answers."""
    columns = {name.removeprefix("map:"): value for name, value in form.items() if name.startswith("map:")}
    precision = form.get("precision", before.precision)
    if precision and precision not in {one.key for one in PRECISIONS}:
        raise BadQuery(
            f"precision={precision!r} is not in the code list.", f"Không có độ chính xác {precision!r} trong danh mục."
        )
    incomplete = form.get("incomplete", before.incomplete)
    if incomplete not in {"", PUBLISH, LEAVE_OUT}:
        raise BadQuery(
            f"incomplete={incomplete!r} is no answer. Answers: {PUBLISH}, {LEAVE_OUT}.",
            f"incomplete={incomplete!r} không phải câu trả lời. Các mục: {PUBLISH}, {LEAVE_OUT}.",
        )
    source = {name: value for name in ("source_id", "publisher", "date", "address", "what")
              if (value := text(form, f"source:{name}", 1_000))}  # fmt: skip
    return Answers(
        part=form.get("part") or before.part,
        crs=form.get("crs_other") or form.get("crs") or before.crs,
        encodings={**before.encodings, **_group(form, "encoding:")},
        mapping=columns or before.mapping,
        numbers=_decimal_marks({**before.numbers, **_group(form, "number:")}),
        constants={**_constants_without_field(form, before.constants), **_group(form, "set:")},
        addresses={**before.addresses, **_group(form, "address:")},
        precision=precision,
        whole=form.get("whole") == "yes" if "whole-shown" in form else before.whole,
        incomplete=incomplete,
        source=source if any(name.startswith("source:") for name in form) else before.source,
    )


def _decimal_marks(marks: Mapping[str, str]) -> Mapping[str, str]:
    """The marks; BadQuery for one that is neither comma nor point."""
    for column, mark in marks.items():
        if mark not in {"comma", "point"}:
            raise BadQuery(
                f"number:{column}={mark!r} is no decimal mark. Marks: comma, point.",
                f"number:{column}={mark!r} không phải dấu thập phân. Các dấu: comma, point.",
            )
    return marks


def _constants_without_field(form: Form, constants: Mapping[str, str]) -> Mapping[str, str]:
    """The earlier constants for which the form has no field."""
    return {name: value for name, value in constants.items() if f"set:{name}" not in form}


def _group(form: Form, prefix: str) -> Mapping[str, str]:
    """The non-empty fields whose names begin with `prefix`, without the prefix."""
    return {name.removeprefix(prefix): value for name, value in form.items() if name.startswith(prefix) and value}
