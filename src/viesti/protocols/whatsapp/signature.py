"""The signature of a webhook: HMAC-SHA256 with the app's secret over the octets as they came.

Rule: the body is never parsed before it is checked, and the comparison takes the same time whatever differs.
"""

from __future__ import annotations

import hashlib
import hmac

HEADER = "x-hub-signature-256"
_PREFIX = b"sha256="


def sign(secret: str, body: bytes) -> str:
    """The header's value for this body."""
    return (_PREFIX + _mac(secret, body)).decode()


def matches(secret: str, body: bytes, header: str) -> bool:
    """Whether the header's value is of this body; never for an empty secret."""
    # Octets, since compare_digest takes no text beyond ASCII; a header may hold any.
    offered = header.encode("utf-8", "replace")
    return secret != "" and hmac.compare_digest(_PREFIX + _mac(secret, body), offered)


def _mac(secret: str, body: bytes) -> bytes:
    return hmac.digest(secret.encode(), body, hashlib.sha256).hex().encode()
