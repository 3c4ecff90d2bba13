"""Makes a campaign: checks what can be checked before anybody is written to, and stores what was asked.

Rule: what is refused is refused whole, with every problem named: a wrong number, a contact or a tag that is
not there. A repeat of a request id is answered with the campaign that the first made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from viesti.domain.address import AddressProblem
from viesti.domain.campaign import Campaign, CampaignStatus, Source
from viesti.domain.estate import Customer
from viesti.domain.send_window import SendWindow
from viesti.services.campaigns.feed import PAGE, request_of
from viesti.services.check_request import MAX_REQUEST_ID, objection
from viesti.services.estate import EstateCache
from viesti.services.plan import Planned
from viesti.services.requests import FieldProblem, NotAccepted, RecipientRequest
from viesti.services.submit import Submit
from viesti.services.wake import CAMPAIGNS, Waker
from viesti.storage.store import RequestKey, Store, Transaction

MAX_NUMBERS = 100_000  # of each kind in one request; who has more puts them on a tag
MAX_NAME = 200
SHOWN = 50  # characters of the text in a name that is made of it
CHUNK = 5_000  # numbers or contacts in one row
AT_ONCE = 500  # numbers read before others get their turn
NOBODY = "There is no recipient."

T = TypeVar("T")


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a campaign is for, as the caller wrote it. `groups`: services of his, which are there."""

    numbers: tuple[str, ...] = ()
    contacts: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    tag_names: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.numbers or self.contacts or self.tags or self.tag_names or self.groups)


class CampaignRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign to be made. `draft`: it waits until it is activated."""

    dialect: str
    customer_id: int
    application_id: int | None
    service_id: int | None
    user_id: int | None = None
    name: str = ""
    sender: str = ""
    text: str
    audience: Audience = Audience()
    draft: bool = False
    send_at: datetime | None = None
    window: SendWindow | None = None
    track_links: bool | None = None
    quiet: bool = False
    extras: dict[str, str] | None = None
    request_id: str | None = None
    body_hash: bytes = b""


class Made(msgspec.Struct, frozen=True):
    """A campaign that was made. `parts`: of its text, as one of its people would get it; 0: nobody is
    there."""

    campaign: Campaign
    parts: int


class CreateCampaign:
    """Raises `StoreUnavailable`."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        submit: Submit,
        waker: Waker,
        now: Callable[[], datetime],
        page: int = PAGE,
    ) -> None:
        self._store = store
        self._submit = submit
        self._page = page
        self._waker = waker
        self._now = now
        self._find = FindPeople(store, estate)

    async def __call__(self, request: CampaignRequest) -> Made | NotAccepted:
        """The campaign, stored; or why there is none."""
        now = self._now()
        people = await self._find(request.customer_id, request.audience)
        if request.request_id:
            repeated = await self._repeated(request)
            if isinstance(repeated, NotAccepted):
                return repeated
            if repeated:
                return Made(repeated, _parts(self._trial(repeated, people.example)))
        problems = list(people.problems)
        if not request.audience and not request.draft:
            problems.append(FieldProblem("recipients", NOBODY))
        for field, value, longest in (
            ("name", request.name, MAX_NAME),
            ("request_id", request.request_id, MAX_REQUEST_ID),
        ):
            if sentence := objection(value, longest):
                problems.append(FieldProblem(field, sentence))
        campaign = await self._campaign(request, now)
        tried = self._trial(campaign, people.example)
        if isinstance(tried, NotAccepted):  # what is wrong with the message itself, whoever it is for
            problems += [each for each in tried.problems if each.field != "recipients"]
        if problems:
            return NotAccepted(tuple(problems))
        stored = await self._store_it(campaign, people.sources, request, now)
        return stored if isinstance(stored, NotAccepted) else Made(stored, _parts(tried))

    async def _campaign(self, request: CampaignRequest, now: datetime) -> Campaign:
        bucket = self._find.customer(request.customer_id).bucket
        ahead = bool(request.send_at and request.send_at > now)
        live = CampaignStatus.SCHEDULED if ahead else CampaignStatus.PLANNING
        return Campaign(
            id=await self._store.ids.one(bucket),
            bucket=bucket,
            customer_id=request.customer_id,
            dialect=request.dialect,
            name=request.name.strip() or " ".join(request.text.split())[:SHOWN] or "Campaign",
            status=CampaignStatus.DRAFT if request.draft else live,
            sender=request.sender,
            text=request.text,
            service_id=request.service_id,
            application_id=request.application_id,
            user_id=request.user_id,
            track_links=request.track_links,
            quiet=request.quiet,
            extras=request.extras,
            send_at=request.send_at,
            window=request.window,
            created_at=now,
            tend_at=None if request.draft else request.send_at if ahead else now,
            page_size=self._page,
        )

    def _trial(self, campaign: Campaign, example: str) -> Planned | NotAccepted:
        """What one of its people would get."""
        one = (RecipientRequest(example),)
        asked = msgspec.structs.replace(request_of(campaign), recipients=one, send_at=campaign.send_at)
        return self._submit.trial(asked)

    async def _store_it(
        self, campaign: Campaign, sources: Sequence[Source], request: CampaignRequest, now: datetime
    ) -> Campaign | NotAccepted:
        taken = False

        async def work(tx: Transaction) -> None:
            nonlocal taken
            taken = bool(request.request_id) and not await tx.messages.remember_requests(
                [_key(request, campaign, now)]
            )
            if not taken:
                await tx.campaigns.add(campaign)
                await tx.campaigns.add_sources(campaign, sources)

        await self._store.run(work)
        if taken:
            return await self._repeated(request) or NotAccepted(())
        if campaign.tend_at:
            self._waker.wake(CAMPAIGNS)
        return campaign

    async def _repeated(self, request: CampaignRequest) -> Campaign | NotAccepted | None:
        """What the first request with this id led to; None when there was none."""
        key = (request.application_id or request.customer_id, request.request_id or "")
        async with self._store.statements() as tx:
            found = (await tx.repeats.known([key])).get(key)
            if found is None:
                return None
            body_hash, campaign_id = found
            same = body_hash == request.body_hash
            campaign = await tx.campaigns.one(campaign_id, request.customer_id) if same else None
        if campaign:
            return campaign
        sentence = "This request id was used with another body."
        return NotAccepted((FieldProblem("request_id", sentence),), conflict=True)


class Found(msgspec.Struct, frozen=True):
    """The people that a caller named, and what is wrong with what he wrote. `example`: a number of theirs."""

    sources: tuple[Source, ...]
    problems: tuple[FieldProblem, ...]
    example: str


class FindPeople:
    """Finds the people that a caller names; numbers are normalised."""

    def __init__(self, store: Store, estate: EstateCache) -> None:
        self._store = store
        self._estate = estate

    def customer(self, customer_id: int) -> Customer:
        """The customer, who is there: he called."""
        return self._estate.current.estate.customers[customer_id]

    async def __call__(self, customer_id: int, audience: Audience) -> Found:
        """Find them."""
        problems = [
            FieldProblem(field, f"{len(given)} are more than {MAX_NUMBERS}; put them on a tag.")
            for field, given in (("recipients", audience.numbers), ("contacts", audience.contacts))
            if len(given) > MAX_NUMBERS
        ]
        if problems:
            return Found((), tuple(problems), "")
        numbers, wrong = await self._numbers(customer_id, audience.numbers)
        problems += wrong
        async with self._store.statements() as tx:
            lists = await self._lists(tx, customer_id, audience, problems)
            known = await tx.campaigns.known_contacts(customer_id, audience.contacts)
            problems += [
                FieldProblem("contacts", f"There is no contact {contact_id}.", index)
                for index, contact_id in enumerate(audience.contacts)
                if contact_id not in known
            ]
            example = numbers[0] if numbers else next((p for p in known.values() if p), None)
            if example is None and lists:
                example = await tx.campaigns.example(lists[0])
        sources = [
            *(Source(numbers=chunk) for chunk in _chunks(numbers)),
            *(Source(contacts=chunk) for chunk in _chunks(audience.contacts)),
            *(Source(list_id=list_id) for list_id in lists),
        ]
        return Found(tuple(sources), tuple(problems), f"+{example}" if example else "")

    async def _numbers(
        self, customer_id: int, written: Sequence[str]
    ) -> tuple[list[str], list[FieldProblem]]:
        normaliser = self._estate.current.normaliser(self.customer(customer_id).default_region)
        numbers: list[str] = []
        problems: list[FieldProblem] = []
        for index, each in enumerate(written):
            address = normaliser.normalise(each)
            if isinstance(address, AddressProblem):
                problems.append(FieldProblem("recipients", address.sentence, index))
            else:
                numbers.append(address.digits)
            if index % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
        return numbers, problems

    @staticmethod
    async def _lists(
        tx: Transaction, customer_id: int, audience: Audience, problems: list[FieldProblem]
    ) -> list[int]:
        by_name = await tx.campaigns.tags_by_name(customer_id, audience.tag_names)
        known = await tx.campaigns.known_tags(customer_id, audience.tags)
        groups = await tx.campaigns.lists_of_groups(customer_id, audience.groups) if audience.groups else []
        problems += [
            FieldProblem("tag_names", f"There is no tag '{name[:100]}'.", index)
            for index, name in enumerate(audience.tag_names)
            if name not in by_name
        ]
        problems += [
            FieldProblem("tags", f"There is no tag {tag}.", index)
            for index, tag in enumerate(audience.tags)
            if tag not in known
        ]
        return list(dict.fromkeys([*by_name.values(), *known, *groups]))


def _parts(planned: Planned | NotAccepted) -> int:
    return 0 if isinstance(planned, NotAccepted) else planned.recipients[0].parts


def _chunks(values: Sequence[T]) -> list[tuple[T, ...]]:
    return [tuple(values[at : at + CHUNK]) for at in range(0, len(values), CHUNK)]


def _key(request: CampaignRequest, campaign: Campaign, now: datetime) -> RequestKey:
    owner = request.application_id or request.customer_id
    return RequestKey(owner, campaign.bucket, request.request_id or "", request.body_hash, campaign.id, now)
