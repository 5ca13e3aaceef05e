"""A layer or a selection of it as a file: one module for each format, and download.py as the one door to them."""
