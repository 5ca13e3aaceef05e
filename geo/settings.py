"""The settings of an operator, each with a default and a description. They are read once, in app.py."""

import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from geo.errors import BadSource

SECRETS = ("manage_token",)
"""Fields of Settings that no other process is given."""

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?", re.ASCII)
_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*", re.ASCII)
_MOST_LETTERS = 120
_CONTACT = re.compile(r"(mailto:[^\s@]+@[^\s@]+|tel:[+\d-]+|https://\S+)", re.ASCII)


@dataclass(frozen=True)
class TileLayer:
    """A raster base map chosen by the operator. Browsers request its tiles from its host.

    A foreign map may draw the national border or the archipelagos of Hoàng Sa and Trường Sa wrongly;
    the operator who configures it is responsible for that (see docs/operating.md).
    """

    name: str
    url: str
    attribution: str

    @property
    def origin(self) -> str:
        """Scheme and host for the Content-Security-Policy, with `{s}` read as a wildcard."""
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://{rest.split('/')[0].replace('{s}', '*')}"


@dataclass(frozen=True)
class Settings:
    """The service's settings; every field can be set by the environment variable named beside it."""

    seed_dir: Path = Path("data/shapefiles")  # GEO_SEED_DIR: the layers that the store is built from
    data_dir: Path = Path("var")  # GEO_DATA_DIR: the store and the atlas, written by `build`
    host: str = "127.0.0.1"  # GEO_HOST: the address that `serve` listens on
    port: int = 5000  # GEO_PORT: its port
    threads: int = 4  # GEO_THREADS: requests that each process works on at once, and as many of those answered first
    transfers: int = 256  # GEO_TRANSFERS: request bodies and large downloads that each process transfers at once
    connections: int = 4_000  # GEO_CONNECTIONS: most open connections of each process
    stop_seconds: int = 30  # GEO_STOP_SECONDS: longest time that running requests are given to finish after SIGTERM
    workers: int = 1  # GEO_WORKERS: processes that serve; more than one where the system can fork
    max_page: int = 1_000  # GEO_MAX_PAGE: most features in one response; a larger `limit` is reduced to it
    public_url: str = ""  # GEO_PUBLIC_URL: the public URL, when the service is behind a reverse proxy
    hosts: tuple[str, ...] = ()  # GEO_HOSTS: names in the Host header that are answered; empty: every name
    proxies: tuple[
        str, ...
    ] = ()  # GEO_PROXIES: addresses or networks of proxies whose X-Forwarded-* headers are trusted
    contact: str = ""  # GEO_CONTACT: contact for questions about the service, in its metadata and on /about
    security_contact: str = ""  # GEO_SECURITY_CONTACT: contact for security reports, in /.well-known/security.txt
    manage_token: str = field(default="", repr=False)  # GEO_MANAGE_TOKEN: access token for /manage
    session_hours: int = 12  # GEO_SESSION_HOURS: hours after which whoever signed in to /manage must do so again
    access_log: bool = False  # GEO_ACCESS_LOG: 1 writes a line with the caller's address for every request
    import_mb: int = 256  # GEO_IMPORT_MB: megabytes of one upload; four times as many unpacked
    import_rows: int = 200_000  # GEO_IMPORT_ROWS: most rows of one file
    import_vertices: int = 10_000_000  # GEO_IMPORT_VERTICES: most vertices of one file
    import_columns: int = 200  # GEO_IMPORT_COLUMNS: most columns of one file
    import_seconds: int = 300  # GEO_IMPORT_SECONDS: longest time that reading or publishing one file may take
    import_memory_mb: int = 4_096  # GEO_IMPORT_MEMORY_MB: most memory (address space) of the process that reads it
    exports_mb: int = 2_000  # GEO_EXPORTS_MB: megabytes of finished downloads that are cached
    tiles_mb: int = 512  # GEO_TILES_MB: megabytes of cached tiles, and as many of layers prepared for making tiles
    atlases: int = 5  # GEO_ATLASES: versions whose atlas is kept; that of an older one is built again when asked for
    draft_days: int = 180  # GEO_DRAFT_DAYS: days after which an import that nobody changes is deleted
    body_kb: int = 1_024  # GEO_BODY_KB: kilobytes of a request's body where no upload is expected
    request_seconds: int = 2  # GEO_REQUEST_SECONDS: processor time of a request but for whole layers and first tiles
    request_rows: int = 100_000  # GEO_REQUEST_ROWS: rows read by one request, downloads and first tiles excepted
    answer_mb: int = 64  # GEO_ANSWER_MB: megabytes of one answer; downloads have GEO_DOWNLOAD_MB
    download_mb: int = 1_000  # GEO_DOWNLOAD_MB: megabytes of one download as it is sent
    filter_functions: int = 100  # GEO_FILTER_FUNCTIONS: most functions (LIKE, CASEI, S_*, T_* ...) in one CQL2 filter
    long_ms: int = 20  # GEO_LONG_MS: processor time after which a request is a long one, in milliseconds
    long_at_once: int = 2  # GEO_LONG_AT_ONCE: processes for long requests beside each server process; others get 503
    long_waiting: int = 24  # GEO_LONG_WAITING: long requests that wait for one of those to be free
    long_wait_ms: int = 5_000  # GEO_LONG_WAIT_MS: how long they wait, in milliseconds
    jobs_at_once: int = 1  # GEO_JOBS_AT_ONCE: large exports and first tiles that the machine makes at a time
    job_seconds: int = 300  # GEO_JOB_SECONDS: processor time of one of them
    office: str = ""  # GEO_OFFICE: the office that issues reports, in the head of the report of the phase
    office_parent: str = ""  # GEO_OFFICE_PARENT: its superior office, above it in that head
    office_place: str = ""  # GEO_OFFICE_PLACE: the place before the date in that head
    tile_layers: tuple[TileLayer, ...] = field(default_factory=tuple)  # GEO_TILE_LAYERS: name|url|attribution;...

    @property
    def drafts_dir(self) -> Path:
        """The folder of imports that are not published yet, and of those that were."""
        return self.data_dir / "drafts"

    @property
    def profiles_dir(self) -> Path:
        """The folder of named profiles of imports."""
        return self.data_dir / "profiles"

    @property
    def restorations_dir(self) -> Path:
        """The folder of restorations that run, and of the last ones that ended."""
        return self.data_dir / "restorations"

    @property
    def cohorts_dir(self) -> Path:
        """The folder of the last change of each cohort of products."""
        return self.data_dir / "cohorts"

    @property
    def basemap_dir(self) -> Path:
        """The folder of the grounds, which are versions of the base map."""
        return self.data_dir / "basemap"

    @property
    def zoom_layers_dir(self) -> Path:
        """The folder of layers that are prepared for making tiles, with a folder for each atlas."""
        return self.data_dir / "tiles" / "layers"

    @property
    def access_path(self) -> Path:
        """The file of sessions, sign-in links and failed attempts, readable by the service's own user only."""
        return self.data_dir / "access.sqlite"

    @property
    def locks_dir(self) -> Path:
        """The folder of the lock files by which processes count what the machine works on."""
        return self.data_dir / "locks"

    @property
    def temporary_dir(self) -> Path:
        """The folder of temporary files, with a folder for each process."""
        return self.data_dir / "tmp"

    @property
    def tiles_bytes(self) -> int:
        """The bytes of cached tiles, and as many of layers prepared for making tiles."""
        return self.tiles_mb * 1_000_000

    @property
    def largest_answer(self) -> int:
        """The bytes of the largest answer that is put together in memory."""
        return self.answer_mb * 1_000_000

    @property
    def largest_request(self) -> int:
        """The bytes of the largest request: an upload and the form around it."""
        return (self.import_mb + 1) * 1024 * 1024

    def to_json(self) -> dict[str, Any]:
        """The settings as plain values without the secrets, to be sent to a child process."""
        plain = {**asdict(self), "seed_dir": str(self.seed_dir), "data_dir": str(self.data_dir)}
        return {name: value for name, value in plain.items() if name not in SECRETS}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Settings":
        """The settings from the output of `to_json`; secrets have their defaults."""
        layers = tuple(TileLayer(**row) for row in plain["tile_layers"])
        folders = {name: Path(plain[name]) for name in ("seed_dir", "data_dir")}
        lists = {name: tuple(plain[name]) for name in ("hosts", "proxies")}
        return cls(**{**plain, **folders, **lists, "tile_layers": layers})

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Settings from the variables of `env`; BadSource names a variable whose value is unusable."""
        settings = cls(
            seed_dir=Path(env.get("GEO_SEED_DIR", cls.seed_dir)),
            data_dir=Path(env.get("GEO_DATA_DIR", cls.data_dir)),
            host=env.get("GEO_HOST", cls.host),
            port=_number(env, "GEO_PORT", cls.port, 65_535),
            threads=_number(env, "GEO_THREADS", cls.threads, 256),
            workers=_number(env, "GEO_WORKERS", cls.workers, 64),
            transfers=_number(env, "GEO_TRANSFERS", cls.transfers, 4_096),
            connections=_number(env, "GEO_CONNECTIONS", cls.connections, 65_536),
            stop_seconds=_number(env, "GEO_STOP_SECONDS", cls.stop_seconds, 3_600),
            max_page=_number(env, "GEO_MAX_PAGE", cls.max_page, 100_000),
            public_url=_public_url(env.get("GEO_PUBLIC_URL", cls.public_url)),
            hosts=_list(env.get("GEO_HOSTS", "")),
            proxies=_networks(env.get("GEO_PROXIES", "")),
            contact=_contact(env, "GEO_CONTACT"),
            security_contact=_contact(env, "GEO_SECURITY_CONTACT"),
            manage_token=env.get("GEO_MANAGE_TOKEN", "").strip(),
            session_hours=_number(env, "GEO_SESSION_HOURS", cls.session_hours, 8_760),
            access_log=_switch(env, "GEO_ACCESS_LOG"),
            import_mb=_number(env, "GEO_IMPORT_MB", cls.import_mb, 16_384),
            import_rows=_number(env, "GEO_IMPORT_ROWS", cls.import_rows, 10_000_000),
            import_vertices=_number(env, "GEO_IMPORT_VERTICES", cls.import_vertices, 1_000_000_000),
            import_columns=_number(env, "GEO_IMPORT_COLUMNS", cls.import_columns, 2_000),
            import_seconds=_number(env, "GEO_IMPORT_SECONDS", cls.import_seconds, 86_400),
            import_memory_mb=_number(env, "GEO_IMPORT_MEMORY_MB", cls.import_memory_mb, 1_048_576),
            exports_mb=_number(env, "GEO_EXPORTS_MB", cls.exports_mb, 1_000_000),
            tiles_mb=_number(env, "GEO_TILES_MB", cls.tiles_mb, 1_000_000),
            atlases=_number(env, "GEO_ATLASES", cls.atlases, 1_000_000),
            draft_days=_number(env, "GEO_DRAFT_DAYS", cls.draft_days, 36_500),
            body_kb=_number(env, "GEO_BODY_KB", cls.body_kb, 1_048_576),
            request_seconds=_number(env, "GEO_REQUEST_SECONDS", cls.request_seconds, 3_600),
            request_rows=_number(env, "GEO_REQUEST_ROWS", cls.request_rows, 1_000_000_000),
            answer_mb=_number(env, "GEO_ANSWER_MB", cls.answer_mb, 16_384),
            download_mb=_number(env, "GEO_DOWNLOAD_MB", cls.download_mb, 1_048_576),
            filter_functions=_number(env, "GEO_FILTER_FUNCTIONS", cls.filter_functions, 10_000),
            long_ms=_number(env, "GEO_LONG_MS", cls.long_ms, 60_000),
            long_at_once=_number(env, "GEO_LONG_AT_ONCE", cls.long_at_once, 256),
            long_waiting=_number(env, "GEO_LONG_WAITING", cls.long_waiting, 256),
            long_wait_ms=_number(env, "GEO_LONG_WAIT_MS", cls.long_wait_ms, 60_000),
            jobs_at_once=_number(env, "GEO_JOBS_AT_ONCE", cls.jobs_at_once, 64),
            job_seconds=_number(env, "GEO_JOB_SECONDS", cls.job_seconds, 86_400),
            office=_words(env, "GEO_OFFICE"),
            office_parent=_words(env, "GEO_OFFICE_PARENT"),
            office_place=_words(env, "GEO_OFFICE_PLACE"),
            tile_layers=_tile_layers(env.get("GEO_TILE_LAYERS", "")),
        )
        if settings.max_page >= settings.request_rows:
            raise BadSource(
                f"GEO_MAX_PAGE={settings.max_page} and GEO_REQUEST_ROWS={settings.request_rows}: a request must be allowed"
                " to read more rows than its largest page has.",
                f"GEO_MAX_PAGE={settings.max_page} và GEO_REQUEST_ROWS={settings.request_rows}: số dòng mà một yêu cầu"
                " được đọc phải lớn hơn số bản ghi của trang lớn nhất.",
            )
        return settings


def _number(env: Mapping[str, str], name: str, default: int, maximum: int) -> int:
    text = env.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= maximum:
        raise BadSource(
            f"{name}={text!r}: expected a whole number from 1 to {maximum}.",
            f"{name}={text!r}: cần một số nguyên từ 1 đến {maximum}.",
        )
    return int(text)


def _switch(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "").strip()
    if text not in {"", "0", "1"}:
        raise BadSource(f"{name}={text!r}: expected 1 (on) or 0 (off).", f"{name}={text!r}: cần 1 (bật) hoặc 0 (tắt).")
    return text == "1"


def _words(env: Mapping[str, str], name: str) -> str:
    """A text in one line, in Unicode NFC; BadSource for one that is too long for a line of a document."""
    text = unicodedata.normalize("NFC", " ".join(env.get(name, "").split()))
    if len(text) > _MOST_LETTERS:
        raise BadSource(
            f"{name} has {len(text)} letters; at most {_MOST_LETTERS}.",
            f"{name} có {len(text)} chữ; tối đa {_MOST_LETTERS}.",
        )
    return text


def _public_url(text: str) -> str:
    """The address without slashes at its end; BadSource when it is not scheme, host and an optional path."""
    address = text.strip().rstrip("/")
    if not address:
        return ""
    parts = urlsplit(address)
    plain = f"{parts.scheme}://{parts.netloc}{parts.path}"
    if (
        parts.scheme not in {"http", "https"}
        or not _HOST.fullmatch(parts.netloc)
        or not _PATH.fullmatch(parts.path)
        or plain != address
    ):
        raise BadSource(
            f"GEO_PUBLIC_URL={text!r}: expected http:// or https://, a host and perhaps a path, for example https://ocop.example.vn/map.",
            f"GEO_PUBLIC_URL={text!r}: cần http:// hoặc https://, tên máy và có thể thêm đường dẫn, ví dụ https://ocop.example.vn/map.",
        )
    return address


def _list(text: str) -> tuple[str, ...]:
    """The words of a text that commas or spaces separate."""
    return tuple(text.replace(",", " ").split())


def _networks(text: str) -> tuple[str, ...]:
    """Addresses and networks of a list; BadSource for a word that is neither."""
    networks = _list(text)
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise BadSource(
                f"GEO_PROXIES: {network!r} is not an IP address or network. Expected for example 127.0.0.1,10.0.0.0/8.",
                f"GEO_PROXIES: {network!r} không phải địa chỉ IP hay dải mạng. Cần ví dụ 127.0.0.1,10.0.0.0/8.",
            ) from error
    return networks


def _contact(env: Mapping[str, str], name: str) -> str:
    """A contact as RFC 9116 wants it, an address of e-mail made into mailto:; BadSource when it is neither that nor https."""
    text = env.get(name, "").strip()
    address = f"mailto:{text}" if "@" in text and ":" not in text else text
    if address and not _CONTACT.fullmatch(address):
        raise BadSource(
            f"{name}={text!r}: expected an e-mail address, or an address that begins with mailto:, tel: or https://.",
            f"{name}={text!r}: cần địa chỉ thư điện tử, hoặc địa chỉ bắt đầu bằng mailto:, tel: hay https://.",
        )
    return address


def _tile_layers(text: str) -> tuple[TileLayer, ...]:
    layers = []
    for row in filter(None, (part.strip() for part in text.split(";"))):
        parts = [part.strip() for part in row.split("|")]
        if len(parts) != 3 or not all(parts) or not parts[1].startswith(("http://", "https://")):
            raise BadSource(
                f"GEO_TILE_LAYERS: {row!r} is not name|url|attribution with an http(s) url.",
                f"GEO_TILE_LAYERS: {row!r} không có dạng tên|địa chỉ|nguồn với địa chỉ http(s).",
            )
        layers.append(TileLayer(*parts))
    return tuple(layers)
