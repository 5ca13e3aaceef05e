"""What takes room in the data folder, by kind, and how much the disk has left. No HTTP here."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from geo.schema import Label
from geo.settings import Settings


class Kind(NamedTuple):
    """A kind of files: the names of files and folders in the data folder that are of it, and what bounds it."""

    patterns: tuple[str, ...]
    label: Label
    bound: Label


class Usage(NamedTuple):
    """The bytes and the number of the files of one kind."""

    kind: Kind
    size: int
    files: int


KINDS = (
    Kind(
        ("store-before-*.gpkg*",),
        Label("Kho cũ được chuyển sang bên khi khôi phục bản sao lưu", "Stores moved aside when a backup was restored"),
        Label("Xoá được khi không cần nữa.", "May be deleted when no longer needed."),
    ),
    Kind(
        ("*.gpkg*",),
        Label("Kho dữ liệu: mọi phiên bản", "Store: every version"),
        Label("Không xoá; tăng theo mỗi lần công bố.", "Never deleted; grows with each publication."),
    ),
    Kind(
        ("atlas",),
        Label("Dữ liệu đang phục vụ và các phiên bản gần đây", "Atlases of the served and of recent versions"),
        Label("Giữ {atlases} phiên bản (GEO_ATLASES).", "{atlases} versions are kept (GEO_ATLASES)."),
    ),
    Kind(
        ("drafts", "restorations", "cohorts"),
        Label("Các lần nhập: tệp tải lên và kết quả kiểm tra", "Imports: uploaded files and findings"),
        Label(
            "Xoá sau {draft_days} ngày không thay đổi (GEO_DRAFT_DAYS), hoặc trên trang của từng lần nhập.",
            "Deleted after {draft_days} days without a change (GEO_DRAFT_DAYS), or on the page of each import.",
        ),
    ),
    Kind(
        ("exports",),
        Label("Tệp tải xuống đã tạo", "Finished downloads"),
        Label("Tối đa {exports_mb} MB (GEO_EXPORTS_MB).", "At most {exports_mb} MB (GEO_EXPORTS_MB)."),
    ),
    Kind(
        ("tiles",),
        Label("Ô bản đồ đã tạo", "Finished tiles, and layers prepared for making tiles"),
        Label("Tối đa hai lần {tiles_mb} MB (GEO_TILES_MB).", "At most twice {tiles_mb} MB (GEO_TILES_MB)."),
    ),
    Kind(
        ("basemap",),
        Label("Bản đồ nền", "Base map"),
        Label("Giữ bản hiện hành và các bản dùng gần nhất.", "The current one and the last ones in use are kept."),
    ),
    Kind(
        ("tmp",),
        Label("Tệp tạm", "Temporary files"),
        Label("Xoá ngay sau khi dùng và khi khởi động.", "Deleted after use, and at start."),
    ),
    Kind(
        ("*",),
        Label("Khác: mẫu nhập, phiên đăng nhập, khoá", "Others: import profiles, sessions, locks"),
        Label("", ""),
    ),
)
"""Every kind, in the order in which a name is compared with the patterns; the last one takes what is left."""


def usage_of(settings: Settings) -> list[Usage]:
    """The room that each kind takes, in the order of KINDS, with the bounds of the settings in the labels."""
    sums = dict.fromkeys(KINDS, (0, 0))
    for path in settings.data_dir.iterdir() if settings.data_dir.is_dir() else ():
        kind = next(kind for kind in KINDS if any(path.match(pattern) for pattern in kind.patterns))
        sizes = list(_sizes(path))
        size, files = sums[kind]
        sums[kind] = size + sum(sizes), files + len(sizes)
    values = {name: getattr(settings, name) for name in ("atlases", "draft_days", "exports_mb", "tiles_mb")}
    return [
        Usage(kind._replace(bound=Label(*(text.format(**values) for text in kind.bound))), *sums[kind])
        for kind in KINDS
    ]


def free_bytes(settings: Settings) -> int:
    """Bytes that the service may still write to the disk of the data folder."""
    return shutil.disk_usage(settings.data_dir).free


def _sizes(path: Path) -> Iterator[int]:
    """The bytes of a file, or of each file below a folder; those that are deleted meanwhile are left out."""
    paths = [path] if path.is_file() else (Path(folder, name) for folder, _, names in os.walk(path) for name in names)
    for one in paths:
        try:
            yield one.stat().st_size
        except OSError:
            continue
