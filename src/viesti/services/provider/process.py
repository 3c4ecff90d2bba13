"""Works on the bodies that a provider posted: what they tell becomes ours in the transaction that drops them.

Rule: a body is dropped when all of it has taken effect, and is kept when any of it has not. One that fails is
tried again later and holds up no other; what of it took effect before has none a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from viesti.domain.estate import ChannelRow
from viesti.protocols.whatsapp.events import AccountEvent, NotAnEvent, read
from viesti.services.estate import EstateCache, Snapshot
from viesti.services.provider.channels import ProviderChannels
from viesti.services.provider.gather import Gathered, OfAccount
from viesti.services.provider.messages import add_messages
from viesti.services.provider.people import note_people
from viesti.services.provider.preferences import record_preferences
from viesti.services.receipts import TakeReceipts
from viesti.services.wake import INBOUND, Waker, seconds_until
from viesti.storage.store import KeptBody, Store, StoreUnavailable, Transaction

ROWS = 500  # bodies in one transaction
DUE_ROWS = 50  # failed ones looked at in a round
# After each failure; one that has used them up waits for a person.
PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))

NoteAccount: TypeAlias = Callable[[Transaction, ChannelRow, OfAccount, datetime], Awaitable[None]]

_log = structlog.get_logger()


class _Unheard(Exception):  # noqa: N818  a fact for the operator
    """Not everything in a body could be given to somebody; the text says what, and quotes nothing."""


class ProcessBodies:
    """The work of one engine process. `note_account` takes what is told of templates and accounts."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        channels: ProviderChannels,
        receipts: TakeReceipts,
        note_account: NoteAccount,
        waker: Waker,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._estate = estate
        self._channels = channels
        self._receipts = receipts
        self._note_account = note_account
        self._waker = waker
        self._now = now

    async def __call__(self) -> int:
        """Work on what is there; gives how many bodies were taken."""
        taken = await self._work(None)
        if not taken:
            async with self._store.statements() as tx:
                due = await tx.provider_events.due(self._now(), DUE_ROWS)
            for identifier in due:
                taken += await self._work([identifier])
        return taken

    async def due_in(self) -> float | None:
        """Seconds until a body that failed is due again."""
        async with self._store.statements() as tx:
            return seconds_until(await tx.provider_events.next_due(), self._now())

    async def _work(self, ids: Sequence[int] | None) -> int:
        """Work on these bodies, or on the oldest; gives how many. When something in a batch fails it is
        halved, until what fails is alone."""
        taken: list[KeptBody] = []
        messages = 0

        async def work(tx: Transaction) -> None:
            nonlocal taken, messages
            events = tx.provider_events
            taken = await (events.take(ROWS) if ids is None else events.take_these(ids))
            if taken:
                messages = await self._apply(tx, taken)

        try:
            await self._store.run(work)
        except StoreUnavailable:
            raise
        except Exception as error:
            if not taken:
                raise
            if len(taken) == 1:
                _log.exception("a webhook's body failed", webhook=taken[0].id)
                await self._keep(taken[0], type(error).__name__)
            else:
                middle = len(taken) // 2
                for half in (taken[:middle], taken[middle:]):
                    await self._work([body.id for body in half])
        if messages:
            self._waker.wake(INBOUND)
        return len(taken)

    async def _apply(self, tx: Transaction, bodies: Sequence[KeptBody]) -> int:
        """Everything these bodies tell; gives how many messages people sent."""
        snapshot = self._estate.current
        work = Gathered()
        failed: dict[int, tuple[str, datetime | None]] = {}
        for body in bodies:
            try:
                self._gather(work, body)
            except NotAnEvent as why:
                failed[body.id] = why.reason, None
            except _Unheard as why:
                failed[body.id] = str(why), self._later(body)
        messages = await self._write(tx, snapshot, work)
        await tx.provider_events.done([body.id for body in bodies if body.id not in failed])
        await tx.provider_events.failed([(identifier, *failed[identifier]) for identifier in failed])
        _tell(work)
        for identifier, (reason, _) in failed.items():
            _log.warning("a webhook's body is kept", webhook=identifier, why=reason)
        return messages

    def _gather(self, work: Gathered, body: KeptBody) -> None:
        posted = self._channels.by_id(body.channel_id)
        if posted is None:
            raise _Unheard("its channel is not in the estate any more")
        events = read(body.body)
        added = [work.add(self._channels, posted, event, body.received_at) for event in events]
        problems = Counter(filter(None, added))
        if problems:
            told = "; ".join(f"{why} ({times} of {len(events)} events)" for why, times in problems.items())
            raise _Unheard(told)

    async def _write(self, tx: Transaction, snapshot: Snapshot, work: Gathered) -> int:
        if work.receipts:
            await self._receipts.within(tx, work.receipts)
        phones = await note_people(tx, self._store, snapshot, work)
        messages = await add_messages(tx, self._store, work.said, phones, self._now())
        await record_preferences(tx, self._store, snapshot, work.preferred, phones)
        for told in work.told:
            await self._note_account(tx, told.channel, told.event, told.at)
        return messages

    def _later(self, body: KeptBody) -> datetime | None:
        return self._now() + PAUSES[body.failures] if body.failures < len(PAUSES) else None

    async def _keep(self, body: KeptBody, why: str) -> None:
        async with self._store.transaction() as tx:
            await tx.provider_events.failed([(body.id, why, self._later(body))])


def _tell(work: Gathered) -> None:
    """What an operator should know of; nothing that a person wrote is in it."""
    for told in work.told:
        if isinstance(told.event, AccountEvent):
            _log.warning(
                "WhatsApp told of an account",
                channel=told.channel.key,
                field=told.event.field,
                told=told.event.event,
                errors=[fault.code for fault in told.event.faults],
            )
    for (field, why), times in Counter((event.field, event.reason) for event in work.unread).items():
        _log.info("events without a reading", field=field[:40], why=why, times=times)
