"""What an operator can choose, each with a default and a sentence. Read once, in app.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geo.errors import BadSource


@dataclass(frozen=True)
class TileLayer:
    """A raster base map that the operator chose: pages then ask its host for tiles.

    A map made elsewhere may draw the national border or the archipelagos of Hoàng Sa and Trường Sa
    wrongly; who names one answers for it (see docs/operating.md).
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
    threads: int = 8  # GEO_THREADS: threads of the WSGI server
    max_page: int = 1_000  # GEO_MAX_PAGE: most features in one answer; a larger limit is reduced to it
    public_url: str = ""  # GEO_PUBLIC_URL: the address people use, when a proxy stands in front
    tile_layers: tuple[TileLayer, ...] = field(default_factory=tuple)  # GEO_TILE_LAYERS: name|url|attribution;...

    @property
    def store_path(self) -> Path:
        """The store: one GeoPackage."""
        return self.data_dir / "store.gpkg"

    @property
    def atlas_dir(self) -> Path:
        """The folder of frozen versions and the pointer to the current one."""
        return self.data_dir / "atlas"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Settings from the variables of `env`; BadSource names a variable whose value is unusable."""
        return cls(
            seed_dir=Path(env.get("GEO_SEED_DIR", cls.seed_dir)),
            data_dir=Path(env.get("GEO_DATA_DIR", cls.data_dir)),
            host=env.get("GEO_HOST", cls.host),
            port=_number(env, "GEO_PORT", cls.port, 65_535),
            threads=_number(env, "GEO_THREADS", cls.threads, 256),
            max_page=_number(env, "GEO_MAX_PAGE", cls.max_page, 100_000),
            public_url=env.get("GEO_PUBLIC_URL", cls.public_url).rstrip("/"),
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
