"""Optional packages, which only the command `base` needs: listed in requirements-base.txt, loaded when used."""

from importlib import import_module
from types import ModuleType

from geo.errors import BadSource

_INSTALL = "python -m pip install --require-hashes --no-deps -r requirements-base.lock"
_PACKAGES = {
    "osmium": ("pyosmium", "extracts of OpenStreetMap", "tệp trích OpenStreetMap"),
    "PIL.Image": ("Pillow", "heights", "tệp độ cao"),
}
"""Module -> the name of its package, and what it is needed for in English and Vietnamese."""


def extra(module: str) -> ModuleType:
    """A module of an optional package; BadSource that says how to install it where it is missing."""
    package, what_en, what_vi = _PACKAGES[module]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise BadSource(
            f"Reading {what_en} needs the package {package}. Install it: {_INSTALL}",
            f"Để đọc {what_vi} cần có gói {package}. Hãy cài bằng lệnh: {_INSTALL}",
        ) from error
