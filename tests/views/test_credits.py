"""The credits of a map have each clause once, in the language of the map."""

from collections.abc import Iterator

import pytest

from data.seed.notices import metadata
from geo.atlas import Atlas, Notes
from geo.link import link_all
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from geo.views.map.credits import credits_of
from tests.frames import world
from tests.frozen import publish_atlas
from tests.views.hostile import VERSION

LAYERS_OF_MAP = ("products", "producers", "zones", "villages", "sites", "communes", "districts")


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """A small province with the notices of the shipped one."""
    frames = world()
    notes = Notes(metadata={name: metadata(name, spec.label, spec.about, 0) for name, spec in LAYERS.items()})
    pairs = link_all(frames, LINKS)
    with publish_atlas(frames, tmp_path_factory.mktemp("atlas"), pairs, notes, version=VERSION) as atlas_of_world:
        yield atlas_of_world


@pytest.mark.parametrize(
    ("lang", "compiler", "licence", "borders"),
    [
        (
            "vi",
            "Biên tập: dự án Bản đồ OCOP.",
            "Số liệu dẫn nguồn công khai; bản biên tập được cấp phép CC BY 4.0.",
            "MIT (B1); ranh giới huyện là số liệu công bố của B2.",
        ),
        (
            "en",
            "Compiled by the OCOP atlas project.",
            "The facts cite public sources; the compilation is offered under CC BY 4.0.",
            "MIT (B1); the districts' borders are published facts of B2.",
        ),
    ],
)
def test_the_credits_of_a_whole_map_are_in_one_language_and_not_repeated(
    atlas: Atlas, lang: str, compiler: str, licence: str, borders: str
) -> None:
    credits = credits_of(atlas, LAYERS_OF_MAP, lang)
    (attribution,) = credits["attributions"]
    assert attribution.count(compiler) == attribution.count("vietnamadminunits 1.0.4") == 1
    assert [row["licence"] for row in credits["licences"]] == [licence, "MIT", borders]
    names = [LAYERS[layer].label.of(lang) for layer in LAYERS_OF_MAP]
    assert ", ".join(row["layers"] for row in credits["licences"]) == ", ".join(names)


def test_an_attribution_that_says_more_than_another_stays(atlas: Atlas) -> None:
    attributions = credits_of(atlas, ("communes", "outlines_2009", "province"), "en")["attributions"]
    assert [text.split(" ")[1] for text in attributions] == ["sapnhap.bando.com.vn", "communesVN"]
