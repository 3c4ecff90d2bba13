"""What a message would be: its text, parts and cost for each recipient, and who would get nothing.

Rule: nothing is stored, and all of it is worked out as it is for sending, so what is told here is what is
charged. What nobody could get, whoever he is, is refused as sending refuses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from viesti.domain.message import Protocol
from viesti.domain.text import ConcatMethod
from viesti.services.accept_rows import objection
from viesti.services.balance.read import ReadBalance
from viesti.services.estate import EstateCache
from viesti.services.once_each import OnceEach, once_each
from viesti.services.plan import Planned, PlannedRecipient
from viesti.services.plan_whatsapp import CODING
from viesti.services.requests import NotAccepted, SubmitRequest
from viesti.services.text_size import TextSize, text_size
from viesti.services.whatsapp.send_in_window import SendInWindow
from viesti.storage.store import Known, Store

NO_MONEY = Decimal(0)
REFUSED, DUPLICATE = "refused", "duplicate"  # why nothing is sent to somebody, beside what `Failure` knows
NAMED_TWICE = "It is named more than once, and sent to once."


class Passed(NamedTuple):
    """Somebody who would get nothing: his place among the recipients, and why."""

    place: int
    why: str
    sentence: str


class MessagePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What it would be. `recipients`: who are sent to, each with his place; `cost` None: nobody says what it
    costs; `left`: what may be spent, None for no limit; `send_at` None: at once."""

    size: TextSize
    recipients: tuple[tuple[int, PlannedRecipient], ...]
    passed: tuple[Passed, ...]
    cost: Decimal | None
    currency: str
    left: Decimal | None
    send_at: datetime | None

    @property
    def parts(self) -> int:
        """Of all who are sent to."""
        return sum(one.parts for _, one in self.recipients)

    @property
    def acceptable(self) -> bool:
        """Whether it would be accepted as it is: who can't be sent to is refused with all the others."""
        return all(one.why != REFUSED for one in self.passed)

    @property
    def covered(self) -> bool:
        """Whether what may be spent is enough; what is not covered is held back."""
        return self.left is None or (self.cost or NO_MONEY) <= self.left


class PreviewMessage:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, estate: EstateCache, send: SendInWindow, balance: ReadBalance) -> None:
        self._store = store
        self._estate = estate
        self._send = send
        self._balance = balance

    async def __call__(self, request: SubmitRequest) -> MessagePreview | NotAccepted:
        """The preview, or what is wrong with the message itself."""
        once = once_each(request, self._estate.current)
        refused: dict[int, str] = {}  # by place among those of `once`
        planned = await self._planned(once, refused)
        if isinstance(planned, NotAccepted):
            return once.as_asked(planned)
        passed = [Passed(place, DUPLICATE, NAMED_TWICE) for place in once.repeats]
        passed += [Passed(once.places[at], REFUSED, sentence) for at, sentence in refused.items()]
        sent: list[tuple[int, PlannedRecipient]] = []
        if planned:
            known = await self._known(planned)
            able = [place for at, place in enumerate(once.places) if at not in refused]
            for place, one in zip(able, planned.recipients, strict=True):
                if unwanted := objection(planned, one.address.digits, known):
                    passed.append(Passed(place, unwanted.failure.value, unwanted.sentence))
                else:
                    sent.append((place, one))
        balance = await self._balance(request.customer_id)
        return MessagePreview(
            size=self._size(request, planned),
            recipients=tuple(sent),
            passed=tuple(sorted(passed)),
            cost=_total(sent),
            currency=(planned.currency if planned else None) or balance.currency,
            left=balance.left,
            send_at=planned.send_at if planned else request.send_at,
        )

    async def _planned(self, once: OnceEach, refused: dict[int, str]) -> Planned | NotAccepted | None:
        """The plan for those who can be sent to, None for nobody; the others are added to `refused`."""
        everybody = once.request.recipients
        able = list(range(len(everybody)))
        while True:
            asked = msgspec.structs.replace(once.request, recipients=tuple([everybody[at] for at in able]))
            tried = await self._send.trial(asked)
            if isinstance(tried, Planned):
                return tried
            wrong = {able[each.index]: each.sentence for each in tried.problems if each.index is not None}
            of_all = [each for each in tried.problems if each.index is None]
            if any(each.field != "sender" for each in of_all):
                return NotAccepted(tuple(of_all))
            if of_all:
                wrong |= await self._by_country(once, [at for at in able if at not in wrong])
                if wrong.keys() >= set(able):
                    return NotAccepted(tuple(of_all))
            if not wrong:  # nobody's in particular
                return NotAccepted(tuple(of_all))
            refused |= wrong
            able = [at for at in able if at not in wrong]
            if not able:
                return None

    async def _by_country(self, once: OnceEach, places: Sequence[int]) -> dict[int, str]:
        """Those of these recipients in whose country the sender may not be used, and why: asked for one of
        each country."""
        said: dict[str, str] = {}
        for at in places:
            if once.regions[at] not in said:
                one = msgspec.structs.replace(once.request, recipients=(once.request.recipients[at],))
                tried = await self._send.trial(one)
                problems = tried.problems if isinstance(tried, NotAccepted) else ()
                said[once.regions[at]] = " ".join(each.sentence for each in problems if each.index is None)
        return {at: said[once.regions[at]] for at in places if said[once.regions[at]]}

    async def _known(self, planned: Planned) -> Known:
        customer_id, sender = planned.customer.id, planned.sender.text
        digits = [one.address.digits for one in planned.recipients]
        async with self._store.statements() as tx:
            if planned.request.protocol == Protocol.WHATSAPP:
                parties = {(customer_id, sender, each) for each in digits}
                return Known(on_whatsapp=await tx.people.on_whatsapp(parties))
            return await tx.people.known({(customer_id, each) for each in digits})

    def _size(self, request: SubmitRequest, planned: Planned | None) -> TextSize:
        if request.protocol == Protocol.WHATSAPP:
            return TextSize(request.text, CODING, len(request.text), 1, None)
        service = self._estate.current.estate.services.get(request.service_id or 0)
        languages = service.shift_tables if service else ()
        if planned is None:
            return text_size(request.text, languages, ConcatMethod.UDH8, None, None)
        method = self._estate.current.concat[planned.recipients[0].channel_id]
        return text_size(planned.text, languages, method, planned.link_base, planned.link_rule)


def _total(sent: Sequence[tuple[int, PlannedRecipient]]) -> Decimal | None:
    costs = [one.cost for _, one in sent]
    if costs and all(cost is None for cost in costs):
        return None
    return sum((cost or NO_MONEY for cost in costs), NO_MONEY)
