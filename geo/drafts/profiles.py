"""Named profiles: how last month's file was read, so that this month's is read without asking."""

import json
import os
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from geo.errors import BadQuery, BadSource, NotFound
from geo.ingest.columns.values import folded
from geo.ingest.decisions import Answers


class Profile(NamedTuple):
    """A name that people gave, the layer, and the answers."""

    name: str
    layer: str
    answers: Answers


class Profiles:
    """The profiles of a folder, one JSON file each."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def all(self) -> list[Profile]:
        """Every profile that can be read, by name."""
        found = []
        for path in sorted(self.directory.glob("*.json")) if self.directory.is_dir() else []:
            with suppress(BadSource):
                found.append(_read(path))
        return sorted(found, key=lambda profile: folded(profile.name))

    def get(self, name: str, layer: str) -> Profile:
        """The profile; NotFound when there is none of that name, BadQuery when it is for another layer."""
        path = self._path(name)
        if not path.is_file():
            known = ", ".join(profile.name for profile in self.all()) or "-"
            raise NotFound(f"No profile {name!r}. Profiles: {known}.", f"Không có mẫu nhập {name!r}. Hiện có: {known}.")
        profile = _read(path)
        if profile.layer != layer:
            raise BadQuery(
                f"Profile {name!r} is for layer {profile.layer}, not {layer}.",
                f"Mẫu nhập {name!r} dùng cho lớp {profile.layer}, không phải {layer}.",
            )
        return profile

    def save(self, name: str, layer: str, answers: Answers) -> Profile:
        """Keep the answers that the next file of this kind can use; a profile of that name is replaced."""
        name = " ".join(name.split())
        if not folded(name) or len(name) > 80:
            raise BadQuery("A profile needs a name of 1 to 80 letters.", "Mẫu nhập cần tên từ 1 đến 80 chữ.")
        kept = replace(answers, part=None, addresses={}, source={}, whole=False)
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self._path(name)
        body = {"name": name, "layer": layer, "answers": kept.to_json()}
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
        part.replace(path)
        return Profile(name, layer, kept)

    def delete(self, name: str) -> None:
        """Forget a profile; NotFound when there is none."""
        path = self._path(name)
        if not path.is_file():
            raise NotFound(f"No profile {name!r}.", f"Không có mẫu nhập {name!r}.")
        path.unlink()

    def _path(self, name: str) -> Path:
        return self.directory / f"{re.sub(r'[^a-z0-9]+', '-', folded(name))[:200] or '-'}.json"


def _read(path: Path) -> Profile:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return Profile(body["name"], body["layer"], Answers.from_json(body["answers"]))
    except (ValueError, KeyError, TypeError, AttributeError, BadQuery) as error:
        raise BadSource(
            f"Profile file {path.name} is damaged. Save the profile again.",
            f"Tệp mẫu nhập {path.name} bị hỏng. Hãy lưu lại mẫu nhập.",
        ) from error
