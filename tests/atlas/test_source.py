"""How one atlas takes the place of another."""

from pathlib import Path

import pytest

from geo.atlas import AtlasSource, Notes, Query
from geo.errors import NotFound, Unprepared
from tests.engines import OpenAtlases
from tests.frames import frame, world
from tests.frozen import VERSION, publish_atlas

NEXT = VERSION._replace(number=VERSION.number + 1, digest="b" * 64)


@pytest.fixture
def source(atlases: OpenAtlases, tmp_path: Path) -> AtlasSource:
    """A source of the small province, which is current."""
    publish_atlas(world(), tmp_path, atlases=atlases).close()
    return atlases(tmp_path)


def freeze_next(source: AtlasSource) -> None:
    source.freeze({**world(), "sites": frame("sites")}, (), Notes(), version=NEXT)


def test_a_folder_without_an_atlas_says_what_to_do(atlases: OpenAtlases, tmp_path: Path) -> None:
    source = atlases(tmp_path)
    assert not source.has(VERSION) and not source.keys()
    with pytest.raises(NotFound, match=r"python app\.py build"):
        source()


def test_publishing_swaps_the_atlas_and_keeps_the_old_one_answering(source: AtlasSource) -> None:
    old = source()
    assert source() is old
    freeze_next(source)
    assert source.has(NEXT) and source() is old
    with source.built(NEXT) as following:  # before anybody else sees it
        assert following.version == NEXT and following.count(Query("sites")) == 0
    assert source() is old
    source.publish(NEXT)
    assert source().version == NEXT and source().count(Query("sites")) == 0
    assert old.count(Query("sites")) == 2
    old.close()
    source.close()


def test_another_process_sees_what_was_published(source: AtlasSource, atlases: OpenAtlases, tmp_path: Path) -> None:
    other = atlases(tmp_path)
    assert other().version == VERSION
    freeze_next(source)
    source.publish(NEXT)
    assert other().version == NEXT
    other.close()


def test_earlier_versions_are_kept_and_later_ones_wait_for_their_turn(source: AtlasSource) -> None:
    freeze_next(source)
    assert source.at(VERSION.number) is source()
    with pytest.raises(NotFound, match="the current one is 7"):
        source.at(NEXT.number)
    source.publish(NEXT)
    assert source.at(VERSION.number).version == VERSION and source.at(NEXT.number) is source()
    with pytest.raises(NotFound, match="Start again"):
        source.at(NEXT.number + 1)
    with pytest.raises(Unprepared, match="Version 6") as caught:  # it can be built again from the store
        source.at(6)
    assert caught.value.number == 6
    source.close()


def test_a_version_is_told_apart_by_its_number_and_its_content(source: AtlasSource) -> None:
    assert source.has(VERSION)
    assert not source.has(VERSION._replace(number=8)) and not source.has(VERSION._replace(digest="b" * 64))


def test_every_frozen_content_has_a_key_of_its_own_that_can_name_a_file(source: AtlasSource, tmp_path: Path) -> None:
    first = source()
    freeze_next(source)
    source.publish(NEXT)
    assert source.keys() == {first.key, source().key}
    source.freeze(world(), (), Notes(), version=VERSION)  # anew, as after a repair of what freezes
    again = source.at(VERSION.number)
    assert len({first.key, source().key, again.key}) == 3
    for key in sorted(source.keys()):
        (tmp_path / key).touch()
    first.close()
    source.close()


def test_a_broken_freeze_leaves_the_version_to_be_frozen_and_the_current_one_as_it_was(source: AtlasSource) -> None:
    frames = world()
    frames["sites"] = frames["sites"].drop(columns="name")
    with pytest.raises(KeyError):
        source.freeze(frames, (), Notes(), version=NEXT)
    assert not source.has(NEXT) and len(source.keys()) == 1
    assert source().version == VERSION
    source.close()
