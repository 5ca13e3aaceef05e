"""A file that takes no more bytes than one download may have, so that a larger one is refused while it is written."""

import shutil
from pathlib import Path
from typing import Any, BinaryIO

from geo.errors import TooCostly

_CHUNK = 1 << 18


class BoundedFile:
    """A binary file that raises TooCostly before it would have more than `most` bytes; `has_refused` says that it did.

    Everything but `write` is done by the file itself.
    """

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._most, self.has_refused = file, most, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, data: Any) -> int:
        """Write bytes at the present position."""
        self.require(memoryview(data).nbytes)
        return self._file.write(data)

    def require(self, size: int) -> None:
        """Raise TooCostly unless `size` more bytes may be written."""
        if self._file.tell() + size > self._most:
            self.has_refused = True
            raise too_large(self._most)


def copy_file(path: Path, out: BinaryIO) -> None:
    """Copy the finished file at `path` to `out`; TooCostly before the first byte where it is too large for that."""
    if isinstance(out, BoundedFile):
        out.require(path.stat().st_size)
    with path.open("rb") as file:
        shutil.copyfileobj(file, out, _CHUNK)


def too_large(most: int) -> TooCostly:
    """The error of a download of more than `most` bytes."""
    return TooCostly(
        f"The file has more than {most:,} bytes; at most {most:,} are sent here. Download it in parts: single layers,"
        " or some of the records by a box or a filter.",
        f"Tệp có hơn {_vi(most)} byte; máy chủ chỉ gửi tối đa {_vi(most)} byte. Hãy tải từng phần: từng lớp, hoặc một"
        " số bản ghi theo khung hay bộ lọc.",
    )


def _vi(number: int) -> str:
    """A number as Vietnamese writes it: 1.048.576."""
    return f"{number:,}".replace(",", ".")
