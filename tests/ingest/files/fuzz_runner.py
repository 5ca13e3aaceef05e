"""Reads every upload in a folder in children that may crash, and says of each what came of it.

    python -m tests.ingest.fuzz_runner FOLDER WORK

An upload is a file, or a folder of files that are sent together. One line of JSON for each: its name, then "table",
"refused", "slow", "crash N" (a signal of the system) or the name of the exception that leaked, with what it said.
"""

import json
import os
import resource
import shutil
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from geo.errors import GeoError
from geo.ingest.files.limits import Limits
from geo.ingest.files.opening import look, read

MEMORY = 4 * 1024**3
SECONDS = 10
LIMITS = Limits(max_bytes=16 * 1024**2, max_unpacked_bytes=64 * 1024**2)


def outcome(upload: Path, work: Path) -> tuple[str, str]:
    """Result of reading one upload ("table", "refused", "uneven", or the name of another exception), and its message."""
    files = sorted(upload.iterdir()) if upload.is_dir() else [upload]
    try:
        for part in look(files, work, LIMITS):
            table = read(part, LIMITS)
            wrong = [name for name, cells in table.columns.items() if len(cells) != len(table)]
            if wrong or (table.shapes is not None and len(table.shapes) != len(table)):
                return "uneven", f"{wrong}"
    except GeoError as error:
        return "refused", error.en
    except Exception:  # what leaks is what is looked for
        return sys.exc_info()[0].__name__, traceback.format_exc()[-1_500:]  # type: ignore[union-attr]
    return "table", ""


def run(uploads: Sequence[Path], work: Path) -> Iterator[tuple[str, str, str]]:
    """What became of each upload; a child takes the next one after another until it dies."""
    left = list(uploads)
    while left:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            _child(left, work, writer)
        os.close(writer)
        with os.fdopen(reader) as lines:
            for line in lines:
                said, text = json.loads(line)
                yield left.pop(0).name, said, text
        _, status = os.waitpid(child, 0)
        if left:
            number = os.waitstatus_to_exitcode(status)
            yield left.pop(0).name, "slow" if number == -signal.SIGALRM else f"crash {-number}", ""


def _child(uploads: Sequence[Path], work: Path, writer: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process in the middle of GDAL too
    warnings.simplefilter("ignore")
    for number, upload in enumerate(uploads):
        signal.alarm(SECONDS)
        folder = work / f"{os.getpid()}-{number}"
        said = outcome(upload, folder)
        shutil.rmtree(folder, ignore_errors=True)
        os.write(writer, (json.dumps(said) + "\n").encode())
    os._exit(0)


if __name__ == "__main__":
    for row in run(sorted(Path(sys.argv[1]).iterdir()), Path(sys.argv[2])):
        print(json.dumps(row), flush=True)
