"""Gives out attachments by the signed URLs that notifications name them with.

Rule: what somebody sent us is never shown as a page of ours: it is to be saved, and no script of it runs.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.routing import Route
from starlette.types import Receive, Scope

from viesti.api.answer import Answer, Endpoint, Refusal
from viesti.services.attachment_links import PATH
from viesti.services.refusals import Missing
from viesti.services.show_attachment import ShowAttachment

_SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cache-control", b"private, no-store"),
    (b"referrer-policy", b"no-referrer"),
)


def routes(show: ShowAttachment) -> list[Route]:
    """The path of attachments."""

    async def get(scope: Scope, receive: Receive) -> Answer | Refusal:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        found = await show(scope["path_params"]["attachment"], query.get("token", [""])[0])
        if isinstance(found, Missing):
            return Refusal(404, found.sentence)
        saved = (b"content-disposition", f'attachment; filename="{found.name}"'.encode("ascii"))
        return Answer(200, found.content, (saved, *_SAFE), found.mime_type.encode("ascii"))

    return [Route(PATH + "/{attachment}", Endpoint(get), methods=["GET"])]
