"""Real reverse proxies with TLS before the real server: nginx and Caddy of Debian, with a certificate of their own."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT

DOCUMENT = ROOT / "docs" / "operating.md"
DOCUMENTED_HOST = "ban-do.example.gov.vn"
UNVERIFIED = ssl.create_default_context()
UNVERIFIED.check_hostname = False
UNVERIFIED.verify_mode = ssl.CERT_NONE

_NGINX = """\
{user}
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{server}
}}
"""


def program(name: str) -> str:
    """Where a proxy lies. A machine without it fails loudly: .ci/system-packages installs it."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    assert path, f"no {name} on this machine: run sh .ci/system-packages"
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    own, key = folder / "own.pem", folder / "own.key"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-out", str(own), "-keyout", str(key)]
    subprocess.run(["openssl", *words, *names], check=True, capture_output=True)
    return own, key


def documented(language: str) -> str:
    """The example of the document in a language of configuration."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    return str(blocks[0])


def plain(location: str, server_port: int, slash: str = "") -> str:
    """The plainest configuration of nginx that passes a path on."""
    return f"location {location} {{ proxy_pass http://127.0.0.1:{server_port}{slash}; }}"


def with_tls(locations: str, port: int, folder: Path) -> str:
    """A server of nginx with TLS and nothing else but its locations."""
    own, key = certificate(folder)
    return f"server {{ listen {port} ssl; ssl_certificate {own}; ssl_certificate_key {key}; {locations} }}"


@contextmanager
def nginx(server: str, port: int, folder: Path) -> Iterator[None]:
    """nginx with a server block, until the block ends."""
    configuration = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    configuration.write_text(_NGINX.format(user=user, folder=folder, server=server))
    command = [program("nginx"), "-p", str(folder), "-c", str(configuration), "-g", "daemon off;"]
    with _running(command, port, folder):
        yield


@contextmanager
def caddy(site: str, port: int, folder: Path) -> Iterator[None]:
    """Caddy with a site block, until the block ends."""
    configuration = folder / "Caddyfile"
    configuration.write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + site)
    with _running([program("caddy"), "run", "--config", str(configuration)], port, folder):
        yield


@contextmanager
def _running(command: list[str], port: int, folder: Path) -> Iterator[None]:
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    log = folder / "proxy.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=os.environ | home, stdout=out, stderr=out)
    try:
        for _ in range(200):
            assert process.poll() is None, log.read_text()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """No other request: a redirect is an answer."""


_OPENER = urllib.request.build_opener(urllib.request.HTTPSHandler(context=UNVERIFIED), _Stay)


def ask(address: str, data: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (in small letters) and body of an answer; redirects are not followed."""
    request = urllib.request.Request(address, data=data, headers=headers)
    try:
        with _OPENER.open(request, timeout=60) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()
