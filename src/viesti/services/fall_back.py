"""Sends recipients on by SMS whom WhatsApp does not reach: the same recipient, another way.

Rule: who takes the row of `fallbacks` queues the SMS, in the same transaction; so there is one, whoever finds
first that WhatsApp failed and whatever dies. A message that is in a channel's hands is left to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from viesti.domain.failure import Failure
from viesti.domain.message import Event
from viesti.domain.routing import Route
from viesti.domain.text import ConcatMethod, TextPlan, inspect
from viesti.services.balance.reprice import Fare, fare_for, reprice
from viesti.services.estate import Snapshot
from viesti.storage.store import BySms, MessageToSend, Stands, ToSend, Transaction

NO_DELIVERY = "no_delivery"  # the reason when its time is over


class Stranded(NamedTuple):
    """A recipient whom WhatsApp does not reach, after so many attempts, and why."""

    recipient: ToSend
    message: MessageToSend
    attempts: int
    reason: str
    detail: str = ""


class Fallen(NamedTuple):
    """What became of stranded ones. `channels`: of those that go on by SMS, by id; `busy`: those that are
    in a channel's hands again, and keep their other way."""

    channels: Mapping[int, int]
    busy: frozenset[int] = frozenset()


NOBODY = Fallen({})


class _Way(NamedTuple):
    """The SMS of a recipient."""

    stranded: Stranded
    route: Route
    plan: TextPlan


def may_fall_back(message: MessageToSend, failure: Failure | None) -> bool:
    """Whether a failure by WhatsApp is one that an SMS may mend. Who stopped advertising there did not mean
    there alone."""
    return message.fallback is not None and failure is not Failure.OPTED_OUT


async def fall_back(
    tx: Transaction, snapshot: Snapshot, stranded: Sequence[Stranded], now: datetime
) -> Fallen:
    """Queue the SMS of those that have that way left and are not settled."""
    ids = sorted(one.recipient.id for one in stranded)
    standing = await tx.fallbacks.lock(ids)
    queued = await tx.fallbacks.queued(ids)
    busy = frozenset(one.id for one in queued.values() if not one.free)
    free = [one for one in stranded if one.recipient.id not in busy and _open(standing.get(one.recipient.id))]
    taken = await tx.fallbacks.take([one.recipient.id for one in free]) if free else set()
    having = [one for one in free if one.recipient.id in taken]
    if not having:
        return Fallen({}, busy)
    ways, refused = await _ways(tx, snapshot, having)
    poor = await reprice(tx, [_fare(snapshot, way) for way in ways])
    refused += [(way.stranded, Failure.NO_BALANCE) for way in ways if way.stranded.recipient.id in poor]
    going = [way for way in ways if way.stranded.recipient.id not in poor]
    if going:
        tried = {i: max(one.attempt, queued[i].attempt if i in queued else 0) for i, one in standing.items()}
        rows = [_by_sms(way, tried[way.stranded.recipient.id]) for way in going]
        await tx.fallbacks.queue(rows, now, _currencies(snapshot, going))
    await tx.messages.add_events([_fell(way, now) for way in going] + [_stays(*one, now) for one in refused])
    return Fallen({way.stranded.recipient.id: way.route.channel_id for way in going}, busy)


def _open(stands: Stands | None) -> bool:
    return stands is not None and not stands.status.final and stands.fell_back_after is None


async def _ways(
    tx: Transaction, snapshot: Snapshot, having: Sequence[Stranded]
) -> tuple[list[_Way], list[tuple[Stranded, Failure]]]:
    """The ways of those who may be sent an SMS, and the others with why they may not."""
    parties = {(m.customer_id, m.sender, r.address) for r, m, *_ in having}
    said = await tx.people.on_whatsapp(parties)
    ways: list[_Way] = []
    refused: list[tuple[Stranded, Failure]] = []
    for one in having:
        recipient, message = one.recipient, one.message
        instead = message.fallback
        assert instead is not None
        of = said.get((message.customer_id, message.sender, recipient.address))
        if of and (of.scope == "all" or (of.scope == "marketing" and "advertisement" in instead)):
            refused.append((one, Failure.OPTED_OUT))
            continue
        route = snapshot.routes.choose(
            recipient.address, instead["sender"], message.service_id, message.customer_id
        )
        if route is None:
            refused.append((one, Failure.NO_ROUTE))
            continue
        method = snapshot.concat.get(route.channel_id, ConcatMethod.UDH8)
        plan = inspect(instead["text"], languages=tuple(message.shift_tables), method=method)
        ways.append(_Way(one, route, plan))
    return ways, refused


def _fare(snapshot: Snapshot, way: _Way) -> Fare:
    recipient, message = way.stranded.recipient, way.stranded.message
    return fare_for(snapshot, recipient, message, way.route.channel_id, way.plan.parts)


def _by_sms(way: _Way, attempts: int) -> BySms:
    return BySms(
        way.stranded.recipient.id,
        way.route.channel_id,
        way.route.id,
        way.plan.encoding.coding.value,
        max(attempts, way.stranded.attempts),
    )


def _currencies(snapshot: Snapshot, going: Sequence[_Way]) -> list[tuple[int, str]]:
    messages = {way.stranded.message.id: way.stranded.message.customer_id for way in going}
    customers = snapshot.estate.customers
    return [(message_id, customers[customer_id].currency) for message_id, customer_id in messages.items()]


def _fell(way: _Way, now: datetime) -> Event:
    one = way.stranded
    detail = {"channel": way.route.channel_id, "reason": one.reason, "detail": one.detail}
    return Event(one.recipient.id, now, "fallback", detail)


def _stays(one: Stranded, why: Failure, now: datetime) -> Event:
    return Event(one.recipient.id, now, "no_fallback", {"reason": one.reason, "why": why.value})
