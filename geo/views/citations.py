"""The sources that records cite, and the codes in their texts as numbered footnotes and as links to records."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from geo.atlas import Atlas, Query, Record
from geo.encodings.language import is_english
from geo.ocop.collections import COLLECTIONS
from geo.ocop.fields import POSITION_SOURCE
from geo.ocop.layers import THEMATIC
from geo.schema import Label
from geo.views.evidence import TRANSLATION
from geo.views.values import Reader, Urls, parts

Parts = list[dict[str, Any]]
"""A text in pieces: `text` alone, with the `number` of a source in the record's list, or with the `url` of a record."""

_CODE = r"[A-Z]{1,3}\d{1,4}"
_RUN = re.compile(
    rf"(?P<open>\s*\()?(?<![\w/-])(?P<codes>{_CODE}(?:(?:\s*[,;/]\s*|\s+(?:và|hay|and|or)\s+){_CODE})*)(?![\w/-])(?P<close>\))?"
)
"""One or several codes in a row, with the brackets around them if there is nothing else inside."""
_PIECE = re.compile(rf"({_CODE})")
_SOURCE = Label("nguồn", "source")
_AFTER_SOURCE = re.compile(r"\b(nguồn|sources?)\s*$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(^|[.!?]\s*)$")

_MARKS = (
    ("kind", "machine_translation", TRANSLATION),
    ("may_be_closed", "yes", Label("trang có thể đã đóng", "the page may be closed")),
)
"""The warnings beside a cited source: field of the source, its value, and the words for it."""


class Citations:
    """What some records cite, looked up with one query for the sources and one for each layer of named records.

    `further` are keys of sources that stand behind those of each record in its list.
    """

    def __init__(
        self, atlas: Atlas, records: Iterable[Record], lang: str, urls: Urls, further: Iterable[str] = ()
    ) -> None:
        self._further = tuple(further)
        codes = {key for record in records for key in self._keys_of(record)}
        reader, date, what = Reader(atlas, lang), *map(COLLECTIONS["sources"].field, ("date", "what"))
        self._sources = {
            source.id: {
                "id": source.id,
                "publisher": source.title_in(lang),
                "address": _http(source.properties.get("address")),
                "date": reader.format_value(date, source.properties.get("date")),
                "what": (contents := reader.text_of(what, source)),
                "what_lang": language_of(contents),
                "marks": [words.of(lang) for name, key, words in _MARKS if source.properties.get(name) == key],
                "url": urls.record("sources", source.id),
            }
            for source in (atlas.find(Query("sources", ids=tuple(sorted(codes)))).records if codes else ())
        }
        names = {code for code in codes - self._sources.keys() if re.fullmatch(_CODE, code)}
        self._records = {
            key: {
                "text": key,
                "url": urls.record(layer, key),
                "title": title_en if lang != "vi" and title_en else title,
            }
            for layer in (THEMATIC if names else ())
            for key, (title, title_en) in atlas.titles(layer, names).items()
        }

    def of(self, record: Record) -> list[dict[str, Any]]:
        """The sources of one record: those of its list, those that only its texts name, then the further ones.

        A source that does not exist is left out.
        """
        return [self._sources[key] for key in self._keys_of(record) if key in self._sources]

    def with_notes(self, record: Record, text: str, keys: Iterable[str]) -> Parts | None:
        """`text` with a footnote for each of the sources `keys`; None without any."""
        numbers = self._numbers(record)
        marks = [_mark(numbers[key]) for key in keys if key in numbers]
        return [{"text": f"{text} "}, *marks] if marks else None

    def parts(self, record: Record, text: str | None, lang: str) -> Parts | None:
        """`text` of `record`, which is written in `lang`, in pieces; None where no piece is more than text."""
        if not text:
            return None
        pieces = _merged(self._split(text, self._numbers(record), lang))
        return pieces if any(len(piece) > 1 for piece in pieces) else None

    def _keys_of(self, record: Record) -> list[str]:
        return list(dict.fromkeys((*_keys_of(record), *self._further)))

    def _numbers(self, record: Record) -> dict[str, int]:
        keys = (key for key in self._keys_of(record) if key in self._sources)
        return {key: number for number, key in enumerate(keys, start=1)}

    def _split(self, text: str, numbers: dict[str, int], lang: str) -> Iterator[dict[str, Any]]:
        end = 0
        for run in _RUN.finditer(text):
            yield {"text": text[end : run.start()]}
            end = run.end()
            codes = _PIECE.findall(run["codes"])
            if run["open"] and run["close"] and all(code in numbers for code in codes):
                yield from (_mark(numbers[code]) for code in codes)
                continue
            yield {"text": run["open"] or ""}
            before = text[: run.start("codes")]
            for piece in _PIECE.split(run["codes"]):
                if piece in numbers:
                    yield {"text": _word(before, lang)}
                    yield _mark(numbers[piece])
                    before = _SOURCE.of(lang)  # a list of codes has the word once
                else:
                    yield self._records.get(piece, {"text": piece})
            yield {"text": run["close"] or ""}
        yield {"text": text[end:]}


def _word(before: str, lang: str) -> str:
    """The word "source" for a footnote that is part of the sentence; nothing where the text before ends with it."""
    if _AFTER_SOURCE.search(before):
        return ""
    word = _SOURCE.of(lang)
    return f"{word.capitalize() if _SENTENCE_END.search(before) else word} "


def _mark(number: int) -> dict[str, Any]:
    return {"text": f"[{number}]", "number": number}


def _merged(pieces: Iterable[dict[str, Any]]) -> Parts:
    """The pieces without empty ones, plain neighbours joined."""
    merged: Parts = []
    for piece in pieces:
        if not piece["text"]:
            continue
        if merged and len(piece) == len(merged[-1]) == 1:
            merged[-1] = {"text": merged[-1]["text"] + piece["text"]}
        else:
            merged.append(piece)
    return merged


def _keys_of(record: Record) -> list[str]:
    """The keys of the record's list of sources, then every code in its texts, each once."""
    keys = list(parts(record.properties.get("source_ids")))
    for field in COLLECTIONS[record.layer].fields:
        value = record.properties.get(field.name)
        if (field.kind == "longtext" or field == POSITION_SOURCE) and isinstance(value, str):
            keys += _PIECE.findall(value)
    return list(dict.fromkeys(keys))


def language_of(text: object) -> str | None:
    """`"en"` or `"vi"` for a text in either; None for anything else."""
    return None if not isinstance(text, str) else "en" if is_english(text) else "vi"


def _http(address: object) -> str | None:
    """`address` when it is an http(s) URL, else None: other schemes are not linked."""
    return address if isinstance(address, str) and address.startswith(("http://", "https://")) else None
