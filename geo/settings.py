"""The settings of an operator, each with a default and a description. They are read once, in app.py."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from geo.errors import BadSource


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
    threads: int = 8  # GEO_THREADS: threads of each process that serves
    workers: int = 1  # GEO_WORKERS: processes that serve; more than one where the system can fork
    max_page: int = 1_000  # GEO_MAX_PAGE: most features in one response; a larger `limit` is reduced to it
    public_url: str = ""  # GEO_PUBLIC_URL: the public URL, when the service is behind a reverse proxy
    manage_token: str = (
        ""  # GEO_MANAGE_TOKEN: token for /manage from other machines; without it only local requests are allowed
    )
    import_mb: int = 256  # GEO_IMPORT_MB: megabytes of one upload; four times as many unpacked
    import_rows: int = 200_000  # GEO_IMPORT_ROWS: most rows of one file
    import_vertices: int = 10_000_000  # GEO_IMPORT_VERTICES: most vertices of one file
    import_columns: int = 200  # GEO_IMPORT_COLUMNS: most columns of one file
    import_seconds: int = 300  # GEO_IMPORT_SECONDS: longest time that reading or publishing one file may take
    import_memory_mb: int = 4_096  # GEO_IMPORT_MEMORY_MB: most memory (address space) of the process that reads it
    exports_mb: int = 2_000  # GEO_EXPORTS_MB: megabytes of finished downloads that are cached
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
    def largest_request(self) -> int:
        """The bytes of the largest request: an upload and the form around it."""
        return (self.import_mb + 1) * 1024 * 1024

    def to_json(self) -> dict[str, Any]:
        """The settings as plain values, to be sent to a child process."""
        return {**asdict(self), "seed_dir": str(self.seed_dir), "data_dir": str(self.data_dir)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Settings":
        """The settings from the output of `to_json`."""
        layers = tuple(TileLayer(**row) for row in plain["tile_layers"])
        folders = {name: Path(plain[name]) for name in ("seed_dir", "data_dir")}
        return cls(**{**plain, **folders, "tile_layers": layers})

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Settings from the variables of `env`; BadSource names a variable whose value is unusable."""
        return cls(
            seed_dir=Path(env.get("GEO_SEED_DIR", cls.seed_dir)),
            data_dir=Path(env.get("GEO_DATA_DIR", cls.data_dir)),
            host=env.get("GEO_HOST", cls.host),
            port=_number(env, "GEO_PORT", cls.port, 65_535),
            threads=_number(env, "GEO_THREADS", cls.threads, 256),
            workers=_number(env, "GEO_WORKERS", cls.workers, 64),
            max_page=_number(env, "GEO_MAX_PAGE", cls.max_page, 100_000),
            public_url=env.get("GEO_PUBLIC_URL", cls.public_url).rstrip("/"),
            manage_token=env.get("GEO_MANAGE_TOKEN", "").strip(),
            import_mb=_number(env, "GEO_IMPORT_MB", cls.import_mb, 16_384),
            import_rows=_number(env, "GEO_IMPORT_ROWS", cls.import_rows, 10_000_000),
            import_vertices=_number(env, "GEO_IMPORT_VERTICES", cls.import_vertices, 1_000_000_000),
            import_columns=_number(env, "GEO_IMPORT_COLUMNS", cls.import_columns, 2_000),
            import_seconds=_number(env, "GEO_IMPORT_SECONDS", cls.import_seconds, 86_400),
            import_memory_mb=_number(env, "GEO_IMPORT_MEMORY_MB", cls.import_memory_mb, 1_048_576),
            exports_mb=_number(env, "GEO_EXPORTS_MB", cls.exports_mb, 1_000_000),
            tile_layers=_tile_layers(env.get("GEO_TILE_LAYERS", "")),
        )


def _number(env: Mapping[str, str], name: str, default: int, maximum: int) -> int:
    text = env.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= maximum:
        raise BadSource(
            f"{name}={text!r}: expected a whole number from 1 to {maximum}.",
            f"{name}={text!r}: cần một số nguyên từ 1 đến {maximum}.",
        )
    return int(text)


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
