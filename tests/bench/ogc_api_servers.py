"""The three services of the OGC API benchmark over the same data: ours, and pygeoapi and tipg on PostGIS."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely

from geo.atlas import Notes, VersionInfo, open_atlases
from geo.atlas.sqlite.rows import DECIMALS, geodesic_areas_ha
from geo.ocop.layers import LAYERS
from geo.report import Report
from geo.settings import Settings
from geo.store import create_store
from tests.bench import large

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
PACKAGES = {
    "pygeoapi": ("pygeoapi==0.21.*", "gunicorn==27.0.1", "psycopg2-binary", "GeoAlchemy2"),
    "tipg": ("tipg==1.6.*", "uvicorn[standard]"),
}
"""What pip installs for each peer, in an environment of its own."""

_SQL_TYPES = {"integer": "integer", "real": "double precision"}
_NO_TILES_KEPT = """
import sys
from geo.views.tiles.cache import TileCache
TileCache.get = lambda *_: None
TileCache.put = lambda *_: None
from geo.web.http import caching
caching.mark_cacheable = lambda: None
import app
app.cli(sys.argv[1:])
"""
"""Our service without what it keeps of tiles that were made, on disk and in memory: every tile is made."""


_TUNED = {
    "shared_buffers": "1GB", "work_mem": "64MB", "effective_cache_size": "4GB", "random_page_cost": "1.1", "jit": "off",
}  # fmt: skip
"""What an experienced administrator sets for this machine and these questions."""


@dataclass(frozen=True)
class Service:
    """A service that answers at `base`; `pid` is the first of its processes."""

    name: str
    base: str
    pid: int

    def items(self, layer: str) -> str:
        """The path of a layer's features."""
        return f"/collections/{'public.' if self.name == 'tipg' else ''}{layer}/items"

    def tile(self, layer: str, z: int, row: int, col: int) -> str:
        """The path of a vector tile."""
        if self.name == "tipg":
            return f"/collections/public.{layer}/tiles/WebMercatorQuad/{z}/{col}/{row}"
        return f"/collections/{layer}/tiles/WebMercatorQuad/{z}/{row}/{col}"

    def processes(self) -> list[int]:
        """Every process of the service."""
        return [self.pid, *_below(self.pid)]

    def memory(self) -> tuple[int, int]:
        """Bytes that its processes hold: resident in all, and the part that is no file's and no other's."""
        whole = own = 0
        for pid in self.processes():
            try:
                status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
            except (FileNotFoundError, ProcessLookupError):
                continue
            sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in status.splitlines() if " kB" in line}
            whole += sizes.get("VmRSS", 0)
            own += sizes.get("RssAnon", 0)
        return whole, own


def _below(pid: int) -> list[int]:
    try:
        children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [one for child in children for one in (child, *_below(child))]


# --- data --------------------------------------------------------------------------------------------


def write_ours(folder: Path, frames: Mapping[str, gpd.GeoDataFrame]) -> None:
    """The data folder of our service: the large layers frozen as the current version of a small store."""
    settings = Settings(data_dir=folder)
    store = create_store(settings)
    folder.mkdir(parents=True, exist_ok=True)
    version = store.current() or store.publish(
        large.frames(3, 3), who="bench", why="a version to freeze under", metadata={}, report=Report()
    )
    open_atlases(settings).freeze(frames, (), Notes(), version=VersionInfo(*version))


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A PostGIS of its own: made in a folder, listening on this machine only, stopped at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        result = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not result:
            raise SystemExit("no PostgreSQL here: apt-get install postgresql-15-postgis-3")
        self._bin = result[-1].parent
        # PostgreSQL refuses to run as root.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    @property
    def url(self) -> str:
        """Where programs connect to."""
        return f"postgresql://bench@127.0.0.1:{self.port}/bench"

    def _run(self, program: str, *words: str) -> None:
        subprocess.run([*self._as, str(self._bin / program), *words], check=True, stdout=subprocess.DEVNULL)

    def psql(self, text: str | None = None, *, lines: Iterator[str] | None = None, command: str = "") -> str:
        """Run SQL, or a COPY from `lines`."""
        words = [str(self._bin / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url]
        if lines is None:
            done = subprocess.run(words, check=True, input=text, text=True, stdout=subprocess.PIPE, encoding="utf-8")
            return done.stdout
        with subprocess.Popen([*words, "-c", command], stdin=subprocess.PIPE, text=True, encoding="utf-8") as process:
            assert process.stdin is not None
            process.stdin.writelines(lines)
            process.stdin.close()
            if process.wait():
                raise SystemExit(f"psql could not {command}")
        return ""

    @property
    def exists(self) -> bool:
        """Whether it lies in its folder already."""
        return (self.folder / "PG_VERSION").exists()

    @contextmanager
    def running(self, *, tuned: bool = True) -> Iterator["Cluster"]:
        """The cluster, made when it is not there; with PostgreSQL's own settings where it is not to be `tuned`."""
        if not self.exists:
            self.folder.mkdir(parents=True, exist_ok=True)
            if self._as:
                shutil.chown(self.folder, "postgres", "postgres")
            self._run("initdb", "-D", str(self.folder), "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        settings = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": ""}
        if tuned:
            settings |= _TUNED
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = self.folder / "log"
        self._run("pg_ctl", "-D", str(self.folder), "-l", str(log), "-w", "-o", options, "start")
        try:
            yield self
        finally:
            self._run("pg_ctl", "-D", str(self.folder), "-m", "fast", "-w", "stop")

    def fill(self, frames: Mapping[str, gpd.GeoDataFrame]) -> None:
        """The tables of `frames` with what our service tells of them, a GiST index, a primary key, statistics."""
        first = self.url.removesuffix("bench") + "postgres"
        subprocess.run([str(self._bin / "psql"), "-X", "-q", first, "-c", "CREATE DATABASE bench"], check=True)
        self.psql("CREATE EXTENSION postgis;")
        for layer, frame in frames.items():
            self._table(layer, frame)
        self.psql("VACUUM ANALYZE;")

    def _table(self, layer: str, frame: gpd.GeoDataFrame) -> None:
        spec = LAYERS[layer]
        columns = {field.name: _SQL_TYPES.get(field.kind, "text") for field in spec.fields}
        cells = {name: frame[name].tolist() for name in columns}
        shapes = shapely.transform(frame.geometry.to_numpy(), lambda points: points.round(DECIMALS))
        if spec.geometry == "MultiPolygon":
            columns["measured_area_ha"] = "double precision"
            cells["measured_area_ha"] = geodesic_areas_ha(shapes)
        else:
            columns |= {"commune_code": "text", "commune_name": "text"}
            cells |= {"commune_code": [None] * len(frame), "commune_name": [None] * len(frame)}
        names = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        self.psql(f"CREATE TABLE {layer} ({names}, geom geometry({spec.geometry}, 4326));")
        wkbs = shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True)
        rows = zip(*cells.values(), wkbs, strict=True)
        self.psql(lines=map(_copied, rows), command=f"COPY {layer} FROM STDIN")
        self.psql(
            f"ALTER TABLE {layer} ADD PRIMARY KEY ({spec.key}); CREATE INDEX ON {layer} USING gist (geom);"
            f" CLUSTER {layer} USING {layer}_pkey;"
        )


def _copied(row: Sequence[object]) -> str:
    return "\t".join(r"\N" if cell is None else str(cell) for cell in row) + "\n"


# --- services ----------------------------------------------------------------------------------------


def environment(folder: Path, name: str) -> Path:
    """The folder of programs of a peer, installed from PyPI when it is not there."""
    home = folder / f"v-{name}"
    if not (home / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PACKAGES[name]], check=True)
        (home / "done").touch()
    return home / "bin"


def versions(folder: Path) -> dict[str, str]:
    """The releases of the peers that were installed, and of what they run on."""
    results = {"python": sys.version.split()[0]}
    for name in PACKAGES:
        pip = [str(environment(folder, name) / "python"), "-m", "pip", "list", "--format", "json"]
        entry = json.loads(subprocess.run(pip, check=True, capture_output=True).stdout)
        expected = {name, "gunicorn", "uvicorn", "SQLAlchemy", "asyncpg"}
        results |= {f"{name}: {row['name']}": row["version"] for row in entry if row["name"] in expected}
    return results


@contextmanager
def ours(data: Path, *, tiles_kept: bool = True, **settings: str) -> Iterator[Service]:
    """Our service as an operator starts it; without its cache of tiles where `tiles_kept` is false."""
    port = free_port()
    code = ["app.py"] if tiles_kept else ["-c", _NO_TILES_KEPT]
    words = [sys.executable, *code, "serve", "--workers", str(WORKERS), "--port", str(port)]
    env = {"GEO_DATA_DIR": str(data), "PYTHONPATH": str(ROOT), **settings}
    with _started("ours", words, port, data / "log", env) as service:
        yield service


@contextmanager
def pygeoapi(folder: Path, cluster: Cluster) -> Iterator[Service]:
    """pygeoapi with its PostgreSQL provider under gunicorn."""
    programs, port = environment(folder, "pygeoapi"), free_port()
    config, api = folder / "pygeoapi.json", folder / "pygeoapi-openapi.json"
    config.write_text(json.dumps(_pygeoapi(cluster, port)), encoding="utf-8")  # JSON is YAML
    env = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(api), "HOME": str(folder)}
    generate = [
        str(programs / "pygeoapi"),
        "openapi",
        "generate",
        str(config),
        "--format",
        "json",
        "--output-file",
        str(api),
    ]
    subprocess.run(generate, check=True, env=os.environ | env, stdout=subprocess.DEVNULL)
    words = [
        str(programs / "gunicorn"), "--workers", str(WORKERS), "--worker-class", "gthread", "--threads", "8",
        "--keep-alive", "75", "--timeout", "600", "--bind", f"127.0.0.1:{port}", "pygeoapi.flask_app:APP",
    ]  # fmt: skip
    with _started("pygeoapi", words, port, folder / "pygeoapi.log", env) as service:
        yield service


def _pygeoapi(cluster: Cluster, port: int) -> dict[str, object]:
    systems = [f"http://www.opengis.net/def/crs/{name}" for name in ("OGC/1.3/CRS84", "EPSG/0/4326", "EPSG/0/9205")]
    output = {"en": "bench"}
    layers = {}
    for layer in ("zones", "producers"):
        provider = {
            "type": "feature", "name": "PostgreSQL", "id_field": LAYERS[layer].key, "table": layer, "geom_field": "geom",
            "data": {"host": "127.0.0.1", "port": cluster.port, "dbname": "bench", "user": "bench", "password": "bench", "search_path": ["public"]},
            "crs": systems, "storage_crs": systems[0],
        }  # fmt: skip
        layers[layer] = {
            "type": "collection", "title": output, "description": output, "keywords": {"en": ["bench"]},
            "extents": {"spatial": {"bbox": list(large.BOX), "crs": systems[0]}}, "providers": [provider],
        }  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port}, "url": url, "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8", "gzip": True, "languages": ["en-US"], "pretty_print": False,
            "limits": {"default_items": 10, "max_items": 100_000}, "map": {"url": "https://tile.example.org/{z}/{x}/{y}.png", "attribution": "-"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {"title": output, "description": output, "keywords": {"en": ["bench"]}, "keywords_type": "theme", "terms_of_service": "-", "url": url},
            "license": {"name": "-", "url": url}, "provider": {"name": "-", "url": url}, "contact": {"name": "-", "email": "a@example.org"},
        },
        "resources": layers,
    }  # fmt: skip


@contextmanager
def tipg(folder: Path, cluster: Cluster) -> Iterator[Service]:
    """tipg under uvicorn."""
    programs, port = environment(folder, "tipg"), free_port()
    words = [
        str(programs / "uvicorn"), "tipg.main:app", "--workers", str(WORKERS), "--host", "127.0.0.1", "--port", str(port),
        "--log-level", "error", "--no-access-log",
    ]  # fmt: skip
    env = {
        "DATABASE_URL": cluster.url.replace("bench@", "bench:bench@"), "TIPG_MAX_FEATURES_PER_QUERY": "100000",
        "TIPG_DB_SCHEMAS": '["public"]',
    }  # fmt: skip
    with _started("tipg", words, port, folder / "tipg.log", env) as service:
        yield service


@contextmanager
def _started(name: str, words: Sequence[str], port: int, log: Path, env: Mapping[str, str]) -> Iterator[Service]:
    base = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen(
            words, cwd=ROOT, env=os.environ | dict(env), stdout=out, stderr=out, start_new_session=True
        )
    service = Service(name, base, process.pid)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise SystemExit(f"{name} ended: {log.read_text(encoding='utf-8')[-2000:]}")
            try:
                with urllib.request.urlopen(f"{base}{service.items('zones')}?limit=1", timeout=10):
                    break
            except OSError:
                time.sleep(0.2)
        else:
            raise SystemExit(f"{name} does not answer: {log.read_text(encoding='utf-8')[-2000:]}")
        yield service
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
