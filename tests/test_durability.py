"""The service when its store, its seed, its disk or its clock is not as it was: what is refused, and what goes on."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from geo.atlas import open_atlases
from geo.errors import BadSource, Conflict
from geo.pipeline import allow_new_store, restore_backup
from geo.settings import Settings
from geo.store import create_store, open_store
from tests.conftest import ROOT
from tests.office import write_office_seed
from tests.service import build, env_of, free_port, own_office, publish_name, quiet

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def own(built_office: Settings, tmp_path: Path) -> Settings:
    """The small province, built, in a data folder and with a seed of its own; version 2 is an import's."""
    return own_office(built_office, tmp_path)


def get(address: str) -> tuple[int, dict[str, Any]]:
    """The status and the JSON of an address."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@contextmanager
def served(settings: Settings, log: Path, limits: tuple[str, ...] = ()) -> Iterator[str]:
    """The address of `app.py serve` over a data folder, once it answers; `limits` is the command that starts it."""
    port = free_port()
    env = {**os.environ, **env_of(settings)}
    with log.open("wb") as errors:
        command = [*limits, sys.executable, "app.py", "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=errors)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            try:
                get(f"{address}/healthz")
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.kill()
        process.wait()


# --- a store that is lost --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["missing", "empty", "without versions"])
def test_a_lost_store_is_refused_and_not_made_again(own: Settings, lost: str) -> None:
    file = next(own.data_dir.glob("*.gpkg"))
    file.unlink()
    if lost == "empty":
        file.touch()
    elif lost == "without versions":
        create_store(own)
    for keep_atlas in (True, False):
        if not keep_atlas:
            shutil.rmtree(own.data_dir / "atlas")
        with pytest.raises(BadSource) as caught:
            build(own)
        assert "build --new" in caught.value.en and "restore-backup" in caught.value.vi
    assert not file.exists() or lost != "missing"


def test_an_older_copy_of_the_store_is_refused(own: Settings, tmp_path: Path) -> None:
    file = next(own.data_dir.glob("*.gpkg"))
    shutil.copy(file, tmp_path / "older.gpkg")
    publish_name(own, "Đồi A1 lần ba")
    assert build(own) == 3
    shutil.copy(tmp_path / "older.gpkg", file)
    with pytest.raises(BadSource, match="ends at version 2, but version 3"):
        build(own)
    assert open_atlases(own).current_number() == 3


def test_serve_refuses_a_lost_store_in_words(run_app_process: Run, own: Settings) -> None:
    next(own.data_dir.glob("*.gpkg")).unlink()
    done = run_app_process("serve", "--port", str(free_port()), **env_of(own))
    assert done.returncode == 1 and "build --new" in done.stderr and "Traceback" not in done.stderr
    assert not list(own.data_dir.glob("*.gpkg"))


def test_only_build_new_begins_anew(run_app: Run, own: Settings) -> None:
    assert "move its files away" in run_app("build", "--new", **env_of(own)).stderr
    next(own.data_dir.glob("*.gpkg")).unlink()
    assert run_app("build", **env_of(own)).returncode == 1
    done = run_app("build", "--new", **env_of(own))
    assert done.returncode == 0, done.stderr
    assert [version.number for version in open_store(own).versions()] == [1]
    source = open_atlases(own)
    assert source().version.digest == open_store(own).versions()[0].digest
    source.close()
    assert build(own) == 1


def test_beginning_anew_goes_on_after_a_death_at_any_step(own: Settings) -> None:
    next(own.data_dir.glob("*.gpkg")).unlink()
    source = open_atlases(own)
    allow_new_store(own, source)
    assert source.current_number() == 2
    assert build(own) == 1  # an ordinary start
    with pytest.raises(Conflict):
        allow_new_store(own, source)


def test_a_first_start_makes_what_is_missing(tmp_path: Path) -> None:
    settings = Settings(seed_dir=write_office_seed(tmp_path / "seed"), data_dir=tmp_path / "var")
    create_store(settings)  # as a first start does that is killed right afterwards
    assert build(settings) == 1


def test_a_page_that_is_seen_while_the_store_is_away_makes_none(own: Settings, tmp_path: Path) -> None:
    file = next(own.data_dir.glob("*.gpkg"))
    with served(own, tmp_path / "log") as address:
        status, body = get(f"{address}/readyz")
        assert (status, body["status"], body["agree"]) == (200, "ready", True)
        assert body["published"] == body["served"] and body["served"]["number"] == 2
        file.rename(tmp_path / "away.gpkg")
        status, body = get(f"{address}/readyz")
        assert (status, body["status"], body["published"]) == (503, "not ready", None)
        assert "doctor" in body["reason"]["vi"] and str(tmp_path) not in json.dumps(body)
        assert get(f"{address}/healthz")[1]["version"] == 2
        assert get(f"{address}/collections/sites/items?f=json")[0] == 200
        (tmp_path / "away.gpkg").rename(file)
        assert get(f"{address}/readyz")[0] == 200
        publish_name(own, "Đồi A1 lần ba")  # published and not frozen: as while an import is prepared
        status, body = get(f"{address}/readyz")
        assert (status, body["agree"], body["published"]["number"], body["served"]["number"]) == (200, False, 3, 2)
        assert build(own) == 3
        status, body = get(f"{address}/readyz")
        assert (status, body["agree"], body["served"]["number"]) == (200, True, 3)


def test_a_version_that_nobody_prepares_any_more_is_not_ready(own: Settings, tmp_path: Path) -> None:
    publish_name(own, "Đồi A1 lần ba")
    time.sleep(2)
    from geo.web.health import Health

    source = open_atlases(own)
    readiness = Health(Settings(data_dir=own.data_dir, import_seconds=1), source)._readiness()
    assert not readiness.ready and readiness.reason is not None and "restart" in readiness.reason.en
    source.close()


# --- a seed that is away, a folder that cannot be written -----------------------------------------------------------


def test_without_its_seed_the_service_serves_the_last_good_version_and_says_so(
    built_office: Settings, tmp_path: Path
) -> None:
    shutil.copytree(built_office.data_dir, tmp_path / "var")
    settings = Settings(seed_dir=tmp_path / "away", data_dir=tmp_path / "var")
    with served(settings, tmp_path / "log") as address:
        assert get(f"{address}/readyz")[1]["served"]["number"] == 1
    text = (tmp_path / "log").read_text(encoding="utf-8")
    assert "GEO_SEED_DIR" in text and "Traceback" not in text


def test_a_build_on_request_names_a_seed_that_is_away(run_app: Run, own: Settings) -> None:
    shutil.rmtree(own.seed_dir)
    done = run_app("build", "--over-imports", **env_of(own))
    assert done.returncode == 1 and str(own.seed_dir) in done.stderr


def test_a_data_folder_that_cannot_be_written_is_served_as_it_is(own: Settings, tmp_path: Path) -> None:
    for path in (own.data_dir, *own.data_dir.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    # Root writes everywhere by one capability, which is taken from the service here.
    limits = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.getuid() == 0 else ()
    try:
        with served(own, tmp_path / "log", limits) as address:
            status, body = get(f"{address}/readyz")
            assert (status, body["served"]["number"]) == (200, 2)
            assert get(f"{address}/collections/sites/items?f=json")[0] == 200
        text = (tmp_path / "log").read_text(encoding="utf-8")
        assert "GEO_DATA_DIR" in text and "Traceback" not in text
    finally:
        for path in (own.data_dir, *own.data_dir.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


# --- a clock that is set back ----------------------------------------------------------------------------------------


def test_times_of_publication_never_go_back(own: Settings, tmp_path: Path, built_env: dict[str, str]) -> None:
    """The clock three days behind: the change feed and If-Modified-Since still show what is published."""
    before = open_store(own).versions()[-1].published_at
    env = {**built_env, **env_of(own)}
    restored = subprocess.run(
        ["faketime", "-f", "-3d", sys.executable, "app.py", "restore", "1", "--who", "A", "--why", "đồng hồ lùi"],
        check=False, cwd=ROOT, env=env, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert restored.returncode == 0, restored.stderr
    times = [dt.datetime.fromisoformat(version.published_at) for version in open_store(own).versions()]
    assert times[-1] == times[-2] + dt.timedelta(seconds=1)
    doctor = subprocess.run(
        ["faketime", "-f", "-3d", sys.executable, "app.py", "doctor", "--lang", "en"],
        check=False, cwd=ROOT, env=env, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert "warning  clock" in doctor.stdout and "timedatectl" in doctor.stdout
    with served(own, tmp_path / "log") as address:
        status, body = get(f"{address}/changes?since={before}")
        assert status == 200 and body["collections"]["sites"]["changed"], body
        request = urllib.request.Request(
            f"{address}/collections/sites/items?f=json",
            headers={"If-Modified-Since": times[-2].strftime("%a, %d %b %Y %H:%M:%S GMT")},
        )
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200


# --- backup, restore-backup, verify, doctor --------------------------------------------------------------------------


def test_a_backup_is_restored_into_an_empty_folder_and_served(run_app: Run, own: Settings, tmp_path: Path) -> None:
    backup = tmp_path / "backup.gpkg"
    done = run_app("backup", str(backup), **env_of(own))
    assert done.returncode == 0 and "đã kiểm tra, phiên bản 2" in done.stderr, done.stderr
    new = Settings(seed_dir=own.seed_dir, data_dir=tmp_path / "new")
    restored = run_app("restore-backup", str(backup), "--lang", "en", **env_of(new))
    assert restored.returncode == 0 and "Version 2 is current" in restored.stderr, restored.stderr
    assert open_store(new).versions() == open_store(own).versions()
    for words in (("verify",), ("verify", str(backup), "--lang", "en")):
        verified = run_app(*words, **env_of(new))
        assert verified.returncode == 0 and "2" in verified.stdout, verified.stderr
    source = open_atlases(new)
    assert source().version.number == 2
    source.close()
    # The seed does not take the place of the import, though nothing in the new folder says what the seed was.
    refused = run_app("build", **env_of(new))
    assert refused.returncode == 1 and "--over-imports" in refused.stderr
    assert build(new) == 2


def test_an_older_backup_is_served_after_it_was_put_back(own: Settings, tmp_path: Path) -> None:
    backup, source = tmp_path / "backup.gpkg", open_atlases(own)
    open_store(own).backup(backup)
    publish_name(own, "Đồi A1 lần ba")
    assert build(own) == 3
    with pytest.raises(Conflict, match="3 versions"):
        restore_backup(own, source, backup, replace=False, progress=quiet)
    assert build(own) == 3
    aside = restore_backup(own, source, backup, replace=True, progress=quiet)
    assert aside is not None and source().version.number == source.current_number() == 2
    publish_name(own, "Đồi A1 lần ba, khác")
    assert build(own) == 3
    assert source().version.digest == open_store(own).versions()[-1].digest
    source.close()


def test_verify_and_doctor_name_the_damage(run_app: Run, run_app_process: Run, own: Settings) -> None:
    file = next(own.data_dir.glob("*.gpkg"))
    data = file.read_bytes()
    assert data.count("Đồi A1 mới".encode()) > 1
    file.write_bytes(data.replace("Đồi A1 mới".encode(), "Đồi A2 mới".encode()))
    verified = run_app("verify", "--lang", "en", **env_of(own))
    assert (
        verified.returncode == 1 and "error    version 2" in verified.stdout and "ok       version 1" in verified.stdout
    )
    assert "restore-backup" in verified.stderr and "Traceback" not in verified.stderr
    serve = ("serve", "--port", str(free_port()))
    for run, command in ((run_app, ("doctor", "--lang", "en")), (run_app_process, serve), (run_app, ("build",))):
        done = run(*command, **env_of(own))
        assert done.returncode == 1 and "version 2 is damaged" in done.stdout + done.stderr, command


def test_doctor_finds_nothing_where_nothing_is_wrong(run_app: Run, own: Settings) -> None:
    done = run_app("doctor", **env_of(own))
    assert done.returncode == 0, done.stdout
    assert "lỗi" not in done.stdout and "kho dữ liệu: phiên bản 2 nguyên vẹn" in done.stdout


@pytest.mark.parametrize(
    ("setting", "level", "words"),
    [
        ({"GEO_PUBLIC_URL": "http://ban-do.example.vn"}, "warning", "https"),
        ({"GEO_HOST": "0.0.0.0"}, "warning", "proxy"),
        ({"GEO_PUBLIC_URL": "https://ban-do.example.vn"}, "warning", "GEO_PROXIES"),
        ({"GEO_PROXIES": "10.0.0.7,0.0.0.0/0"}, "error", "another address"),
        ({"GEO_SEED_DIR": "/nonexistent"}, "warning", "GEO_SEED_DIR"),
    ],
)
def test_doctor_says_what_is_unsafe(
    run_app: Run, own: Settings, setting: dict[str, str], level: str, words: str
) -> None:
    done = run_app("doctor", "--lang", "en", **(env_of(own) | setting))
    assert any(line.startswith(level) and words in line for line in done.stdout.splitlines()), done.stdout
    assert done.returncode == (level == "error")


def test_every_command_refuses_a_public_url_that_is_none(run_app: Run, own: Settings) -> None:
    refusal = run_app("doctor", **(env_of(own) | {"GEO_PUBLIC_URL": "ban-do.example.vn"}))
    assert refusal.returncode == 1 and "GEO_PUBLIC_URL" in refusal.stderr and "https://" in refusal.stderr


def test_doctor_names_a_library_of_another_version(own: Settings, tmp_path: Path) -> None:
    from geo.doctor import examine

    requirements = tmp_path / "requirements.txt"
    requirements.write_text('click==0.1\nnowhere-to-be-had==1\nwinonly==1; platform_system == "Windows"\n# note\n')
    source = open_atlases(own)
    [advice] = [one for one in examine(own, source, requirements) if one.subject.en == "libraries"]
    assert advice.level == "warning" and "click 8" in advice.text.en and "nowhere-to-be-had -" in advice.text.vi
    assert "winonly" not in advice.text.en


def test_the_two_commands_that_restore_name_each_other(run_app: Run, own: Settings) -> None:
    one = run_app("restore", "backup.gpkg", "--who", "A", "--why", "B", **env_of(own))
    other = run_app("restore-backup", "1", **env_of(own))
    assert one.returncode == other.returncode == 2
    assert "restore-backup FILE" in one.stderr and "restore VERSION" in other.stderr
