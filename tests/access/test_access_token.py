"""Which tokens are random enough."""

import base64
import secrets

import pytest

from geo.access.access_token import LEAST_BITS, is_same, make_token, refuse_weak, strength
from geo.errors import BadSource


def test_a_token_that_is_made_is_accepted_and_never_comes_twice() -> None:
    tokens = {make_token() for _ in range(500)}
    assert len(tokens) == 500
    for token in tokens:
        refuse_weak(token)


@pytest.mark.parametrize(
    "make", [lambda: secrets.token_urlsafe(32), lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
             lambda: secrets.token_hex(32)],
    ids=["token_urlsafe(32)", "openssl rand -base64 32", "openssl rand -hex 32"],
)  # fmt: skip
def test_random_tokens_of_other_programs_are_accepted(make) -> None:  # type: ignore[no-untyped-def]
    assert min(strength(make()) for _ in range(500)) >= LEAST_BITS


@pytest.mark.parametrize(
    "token",
    ["abcdefg", "matkhau", "a" * 60, "0123456789" * 6, "0123456789abcdef" * 4, "9f3c1a7e5d2b8046c1e7a95d3f60b2",
     "ocop-dien-bien-2026-chi-cuc", "một mã dài và khó đoán 123", "DienBien2024DienBien2025DienBien2026",
     "thisismyverylongpasswordforthesite", "qwertyuiopasdfghjklzxcvbnm1234567890", "x1" * 40],
)  # fmt: skip
def test_what_people_think_of_is_refused_with_the_way_to_make_one(token: str) -> None:
    with pytest.raises(BadSource) as caught:
        refuse_weak(token)
    for words in (caught.value.en, caught.value.vi):
        assert "python app.py token" in words and "128 bit" in words and token not in words


def test_no_token_is_no_weak_token() -> None:
    refuse_weak("")


def test_secrets_of_any_letters_are_compared() -> None:
    assert is_same("mã", "mã") and not is_same("mã", "ma") and not is_same("", "x")
