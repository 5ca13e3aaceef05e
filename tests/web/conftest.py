"""The application over the small province, over the hostile one, and a reader of its pages."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

import pytest
from flask import Flask, request_started
from flask.testing import FlaskClient

from geo.atlas import Atlas, open_atlases
from geo.drafts import Jobs
from geo.drafts.child import carry_out
from geo.settings import Settings, TileLayer
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.frames import world
from tests.frozen import FixedSource, frozen
from tests.views.hostile import hostile_atlas

TILES = TileLayer("Nền", "https://{s}.tiles.example.vn/{z}/{x}/{y}.png", "© Sở")

TOKEN = "5b1f6c0e9a7d42838e3b7c915d20f4a6c8b0d3e7f1a24957"
"""The access token of the applications under test."""

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
"""As browsers ask for a page; without it the landing page is JSON."""

VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class Element:
    """A start tag, its attributes and the text inside it."""

    tag: str
    attrs: dict[str, str | None]
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What a person reads in it, spaces joined."""
        return " ".join("".join(self.parts).split())


class Document(HTMLParser):
    """A page as its elements in order."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self._shown: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(self.elements[-1])

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.parts.append(data)
        if not {"script", "style", "template"} & {element.tag for element in self._open}:
            self._shown.append(data)

    def all(self, tag: str, **attrs: str) -> list[Element]:
        """Every element with the tag and these attributes."""
        return [e for e in self.elements if e.tag == tag and all(e.attrs.get(k) == v for k, v in attrs.items())]

    def values(self, *names: str) -> list[str]:
        """Every value of the attributes called `names`."""
        return [value for e in self.elements for name, value in e.attrs.items() if name in names and value]

    @property
    def text(self) -> str:
        """What a person reads, spaces joined; scripts left out."""
        return " ".join("".join(self._shown).split())


def read(page: str) -> Document:
    """The elements of a page."""
    document = Document()
    document.feed(page)
    document.close()
    return document


def application(atlas: Atlas, **settings: object) -> Flask:
    """The application over one atlas; its data folder, unless one is given, goes when the application does."""
    own = None if "data_dir" in settings else Path(mkdtemp(prefix="ocop-"))
    config = Settings(**{"max_page": 2, "data_dir": own, **settings})  # type: ignore[arg-type]
    app = create_app(config, FixedSource(atlas), templates=ROOT / "templates")
    if own is not None:
        finalize(app, rmtree, own, ignore_errors=True)
    return app


def managing(app: Flask) -> FlaskClient:
    """A program that sends TOKEN with every request to an application that was made with it."""
    caller = app.test_client()
    caller.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    return caller


@pytest.fixture
def office(office: Settings) -> Settings:
    """Settings of a copy of the small province's data folder, with a small limit on uploads."""
    return replace(office, import_mb=1, manage_token=TOKEN)


@pytest.fixture
def caller(office: Settings) -> Iterator[FlaskClient]:
    """A caller who may manage; jobs are carried out in this process, since tests/drafts and tests/browser start others."""
    source = open_atlases(office)
    yield managing(create_app(office, source, templates=ROOT / "templates", jobs=Jobs(office, work=carry_out)))
    source.close()


@pytest.fixture(scope="session")
def small_atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """The atlas of the small province."""
    with frozen(world(), tmp_path_factory.mktemp("web") / "small") as opened:
        yield opened


@pytest.fixture(scope="session")
def client(small_atlas: Atlas) -> FlaskClient:
    """A caller of the small province; at most two records a page of items."""
    return application(small_atlas).test_client()


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A caller of the province whose names are attacks."""
    with hostile_atlas(tmp_path_factory.mktemp("hostile")) as atlas:
        yield application(atlas).test_client()


class RequestCounter:
    """An application, somebody who asks it, and how often a request reached its code."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.client, self.count = app.test_client(), 0
        request_started.connect(self._more, app)

    def begin_again(self) -> None:
        """Forget cookies and the count."""
        self.client, self.count = self._app.test_client(), 0

    def _more(self, _: Flask, **__: object) -> None:
        self.count += 1


@pytest.fixture
def counter(small_atlas: Atlas, tmp_path: Path) -> RequestCounter:
    """An application that has answered nothing yet."""
    return counted(small_atlas, tmp_path)


@pytest.fixture(scope="session")
def lasting_counter(small_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> RequestCounter:
    """The application of `front_counter`."""
    return counted(small_atlas, tmp_path_factory.mktemp("counted"))


@pytest.fixture
def front_counter(lasting_counter: RequestCounter) -> RequestCounter:
    """A count of zero, of an application that may have answered other tests: the front keeps nothing of them."""
    lasting_counter.begin_again()
    return lasting_counter


def counted(atlas: Atlas, data_dir: Path) -> RequestCounter:
    """An application of its own over an atlas."""
    return RequestCounter(create_app(Settings(data_dir=data_dir), FixedSource(atlas), templates=ROOT / "templates"))
