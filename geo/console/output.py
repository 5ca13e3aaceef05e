"""What commands print beside their result: progress and errors on the standard error; the option for their language."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from geo.errors import GeoError, disk_full

P = ParamSpec("P")
R = TypeVar("R")

language_option = click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language of the report."
)
"""The option --lang of a command that reports."""


def print_progress(line: str) -> None:
    """Print a line on the standard error, so that a result on the standard output can be piped."""
    click.echo(line, err=True)


def report_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Decorate a command: an expected error is printed in one line, without a traceback, with exit status 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except GeoError as error:
            raise click.ClickException(f"{error.vi}\n       {error.en}") from error
        except OSError as error:
            full = disk_full(error)
            # A missing folder or a port in use: the message of the operating system names it.
            raise click.ClickException(f"{full.vi}\n       {full.en}" if full else str(error)) from error

    return run
