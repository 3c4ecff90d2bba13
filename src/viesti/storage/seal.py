"""Seals what must be kept secret and used again, such as SMPP passwords and callback secrets.

Rule: what is sealed opens only with the key; a changed or foreign text never opens, and says so. To change
the key, put the new one first and keep the old ones behind it: all still opens, and `reseal` moves it over.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SealError(Exception):
    """A sealed text was changed, or was sealed with a key that is not among ours."""


class Seal:
    """Seals with the first of `keys`, opens with any; they are 32 octets in URL-safe base64, comma-separated.

    Raises ValueError when there is no key, or one that is none.
    """

    def __init__(self, keys: str) -> None:
        parts = [key.strip() for key in keys.split(",") if key.strip()]
        if not parts:
            raise ValueError("a seal needs a key")
        self._fernet = MultiFernet([Fernet(key) for key in parts])

    @staticmethod
    def new_key() -> str:
        """A fresh key, as it is written in the configuration."""
        return Fernet.generate_key().decode("ascii")

    def seal(self, secret: bytes) -> str:
        """A text that can be stored; each call gives another one."""
        return self._fernet.encrypt(secret).decode("ascii")

    def open(self, sealed: str) -> bytes:
        """What was sealed. Raises SealError."""
        try:
            return self._fernet.decrypt(sealed)
        except (InvalidToken, ValueError):  # ValueError: not even ASCII
            raise SealError("A stored secret does not open with secret_key.") from None

    def reseal(self, sealed: str) -> str:
        """The same secret, sealed with the first key. Raises SealError."""
        return self.seal(self.open(sealed))
