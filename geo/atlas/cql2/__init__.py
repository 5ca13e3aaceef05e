"""CQL2 filters (OGC 21-065r2) read into one tree: no SQL in here."""
