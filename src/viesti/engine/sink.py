"""What a channel hands the engine: reports, receipts, parts from handsets, session states - all into batches.

Rule: a receipt's or part's awaitable returns only after the batch that holds it is committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from viesti.domain.channel import (
    CarrierReceipt,
    InboundPart,
    LateAnswer,
    NotStored,
    SendReport,
    SessionState,
)
from viesti.services.batches import Batches

T = TypeVar("T")


class Sink:
    """The `ChannelSink` of one channel."""

    def __init__(
        self,
        report: Callable[[SendReport | LateAnswer], None],
        receipts: Batches[CarrierReceipt],
        inbound: Batches[InboundPart],
        room: Callable[[], None],
        session: Callable[[int, str, SessionState, str], None],
    ) -> None:
        self._report = report
        self._receipts = receipts
        self._inbound = inbound
        self._room = room
        self._session = session

    def report(self, report: SendReport) -> None:
        self._report(report)

    def late(self, answer: LateAnswer) -> None:
        self._report(answer)  # behind the report it corrects

    def receipt(self, receipt: CarrierReceipt) -> asyncio.Future[None]:
        return _stored(self._receipts, receipt)

    def inbound(self, part: InboundPart) -> asyncio.Future[None]:
        return _stored(self._inbound, part)

    def room(self) -> None:
        self._room()

    def session(self, channel_id: int, name: str, state: SessionState, detail: str) -> None:
        self._session(channel_id, name, state, detail)


def _stored(batches: Batches[T], item: T) -> asyncio.Future[None]:
    if batches.full:
        full: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        full.set_exception(NotStored("too much is waiting to be stored"))
        return full
    return batches.give(item)
