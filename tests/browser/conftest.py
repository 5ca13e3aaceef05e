"""A real browser against the real server: JavaScript errors, failed requests and foreign hosts are failures."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from playwright.sync_api import Browser, Page, expect

from geo.atlas import AtlasSource, open_atlases
from geo.drafts import Jobs
from geo.settings import Settings
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.frames import world
from tests.frozen import frozen
from tests.server import serving

# What a page shows is waited for: the first request of a worker makes the map's layers, beside two other workers.
expect.set_options(timeout=30_000)

SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def serve(settings: Settings, source: AtlasSource, jobs: Jobs | None = None) -> Iterator[str]:
    """The address of the application, served until the test is over."""
    application = create_app(settings, source, templates=ROOT / "templates", jobs=jobs)
    with serving(application) as address:
        yield address
    source.close()


@pytest.fixture(scope="session")
def site(built: Settings) -> Iterator[str]:
    """The real application over the shipped seed; on a busy machine first tiles wait their turn for a minute."""
    yield from serve(replace(built, long_wait_ms=60_000), open_atlases(built))


def chromium() -> str:
    """Where Chromium lies. A machine without it fails loudly: .ci/system-packages installs it.

    The headless shell, Chromium without the windows around a page, takes less than half of the processor time.
    """
    programs = map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))
    executable = next(filter(None, programs), None)
    assert executable, "no chromium on this machine: run sh .ci/system-packages"
    return executable


@dataclass
class WatchedPage:
    """A page and everything that went wrong on it."""

    page: Page
    site: str
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a path of the site and wait until the network rests."""
        self.page.goto(f"{self.site}{path}", wait_until="networkidle")
        return self.page


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    """The name of a screen size."""
    return str(request.param)


def watch(
    browser: Browser,
    site: str,
    size: str,
    *,
    scripts: bool = True,
    ignore_https_errors: bool = False,
    keeps_visits: bool = False,
) -> Iterator[WatchedPage]:
    """A fresh page of the given size that fails the test on any fault.

    It has no service worker unless it `keeps_visits`, so that a lost network is one.
    """
    context = browser.new_context(
        viewport=SIZES[size],  # type: ignore[arg-type]
        has_touch=size == "phone",
        is_mobile=size == "phone",
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        accept_downloads=True,
        java_script_enabled=scripts,
        ignore_https_errors=ignore_https_errors,
    )
    if not keeps_visits:
        context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = context.new_page()
    watched = WatchedPage(page, site)
    page.on("pageerror", lambda error: watched.faults.append(f"error: {error}"))
    page.on(
        "console", lambda line: line.type in {"error", "warning"} and watched.faults.append(f"console: {line.text}")
    )
    page.on(
        "requestfailed",
        lambda r: r.failure != "net::ERR_ABORTED" and watched.faults.append(f"failed: {r.url} {r.failure}"),
    )
    page.on("response", lambda r: r.status >= 400 and watched.faults.append(f"{r.status}: {r.url}"))
    page.on("request", lambda r: watched.requests.append(r.url))
    yield watched
    context.close()
    foreign = [url for url in watched.requests if not url.startswith((site, "data:", "blob:"))]
    assert watched.faults == []
    assert foreign == []


@pytest.fixture
def watched(browser: Browser, site: str, size: str) -> Iterator[WatchedPage]:
    """A watched page in each of the two sizes."""
    yield from watch(browser, site, size)


@pytest.fixture
def desktop(browser: Browser, site: str) -> Iterator[WatchedPage]:
    """A watched page on a desktop screen."""
    yield from watch(browser, site, "desktop")


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[WatchedPage]:
    """A watched page on a phone."""
    yield from watch(browser, site, "phone")


@pytest.fixture
def browser_offline(browser: Browser, site: str) -> Iterator[WatchedPage]:
    """A page of its own for a test that cuts the network."""
    yield from watch(browser, site, "desktop")


@pytest.fixture
def no_script(browser: Browser, site: str) -> Iterator[WatchedPage]:
    """A page in a browser without JavaScript."""
    yield from watch(browser, site, "desktop", scripts=False)


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application over the small province of the tests, which has a record with a hostile name."""
    folder = tmp_path_factory.mktemp("hostile")
    frozen(world(), folder).close()
    settings = Settings(data_dir=folder)
    yield from serve(settings, open_atlases(settings))


@pytest.fixture
def hostile(browser: Browser, hostile_site: str) -> Iterator[WatchedPage]:
    """A watched page of the hostile site."""
    yield from watch(browser, hostile_site, "desktop")
