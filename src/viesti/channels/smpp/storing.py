"""What a carrier delivered and the store has not confirmed yet.

Rule: a deliver_sm is answered only when it is stored, or with RX_T_APPN when it could not be, so that the
carrier offers it again. Answers go out in the order of storing. When too much is open nothing more is read
for a moment; a store that takes longer must not keep the answers to our own submits unread, so then the
excess is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from viesti.domain.channel import NotStored
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.session import Session
from viesti.protocols.smpp.status import Status

PATIENCE: Final = 2.0  # seconds without reading; far less than any response timeout


class Storing:
    """Counts and answers. `read_on(False)` asks to read no more for now, `written` to write what was
    answered."""

    def __init__(self, limit: int, read_on: Callable[[bool], None], written: Callable[[], None]) -> None:
        self._limit = limit
        self._read_on = read_on
        self._written = written
        self._open = 0
        self._patience: asyncio.TimerHandle | None = None
        self._refusing = False
        # What a batch holds: its givers share one future, so one call answers them all.
        self._given: dict[asyncio.Future[None], list[tuple[Session, Pdu]]] = {}

    def give(self, session: Session, pdu: Pdu, store: Callable[[], asyncio.Future[None]]) -> None:
        """`pdu` came over `session`; `store` begins to store it."""
        if self._refusing:
            session.respond(pdu, Status.RX_T_APPN, message_id="")
            return
        self._open += 1
        if self._open == self._limit:
            self._read_on(False)
            self._patience = asyncio.get_running_loop().call_later(PATIENCE, self._refuse)
        future = store()
        given = self._given.get(future)
        if given is None:
            given = self._given[future] = []
            future.add_done_callback(self._done)
        given.append((session, pdu))

    def _refuse(self) -> None:
        self._refusing = True
        self._read_on(True)

    def _done(self, future: asyncio.Future[None]) -> None:
        given = self._given.pop(future)
        self._open -= len(given)
        if self._open < self._limit and self._patience is not None:
            self._patience.cancel()
            self._patience = None
            self._refusing = False
            self._read_on(True)
        status = _status(future)
        for session, pdu in given:
            session.respond(pdu, status, message_id="")
        self._written()


def _status(future: asyncio.Future[None]) -> Status:
    if future.cancelled():
        return Status.RX_T_APPN
    error = future.exception()
    if error is None:
        return Status.ROK
    if not isinstance(error, NotStored):
        context = {"message": "storing what a carrier delivered failed", "exception": error}
        future.get_loop().call_exception_handler(context)
    return Status.RX_T_APPN
