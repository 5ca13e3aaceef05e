"""The texts of the user interface in Vietnamese and English, as tables."""
