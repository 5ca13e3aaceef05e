"""What single cells of a sheet hold: nothing, words, numbers, errors; and the words in whatever encoding they are.

Text of a CSV is read as Latin-1, so that each str stands for bytes. White space is therefore ASCII only: U+00A0 may
be half a letter.
"""

import re
import unicodedata
from functools import lru_cache

from geo.encodings import ENCODINGS, decode
from geo.errors import GeoError
from geo.ingest.files.excel import FORMULA

BLANK = " \t\r\n\xa0"
ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|N/A!|\?)")
_NUMBER = re.compile(r"[-+(]*\s*\d[\d.,\s\xa0]*%?\)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ][\d:.]+)?")


def is_blank(cell: object) -> bool:
    """Whether a cell holds nothing but white space."""
    return cell is None or (isinstance(cell, str) and not cell.strip(BLANK))


def is_wordy(cell: object) -> bool:
    """Whether a cell is text that can name something: letters, and no number, date, error or formula."""
    if not isinstance(cell, str) or not any(map(str.isalpha, cell)):
        return False
    text = cell.strip(BLANK)
    return _NUMBER.fullmatch(text) is None and ERROR.fullmatch(text) is None


def tidy(cell: object) -> str:
    """A cell as one line of text; "" for a blank one."""
    return "" if is_blank(cell) or cell == FORMULA else re.sub(r"[ \t\r\n]+", " ", str(cell)).strip(" ")


@lru_cache(maxsize=4_096)
def readings(text: str) -> tuple[str, ...]:
    """What a text may say in small letters (NFC, single spaces): as it stands, and as bytes of each encoding.

    >>> readings("Céng")[0], "cộng" in readings("Céng")
    ('céng', True)
    """
    texts = [text, *(_decoded(text, encoding) for encoding in ("utf-8", *ENCODINGS))]
    small = (" ".join(unicodedata.normalize("NFC", reading).casefold().split()) for reading in texts if reading)
    return tuple(dict.fromkeys(small))


def _decoded(text: str, encoding: str) -> str:
    try:
        return text.encode("latin-1").decode() if encoding == "utf-8" else decode(text, encoding)
    except (UnicodeError, GeoError):
        return ""


def as_unicode(text: str) -> str:
    """A text whose letters stand for bytes of UTF-8 as these letters; any other as it is.

    >>> as_unicode("Má»\x9di"), as_unicode("Mời")
    ('Mời', 'Mời')
    """
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def says(cell: object, pattern: re.Pattern[str]) -> bool:
    """Whether any reading of a cell of text begins with what a pattern in small letters matches."""
    return isinstance(cell, str) and any(pattern.match(reading) for reading in readings(cell[:200]))
