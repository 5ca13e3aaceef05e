"""How QGIS draws the layers: styles and projects made from styles.py and the code lists, as on the site's own map."""

from geo.views.qgis.project import LEGAL, TITLE, pack, project
from geo.views.qgis.qml import layer_id, style_of
from geo.views.qgis.sld import sld_of
from geo.views.qgis.sources import in_file, live

__all__ = ["LEGAL", "TITLE", "in_file", "layer_id", "live", "pack", "project", "sld_of", "style_of"]
