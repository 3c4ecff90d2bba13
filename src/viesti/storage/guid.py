"""Our ids in the form of a GUID, for interfaces that promise one.

Rule: the same id of the same kind is always the same GUID, another kind's is another, and nobody without the
key can make one or tell which of two is older. What is not one of ours is simply unknown.

A GUID is one block of AES: 8 octets of the id, one of its kind, 7 zeros, encrypted. All 128 bits are used, so
no version and variant are marked in it; .NET's and everybody else's parsers take any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_OCTETS = 16
_IDS_BELOW = 1 << 53
_FORM = re.compile(r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?", re.I)
_ZEROS = bytes(7)


class GuidKind(IntEnum):
    """What an id is of. The numbers are part of every GUID given out; they never change."""

    CUSTOMER = 1
    SERVICE = 2
    MESSAGE = 3
    RECIPIENT = 4
    INBOUND = 5
    THREAD = 6
    CONTACT = 7
    PIPELINE = 8
    ACTION = 9
    ATTACHMENT = 10
    HOOK = 11
    TRIGGER = 12


class GuidCipher:
    """Turns ids into GUIDs and back, with a key of 16 octets."""

    def __init__(self, key: bytes) -> None:
        # One block at a time and every block differs: there is nothing that a mode could add to plain AES.
        cipher = Cipher(algorithms.AES128(key), modes.ECB())  # noqa: S305
        self._encrypt = cipher.encryptor().update
        self._decrypt = cipher.decryptor().update
        self._tails = {kind: bytes((kind,)) + _ZEROS for kind in GuidKind}

    def of(self, kind: GuidKind, identifier: int) -> str:
        """The GUID of an id, in lower case with hyphens."""
        h = self._encrypt(identifier.to_bytes(8, "big") + self._tails[kind]).hex()
        return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"

    def many(self, kind: GuidKind, identifiers: Iterable[int]) -> list[str]:
        """The GUIDs of many ids of one kind."""
        return [self.of(kind, identifier) for identifier in identifiers]

    def read(self, kind: GuidKind, text: str) -> int | None:
        """The id of this kind that a GUID stands for; None when it is none of ours."""
        found = self.read_any((kind,), text)
        return found[1] if found else None

    def read_any(self, kinds: Iterable[GuidKind], text: str) -> tuple[GuidKind, int] | None:
        """The id that a GUID stands for when it is of one of these kinds. Any letter case, braces or none."""
        octets = _octets(text)
        if octets is None:
            return None
        plain = self._decrypt(octets)
        identifier = int.from_bytes(plain[:8], "big")
        tail = plain[8:]
        for kind in kinds:
            if tail == self._tails[kind] and identifier < _IDS_BELOW:
                return kind, identifier
        return None


def _octets(text: str) -> bytes | None:
    """The 16 octets that a GUID is written for; None when it is none."""
    if len(text) == 36 and text[8] == "-":  # as it is nearly always written, and much faster
        try:
            octets = bytes.fromhex(text.replace("-", ""))
        except ValueError:
            return None
        return octets if len(octets) == 16 else None
    match = _FORM.fullmatch(text.strip())
    return bytes.fromhex("".join(match.groups())) if match else None
