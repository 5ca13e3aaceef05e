"""The addresses that are answered before all others: whether the service lives, and what the map shows first."""

_MAP = {"/", "/embed", "/map.json"}
_MAP_DATA = "/base/"
_HEALTH = {"/healthz", "/readyz"}
_FILES = "/static/"


def is_of_map(path: str) -> bool:
    """Whether a path is the map page or data that it shows first."""
    return path in _MAP or path.startswith(_MAP_DATA)


def is_first(path: str) -> bool:
    """Whether a path is answered beside all requests of other kinds, however many of those there are."""
    return path in _HEALTH or path.startswith(_FILES) or is_of_map(path)
