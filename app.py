"""The composition root: where the program's files are, its settings, the WSGI application and the command line."""

import os
from dataclasses import replace
from pathlib import Path
from wsgiref.types import WSGIApplication

import click

from geo import __version__
from geo.atlas import open_atlases
from geo.console import (
    backups,
    base,
    exports,
    import_options,
    inspection,
    plan_figures,
    printing,
    server,
    sign_in,
    version_commands,
)
from geo.console.installation import Installation
from geo.console.temporary_files import with_temporary_folder
from geo.part_files import delete_parts
from geo.settings import Settings
from geo.web.application import create_app

ROOT = Path(__file__).resolve().parent
COMMANDS = (
    server.serve,
    version_commands.build,
    inspection.check,
    inspection.links,
    exports.export,
    printing.sheet,
    printing.report,
    import_options.import_,
    version_commands.restore,
    sign_in.token,
    sign_in.sign_in_link,
    base.base,
    backups.backup,
    backups.restore_backup,
    backups.verify,
    inspection.doctor,
    inspection.dictionary,
    plan_figures.figure,
    plan_figures.indicators,
)


def settings() -> Settings:
    """The settings of this process; relative folders are relative to the project's folder."""
    from_env = Settings.from_env(os.environ)
    return replace(from_env, seed_dir=ROOT / from_env.seed_dir, data_dir=ROOT / from_env.data_dir)


INSTALLATION = Installation(settings, ROOT / "templates", ROOT / "requirements.txt")


def create() -> WSGIApplication:
    """The WSGI application; the atlas is built first when there is none."""
    config = with_temporary_folder(settings())
    server.begin_log()
    delete_parts(config.data_dir, deep=True)
    server.build_safely(config, INSTALLATION.requirements)
    return create_app(config, open_atlases(config), templates=INSTALLATION.templates, prepares=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "obj": INSTALLATION})
@click.version_option(__version__)
def cli() -> None:
    """The OCOP atlas: products, producers, zones, craft villages and sites of a province, linked and mapped.

    Settings are environment variables; docs/operating.md lists them.
    """


for command in COMMANDS:
    cli.add_command(command)


if __name__ == "__main__":
    cli()
