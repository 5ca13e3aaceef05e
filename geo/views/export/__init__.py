"""Export of a layer or a selection: one module for each format; download.py is the common entry point."""
