"""The licences of the packages that the service runs on."""

from email.message import Message
from importlib.metadata import Distribution, PackageMetadata
from typing import cast

import pytest

from tests.conftest import ROOT
from tests.licences import Package, licence_of, packages, table


def test_every_package_has_a_licence_that_is_allowed() -> None:
    assert {package.name: package.refused for package in packages() if package.refused or not package.licence} == {}


def test_the_document_lists_the_licences() -> None:
    rows = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").splitlines()
    missing = [row for row in table().splitlines() if row not in rows]
    assert missing == [], "run: python -m tests.licences, and put the table into docs/dependencies.md"


@pytest.mark.parametrize(
    ("licence", "refused"),
    [("MIT", set()), ("MPL-2.0 AND (Apache-2.0 OR MIT)", set()), ("GPL-3.0-only", {"GPL-3.0-only"}),
     ("MIT AND AGPL-3.0-or-later", {"AGPL-3.0-or-later"}), ("Proprietary", {"Proprietary"})],
)  # fmt: skip
def test_another_licence_is_refused(licence: str, refused: set[str]) -> None:
    assert Package("x", licence).refused == refused


class Described(Distribution):
    """A distribution of which only the metadata are known."""

    def __init__(self, *fields: tuple[str, str]) -> None:
        self._message = Message()
        for name, value in fields:
            self._message[name] = value

    @property
    def metadata(self) -> PackageMetadata:
        return cast(PackageMetadata, self._message)

    def read_text(self, filename: str) -> str | None:
        return None

    def locate_file(self, path: object) -> object:  # type: ignore[override]
        return path


@pytest.mark.parametrize(
    ("fields", "licence"),
    [([("License-Expression", "MIT"), ("License", "BSD")], "MIT"), ([("License", "MIT License\n\nCopyright ...")], "MIT"),
     ([("Classifier", "License :: OSI Approved :: MIT License")], "MIT"), ([("License", "Commercial")], "Commercial"),
     ([], "")],
)  # fmt: skip
def test_the_licence_is_what_the_package_says(fields: list[tuple[str, str]], licence: str) -> None:
    assert licence_of("some-package", Described(*fields)) == licence
