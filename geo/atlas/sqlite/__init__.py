"""The embedded engine of atlases: one immutable SQLite file for each version."""
