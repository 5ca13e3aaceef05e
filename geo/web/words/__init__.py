"""The words of the site and of /manage in Vietnamese and English, as tables."""
