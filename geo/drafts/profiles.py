"""Import profiles: the saved answers of an import, with which the next file of the same kind is read.

The coordinate system is kept for each sender: two offices may send the same table, one of them in VN-2000 and the other
from GPS on the same grid, and nothing in the files tells them apart.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from geo.drafts.json_files import write_json
from geo.errors import BadQuery, BadSource, NotFound
from geo.ingest.columns.values import folded
from geo.ingest.decisions import Answers


class Profile(NamedTuple):
    """The name of a profile, the layer that it is for, and the answers for one sender.

    `crs_by_sender` maps the folded name of a sender to a `Reading.key`.
    """

    name: str
    layer: str
    answers: Answers
    crs_by_sender: Mapping[str, str]


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

    def get(self, name: str, layer: str, sender: str = "") -> Profile:
        """The profile with the coordinate system of `sender`, None for a sender without one.

        NotFound when there is none of that name, BadQuery when it is for another layer.
        """
        path = self._path(name)
        if not path.is_file():
            names = ", ".join(profile.name for profile in self.all()) or "-"
            raise NotFound(f"No profile {name!r}. Profiles: {names}.", f"Không có mẫu nhập {name!r}. Hiện có: {names}.")
        profile = _read(path, sender)
        if profile.layer != layer:
            raise BadQuery(
                f"Profile {name!r} is for layer {profile.layer}, not {layer}.",
                f"Mẫu nhập {name!r} dùng cho lớp {profile.layer}, không phải {layer}.",
            )
        return profile

    def save(self, name: str, layer: str, answers: Answers, sender: str = "") -> Profile:
        """Save the answers that do not depend on the single file; a profile of the same name is replaced.

        The coordinate systems of other senders stay.
        """
        name = " ".join(name.split())
        if not folded(name) or len(name) > 80:
            raise BadQuery("A profile needs a name of 1 to 80 letters.", "Mẫu nhập cần tên từ 1 đến 80 chữ.")
        reusable = replace(
            answers, part=None, addresses={}, references={}, source={}, whole=False, incomplete="", reused_keys=""
        )
        crs_by_sender = self._crs_by_sender(name, layer)
        crs_by_sender.pop(folded(sender), None)
        if answers.crs:
            crs_by_sender[folded(sender)] = answers.crs
        self.directory.mkdir(parents=True, exist_ok=True)
        body = {
            "name": name, "layer": layer, "answers": replace(reusable, crs=None, crs_is_usual=False).to_json(),
            "crs_by_sender": crs_by_sender,
        }  # fmt: skip
        write_json(self._path(name), body, indent=1)
        return Profile(name, layer, reusable, crs_by_sender)

    def remember(self, name: str, layer: str, answers: Answers, sender: str) -> None:
        """Keep the coordinate system of `answers` as that of a sender's files; nothing happens without either."""
        if answers.crs and self._path(name).is_file():
            self.save(name, layer, replace(self.get(name, layer).answers, crs=answers.crs), sender)

    def _crs_by_sender(self, name: str, layer: str) -> dict[str, str]:
        """The coordinate systems in a profile that is about to be replaced by one for the same layer."""
        with suppress(NotFound, BadQuery, BadSource):
            return dict(self.get(name, layer).crs_by_sender)
        return {}

    def delete(self, name: str) -> None:
        """Delete a profile; NotFound when there is none."""
        path = self._path(name)
        if not path.is_file():
            raise NotFound(f"No profile {name!r}.", f"Không có mẫu nhập {name!r}.")
        path.unlink()

    def _path(self, name: str) -> Path:
        return self.directory / f"{re.sub(r'[^a-z0-9]+', '-', folded(name))[:200] or '-'}.json"


def _read(path: Path, sender: str = "") -> Profile:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        answers = Answers.from_json(body["answers"])
        crs_by_sender = dict(body.get("crs_by_sender", {}))
        # Profiles of earlier releases have one coordinate system, for every sender.
        crs = Answers.from_json({"crs": crs_by_sender.get(folded(sender), answers.crs)}).crs
        answers = replace(answers, crs=crs, crs_is_usual=crs is not None)
        return Profile(body["name"], body["layer"], answers, crs_by_sender)
    except (ValueError, KeyError, TypeError, AttributeError, BadQuery) as error:
        raise BadSource(
            f"Profile file {path.name} is damaged. Save the profile again.",
            f"Tệp mẫu nhập {path.name} bị hỏng. Hãy lưu lại mẫu nhập.",
        ) from error
