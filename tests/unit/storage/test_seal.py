"""Sealing: opens with the key alone, notices every change, and lets keys be changed."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.storage.seal import Seal, SealError

OLD, NEW = Seal.new_key(), Seal.new_key()


@given(st.binary())
def test_what_is_sealed_opens(secret: bytes) -> None:
    seal = Seal(OLD)
    assert seal.open(seal.seal(secret)) == secret


def test_each_seal_is_different_and_hides_the_secret() -> None:
    seal = Seal(OLD)
    first, second = seal.seal(b"verysecret"), seal.seal(b"verysecret")
    assert first != second
    assert b"verysecret" not in base64.urlsafe_b64decode(first)


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_any_changed_bit_is_noticed(place: int, bit: int) -> None:
    seal = Seal(OLD)
    octets = bytearray(base64.urlsafe_b64decode(seal.seal(b"verysecret")))
    octets[place % len(octets)] ^= 1 << bit
    with pytest.raises(SealError):
        seal.open(base64.urlsafe_b64encode(octets).decode())


@pytest.mark.parametrize("sealed", ["", "plain", "ä", Seal(NEW).seal(b"other key")])
def test_what_we_did_not_seal_does_not_open(sealed: str) -> None:
    with pytest.raises(SealError):
        Seal(OLD).open(sealed)


def test_keys_can_be_changed() -> None:
    before = Seal(OLD).seal(b"password")
    both = Seal(f"{NEW}, {OLD}")
    assert both.open(before) == b"password"
    after = both.reseal(before)
    assert Seal(NEW).open(after) == b"password"
    with pytest.raises(SealError):
        Seal(OLD).open(after)


@pytest.mark.parametrize("keys", ["", " , ", "short", "dmVyeXNlY3JldA=="])
def test_bad_keys_are_refused(keys: str) -> None:
    with pytest.raises(ValueError):
        Seal(keys)
