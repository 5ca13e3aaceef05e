"""The number of repetitions of randomised tests: few by default, many with `pytest --long`."""

from typing import NamedTuple


class Effort(NamedTuple):
    """How often each kind of test repeats its subject."""

    deaths: int
    """Processes killed, at instants spread evenly over their work, in each test that kills one again and again."""
    damaged: int
    """Damaged files of each format that is read."""
    examples: int
    """Examples of each property that hypothesis tests."""
    changed: int
    """Copies of each kind of table with a few bytes changed."""
    requests: int
    """Requests generated for each operation of the OpenAPI document; a third as many for those that write files."""

    def __str__(self) -> str:
        return ", ".join(f"{name} {count}" for name, count in self._asdict().items())


SHORT = Effort(deaths=12, damaged=105, examples=30, changed=40, requests=6)
LONG = Effort(deaths=60, damaged=700, examples=1_000, changed=1_000, requests=40)
