"""Each kind of expensive request once, alone: python -m tests.load.each PORT

Prints the rows of the table in docs/security.md: the kind, the seconds it took and the status of the response.
"""

import sys

from tests.load.attack import send
from tests.load.requests import COSTLY

if __name__ == "__main__":
    for kind in COSTLY:
        status, took = send(int(sys.argv[1]), kind.request(1))
        print(f"| {kind.name} | {took:.2f} | {status} |", flush=True)
