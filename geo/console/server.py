"""The command `serve`: build what is missing in a child process, then serve the site."""

import logging
import multiprocessing
import socket
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from wsgiref.types import WSGIApplication

import click

from geo.access.access_token import refuse_weak
from geo.access.sign_in_links import MINUTES
from geo.atlas import open_atlases
from geo.console.grounds import publish_base_map
from geo.console.installation import Installation
from geo.console.output import print_progress, report_errors
from geo.console.sign_in import make_sign_in_link
from geo.console.temporary_files import with_temporary_folder
from geo.doctor import require_safe
from geo.errors import Conflict, GeoError
from geo.part_files import delete_parts
from geo.pipeline import build_atlas
from geo.settings import Settings
from geo.web import serving
from geo.web.application import create_app
from geo.web.long_processes import LongProcesses, Site


@click.command()
@click.option("--host", help="Address to listen on (GEO_HOST; 127.0.0.1: this machine only).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (GEO_PORT; 5000).")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that serve (GEO_WORKERS; 1).")
@click.pass_obj
@report_errors
def serve(installation: Installation, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the site; build what is missing first.

    \b
    In an office, behind a reverse proxy with TLS:
    1. Make a token: python app.py token
    2. Set GEO_MANAGE_TOKEN to it, in a file that only the service may read.
    3. Set GEO_PUBLIC_URL to the address that people use: https://ban-do.example.gov.vn
    4. Let the proxy send its requests to http://127.0.0.1:5000, with the Host header.
    5. Start the service, open <address>/manage and sign in with the token.

    Without a token, a sign-in link that works once is printed at start.
    """
    begin_log()
    default = installation.settings()
    config = replace(default, host=host or default.host, port=port or default.port, workers=workers or default.workers)
    serving.refuse_impossible(config)
    refuse_weak(config.manage_token)
    _refuse_used_port(config.host, config.port)
    delete_parts(config.data_dir, deep=True, starting=True)
    with_temporary_folder(config)
    _build_in_child(config, installation.requirements)
    print_progress(f"http://{config.host}:{config.port}  (Ctrl+C: stop)")
    if not config.manage_token:
        _print_sign_in_link(config)
    serving.serve(partial(_make_site, config, installation.templates), config)


def begin_log() -> None:
    """Log to the standard error, unless the WSGI server that loads the application has configured logging."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("pyogrio").setLevel(logging.WARNING)  # it reports each file that it writes


def build_safely(config: Settings, requirements: Path) -> None:
    """Examine settings, folders and store, then build what is missing."""
    source = open_atlases(config)
    require_safe(config, source, requirements, warn=print_progress)
    build_atlas(config, source, progress=print_progress)
    source.close()
    publish_base_map(config)


def _make_site(config: Settings, templates: Path) -> WSGIApplication:
    """The application of a worker process, and its processes for long requests, forked before it has threads."""
    processes = LongProcesses(partial(_make_long_site, config, templates), config)
    begin_log()
    site = create_app(config, open_atlases(config), templates=templates, prepares=True)
    processes.serve(site)
    return site


def _make_long_site(config: Settings, templates: Path) -> Site:
    """The application of a process for long requests; a spawned process has no logging configuration yet."""
    begin_log()
    return create_app(config, open_atlases(config), templates=templates)


def _print_sign_in_link(config: Settings) -> None:
    """Print a one-time sign-in link; the site is served also when it cannot be made."""
    try:
        print_progress(f"Quản lý / manage ({MINUTES} min): {make_sign_in_link(config)}")
    except GeoError as error:
        print_progress(f"{error.vi}\n{error.en}")


def _build_in_child(config: Settings, requirements: Path) -> None:
    """Build in a child process, so that workers started afterwards inherit neither its memory nor its open files."""
    multiprocessing.set_start_method(serving.START, force=True)
    process = multiprocessing.Process(target=_build_or_exit, args=(config, requirements))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(1)


def _build_or_exit(config: Settings, requirements: Path) -> None:
    try:
        report_errors(build_safely)(config, requirements)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


def _refuse_used_port(host: str, port: int) -> None:
    """Raise Conflict for an address that cannot be listened on, before anything is built."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Conflict(
                f"Cannot listen on {host}:{port} ({error}). Stop the program that uses it, or choose another --port.",
                f"Không mở được {host}:{port} ({error}). Hãy tắt dịch vụ đang dùng cổng này, hoặc chọn --port khác.",
            ) from error
