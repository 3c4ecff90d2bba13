"""What a campaign would be: the text as one of its people would get it, parts and cost, who is passed over.

Rule: nothing is stored. Up to a sample's size the figures are exact; beyond it they are of a sample, and of
all by its proportion.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from viesti.domain.campaign import Campaign, CampaignStatus, Person
from viesti.domain.links import MAX_LINKS, TOKEN_LENGTH, find_links
from viesti.domain.pricing import PLACES
from viesti.domain.text.emoji import has_emoji
from viesti.services.campaigns.audience import scopes
from viesti.services.campaigns.create import NOBODY, CampaignRequest, FindPeople
from viesti.services.campaigns.feed import OF_PEOPLE, request_of
from viesti.services.campaigns.values import values_of
from viesti.services.estate import EstateCache
from viesti.services.plan import Planned
from viesti.services.requests import FieldProblem, NotAccepted, RecipientRequest
from viesti.services.submit import Submit
from viesti.storage.store import Preview, Store

SAMPLE = 500  # people whose texts are worked out
WARNINGS = 20  # shown
EXAMPLE_TOKEN = "X" * TOKEN_LENGTH  # in place of one that is made when it is sent
NO_MONEY = Decimal(0)


class PreviewLink(msgspec.Struct, frozen=True):
    """A link of the text, and the form it would have; '' when links are not followed."""

    url: str
    short_url: str


class CampaignPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What it would be. `text`: as the person at the index would get it, to `address`, whose contact it is
    ('' and None: nobody is there); `allowed`: he has not opted out. `parts` of one person on average, `cost`
    and `cost_gbp` of all. `exact`: everybody's text was worked out. `refused`: people of the sample who could
    not be sent to, and why."""

    text: str
    address: str
    contact_id: int | None
    allowed: bool
    links: tuple[PreviewLink, ...]
    emojis: bool
    people: Preview
    parts: Decimal
    cost: Decimal | None
    cost_gbp: Decimal | None
    currency: str
    exact: bool
    refused: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]

    @property
    def sendable(self) -> int:
        """How many would be sent to."""
        return self.people.people - self.people.opted_out - (len(self.refused) if self.exact else 0)


class PreviewCampaign:
    """Raises `StoreUnavailable`."""

    def __init__(
        self, store: Store, estate: EstateCache, submit: Submit, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._estate = estate
        self._submit = submit
        self._now = now
        self._find = FindPeople(store, estate)

    async def __call__(self, request: CampaignRequest, index: int) -> CampaignPreview | NotAccepted:
        """The preview for who is at this place of the audience, or why there is none."""
        found = await self._find(request.customer_id, request.audience)
        problems = list(found.problems)
        if not request.audience:
            problems.append(FieldProblem("recipients", NOBODY))
        if problems:
            return NotAccepted(tuple(problems))
        async with self._store.statements() as tx:
            seen = await tx.campaigns.preview(
                request.customer_id,
                found.sources,
                scopes(self._estate.current, request.service_id),
                index,
                SAMPLE,
            )
            numbers = seen.sample if seen.shown is None else [seen.shown, *seen.sample]
            people = await tx.campaigns.people_by_number(request.customer_id, numbers)
        shown = people[0] if seen.shown is not None else None
        return self._worked_out(request, seen, shown, people if shown is None else people[1:])

    def _worked_out(
        self, request: CampaignRequest, seen: Preview, shown: Person | None, sample: Sequence[Person]
    ) -> CampaignPreview | NotAccepted:
        campaign = _campaign(request, self._now())
        planned, refused = self._able(campaign, sample)
        one = self._trial(campaign, [shown]) if shown else None
        for tried in (one, planned):
            if isinstance(tried, NotAccepted) and any(each.field not in OF_PEOPLE for each in tried.problems):
                return NotAccepted(
                    tuple(msgspec.structs.replace(each, index=None) for each in tried.problems)
                )
        done = planned if isinstance(planned, Planned) else None
        text = _text_of(one) if isinstance(one, Planned) else request.text
        sendable = seen.people - seen.opted_out
        exact = len(sample) >= sendable
        able = len(done.recipients) if done else 0
        customer = self._estate.current.estate.customers[request.customer_id]
        return CampaignPreview(
            text=text,
            address=shown.address if shown else "",
            contact_id=shown.contact_id if shown else None,
            allowed=shown is not None and not seen.shown_opted_out,
            links=_links(text, one if isinstance(one, Planned) else done),
            emojis=has_emoji(text),
            people=seen,
            parts=_average(done),
            cost=_of_all(done, "cost", able if exact else sendable),
            cost_gbp=_of_all(done, "cost_gbp", able if exact else sendable),
            currency=(done.currency if done else None) or customer.currency,
            exact=exact,
            refused=tuple(refused.items()),
            warnings=_warnings(done),
        )

    def _able(
        self, campaign: Campaign, sample: Sequence[Person]
    ) -> tuple[Planned | NotAccepted | None, dict[str, str]]:
        """The plan for those of a sample who can be sent to, and why the others can't."""
        if not sample:
            return None, {}
        planned = self._trial(campaign, sample)
        if isinstance(planned, Planned) or any(each.field not in OF_PEOPLE for each in planned.problems):
            return planned, {}
        refused: dict[str, str] = {}
        for person in sample:
            tried = self._trial(campaign, [person])
            if isinstance(tried, NotAccepted):
                refused[person.address] = " ".join(each.sentence for each in tried.problems)
        able = [person for person in sample if person.address not in refused]
        return (self._trial(campaign, able) if able else None), refused

    def _trial(self, campaign: Campaign, people: Sequence[Person]) -> Planned | NotAccepted:
        recipients = tuple(RecipientRequest(f"+{one.address}", values=values_of(one)) for one in people)
        asked = msgspec.structs.replace(
            request_of(campaign), recipients=recipients, send_at=campaign.send_at, request_id=None
        )
        return self._submit.trial(asked)


def _campaign(request: CampaignRequest, now: datetime) -> Campaign:
    """The campaign as it would be, which is never stored."""
    return Campaign(
        id=0,
        bucket=0,
        customer_id=request.customer_id,
        dialect=request.dialect,
        name=request.name,
        status=CampaignStatus.DRAFT,
        sender=request.sender,
        text=request.text,
        service_id=request.service_id,
        application_id=request.application_id,
        track_links=request.track_links,
        send_at=request.send_at,
        created_at=now,
        page_size=SAMPLE,
    )


def _text_of(planned: Planned) -> str:
    return planned.recipients[0].text or planned.text


def _links(text: str, planned: Planned | None) -> tuple[PreviewLink, ...]:
    base = planned.link_base if planned else None
    return tuple(
        PreviewLink(link.url, base + EXAMPLE_TOKEN if base else "") for link in find_links(text)[:MAX_LINKS]
    )


def _average(planned: Planned | None) -> Decimal:
    if planned is None:
        return NO_MONEY
    parts = sum(one.parts for one in planned.recipients)
    return (Decimal(parts) / len(planned.recipients)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _of_all(planned: Planned | None, field: str, people: int) -> Decimal | None:
    """The sample's cost in proportion; None when nobody says what it costs."""
    if planned is None:
        return NO_MONEY
    costs = [getattr(one, field) for one in planned.recipients]
    if all(cost is None for cost in costs):
        return None
    total = sum((cost or NO_MONEY for cost in costs), NO_MONEY)
    return (total * people / len(costs)).quantize(PLACES, ROUND_HALF_UP)


def _warnings(planned: Planned | None) -> tuple[str, ...]:
    if planned is None:
        return ()
    return tuple([warning for one in planned.recipients for warning in one.warnings][:WARNINGS])
