"""Vietnamese text of the years before Unicode: what it is in, read and written, and proved before it is believed.

A vocabulary that knows no files and no layers. Attributes are expected as GDAL gives them when a table is
read as Latin-1: str whose characters stand for bytes.
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
from geo.encodings.detect import SURE, Detection, Part, Sample, convert, detect
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
    "label_of",
]
