"""The service as its operator runs it: a data folder, `app.py serve` as a process, and a program that asks it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from geo.atlas import open_atlases
from geo.pipeline import build_atlas
from geo.settings import Settings
from geo.store import open_store
from tests.conftest import ROOT
from tests.office import write_vn2000_zones

TOKEN = "9c1d1be7a4f0586b2f6f0c7bdb1c2a3e5d7f9081a2b3c4d5"
"""The access token of the services under test."""


def quiet(_: str) -> None:
    """Progress that nobody reads."""


def own_office(built_office: Settings, folder: Path) -> Settings:
    """The small province, built, with data folder and seed of its own in `folder`; version 2 is an import's."""
    shutil.copytree(built_office.data_dir, folder / "var", dirs_exist_ok=True)
    shutil.copytree(built_office.seed_dir, folder / "seed")
    settings = Settings(seed_dir=folder / "seed", data_dir=folder / "var")
    publish_name(settings, "Đồi A1 mới")
    build(settings)
    return settings


def publish_name(settings: Settings, name: str) -> None:
    """Publish the current version with another name of its first site; its atlas is not built."""
    store = open_store(settings)
    frames, number = store.frames(), store.versions()[-1].number
    frames["sites"].loc[0, "name"] = name
    store.publish(frames, who="A", why=name, metadata=store.metadata(number), report=store.report(number))


def build(settings: Settings, progress: Callable[[str], None] = quiet) -> int:
    """Build as a start does; return the number of the version that is served afterwards."""
    source = open_atlases(settings)
    try:
        return build_atlas(settings, source, progress=progress).version.number
    finally:
        source.close()


def env_of(settings: Settings) -> dict[str, str]:
    """The environment variables of a service with these folders."""
    return {"GEO_SEED_DIR": str(settings.seed_dir), "GEO_DATA_DIR": str(settings.data_dir), "PYTHONUTF8": "1"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Response(NamedTuple):
    """The status, headers and body of a response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")


class Service(NamedTuple):
    """A service that runs: its address, its process and the file of its log."""

    address: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def get(self, path: str, accept: str = "*/*") -> Response:
        """The response to a GET by whoever manages."""
        return self._send(urllib.request.Request(self.address + path, headers={"Accept": accept}))

    def post(self, path: str, **form: str) -> Response:
        """The response to a form."""
        return self._send(urllib.request.Request(self.address + path, urllib.parse.urlencode(form).encode()))

    def upload(self, layer: str, file: Path) -> Response:
        """The response to the upload of a file."""
        rule = "----------rule"
        fields = "".join(
            f'--{rule}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {"layer": layer, "who": "A"}.items()
        )
        head = f'--{rule}\r\nContent-Disposition: form-data; name="files"; filename="{file.name}"\r\n\r\n'
        body = f"{fields}{head}".encode() + file.read_bytes() + f"\r\n--{rule}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={rule}"}
        return self._send(urllib.request.Request(f"{self.address}/manage/imports", body, headers))

    def _send(self, request: urllib.request.Request) -> Response:
        request.add_header("Authorization", f"Bearer {TOKEN}")
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=60) as answer:
                return Response(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, error.headers, error.read())

    def wait(self, path: str, is_done: Callable[[Response], bool], seconds: float = 120) -> Response:
        """The first response to a GET for which `is_done` holds."""
        end = time.monotonic() + seconds
        while not is_done(response := self.get(path)):
            assert time.monotonic() < end, (path, response, self.log.read_text(encoding="utf-8"))
            time.sleep(0.2)
        return response

    def kill(self) -> None:
        """Kill the service with all its processes, as a loss of power does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Shows a redirect to the caller."""

    def redirect_request(self, *_: Any) -> None:
        """None: no other request is sent."""


@contextmanager
def running(settings: Settings, log: Path, **env: str) -> Iterator[Service]:
    """A service over a data folder, once it listens; it is killed at the end, and must have logged no traceback."""
    port = free_port()
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "app.py", "serve", "--port", str(port)], cwd=ROOT, stderr=errors, start_new_session=True,
            env={**os.environ, **env_of(settings), "GEO_MANAGE_TOKEN": TOKEN, **env},
        )  # fmt: skip
    service = Service(f"http://127.0.0.1:{port}", process, log)
    try:
        for _ in range(900):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            try:
                service.get("/healthz")
                break
            except OSError:
                time.sleep(0.1)
        yield service
    finally:
        if process.poll() is None:
            service.kill()
    assert "Traceback" not in log.read_text(encoding="utf-8")


def read_upload(service: Service, layer: str, file: Path) -> str:
    """The address of an import that is ready to be published."""
    answer = service.upload(layer, file)
    assert answer.status == 303, answer
    path = str(answer.headers["Location"]).partition("?")[0]
    done = service.wait(f"{path}/state.json", lambda response: not response.json["busy"])
    assert done.json["state"] == "ready", done
    return path


def zipped_zones(folder: Path) -> Path:
    """A zipped Shapefile of zones in a folder."""
    write_vn2000_zones(folder / "vung.shp")
    with zipfile.ZipFile(folder / "vung.zip", "w") as archive:
        for path in folder.glob("vung.*"):
            if path.suffix != ".zip":
                archive.write(path, path.name)
    return folder / "vung.zip"
