"""The authorization endpoint as people see it: sign in, allow or deny, or read why not.

Rule: a form is acted on only with the text that our own page put into it; wherever the browser is sent next
is either our own path or an address that the client registered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.types import Receive, Scope

from viesti.api.answer import Answer, Headers, Refusal
from viesti.api.oauth import forms
from viesti.api.oauth.page import Pages, redirect
from viesti.services.estate import EstateCache
from viesti.services.oauth.consent import Consent, ConsentRequest, SendBack, Unanswerable
from viesti.services.oauth.permission import NotPermitted, customers_seen, not_permitted
from viesti.services.oauth.scopes import in_words
from viesti.services.oauth.sign_in import COOKIE as SIGN_IN_COOKIE
from viesti.services.oauth.sign_in import NotSignedIn, Session, SignIn

FORM_COOKIE = "viesti_form"
FORM_OCTETS = 24
FORM_SECONDS = 24 * 3600
FORMS = "/oauth"
SEEN_BY = (FORMS, "/console")  # the paths that are shown a sign-in

_OUR_PAGES = "Viesti"
_NOT_OURS = "This form was not sent from our page, or the page is too old. Go back and try again."
_NO_PAGE = "There is no such page here to sign in for."


@dataclass(frozen=True, slots=True)
class _Way:
    """Where somebody goes who has signed in: on with a program's request, or to a page of ours."""

    name: str
    query: str
    to: str


class SignInPages:
    """Serves the pages. `base_url`: where callers reach us. `token(octets)` gives text that can't be
    guessed."""

    def __init__(
        self,
        estate: EstateCache,
        sign_in: SignIn,
        consent: Consent,
        sign_in_seconds: int,
        base_url: str,
        token: Callable[[int], str],
    ) -> None:
        self._estate = estate
        self._sign_in = sign_in
        self._consent = consent
        self._sign_in_seconds = sign_in_seconds
        self._token = token
        base = urlsplit(base_url)
        self._root = base.path.rstrip("/")
        self._secure = base.scheme == "https"
        self._page = Pages(self._root)

    async def authorize(self, scope: Scope, receive: Receive) -> Answer | Refusal:
        """GET /oauth/authorize"""
        query = forms.query(scope)
        request = self._consent.read(query)
        if not isinstance(request, ConsentRequest):
            return self._elsewhere(request, 302)
        session = await self._sign_in.session(forms.cookie(scope, SIGN_IN_COOKIE))
        if session is None:
            return self._sign_in_page(scope, _Way(request.client.name, query, ""))
        return self._consent_page(request, session, query)

    async def for_our_page(self, scope: Scope, receive: Receive) -> Answer | Refusal:
        """GET /oauth/sign-in"""
        to = forms.our_page(parse_qs(forms.query(scope)).get("to", [""])[0])
        if not to:
            return self._stopped(400, _NO_PAGE)
        cookie = forms.cookie(scope, SIGN_IN_COOKIE)
        if await self._sign_in.session(cookie) is None:
            return self._sign_in_page(scope, _Way(_OUR_PAGES, "", to))
        # Signed in when only the forms were shown it.
        return redirect(f"{self._root}{to}", 302, self._kept(cookie, self._sign_in_seconds))

    async def sign_in(self, scope: Scope, receive: Receive) -> Answer | Refusal:
        """POST /oauth/sign-in"""
        form = await self._form(scope, receive)
        if isinstance(form, Answer):
            return form
        if not forms.same(forms.member(form, "csrf"), forms.cookie(scope, FORM_COOKIE)):
            return self._stopped(400, _NOT_OURS)
        way = self._way(form)
        if isinstance(way, Answer):
            return way
        peer = scope["client"][0] if scope.get("client") else ""
        email = forms.member(form, "email")
        result = await self._sign_in(email, forms.member(form, "password"), peer)
        if isinstance(result, NotSignedIn):
            return self._sign_in_page(scope, way, email=email, fault=result)
        return redirect(self._path(way), 303, self._kept(result.cookie, self._sign_in_seconds))

    async def decide(self, scope: Scope, receive: Receive) -> Answer | Refusal:
        """POST /oauth/authorize"""
        form = await self._form(scope, receive)
        if isinstance(form, Answer):
            return form
        session = await self._sign_in.session(forms.cookie(scope, SIGN_IN_COOKIE))
        if session is None:  # too late: sign in again, and decide then
            return redirect(self._authorize(forms.member(form, "query")), 303)
        if not forms.same(forms.member(form, "csrf"), session.csrf):
            return self._stopped(400, _NOT_OURS)
        request = self._consent.read(forms.member(form, "query"))
        if not isinstance(request, ConsentRequest):
            return self._elsewhere(request, 303)
        if form.get("decision") == "allow":
            return redirect((await self._consent.allow(request, session.user)).location, 303)
        return redirect(request.denied().location, 303)

    async def sign_out(self, scope: Scope, receive: Receive) -> Answer | Refusal:
        """POST /oauth/sign-out"""
        form = await self._form(scope, receive)
        if isinstance(form, Answer):
            return form
        cookie = forms.cookie(scope, SIGN_IN_COOKIE)
        session = await self._sign_in.session(cookie)
        if session is not None and not forms.same(forms.member(form, "csrf"), session.csrf):
            return self._stopped(400, _NOT_OURS)
        await self._sign_in.end(cookie)
        way = _Way("", forms.member(form, "query"), forms.our_page(forms.member(form, "to")))
        return redirect(self._path(way), 303, self._kept("", 0))

    async def _form(self, scope: Scope, receive: Receive) -> dict[str, str] | Answer:
        form = await forms.read_form(scope, receive)
        if isinstance(form, Refusal):
            return self._stopped(form.status, form.message)
        return self._stopped(400, _NOT_OURS) if forms.from_elsewhere(scope) else form

    def _way(self, form: dict[str, str]) -> _Way | Answer:
        """Where a form's person wants to go; an answer, when it can't be gone there."""
        if to := forms.our_page(forms.member(form, "to")):
            return _Way(_OUR_PAGES, "", to)
        query = forms.member(form, "query")
        request = self._consent.read(query)
        if not isinstance(request, ConsentRequest):
            return self._elsewhere(request, 303)
        return _Way(request.client.name, query, "")

    def _sign_in_page(
        self,
        scope: Scope,
        way: _Way,
        *,
        email: str = "",
        fault: NotSignedIn | None = None,
    ) -> Answer:
        # Whoever has two of these pages open must be able to send either.
        text = forms.cookie(scope, FORM_COOKIE) or self._token(FORM_OCTETS)
        headers: Headers = (self._cookie(FORM_COOKIE, text, FORM_SECONDS, FORMS),)
        status = 200
        if fault is not None:
            status = 403 if fault.retry_after is None else 429
        if fault is not None and fault.retry_after is not None:
            headers += ((b"retry-after", b"%d" % fault.retry_after),)
        return self._page(
            "sign_in",
            status,
            headers=headers,
            onward=way.name,
            email=email,
            fault=fault.sentence if fault else "",
            csrf=text,
            query=way.query,
            to=way.to,
        )

    def _consent_page(self, request: ConsentRequest, session: Session, query: str) -> Answer:
        snapshot = self._estate.current
        hindrance = not_permitted(snapshot, session.user, request.client)
        common: dict[str, Any] = {
            "client": request.client.name,
            "user": session.user,
            "csrf": session.csrf,
            "query": query,
        }
        if hindrance is not None:
            return self._not_allowed(hindrance, common)
        return self._page(
            "consent",
            leads_away=True,
            rights=in_words(request.asked.scopes),
            customers=[customer.name for customer in customers_seen(snapshot, session.user, request.client)],
            goes_to=urlsplit(request.redirect_uri).netloc,
            **common,
        )

    def _not_allowed(self, why: NotPermitted, common: dict[str, Any]) -> Answer:
        return self._page(
            "not_allowed",
            403,
            leads_away=True,
            allowed=why.allowed,
            customers=[customer.name for customer in why.customers],
            ask=why.ask,
            **common,
        )

    def _stopped(self, status: int, sentence: str) -> Answer:
        return self._page("stopped", status, sentence=sentence)

    def _elsewhere(self, outcome: Unanswerable | SendBack, status: int) -> Answer:
        if isinstance(outcome, SendBack):
            return redirect(outcome.location, status)
        return self._stopped(400, outcome.sentence)

    def _authorize(self, query: str) -> str:
        """Our own path with this query; octets that a header can't hold are not from a page of ours."""
        safe = "".join(each for each in query if "!" <= each <= "~" and each != "#")
        return f"{self._root}/oauth/authorize?{safe}"

    def _path(self, way: _Way) -> str:
        return f"{self._root}{way.to}" if way.to else self._authorize(way.query)

    def _kept(self, sign_in: str, seconds: int) -> Headers:
        """The browser shows a sign-in where it is asked for, and nowhere else."""
        return tuple(self._cookie(SIGN_IN_COOKIE, sign_in, seconds, path) for path in SEEN_BY)

    def _cookie(self, name: str, value: str, seconds: int, path: str) -> tuple[bytes, bytes]:
        return forms.set_cookie(name, value, seconds, path=f"{self._root}{path}", secure=self._secure)
