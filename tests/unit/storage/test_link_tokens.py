from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.links import TOKEN_LENGTH
from viesti.storage.link_tokens import LinkCipher

CIPHER = LinkCipher(bytes(range(16)))
IDS = st.integers(0, (1 << 53) - 1)
LINKS = st.integers(0, 7)

# Tokens stand in messages for months: these change only with a rule of their own for those sent before.
KNOWN = [
    (0, 0, "FDDPsY4MwA5"),
    (7901234501, 3, "Ku1MVzgJnsT"),
    ((1 << 53) - 1, 7, "BajY0fNCzfE"),
]


@pytest.mark.parametrize(("recipient_id", "link", "token"), KNOWN)
def test_tokens_stay_what_they_are(recipient_id: int, link: int, token: str) -> None:
    assert CIPHER.token(recipient_id, link) == token
    assert CIPHER.read(token) == (recipient_id, link)


@given(IDS, LINKS)
def test_a_token_is_read_as_what_it_was_made_of(recipient_id: int, link: int) -> None:
    token = CIPHER.token(recipient_id, link)
    assert len(token) == TOKEN_LENGTH
    assert token.isascii()
    assert token.isalnum()
    assert CIPHER.read(token) == (recipient_id, link)


@pytest.mark.parametrize(
    "text", ["", "a", "a" * 10, "a" * 12, "z" * 11, "a" * 10 + "-", "a" * 10 + "ä", "a" * 10 + "\n"]
)
def test_what_is_no_token(text: str) -> None:
    assert CIPHER.read(text) is None


@pytest.mark.parametrize(("recipient_id", "link"), [(-1, 0), (1 << 53, 0), (0, 8), (0, -1)])
def test_what_has_no_token(recipient_id: int, link: int) -> None:
    with pytest.raises(ValueError, match="no such id or link"):
        CIPHER.token(recipient_id, link)


def test_one_guess_in_256_is_read_and_then_as_an_id_far_off() -> None:
    guesses = 40_000
    read = [found for n in range(guesses) if (found := CIPHER.read(f"{n * 999_983:011}"))]
    assert guesses / 512 < len(read) < guesses / 128
    assert min(found.recipient_id for found in read) > 1 << 40


def test_another_key_makes_other_tokens() -> None:
    other = LinkCipher(bytes(16))
    assert other.token(1, 0) != CIPHER.token(1, 0)
    assert len({CIPHER.token(n, link)[:2] for n in range(50) for link in range(8)}) > 300  # alike in nothing
