"""A temporary folder for the files that libraries write by their paths."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.errors import DiskFull

_LEAST = 1_000_000
"""Free bytes below which a file may not be whole."""


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder that is deleted at the end of the block; DiskFull when the disk has no room left then.

    GDAL does not report every write that fails, and other libraries fail with errors that do not name the disk.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            yield Path(folder)
        finally:
            if shutil.disk_usage(folder).free < _LEAST:
                raise DiskFull(
                    "The disk of the server is full: the file could not be made. Try again later, or ask the"
                    " administrator to make room.",
                    "Đĩa của máy chủ đã đầy: chưa tạo được tệp. Hãy thử lại sau, hoặc nhờ quản trị viên giải phóng"
                    " chỗ.",
                )
