"""Environment variables of the child process: those that Python and GDAL need, and options that turn networking off.

Tokens, passwords and proxies of the service's environment are left out.
"""

import os
from pathlib import Path

_NEEDED = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    "SYSTEMROOT", "WINDIR", "USERPROFILE", "PYTHONHOME", "PYTHONUTF8", "PYTHONWARNINGS",
    "GDAL_DATA", "PROJ_DATA", "PROJ_LIB", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
)  # fmt: skip
"""Variables that are passed on when they are set; none is a setting of this service or a secret."""

_TEMPORARY = ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR", "CPL_TMPDIR")
"""Variables that name the folder of temporary files to Python on each system, to SQLite and to GDAL."""

_NOWHERE = "http://127.0.0.1:9"
"""Address of a proxy that does not exist: port 9 is "discard" (RFC 863)."""

OFFLINE = {
    "GDAL_HTTP_PROXY": _NOWHERE, "GDAL_HTTPS_PROXY": _NOWHERE, "http_proxy": _NOWHERE, "https_proxy": _NOWHERE,
    "GDAL_HTTP_TIMEOUT": "1", "GDAL_HTTP_CONNECTTIMEOUT": "1", "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}", "PROJ_NETWORK": "OFF",
}  # fmt: skip
"""Options under which GDAL and PROJ fetch nothing, also on systems without the filter of socket_filter.py."""


def child_environment(temporary_folder: Path) -> dict[str, str]:
    """The environment variables for a child process whose temporary files go to a folder."""
    needed = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    return needed | OFFLINE | dict.fromkeys(_TEMPORARY, str(temporary_folder))
