"""An operator's own files as a ground: extracts of OpenStreetMap, files with a column of classes, heights."""
