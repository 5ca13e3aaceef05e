"""What an operator should know before the service starts: settings, folders, libraries, the store, the clock.

The start check runs the same checks as `app.py doctor`, and refuses to start on an error. No HTTP here.
"""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from packaging.requirements import Requirement

from geo.atlas import AtlasSource
from geo.errors import BadSource, GeoError
from geo.pipeline import is_writable, open_complete_store
from geo.schema import Label
from geo.settings import Settings
from geo.store import Version

Level = Literal["ok", "warning", "error"]
LEVELS: dict[Level, Label] = {
    "ok": Label("tốt", "ok"), "warning": Label("lưu ý", "warning"), "error": Label("lỗi", "error"),
}  # fmt: skip
_ROOM_FOR = 4
"""How many times the size of the store a publication may take: its journal, the new atlas, and copies while written."""
_LEAST_ROOM = 200 * 1024 * 1024


class Advice(NamedTuple):
    """The outcome of one check: its subject, how serious it is, and what to do."""

    subject: Label
    level: Level
    text: Label

    def line(self, lang: str) -> str:
        """The advice in one line."""
        return f"{LEVELS[self.level].of(lang):<8} {self.subject.of(lang)}: {self.text.of(lang)}"


def examine(settings: Settings, source: AtlasSource, requirements: Path) -> Iterator[Advice]:
    """The outcome of every check, in the order in which an operator would look; the digests of the newest version only.

    `requirements` is the file of the pinned libraries.
    """
    yield _advise_on_address(settings)
    yield _advise_on_proxies(settings)
    yield _advise_on_libraries(requirements)
    yield _advise_on_seed(settings, source)
    yield _advise_on_data_folder(settings, source)
    yield _advise_on_room(settings)
    yield from _advise_on_store(settings, source)


def require_safe(settings: Settings, source: AtlasSource, requirements: Path, *, warn: Callable[[str], None]) -> None:
    """Raise BadSource for the first error, and give each warning to `warn`, one line in Vietnamese and English."""
    for advice in examine(settings, source, requirements):
        if advice.level == "error":
            raise BadSource(f"{advice.subject.en}: {advice.text.en}", f"{advice.subject.vi}: {advice.text.vi}")
        if advice.level == "warning":
            warn(f"{advice.line('vi')}\n         {advice.text.en}")


_ADDRESS = Label("địa chỉ công khai", "public address")


def _advise_on_address(settings: Settings) -> Advice:
    parts = urlsplit(settings.public_url)
    if parts.scheme == "http" and not _is_local(parts.hostname or ""):
        text = Label(
            f"{settings.public_url} không mã hoá: mật khẩu quản trị sẽ đi trên mạng không được bảo vệ. Hãy dùng https.",
            f"{settings.public_url} is not encrypted: the secret for /manage would travel in the clear. Use https.",
        )
        return Advice(_ADDRESS, "warning", text)
    if not settings.public_url and not _is_local(settings.host):
        text = Label(
            f"GEO_HOST={settings.host} mở cho máy khác mà chưa có GEO_PUBLIC_URL: hãy đặt proxy có TLS phía trước và"
            " ghi địa chỉ của nó, hoặc dùng GEO_HOST=127.0.0.1.",
            f"GEO_HOST={settings.host} is open to other machines without GEO_PUBLIC_URL: put a proxy with TLS in front"
            " and set its address, or use GEO_HOST=127.0.0.1.",
        )
        return Advice(_ADDRESS, "warning", text)
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    return Advice(_ADDRESS, "ok", Label(address, address))


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


_PROXIES = Label("máy chủ trung gian", "proxies")


def _advise_on_proxies(settings: Settings) -> Advice:
    """Whose X-Forwarded-* headers are believed; the address of a caller, by which wrong secrets are counted, is one."""
    names = ", ".join(settings.proxies)
    if any(ip_network(network).prefixlen == 0 for network in settings.proxies):
        text = Label(
            f"GEO_PROXIES ({names}) tin tiêu đề X-Forwarded-* của mọi máy: ai cũng có thể mạo địa chỉ của người khác."
            " Hãy chỉ ghi địa chỉ của máy chủ trung gian, ví dụ 127.0.0.1.",
            f"GEO_PROXIES ({names}) trusts X-Forwarded-* headers of every machine: anybody can take another address."
            " Name the proxy's address only, for example 127.0.0.1.",
        )
        return Advice(_PROXIES, "error", text)
    if settings.proxies or not settings.public_url:
        return Advice(_PROXIES, "ok", Label(names or "không có", names or "none"))
    text = Label(
        "chưa có GEO_PROXIES: mọi người truy cập mang địa chỉ của máy chủ trung gian, nên ai nhập sai mã quản trị thì"
        " mọi người phải chờ. Hãy ghi địa chỉ của máy đó, ví dụ GEO_PROXIES=127.0.0.1.",
        "GEO_PROXIES is not set: every visitor has the proxy's address, so whoever enters a wrong secret delays all."
        " Set it to the address of the proxy, for example GEO_PROXIES=127.0.0.1.",
    )
    return Advice(_PROXIES, "warning", text)


_LIBRARIES = Label("thư viện", "libraries")


def _advise_on_libraries(requirements: Path) -> Advice:
    """Compare what is installed with the pinned versions."""
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        text = Label(f"không đọc được {requirements} ({error})", f"cannot read {requirements} ({error})")
        return Advice(_LIBRARIES, "warning", text)
    others = [one for one in (_difference(line) for line in _requirement_lines(lines)) if one]
    if others:
        listed = "; ".join(others)
        return Advice(
            _LIBRARIES,
            "warning",
            Label(
                f"khác với {requirements.name}: {listed}. Hãy chạy pip install -r {requirements.name}.",
                f"other than in {requirements.name}: {listed}. Run pip install -r {requirements.name}.",
            ),
        )
    return Advice(_LIBRARIES, "ok", Label(f"như {requirements.name}", f"as in {requirements.name}"))


def _requirement_lines(lines: list[str]) -> Iterator[str]:
    """The requirements without comments, options and hashes."""
    for line in lines:
        text = line.partition(" #")[0].partition(" --hash")[0].strip().rstrip("\\").strip()
        if text and not text.startswith(("#", "-")):
            yield text


def _difference(line: str) -> str:
    """How the installed library differs from a requirement; empty when it fits, or is not for this system."""
    requirement = Requirement(line)
    if requirement.marker is not None and not requirement.marker.evaluate():
        return ""
    try:
        installed = version(requirement.name)
    except PackageNotFoundError:
        return f"{requirement.name} -"
    return "" if requirement.specifier.contains(installed, prereleases=True) else f"{requirement.name} {installed}"


_SEED = Label("dữ liệu gốc", "seed")


def _advise_on_seed(settings: Settings, source: AtlasSource) -> Advice:
    if settings.seed_dir.is_dir():
        return Advice(_SEED, "ok", Label(str(settings.seed_dir), str(settings.seed_dir)))
    text = Label(
        f"không có thư mục {settings.seed_dir} (GEO_SEED_DIR); các phiên bản đã công bố vẫn được phục vụ.",
        f"there is no folder {settings.seed_dir} (GEO_SEED_DIR); what was published is served nevertheless.",
    )
    return Advice(_SEED, "warning" if source.current_number() else "error", text)


_DATA = Label("thư mục dữ liệu", "data folder")


def _advise_on_data_folder(settings: Settings, source: AtlasSource) -> Advice:
    folder = settings.data_dir
    if is_writable(_existing(folder)):
        return Advice(_DATA, "ok", Label(str(folder), str(folder)))
    text = Label(
        f"không ghi được vào {folder} (GEO_DATA_DIR): phiên bản gần nhất vẫn được phục vụ, nhưng không công bố được gì."
        " Hãy kiểm tra đĩa và quyền của người chạy dịch vụ.",
        f"{folder} (GEO_DATA_DIR) cannot be written: the last version is served, but nothing can be published. Check"
        " the disk, and the rights of the user that runs the service.",
    )
    return Advice(_DATA, "warning" if source.current_number() else "error", text)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())


_ROOM = Label("chỗ trống trên đĩa", "room on the disk")


def _advise_on_room(settings: Settings) -> Advice:
    folder = settings.data_dir
    stored = sum(path.stat().st_size for path in folder.glob("*.gpkg")) if folder.is_dir() else 0
    free, needed = shutil.disk_usage(_existing(folder)).free, _LEAST_ROOM + _ROOM_FOR * stored
    figures = f"{free // 2**20} MB", f"{needed // 2**20} MB"
    if free < needed:
        text = Label(
            f"còn {figures[0]}, nên có ít nhất {figures[1]} để công bố. Hãy giải phóng đĩa.",
            f"{figures[0]} are free; a publication should have {figures[1]}. Make room.",
        )
        return Advice(_ROOM, "warning", text)
    return Advice(_ROOM, "ok", Label(f"còn {figures[0]}", f"{figures[0]} free"))


_STORE, _CLOCK = Label("kho dữ liệu", "store"), Label("đồng hồ", "clock")


def _advise_on_store(settings: Settings, source: AtlasSource) -> Iterator[Advice]:
    """Whether the newest version is as it was published, and the clock after its publication."""
    try:
        store = open_complete_store(settings, source)
        newest = store.current()
        if newest is not None:
            store.counts(newest.number)  # reads all its records and compares their digest
    except GeoError as error:
        if source.current_number() or source.keys():
            yield Advice(_STORE, "error", Label(error.vi, error.en))
        else:
            text = Label("chưa có; lần khởi động đầu tiên sẽ tạo.", "not there yet; the first start makes it.")
            yield Advice(_STORE, "ok", text)
        return
    number = newest.number if newest else 0
    yield Advice(_STORE, "ok", Label(f"phiên bản {number} nguyên vẹn", f"version {number} is sound"))
    if newest is not None:
        yield _advise_on_clock(newest)


def _advise_on_clock(newest: Version) -> Advice:
    now, published = dt.datetime.now(dt.UTC), dt.datetime.fromisoformat(newest.published_at)
    text = Label(f"{now:%Y-%m-%dT%H:%M:%SZ}", f"{now:%Y-%m-%dT%H:%M:%SZ}")
    if now >= published:
        return Advice(_CLOCK, "ok", text)
    text = Label(
        f"{text.vi} sớm hơn lần công bố gần nhất ({newest.published_at}). Hãy chỉnh giờ (timedatectl); lần công bố sau"
        " sẽ ghi muộn hơn lần đó một giây.",
        f"{text.en} is before the last publication ({newest.published_at}). Set the clock (timedatectl); the next"
        " publication is dated a second after that one.",
    )
    return Advice(_CLOCK, "warning", text)
