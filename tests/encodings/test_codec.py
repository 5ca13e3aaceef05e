"""Round trips, byte for byte, of every letter, every name of a unit, and any text that an encoding can represent."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.encodings import ENCODINGS, Errors, convert, decode, encode, fit, label_of
from geo.encodings.letters import LETTERS, SMALL
from geo.errors import BadQuery, BadSource
from geo.schema import LANGS
from geo.text import nfc
from tests.encodings import reference
from tests.encodings.corpus import ACCENTED_UNITS, NOTES, PRODUCTS, UNITS

WITH_CAPITALS = [key for key in ENCODINGS if key != "tcvn3"]
IN_HEX = {"viscii": reference.VISCII, "cp1258": reference.CP1258}
ASCII = "".join(map(chr, range(32, 127)))


def reference_bytes(encoding: str) -> list[bytes]:
    """The reference bytes of each letter."""
    if encoding in IN_HEX:
        return [bytes.fromhex(item) for item in IN_HEX[encoding].split()]
    return [item.encode("latin1") for item in {"vni": reference.VNI, "viqr": reference.VIQR}[encoding].split()]


def test_the_alphabet_is_67_small_letters_and_their_capitals() -> None:
    assert len(SMALL) == len(set(SMALL)) == 67
    assert sorted(LETTERS) == sorted(reference.LETTERS)
    assert len(set(LETTERS)) == 134


@pytest.mark.parametrize("encoding", ["viscii", "cp1258", "vni", "viqr"])
def test_every_letter_is_written_as_other_programs_write_it(encoding: str) -> None:
    expected = dict(zip(reference.LETTERS, reference_bytes(encoding), strict=True))
    assert {letter: encode(letter, encoding) for letter in LETTERS} == expected
    assert {letter: decode(data, encoding) for letter, data in expected.items()} == {
        letter: letter for letter in LETTERS
    }


def test_tcvn3_agrees_with_tcvn_5712_but_for_the_accented_capitals() -> None:
    expected = {
        letter: bytes.fromhex(item)
        for letter, item in zip(reference.LETTERS, reference.TCVN.split(), strict=True)
        if letter.islower() or letter in "ĂÂÊÔƠƯĐ"
    }
    assert len(expected) == 74
    assert {letter: encode(letter, "tcvn3") for letter in expected} == expected
    assert all(decode(data, "tcvn3") == letter for letter, data in expected.items())
    assert not any(ENCODINGS["tcvn3"].holds(letter) for letter in LETTERS if letter not in expected)


def test_capitals_that_tcvn_5712_puts_above_the_control_bytes_are_read_as_tcvn3() -> None:
    expected = dict(zip(reference.TCVN.split(), reference.LETTERS, strict=True))
    assert {decode(bytes.fromhex(item), "tcvn3") for item in expected if item >= "a0"} == {
        letter for item, letter in expected.items() if item >= "a0"
    }


@pytest.mark.parametrize("encoding", WITH_CAPITALS)
@pytest.mark.parametrize("case", [str, str.upper])
def test_every_unit_and_note_comes_back_from_each_encoding(encoding: str, case: type[str]) -> None:
    for text in (*map(case, UNITS), *PRODUCTS, *NOTES):
        data = encode(text, encoding)
        assert decode(data, encoding) == text
        assert decode(data.decode("latin1"), encoding) == text


def test_every_unit_comes_back_from_tcvn3_where_it_has_the_letters() -> None:
    texts = [text for text in UNITS if all(map(ENCODINGS["tcvn3"].holds, text))]
    assert set(UNITS) - set(texts) == {"Mường Ảng", "Ẳng Nưa", "Ẳng Cang", "Ẳng Tở"}
    assert [decode(encode(text, "tcvn3"), "tcvn3") for text in texts] == texts


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(st.data())
def test_what_an_encoding_holds_comes_back_composed(encoding: str, data: st.DataObject) -> None:
    letters = [letter for letter in (*LETTERS, *ASCII, "\n", "\t") if ENCODINGS[encoding].holds(letter)]
    either = [*letters, *(unicodedata.normalize("NFD", letter) for letter in letters)]
    text = data.draw(st.lists(st.sampled_from(either), max_size=40).map("".join))
    assert decode(encode(text, encoding), encoding) == nfc(text)
    assert decode(encode(text, encoding).decode("latin1"), encoding) == nfc(text)


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "viscii", "cp1258"])
@given(st.binary(max_size=60))
def test_any_bytes_read_as_something(encoding: str, data: bytes) -> None:
    assert isinstance(decode(data, encoding), str)


@given(st.lists(st.sampled_from(sorted(set(LETTERS) | set("aeiouydD'`?~.(^+\\ x"))), max_size=30).map("".join))
def test_viqr_escapes_whatever_could_be_taken_for_a_mark(text: str) -> None:
    data = encode(text, "viqr")
    assert data.isascii()
    assert decode(data, "viqr") == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (rb"Ddie^.n Bie^n Phu?", "Điện Biên Phủ"),
        (rb"xa~ Na` Ta^'u\.", "xã Nà Tấu."),
        (rb"DDo^`i A1 o+? dda^u\?", "Đồi A1 ở đâu?"),
        (rb"a\dd \\ a\(b", r"add \ a(b"),
    ],
)
def test_viqr_reads_as_rfc_1456_says(data: bytes, text: str) -> None:
    assert decode(data, "viqr") == text


def test_known_samples_of_each_encoding_are_read() -> None:
    assert decode("§iÖn Biªn Phñ, M­êng ¶ng, N\u00a0", "tcvn3") == "Điện Biên Phủ, Mường ảng, N\u00a0"
    assert decode("Ñieän Bieân Phuû, Möôøng AÛng", "vni") == "Điện Biên Phủ, Mường Ảng"
    assert decode("Ðiê\u00f2n Biên", "cp1258") == "Điện Biên"
    assert decode("Ä\u0090iá»\u0087n BiÃªn", "utf-8") == "Điện Biên"
    assert decode("Ä\u0090iá»‡n BiÃªn", "mojibake") == "Điện Biên"


def test_vni_marks_of_the_other_case_and_marks_on_i_and_y_are_read_too() -> None:
    assert decode("Aùo, aÙo, Ïi", "vni") == "Áo, áo, Ïi"
    assert decode("iø Iû yï YÏ", "vni") == "ì Ỉ ỵ Ỵ"


def test_windows_1252_punctuation_survives_beside_the_letters() -> None:
    for encoding in ("tcvn3", "vni", "cp1258"):
        assert decode(encode("“Nà Tấu” – 25°C…", encoding), encoding) == "“Nà Tấu” – 25°C…"


def test_text_that_a_spreadsheet_took_for_windows_1252_is_read_like_its_bytes() -> None:
    assert decode("NgÜ Ø‡", "viscii") == decode(b"Ng\xdc \xd8\x87", "viscii") == "Ngỵ ửẬ"


def test_eth_becomes_the_vietnamese_letter_and_decomposed_text_is_composed() -> None:
    assert decode("Ðiện Biên", "unicode") == "Điện Biên"
    assert decode(unicodedata.normalize("NFD", "Điện Biên"), "unicode") == "Điện Biên"


@pytest.mark.parametrize("encoding", ["ascii", "none"])
def test_what_needs_no_conversion_is_untouched(encoding: str) -> None:
    assert decode("Guðrún e\u0301", encoding) == "Guðrún e\u0301"
    assert decode("Guðrún".encode("latin1"), encoding) == "Guðrún"


@pytest.mark.parametrize(
    ("errors", "text", "losses"),
    [
        ("lower", "Mường ảng", [("Ả", "ả", 1)]),
        ("plain", "Mường Ang", [("Ả", "A", 1)]),
    ],
)
def test_capitals_that_tcvn3_lacks_are_replaced_and_reported(
    errors: Errors, text: str, losses: list[tuple[str, str, int]]
) -> None:
    result = fit("Mường Ảng", "tcvn3", errors)
    assert result.text == text
    assert [tuple(loss) for loss in result.losses] == losses
    assert encode("Mường Ảng", "tcvn3", errors) == encode(text, "tcvn3")


def test_plain_keeps_the_capital_vowels_that_tcvn3_has() -> None:
    assert fit("TẤU MỆ ĐỠ ẲNG", "tcvn3", "plain").text == "TÂU MÊ ĐƠ ĂNG"


def test_what_no_letter_comes_near_becomes_a_question_mark_and_is_counted() -> None:
    result = fit("ເມືອງ – “A”", "viscii", "plain")
    assert result.text.endswith(' - "A"')
    assert sum(loss.times for loss in result.losses if loss.substitute == "?") == 5
    assert fit("Đ", "tcvn3").losses == ()


def test_strict_names_every_character_that_is_lacking_in_both_languages() -> None:
    with pytest.raises(BadQuery) as error:
        encode("Ẳng Ảng Ảng", "tcvn3")
    for lang in LANGS:
        assert "Ả (2)" in error.value.of(lang)
        assert "Ẳ (1)" in error.value.of(lang)


def test_text_that_cannot_be_in_the_encoding_is_refused() -> None:
    with pytest.raises(BadSource):
        decode(b"\xa7i\xd6n", "utf-8")
    with pytest.raises(BadSource):
        decode("Điện", "tcvn3")


@pytest.mark.parametrize("work", [lambda: decode("a", "vps"), lambda: encode("a", "unicode"), lambda: label_of("x")])
def test_an_unknown_encoding_is_refused_with_the_names_that_there_are(work: object) -> None:
    assert callable(work)
    with pytest.raises(BadQuery, match="tcvn3"):
        work()


def test_tcvn3_text_sent_back_has_the_same_bytes() -> None:
    for text in (*ACCENTED_UNITS, *(text.upper() for text in ACCENTED_UNITS), *NOTES):
        data = encode(text, "tcvn3", "lower")
        [text_back] = convert([data.decode("latin1")], "tcvn3")
        assert text_back is not None
        assert encode(text_back, "tcvn3", "lower") == data


def test_capitals_that_tcvn3_lost_come_back_where_the_word_proves_them() -> None:
    upper = [text.upper() for text in ACCENTED_UNITS]
    back = convert([encode(text, "tcvn3", "lower").decode("latin1") for text in upper], "tcvn3")
    exceptions = {text for text, decoded in zip(upper, back, strict=True) if decoded != text}
    assert len(exceptions) <= len(upper) // 10
    assert convert(["Hµ, Bß HTX"], "tcvn3") == ["Hà, Bò HTX"]
    assert convert(["NuTr©n"], "tcvn3") == ["NuTrân"]
