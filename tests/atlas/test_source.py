"""How one atlas takes the place of another."""

from pathlib import Path

import pytest

from geo.atlas import AtlasSource, Query, VersionInfo, atlas_name
from geo.errors import NotFound
from tests.frames import frame, world
from tests.frozen import frozen


def test_a_folder_without_an_atlas_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"python app\.py build"):
        AtlasSource(tmp_path)()


def test_publishing_swaps_the_atlas_and_keeps_the_old_one_answering(tmp_path: Path) -> None:
    source = AtlasSource(tmp_path)
    source.publish(frozen(world(), tmp_path / "1.sqlite"))
    old = source()
    assert source() is old
    source.publish(frozen({**world(), "sites": frame("sites")}, tmp_path / "2.sqlite"))
    assert source().count(Query("sites")) == 0
    assert old.count(Query("sites")) == 2
    old.close()
    source.close()


def test_a_file_name_tells_versions_and_declarations_apart() -> None:
    one = VersionInfo(1, "", "", "", "a" * 64)
    assert atlas_name(one) != atlas_name(one._replace(number=2))
    assert atlas_name(one) != atlas_name(one._replace(digest="b" * 64))


def test_a_broken_freeze_leaves_no_file(tmp_path: Path) -> None:
    frames = world()
    frames["sites"] = frames["sites"].drop(columns="name")
    with pytest.raises(KeyError):
        frozen(frames, tmp_path / "1.sqlite")
    assert list(tmp_path.iterdir()) == []
