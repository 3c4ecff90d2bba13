"""Short links: what a handset opens when somebody presses one.

Rule: these need no key, so a token that is none of ours costs no look-up, and nothing is told of whose
link it is. No answer is kept by anybody on the way, or a second visit would not be seen.
"""

from __future__ import annotations

from starlette.routing import Route
from starlette.types import Receive, Scope

from viesti.api.answer import Answer, Endpoint, Refusal
from viesti.api.links.pages import page
from viesti.domain.links import PATH
from viesti.services.follow_link import Ended, FollowLink, Target

_PLAIN = b"text/plain; charset=utf-8"
_HTML = b"text/html; charset=utf-8"
_ALWAYS = (
    (b"cache-control", b"private, no-store"),
    (b"referrer-policy", b"no-referrer"),  # the token stays between us and the visitor
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"x-content-type-options", b"nosniff"),
)
_OF_PAGES = (*_ALWAYS, (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'"))
_ROBOTS = b"User-agent: *\nDisallow: /\n"


def routes(follow: FollowLink) -> list[Route]:
    """The paths of short links, and of what crawlers ask first."""

    async def get(scope: Scope, _receive: Receive) -> Answer | Refusal:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        found = await follow(scope["path_params"]["token"], scope["method"], headers)
        if isinstance(found, Target):
            return Answer(302, b"", ((b"location", found.uri.encode("ascii")), *_ALWAYS), _PLAIN)
        status = 410 if isinstance(found, Ended) else 404
        return Answer(status, page(status, headers.get("accept-language", "")), _OF_PAGES, _HTML)

    async def robots(_scope: Scope, _receive: Receive) -> Answer | Refusal:
        return Answer(200, _ROBOTS, content_type=_PLAIN)

    return [
        Route(PATH + "{token}", Endpoint(get), methods=["GET"]),
        Route("/robots.txt", Endpoint(robots), methods=["GET"]),
    ]
