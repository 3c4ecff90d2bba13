"""The page of a contact: GET /console/contacts/{id}.

Rule: an id that is another customer's, one that nobody has, and what is no id at all are answered alike.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from viesti.console.contact_view import view
from viesti.console.page import Pages
from viesti.services.contacts.profile import ShowProfile
from viesti.services.oauth.sign_in import COOKIE, SignIn
from viesti.services.sms.between import MAX_ID
from viesti.services.store_errors import StoreUnavailable

PATH = "/console/contacts/"
RETRY_SECONDS = 5
_LONGEST = len(str(MAX_ID))


class ContactPage:
    """An ASGI application."""

    def __init__(self, pages: Pages, sign_in: SignIn, profile: ShowProfile) -> None:
        self._pages = pages
        self._sign_in = sign_in
        self._profile = profile

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._answer(Request(scope))
        except StoreUnavailable:
            response = self._pages("unavailable", 503)
            response.headers["retry-after"] = str(RETRY_SECONDS)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        identifier = _id(request.path_params["id"])
        to = f"{PATH}{identifier}"
        session = await self._sign_in.session(request.cookies.get(COOKIE, ""))
        if session is None:
            return self._pages.sign_in(to)
        found = await self._profile(session.user, identifier)
        person: dict[str, Any] = {"user": session.user, "csrf": session.csrf, "to": to}
        if found is None:
            return self._pages("nobody", 404, **person)
        return self._pages("contact", contact=view(found), **person)


def _id(text: str) -> int:
    """The id in a path; 0, which nobody has, when there is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        return 0
    return int(text) if int(text) <= MAX_ID else 0
