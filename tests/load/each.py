"""Each kind of expensive request once, alone: python -m tests.load.each PORT PID

Prints the rows of the table in docs/security.md: the kind, the processor time of the server process PID, the seconds
until the response was read, and its status.
"""

import os
import sys
from pathlib import Path

from tests.load.attack import send
from tests.load.requests import COSTLY


def processor_s(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    port, pid = int(sys.argv[1]), int(sys.argv[2])
    for kind in COSTLY:
        before = processor_s(pid)
        status, took = send(port, kind.request(1))
        print(f"| {kind.name} | {processor_s(pid) - before:.2f} | {took:.2f} | {status} |", flush=True)
