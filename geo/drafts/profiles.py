"""Import profiles: the saved answers of an import, with which the next file of the same kind is read."""

import json
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from geo.drafts.json_files import write_json
from geo.errors import BadQuery, BadSource, NotFound
from geo.ingest.columns.values import folded
from geo.ingest.decisions import Answers


class Profile(NamedTuple):
    """The name of a profile, the layer that it is for, and the answers."""

    name: str
    layer: str
    answers: Answers


class Profiles:
    """The profiles of a folder, one JSON file each."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def all(self) -> list[Profile]:
        """Every profile that can be read, ordered by name."""
        profiles = []
        for path in sorted(self.directory.glob("*.json")):
            with suppress(BadSource):
                profiles.append(_read(path))
        return sorted(profiles, key=lambda profile: folded(profile.name))

    def get(self, name: str, layer: str) -> Profile:
        """The profile; NotFound when there is none of that name, BadQuery when it is for another layer."""
        path = self._path(name)
        if not path.is_file():
            names = ", ".join(profile.name for profile in self.all()) or "-"
            raise NotFound(f"No profile {name!r}. Profiles: {names}.", f"Không có mẫu nhập {name!r}. Hiện có: {names}.")
        profile = _read(path)
        if profile.layer != layer:
            raise BadQuery(
                f"Profile {name!r} is for layer {profile.layer}, not {layer}.",
                f"Mẫu nhập {name!r} dùng cho lớp {profile.layer}, không phải {layer}.",
            )
        return profile

    def save(self, name: str, layer: str, answers: Answers) -> Profile:
        """Save the answers that do not depend on the single file; a profile of the same name is replaced."""
        name = " ".join(name.split())
        if not folded(name) or len(name) > 80:
            raise BadQuery("A profile needs a name of 1 to 80 letters.", "Mẫu nhập cần tên từ 1 đến 80 chữ.")
        reusable = replace(answers, part=None, addresses={}, source={}, whole=False)
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self._path(name)
        body = {"name": name, "layer": layer, "answers": reusable.to_json()}
        write_json(path, body, indent=1)
        return Profile(name, layer, reusable)

    def delete(self, name: str) -> None:
        """Delete a profile; NotFound when there is none."""
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
