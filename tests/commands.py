"""The commands of `app.py`: run in the process of the test, where only their outcome matters, or in one of their own."""

import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

ROOT = Path(__file__).resolve().parent.parent


def run_command(words: Sequence[str], env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """The outcome of `app.py WORDS`; an error that no command reports ends it with 1 and a traceback, as in a process."""
    from app import cli

    with _own_temporary_folder():
        result = CliRunner().invoke(cli, list(words), env=env, prog_name="app.py")
    errors = result.stderr
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        errors += "".join(traceback.format_exception(result.exception))
    return subprocess.CompletedProcess(words, result.exit_code, result.stdout, errors)


@contextmanager
def _own_temporary_folder() -> Iterator[None]:
    """Undo afterwards that a command which writes has set the temporary folder of its process."""
    environment, folder = dict(os.environ), tempfile.tempdir
    try:
        yield
    finally:
        tempfile.tempdir = folder
        os.environ.clear()
        os.environ.update(environment)


def run_process(words: Sequence[str], env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """The outcome of `python app.py WORDS`; `env` is the whole environment."""
    return subprocess.run(
        [sys.executable, "app.py", *words], check=False, cwd=ROOT, env=env, capture_output=True, text=True,
        encoding="utf-8", timeout=300,
    )  # fmt: skip
