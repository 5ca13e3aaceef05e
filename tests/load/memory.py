"""The memory of a tree of processes."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_OWN = re.compile(r"^(?:Pss_Anon|Pss_Shmem|SwapPss):\s+(\d+) kB", re.MULTILINE)


def below(pid: int) -> Iterator[int]:
    """The processes that a process has started, and those that they have started."""
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # of a thread that has ended meanwhile
            for child in map(int, file.read_text(encoding="ascii").split()):
                yield child
                yield from below(child)


def memory_mb(pid: int) -> float:
    """Megabytes that a process and those below it hold.

    What forked processes share counts once, what was swapped out counts too. Files do not count, neither programs nor
    the atlas: the system may take their pages back at any time.
    """
    kilobytes = 0
    for process in (pid, *below(pid)):
        with suppress(OSError):  # has ended meanwhile
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
            kilobytes += sum(map(int, _OWN.findall(rollup)))
    return kilobytes / 1_000
