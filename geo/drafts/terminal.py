"""A review as lines of text for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from geo.schema import Label

_MOST = 40
"""Most findings, questions or differences that are printed; --json and the CSV files of the draft have more."""

_WORDS: dict[str, Label] = {
    "file": Label("Tệp", "File"),
    "text": Label("Bảng mã", "Text"),
    "columns": Label("Cột → trường", "Columns → fields"),
    "place": Label("Hệ toạ độ", "Coordinate system"),
    "findings": Label("Vấn đề phát hiện", "Findings"),
    "translations": Label("Đã hiểu thành", "Taken for"),
    "questions": Label("Cần trả lời", "To be answered"),
    "changes": Label("Thay đổi so với phiên bản", "Differences from version"),
    "left": Label("bỏ qua", "left out"),
    "sure": Label("chắc chắn", "sure"),
    "rows": Label("dòng", "row"),
    "more": Label("… và {} mục nữa", "… and {} more"),
    "blocking": Label("phải trả lời trước khi công bố", "before it can be published"),
    "ready": Label("Có thể công bố.", "Ready to be published."),
    "not_ready": Label("Chưa thể công bố.", "Not ready to be published."),
    "nothing": Label("Không có gì thay đổi.", "Nothing would change."),
}

_COUNTS: dict[str, Label] = {
    "rows": Label("dòng", "rows"),
    "added": Label("thêm", "added"),
    "changed": Label("sửa", "changed"),
    "moved": Label("đổi vị trí", "moved"),
    "removed": Label("xoá", "removed"),
    "unchanged": Label("giữ nguyên", "unchanged"),
    "left_out": Label("dòng không nhập", "rows left out"),
    "issues": Label("phát hiện", "findings"),
    "changes": Label("chỗ tự sửa", "repairs"),
}

EMPTY = "''"  # the answer that leaves a column out

Plain = Mapping[str, Any]


def lines(review: Plain, lang: str) -> Iterator[str]:
    """The lines of the review: file, columns, coordinate system, findings, differences, questions, counts."""

    def t(key: str) -> str:
        return _WORDS[key].of(lang)

    if "file" in review:
        file = review["file"]
        yield f"{t('file')}: {file['driver']} “{file['layer']}”, {file['rows']} {_COUNTS['rows'].of(lang)}"
        yield from (f"  {_of(note, lang)}" for note in review["notes"])
        yield from _columns(review, lang)
        yield from _place(review, lang)
        yield from _list(
            t("translations"), [_translation(translation, lang) for translation in review["translations"]], lang
        )
        yield from _list(t("findings"), [_finding(issue, lang) for issue in review["issues"]], lang)
        yield from _list(
            f"{t('changes')} {review['base']}", [_difference(record, lang) for record in review["diff"]], lang
        )
    yield from _list(t("questions"), [_question(question, lang) for question in review["questions"]], lang)
    if "counts" in review:
        counts = review["counts"]
        yield ", ".join(f"{label.of(lang)} {counts[key]}" for key, label in _COUNTS.items())
        if not review["diff"]:
            yield t("nothing")
    yield t("ready" if review["publishable"] else "not_ready")


def _of(label: Mapping[str, str], lang: str) -> str:
    return label["vi" if lang == "vi" else "en"]


def _columns(review: Plain, lang: str) -> Iterator[str]:
    yield f"{_WORDS['columns'].of(lang)}:"
    for column in review["columns"]:
        text = column["text"]
        encoding = f"  [{_of(text['label'], lang)} {text['confidence']:.0%}]" if text and text["samples"] else ""
        target = column["target"] or _WORDS["left"].of(lang)
        yield f"  {column['column']} → {target} ({_of(column['why'], lang)}){encoding}"
        if text and text["samples"]:
            sample = text["samples"][0]
            yield f"      “{sample['before'][:40]}” → “{sample['after'][:40]}”"


def _place(review: Plain, lang: str) -> Iterator[str]:
    place = review["location"]
    if place is None:
        return
    label = _of(place["label"], lang) if place["label"] else "?"
    yield f"{_WORDS['place'].of(lang)}: {label} [{place['advice']}]"
    yield from (f"  {_of(line, lang)}" for line in place["evidence"])


def _list(title: str, rows: list[str], lang: str) -> Iterator[str]:
    if not rows:
        return
    yield f"{title}:"
    yield from (f"  {row}" for row in rows[:_MOST])
    if len(rows) > _MOST:
        yield f"  {_WORDS['more'].of(lang).format(len(rows) - _MOST)}"


def _translation(translation: Plain, lang: str) -> str:
    values = f"“{translation['before']}” → {translation['after']}"
    return f"{translation['field']}: {values} ({_of(translation['rule'], lang)}, {translation['rows']})"


def _finding(issue: Plain, lang: str) -> str:
    row = f"{_WORDS['rows'].of(lang)} {issue['row']}, " if issue["row"] is not None else ""
    about = "/".join(part for part in (issue["record"], issue["field"]) if part)
    return f"{issue['severity']:<8} {row}{about}: {_of(issue['message'], lang)} → {_of(issue['remedy'], lang)}"


def _difference(record: Plain, lang: str) -> str:
    sign = {"added": "+", "changed": "~", "removed": "-"}[record["op"]]
    fields = "; ".join(
        f"{change['field']}: {_value(change, 'before', lang)} → {_value(change, 'after', lang)}"
        for change in record["fields"]
    )
    values = f": {fields[:160]}" if record["op"] == "changed" else ""
    distance = f"; {record['moved_m']:.1f} m" if record["moved_m"] is not None else ""
    return f"{sign} {record['record']} {record['title']}{values}{distance}"


def _value(change: Plain, state: str, lang: str) -> object:
    words = change[f"{state}_words"]
    return _of(words, lang) if words else change[state]


def _question(question: Plain, lang: str) -> str:
    option, _, about = question["key"].partition(":")
    word = {
        "part": "--part NAME", "crs": "--crs KEY", "mapping": "--map COLUMN=FIELD", "incomplete": "--incomplete KEY",
        "reused_keys": "--reused-keys KEY",
        "encodings": f"--encoding '{about}=KEY'", "addresses": f"--address '{about}=KEY'",
        "numbers": f"--decimal '{about}=MARK'",
        "references": f"--reference '{about}=KEY'",
    }[option]  # fmt: skip
    keys = ", ".join(f"{choice['key'] or EMPTY} ({_of(choice['label'], lang)})" for choice in question["choices"][:6])
    must = f" [{_WORDS['blocking'].of(lang)}]" if question["blocking"] else ""
    return f"{_of(question['label'], lang)}{must}  {word}: {keys}"
