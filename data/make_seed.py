"""Make data/shapefiles from a folder of sourced facts and boundaries.

    python data/make_seed.py --source FOLDER

FOLDER holds `facts/*.csv` and `boundaries/*` as data/shapefiles/README.md describes them. Running it twice gives
the same files.
"""

import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from data.seed.records import make  # noqa: E402
from data.seed.units import Units  # noqa: E402
from data.seed.write import write  # noqa: E402


@click.command()
@click.option(
    "--source",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Facts and boundaries.",
)
@click.option(
    "--out",
    default=ROOT / "data" / "shapefiles",
    show_default=False,
    type=click.Path(path_type=Path),
    help="Where to write.",
)
def main(source: Path, out: Path) -> None:
    """Write every layer's folder anew."""
    for layer, records in make(source / "facts", Units.read(source / "boundaries")).items():
        write(layer, records, out)
        click.echo(f"{layer}: {len(records)}")


if __name__ == "__main__":
    main()
