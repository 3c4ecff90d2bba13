"""Fetches a file that came with an inbound message.

Rule: where it is, is asked of the API each time; an address that came with a webhook gets no token. No reason
quotes an address.
"""

from __future__ import annotations

from viesti.channels.whatsapp.graph import Graph
from viesti.channels.whatsapp.options import WhatsappOptions
from viesti.channels.whatsapp.outcomes import sentence
from viesti.domain.media import Fetched, NotFetched
from viesti.net.answer import HttpAnswer, HttpFailure
from viesti.net.client import OutgoingClient
from viesti.protocols.whatsapp import answers, media
from viesti.protocols.whatsapp.errors import NO_CODE, Action

_FOR_GOOD = frozenset({Action.CALLER, Action.MEDIA, Action.FINAL})


async def fetch(
    client: OutgoingClient, options: WhatsappOptions, media_id: str, limit: int
) -> Fetched | NotFetched:
    """The file with this id, of at most `limit` octets. `client` may call the operator's address, and where
    the API says its files are."""
    graph = Graph(options, client)
    located = await _locate(graph, media_id, limit)
    if isinstance(located, NotFetched):
        return located
    match await graph.download(located, limit):
        case None:
            return NotFetched("the API named a place for it that may not have the token", again=False)
        case HttpFailure() as failure:
            return _no_answer(failure)
        case HttpAnswer(status=200, truncated=False) as file:
            return Fetched(file.body, located.mime_type or file.headers.get("content-type", ""))
        case HttpAnswer(status=200):
            return _too_large(limit)
        case HttpAnswer(status=status):
            return NotFetched(f"HTTP {status} where the API said it is", again=True)


async def _locate(graph: Graph, media_id: str, limit: int) -> media.Located | NotFetched:
    result = await graph.locate(media_id)
    if isinstance(result, HttpFailure):
        return _no_answer(result)
    match media.read_located(result.status, result.body):
        case media.Located(file_size=size) as located:
            return _too_large(limit) if size > limit else located
        case answers.Unclear(reason=reason):
            return NotFetched(reason, again=True)
        case answers.Refused() as refused:
            return NotFetched(
                sentence(refused), again=refused.code == NO_CODE or refused.action not in _FOR_GOOD
            )


def _no_answer(failure: HttpFailure) -> NotFetched:
    return NotFetched(f"{failure.kind.value}: {failure.detail}", again=not failure.for_good)


def _too_large(limit: int) -> NotFetched:
    return NotFetched(f"it is larger than {limit} octets", again=False)
