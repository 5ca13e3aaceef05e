"""The preview image of a record, or of the whole map, typeset by typst: name, class, place, and a map.

Texts reach the template as data (JSON in sys.inputs), never as markup of typst or SVG.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson
import typst

from geo.atlas import Atlas, Query, Record
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import THEMATIC
from geo.ocop.styles import icon_of
from geo.schema import Label
from geo.text import nfc
from geo.views.map.map_page import Places
from geo.views.map.themes import TOKENS
from geo.views.previews.drawings import brand, map_of, symbol
from geo.views.record import subtitle
from geo.views.values import format_moment

SIZE = (1200, 630)
"""Width and height in pixels, as Facebook, Zalo and X recommend."""

_TEMPLATE = Path(__file__).with_name("preview.typ")
_FONTS = Path(__file__).resolve().parents[1] / "sheets" / "fonts"
_LONGEST_TITLE, _LONGEST_LINE = 110, 80
_TITLE_POINTS = ((22, 66), (45, 54), (75, 44), (_LONGEST_TITLE, 38))
"""(letters, size): a title of at most so many letters is so large."""
_COLORS = ("paper", "ink", "ink-soft", "bar", "accent", "map-outside")
_PROVINCE = Label("Tỉnh Điện Biên", "Điện Biên province")
_COMMUNE = Label("{place}, tỉnh Điện Biên", "{place}, Điện Biên province")
_STARS = Label(" sao", "-star")  # the typeface has no star
_NOTE = Label(
    "Dữ liệu phiên bản {n}, {date}. Ranh giới minh hoạ.", "Data version {n}, {date}. Boundaries are for illustration."
)


class SiteTexts(NamedTuple):
    """The name of the site and what it says of itself, in the language of the image."""

    title: str
    about: str


def write_record_preview(atlas: Atlas, record: Record, lang: str, site: SiteTexts, out: BinaryIO) -> int:
    """Write the preview image of a record as PNG; return the number of records that it shows."""
    out.write(typeset(record_values(atlas, record, lang, site)))
    return 1


def write_map_preview(atlas: Atlas, lang: str, site: SiteTexts, out: BinaryIO) -> int:
    """Write the preview image of the whole map as PNG; return the number of records that it shows."""
    records = [record for layer in THEMATIC for record in atlas.find(Query(layer)).records if record.lng is not None]
    own = {
        "label": _PROVINCE.of(lang),
        "title": site.title,
        "lines": [site.about],
        "symbol": brand(),
        "map": map_of(atlas, records),
    }
    out.write(typeset(_values(atlas, own, lang, site)))
    return len(records)


def record_values(atlas: Atlas, record: Record, lang: str, site: SiteTexts) -> dict[str, Any]:
    """What the template shows of a record: texts in `lang`, drawings as SVG, colours by the names of the tokens."""
    place = Places(atlas, [record], lang).of(record)
    is_unit = COLLECTIONS[record.layer].group == "units"
    where = _COMMUNE.of(lang).format(place=place) if place and not is_unit else _PROVINCE.of(lang)
    own = {
        "label": COLLECTIONS[record.layer].article.of(lang),
        "title": record.title_in(lang),
        "lines": [subtitle(record, lang), where if record.lng is not None else ""],
        "symbol": symbol(record.layer, icon_of(record.layer, record.symbol)),
        "map": map_of(atlas, [record]),
    }
    return _values(atlas, own, lang, site)


def _values(atlas: Atlas, own: Mapping[str, Any], lang: str, site: SiteTexts) -> dict[str, Any]:
    title = shorten(own["title"], _LONGEST_TITLE)
    number, date = atlas.version.number, format_moment(atlas.version.published_at, lang).partition(" ")[0]
    return {
        **own,
        "lang": lang,
        "title": title,
        "title_pt": next(points for letters, points in _TITLE_POINTS if len(title) <= letters),
        "label": shorten(own["label"], _LONGEST_LINE),
        "lines": [shorten(line.replace(" ★", _STARS.of(lang)), 2 * _LONGEST_LINE) for line in own["lines"] if line],
        "brand": brand(),
        "site": site.title,
        "note": _NOTE.of(lang).format(n=number, date=date),
        "colors": {name: TOKENS[name].light for name in _COLORS},
    }


def typeset(values: Mapping[str, Any]) -> bytes:
    """The image of `record_values` as PNG of SIZE."""
    png: bytes = typst.compile(
        str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=_fonts(), format="png", ppi=72,
        sys_inputs={"values": orjson.dumps(values).decode()},
    )  # fmt: skip
    return png


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_FONTS)])


def shorten(text: str, most: int) -> str:
    """`text` composed, without control characters and marks of direction, at most `most` letters long.

    >>> shorten("Chè\\u202e  Shan\\ntuyết", 40), shorten("Mật ong Hoa Ban", 8)
    ('Chè Shan tuyết', 'Mật ong…')
    """
    letters = (letter for letter in nfc(text) if letter.isspace() or unicodedata.category(letter)[0] != "C")
    plain = " ".join("".join(letters).split())
    return plain if len(plain) <= most else f"{plain[: most - 1].rstrip()}…"
