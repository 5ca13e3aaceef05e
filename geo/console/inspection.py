"""The commands that report and change nothing: `check`, `links`, `doctor`, `dictionary`."""

import json
import sys

import click

from geo.atlas import open_atlases
from geo.console.installation import Installation
from geo.console.output import language_option, report_errors
from geo.doctor import examine
from geo.ocop.links import LINKS
from geo.pipeline import check_seed
from geo.views.dictionary import data_dictionary


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@language_option
@click.pass_obj
@report_errors
def check(installation: Installation, as_json: bool, lang: str) -> None:
    """List every issue of data/shapefiles and every conflict between record and geometry.

    Exits with 1 when an issue is fatal. Nothing is published.
    """
    findings = check_seed(installation.settings().seed_dir, progress=lambda _: None)
    if as_json:
        click.echo(json.dumps(findings.to_json(), ensure_ascii=False, indent=1))
    else:
        for line in findings.lines(lang):
            click.echo(line)
    if findings.fatal:
        sys.exit(1)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@click.pass_obj
@report_errors
def links(installation: Installation, as_json: bool) -> None:
    """Count the links of the current version: pairs, and how many of them are certain."""
    counts = open_atlases(installation.settings())().link_counts()
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


@click.command()
@language_option
@click.pass_obj
@report_errors
def doctor(installation: Installation, lang: str) -> None:
    """Examine settings, libraries, folders, the store and the clock; exit with 1 when the service would refuse to
    start.
    """
    config = installation.settings()
    advices = list(examine(config, open_atlases(config), installation.requirements))
    for advice in advices:
        click.echo(advice.line(lang))
    if any(advice.level == "error" for advice in advices):
        sys.exit(1)


@click.command()
def dictionary() -> None:
    """Print the data dictionary as Markdown (docs/data-dictionary.md)."""
    click.echo(data_dictionary(), nl=False)
