"""One connection of the message centre: octets in and out of a `Session`, its events to the `MessageCentre`.

Rule: answers and deliveries that come of one read are written together, so a PDU costs no system call of
its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, cast

from viesti.protocols.smpp.events import Answered, Closed, Event, RequestReceived, TimedOut
from viesti.protocols.smpp.matrix import Role, State
from viesti.protocols.smpp.pdu import BuildError, Pdu
from viesti.protocols.smpp.session import Session, SessionOptions
from viesti.protocols.smpp.spec import BINDS, Command, SmeAddress, Unsuccessful
from viesti.protocols.smpp.status import Status
from viesti.simulator.centre import MessageCentre
from viesti.simulator.identity import bind_status
from viesti.simulator.message import Delivery

RECEIVING = frozenset({State.BOUND_RX, State.BOUND_TRX})


class Server(Protocol):
    """What a connection needs of the server that holds it."""

    centre: MessageCentre
    loop: asyncio.AbstractEventLoop

    def joined(self, connection: Connection) -> None:
        """It is open."""
        ...

    def left(self, connection: Connection) -> None:
        """It is closed."""
        ...

    def receives(self, connection: Connection) -> None:
        """It is bound and takes deliveries of its account."""
        ...

    def arm(self) -> None:
        """Something may have been added to the timeline."""
        ...


class Connection(asyncio.Protocol):
    """One TCP connection and its session."""

    def __init__(self, smsc: Server, system_id: str, options: SessionOptions) -> None:
        self.account = ""
        self.peer = ""
        self.submitted = 0
        self.delivered = 0
        self._smsc = smsc
        self._system_id = system_id
        self._centre = smsc.centre
        self._mail = smsc.centre.mail
        self._loop = smsc.loop
        self.session = Session(Role.SMSC, options, smsc.loop.time())
        self._transport: asyncio.Transport | None = None
        self._tick: asyncio.TimerHandle | None = None
        self._paused = False

    # -- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is not a subclass
        peer = transport.get_extra_info("peername")
        self.peer = f"{peer[0]}:{peer[1]}" if peer else ""
        self._smsc.joined(self)
        self._arm_tick()

    def data_received(self, data: bytes) -> None:
        now = self._loop.time()
        for event in self.session.receive(data, now):
            if type(event) is RequestReceived:
                self._request(event.pdu, now)
                if self._transport is None:  # dropped by what this message brought
                    return
            else:
                self._event(event, now)
        self.deliver(now)
        self.flush()
        self._smsc.arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        now = self._loop.time()
        for event in self.session.eof(now):
            self._event(event, now)
        if self._tick is not None:
            self._tick.cancel()
        self._smsc.left(self)

    def pause_writing(self) -> None:
        self._paused = True
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._paused = False
        if self._transport is not None:
            self._transport.resume_reading()
        self.deliver(self._loop.time())
        self.flush()

    # -- the message centre's side

    def deliver(self, now: float) -> None:
        """Send what waits for the account, as far as the window allows."""
        session = self.session
        if self._paused or session.state not in RECEIVING or self._transport is None:
            return
        for _ in range(session.free()):
            delivery = self._mail.take(self.account)
            if delivery is None:
                return
            try:
                session.request(delivery.pdu, delivery, now)
            except BuildError:
                self._mail.discarded(delivery)
                continue
            self.delivered += 1
            delivery.sent()

    def flush(self) -> None:
        """Write what the session has to say, and see to its timers."""
        transport = self._transport
        data = self.session.outgoing()
        if transport is None:
            return
        if data:
            transport.write(data)
        if self.session.state is State.CLOSED:
            transport.close()
        else:
            self._arm_tick()

    def leave(self) -> None:
        """Say goodbye; a connection that is not bound is closed."""
        now = self._loop.time()
        if self.session.bound:
            self.session.unbind(now)
        else:
            for event in self.session.close("the message centre stops"):
                self._event(event, now)
        self.flush()

    def drop(self) -> None:
        """The link dies."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
        now = self._loop.time()
        for event in self.session.close("the link was dropped"):
            self._event(event, now)

    # -- inside

    def _event(self, event: Event, now: float) -> None:
        if isinstance(event, Answered):
            delivery: Delivery = event.context
            if event.response.status == 0 and event.response.command_id != Command.GENERIC_NACK:
                self._mail.acknowledged(delivery)
            else:
                self._mail.refused(delivery, now)
        elif isinstance(event, TimedOut):
            self._mail.unanswered(event.context, now)
        elif isinstance(event, Closed):
            for lost in reversed(event.lost):
                self._mail.returned(lost)

    def _request(self, pdu: Pdu, now: float) -> None:
        command_id = pdu.command_id
        if command_id in (Command.SUBMIT_SM, Command.DATA_SM):
            self.submitted += 1
            taken = self._centre.submit(self.account, pdu, now)
            treatment = taken.treatment
            if treatment.drop:
                self.flush()
                self.drop()
            elif treatment.answered:
                fields = {"message_id": taken.message_id} if not taken.status else {}
                self._answer(pdu, taken.status, fields, treatment.answer_delay, now)
        elif command_id in BINDS:
            self._bind(pdu)
        else:
            self._other(pdu, now)

    def _answer(self, pdu: Pdu, status: int, fields: dict[str, Any], delay: float, now: float) -> None:
        if not delay:
            self.session.respond(pdu, status, **fields)
            return

        def later(_: float) -> None:
            self.session.respond(pdu, status, **fields)
            self.flush()

        self._centre.timeline.at(now + delay, later)

    def _bind(self, pdu: Pdu) -> None:
        options, refuse = self._centre.options, self._centre.behaviour.refuse_binds
        system_id = pdu.text("system_id")
        status = bind_status(options.accounts, refuse, system_id, pdu.text("password"))
        if status is Status.ROK:
            self.account = system_id
            self.session.respond(pdu, system_id=self._system_id)
            if self.session.state in RECEIVING:
                self._smsc.receives(self)
        else:
            self.session.respond(pdu, status)

    def _other(self, pdu: Pdu, now: float) -> None:
        """The requests that do not come by the thousand."""
        respond: Callable[..., bool] = self.session.respond
        if pdu.command_id == Command.SUBMIT_MULTI:
            self._submit_multi(pdu, now)
        elif pdu.command_id == Command.QUERY_SM:
            found = self._centre.query(self.account, pdu.text("message_id"))
            if found is None:
                respond(pdu, Status.RQUERYFAIL)
                return
            final = f"{found.done_at:%y%m%d%H%M%S}000+" if found.done_at else ""  # 7.1.1, UTC
            respond(pdu, message_id=found.message_id, final_date=final, message_state=int(found.state))
        elif pdu.command_id == Command.CANCEL_SM:
            cancelled = self._centre.cancel(self.account, pdu.text("message_id"))
            respond(pdu, Status.ROK if cancelled else Status.RCANCELFAIL)
        elif pdu.command_id == Command.REPLACE_SM:
            respond(pdu, Status.RREPLACEFAIL)  # nothing waits here long enough to be replaced
        else:
            respond(pdu, Status.RINVCMDID)

    def _submit_multi(self, pdu: Pdu, now: float) -> None:
        self.submitted += 1
        named = pdu.fields["dest_addresses"]
        addresses = [(one.ton, one.npi, one.address) for one in named if isinstance(one, SmeAddress)]
        taken, failed = self._centre.submit_multi(self.account, pdu, addresses, now)
        failed += [(0, 0, one.name, Status.RINVDLNAME) for one in named if not isinstance(one, SmeAddress)]
        unsuccessful = tuple(Unsuccessful(*one) for one in failed)
        fields = {"message_id": taken.message_id, "unsuccess_smes": unsuccessful}
        self._answer(pdu, taken.status, {} if taken.status else fields, taken.treatment.answer_delay, now)

    def _arm_tick(self) -> None:
        deadline = self.session.next_deadline()
        if self._tick is not None:
            if deadline is None or self._tick.when() <= deadline:
                return  # it will look again by itself
            self._tick.cancel()
        self._tick = None if deadline is None else self._loop.call_at(deadline, self._on_tick)

    def _on_tick(self) -> None:
        self._tick = None
        now = self._loop.time()
        for event in self.session.tick(now):
            self._event(event, now)
        self.flush()
        self._smsc.arm()
