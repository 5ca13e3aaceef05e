"""Callers that send expensive requests one after another without a pause: python -m tests.load.attack PORT CONNECTIONS SECONDS

Prints how often each kind of request got each status, and the longest that a kind took, as JSON.
"""

import http.client
import json
import sys
import threading
import time
from collections import Counter, defaultdict

from tests.load.requests import COSTLY, Costly, Request

TIMEOUT_S = 120


def send(port: int, request: Request) -> tuple[int, float]:
    """The status of the response and the seconds until it was read; status 0 for a connection that was closed."""
    begin = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        headers = {"Content-Type": request.content_type} if request.body else {}
        connection.request(request.method, request.path, request.body or None, headers)
        response = connection.getresponse()
        while response.read(1 << 20):
            pass
        status = response.status
    except (OSError, http.client.HTTPException):
        status = 0
    finally:
        connection.close()
    return status, time.monotonic() - begin


def attack(port: int, connections: int, seconds: float, kinds: tuple[Costly, ...] = COSTLY) -> dict[str, object]:
    """Statuses by kind, and the longest response of each in seconds."""
    statuses: dict[str, Counter[int]] = defaultdict(Counter)
    longest: dict[str, float] = defaultdict(float)
    lock, end = threading.Lock(), time.monotonic() + seconds

    def call(first: int) -> None:
        number = first
        while time.monotonic() < end:
            kind = kinds[number % len(kinds)]
            status, took = send(port, kind.request(number))
            with lock:
                statuses[kind.name][status] += 1
                longest[kind.name] = max(longest[kind.name], took)
            number += connections

    callers = [threading.Thread(target=call, args=(first,)) for first in range(connections)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return {"statuses": statuses, "longest": longest}


if __name__ == "__main__":
    port, connections, seconds = sys.argv[1:4]
    print(json.dumps(attack(int(port), int(connections), float(seconds))))
