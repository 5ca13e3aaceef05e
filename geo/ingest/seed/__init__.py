"""The layers under data/shapefiles, read into checked frames."""
