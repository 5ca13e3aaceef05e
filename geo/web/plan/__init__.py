"""The planners' part of the site: pages under /plan, the addresses of figures, and the files of their tables."""
