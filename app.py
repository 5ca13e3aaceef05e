"""The composition root: where the program's files are, its settings, the WSGI application and the command line."""

import os
from dataclasses import replace
from pathlib import Path
from wsgiref.types import WSGIApplication

import click

from geo import __version__
from geo.console.commands import CommandTable
from geo.console.installation import Installation
from geo.settings import Settings

ROOT = Path(__file__).resolve().parent


def settings() -> Settings:
    """The settings of this process; relative folders are relative to the project's folder."""
    from_env = Settings.from_env(os.environ)
    return replace(from_env, seed_dir=ROOT / from_env.seed_dir, data_dir=ROOT / from_env.data_dir)


INSTALLATION = Installation(settings, ROOT / "templates", ROOT / "requirements.txt")


def create() -> WSGIApplication:
    """The WSGI application; the atlas is built first when there is none."""
    # Commands do without the imports of the application, which take most of a second.
    from geo.atlas import open_atlases  # noqa: PLC0415
    from geo.console import server  # noqa: PLC0415
    from geo.console.temporary_files import with_temporary_folder  # noqa: PLC0415
    from geo.part_files import delete_parts  # noqa: PLC0415
    from geo.web.application import create_app  # noqa: PLC0415

    config = with_temporary_folder(settings())
    server.begin_log()
    delete_parts(config.data_dir, deep=True)
    server.build_safely(config, INSTALLATION.requirements)
    return create_app(config, open_atlases(config), templates=INSTALLATION.templates, prepares=True)


@click.group(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"], "obj": INSTALLATION})
@click.version_option(__version__)
def cli() -> None:
    """The OCOP atlas: products, producers, zones, craft villages and sites of a province, linked and mapped.

    Settings are environment variables; docs/operating.md lists them.
    """


if __name__ == "__main__":
    cli()
