"""Sessions, sign-in links and delays as several processes of the service share them."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geo.access import attempts as attempts_module
from geo.access.attempts import OF_ALL, OF_ONE, Attempts, network_of
from geo.access.private_database import Failures, PrivateDatabase
from geo.access.sessions import Sessions
from geo.access.sign_in_links import SignInLinks, link_to
from geo.errors import BadSource, TooManyAttempts
from tests.conftest import ROOT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "access.sqlite"


@pytest.fixture
def database(path: Path) -> PrivateDatabase:
    return PrivateDatabase(path)


class Clock:
    """The time as the room of access sees it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_800_000_000.0
        monkeypatch.setattr(attempts_module.time, "time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_session_outlives_a_restart_and_ends_when_it_is_ended(path: Path) -> None:
    session = Sessions(PrivateDatabase(path), "t", 12).begin("10.0.0.1", by_link=False)
    after = Sessions(PrivateDatabase(path), "t", 12)
    assert after.get(session.id) == session
    after.end(session)
    assert after.get(session.id) is None
    assert Sessions(PrivateDatabase(path), "t", 12).get(session.id) is None


def test_a_session_ends_by_itself(database: PrivateDatabase, clock: Clock) -> None:
    sessions = Sessions(database, "t", 2)
    session = sessions.begin("10.0.0.1", by_link=False)
    clock.now += 2 * 3_600 - 1
    assert sessions.get(session.id) is not None
    clock.now += 1
    assert sessions.get(session.id) is None


def test_another_token_ends_the_sessions_of_the_one_before(database: PrivateDatabase) -> None:
    by_token = Sessions(database, "first", 12).begin("10.0.0.1", by_link=False)
    by_link = Sessions(database, "first", 12).begin("10.0.0.1", by_link=True)
    for token in ("second", ""):
        assert Sessions(database, token, 12).get(by_token.id) is None
        assert Sessions(database, token, 12).get(by_link.id) == by_link


def test_the_file_holds_no_secret_and_only_its_owner_reads_it(path: Path, database: PrivateDatabase) -> None:
    session = Sessions(database, "the-token", 12).begin("10.0.0.1", by_link=False)
    code = SignInLinks(database).make_code()
    content = path.read_bytes()
    assert not [secret for secret in (session.id, session.form_token, code, "the-token") if secret.encode() in content]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_damaged_file_signs_people_out_and_nothing_more(
    path: Path, database: PrivateDatabase, content: bytes
) -> None:
    sessions = Sessions(database, "t", 12)
    session = sessions.begin("10.0.0.1", by_link=False)
    path.write_bytes(content)
    assert sessions.get(session.id) is None
    assert sessions.get(sessions.begin("10.0.0.1", by_link=False).id) is not None


def test_a_file_that_cannot_be_written_is_named_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    with pytest.raises(BadSource) as caught:
        SignInLinks(PrivateDatabase(tmp_path / "var" / "access.sqlite")).make_code()
    assert "access.sqlite" in caught.value.en and "access.sqlite" in caught.value.vi


USE = """
import sys
from pathlib import Path
from geo.access.private_database import PrivateDatabase
from geo.access.sign_in_links import SignInLinks
print(SignInLinks(PrivateDatabase(Path(sys.argv[1]))).use(sys.argv[2]))
"""


def test_a_link_is_used_once_by_whichever_process_is_first(path: Path, database: PrivateDatabase) -> None:
    code = SignInLinks(database).make_code()
    command = [sys.executable, "-c", USE, str(path), code]
    racers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert sorted(racer.communicate(timeout=60)[0].strip() for racer in racers) == ["False", "False", "False", "True"]
    assert not SignInLinks(database).can_use(code)


def test_a_link_ends(database: PrivateDatabase, clock: Clock) -> None:
    links = SignInLinks(database)
    code = links.make_code()
    assert links.can_use(code) and not links.can_use(code[:-1])
    clock.now += 15 * 60
    assert not links.can_use(code) and not links.use(code)
    assert link_to("https://a.vn/ocop", "x") == "https://a.vn/ocop/manage/sign-in?code=x"


def test_the_delay_doubles_and_is_forgotten(database: PrivateDatabase, clock: Clock) -> None:
    attempts, waits = Attempts(database), [0]
    for _ in range(OF_ONE.free):
        assert not attempts.check("10.0.0.1", right=False).right
    while waits[-1] < OF_ONE.longest_s:
        with pytest.raises(TooManyAttempts) as caught:
            attempts.check("10.0.0.1", right=True)
        waits.append(caught.value.retry_after_s)
        clock.now += caught.value.retry_after_s
        attempts.check("10.0.0.1", right=False)
    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]
    clock.now += 3_601
    assert attempts.check("10.0.0.1", right=True).right


def test_who_must_wait_is_not_checked_and_the_log_hears_of_it_once(database: PrivateDatabase, clock: Clock) -> None:
    attempts = Attempts(database)
    for _ in range(OF_ONE.free):
        attempts.check("10.0.0.1", right=False)
    firsts = []
    for _ in range(5):
        with pytest.raises(TooManyAttempts) as caught:
            attempts.check("10.0.0.1", right=True)
        firsts.append(caught.value.first)
    assert firsts == [True, False, False, False, False]
    assert attempts.check("10.0.0.2", right=True).right
    clock.now += 1
    assert attempts.check("10.0.0.1", right=True).refused == 5


def test_many_at_once_are_no_faster_than_one_after_another(path: Path) -> None:
    def attempt(_: int) -> bool:
        try:
            Attempts(PrivateDatabase(path)).check("10.0.0.1", right=False)
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        checked = sum(pool.map(attempt, range(300)))
    # One more for each second that the machine takes.
    assert OF_ONE.free <= checked <= OF_ONE.free + 4


def test_guessing_from_everywhere_delays_all_but_the_office(database: PrivateDatabase, clock: Clock) -> None:
    attempts = Attempts(database)
    Sessions(database, "t", 12).begin("10.0.0.1", by_link=False)
    for number in range(OF_ALL.free):
        attempts.check(f"203.0.113.{number}", right=False)
    with pytest.raises(TooManyAttempts) as caught:
        attempts.check("198.51.100.7", right=True)
    assert caught.value.retry_after_s == 1
    assert attempts.check("10.0.0.1", right=True).right
    assert attempts.check("198.51.100.7", right=True, by_link=True).right
    assert "1 s" in caught.value.en and "1 giây" in caught.value.vi


def test_a_clock_that_is_set_back_locks_nobody_out(database: PrivateDatabase, clock: Clock) -> None:
    attempts = Attempts(database)
    for _ in range(OF_ONE.free + 1):
        clock.now += 10
        attempts.check("10.0.0.1", right=False)
    clock.now -= 3 * 86_400
    with pytest.raises(TooManyAttempts):
        attempts.check("10.0.0.1", right=True)
    clock.now += 2
    assert attempts.check("10.0.0.1", right=True).right


def test_the_file_does_not_grow_with_the_addresses(database: PrivateDatabase) -> None:
    with database.failures() as table:
        for number in range(1_500):
            table.put(f"10.0.{number // 256}.{number % 256}", Failures(1, float(number)))
        left = [number for number in range(1_500) if table.get(f"10.0.{number // 256}.{number % 256}").wrong]
    assert left == list(range(500, 1_500))


def test_an_address_of_ipv6_is_a_network() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::9") != network_of("2001:db8:1:3::9")
    assert network_of("10.0.0.1") == "10.0.0.1" and network_of("not an address") == "not an address"
