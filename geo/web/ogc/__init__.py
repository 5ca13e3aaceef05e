"""The OGC APIs over HTTP: features, tiles, records and metadata, and the change feed."""
