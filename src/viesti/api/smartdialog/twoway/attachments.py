"""Gives out attachments by the signed URLs that notifications name them with.

Rule: what somebody sent us is never shown as a page of ours: it is to be saved, and no script of it runs.
"""

from __future__ import annotations

from urllib.parse import parse_qs, quote

from starlette.routing import Route
from starlette.types import Receive, Scope

from viesti.api.answer import Answer, Endpoint, Refusal
from viesti.services.attachment_links import PATH
from viesti.services.refusals import Missing
from viesti.services.show_attachment import NotYet, ShowAttachment

_SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cache-control", b"private, no-store"),
    (b"referrer-policy", b"no-referrer"),
)
_NOT_YET = Refusal(503, "The file is still on its way. Try again.", headers=((b"retry-after", b"5"),))


def routes(show: ShowAttachment) -> list[Route]:
    """The path of attachments."""

    async def get(scope: Scope, receive: Receive) -> Answer | Refusal:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        found = await show(scope["path_params"]["attachment"], query.get("token", [""])[0])
        if isinstance(found, Missing):
            return Refusal(404, found.sentence)
        if isinstance(found, NotYet):
            return _NOT_YET
        saved = (b"content-disposition", _saved_as(found.name))
        return Answer(200, found.content, (saved, *_SAFE), found.mime_type.encode("ascii"))

    return [Route(PATH + "/{attachment}", Endpoint(get), methods=["GET"])]


def _saved_as(name: str) -> bytes:
    """The header that names the file (RFC 6266): as far as ASCII goes for old programs, then the whole."""
    plain = "".join(
        mark if mark.isascii() and mark.isprintable() and mark not in '"\\%' else "_" for mark in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}".encode("ascii")
