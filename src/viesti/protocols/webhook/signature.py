"""Signing and checking callbacks by Standard Webhooks 1.0, variant v1 (HMAC-SHA256).

Rule: what is signed is `id.timestamp.body`, bytes as sent. An id with a dot would let one signature fit two
messages, so there is none.

While a secret is being replaced, messages carry a signature of each; a receiver is content with any that
fits.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from enum import Enum

ID = "webhook-id"
TIMESTAMP = "webhook-timestamp"
SIGNATURE = "webhook-signature"

_PREFIX = "whsec_"
_TIME = re.compile(r"[0-9]{1,12}")
_SECRET_SIZES = range(24, 65)
TOLERANCE_SECONDS = 300


class SignatureCheck(Enum):
    """What checking a signature came to."""

    GENUINE = "genuine"
    MALFORMED = "malformed"
    TOO_OLD = "too old"
    TOO_NEW = "too new"
    FORGED = "forged"


def secret_text(key: bytes) -> str:
    """The `whsec_` form of 24 to 64 random bytes, shown once to the customer. ValueError for another size."""
    if len(key) not in _SECRET_SIZES:
        raise ValueError(f"a webhook secret has 24 to 64 bytes, not {len(key)}")
    return _PREFIX + base64.b64encode(key).decode()


def secret_key(text: str) -> bytes:
    """The key bytes of a `whsec_` secret, with or without that prefix. ValueError when it is not one."""
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        # The cause would quote the secret.
        raise ValueError("a webhook secret is 'whsec_' and base64") from None
    if len(key) not in _SECRET_SIZES:
        raise ValueError(f"a webhook secret has 24 to 64 bytes, not {len(key)}")
    return key


def headers(keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of one attempt.

    `timestamp` is the attempt's time in Unix seconds, the body of a GET is b''. `keys` are all that are valid
    now, newest first. Raises ValueError when there is none, or for an id that is empty, not
    ASCII or has a dot.
    """
    if not keys:
        raise ValueError("nothing to sign with")
    if not _is_id(message_id):
        raise ValueError(f"webhook id {message_id!r} must be ASCII without a dot, and not empty")
    time = str(timestamp)
    signatures = " ".join(
        f"v1,{base64.b64encode(mac).decode()}" for mac in _macs(keys, message_id, time, body)
    )
    return {ID: message_id, TIMESTAMP: time, SIGNATURE: signatures}


def verify(
    keys: Sequence[bytes],
    message_id: str,
    timestamp: str,
    signature: str,
    body: bytes,
    now: int,
    tolerance: int = TOLERANCE_SECONDS,
) -> SignatureCheck:
    """Check a received message: its three header values, its body and our time in Unix seconds."""
    if not _is_id(message_id) or not _TIME.fullmatch(timestamp) or not signature.isascii():
        return SignatureCheck.MALFORMED
    age = now - int(timestamp)
    if age > tolerance:
        return SignatureCheck.TOO_OLD
    if age < -tolerance:
        return SignatureCheck.TOO_NEW
    expected = [base64.b64encode(mac) for mac in _macs(keys, message_id, timestamp, body)]
    offered = [value.encode() for version, _, value in map(_split, signature.split(" ")) if version == "v1"]
    # Every pair is compared, in constant time each.
    genuine = [hmac.compare_digest(ours, theirs) for ours in expected for theirs in offered]
    return SignatureCheck.GENUINE if any(genuine) else SignatureCheck.FORGED


def _is_id(message_id: str) -> bool:
    return message_id.isascii() and message_id != "" and "." not in message_id


def _split(signature: str) -> tuple[str, str, str]:
    return signature.partition(",")


def _macs(keys: Iterable[bytes], message_id: str, timestamp: str, body: bytes) -> Iterable[bytes]:
    signed = b"%s.%s.%s" % (message_id.encode(), timestamp.encode(), body)
    return (hmac.digest(key, signed, hashlib.sha256) for key in keys)
