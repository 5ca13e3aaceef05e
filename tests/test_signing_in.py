"""Signing in to a service as it is started: the printed link, the token, behind the plainest proxy, over a restart."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import NamedTuple

import pytest

from geo.access.access_token import refuse_weak
from geo.settings import Settings
from tests.conftest import ROOT
from tests.web.conftest import TOKEN


class Service(NamedTuple):
    """A service that answers, and its log."""

    address: str
    log: Path

    @property
    def lines(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines()

    @property
    def link(self) -> str:
        """The sign-in link that it printed."""
        return next(match[0] for line in self.lines if (match := re.search(r"http\S+/manage/sign-in\?code=\S+", line)))

    @property
    def acts(self) -> list[dict[str, object]]:
        """What its log says of acts."""
        return [json.loads(line[line.index("{") :]) for line in self.lines if " geo.acts {" in line]


class Visitor:
    """Somebody with a browser's cookies."""

    def __init__(self) -> None:
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, address: str, form: bytes | None = None, **headers: str) -> tuple[int, str]:
        """The status of an answer, and the path at which redirects ended."""
        request = urllib.request.Request(address, data=form, headers=headers)
        try:
            with self._opener.open(request, timeout=30) as answer:
                return answer.status, "/" + answer.url.split("/", 3)[3]
        except urllib.error.HTTPError as error:
            with error:
                return error.code, "/" + str(error.url).split("/", 3)[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


@contextmanager
def started(env: dict[str, str], data: Path, log: Path, **more: str) -> Iterator[Service]:
    port = free_port()
    env = {name: value for name, value in env.items() if name != "GEO_MANAGE_TOKEN"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "app.py", "serve", "--port", str(port)], cwd=ROOT, stderr=out,
            env=env | {"GEO_DATA_DIR": str(data), **more},
        )  # fmt: skip
    try:
        service = Service(f"http://127.0.0.1:{port}", log)
        wait_for(f"{service.address}/healthz", process, log)
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@pytest.fixture(scope="module")
def data(built: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signing-in")
    return shutil.copytree(
        built.data_dir, folder / "var", ignore=shutil.ignore_patterns("drafts", "profiles", "access*")
    )


@pytest.fixture(scope="module")
def pair(built_env: dict[str, str], data: Path) -> Iterator[Service]:
    """Two processes, no token, the access log on."""
    with started(built_env, data, data.parent / "log", GEO_WORKERS="2", GEO_ACCESS_LOG="1") as service:
        yield service


def test_a_printed_link_opens_once_in_every_process_and_over_a_restart(
    pair: Service, built_env: dict[str, str], data: Path
) -> None:
    assert pair.link.startswith(f"{pair.address}/manage/sign-in?code=")
    person, other = Visitor(), Visitor()
    assert person.open(pair.link) == (200, "/manage")
    assert other.open(pair.link)[0] == 403
    for _ in range(12):  # whichever process answers
        assert person.open(f"{pair.address}/manage", Connection="close") == (200, "/manage")
        assert other.open(f"{pair.address}/manage", Connection="close") == (200, "/manage/sign-in")
    with started(built_env, data, data.parent / "again") as restarted:
        (cookie,) = person.cookies
        headers = {"Cookie": f"{cookie.name}={cookie.value}"}
        assert Visitor().open(f"{restarted.address}/manage", **headers) == (200, "/manage")
        assert (
            Visitor().open(f"{restarted.address}/manage/sign-out", b"", Origin=restarted.address, **headers)[0] == 200
        )
    assert person.open(f"{pair.address}/manage") == (200, "/manage/sign-in")  # ended in every process
    ways = [(act["act"], act["outcome"], act["way"]) for act in pair.acts]
    assert ways == [("sign_in", "done", "link"), ("sign_in", "failed", "link")]
    assert pair.link.partition("code=")[2] not in "\n".join(line for line in pair.lines if "geo.a" in line)
    assert [line for line in pair.lines if " geo.access {" in line and '"path": "/manage/sign-in"' in line]


PLAIN = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {address}; }} }}
}}
"""


def test_the_plainest_nginx_opens_managing_to_nobody(pair: Service, tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert nginx, "no nginx on this machine: run sh .ci/system-packages"
    port = free_port()
    config = tmp_path / "nginx.conf"
    config.write_text(PLAIN.format(folder=tmp_path, port=port, address=pair.address))
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen([nginx, "-e", f"{tmp_path}/error.log", "-c", str(config)]) as process:
        try:
            wait_for(f"{address}/healthz", process, tmp_path / "error.log")
            for host in ("localhost", f"127.0.0.1:{port}", "ban-do.example.vn"):
                visitor = Visitor()
                assert visitor.open(f"{address}/manage", Host=host) == (200, "/manage/sign-in")
                assert visitor.open(f"{address}/manage/imports", b"", Origin=f"http://{host}")[0] == 403
                assert visitor.open(f"{address}/manage/versions/1/restore", b"who=A&why=b")[0] == 403
        finally:
            process.terminate()


def test_the_token_signs_in_and_every_act_is_a_line_up_to_the_published_version(
    built_env: dict[str, str], data: Path, tmp_path: Path
) -> None:
    own = shutil.copytree(data, tmp_path / "var")
    with started(built_env, own, tmp_path / "log", GEO_MANAGE_TOKEN=TOKEN) as service:
        assert not [line for line in service.lines if "sign-in?code" in line]
        person, ours = Visitor(), {"Origin": service.address}
        assert person.open(f"{service.address}/manage/sign-in", b"token=wrong", **ours)[0] == 403
        assert person.open(f"{service.address}/manage/sign-in", f"token={TOKEN}".encode(), **ours) == (200, "/manage")
        form = "who=Sở NN&why=thử".encode()
        headers = ours | {"X-Request-ID": "request-7"}
        status, _ = person.open(f"{service.address}/manage/versions/1/restore", form, **headers)
        assert status == 200
        for _ in range(600):
            if any(act["act"] == "restore" and act["outcome"] != "accepted" for act in service.acts):
                break
            time.sleep(0.1)
        acts = service.acts
        assert [(act["act"], act["outcome"]) for act in acts] == [
            ("sign_in", "failed"), ("sign_in", "done"), ("restore", "accepted"), ("restore", "done"),
        ]  # fmt: skip
        assert acts[3] == {
            "act": "restore", "outcome": "done", "from": "127.0.0.1", "request": "request-7",
            "session": acts[1]["session"], "who": "Sở NN", "of": 1, "version": 1,
        }  # fmt: skip
        assert TOKEN not in service.log.read_text()


@pytest.mark.parametrize("token", ["abcdefg", "matkhau-cua-chi-cuc-2026"])
def test_a_weak_token_is_refused_at_start(run_app_process, token: str) -> None:  # type: ignore[no-untyped-def]
    done = run_app_process("serve", "--port", str(free_port()), GEO_MANAGE_TOKEN=token)
    assert done.returncode == 1
    assert "GEO_MANAGE_TOKEN" in done.stderr and "python app.py token" in done.stderr and token not in done.stderr


def test_the_commands_make_a_token_and_a_link(run_app, data: Path) -> None:  # type: ignore[no-untyped-def]
    token = run_app("token").stdout.strip()
    refuse_weak(token)
    assert token and token != run_app("token").stdout.strip()
    links = [
        run_app("sign-in-link", *words, GEO_DATA_DIR=str(data), GEO_PORT="5001", **env).stdout
        for words, env in [((), {}), ((), {"GEO_PUBLIC_URL": "https://a.vn/ocop"}), (("--url", "https://b.vn/"), {})]
    ]
    roots = [link.partition("/manage/sign-in?code=")[0] for link in links]
    assert roots == ["http://127.0.0.1:5001", "https://a.vn/ocop", "https://b.vn"]


def test_help_says_how_an_office_sets_it_up(run_app) -> None:  # type: ignore[no-untyped-def]
    text = run_app("serve", "--help").stdout
    steps = re.findall(r"^ +[1-5]\. .+$", text, flags=re.MULTILINE)
    assert len(steps) == 5
    assert all(word in text for word in ("GEO_MANAGE_TOKEN", "GEO_PUBLIC_URL", "proxy", "/manage", "app.py token"))
