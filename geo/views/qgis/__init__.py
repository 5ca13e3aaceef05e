"""How QGIS draws the layers: styles made from styles.py and the code lists, so that QGIS and the map agree."""

from geo.views.qgis.qml import style_of

__all__ = ["style_of"]
