"""The embedded engine of the atlas: one immutable SQLite file for each version."""
