"""Foreign files of every kind, opened by content and read as tables."""
