"""Encodings with one byte for each letter: a table for decoding and encoding."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass

# Windows-1252; the five bytes that it leaves undefined are decoded as control characters.
CP1252 = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))


@dataclass(frozen=True)
class ByteTable:
    """`letters` are the characters of the 256 bytes; `bytes_of` maps each character to its bytes."""

    letters: str
    bytes_of: Mapping[str, bytes]

    def read(self, data: bytes) -> str:
        """The text of `data`; every byte has a character."""
        return codecs.charmap_decode(data, "strict", self.letters)[0]

    def write(self, text: str) -> bytes:
        """The bytes of `text`; KeyError for a character that the table lacks (see `holds`)."""
        return b"".join([self.bytes_of[letter] for letter in text])

    def holds(self, letter: str) -> bool:
        """Whether one character can be written."""
        return letter in self.bytes_of


def overlay(base: str, runs: Mapping[int, str]) -> str:
    """`base` (256 characters) with each run of letters replacing the characters from its first byte on."""
    letters = list(base)
    for start, run in runs.items():
        letters[start : start + len(run)] = run
    return "".join(letters)
