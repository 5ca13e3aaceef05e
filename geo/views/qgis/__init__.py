"""Styles and projects for QGIS, made from ocop/styles.py and the code lists, to match the site's map."""

from geo.views.qgis.project import LEGAL, TITLE, pack, project
from geo.views.qgis.qml import layer_id, style_of
from geo.views.qgis.sld import sld_of
from geo.views.qgis.sources import in_file, live

__all__ = ["LEGAL", "TITLE", "in_file", "layer_id", "live", "pack", "project", "sld_of", "style_of"]
