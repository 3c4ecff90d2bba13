"""The calls of one channel: to its number at the API, with its token.

Rule: whatever happens to a call is a value, and the token goes to the API's own address and to where the API
says a file is, nowhere else.
"""

from __future__ import annotations

import hashlib
from typing import Final
from urllib.parse import urlsplit

import msgspec

from viesti.channels.whatsapp.options import WhatsappOptions
from viesti.net.addresses import EVERYWHERE
from viesti.net.answer import HttpAnswer, HttpFailure
from viesti.net.client import ClientOptions, OutgoingClient
from viesti.protocols.whatsapp import media, paths
from viesti.protocols.whatsapp.requests import Body

FILE_TIMEOUT: Final = 60.0  # seconds for a file, whatever its size
_BESIDE: Final = 4  # connections for looks and files, so that they don't wait for messages
_SEEN: Final = "display_phone_number,verified_name,quality_rating"

Result = HttpAnswer | HttpFailure


def client_of(options: WhatsappOptions) -> OutgoingClient:
    """A channel's own client: where it leads is the operator's word, and it has as many connections as the
    channel may have messages on their way."""
    connections = options.connections + _BESIDE
    return OutgoingClient(
        ClientOptions(
            allowed=EVERYWHERE,
            total_timeout=options.answer_timeout,
            connections=connections,
            connections_per_host=connections,
        )
    )


class Graph:
    """The calls of a channel over a client that may call the operator's address."""

    def __init__(self, options: WhatsappOptions, client: OutgoingClient) -> None:
        self._options = options
        self._client = client
        self._authority = {"Authorization": f"Bearer {options.token}"}
        self._json = self._authority | {"Content-Type": "application/json"}
        self._messages = self._url(paths.messages(options.phone_number_id, options.api_version))
        self._encode = msgspec.json.Encoder().encode

    async def send(self, body: Body) -> Result:
        """Hand a message over."""
        return await self._client.request("POST", self._messages, self._json, self._encode(body))

    async def look(self) -> Result:
        """Ask for the number itself: whether the token is good for it, and how it stands."""
        path = paths.phone_number(self._options.phone_number_id, self._options.api_version)
        return await self._client.request("GET", f"{self._url(path)}?fields={_SEEN}", self._authority)

    async def upload(self, content: bytes, mime_type: str, filename: str) -> Result:
        """Send a file up."""
        path = paths.media_up(self._options.phone_number_id, self._options.api_version)
        kind, body = form(media.upload_fields(mime_type), content, mime_type, filename)
        headers = self._authority | {"Content-Type": kind}
        return await self._client.request("POST", self._url(path), headers, body, timeout=FILE_TIMEOUT)

    async def locate(self, media_id: str) -> Result:
        """Ask where a file is."""
        path = paths.media(media_id, self._options.api_version)
        return await self._client.request("GET", self._url(path), self._authority)

    async def download(self, located: media.Located, limit: int) -> Result | None:
        """Fetch a file from where the API said it is; None when that is no place for the token: neither
        encrypted nor the API's own."""
        if urlsplit(located.url).scheme != "https" and not self._own(located.url):
            return None
        return await self._client.request(
            "GET", located.url, self._authority, max_body=limit, timeout=FILE_TIMEOUT
        )

    def _own(self, url: str) -> bool:
        theirs, ours = urlsplit(url), urlsplit(self._options.base_url)
        return (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)

    def _url(self, path: str) -> str:
        return self._options.base_url + path


def form(fields: dict[str, str], content: bytes, mime_type: str, filename: str) -> tuple[str, bytes]:
    """A form with a file (RFC 7578): its Content-Type and its octets. The boundary comes from the content,
    which can't hold a digest of itself."""
    boundary = f"viesti-{hashlib.sha256(content).hexdigest()[:40]}"
    begin = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    name = filename.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {mime_type}\r\n\r\n"
    )
    body = b"".join((begin.encode(), head.encode(), content, f"\r\n--{boundary}--\r\n".encode()))
    return f"multipart/form-data; boundary={boundary}", body
