"""Stores what handsets send in batches as it comes, then processes what is whole.

Rule: storing and processing are two steps. The carrier waits for the first only; a crash in between leaves
the parts in the store, where the next round finds them.
"""

from __future__ import annotations

from viesti.domain.channel import InboundPart, NotStored
from viesti.engine.duty import Duty
from viesti.services.batches import Batches
from viesti.services.receive import Receive


class Inbound:
    """The inbound duty of one engine process."""

    def __init__(self, service: Receive, *, rows: int, wait_seconds: float, idle_seconds: float) -> None:
        self._service = service
        self._rows = rows
        self.batches: Batches[InboundPart] = Batches(
            "inbound", self._store, rows=rows, wait_seconds=wait_seconds
        )
        self._process = Duty("inbound", self._process_once, idle_seconds)

    def start(self) -> None:
        """Begin."""
        self.batches.start()
        self._process.start()

    def wake(self) -> None:
        """There may be messages to process that others stored."""
        self._process.wake()

    async def stop(self) -> None:
        """Store what has come, then end; what is not processed is in the store."""
        await self.batches.stop()
        await self._process.stop()

    async def _store(self, parts: list[InboundPart]) -> None:
        try:
            await self._service.store(parts)
        except Exception as error:
            raise NotStored(str(error)) from error
        self._process.wake()

    async def _process_once(self) -> int:
        return await self._service.process(self._rows)
