"""The option --km of the commands whose results depend on a distance."""

import math
from typing import Any

import click


class _Kilometres(click.FloatRange):
    """A distance from 0 to 200 km. FloatRange alone takes "nan", which is neither below nor above any bound."""

    def __init__(self) -> None:
        super().__init__(min=0, max=200)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; BadParameter for any other text and outside of the range."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number from 0 to 200.", param, ctx)
        return number


distance_option = click.option("--km", type=_Kilometres(), default=10.0, show_default=True, help="Distance.")
"""The option --km: a distance in kilometres, 10 when left out."""
