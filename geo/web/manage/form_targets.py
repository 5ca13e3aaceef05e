"""Routes that take a form: whoever opens or reloads the address of one is led to the page that has the form."""

from collections.abc import Callable

from flask import Flask, Response

from geo.web.http.urls import SiteUrls


def add_form_target(app: Flask, rule: str, endpoint: str, view: Callable[..., Response], page: str) -> None:
    """Add a route for POST, and one for GET that leads to `page`, in which {name} stands for a part of the address."""
    app.add_url_rule(rule, endpoint, view, methods=["POST"])
    app.add_url_rule(rule, f"{endpoint}_form", lambda **parts: see(page.format_map(parts)), methods=["GET"])


def see(path: str, **query: str) -> Response:
    """303 See Other to a page of the site, so that reloading it does not send the form again."""
    return Response("", 303, {"Location": SiteUrls().page(path, **query)})
