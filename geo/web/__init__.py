"""The web application: the only room that imports Flask. application.py puts it together."""
