"""The environment of the child process: what the system needs to start it, and GDAL's network switched off.

Tokens, passwords and proxies of the service's own environment are not in it.
"""

import os

_NEEDED = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH", "SYSTEMROOT", "WINDIR", "USERPROFILE", "PYTHONHOME", "PYTHONUTF8", "PYTHONWARNINGS",
    "GDAL_DATA", "PROJ_DATA", "PROJ_LIB", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
)  # fmt: skip
"""Variables that are handed on where they are set. None of them is a setting of ours, or a secret."""

_NOWHERE = "http://127.0.0.1:9"
"""A proxy that does not answer: port 9 is "discard" (RFC 863)."""

OFFLINE = {
    "GDAL_HTTP_PROXY": _NOWHERE, "GDAL_HTTPS_PROXY": _NOWHERE, "http_proxy": _NOWHERE, "https_proxy": _NOWHERE,
    "GDAL_HTTP_TIMEOUT": "1", "GDAL_HTTP_CONNECTTIMEOUT": "1", "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}", "PROJ_NETWORK": "OFF",
}  # fmt: skip
"""Options of GDAL and PROJ under which nothing is fetched, also where the kernel does not close the network."""


def child_environment() -> dict[str, str]:
    """The environment to start the child process with."""
    return {name: os.environ[name] for name in _NEEDED if name in os.environ} | OFFLINE
