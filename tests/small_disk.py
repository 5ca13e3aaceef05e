"""A small disk that a test can fill: a tmpfs, which root may mount; where that is not possible the tests fail."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Disk:
    """A small disk; `fill` leaves some bytes free."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, free: int = 0) -> None:
        """Fill the disk until it has `free` bytes left."""
        self.empty()
        left = shutil.disk_usage(self.folder).free - free
        with self._filler.open("wb", buffering=0) as file:
            while left > 0:
                left -= file.write(b"\0" * min(left, 65_536))

    def empty(self) -> None:
        """Make room again."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """An empty disk of this size, mounted at a new folder until the block ends."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
