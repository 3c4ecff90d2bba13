"""What goes on while a demo stays up: one line for each message, status, answer and callback.

Rule: it looks at the newest messages twice a second and tells each thing once; a busy demo shows the newest
only.
"""

from __future__ import annotations

import asyncio

from viesti.cli import wiring
from viesti.cli.demo_receiver import Call, Receiver
from viesti.cli.demo_screen import Screen, shortened
from viesti.services.estate import EstateCache
from viesti.services.oversee import Oversee
from viesti.services.store_errors import StoreUnavailable
from viesti.services.views import RecentInbound, RecentMessage
from viesti.storage.store import Store

LOOK_SECONDS = 0.5
NEWEST = 50


class Live:
    """Tells what happens, until cancelled."""

    def __init__(self, screen: Screen, receiver: Receiver, dsn: str) -> None:
        self._screen = screen
        self._receiver = receiver
        self._dsn = dsn
        self._statuses: dict[int, str] = {}
        self._inbound = 0

    async def run(self) -> None:
        """Look and tell."""
        store = await Store.open(self._dsn, size=2, monotonic=wiring.monotonic, application="viesti demo")
        try:
            estate = EstateCache(store)
            await estate.load()
            oversee = Oversee(store, estate, wiring.utc_now)
            await self._look(oversee, tell=False)
            self._screen.heading("Live (Ctrl-C stops everything)")
            self._receiver.heard = self._called
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                try:
                    await self._look(oversee, tell=True)
                except StoreUnavailable:
                    continue  # the platform brings it back
        finally:
            self._receiver.heard = lambda _: None
            await store.close()

    async def _look(self, oversee: Oversee, *, tell: bool) -> None:
        messages = await oversee.recent(None, NEWEST)
        for message in reversed(messages):
            if tell and self._statuses.get(message.id) != message.status:
                self._message(message)
        self._statuses = {message.id: message.status for message in messages}
        inbound = await oversee.recent_inbound(None, NEWEST, self._inbound)
        for one in reversed(inbound):
            if tell:
                self._received(one)
            self._inbound = one.id

    def _message(self, message: RecentMessage) -> None:
        new = message.id not in self._statuses
        if new:
            parts = f"{message.parts} part{'s' if message.parts > 1 else ''}"
            self._screen.event(
                message.created_at, f"out  {message.id} {message.sender} -> {message.address}, {parts}"
            )
        if not new or message.status not in ("queued", "scheduled"):
            reason = f" ({message.failure})" if message.failure else ""
            at = message.finished_at or wiring.utc_now()
            self._screen.event(at, f"     {message.id} is {message.status}{reason}")

    def _received(self, inbound: RecentInbound) -> None:
        where = f"to {inbound.recipient}, for {inbound.service or 'nobody'}"
        self._screen.event(
            inbound.received_at, f'in   {inbound.id} {inbound.sender} {where}: "{shortened(inbound.text)}"'
        )

    def _called(self, call: Call) -> None:
        told = f"status={call.values.get('status')}" if call.method == "GET" else "inbound message"
        signed = "signed" if call.signed else "not signed"
        self._screen.event(call.at, f"call {call.method} {call.path} took {told}, {signed}")
