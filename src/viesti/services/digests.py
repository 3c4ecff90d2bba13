"""What is kept of tokens, codes and cookies.

Rule: they are at least 32 octets of chance, so nothing is gained by hashing them slowly.
"""

from __future__ import annotations

import hashlib


def digest(token: str) -> bytes:
    """The SHA-256 of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
