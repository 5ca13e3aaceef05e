"""The licences of the packages of requirements.txt and requirements-base.txt, from what each package says of itself.

    python -m tests.licences

prints the table of docs/dependencies.md.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import NamedTuple

from packaging.requirements import Requirement

from tests.pins import REQUIREMENTS

ALLOWED = {
    "MIT", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "MPL-2.0", "MIT-CMU", "PSF-2.0", "Zlib", "CC0-1.0",
}  # fmt: skip
"""SPDX identifiers of licences that allow an office to use, change and pass on the service (MIT) with its packages."""

SPELLINGS = {
    "BSD 3-Clause": "BSD-3-Clause",
    "New BSD": "BSD-3-Clause",
    "MIT License": "MIT",
    "License :: OSI Approved :: MIT License": "MIT",
}
"""What packages write instead of an identifier."""

FROM_TEXT = {
    "Jinja2": "BSD-3-Clause",
    "XStatic-Leaflet": "BSD-2-Clause",
    "XStatic-Leaflet-MarkerCluster": "MIT",
    "cligj": "BSD-3-Clause",
    "itsdangerous": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
}
"""Packages that name no identifier; theirs was read from the text of the licence (of Leaflet: from leafletjs.com)."""


class Package(NamedTuple):
    """A pinned package that is installed, and its licence as an SPDX expression."""

    name: str
    licence: str

    @property
    def refused(self) -> set[str]:
        """The identifiers of the expression that are not allowed."""
        return set(re.findall(r"[\w.+-]+", self.licence)) - {"AND", "OR", "WITH"} - ALLOWED


def packages() -> Iterator[Package]:
    """The packages that are installed, in alphabetical order; those of other systems are left out."""
    texts = [file.read_text(encoding="utf-8") for file in REQUIREMENTS]
    lines = (line.partition("#")[0].strip() for text in texts for line in text.splitlines())
    for name in sorted((Requirement(line).name for line in lines if line), key=str.lower):
        try:
            yield Package(name, licence_of(name, distribution(name)))
        except PackageNotFoundError:
            continue


def licence_of(name: str, package: Distribution) -> str:
    """The SPDX expression of a package's licence; what it wrote itself when that is no identifier."""
    about = package.metadata
    expression = about.get("License-Expression") or FROM_TEXT.get(name)
    if expression:
        return expression
    first_line = (about.get("License") or "").strip().partition("\n")[0].strip()
    classifiers = [one for one in about.get_all("Classifier") or [] if one.startswith("License")]
    text = first_line or ", ".join(classifiers)
    return SPELLINGS.get(text, text)


def table() -> str:
    """The table of docs/dependencies.md."""
    rows = [f"| {package.name} | {package.licence} |" for package in packages()]
    return "\n".join(["| package | licence |", "|---|---|", *rows])


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
