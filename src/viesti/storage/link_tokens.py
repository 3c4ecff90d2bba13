"""Tokens of short links: which link of which recipient, as eleven letters and digits.

Rule: a token tells nothing and can't be made without the key; the same link is always the same token, so
nothing is stored for it. What was not made here does not come out as an id, but for one guess in 256, and
then it is the id of nobody.

A token is a permutation of 64 bits, written to the base of 62: 53 bits of the recipient's id, 3 of the
link's number and 8 zeros. The permutation is a Feistel network of eight rounds, with AES-128 as the
function of the rounds. (The one cipher of 64-bit blocks that OpenSSL 3 has without its legacy provider is
triple DES, which `cryptography` keeps among what it calls decrepit. Links live for months, so this rests
on AES alone.)
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from viesti.domain.links import TOKEN_LENGTH

KEY_OCTETS = 16
ROUNDS = 8
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE = len(_DIGITS)
_PAIR = _BASE * _BASE
_PAIRS = tuple(high + low for high in _DIGITS for low in _DIGITS)
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_CHECK_BITS = 8
_LINK_BITS = 3
_IDS_BELOW = 1 << 53
_HALF = (1 << 32) - 1
# One round's block: 32 bits of the number, the round, zeros; of its cipher the first 32 bits count.
_BLOCK = Struct(">IB11x")
_CIPHERED = Struct(">I12x")


class Tokened(NamedTuple):
    """What a token stands for."""

    recipient_id: int
    link: int  # its number in the text, from 0


class LinkCipher:
    """Makes tokens and reads them, with a key of 16 octets."""

    def __init__(self, key: bytes) -> None:
        # Single blocks, and each round's differ from any other's: there is nothing that a mode could add.
        self._block = Cipher(algorithms.AES128(key), modes.ECB()).encryptor().update  # noqa: S305

    def token(self, recipient_id: int, link: int) -> str:
        """The token of a recipient's link."""
        if not (0 <= recipient_id < _IDS_BELOW and 0 <= link < 1 << _LINK_BITS):
            raise ValueError("no such id or link")
        return _written(self._permuted(((recipient_id << _LINK_BITS) | link) << _CHECK_BITS))

    def read(self, token: str) -> Tokened | None:
        """What a token stands for; None when it is none of ours."""
        number = _read(token)
        if number is None:
            return None
        plain = self._restored(number)
        if plain & ((1 << _CHECK_BITS) - 1):
            return None
        plain >>= _CHECK_BITS
        return Tokened(plain >> _LINK_BITS, plain & ((1 << _LINK_BITS) - 1))

    def _permuted(self, number: int) -> int:
        block, pack, unpack = self._block, _BLOCK.pack, _CIPHERED.unpack
        left, right = number >> 32, number & _HALF
        for turn in range(ROUNDS):
            (mixed,) = unpack(block(pack(right, turn)))
            left, right = right, left ^ mixed
        return left << 32 | right

    def _restored(self, number: int) -> int:
        block, pack, unpack = self._block, _BLOCK.pack, _CIPHERED.unpack
        left, right = number >> 32, number & _HALF
        for turn in reversed(range(ROUNDS)):
            (mixed,) = unpack(block(pack(left, turn)))
            left, right = right ^ mixed, left
        return left << 32 | right


def _written(number: int) -> str:
    pairs = _PAIRS
    rest, fifth = divmod(number, _PAIR)
    rest, fourth = divmod(rest, _PAIR)
    rest, third = divmod(rest, _PAIR)
    rest, second = divmod(rest, _PAIR)
    first_digit, first = divmod(rest, _PAIR)
    return f"{_DIGITS[first_digit]}{pairs[first]}{pairs[second]}{pairs[third]}{pairs[fourth]}{pairs[fifth]}"


def _read(token: str) -> int | None:
    if len(token) != TOKEN_LENGTH:
        return None
    number = 0
    for digit in token:
        value = _VALUES.get(digit)
        if value is None:
            return None
        number = number * _BASE + value
    return number if number >> 64 == 0 else None
