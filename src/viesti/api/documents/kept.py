"""Something that does not change while the process runs, with its ETag.

Rule: who has it already is told so, and gets nothing else.
"""

from __future__ import annotations

from hashlib import blake2b

from starlette.types import Receive, Scope

from viesti.api.answer import Answer, Headers

HTML = b"text/html; charset=utf-8"
CSS = b"text/css; charset=utf-8"
JSON = b"application/json"
# A browser asks each time whether it still holds: another release may have been started.
_ALWAYS: Headers = ((b"cache-control", b"public, no-cache"), (b"x-content-type-options", b"nosniff"))


class Kept:
    """A handler of GET and HEAD."""

    def __init__(self, content: bytes, kind: bytes, headers: Headers = ()) -> None:
        self._tag = b'"%s"' % blake2b(content, digest_size=12).hexdigest().encode()
        own = ((b"etag", self._tag), *_ALWAYS, *headers)
        self._whole = Answer(200, content, own, kind)
        self._same = Answer(304, b"", own, kind)

    async def __call__(self, scope: Scope, receive: Receive) -> Answer:
        """The answer."""
        known = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
        tags = {tag.strip().removeprefix(b"W/") for tag in known.split(b",")}
        return self._same if self._tag in tags or b"*" in tags else self._whole
