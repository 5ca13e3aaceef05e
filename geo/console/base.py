"""The command `base`: an operator's own files become the ground of the map."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from geo.basemap.declaration import BASE_LAYERS, HILLSHADE
from geo.basemap.ground import Ground
from geo.basemap.operator.base_features import REASONS
from geo.basemap.operator.former_grounds import list_grounds, use_former, use_ground, use_shipped
from geo.basemap.operator.new_ground import NewGround, Order, make_ground
from geo.basemap.operator.vector_file import VectorOptions
from geo.console.installation import Installation
from geo.console.output import print_progress, report_errors
from geo.console.temporary_files import with_temporary_folder
from geo.schema import Label
from geo.settings import Settings

_HILLSHADE_TILES = Label(f"{HILLSHADE.vi} (mảnh)", f"{HILLSHADE.en} (tiles)")


def _action(files: tuple[Path, ...], options: Mapping[str, Any]) -> str:
    """The action: "make" for files, otherwise the name of the option; UsageError for several actions and for none."""
    actions = [name for name in ("list", "former", "use", "shipped") if options[name]]
    if files:
        actions.append("make")
    if len(actions) != 1:
        raise click.UsageError(
            "Hãy nêu tệp của bản đồ nền, hoặc chỉ một trong --list, --former, --use và --shipped.\n"
            "       Name the files of the base map, or only one of --list, --former, --use and --shipped."
        )
    return actions[0]


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--credit", default="", help="The source that the map names for files that are not OpenStreetMap.")
@click.option("--licence", default="", help="The licence of these files.")
@click.option("--part", help="The layer to read of a file with several; without it all are read.")
@click.option("--class-column", metavar="NAME", help="The column that says what each object is.")
@click.option("--crs", help="The coordinate system, for example EPSG:9205, when a file does not say it.")
@click.option("--encoding", metavar="KEY", help="The encoding of the text, for example tcvn3, when it is not certain.")
@click.option("--list", is_flag=True, help="List the base maps on disk, the newest first.")
@click.option("--former", is_flag=True, help="Go back to the base map before the current one, step by step.")
@click.option("--use", metavar="NAME", help="Use the base map NAME of the list.")
@click.option("--shipped", is_flag=True, help="Go back to the base map that the project ships.")
@click.pass_obj
@report_errors
def base(installation: Installation, /, files: tuple[Path, ...], **options: Any) -> None:
    """Make the base map of FILE...: roads, rivers, lakes, places, services, relief.

    \b
    FILE is an extract of OpenStreetMap (.osm.pbf), any file of points, lines or areas
    with a column of classes (Shapefile, GeoPackage, GeoJSON), or heights (.hgt, GeoTIFF).
    One command takes all files; the base map is replaced as a whole, while the server runs.
    """
    action = _action(files, options)
    config = installation.settings()
    if action == "list":
        _print_grounds(config)
    elif action == "make":
        _print_new(make_ground(with_temporary_folder(config), _order(files, options), print_progress))
    elif action == "use":
        _print_ground(use_ground(config, options["use"]))
    else:
        _print_ground(use_former(config) if action == "former" else use_shipped(config))


def _order(files: tuple[Path, ...], options: Mapping[str, Any]) -> Order:
    vector = VectorOptions(*(options[name] for name in VectorOptions._fields))
    return Order(files, options["credit"], options["licence"], vector)


def _print_grounds(config: Settings) -> None:
    grounds, current = list_grounds(config)
    for ground in grounds:
        _print_ground(ground, "  (hiện hành / current)" if ground.name == current else "")
    if not grounds:
        print_progress("chưa có bản đồ nền / no base map yet")


def _print_ground(ground: Ground, mark: str = "") -> None:
    layers = ", ".join(f"{notes.key} {notes.features}" for notes in ground.layers)
    click.echo(f"{ground.name}{mark}  {ground.maker}  {ground.as_of or '-'}  {layers}")


def _print_new(new: NewGround) -> None:
    for key, count in new.counts.items():
        label = BASE_LAYERS[key].label if key in BASE_LAYERS else _HILLSHADE_TILES
        if count:
            click.echo(f"{count:>9,}  {label.vi} / {label.en}")
    for reason, count in sorted(new.left_out.items()):
        if count:
            click.echo(f"{count:>9,}  bỏ qua / left out: {REASONS[reason].vi} / {REASONS[reason].en}")
    _print_ground(new.ground)
