"""Sizes of the base map in QGIS: the expressions of the style table, evaluated by QGIS itself."""

import json
import os
import subprocess

import numpy as np
import pytest

from geo.views.qgis.base_layers import SCALE_AT_ZOOM_0, size_expression
from tests.test_qgis_project import SYSTEM_PYTHON

SIZES = """
import json, os, sys
from qgis.core import QgsApplication, QgsExpression, QgsExpressionContext, QgsExpressionContextScope
app = QgsApplication([], False)
app.initQgis()
expression, scales = json.loads(sys.argv[1])
values = []
for scale in scales:
    scope = QgsExpressionContextScope()
    scope.setVariable("map_scale", scale)
    context = QgsExpressionContext()
    context.appendScope(scope)
    values.append(QgsExpression(expression).evaluate(context))
print(json.dumps(values), flush=True)
os._exit(0)
"""


def test_a_size_is_interpolated_between_all_steps_of_the_style_table() -> None:
    steps = ((8.0, 1.7), (10.0, 2.6), (12.0, 4.0), (15.0, 7.5))
    zooms = [7.0, 9.0, 10.5, 13.5, 16.0]
    order = [size_expression(steps), [SCALE_AT_ZOOM_0 / 2**zoom for zoom in zooms] + [None]]
    process = subprocess.run(
        [SYSTEM_PYTHON, "-c", SIZES, json.dumps(order)], check=True, capture_output=True, text=True, timeout=120,
        env={"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    *values, without_a_scale = json.loads(process.stdout.strip().splitlines()[-1])
    assert values == pytest.approx(np.interp(zooms, *zip(*steps, strict=True)).tolist())
    assert without_a_scale == pytest.approx(1.7)
