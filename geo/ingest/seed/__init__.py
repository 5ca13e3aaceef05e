"""The province's own layers under data/shapefiles, read into checked frames."""
