"""SQL text with its bound values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """SQL text and the values for its parameters, in order."""

    text: str
    values: tuple[object, ...]
