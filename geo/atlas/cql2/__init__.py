"""CQL2 filters (OGC 21-065r2) read and checked into one tree, and what its operators mean: no SQL in here."""
