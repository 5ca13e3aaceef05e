"""The commands of the plan's figures: `figure` computes one, `indicators` prints the table of all."""

import json
from datetime import datetime
from typing import Any

import click

from geo.atlas import open_atlases
from geo.console.distance_option import distance_option
from geo.console.installation import Installation
from geo.console.output import language_option, report_errors
from geo.ocop.codes import CODE_LISTS
from geo.plan import Figure, Frame, Parameters, Records, compute, records_of
from geo.plan.days import day_of
from geo.plan.indicator_document import indicator_document
from geo.schema import Label
from geo.settings import Settings
from geo.store import open_store
from geo.views.plan.figure_view import GROUPS, value_text

_RULE = Label("Cách tính", "Rule")
_TO_RECORD = Label("Cần ghi", "To record")


@click.command()
@click.argument("key")
@click.option("--version", type=click.IntRange(min=1), help="Version of the data; the current one when left out.")
@click.option("--date", "on", default=lambda: f"{datetime.now():%Y-%m-%d}", metavar="YYYY-MM-DD",
              help="Day for which certificates are judged; today when left out.")  # fmt: skip
@distance_option
@click.option(
    "--days", type=click.IntRange(min=0, max=3_660), default=90, show_default=True, help="Number of days after the day."
)
@click.option(
    "--frame",
    type=click.Choice([frame.value for frame in Frame]),
    default=Frame.COMMUNES.value,
    show_default=True,
    help="Layer of the unit.",
)
@click.option("--unit", help="Code of a unit; the whole province when left out.")
@click.option("--cohort", help="Key of a cohort of products.")
@click.option(
    "--crop",
    type=click.Choice(CODE_LISTS["material"].keys()),
    metavar="CODE",
    help="Crop of zones: a code of the list material.",
)
@click.option("--rule", type=click.IntRange(min=1), help="Number of the rule; the present one.")
@click.option("--json", "as_json", is_flag=True, help="Print the figure with all its records as JSON.")
@language_option
@click.pass_obj
@report_errors
def figure(
    installation: Installation,
    /,
    key: str,
    version: int | None,
    on: str,
    frame: str,
    rule: int | None,
    as_json: bool,
    lang: str,
    **options: Any,
) -> None:
    """Compute the indicator KEY: its bounds, its rule, and the records that it rests on.

    The same version, parameters and rule always give the same figure. docs/indicators.md lists the keys.
    """
    day = day_of("--date", on)
    records = _records(installation.settings(), version)
    parameters = Parameters(records.version, day, frame=Frame(frame), **options)
    result = compute(records, key, parameters, rule)
    if as_json:
        click.echo(json.dumps(_plain(result), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(lines_of(result, lang)))


@click.command()
def indicators() -> None:
    """Print the table of indicators as Markdown (docs/indicators.md)."""
    click.echo(indicator_document(), nl=False)


def _records(config: Settings, version: int | None) -> Records:
    """The records of a version: those of the current one from its atlas, those of an earlier one from the store."""
    with open_atlases(config)() as atlas:
        if version in {None, atlas.version.number}:
            return records_of(atlas)
    return Records(version or 0, open_store(config).frames(version))


def lines_of(result: Figure, lang: str) -> list[str]:
    """The figure in the words of its page, with the codes of its records."""
    indicator = result.indicator
    lines = [f"{indicator.name.of(lang)}: {value_text(result, lang)}"]
    lines.append(f"  {_RULE.of(lang)} ({indicator.clause}): {result.rule.of(lang)}")
    lines.append("  " + ", ".join(f"{name} {number}" for name, number in result.address.items()))
    groups = ((label, getattr(result, name)) for name, label in GROUPS)
    lines += [f"  {label.of(lang)} ({len(keys)}): {' '.join(one.id for one in keys)}" for label, keys in groups if keys]
    if result.missing:
        lines.append(f"  {_TO_RECORD.of(lang)}: {result.missing.of(lang)}")
    return [*lines, f"  {result.digest}"]


def _plain(result: Figure) -> dict[str, Any]:
    return {
        "indicator": result.indicator.key,
        "parameters": result.address,
        "value": result.value,
        "numerator": result.numerator,
        "denominator": result.denominator,
        "reason": result.reason,
        "sure": result.records,
        "possible": result.possible_records,
        "unknown": result.unknown_records,
        "digest": result.digest,
    }
