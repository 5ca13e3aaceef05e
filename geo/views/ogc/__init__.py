"""The documents of OGC API - Features: collections, features, coordinate reference systems, queryables."""
