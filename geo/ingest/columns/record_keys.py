"""Whether the values of a column are keys of a layer, or only numbers and names that the file has for its own rows.

A column called "id" is in nearly every file. Its numbers begin with 1 in each of them, so that two files would
overwrite each other's records if its name alone made it the key.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process

from geo.ingest.columns.values import Names, folded

_KEY = re.compile(r"([A-Za-z_-]*)(\d+)")
_EXISTING = 0.5
"""With at least this share of existing keys, the file holds records of the layer; the other keys are of new ones."""
_ALIKE = 0.9
"""With at least this share of keys in the layer's pattern, they were given by the layer's own rule."""

_SAME_NAME = 85.0
"""Names at least this alike (rapidfuzz) may be two spellings of one name."""
_SIMILAR = 80.0
"""Names at least this alike are offered to a person who looks for one of them."""


class Pattern(NamedTuple):
    """How the keys of a layer are written: a prefix, and a number of at least `width` digits."""

    prefix: str
    width: int

    def fits(self, key: str) -> bool:
        """Whether a key is written so; bare numbers are in every file and prove nothing."""
        parts = _KEY.fullmatch(key)
        return parts is not None and bool(self.prefix) and parts[1] == self.prefix


def pattern_of(letter: str, keys: Collection[str]) -> Pattern:
    """The pattern of most of `keys` (R01, R02 ...); that of `letter` and two digits where there are none.

    >>> pattern_of("R", {"H01", "H02", "other"})
    Pattern(prefix='H', width=2)
    """
    matches = [_KEY.fullmatch(key) for key in keys]
    patterns = Counter(Pattern(one[1], len(one[2])) for one in matches if one is not None)
    return patterns.most_common(1)[0][0] if patterns else Pattern(letter, 2)


def numbers_of(pattern: Pattern, keys: Collection[str]) -> list[int]:
    """The numbers of the keys that have the prefix of the pattern."""
    matches = [_KEY.fullmatch(key) for key in keys]
    return [int(one[2]) for one in matches if one is not None and one[1] == pattern.prefix]


def texts_of(cells: Sequence[object]) -> list[str]:
    """The filled cells of a column as keys are written: a whole number without decimals."""
    filled = (cell for cell in cells if cell is not None and str(cell).strip())
    return [str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip() for cell in filled]


def are_keys(cells: Sequence[object], letter: str, keys: Collection[str]) -> bool:
    """Whether the filled cells are keys of the layer whose records have `keys`; True for an empty column.

    They are when half of them exist, or nearly all are in the layer's pattern.

    >>> are_keys([1, 2, 3], "H", {"H01", "H02"}), are_keys(["H02", "H40"], "H", {"H01", "H02"})
    (False, True)
    """
    texts = texts_of(cells)
    pattern = pattern_of(letter, keys)
    existing = sum(text in keys for text in texts)
    alike = sum(text in keys or pattern.fits(text) for text in texts)
    return existing >= _EXISTING * len(texts) or alike >= _ALIKE * len(texts)


def may_be_one_name(one: str, other: str) -> bool:
    """Whether two names may be spellings of one.

    >>> may_be_one_name("HTX Mường Ảng", "HTX Muong Ang 1"), may_be_one_name("Hợp tác xã Chè", "Hợp tác xã Ong")
    (True, False)
    """
    return fuzz.token_sort_ratio(folded(one), folded(other)) >= _SAME_NAME


def similar_names(name: str, names: Names, most: int = 3) -> list[str]:
    """The keys of the records whose names are most like `name`, at most `most`; none for a name unlike all others."""
    near = process.extract(folded(name), list(names.by_name), scorer=fuzz.ratio, score_cutoff=_SIMILAR, limit=most)
    return [key for similar, *_ in near for key in names.by_name[similar]][:most]
