"""The command line: each module holds commands of one subject, which app.py puts together."""
