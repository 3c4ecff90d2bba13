"""URLs of attachments: signed, for one attachment, good for some days.

Rule: the URL is all that is needed to fetch the attachment, as whoever is told of it (a flow, its next
program) has no credentials of ours; so it names one attachment, can't be changed into another's, and ends.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from viesti.services.platform_key import platform_key
from viesti.storage.seal import Seal
from viesti.storage.store import Store

NAME = "attachments"
KEY_OCTETS = 32
PATH = "/attachments"  # what follows is the attachment's GUID, and the token in the query
_ALGORITHM = "HS256"
_AUDIENCE = "attachment"


class AttachmentLinks:
    """Makes and checks the URLs. `base_url`: where we are reached; `keep`: how long a URL is good."""

    def __init__(self, key: bytes, base_url: str, keep: timedelta) -> None:
        self._key = OctKey.import_key(key)
        self._base = base_url
        self._keep = keep

    @classmethod
    async def open(
        cls,
        store: Store,
        seal: Seal,
        chance: Callable[[int], bytes],
        now: datetime,
        base_url: str,
        keep: timedelta,
    ) -> AttachmentLinks:
        """With the key of this installation. Raises `StoreUnavailable` and `SealError`."""
        return cls(await platform_key(store, seal, NAME, KEY_OCTETS, chance, now), base_url, keep)

    def url(self, guid: str, at: datetime) -> str:
        """The URL of an attachment that came in at `at`."""
        claims = {"sub": guid, "aud": _AUDIENCE, "exp": int((at + self._keep).timestamp())}
        token = jwt.encode({"alg": _ALGORITHM}, claims, self._key)
        return f"{self._base}{PATH}/{guid}?token={token}"

    def allows(self, guid: str, token: str, now: datetime) -> bool:
        """Whether the token is ours, of this attachment, and its time is not over."""
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=0,
            sub={"essential": True, "value": guid},
            aud={"essential": True, "value": _AUDIENCE},
            exp={"essential": True},
        )
        try:
            registry.validate(jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims)
        except (JoseError, ValueError):
            return False
        return True
