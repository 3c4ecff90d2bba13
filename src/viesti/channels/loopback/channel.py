"""A carrier that lives in memory: takes every message, and reports on it a little later.

Rule: it behaves like a carrier, only without a wire, and the same message always meets the same fate:
chance is an argument, and the last digits of a number choose an outcome by `MAGIC`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Final

from viesti.channels.options import OptionReader
from viesti.domain.channel import (
    CarrierReceipt,
    ChannelSink,
    NotStored,
    Outgoing,
    PartReport,
    SendReport,
    SessionState,
)
from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from viesti.domain.status import PartState
from viesti.domain.text import ConcatMethod, choose_encoding, count_parts
from viesti.net.client import OutgoingClient

# A destination ending so has this fate whatever the options say: the answer, and the receipt's state.
MAGIC: Final[dict[str, tuple[Outcome | None, PartState | None]]] = {
    "0000001": (Refused(Failure.INVALID_DESTINATION, detail="loopback number ...0000001"), None),
    "0000002": (None, PartState.UNDELIVERABLE),
    "0000003": (None, PartState.EXPIRED),
    "0000004": (Deferred(Failure.CARRIER_BUSY, detail="loopback number ...0000004"), None),
    "0000005": (Unknown("loopback number ...0000005"), None),
    "0000006": (None, None),  # taken, and never heard of again
    "0000007": (None, PartState.REJECTED),
}
_DIGITS: Final = 7
_RETRY: Final = 1.0  # seconds before a receipt that could not be stored is offered again


@dataclass(frozen=True, slots=True)
class LoopbackOptions:
    """`receipt_delay` in seconds; `undelivered` and `expired` are shares of 1; `window`: parts at once."""

    receipts: bool
    receipt_delay: float
    undelivered: float
    expired: float
    window: int

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> LoopbackOptions:
        """Options from a plain mapping. Raises `OptionError` naming the field."""
        take = OptionReader(values)
        options = cls(
            receipts=take.flag("receipts", True),
            receipt_delay=take.required_seconds("receipt_delay", 0.1),
            undelivered=take.required_seconds("undelivered", 0.0, low=-1e-9),
            expired=take.required_seconds("expired", 0.0, low=-1e-9),
            window=take.number("window", 1_000, 1, 100_000),
        )
        take.finish()
        if options.undelivered + options.expired > 1:
            raise take.error("expired", "and undelivered are more than 1")
        return options


class LoopbackChannel:
    """A `Channel` without a carrier. `chance` gives numbers from 0 to 1."""

    def __init__(
        self,
        channel_id: int,
        options: LoopbackOptions,
        sink: ChannelSink,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        self.channel_id = channel_id
        self._options = options
        self._sink = sink
        self._clock = clock
        self._chance = chance
        self._running = False
        self._queued = 0
        self._references = count(1)
        self._prefix = ""
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Is bound at once."""
        self._running = True
        self._prefix = f"{int(self._clock().timestamp() * 1000):x}"  # so that references differ between runs
        self._sink.session(self.channel_id, "loop1", SessionState.BOUND, "in memory")
        self._sink.room()

    async def stop(self, grace: float) -> None:
        """Receipts still to come are lost, as with a carrier nobody is bound to."""
        del grace
        self._running = False
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._sink.session(self.channel_id, "loop1", SessionState.STOPPED, "stopped")

    def capacity(self) -> int:
        """The window, less what is being answered."""
        return max(0, self._options.window - self._queued) if self._running else 0

    def window(self) -> int:
        """As its options say."""
        return self._options.window

    def recorded(self, reports: Sequence[SendReport]) -> None:
        """Nothing follows from it: no carrier could be told twice."""

    def awaits_recording(self) -> bool:
        """Never."""
        return False

    def parts_of(self, outgoing: Outgoing) -> int:
        """Parts with an 8-bit concatenation header."""
        encoding = choose_encoding(outgoing.text, outgoing.languages)
        return count_parts(outgoing.text, encoding, ConcatMethod.UDH8)

    def send(self, batch: Sequence[Outgoing]) -> None:
        """Answers in the loop's next turn, as a wire would: never before `send` has returned."""
        parts = sum(self.parts_of(outgoing) for outgoing in batch)
        self._queued += parts
        asyncio.get_running_loop().call_soon(self._answer, tuple(batch), parts)

    def _answer(self, batch: Sequence[Outgoing], queued: int) -> None:
        self._queued -= queued
        now = self._clock()
        receipts: list[CarrierReceipt] = []
        for outgoing in batch:
            total = self.parts_of(outgoing)
            answer, state = self._fate(outgoing.destination)
            reports = []
            for number in range(1, total + 1):
                if number in outgoing.parts_done:
                    continue
                outcome = answer
                if outcome is None:
                    reference = f"{self._prefix}{next(self._references):x}"
                    outcome = Accepted(reference)
                    if state is not None:
                        receipts.append(self._receipt(outgoing, reference, state, now))
                reports.append(PartReport(number, outcome, now))
                if not isinstance(outcome, Accepted):
                    break  # the other parts are not worth sending
            self._sink.report(SendReport(outgoing.recipient_id, outgoing.attempt, total, tuple(reports)))
        if receipts:
            task = asyncio.get_running_loop().create_task(self._deliver(receipts))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self._running:
            self._sink.room()

    def _fate(self, destination: str) -> tuple[Outcome | None, PartState | None]:
        if not self._running:
            return Deferred(Failure.CHANNEL_STOPPED), None
        magic = MAGIC.get(destination[-_DIGITS:])
        if magic is not None:
            return magic
        if not self._options.receipts:
            return None, None
        drawn = self._chance()
        if drawn < self._options.undelivered:
            return None, PartState.UNDELIVERABLE
        if drawn < self._options.undelivered + self._options.expired:
            return None, PartState.EXPIRED
        return None, PartState.DELIVERED

    def _receipt(self, outgoing: Outgoing, reference: str, state: PartState, now: datetime) -> CarrierReceipt:
        return CarrierReceipt(
            channel_id=self.channel_id,
            references=(reference,),
            state=state,
            error="",
            done_at=now,
            received_at=now,
            source=outgoing.destination,
            destination=outgoing.sender,
            raw=f"loopback {state.name}",
        )

    async def _deliver(self, receipts: list[CarrierReceipt]) -> None:
        await asyncio.sleep(self._options.receipt_delay)
        owed = receipts
        while owed:
            results = await asyncio.gather(
                *(asyncio.shield(self._sink.receipt(receipt)) for receipt in owed), return_exceptions=True
            )
            pairs = list(zip(owed, results, strict=True))
            for _, result in pairs:
                if isinstance(result, BaseException) and not isinstance(result, NotStored):
                    raise result
            owed = [receipt for receipt, result in pairs if result is not None]
            if owed:
                await asyncio.sleep(_RETRY)


def create(
    channel_id: int,
    options: Mapping[str, Any],
    sink: ChannelSink,
    *,
    client: OutgoingClient | None = None,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float],
    jitter: Callable[[], float],
) -> LoopbackChannel:
    """A loopback channel from plain options. Raises `OptionError`."""
    del client, monotonic  # it makes no calls, and waits without measuring
    return LoopbackChannel(channel_id, LoopbackOptions.read(options), sink, clock=clock, chance=jitter)
