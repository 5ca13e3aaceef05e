"""The command `import`, whose options are the answers to the questions that a file leaves open."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from geo.atlas import open_atlases
from geo.console.installation import Installation
from geo.console.output import language_option, print_progress, report_errors
from geo.console.temporary_files import with_temporary_folder
from geo.drafts.command import Import, Order, parse_decisions
from geo.drafts.terminal import lines as review_lines
from geo.encodings import ENCODINGS
from geo.ingest.decisions import ADD, LEAVE_OUT, PUBLISH, REPLACE
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS
from geo.pipeline import build_atlas


@click.command("import")
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
    "--decimal",
    "numbers",
    multiple=True,
    metavar="COLUMN=MARK",
    help="The decimal mark of a column, comma or point, when its numbers do not say it.",
)
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="TEXT=UNIT",
    help="The unit that an address means, for example old_communes:03316.",
)
@click.option(
    "--reference",
    "references",
    multiple=True,
    metavar="FIELD:NAME=KEY",
    help="The record that a name means, for example 'producer_id:HTX A=add' to add it; - leaves it empty.",
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
@click.option(
    "--reused-keys",
    default="",
    type=click.Choice(["", ADD, REPLACE]),
    help="What becomes of rows with the code of a record of another name elsewhere; asked when left out.",
)
@click.option("--whole", is_flag=True, help="The file is the whole layer: records that it lacks are removed.")
@click.option("--dry-run", is_flag=True, help="Only report; keep nothing.")
@click.option("--publish", "publish_now", is_flag=True, help="Publish when nothing is left to be answered.")
@click.option("--who", default="", help="Who publishes, for the history.")
@click.option("--why", default="", help="Why, for the history.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@language_option
@click.pass_obj
@report_errors
def import_(
    installation: Installation,
    /,
    files: tuple[Path, ...],
    layer: str,
    dry_run: bool,
    publish_now: bool,
    as_json: bool,
    lang: str,
    **options: Any,
) -> None:
    """Read FILE into a draft of LAYER, report on it, and publish it with --publish.

    A Shapefile may be named by its .shp; its other files are found beside it. Exits with 1 when the file cannot be
    read, with 2 when questions are open or errors must be corrected before it can be published.
    """
    config = with_temporary_folder(installation.settings())
    build_atlas(config, open_atlases(config), progress=print_progress)
    order = Order(
        layer, _with_companions(files), options["who"], options["why"], options["profile"], options["save_profile"]
    )
    job = Import(config, order, parse_decisions(options), progress=print_progress)
    try:
        review = job.read()
        click.echo(
            json.dumps(review, ensure_ascii=False, indent=1) if as_json else "\n".join(review_lines(review, lang))
        )
        if publish_now and not dry_run and review["publishable"]:
            version = job.publish()
            print_progress(f"version {version}" + (" (unchanged)" if version == review["base"] else ""))
        elif not dry_run:
            print_progress(f"draft {job.draft.id}: /manage/imports/{job.draft.id}")
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
