"""The lineage of the shipped layers as a program: it builds data/shapefiles from the fact tables and boundaries."""
