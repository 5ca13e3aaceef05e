"""The encodings of Vietnamese text before Unicode: detection with a measured confidence, decoding and encoding.

Nothing here knows files or layers. Values are expected as GDAL returns them when a table is read as
Latin-1: a str in which each character is one byte.
"""

from geo.encodings.codec import (
    AS_IT_STANDS,
    ENCODINGS,
    Encoding,
    Errors,
    FitResult,
    Loss,
    decode,
    encode,
    fit,
    label_of,
)
from geo.encodings.cpg import believe
from geo.encodings.detect import SURE, Detection, Part, Sample, convert, detect, is_unicode
from geo.encodings.verdict import Candidate

__all__ = [
    "AS_IT_STANDS",
    "ENCODINGS",
    "SURE",
    "Candidate",
    "Detection",
    "Encoding",
    "Errors",
    "FitResult",
    "Loss",
    "Part",
    "Sample",
    "believe",
    "convert",
    "decode",
    "detect",
    "encode",
    "fit",
    "is_unicode",
    "label_of",
]
