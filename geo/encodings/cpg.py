"""The encoding that a .cpg file names, checked against the text of the attributes."""

from collections.abc import Sequence
from dataclasses import replace

from geo.encodings import notes
from geo.encodings.detect import Detection, detect
from geo.encodings.verdict import CLAIM

# Names that programs write -> encoding; lower case, without spaces and separators.
CPG_NAMES = {
    "utf8": "utf-8", "65001": "utf-8", "cp65001": "utf-8",
    "1258": "cp1258", "cp1258": "cp1258", "windows1258": "cp1258", "ansi1258": "cp1258",
    "tcvn": "tcvn3", "tcvn3": "tcvn3", "tcvn5712": "tcvn3", "tcvn57121": "tcvn3", "abc": "tcvn3",
    "vni": "vni", "vniwindows": "vni",
    "viscii": "viscii", "viscii11": "viscii", "viqr": "viqr",
    "1252": "none", "cp1252": "none", "windows1252": "none", "ansi1252": "none",
    "88591": "none", "iso88591": "none", "latin1": "none",
}  # fmt: skip
# Detections that do not contradict any claim: the text is ASCII, or was decoded already.
_AGREES = {"ascii", "unicode"}


def believe(cpg_name: str, values: Sequence[str | None], *, gazetteer: Sequence[str] = ()) -> Detection:
    """The encoding of a column, given the text of its .cpg file; a note says whether the two agree.

    The claim only decides between encodings that fit the text about equally well.
    """
    claim = claim_of(cpg_name)
    if claim is None:
        detection = detect(values, gazetteer=gazetteer)
        return replace(detection, notes=(*detection.notes, notes.unknown_name(cpg_name.strip())))
    detection = detect(values, gazetteer=gazetteer, bonus={claim: CLAIM})
    agrees = detection.encoding == claim or detection.encoding in _AGREES
    note = notes.agreement(cpg_name.strip()) if agrees else notes.contradiction(cpg_name.strip(), detection.encoding)
    return replace(detection, notes=(*detection.notes, note))


def claim_of(cpg_name: str) -> str | None:
    """The encoding that a .cpg file names, "none" for Western code pages; None when the name is not known.

    >>> claim_of("UTF-8\\n"), claim_of("ANSI 1258"), claim_of("8859_1"), claim_of("GBK")
    ('utf-8', 'cp1258', 'none', None)
    """
    plain = "".join(letter for letter in cpg_name.lower() if letter.isalnum())
    return CPG_NAMES.get(plain)
