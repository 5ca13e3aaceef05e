"""Preview images: their size, the texts and the place that they show, and hostile text in them."""

import io

import pytest

from geo.atlas import Atlas
from geo.ocop.styles import STYLES
from geo.views.previews.preview import SIZE, SiteTexts, record_values, typeset, write_map_preview, write_record_preview
from tests.views.hostile import IMG, TEMPLATE

SITE = SiteTexts("Bản đồ OCOP Điện Biên", "Sản phẩm và nơi làm ra chúng.")


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG, from its first chunk (ISO/IEC 15948, 11.2.2)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and png[12:16] == b"IHDR"
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


@pytest.mark.parametrize(
    ("layer", "key"),
    [("products", "R1"), ("products", "R2"), ("zones", "Z1"), ("communes", "00001"), ("sources", "S1")],
)
def test_an_image_is_made_of_every_kind_of_record(small: Atlas, layer: str, key: str) -> None:
    out = io.BytesIO()
    assert write_record_preview(small, small.get(layer, key), "vi", SITE, out) == 1
    assert size_of(out.getvalue()) == SIZE == (1200, 630)


def test_the_image_of_the_map_shows_all_records_with_a_place(small: Atlas) -> None:
    out = io.BytesIO()
    assert write_map_preview(small, "en", SITE, out) == 8
    assert size_of(out.getvalue()) == SIZE


def test_it_shows_name_class_place_and_position_in_the_language(small: Atlas) -> None:
    record = small.get("products", "R1")
    vi, en = (record_values(small, record, lang, SITE) for lang in ("vi", "en"))
    assert (vi["title"], vi["label"]) == ("Mật ong Hoa Ban", "Sản phẩm OCOP")
    assert vi["lines"] == ["4 sao · Thực phẩm", "Thanh An, tỉnh Điện Biên"]
    assert en["lines"] == ["4-star · Food", "Thanh An, Điện Biên province"]
    assert "phiên bản" in vi["note"] and "Boundaries are for illustration" in en["note"]
    assert STYLES["products"].color in vi["map"] and STYLES["products"].color in vi["symbol"]
    nowhere = record_values(small, small.get("products", "R2"), "vi", SITE)
    assert STYLES["products"].color not in nowhere["map"]
    assert len(nowhere["lines"]) == 1  # of its place nothing is known


@pytest.mark.parametrize(
    "title",
    [IMG, TEMPLATE, '#panic("x")', "*đậm* _nghiêng_ `mã` $x$ <nhãn> @ref // \\", "\u202eđảo\x00\n", "ữ" * 3_000],
)
def test_hostile_text_is_shown_as_text(small: Atlas, title: str) -> None:
    values = record_values(small, small.get("products", "R1"), "vi", SITE)
    assert size_of(typeset({**values, "title": title})) == SIZE


def test_a_name_is_shown_without_what_turns_or_hides_letters(hostile: Atlas) -> None:
    values = record_values(hostile, hostile.get("products", "R01"), "vi", SITE)
    assert values["title"] == IMG and IMG not in values["map"]
    assert len(record_values(hostile, hostile.get("products", "R04"), "vi", SITE)["title"].splitlines()) == 1
