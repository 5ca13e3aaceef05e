"""Cohorts: named groups of products whose membership an office edits, each edit a revision that stays readable."""

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from geo.schema import Label

Certainty: TypeAlias = Literal["confirmed", "candidate"]
"""An office or a document names the member, or it is merely assumed."""


class Member(NamedTuple):
    """A product of a cohort, how certain that is, and from where it is known."""

    product: str
    certainty: Certainty
    source: str


@dataclass(frozen=True)
class Cohort:
    """One revision of a cohort. `at` is when it was saved (ISO 8601, UTC), by whom and why.

    `stated_size` is how many products the programme says it has, None where it does not say.
    """

    key: str
    revision: int
    name: Label
    members: tuple[Member, ...]
    stated_size: int | None
    who: str
    why: str
    at: str

    @property
    def address(self) -> str:
        """The key and the revision, as an address names them."""
        return f"{self.key}@{self.revision}"

    def of(self, certainty: Certainty) -> frozenset[str]:
        """The products that are members with this certainty."""
        return frozenset(member.product for member in self.members if member.certainty == certainty)
