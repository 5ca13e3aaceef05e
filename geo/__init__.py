"""The GIS service that links OCOP products, producers, zones, craft villages and sites of a province."""

__version__ = "0.2.0"
