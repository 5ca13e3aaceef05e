"""The GIS service that links OCOP products, producers, zones, craft villages and sites of a province."""

__version__ = "0.1.0"
