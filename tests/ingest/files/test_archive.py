"""Archives are not trusted."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from geo.errors import BadSource
from geo.ingest.files.archive import ArchiveLimits, unpack


def packed(path: Path, *members: tuple[str, bytes], **more: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_an_ordinary_archive_is_unpacked_with_its_vietnamese_names(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("Vùng chè/vùng.shp", b"x"), ("Vùng chè/vùng.dbf", b"yy"))
    (tmp_path / "out").mkdir()
    files = unpack(path, tmp_path / "out")
    assert [file.relative_to(tmp_path / "out").as_posix() for file in files] == [
        "Vùng chè/vùng.shp",
        "Vùng chè/vùng.dbf",
    ]
    assert files[1].read_bytes() == b"yy"


@pytest.mark.parametrize(
    "name",
    ["../evil.shp", "a/../../evil.shp", "/etc/evil", "C:evil.shp", "a\\..\\evil.shp", "a\x01b", "/".join("abcdefghij")],
)
def test_a_name_that_leads_out_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path / "a.zip", ("good.shp", b"x"), (name, b"x"))
    (tmp_path / "out").mkdir()
    with pytest.raises(BadSource, match="leads out"):
        unpack(path, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_link_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link.shp")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(BadSource, match="link"):
        unpack(tmp_path / "a.zip", tmp_path)


@pytest.mark.parametrize("name", ["inner.zip", "a/inner.KMZ", "x.tar", "x.7z"])
def test_an_archive_inside_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadSource, match="archive inside"):
        unpack(packed(tmp_path / "a.zip", (name, b"x")), tmp_path)


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="unpacks to"):
        unpack(packed(tmp_path / "a.zip", ("a.shp", b"\0" * 30_000_000)), tmp_path)


def test_an_archive_that_lies_about_its_sizes_is_stopped_while_reading(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.shp", os.urandom(50_000)))
    content = path.read_bytes()
    # The directory and the member both claim 10 bytes; the data goes on.
    lying = content.replace((50_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(lying)
    (tmp_path / "out").mkdir()
    with pytest.raises(BadSource):
        unpack(path, tmp_path / "out")
    assert sum(file.stat().st_size for file in (tmp_path / "out").rglob("*") if file.is_file()) <= 50_000


@pytest.mark.parametrize(
    ("limits", "words"), [(ArchiveLimits(max_members=2), "3 files"), (ArchiveLimits(max_bytes=2), "bytes unpacked")]
)
def test_limits_are_kept(tmp_path: Path, limits: ArchiveLimits, words: str) -> None:
    path = packed(tmp_path / "a.zip", ("a", b"1"), ("b", b"2"), ("c", b"3"))
    with pytest.raises(BadSource, match=words):
        unpack(path, tmp_path, limits)


def test_two_names_that_fall_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="twice"):
        unpack(packed(tmp_path / "a.zip", ("A.shp", b"1"), ("a.SHP", b"2")), tmp_path)


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
def test_a_damaged_archive_says_so(tmp_path: Path, cut: float) -> None:
    path = packed(tmp_path / "a.zip", ("a.shp", os.urandom(5_000)))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * cut)])
    with pytest.raises(BadSource, match="damaged"):
        unpack(path, tmp_path)
