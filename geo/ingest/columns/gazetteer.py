"""Addresses to administrative units, old and new: missing diacritics, prefixes, misspellings, the 2025 merger.

A name alone never identifies a unit: names were reused on 1 July 2025 (the old Sam Mứn lies in the new
Thanh An, the new Sam Mứn was made from others), so an answer is "sure" only when one unit is left.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from geopandas import GeoDataFrame
from rapidfuzz import fuzz, process

from geo.schema import Label
from geo.text import fold

Frame: TypeAlias = Literal["communes", "old_communes", "districts"]
Decision: TypeAlias = Literal["sure", "ask", "none"]

# What people write before a unit's name, folded; longest first so that "thi tran" is not read as "thi".
_PREFIXES: dict[str, tuple[Frame, ...]] = {
    "thanh pho": ("districts",),
    "thi xa": ("districts",),
    "huyen": ("districts",),
    "tp": ("districts",),
    "tx": ("districts",),
    "h": ("districts",),
    "thi tran": ("old_communes",),
    "tt": ("old_communes",),
    "phuong": ("communes", "old_communes"),
    "p": ("communes", "old_communes"),
    "xa": ("communes", "old_communes"),
    "x": ("communes", "old_communes"),
}
_PREFIX = re.compile(rf"^({'|'.join(sorted(_PREFIXES, key=len, reverse=True))})(?:\s*\.\s*|\s+)(?=\w)")
_IGNORED = re.compile(r"^(tinh|t|ban|thon|doi|to|khu|pho|to dan pho|tdp|so|diem)(\s*\.\s*|\s+)\w")
_BEFORE_UNIT = r"(?=(?:thanh pho|thi xa|thi tran|huyen|phuong|xa|tinh)\s+\w)"
_SEPARATORS = re.compile(rf"[,;/\n]|\s-\s|\(|\)|\sva\s+{_BEFORE_UNIT}")
"""Between the parts of an address; "va" (and) only before another unit, since it is a syllable of names too."""
_UNIT_WORD = re.compile(rf"(?<=\w)(?<!\bthi)\s+{_BEFORE_UNIT}")

CLOSE_ENOUGH = 84.0
"""Least likeness (rapidfuzz ratio of the folded names, 0 to 100) of a misspelt name: one letter in six."""

# Four communes moved from Điện Biên district to the city on 1 January 2020; papers of 2019 name the old one.
# Source: domain report 4.5 (old code, district code before the move).
MOVED_2020: Mapping[str, str] = {"03316": "100", "03317": "100", "03325": "100", "03326": "100"}


class Unit(NamedTuple):
    """An administrative unit by its official code; `commune` is the unit since July 2025 that it is or went into."""

    frame: Frame
    code: str
    name: str
    kind: str
    district: str | None
    commune: str | None


class Candidate(NamedTuple):
    """A unit that an address may mean, how alike the names are (0 to 100), and why it was kept."""

    unit: Unit
    likeness: float
    why: Label


@dataclass(frozen=True)
class Resolution:
    """What an address means. `candidates` are best first; one of them when `decision` is "sure".

    `precision` is how well the place is then known: "commune" or "district".
    """

    text: str
    decision: Decision
    candidates: tuple[Candidate, ...]

    @property
    def unit(self) -> Unit | None:
        """The unit meant, when there is no doubt."""
        return self.candidates[0].unit if self.decision == "sure" else None

    @property
    def precision(self) -> Literal["commune", "district"] | None:
        """How well the address places a record."""
        if self.unit is None:
            return None
        return "district" if self.unit.frame == "districts" else "commune"


class _Part(NamedTuple):
    frames: tuple[Frame, ...]
    name: str
    prefixed: bool


class Gazetteer:
    """Every unit by its folded name, old and new."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = tuple(units)
        self._by_name: dict[str, list[Unit]] = {}
        for unit in self.units:
            self._by_name.setdefault(_key(unit.name), []).append(unit)
        self._names = list(self._by_name)
        self._resolutions: dict[str, Resolution] = {}

    @classmethod
    def of(cls, frames: Mapping[str, GeoDataFrame]) -> "Gazetteer":
        """The units of the layers `communes`, `districts` and `old_communes` of `frames`."""
        units = [
            Unit("communes", code, name, kind, None, code)
            for code, name, kind in _columns(frames["communes"], "code", "name", "kind")
        ]
        units += [
            Unit("districts", code, name, kind, code, None)
            for code, name, kind in _columns(frames["districts"], "code", "name", "kind")
        ]
        names = ("code", "name", "kind", "district_code", "commune_code")
        units += [Unit("old_communes", *row) for row in _columns(frames["old_communes"], *names)]
        return cls(units)

    def resolve(self, address: str) -> Resolution:
        """What `address` means; the text may lack diacritics, prefixes and letters.

        With a former district named, only former communes of it are meant (and units of the new frame are
        not); without one, a name that both frames use for different places is a question, not an answer.
        """
        if address not in self._resolutions:
            self._resolutions[address] = self._resolve(address)
        return self._resolutions[address]

    def _resolve(self, address: str) -> Resolution:
        parts = _parts(address)
        districts = self._named(parts, "districts")
        districts = districts if any("districts" in part.frames and part.prefixed for part in parts) else ()
        communes = self._communes(parts, districts)
        consistent = _consistent(communes, districts)
        if consistent:
            return Resolution(address, _decide(consistent), tuple(consistent))
        if communes:
            return Resolution(address, "ask", tuple(communes))
        bare = districts or self._named(parts, "districts")
        return Resolution(address, _decide(bare), tuple(bare))

    def _communes(self, parts: list[_Part], districts: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """Communes named in the address; those that carry a prefix count before bare words."""
        frames: tuple[Frame, ...] = ("old_communes",) if districts else ("communes", "old_communes")
        for prefixed in (True, False):
            chosen = [part for part in parts if part.prefixed is prefixed and set(part.frames) & set(frames)]
            candidates = tuple(
                candidate
                for frame in frames
                for candidate in self._named([part for part in chosen if frame in part.frames], frame)
            )
            if candidates:
                return tuple(sorted(candidates, key=lambda c: (-c.likeness, c.unit.frame, c.unit.code)))
        return ()

    def _named(self, parts: list[_Part], frame: Frame) -> tuple[Candidate, ...]:
        by_code: dict[str, Candidate] = {}
        for part in parts:
            if frame not in part.frames:
                continue
            for name, likeness, _ in process.extract(
                part.name, self._names, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH, limit=6
            ):
                for unit in self._by_name[name]:
                    before = by_code.get(unit.code)
                    if unit.frame == frame and (before is None or before.likeness < likeness):
                        by_code[unit.code] = Candidate(unit, likeness, _why(likeness))
        best = sorted(by_code.values(), key=lambda c: (-c.likeness, c.unit.code))
        # A name that is written exactly leaves no room for one that is only alike.
        return tuple(c for c in best if best[0].likeness < 100 or c.likeness == 100)


def _key(name: str) -> str:
    return " ".join(re.findall(r"\w+", fold(name)))


def _columns(frame: GeoDataFrame, *names: str) -> Iterable[tuple[str, ...]]:
    return zip(*(frame[name].astype(str) for name in names), strict=True)


def _parts(address: str) -> list[_Part]:
    """The address cut at separators and before unit words, each part with what its prefix says it is."""
    parts = []
    for piece in _SEPARATORS.split(fold(address)):
        for words in _UNIT_WORD.split(piece):
            text = words.strip(" .")
            prefix = _PREFIX.match(text)
            if prefix:
                parts.append(_Part(_PREFIXES[prefix.group(1)], _key(text[prefix.end() :]), True))
            elif text and not _IGNORED.match(text):
                parts.append(_Part(("communes", "old_communes", "districts"), _key(text), False))
    return [part for part in parts if part.name]


def _consistent(communes: tuple[Candidate, ...], districts: tuple[Candidate, ...]) -> list[Candidate]:
    """The communes that lie in a named district, now or before it was redrawn in 2020."""
    if not districts:
        return list(communes)
    named = {candidate.unit.code for candidate in districts}
    consistent = []
    for candidate in communes:
        unit = candidate.unit
        if unit.district in named:
            consistent.append(candidate)
        elif MOVED_2020.get(unit.code) in named:
            consistent.append(candidate._replace(why=Label(
                "thuộc huyện này cho đến 31/12/2019", "of this district until 31 December 2019")))  # fmt: skip
    return consistent


def _decide(candidates: Iterable[Candidate]) -> Decision:
    """ "sure" when every candidate of the best likeness is the same place, "none" when there is none."""
    listed = list(candidates)
    if not listed:
        return "none"
    best = [candidate.unit for candidate in listed if candidate.likeness == listed[0].likeness]
    if len(best) == 1 and (listed[0].likeness == 100 or len(listed) == 1):
        return "sure"
    return "ask"


def _why(likeness: float) -> Label:
    if likeness == 100:
        return Label("trùng tên", "same name")
    return Label(f"tên gần giống ({likeness:.0f} %)", f"similar name ({likeness:.0f} %)")
