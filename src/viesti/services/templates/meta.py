"""Calls to Meta about templates.

Rule: the token goes to the channel's own API and nowhere else; an example file is fetched from where a caller
says by the client that keeps to public addresses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from viesti.net.client import HttpAnswer, HttpFailure, OutgoingClient
from viesti.protocols.whatsapp import media, paths, templates
from viesti.protocols.whatsapp.answers import Refused, Unclear
from viesti.services.templates.accounts import Number
from viesti.storage.seal import Seal

PAGE_OCTETS = 8 * 1024 * 1024  # a page of 100 templates with all their components
PAGES = 100  # more than an account may have
EXAMPLE_OCTETS = 16 * 1024 * 1024
EXAMPLE_SECONDS = 60.0
T = TypeVar("T")
_JSON = {"Content-Type": "application/json"}
# What is said of an example file, by its type.
KINDS: Mapping[str, str] = {
    "image/jpeg": "IMAGE",
    "image/png": "IMAGE",
    "video/mp4": "VIDEO",
    "application/pdf": "DOCUMENT",
}


class NoAnswer(msgspec.Struct, frozen=True):
    """Meta said nothing that can be read; it may have done what it was asked (`sent`)."""

    why: str
    sent: bool = True


class Example(msgspec.Struct, frozen=True):
    """An example file that Meta has: the kind of its header, and the handle."""

    kind: str
    handle: str


class NoExample(msgspec.Struct, frozen=True):
    """The file can't be an example; a sentence says why."""

    sentence: str


class Meta:
    """`client` calls what operators configured, `files` what callers name."""

    def __init__(self, client: OutgoingClient, files: OutgoingClient, seal: Seal) -> None:
        self._client = client
        self._files = files
        self._seal = seal

    async def create(
        self, number: Number, name: str, language: str, category: str, components: Sequence[templates.Body],
        *, named: bool,
    ) -> templates.Created | Refused | NoAnswer:  # fmt: skip
        """Submit a template."""
        body = templates.create_body(name, language, category, components, named=named)
        path = paths.templates(number.waba_id, number.version)
        answer = await self._call(number, "POST", path, msgspec.json.encode(body), _JSON)
        if isinstance(answer, HttpFailure):
            return NoAnswer(answer.kind.value, answer.sent)
        return _read(templates.read_created(answer.status, answer.body))

    async def listed(self, number: Number, name: str = "") -> list[templates.Listed] | Refused | NoAnswer:
        """Every template of a number's account, or those of a name."""
        found: list[templates.Listed] = []
        after = ""
        for _ in range(PAGES):
            query = urlencode(templates.list_query(after, name))
            path = f"{paths.templates(number.waba_id, number.version)}?{query}"
            answer = await self._call(number, "GET", path)
            if isinstance(answer, HttpFailure):
                return NoAnswer(answer.kind.value, answer.sent)
            page = _read(templates.read_page(answer.status, answer.body))
            if not isinstance(page, templates.Page):
                return page
            found += page.templates
            if not page.after:
                return found
            after = page.after
        return NoAnswer("there are more templates than an account may have")

    async def upload_example(self, number: Number, url: str) -> Example | NoExample | Refused | NoAnswer:
        """Fetch a file and give it to Meta as an example."""
        fetched = await self._files.request("GET", url, max_body=EXAMPLE_OCTETS, timeout=EXAMPLE_SECONDS)
        if isinstance(fetched, HttpFailure):
            return NoExample(f"The file can't be fetched: {fetched.kind.value}.")
        if fetched.status != 200:
            return NoExample(f"The file can't be fetched: the answer is {fetched.status}.")
        file_type = fetched.headers.get("content-type", "").partition(";")[0].strip().lower()
        if fetched.truncated or not fetched.body:
            return NoExample(f"The file must have 1 to {EXAMPLE_OCTETS} octets.")
        if file_type not in KINDS:
            return NoExample(
                f"The file must be one of {', '.join(KINDS)}; it is said to be {file_type or 'nothing'}."
            )
        handle = await self._upload(number, fetched.body, file_type)
        return Example(KINDS[file_type], handle.h) if isinstance(handle, media.Handle) else handle

    async def _upload(
        self, number: Number, octets: bytes, file_type: str
    ) -> media.Handle | NoExample | Refused | NoAnswer:
        if not number.app_id:
            return NoExample("An example file needs the channel's option app_id, which is not set.")
        query = urlencode(media.session_query("example", len(octets), file_type))
        path = f"{paths.upload_sessions(number.app_id, number.version)}?{query}"
        answer = await self._call(number, "POST", path)
        if isinstance(answer, HttpFailure):
            return NoAnswer(answer.kind.value, answer.sent)
        session = _read(media.read_session(answer.status, answer.body))
        if not isinstance(session, media.UploadSession):
            return session
        url = number.base_url + paths.upload(session.id, number.version)
        headers = media.upload_headers(self._token(number))
        sent = await self._client.request("POST", url, headers, octets, timeout=EXAMPLE_SECONDS)
        if isinstance(sent, HttpFailure):
            return NoAnswer(sent.kind.value, sent.sent)
        return _read(media.read_handle(sent.status, sent.body))

    async def _call(
        self,
        number: Number,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer | HttpFailure:
        told = {"Authorization": f"Bearer {self._token(number)}"} | dict(headers or {})
        return await self._client.request(method, number.base_url + path, told, body, max_body=PAGE_OCTETS)

    def _token(self, number: Number) -> str:
        secrets: dict[str, Any] = {}
        if number.channel.secrets:
            secrets = msgspec.json.decode(self._seal.open(number.channel.secrets))
        return str(secrets.get("token", ""))


def _read(answer: T | Refused | Unclear) -> T | Refused | NoAnswer:
    return NoAnswer(answer.reason) if isinstance(answer, Unclear) else answer
