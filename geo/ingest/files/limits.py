"""How much of a foreign file is read before it is refused."""

from dataclasses import dataclass

from geo.errors import BadSource
from geo.ingest.files.archive import ArchiveLimits


@dataclass(frozen=True)
class Limits:
    """What one file may hold. `max_text` counts characters of one cell."""

    max_bytes: int = 256 * 1024 * 1024
    max_unpacked_bytes: int = 1024 * 1024 * 1024
    max_rows: int = 200_000
    max_vertices: int = 10_000_000
    max_columns: int = 200
    max_text: int = 32_767  # what one cell of Excel holds

    def archive(self) -> ArchiveLimits:
        """The limits of an archive that holds such a file."""
        return ArchiveLimits(max_bytes=self.max_unpacked_bytes)

    def hold(self, vi: str, en: str, count: int, most: int) -> None:
        """BadSource when `count` is over `most`; `vi` and `en` name what was counted."""
        if count > most:
            raise BadSource(
                f"The file holds {count:,} {en}; at most {most:,} are read. Split it, or ask the operator for more.",
                f"Tệp có {count:,} {vi}; chỉ đọc tối đa {most:,}. Hãy tách nhỏ tệp, hoặc nhờ quản trị nâng giới hạn.",
            )
