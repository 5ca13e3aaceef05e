"""The language of a response: the parameter `lang`; without it, for pages, that of the browser; else Vietnamese.

Documents for programs do not depend on Accept-Language: a copy of them is the same for every caller.
"""

import re

from flask import Response, g, request

from geo.schema import LANGS
from geo.web.http.headers import allows_cors
from geo.web.http.params import language

_FILES = (
    "/static/", "/export/", "/save-map", "/robots.txt", "/sitemap.xml", "/favicon.ico", "/.well-known/",
    "/healthz", "/readyz",
)  # fmt: skip
_ALSO_PAGES = re.compile(r"/(conformance|api|catalogue|collections(/[^/]+(/items(/[^/]+)?)?)?)?")
"""Paths of documents for programs that are pages, or lead to one, for those who ask for HTML."""
_EMBEDDED = "/embed"
"""The map inside a page of another site, whose author chose the language with the address."""


def choose_language() -> None:
    """Set the language of the request, and what the links in its response need to keep it.

    `g.lang` is the language, `g.default_lang` that of an address without `lang` for this caller, `g.unknown_lang` a
    value of `lang` for which a page is shown in `default_lang`. BadQuery for such a value in a request by a program.
    """
    g.lang = g.default_lang = LANGS[0]
    g.unknown_lang, g.is_in_browser_language = "", False
    if not _is_page():
        g.lang = language(request.args)
        return
    if request.path != _EMBEDDED:
        g.default_lang = request.accept_languages.best_match(LANGS, LANGS[0])
    lang = request.args.get("lang", "")
    g.lang = lang if lang in LANGS else g.default_lang
    g.is_in_browser_language = lang not in LANGS and request.path != _EMBEDDED
    g.unknown_lang = "" if lang in LANGS else lang


def keeps_language() -> bool:
    """Whether links to pages name the language: not where it is Vietnamese without being named."""
    return bool(g.lang != LANGS[0] or g.get("default_lang", LANGS[0]) != LANGS[0])


def describe_language(response: Response) -> Response:
    """Add Content-Language, and Accept-Language to Vary where the browser's language was used."""
    kind = response.mimetype or ""
    has_words = kind == "text/html" or kind.endswith("json")
    if has_words and response.status_code != 304 and not request.path.startswith(_FILES):
        response.headers.setdefault("Content-Language", getattr(g, "lang", LANGS[0]))
    if g.get("is_in_browser_language"):
        response.vary.add("Accept-Language")
    return response


def _is_page() -> bool:
    """Whether the response is read by a person: a path of pages, or one of several formats asked for as HTML."""
    if request.path.startswith(_FILES):
        return False
    if not allows_cors(request.path):
        return True
    if not _ALSO_PAGES.fullmatch(request.path):
        return False
    accept, form = request.accept_mimetypes, request.args.get("f")
    return form == "html" or (not form and bool(accept["text/html"] > accept["application/json"]))
