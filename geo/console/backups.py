"""The commands for copies of the store: `backup`, `restore-backup`, `verify`."""

import sys
from pathlib import Path
from typing import Any

import click

from geo.atlas import open_atlases
from geo.console.installation import Installation
from geo.console.output import language_option, print_progress, report_errors
from geo.console.temporary_files import with_temporary_folder
from geo.doctor import LEVELS
from geo.pipeline import restore_backup as put_back
from geo.schema import Label
from geo.store import open_store, verify_store

_VERIFIED = Label(
    "{file}: đã kiểm tra, phiên bản {n}, công bố lúc {time}", "{file}: verified, version {n}, published at {time}"
)
_EMPTY = Label("{file}: đã kiểm tra, chưa có phiên bản nào", "{file}: verified, no version yet")
_CURRENT = Label("Phiên bản {n} đang được sử dụng", "Version {n} is current")
_ASIDE = Label("; kho dữ liệu trước đó: {path}", "; the store that was there: {path}")


class _BackupFile(click.Path):
    """A backup that exists; the number of a version says which command is meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            self.fail(
                f"{error.message} To publish an earlier version again: python app.py restore VERSION.", param, ctx
            )


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Even when FILE exists; it stays as it is until the new one is verified.")
@language_option
@click.pass_obj
@report_errors
def backup(installation: Installation, file: Path, replace: bool, lang: str) -> None:
    """Write the whole store, every version, to FILE (.gpkg) and verify it; the service may go on publishing."""
    versions = open_store(installation.settings()).backup(file, replace=replace)
    words = (_VERIFIED if versions else _EMPTY).of(lang)
    newest = {"n": versions[-1].number, "time": versions[-1].published_at} if versions else {}
    print_progress(words.format(file=file, **newest))


@click.command("restore-backup")
@click.argument("file", type=_BackupFile(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Even when there is a store; it is moved aside, never deleted.")
@language_option
@click.pass_obj
@report_errors
def restore_backup(installation: Installation, file: Path, replace: bool, lang: str) -> None:
    """Verify the backup FILE, put it in the place of the store, and serve its newest version.

    Versions that were published after the backup are in the store that is moved aside. To publish an earlier version
    of the present store again, use restore.
    """
    config = with_temporary_folder(installation.settings())
    source = open_atlases(config)
    aside = put_back(config, source, file, replace=replace, progress=print_progress)
    moved = _ASIDE.of(lang).format(path=aside) if aside else ""
    print_progress(_CURRENT.of(lang).format(n=source().version.number) + moved)


@click.command()
@click.argument("file", required=False, type=_BackupFile(exists=True, dir_okay=False, path_type=Path))
@language_option
@click.pass_obj
@report_errors
def verify(installation: Installation, file: Path | None, lang: str) -> None:
    """Compare every version of the store, or of the backup FILE, with its digests; exit with 1 on damage."""
    verdicts = []
    for verdict in verify_store(installation.settings(), file):
        verdicts.append(verdict)
        click.echo(f"{LEVELS['error' if verdict.damage else 'ok'].of(lang):<8} {verdict.part.of(lang)}")
    damages = [verdict.damage for verdict in verdicts if verdict.damage is not None]
    for damage in damages:
        click.echo(damage.of(lang), err=True)
    if damages:
        sys.exit(1)
