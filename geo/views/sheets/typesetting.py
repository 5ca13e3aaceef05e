"""typst: a template and values become a PDF with the shipped typefaces only.

Values reach a template as data (JSON in sys.inputs), never as typst markup, so no text of a record is code.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import typst

from geo.views.dated_files import moment_of
from geo.views.sheets.typefaces import FONTS_DIR, printable_values

TEMPLATES = Path(__file__).resolve().parent / "typst"
STANDARDS: list[Any] = ["a-2a", "ua-1"]
"""PDF/A-2a for archives (ISO 19005-2, level A) and PDF/UA-1 for screen readers (ISO 14289-1), both at once."""


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS_DIR)])


def typeset(template: str, values: Mapping[str, Any], published_at: str) -> bytes:
    """The PDF of a template of the folder `typst`, dated `published_at` (ISO 8601); equal values give equal bytes.

    Letters that the typefaces lack are replaced, see `printable`.
    """
    return _compile(template, values, published_at, format="pdf", pdf_standards=STANDARDS)


def picture(template: str, values: Mapping[str, Any], published_at: str, ppi: float) -> bytes:
    """The first page of a template as PNG with `ppi` pixels in an inch."""
    return _compile(template, values, published_at, format="png", ppi=ppi)


def _compile(template: str, values: Mapping[str, Any], published_at: str, **options: Any) -> bytes:
    moment = moment_of(published_at)
    date = {"year": moment.year, "month": moment.month, "day": moment.day}
    document = orjson.dumps({**printable_values(values), "date": date}).decode()
    pages: bytes | list[bytes] = typst.compile(
        str(TEMPLATES / template), root=str(TEMPLATES), font_paths=_fonts(), sys_inputs={"values": document},
        timestamp=int(moment.timestamp()), **options,
    )  # fmt: skip
    return pages[0] if isinstance(pages, list) else pages
