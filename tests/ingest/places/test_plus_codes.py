"""Plus codes mean the same places here as to the reference library."""

from hypothesis import given
from hypothesis import strategies as st
from openlocationcode import openlocationcode

from geo.ingest.places.plus_codes import complete, decode, is_plus_code, is_short

LNG, LAT = st.floats(-170, 170), st.floats(-80, 80)
CODE_LENGTHS = st.sampled_from([10, 11, 12, 13, 14, 15])


@given(LNG, LAT, CODE_LENGTHS)
def test_a_full_code_is_the_cell_of_the_reference_library(lng: float, lat: float, length: int) -> None:
    code = openlocationcode.encode(lat, lng, length)
    cell, expected = decode(code), openlocationcode.decode(code)
    assert is_plus_code(code) and not is_short(code)
    assert abs(cell.lng - expected.longitudeCenter) < 2e-8 and abs(cell.lat - expected.latitudeCenter) < 2e-8


@given(LNG, LAT, st.sampled_from([2, 4]), st.floats(-0.35, 0.35), st.floats(-0.35, 0.35))
def test_a_short_code_is_completed_as_by_the_reference_library(
    lng: float, lat: float, left_out: int, east: float, north: float
) -> None:
    code, step = openlocationcode.encode(lat, lng, 10), 20.0 ** (2 - left_out // 2)
    near = lng + east * step, lat + north * step
    assert is_short(code[left_out:])
    assert complete(code[left_out:], near) == openlocationcode.recoverNearest(code[left_out:], near[1], near[0])


@given(st.text("23456789CFGHJMPQRVWX+0Aa", max_size=12))
def test_what_is_accepted_here_is_valid_to_the_reference_library(text: str) -> None:
    assert not is_plus_code(text) or openlocationcode.isValid(text)
