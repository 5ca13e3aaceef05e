"""A choice of a page: one of the keys of a table, or none."""

from collections.abc import Collection

from geo.errors import BadQuery


def choice_of(name: str, value: str | None, keys: Collection[str]) -> str:
    """The value of the parameter `name`, "" where it has none; BadQuery, which names the keys, for any other value."""
    if value and value not in keys:
        choices = ", ".join(keys)
        raise BadQuery(f"{name}={value!r}: expected one of {choices}.", f"{name}={value!r}: cần một trong {choices}.")
    return value or ""
