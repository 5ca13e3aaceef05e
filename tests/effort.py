"""The number of repetitions of randomised tests: few by default, many with `pytest --long`."""

from typing import NamedTuple


class Effort(NamedTuple):
    """How often each kind of test repeats its subject."""

    deaths: int
    """Processes killed, at instants spread evenly over their work, in each test that kills one again and again."""
    kills: int
    """Services killed at random instants of an import, a restoration, a backup and its return, all together."""
    damaged: int
    """Damaged files of each format that is read."""
    examples: int
    """Examples of each property that hypothesis tests."""
    changed: int
    """Copies of each kind of table with a few bytes changed."""
    idle: int
    """Idle connections that a server holds open during a test."""
    slow: int
    """Clients that send or read slowly, beside the idle connections."""
    requests: int
    """Requests generated for each operation of the OpenAPI document; a third as many for those that write files."""

    addresses: int
    """Addresses of a site behind a proxy that are opened, following links from its main pages."""
    variants: int
    """Addresses with one path and the same parameters that are opened where all links of the site are followed."""
    files: int
    """The same of files."""
    crowd: int
    """Records of each of the two large layers of the server that is put under load."""
    load_s: int
    """Seconds that the load lasts."""
    idle_s: int
    """Seconds after which the server under load drops what it does not use, as many as without this with `--long`."""

    def __str__(self) -> str:
        return ", ".join(f"{name} {count}" for name, count in self._asdict().items())


SHORT = Effort(
    deaths=12,
    kills=8,
    damaged=54,
    examples=30,
    changed=40,
    idle=300,
    slow=50,
    requests=6,
    addresses=120,
    variants=3,
    files=1,
    crowd=4_000,
    load_s=5,
    idle_s=5,
)
LONG = Effort(
    deaths=60,
    kills=200,
    damaged=700,
    examples=1_000,
    changed=1_000,
    idle=1_000,
    slow=200,
    requests=40,
    addresses=1_500,
    variants=12,
    files=12,
    crowd=100_000,
    load_s=60,
    idle_s=15,
)
