"""What publishing a draft would change, saved when the draft is read, so that publishing need not read its files again.

A saved publication holds for the files, the answers and the version that it was made from, and for nothing else.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from geo.drafts.draft import Draft
from geo.ocop.layers import LAYERS
from geo.part_files import part_of
from geo.report import Report
from geo.store.content import Content, State, digest_of

_FILE = "publication.jsonl"


@dataclass(frozen=True)
class Publication:
    """The layers that would be published, in the store's canonical form, with the metadata and findings of all layers.

    `base` is the number of the version that the draft was compared with, `is_change` whether the draft's layer differs
    from it. `digest` is that of the review.
    """

    base: int
    is_change: bool
    digest: str
    layers: State
    metadata: Mapping[str, Mapping[str, Any]]
    report: Report


def save(folder: Path, draft: Draft, publication: Publication) -> None:
    """Write a publication into the folder of its draft, atomically: a header, then a line for each record."""
    header = orjson.dumps(
        {
            "base": publication.base,
            "is_change": publication.is_change,
            "digest": publication.digest,
            "layers": list(publication.layers),
            "metadata": publication.metadata,
            "report": publication.report.to_json(),
        }
    )
    part = part_of(folder / _FILE)
    try:
        with part.open("wb") as file:
            file.write(b"%s %s\n" % (_seal(draft, header, publication.layers).encode(), header))
            file.writelines(_lines(publication.layers))
        part.replace(folder / _FILE)
    finally:
        part.unlink(missing_ok=True)


def load(folder: Path, draft: Draft, base: int) -> Publication | None:
    """The saved publication; None without one, and for one of other files, answers or another version than `base`."""
    try:
        with (folder / _FILE).open("rb") as file:
            seal, _, header = file.readline().rstrip(b"\n").partition(b" ")
            plain = orjson.loads(header)
            layers: State = {layer: {} for layer in plain["layers"]}
            for line in file:
                layer, key, properties, geometry = orjson.loads(line)
                layers[layer][key] = properties, None if geometry is None else bytes.fromhex(geometry)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if plain["base"] != base or seal.decode() != _seal(draft, header, layers):
        return None
    return Publication(
        base, plain["is_change"], plain["digest"], layers, plain["metadata"], Report.from_json(plain["report"])
    )


def discard(folder: Path) -> None:
    """Remove the saved publication, if there is one."""
    (folder / _FILE).unlink(missing_ok=True)


def _lines(layers: State) -> Iterator[bytes]:
    for layer, records in layers.items():
        for key, content in records.items():
            yield _line(layer, key, content)


def _line(layer: str, key: str, content: Content) -> bytes:
    properties, geometry = content
    return orjson.dumps([layer, key, properties, None if geometry is None else geometry.hex()]) + b"\n"


def _seal(draft: Draft, header: bytes, layers: State) -> str:
    """A digest of a publication and of everything that it was made from: files, answers, declarations of the layers."""
    origin = (draft.layer, draft.files, draft.sha256, draft.who, draft.created, [LAYERS[layer] for layer in layers])
    answers = json.dumps(draft.answers.to_json(), sort_keys=True)
    return hashlib.sha256(f"{origin!r} {answers} {digest_of(layers, header.decode())}".encode()).hexdigest()
