"""Encodings that give every letter one byte: one table, read in both directions."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass

# What Windows shows for bytes 0x80-0x9F; the five that it leaves empty pass as control characters.
CP1252 = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))


@dataclass(frozen=True)
class ByteTable:
    """`letters` holds what each of the 256 bytes reads as; `bytes_of` what each character is written as."""

    letters: str
    bytes_of: Mapping[str, bytes]

    def read(self, data: bytes) -> str:
        """The text of `data`; every byte reads as something."""
        return codecs.charmap_decode(data, "strict", self.letters)[0]

    def write(self, text: str) -> bytes:
        """The bytes of `text`; KeyError for a character that the table lacks (see `holds`)."""
        return b"".join([self.bytes_of[letter] for letter in text])

    def holds(self, letter: str) -> bool:
        """Whether one character can be written."""
        return letter in self.bytes_of


def overlay(base: str, runs: Mapping[int, str]) -> str:
    """`base` (256 characters) with runs of letters laid over it, each from its first byte on."""
    letters = list(base)
    for start, run in runs.items():
        letters[start : start + len(run)] = run
    return "".join(letters)
