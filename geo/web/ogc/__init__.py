"""The OGC APIs: features, tiles, records and metadata, and the change feed."""
