"""The composition root and the command line: Settings -> Store -> Atlas -> create_app."""

import json
import logging
import multiprocessing
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import click
from flask import Flask

from geo import __version__
from geo.access.access_token import make_token, refuse_weak
from geo.access.private_database import PrivateDatabase
from geo.access.sign_in_links import MINUTES, SignInLinks, link_to
from geo.atlas import AtlasSource, Query, open_atlases
from geo.doctor import LEVELS, examine, require_safe
from geo.drafts.command import Import, Order, parse_decisions
from geo.drafts.terminal import lines as review_lines
from geo.encodings import ENCODINGS
from geo.errors import BadQuery, Conflict, GeoError
from geo.ingest.decisions import LEAVE_OUT, PUBLISH
from geo.ocop.codes import PRECISIONS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from geo.pipeline import BuildResult, allow_new_store, build_atlas, check_seed, person, restore_backup
from geo.settings import Settings
from geo.store import open_store, verify_store
from geo.views.dictionary import data_dictionary
from geo.views.export.download import write_export, write_whole
from geo.views.formats import FORMATS
from geo.views.whole_province import NAME as NAME_OF_ALL
from geo.views.whole_province import Whole, kind_of, system_for
from geo.web import serving
from geo.web.application import create_app
from geo.web.http.metering import METERING
from geo.web.long_processes import LongProcesses

ROOT = Path(__file__).resolve().parent
REQUIREMENTS = ROOT / "requirements.txt"

P = ParamSpec("P")
R = TypeVar("R")


def settings() -> Settings:
    """The settings of this process; relative folders are relative to the project's folder."""
    from_env = Settings.from_env(os.environ)
    return replace(from_env, seed_dir=ROOT / from_env.seed_dir, data_dir=ROOT / from_env.data_dir)


def create() -> Flask:
    """The WSGI application; the atlas is built first when there is none."""
    config = settings()
    _begin_log()
    source = open_atlases(config)
    _build_safely(config)
    return _site(config, source)


def _site(config: Settings, source: AtlasSource) -> Flask:
    return create_app(config, source, templates=ROOT / "templates")


def _begin_log() -> None:
    """Log to the standard error, unless the WSGI server that loads the application has configured logging."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


def _say(line: str) -> None:
    click.echo(line, err=True)


def _report_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Decorate a command: an expected error is printed in one line, without a traceback, with exit status 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except GeoError as error:
            raise click.ClickException(f"{error.vi}\n       {error.en}") from error
        except OSError as error:
            # A missing folder, a full disk, a port in use: the message of the operating system names it.
            raise click.ClickException(str(error)) from error

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """The OCOP atlas: products, producers, zones, craft villages and sites of a province, linked and mapped.

    Settings are environment variables; docs/operating.md lists them.
    """


@cli.command()
@click.option("--host", help="Address to listen on (GEO_HOST; 127.0.0.1: this machine only).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (GEO_PORT; 5000).")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that serve (GEO_WORKERS; 1).")
@_report_errors
def serve(host: str | None, port: int | None, workers: int | None) -> None:
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
    _begin_log()
    default = settings()
    config = replace(default, host=host or default.host, port=port or default.port, workers=workers or default.workers)
    serving.refuse_impossible(config)
    refuse_weak(config.manage_token)
    _refuse_used_port(config.host, config.port)
    _build_in_child(config)
    _say(f"http://{config.host}:{config.port}  (Ctrl+C: stop)")
    if not config.manage_token:
        _say_sign_in_link(config)
    serving.serve(partial(_make_site, config), config)


def _make_site(config: Settings) -> Flask:
    """The WSGI application of a worker process, and its processes for long requests, forked before it has threads."""
    processes = LongProcesses(partial(_make_long_site, config), config)
    site = _make_long_site(config)
    site.extensions[METERING].hand_over_to(processes)
    return site


def _make_long_site(config: Settings) -> Flask:
    """The application of a process for long requests; a spawned process has no logging configuration yet."""
    _begin_log()
    return _site(config, open_atlases(config))


def _say_sign_in_link(config: Settings) -> None:
    """Print a one-time sign-in link; the site is served also when it cannot be made."""
    try:
        _say(f"Quản lý / manage ({MINUTES} min): {_make_sign_in_link(config)}")
    except GeoError as error:
        _say(f"{error.vi}\n{error.en}")


def _make_sign_in_link(config: Settings) -> str:
    # A server that listens on all addresses is reached at the loopback address.
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(config.host, config.host)  # noqa: S104
    root = config.public_url or f"http://{host}:{config.port}"
    return link_to(root, SignInLinks(PrivateDatabase(config.access_path)).make_code())


def _build_in_child(config: Settings) -> None:
    """Build in a child process, so that the workers started afterwards inherit neither its memory nor its open files."""
    multiprocessing.set_start_method(serving.START, force=True)
    process = multiprocessing.Process(target=_build_and_say, args=(config,))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(1)


def _build_and_say(config: Settings) -> None:
    try:
        _report_errors(_build_safely)(config)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


def _build_safely(config: Settings) -> None:
    """Examine settings, folders and store, then build what is missing."""
    source = open_atlases(config)
    require_safe(config, source, REQUIREMENTS, warn=_say)
    build_atlas(config, source, progress=_say)
    source.close()


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


@cli.command()
@click.option("--who", default="seed", show_default=True, help="Who publishes, for the history.")
@click.option("--why", default="data/shapefiles", show_default=True, help="Why, for the history.")
@click.option("--over-imports", is_flag=True, help="Even when others have published versions since.")
@click.option("--new", is_flag=True, help="Begin anew where the data folder has lost its store, without its history.")
@_report_errors
def build(who: str, why: str, over_imports: bool, new: bool) -> None:
    """Read data/shapefiles, publish it as a version when it differs, link it and freeze the atlas.

    A fatal issue stops the build; the last good version goes on being served.
    """
    config = settings()
    source = open_atlases(config)
    if new:
        allow_new_store(config, source)
    outcome = build_atlas(config, source, progress=_say, who=who, why=why, reread=True, over_imports=over_imports)
    _say(_summary(outcome))
    if outcome.refused:
        sys.exit(1)


def _summary(outcome: BuildResult) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in outcome.counts.items())
    state = "refused, the last good version stays" if outcome.refused else "current"
    return f"version {outcome.version.number} ({state}): {counts}"


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language of the report."
)
@_report_errors
def check(as_json: bool, lang: str) -> None:
    """List every issue of data/shapefiles and every conflict between record and geometry.

    Exits with 1 when an issue is fatal. Nothing is published.
    """
    findings = check_seed(settings().seed_dir, progress=lambda _: None)
    if as_json:
        click.echo(json.dumps(findings.to_json(), ensure_ascii=False, indent=1))
    else:
        for line in findings.lines(lang):
            click.echo(line)
    if findings.fatal:
        sys.exit(1)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@_report_errors
def links(as_json: bool) -> None:
    """Count the links of the current version: pairs, and how many of them are certain."""
    config = settings()
    source = open_atlases(config)
    counts = source().link_counts()
    rows = [
        {
            "link": spec.name,
            "rule": type(spec).__name__,
            "source": spec.source,
            "target": spec.target,
            "pairs": counts.get(spec.name, (0, 0))[0],
            "certain": counts.get(spec.name, (0, 0))[1],
        }
        for spec in LINKS
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    for row in rows:
        click.echo(f"{row['link']:<28} {row['rule']:<14} {row['source']:>13} -> {row['target']:<13} "
                   f"{row['pairs']:>6} pairs {row['certain']:>6} certain")  # fmt: skip


@cli.command()
@click.argument("layer", type=click.Choice([*sorted(COLLECTIONS), NAME_OF_ALL]))
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--format", "key", type=click.Choice(sorted(FORMATS)), help="Format; by the file's ending when left out.")
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE[,VALUE]",
              help=f"Keep matching records only; may be repeated. Names: {', '.join(f.param for f in FILTERS)}.")  # fmt: skip
@click.option("--q", "text", default="", help="Keep records whose names hold these words, with or without diacritics.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language of labels.")
@click.option("--crs", help=f"Coordinate system of {', '.join(key for key, row in FORMATS.items() if len(row.crs) > 1)}: "
              "EPSG:9205 or another zone of VN-2000; WGS 84 when left out.")  # fmt: skip
@click.option("--encoding", help="Encoding of the text of shp: utf-8, tcvn3 or cp1258; UTF-8 when left out.")
@click.option("--letters", type=click.Choice(["strict", "lower", "plain"]),
              help="Letters that the encoding lacks: refuse them, write them small (the default), or without their marks.")  # fmt: skip
@click.option("--url", default="", help="Address of the service, for a project of all that reads it (GEO_PUBLIC_URL).")
@_report_errors
def export(
    layer: str, file: Path, key: str | None, filters: tuple[str, ...], text: str, lang: str, url: str,
    **options: str | None,
) -> None:  # fmt: skip
    """Write a LAYER, or the part of it that the filters keep, to FILE.

    The layer `all` is the whole province with QGIS styles: FILE ends in .gpkg, .qgis.zip (a project with its data) or
    .qgz (a project that reads the service at --url).
    """
    config = settings()
    if layer == NAME_OF_ALL:
        unsupported = [
            name for name, value in {"format": key, "filter": filters, "q": text, **options}.items()
            if value and name != "crs"
        ]  # fmt: skip
        if unsupported:
            raise BadQuery(
                f"all is written whole: leave out {', '.join(unsupported)}. Beside it goes --crs, --lang and --url only.",
                f"all luôn được ghi toàn bộ: hãy bỏ {', '.join(unsupported)}. Chỉ kèm được --crs, --lang và --url.",
            )
        _export_all(config, file, lang, options["crs"], url or config.public_url)
        return
    query = Query(layer, filters=tuple(_filter(row) for row in filters), text=text)
    count = write_export(open_atlases(config)(), query, key or _format_of(file), file, lang=lang, **cast(Any, options))
    _say(f"{file}: {count}")


def _export_all(config: Settings, file: Path, lang: str, crs: str | None, url: str) -> None:
    kind = kind_of(file.name)
    name = file.name[: -len(kind.extension) - 1]
    whole = Whole(open_atlases(config)(), lang, system_for(kind, crs), url, name)
    _say(f"{file}: {write_whole(file, lambda out: kind.write(whole, out))}")


def _filter(text: str) -> tuple[str, tuple[str, ...]]:
    param, equals, values = text.partition("=")
    if not equals or not values:
        raise BadQuery(
            f"--filter {text!r}: expected NAME=VALUE, for example group=food.",
            f"--filter {text!r}: cần dạng TÊN=GIÁ TRỊ, ví dụ group=food.",
        )
    return param, tuple(values.split(","))


def _format_of(file: Path) -> str:
    for key, spec in FORMATS.items():
        if file.suffix.lower() == f".{spec.extension}":
            return key
    endings = ", ".join(f".{spec.extension}" for spec in FORMATS.values())
    raise BadQuery(
        f"Cannot tell the format of {file.name!r}. Endings: {endings}; or say --format.",
        f"Không rõ định dạng của {file.name!r}. Các đuôi tệp: {endings}; hoặc dùng --format.",
    )


@cli.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--layer", required=True, type=click.Choice(sorted(LAYERS)), help="The layer that the file belongs to.")
@click.option("--profile", default="", help="Read it as the profile of this name says.")
@click.option("--save-profile", default="", metavar="NAME", help="Keep how it was read as a profile.")
@click.option("--part", help="The layer or sheet of the file, when it has several.")
@click.option("--crs", help="The coordinate system, for example EPSG:9205, when the file does not say it.")
@click.option(
    "--encoding",
    "encodings",
    multiple=True,
    metavar="[COLUMN=]KEY",
    help=f"Encoding of a column, or of all. Keys: {', '.join(ENCODINGS)}, none.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="What a column is; the rest stays as proposed. An empty field leaves it out.",
)
@click.option("--set", "constants", multiple=True, metavar="FIELD=VALUE", help="A value for every row.")
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="TEXT=UNIT",
    help="The unit that an address means, for example old_communes:03316.",
)
@click.option(
    "--precision",
    default="",
    type=click.Choice(["", *(p.key for p in PRECISIONS)]),
    help="How well the file's coordinates are known.",
)
@click.option(
    "--source",
    default="",
    help="The source that the records cite: an id of layer sources; a new one is made when left out.",
)
@click.option(
    "--incomplete",
    default="",
    type=click.Choice(["", PUBLISH, LEAVE_OUT]),
    help="What becomes of rows whose records lack a required value; asked when left out.",
)
@click.option("--whole", is_flag=True, help="The file is the whole layer: records that it lacks are removed.")
@click.option("--dry-run", is_flag=True, help="Only report; keep nothing.")
@click.option("--publish", "publish_now", is_flag=True, help="Publish when nothing is left to be answered.")
@click.option("--who", default="", help="Who publishes, for the history.")
@click.option("--why", default="", help="Why, for the history.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language of the report."
)
@_report_errors
def import_(
    files: tuple[Path, ...], layer: str, dry_run: bool, publish_now: bool, as_json: bool, lang: str, **options: Any
) -> None:
    """Read FILE into a draft of LAYER, report on it, and publish it with --publish.

    A Shapefile may be named by its .shp; its other files are found beside it. Exits with 1 when the file cannot be
    read, with 2 when questions are open or errors must be corrected before it can be published.
    """
    config = settings()
    build_atlas(config, open_atlases(config), progress=_say)
    order = Order(
        layer, _with_companions(files), options["who"], options["why"], options["profile"], options["save_profile"]
    )
    job = Import(config, order, parse_decisions(options), progress=_say)
    try:
        review = job.read()
        click.echo(
            json.dumps(review, ensure_ascii=False, indent=1) if as_json else "\n".join(review_lines(review, lang))
        )
        if publish_now and not dry_run and review["publishable"]:
            version = job.publish()
            _say(f"version {version}" + (" (unchanged)" if version == review["base"] else ""))
        elif not dry_run:
            _say(f"draft {job.draft.id}: /manage/imports/{job.draft.id}")
    finally:
        if dry_run:
            job.forget()
    if not review["publishable"]:
        sys.exit(2)


def _with_companions(files: tuple[Path, ...]) -> dict[str, Path]:
    """The files; for a single .shp, .tab or .mif, also the files of the same name beside it."""
    if len(files) == 1 and files[0].suffix.lower() in {".shp", ".tab", ".mif"}:
        stem = files[0].stem.lower()
        beside = sorted(files[0].absolute().parent.iterdir())
        files = tuple(path for path in beside if path.is_file() and path.stem.lower() == stem)
    return {path.name: path for path in files}


class _VersionNumber(click.IntRange):
    """The number of a version; a file says which command is meant."""

    name = "version"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            self.fail(f"{error.message} To put back a backup file: python app.py restore-backup FILE.", param, ctx)


class _BackupFile(click.Path):
    """A backup that exists; the number of a version says which command is meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            self.fail(
                f"{error.message} To publish an earlier version again: python app.py restore VERSION.", param, ctx
            )


@cli.command()
@click.argument("version", type=_VersionNumber(min=1))
@click.option("--who", required=True, help="Who restores it, for the history.")
@click.option("--why", required=True, help="Why, for the history.")
@_report_errors
def restore(version: int, who: str, why: str) -> None:
    """Publish the content of an earlier VERSION as a new one.

    Nothing is lost: every version stays. To put back a backup file, use restore-backup.
    """
    config = settings()
    who, why = person(who, why)
    new = open_store(config).restore(version, who=who, why=why)
    outcome = build_atlas(config, open_atlases(config), progress=_say)
    _say(f"version {new.number} = version {version}. {_summary(outcome)}")


@cli.command()
def token() -> None:
    """Print a new random access token, for GEO_MANAGE_TOKEN."""
    click.echo(make_token())


@cli.command("sign-in-link")
@click.option("--url", default="", help="Address that the link begins with (GEO_PUBLIC_URL, or GEO_HOST and GEO_PORT).")
@_report_errors
def sign_in_link(url: str) -> None:
    """Print a link that signs in to /manage once, within 15 minutes; the service may be running."""
    config = settings()
    click.echo(_make_sign_in_link(replace(config, public_url=url.rstrip("/") or config.public_url)))


@cli.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Even when FILE exists; it stays as it is until the new one is verified.")
@_report_errors
def backup(file: Path, replace: bool) -> None:
    """Write the whole store, every version, to FILE (.gpkg) and verify it; the service may go on publishing."""
    versions = open_store(settings()).backup(file, replace=replace)
    newest = f"version {versions[-1].number}, {versions[-1].published_at}" if versions else "no version yet"
    _say(f"{file}: verified, {newest}")


@cli.command("restore-backup")
@click.argument("file", type=_BackupFile(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Even when there is a store; it is moved aside, never deleted.")
@_report_errors
def restore_backup_(file: Path, replace: bool) -> None:
    """Verify the backup FILE, put it in the place of the store, and serve its newest version.

    Versions that were published after the backup are in the store that is moved aside. To publish an earlier version
    of the present store again, use restore.
    """
    config = settings()
    source = open_atlases(config)
    aside = restore_backup(config, source, file, replace=replace, progress=_say)
    _say(f"version {source().version.number} is current" + (f"; the store that was there: {aside}" if aside else ""))


@cli.command()
@click.argument("file", required=False, type=_BackupFile(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language of the report."
)
@_report_errors
def verify(file: Path | None, lang: str) -> None:
    """Compare every version of the store, or of the backup FILE, with its digests; exit with 1 on damage."""
    verdicts = []
    for verdict in verify_store(settings(), file):
        verdicts.append(verdict)
        click.echo(f"{LEVELS['error' if verdict.damage else 'ok'].of(lang):<8} {verdict.part.of(lang)}")
    damages = [verdict.damage for verdict in verdicts if verdict.damage is not None]
    for damage in damages:
        click.echo(damage.of(lang), err=True)
    if damages:
        sys.exit(1)


@cli.command()
@click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language of the report."
)
@_report_errors
def doctor(lang: str) -> None:
    """Examine settings, libraries, folders, the store and the clock; exit with 1 when the service would refuse to start."""
    config = settings()
    advices = list(examine(config, open_atlases(config), REQUIREMENTS))
    for advice in advices:
        click.echo(advice.line(lang))
    if any(advice.level == "error" for advice in advices):
        sys.exit(1)


@cli.command()
def dictionary() -> None:
    """Print the data dictionary as Markdown (docs/data-dictionary.md)."""
    click.echo(data_dictionary(), nl=False)


if __name__ == "__main__":
    cli()
