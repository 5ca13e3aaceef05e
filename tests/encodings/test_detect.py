"""The encoding of columns is detected from their text; rows are converted, unless they are not Vietnamese."""

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.encodings import ENCODINGS, Detection, convert, detect, encode, label_of
from geo.encodings.detect import kind_of
from geo.schema import LANGS
from tests.encodings.corpus import ACCENTED_UNITS, NOT_VIETNAMESE, NOTES, UNITS, VIETNAMESE


def in_encoding(values: Sequence[str], encoding: str) -> list[str]:
    """The values encoded, as a table read as Latin-1 has them."""
    return [encode(value, encoding, "lower").decode("latin1") for value in values]


def representable(values: Sequence[str], encoding: str) -> list[str]:
    """The values that the encoding can represent without loss."""
    return [value for value in values if all(map(ENCODINGS[encoding].holds, value))]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", VIETNAMESE)
def test_every_kind_of_column_is_known_in_every_encoding_and_comes_back(kind: str, encoding: str) -> None:
    column = representable(VIETNAMESE[kind], encoding)
    before = in_encoding(column, encoding)
    detection = detect(before)
    assert (detection.encoding, detection.sure, detection.has_several_encodings) == (encoding, True, False)
    assert convert(before, detection) == column
    assert detection.samples
    assert all(sample.after in column and sample.before in before for sample in detection.samples)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_name_of_a_unit_comes_back_through_its_column(encoding: str) -> None:
    column = representable(UNITS, encoding)
    before = in_encoding(column, encoding)
    assert convert(before, detect(before)) == column


@pytest.mark.parametrize("encoding", ["utf-8", "cp1258", "vni", "viscii", "viqr", "mojibake", "mojibake2"])
def test_columns_in_capitals_are_known_too(encoding: str) -> None:
    column = [name.upper() for name in ACCENTED_UNITS]
    before = in_encoding(column, encoding)
    detection = detect(before)
    assert (detection.encoding, detection.sure) == (encoding, True)
    assert convert(before, detection) == column


@pytest.mark.parametrize("kind", VIETNAMESE)
def test_columns_that_were_read_as_they_should_be_stay(kind: str) -> None:
    column = list(VIETNAMESE[kind])
    detection = detect(column)
    assert (detection.encoding, detection.sure, detection.runner_up) == ("unicode", True, None)
    assert convert(column, detection) == column


@pytest.mark.parametrize("name", NOT_VIETNAMESE)
def test_columns_that_are_not_vietnamese_are_not_harmed(name: str) -> None:
    column = list(NOT_VIETNAMESE[name])
    detection = detect(column)
    assert detection.encoding in ("ascii", "none")
    assert convert(column, detection) == column
    assert not detection.samples


@pytest.mark.parametrize("name", NOT_VIETNAMESE)
def test_no_single_value_that_is_not_vietnamese_is_converted_with_confidence(name: str) -> None:
    for value in NOT_VIETNAMESE[name]:
        detection = detect([value])
        assert convert([value], detection) == [value] or not detection.sure, (value, detection)


@pytest.mark.parametrize("name", ["French", "German", "Spanish", "Lao", "Chinese", "Lao and English", "Russian"])
def test_other_languages_in_utf8_bytes_are_read(name: str) -> None:
    column = [value for value in NOT_VIETNAMESE[name] if value]
    before = in_encoding(column, "utf-8")
    assert convert(before, detect(before)) == column


def test_a_foreign_column_with_a_word_that_could_be_vietnamese_is_left_alone() -> None:
    column = ["Thé", "Té verde", "Né en 1950", "à Hanoï", "Château", "Musée", "Forêt"]
    assert convert(column, detect(column)) == column


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_one_value_is_never_converted_wrongly_with_confidence(encoding: str) -> None:
    right = 0
    names = representable(ACCENTED_UNITS, encoding)
    for name in names:
        before = in_encoding([name], encoding)
        detection = detect(before)
        good = convert(before, detection) == [name]
        right += good
        # Na U+ and Pa Xa' are plausible as plain ASCII too: nothing proves that they are VIQR.
        assert (
            good or (not detection.sure and detection.notes) or (encoding, detection.encoding) == ("viqr", "ascii")
        ), name
    assert right > len(names) * (0.6 if encoding == "viscii" else 0.9)


def test_confidence_grows_with_the_text() -> None:
    before = in_encoding(ACCENTED_UNITS, "vni")
    confidences = [detect(before[:count]).confidence for count in (1, 3, 10, 100)]
    assert confidences == sorted(set(confidences))


def test_an_ambiguous_word_has_little_confidence_and_a_named_runner_up() -> None:
    detection = detect(["Bµn"])  # Bàn in TCVN3, Bộn in VISCII
    assert detection.encoding == "tcvn3"
    assert not detection.sure
    assert detection.runner_up == "viscii"
    for lang in LANGS:
        assert any("TCVN3" in note.of(lang) and "VISCII" in note.of(lang) for note in detection.notes)


def test_candidates_are_ranked_and_share_all_belief() -> None:
    detection = detect(in_encoding(ACCENTED_UNITS[:4], "vni"))
    scores = [candidate.score for candidate in detection.candidates]
    assert detection.candidates[0].encoding == detection.encoding == "vni"
    assert detection.candidates[0].good == detection.candidates[0].words > 0
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1, abs=0.001)


def test_names_of_places_settle_what_syllables_leave_open() -> None:
    alone = in_encoding(["Bộn"], "viscii")
    assert detect(alone).encoding == "tcvn3"
    assert detect(alone, gazetteer=["Bộn", "Tấu"]).encoding == "viscii"
    assert detect(["Na`"], gazetteer=["Nà"]).confidence >= detect(["Na`"]).confidence


def test_one_letter_alone_convinces_nobody() -> None:
    for value in ("®", "×", "é", "è", "µ", "·", "§", "ñ", "ö", "°"):
        assert convert([value], detect([value])) == [value], value


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "viscii"])
def test_a_column_of_rows_in_several_encodings_is_read_row_by_row_and_named_mixed(encoding: str) -> None:
    names = representable(ACCENTED_UNITS, encoding)
    before = in_encoding(names[:40], encoding) + in_encoding(names[40:], "utf-8")
    detection = detect(before)
    assert detection.has_several_encodings
    assert {part.encoding: part.rows for part in detection.parts} == {encoding: 40, "utf-8": len(names) - 40}
    assert convert(before, detection) == names
    for lang in LANGS:
        assert all(
            any(label_of(key).of(lang) in note.of(lang) for note in detection.notes) for key in ("utf-8", encoding)
        )


def test_rows_that_are_unicode_already_stay_beside_legacy_ones_even_without_a_telling_letter() -> None:
    column = [*ACCENTED_UNITS[:40], "Điện Biên", "Mường Lay", "Pá Còn", "Na Bóng", "Hà"]
    before = in_encoding(column[:40], "vni") + column[40:]
    detection = detect(before)
    assert detection.has_several_encodings
    assert convert(before, detection) == column
    assert not detection.sure
    for lang in LANGS:
        assert any("Unicode" in note.of(lang) for note in detection.notes)


def test_a_few_utf8_rows_among_legacy_ones_do_not_decide_for_the_others() -> None:
    names = representable(ACCENTED_UNITS, "tcvn3")
    before = in_encoding(names[:3], "utf-8") + in_encoding(names[3:], "tcvn3")
    detection = detect(before)
    assert detection.encoding == "tcvn3"
    assert convert(before, detection) == names


def test_rows_once_and_twice_misread_are_both_mended() -> None:
    names = list(ACCENTED_UNITS)
    before = in_encoding(names[:50], "mojibake") + in_encoding(names[50:], "utf-8")
    assert convert(before, detect(before)) == names


@pytest.mark.parametrize("layers", [1, 2])
def test_misread_text_that_is_unicode_already_is_mended(layers: int) -> None:
    before = list(ACCENTED_UNITS)
    for _ in range(layers):
        before = ["".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in name.encode()) for name in before]
    detection = detect(before)
    assert detection.encoding == ("mojibake" if layers == 1 else "mojibake2")
    assert convert(before, detection) == list(ACCENTED_UNITS)


def test_legacy_text_that_a_spreadsheet_took_for_windows_1252_is_converted() -> None:
    names = [f"“{name}”" for name in representable(ACCENTED_UNITS, "tcvn3")]
    before = [encode(name, "tcvn3").decode("cp1252") for name in names]
    detection = detect(before)
    assert detection.encoding == "tcvn3"
    assert convert(before, detection) == names


def test_viscii_pairs_that_look_like_utf8_are_read_as_viscii() -> None:
    names = ["Đồng Đờ", "Nước", "Ước", "Đế", "Trường Sơn", "Được"]
    before = in_encoding(names, "viscii")
    detection = detect(before)
    assert detection.encoding == "viscii"
    assert convert(before, detection) == names


def test_decomposed_text_and_eth_are_noted_and_repaired() -> None:
    before = [unicodedata.normalize("NFD", name) for name in ACCENTED_UNITS[:20]] + ["Ðiện Biên Ðông"]
    detection = detect(before)
    assert detection.encoding == "unicode"
    assert convert(before, detection) == [*ACCENTED_UNITS[:20], "Điện Biên Đông"]
    notes = " ".join(note.en for note in detection.notes)
    assert "NFD" in notes
    assert "Eth" in notes


def test_a_letter_cut_by_the_width_of_the_column_is_dropped_and_noted() -> None:
    before = [*in_encoding(["Điện Biên", "Mường Ảng"], "utf-8"), "Ná»\u0099i Tá\u00ba"]
    detection = detect(before)
    assert convert(before, detection) == ["Điện Biên", "Mường Ảng", "Nội T"]
    assert any("1 values are cut" in note.en for note in detection.notes)


def test_letters_that_were_lost_before_are_noted() -> None:
    detection = detect(["Đi\ufffdn Biên", "Mường Nhé"])
    assert any("\ufffd" in note.en for note in detection.notes)


def test_tcvn3_says_that_capitals_cannot_be_told() -> None:
    detection = detect(in_encoding(NOTES, "tcvn3"))
    for lang in LANGS:
        assert any(".VnTimeH" in note.of(lang) for note in detection.notes)


def test_abbreviations_and_foreign_words_do_not_hide_the_encoding() -> None:
    column = [
        "QĐ-UBND", "TNHH MTV Hương Linh", "HĐND xã", "Công ty Cà phê Smile Coffee", "Arabica Mường Ảng",
        "Cà phê Robusta", "NĐ-CP", "Béatrice 2",
    ]  # fmt: skip
    for encoding in ("cp1258", "vni"):
        before = in_encoding(column, encoding)
        assert convert(before, detect(before)) == column


@pytest.mark.parametrize("encoding", ["cp1258", "tcvn3", "vni"])
def test_a_column_of_nothing_but_decision_numbers_is_converted(encoding: str) -> None:
    column = ["1272/QĐ-TTg", "1971/QĐ-UBND", "", "58/QĐ-UBND ngày 12/8/2019"]
    before = in_encoding(column, encoding)
    assert convert(before, detect(before)) == column


def test_addresses_in_a_viqr_column_stay_as_they_are() -> None:
    before = [*in_encoding(ACCENTED_UNITS, "viqr"), "tu.an@example.vn", "https://example.org/a.b?c=a.b"]
    assert convert(before, detect(before))[-2:] == before[-2:]


def test_none_and_empty_values_keep_their_places() -> None:
    before = [None, "", *in_encoding(ACCENTED_UNITS[:3], "utf-8"), None]
    assert convert(before, detect(before)) == [None, "", *ACCENTED_UNITS[:3], None]
    assert detect([]) == detect([None, ""])
    assert detect([]).encoding == "ascii"


def test_a_person_can_choose_and_rows_that_cannot_be_so_stay() -> None:
    assert convert(["§iÖn", "Điện", "A1", None], "tcvn3") == ["Điện", "Điện", "A1", None]
    assert convert(["\u00a7i\u00d6n", "Ä\u0090á»"], "utf-8")[0] == "§iÖn"


@given(st.lists(st.text(max_size=20) | st.none(), max_size=8))
def test_any_column_is_judged_and_keeps_its_length(values: list[str | None]) -> None:
    detection = detect(values)
    assert 0 <= detection.confidence <= 1
    assert label_of(detection.encoding) == detection.label
    assert len(convert(values, detection)) == len(values)


@given(
    st.lists(st.sampled_from(ACCENTED_UNITS), min_size=6, max_size=30, unique=True), st.sampled_from(sorted(ENCODINGS))
)
def test_any_six_names_are_enough_but_for_confidence_in_viscii(names: list[str], encoding: str) -> None:
    column = representable(names, encoding)
    before = in_encoding(column, encoding)
    detection = detect(before)
    assert convert(before, detection) == column or not detection.sure


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz ABC.,'?!()+-_/0123456789", max_size=30), max_size=10))
def test_ascii_is_left_as_it_is_unless_marks_make_syllables(values: list[str]) -> None:
    detection = detect(values)
    assert detection.encoding == "ascii" or any(candidate.good for candidate in detection.candidates)


def test_detection_looks_at_samples_but_converts_every_row() -> None:
    names = [f"{UNITS[number % len(UNITS)]} {number}" for number in range(20_000)]
    before = [encode(name, "vni").decode("latin1") for name in names]
    detection: Detection = detect(before)
    assert detection.encoding == "vni"
    assert convert(before, detection) == names


@pytest.mark.parametrize("text", ["a", "°", "a.", "Ã", "é", "a^", "µ ", "@a", "«", "D", "\x02", "Ộ", "á»\u0087"])
def test_values_of_any_length_are_judged_in_time_that_grows_with_them_only(text: str) -> None:
    value = text * (400_000 // len(text))
    assert len(convert([value], detect([value]))) == 1


def test_the_kinds_of_rows_are_told_apart() -> None:
    assert kind_of("\x02ng") == "legacy"  # Ẳng in VISCII, whose first letter is a control character
    assert kind_of("25Â°C") == "utf8:1"
    assert kind_of("café") == "legacy"
    assert kind_of("nÐ\u00b0i") == "legacy"  # n, one Cyrillic letter, i: valid UTF-8 by chance
