"""Files that messages carry: fetched from where the caller says, sent up once, and then sent by their id.

Rule: a link is a user's word, so it is fetched by the guarded client, to its kind's size and no further. The
same link is not fetched again for some minutes, however many messages name it; and is then, because it may
lead to another file by now.
"""

from __future__ import annotations

import asyncio
import mimetypes
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

from viesti.channels.whatsapp.graph import FILE_TIMEOUT, Graph
from viesti.channels.whatsapp.outcomes import sentence
from viesti.channels.whatsapp.payload import content_of
from viesti.domain import whatsapp_content as says
from viesti.domain.channel import Outgoing
from viesti.domain.failure import Failure
from viesti.domain.outcome import Deferred, Refused
from viesti.net.answer import HttpFailure
from viesti.net.client import OutgoingClient
from viesti.protocols.whatsapp import answers, media
from viesti.protocols.whatsapp.errors import Action

USED_FOR: Final = 600.0  # seconds a file is sent by its id before its link is followed again
TRIED_AGAIN: Final = (
    60.0  # seconds after a link was no use; until then nobody fetches it for the next message
)
REMEMBERED: Final = 4_096  # links
AT_ONCE: Final = 3  # files being moved; each may be 100 MB, in memory
PATIENCE: Final = 5.0  # seconds a message waits here for its file; then it comes again
COMES_AGAIN: Final = 10.0  # seconds later

_UNTYPED: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})


class File(NamedTuple):
    """What a message names."""

    kind: str
    link: str
    filename: str


class _Fetched(NamedTuple):
    content: bytes
    mime_type: str


@dataclass(frozen=True, slots=True)
class _Known:
    found: str | Refused
    until: float


class Files:
    """The files of one channel. `client` is the guarded one; `monotonic` gives seconds."""

    def __init__(self, graph: Graph, client: OutgoingClient, monotonic: Callable[[], float]) -> None:
        self._graph = graph
        self._client = client
        self._monotonic = monotonic
        self._known: OrderedDict[File, _Known] = OrderedDict()
        self._moving: dict[File, asyncio.Task[str | Deferred | Refused]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    def ready(self, content: says.Content) -> says.Content | None:
        """The content with every link replaced by an id; None when a file must be moved first."""
        ids = {}
        for file in files_of(content):
            known = self._known.get(file)
            if known is None or known.until <= self._monotonic() or not isinstance(known.found, str):
                return None
            ids[file] = known.found
        return with_ids(content, ids) if ids else content

    async def prepare(self, content: says.Content) -> says.Content | Deferred | Refused:
        """As `ready`, moving what must be moved."""
        ids = {}
        for file in files_of(content):
            found = await self._id(file)
            if not isinstance(found, str):
                return found
            ids[file] = found
        return with_ids(content, ids)

    def forget(self, outgoing: Outgoing) -> None:
        """The API could not use what was sent up for this message: the next one fetches it again."""
        content = content_of(outgoing)
        for file in [] if isinstance(content, Refused) else files_of(content):
            self._known.pop(file, None)

    async def close(self) -> None:
        """Move nothing more."""
        tasks = list(self._moving.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _id(self, file: File) -> str | Deferred | Refused:
        known = self._known.get(file)
        if known is not None and known.until > self._monotonic():
            self._known.move_to_end(file)
            return known.found
        task = self._moving.get(file)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._move(file))
            self._moving[file] = task
            task.add_done_callback(lambda _: self._moving.pop(file, None))
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(task)
        except TimeoutError:
            return Deferred(Failure.CARRIER_BUSY, COMES_AGAIN, "its file is still on its way")

    async def _move(self, file: File) -> str | Deferred | Refused:
        async with self._places:
            fetched = await self._fetch(file)
            found = await self._send_up(file, fetched) if isinstance(fetched, _Fetched) else fetched
        if not isinstance(found, Deferred):
            seconds = USED_FOR if isinstance(found, str) else TRIED_AGAIN
            self._known[file] = _Known(found, self._monotonic() + seconds)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found

    async def _fetch(self, file: File) -> _Fetched | Deferred | Refused:
        largest = media.DOCUMENT_LIMIT
        if file.kind != "document":
            largest = max(media.LIMITS[file.kind].values())
        result = await self._client.request("GET", file.link, max_body=largest, timeout=FILE_TIMEOUT)
        if isinstance(result, HttpFailure):
            why = f"the file could not be fetched: {result.kind.value}: {result.detail}"
            return _failed(why, again=not result.for_good)
        if result.status != 200:
            again = result.status in (408, 425, 429) or result.status >= 500
            return _failed(f"the file could not be fetched: HTTP {result.status}", again)
        mime_type = type_of(result.headers.get("content-type", ""), file)
        limit = media.limit(file.kind, mime_type)
        if limit is None:
            return _failed(f"the file is {mime_type or 'of no known type'}, which is no {file.kind} there")
        if result.truncated or not 0 < len(result.body) <= limit:
            return _failed(f"the file is empty, or larger than the {limit} octets that are allowed for it")
        return _Fetched(result.body, mime_type)

    async def _send_up(self, file: File, fetched: _Fetched) -> str | Deferred | Refused:
        name = file.filename or name_of(file.link)
        sent = await self._graph.upload(fetched.content, fetched.mime_type, name)
        if isinstance(sent, HttpFailure):  # a file that is up twice does no harm
            return _failed(f"the file could not be sent up: {sent.kind.value}: {sent.detail}", again=True)
        match media.read_uploaded(sent.status, sent.body):
            case media.Uploaded(id=media_id):
                return media_id
            case answers.Refused() as refused:
                again = refused.action not in (Action.CALLER, Action.MEDIA)
                return _failed(f"the file was not taken: {sentence(refused)}", again)
            case answers.Unclear(reason=reason):
                return _failed(f"the file was not taken: {reason}", again=True)


def files_of(content: says.Content) -> list[File]:
    """The links in a content that stand for files."""
    match content:
        case says.Media(link=link, media_id="") if link:
            return [File(content.kind, link, content.filename)]
        case says.Template():
            return [
                File(parameter.kind, parameter.link, parameter.filename)
                for component in content.components
                for parameter in component.parameters
                if isinstance(parameter, says.MediaParameter) and parameter.link and not parameter.media_id
            ]
        case _:
            return []


def with_ids(content: says.Content, ids: dict[File, str]) -> says.Content:
    """The content with these files by id."""
    match content:
        case says.Media():
            media_id = ids.get(File(content.kind, content.link, content.filename))
            return msgspec.structs.replace(content, link="", media_id=media_id) if media_id else content
        case says.Template():
            components = tuple(
                msgspec.structs.replace(
                    component, parameters=tuple(_by_id(parameter, ids) for parameter in component.parameters)
                )
                for component in content.components
            )
            return msgspec.structs.replace(content, components=components)
        case _:
            return content


def _by_id(parameter: says.Parameter, ids: dict[File, str]) -> says.Parameter:
    if isinstance(parameter, says.MediaParameter):
        media_id = ids.get(File(parameter.kind, parameter.link, parameter.filename))
        if media_id:
            return msgspec.structs.replace(parameter, link="", media_id=media_id)
    return parameter


def type_of(content_type: str, file: File) -> str:
    """What the file is: as its server says, or by its name where that says nothing."""
    said = content_type.partition(";")[0].strip().lower()
    if said not in _UNTYPED:
        return said
    guessed, _ = mimetypes.guess_type(file.filename or name_of(file.link))
    return guessed or ""


def name_of(link: str) -> str:
    """The last part of a link's path, as a file's name."""
    return unquote(urlsplit(link).path).rpartition("/")[2] or "file"


def _failed(why: str, again: bool = False) -> Deferred | Refused:
    if again:
        return Deferred(Failure.CARRIER_ERROR, detail=why)
    return Refused(Failure.INVALID_CONTENT, elsewhere=True, detail=why)
