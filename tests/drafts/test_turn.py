"""One import at a time, whichever process or thread begins it."""

import subprocess
import sys
import threading
from pathlib import Path

from geo.drafts.turn import Turn
from tests.conftest import ROOT

_TRY = """
import fcntl, sys
try:
    fcntl.flock(open(sys.argv[1], "wb"), fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("waits")
else:
    print("goes")
"""
_HOLD = """
import sys
from pathlib import Path
from geo.drafts.turn import Turn
with Turn(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def tried(path: Path) -> str:
    done = subprocess.run([sys.executable, "-c", _TRY, str(path)], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_another_process_waits_until_the_turn_is_over(tmp_path: Path) -> None:
    path = tmp_path / "not there yet" / "lock"
    turn = Turn(path)
    for _ in range(2):
        with turn:
            assert tried(path) == "waits"
        assert tried(path) == "goes"


def test_a_process_that_dies_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    other = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None and other.stdin is not None
    assert other.stdout.readline() == "held\n"
    assert tried(path) == "waits"
    other.kill()
    other.wait()
    other.stdin.close()
    other.stdout.close()
    assert tried(path) == "goes"


def test_threads_of_one_process_wait_for_each_other(tmp_path: Path) -> None:
    turn, said = Turn(tmp_path / "lock"), []

    def second() -> None:
        with turn:
            said.append("second")

    with turn:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(timeout=0.2)
        said.append("first")
    thread.join()
    assert said == ["first", "second"]
