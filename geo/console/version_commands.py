"""The commands that publish versions: `build` from the seed folder, `restore` from an earlier version."""

import sys
from functools import partial
from typing import Any

import click

from geo.atlas import open_atlases
from geo.console.grounds import publish_base_map
from geo.console.installation import Installation
from geo.console.output import print_progress, report_errors
from geo.console.temporary_files import with_temporary_folder
from geo.freezing import publish_computing
from geo.pipeline import BuildResult, allow_new_store, build_atlas, collect_seldom, person, prepare_atlas, require_room
from geo.store import SEED, SEED_REASON, open_store
from geo.views.tiles.next_layers import prepare_next


@click.command()
@click.option("--who", default=SEED, show_default=True, help="Who publishes, for the history.")
@click.option("--why", default=SEED_REASON, show_default=True, help="Why, for the history.")
@click.option("--over-imports", is_flag=True, help="Even when others have published versions since.")
@click.option("--new", is_flag=True, help="Begin anew where the data folder has lost its store, without its history.")
@click.pass_obj
@report_errors
def build(installation: Installation, who: str, why: str, over_imports: bool, new: bool) -> None:
    """Read data/shapefiles, publish it as a version when it differs, link it and freeze the atlas.

    A fatal issue stops the build; the last good version goes on being served.
    """
    config = with_temporary_folder(installation.settings())
    source = open_atlases(config)
    if new:
        allow_new_store(config, source)
    outcome = build_atlas(
        config,
        source,
        progress=print_progress,
        who=who,
        why=why,
        reread=True,
        over_imports=over_imports,
        before_current=partial(prepare_next, config),
    )
    print_progress(_summary(outcome))
    if outcome.refused:
        sys.exit(1)
    publish_base_map(config)


class _VersionNumber(click.IntRange):
    """The number of a version; a file says which command is meant."""

    name = "version"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            self.fail(f"{error.message} To put back a backup file: python app.py restore-backup FILE.", param, ctx)


@click.command()
@click.argument("version", type=_VersionNumber(min=1))
@click.option("--who", required=True, help="Who restores it, for the history.")
@click.option("--why", required=True, help="Why, for the history.")
@click.pass_obj
@report_errors
def restore(installation: Installation, version: int, who: str, why: str) -> None:
    """Publish the content of an earlier VERSION as a new one.

    Nothing is lost: every version stays. To put back a backup file, use restore-backup.
    """
    collect_seldom()
    config = with_temporary_folder(installation.settings())
    who, why = person(who, why)
    store, source = open_store(config), open_atlases(config)
    require_room(config, store, source)
    state = store.state(version)
    published = publish_computing(source, state, partial(store.restore, version, who=who, why=why, state=state))
    current = prepare_atlas(
        config, source, published=published, progress=print_progress, before_current=partial(prepare_next, config)
    )
    outcome = BuildResult(current, refused=False, counts=source().counts())
    print_progress(f"version {published.version.number} = version {version}. {_summary(outcome)}")


def _summary(outcome: BuildResult) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in outcome.counts.items())
    state = "refused, the last good version stays" if outcome.refused else "current"
    return f"version {outcome.version.number} ({state}): {counts}"
