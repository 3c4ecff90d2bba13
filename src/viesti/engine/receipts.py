"""Stores receipts in batches as they come, and matches those whose reference came after them.

Rule: the carrier is answered when the batch is committed.
"""

from __future__ import annotations

from viesti.domain.channel import CarrierReceipt, NotStored
from viesti.engine.duty import Duty
from viesti.services.batches import Batches
from viesti.services.receipts import TakeReceipts

SWEEP_SECONDS = 2.0


class Receipts:
    """The receipts duty of one engine process."""

    def __init__(self, service: TakeReceipts, *, rows: int, wait_seconds: float) -> None:
        self._service = service
        self.batches: Batches[CarrierReceipt] = Batches(
            "receipts", self._take, rows=rows, wait_seconds=wait_seconds
        )
        self._sweep = Duty("waiting receipts", service.match_waiting, SWEEP_SECONDS)

    def start(self) -> None:
        """Begin."""
        self.batches.start()
        self._sweep.start()

    async def stop(self) -> None:
        """Store what has come, then end."""
        await self._sweep.stop()
        await self.batches.stop()

    async def _take(self, receipts: list[CarrierReceipt]) -> None:
        try:
            await self._service(receipts)
        except Exception as error:
            raise NotStored(str(error)) from error
