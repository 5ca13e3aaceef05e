"""The site behind nginx and Caddy with TLS: every link, asset, redirect and cookie at the public address, in Chromium too."""

import io
import json
import re
import subprocess
import zipfile
from collections import deque
from collections.abc import Iterator
from html.parser import HTMLParser
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from ssl import SSLEOFError
from typing import NamedTuple
from urllib.error import URLError
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser

from geo.settings import Settings
from tests.browser.conftest import watch
from tests.effort import Effort
from tests.proxies import (
    DOCUMENT,
    DOCUMENTED_HOST,
    UNVERIFIED,
    ask,
    caddy,
    certificate,
    documented,
    free_port,
    nginx,
    plain,
    with_tls,
)
from tests.test_serving import Server, serving_with
from tests.web.conftest import TOKEN

PAGES = ["/", "/layers", "/products", "/quality", "/connect", "/about", "/embed", "/api?f=html", "/conformance?f=html"]
DATA = ["/collections", "/api?f=json", "/catalog.jsonld", "/catalog.rdf", "/catalogue", "/catalogue/items", "/tiles",
        "/tileMatrixSets", "/metadata/products.xml", "/changes?since=1", "/?f=json", "/sitemap.xml", "/robots.txt",
        "/collections/products/items?limit=2", "/search.json?q=che", "/base/communes.json", "/.well-known/security.txt"]  # fmt: skip
REDIRECTS = ["/layers/", "/collections//sites", "/manage", "/collections/products/items?f=html", "/nothing/"]


class Site(NamedTuple):
    """A public address, and the server behind it."""

    address: str
    server: Server
    is_documented: bool


def documented_nginx(port: int, server_port: int, folder: Path) -> str:
    """The example of the document for this test's host, ports and files."""
    own, key = certificate(folder)
    text = documented("nginx").replace(DOCUMENTED_HOST, "localhost")
    for before, after in (
        ("listen 443 ssl", f"listen {port} ssl"), ("/etc/ssl/certs/ban-do.pem", str(own)),
        ("/etc/ssl/private/ban-do.key", str(key)), ("127.0.0.1:5000", f"127.0.0.1:{server_port}"),
    ):  # fmt: skip
        assert before in text
        text = text.replace(before, after)
    return text


def documented_nginx_below_a_path(port: int, server_port: int, folder: Path) -> str:
    """The same with the two lines that the document names changed."""
    text = documented_nginx(port, server_port, folder)
    for before in ("location / {", "location ~ ^/manage(/|$) {"):
        after = before.replace("location /", "location /ocop/").replace("^/manage", "^/ocop/manage")
        assert before in text and f"`{after.removesuffix(' {')}`" in DOCUMENT.read_text("utf-8")
        text = text.replace(before, after)
    return text


def documented_caddy(port: int, server_port: int, folder: Path) -> str:
    own, key = certificate(folder)
    text = documented("caddy").replace("127.0.0.1:5000", f"127.0.0.1:{server_port}")
    before = f"{DOCUMENTED_HOST} {{\n"
    assert before in text
    return text.replace(before, f"https://localhost:{port} {{\n\ttls {own} {key}\n")


FORMS = {
    "plain, path kept": ("/ocop", lambda port, to, folder: with_tls(plain("/ocop/", to), port, folder), nginx),
    "plain, path taken off": (
        "/ocop",
        lambda port, to, folder: with_tls(plain("/ocop/", to, "/"), port, folder),
        nginx,
    ),
    "nginx as documented": ("", documented_nginx, nginx),
    "nginx as documented, below a path": ("/ocop", documented_nginx_below_a_path, nginx),
    "Caddy as documented": ("", documented_caddy, caddy),
}


@pytest.fixture(scope="module", params=list(FORMS))
def site(
    request: pytest.FixtureRequest, built: Settings, built_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    path, configuration, proxy = FORMS[request.param]
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    address = f"https://localhost:{port}{path}"
    recommended = {"GEO_HOSTS": "localhost", "GEO_PROXIES": "127.0.0.1"} if "documented" in request.param else {}
    settings = {"GEO_PUBLIC_URL": address, "GEO_MANAGE_TOKEN": TOKEN, "GEO_SECURITY_CONTACT": "an-ninh@example.vn"}
    with (
        serving_with(1, built, built_env, folder, **settings, **recommended) as server,
        proxy(configuration(port, server.port, folder), port, folder),
    ):
        began = server.workers
        yield Site(address, server, "documented" in request.param)
        assert server.workers == began  # none of them died


class Addresses(HTMLParser):
    """The addresses in the attributes of a page and in its JSON blocks (import map, view)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self._is_json = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {"href", "src", "action", "data-state", "srcset", "poster"}
        self.links += [value for name, value in attrs if name in names and value]
        self._is_json = tag == "script" and dict(attrs).get("type") in {
            "importmap",
            "application/json",
            "application/ld+json",
        }

    def handle_data(self, data: str) -> None:
        if self._is_json:
            self.links += [one for one in strings(json.loads(data)) if re.match(r"/\S*$|https?://", one)]
            self._is_json = False


def strings(value: object) -> Iterator[str]:
    """Every string in a JSON document, keys too."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, str):
        yield value


def links(address: str, kind: str, text: str) -> list[str]:
    """The addresses in an answer, whole."""
    if "html" in kind:
        named = Addresses(text).links
    elif "json" in kind:
        named = [one for one in strings(json.loads(text)) if one.startswith(("http://", "https://"))]
    elif "css" in kind:
        named = re.findall(r"url\(['\"]?(?!data:)([^)'\"]+)", text)
    elif "javascript" in kind:
        named = re.findall(r"""(?:from|import)\s*\(?["']([^"']+)["']""", text)
    else:
        named = re.findall(r"https?://[^\s<>\"']+", text)
    return [urldefrag(urljoin(address, one)).url for one in named]


def test_no_link_asset_or_redirect_leaves_the_public_address(site: Site, effort: Effort) -> None:
    host, inside = urlsplit(site.address).netloc, f"{site.address}/"
    behind = (
        f"127.0.0.1:{site.server.port}",
        f"localhost:{site.server.port}",
        f"http://{host}",
        "http://127.0.0.1",
        "http://localhost",
    )
    queue = deque(f"{site.address}{path}" for path in PAGES + DATA)
    seen, kinds, outside = set(queue), set(), []
    for _ in range(effort.addresses):
        if not queue:
            break
        address = queue.popleft()
        accept = (
            {"Accept": "text/html"} if address == f"{site.address}/" else {}
        )  # the landing page is JSON for programs
        status, headers, body = ask(address, **accept)
        if status in {301, 302, 303, 307, 308}:
            targets = [urljoin(address, headers["location"])]
        else:
            assert status == 200, address
            kind = headers.get("content-type", "")
            if not re.search("html|json|css|javascript|xml|text/plain", kind):
                continue
            kinds.add(kind.partition(";")[0])
            text = body.decode()
            assert not [one for one in behind if one in text], address
            targets = links(address, kind, text)
        for one in targets:
            ours = urlsplit(one).netloc == host
            if ours and not one.startswith(inside) and one != site.address:
                outside.append((address, one))
            elif ours and one not in seen and not re.search(r"[{}]|/export/|/manage|%7B", one):
                seen.add(one)
                queue.append(one) if re.search(r"\.(js|css)\b", one) is None else queue.appendleft(one)
    assert outside == []
    assert {"text/html", "application/json", "text/css", "text/javascript", "application/geo+json"} <= kinds


def test_redirects_stay_at_the_public_address(site: Site) -> None:
    for path in REDIRECTS:
        status, headers, _ = ask(f"{site.address}{path}", Accept="text/html")
        assert status in {301, 303, 308}, path
        assert urljoin(f"{site.address}{path}", headers["location"]).startswith(f"{site.address}/"), path


def test_the_live_project_reads_the_public_address(site: Site) -> None:
    status, _, body = ask(f"{site.address}/export/all.qgz")
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        project = next(archive.read(name).decode() for name in archive.namelist() if name.endswith(".qgs"))
    assert site.address in project and f":{site.server.port}" not in project


def test_headers_pass_the_proxy_and_name_no_version(site: Site) -> None:
    _, headers, _ = ask(f"{site.address}/about")
    assert headers["strict-transport-security"] and headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert site.server.get("/about").headers["Server"] == "granian"


def test_chromium_shows_every_page_and_the_map_works(site: Site, browser: Browser) -> None:
    for opened in watch(browser, site.address, "desktop", ignore_https_errors=True):
        page = opened.page
        for path in PAGES:
            opened.open(path)
        opened.open("/")
        page.wait_for_function("document.querySelectorAll('#pane-list a, #pane-list button').length > 3")
        page.fill("#search-input", "chè")
        page.wait_for_selector("#search-hits [role=option]")
        opened.open("/")
        page.click("#tab-share")
        assert f'src="{site.address}/embed' in page.input_value("#embed-code")
        record = json.loads(ask(f"{site.address}/collections/products/items?limit=1")[2])["features"][0]["id"]
        opened.open(f"/?at=products/{record}")
        page.wait_for_selector("#record a.chip")
        assert page.get_attribute("#record a.chip", "href").startswith(urlsplit(f"{site.address}/").path)  # type: ignore[union-attr]
        opened.open("/manage/sign-in")
        page.fill("input[name=token]", TOKEN)
        page.click("main form button[type=submit]")
        page.wait_for_url(f"{site.address}/manage")
        [cookie] = page.context.cookies()
        assert cookie["name"] == ("__Secure-geo_manage" if urlsplit(site.address).path else "__Host-geo_manage")
        assert cookie["path"] == (urlsplit(site.address).path or "/") and cookie["secure"] and cookie["httpOnly"]


def test_a_proxy_as_documented_bounds_bodies_and_opens_managing_to_the_office_only(site: Site) -> None:
    if not site.is_documented:
        # Behind a proxy without the documented configuration only the token protects /manage.
        assert answer_from("127.0.0.2", site, "/manage").status == 303
        return
    large = bytes(1_500_000)
    assert _status_of_upload(f"{site.address}/about", large) in {413, 502, None}
    # Who may manage sends it to the end: the answer names what the form lacks besides the file.
    upload = b'--x\r\nContent-Disposition: form-data; name="files"; filename="x.csv"\r\n\r\n' + large + b"\r\n--x--\r\n"
    known = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "multipart/form-data; boundary=x"}
    status, _, body = ask(f"{site.address}/manage/imports?lang=en", upload, **known)
    assert (status, b"the layer" in body) == (400, True)
    assert answer_from("127.0.0.1", site, "/manage").status == 303
    for path in ("/manage", "/manage/sign-in", "/manage/imports/x"):
        assert answer_from("127.0.0.2", site, path).status == 403
    assert answer_from("127.0.0.2", site, "/about").status == 200


def _status_of_upload(address: str, body: bytes) -> int | None:
    """The status of the answer; None if the proxy closed the connection while the body was still being sent.

    Caddy 2.6 breaks the transfer off: with 502 if the caller has sent everything by then.
    """
    try:
        return ask(address, body)[0]
    except (URLError, SSLEOFError, ConnectionError) as error:
        assert isinstance(getattr(error, "reason", error), (SSLEOFError, ConnectionError)), error
        return None


@pytest.mark.parametrize(("version", "is_spoken"), [("tls1_1", False), ("tls1_2", True), ("tls1_3", True)])
def test_a_proxy_speaks_present_versions_of_tls_only(site: Site, version: str, is_spoken: bool) -> None:
    if version != "tls1_2" and not site.is_documented:
        return  # a configuration that says nothing of versions speaks those that nginx was built for
    words = ["s_client", f"-{version}", "-cipher", "DEFAULT@SECLEVEL=0", "-servername", "localhost"]
    words += ["-connect", urlsplit(site.address).netloc]
    shake = subprocess.run(["openssl", *words], check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    assert (shake.returncode == 0) == is_spoken, shake.stderr.decode()


@pytest.mark.parametrize(
    "path", ["/.git/HEAD", "/app.py", "/geo/settings.py", "/var/store.gpkg", "/static", "/static/%2e%2e/settings.py"]
)
def test_nothing_but_the_site_is_served(site: Site, path: str) -> None:
    assert answer_from("127.0.0.1", site, path).status == 404


def test_trace_is_refused(site: Site) -> None:
    assert answer_from("127.0.0.1", site, "/about", method="TRACE").status == 405


def answer_from(address: str, site: Site, path: str, method: str = "GET") -> HTTPResponse:
    """The answer to a caller with an address of its own."""
    public = urlsplit(site.address)
    line = HTTPSConnection("localhost", public.port, source_address=(address, 0), context=UNVERIFIED)
    line.request(method, f"{public.path}{path}", headers={"Host": public.netloc})
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer
