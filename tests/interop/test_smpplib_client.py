"""The client of smpplib, which is synchronous, against our message centre."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from smpplib import consts, exceptions, gsm
from smpplib.client import Client
from tests.interop.conftest import Simulated

from viesti.protocols.smpp.status import Status
from viesti.simulator.message import Reply, ReplyState

pytestmark = pytest.mark.interop

HANDSET = "358401234567"


class Esme:
    """A client whose calls run beside the event loop, and what its handlers were given."""

    def __init__(self, port: int) -> None:
        self.answers: list[Any] = []
        self.deliveries: list[Any] = []
        self.found: list[Any] = []
        self.client = Client("127.0.0.1", port, timeout=10, allow_unknown_opt_params=True)
        self.client.set_message_sent_handler(lambda pdu: self.answers.append(pdu))
        self.client.set_message_received_handler(lambda pdu: self.deliveries.append(pdu))
        self.client.set_query_resp_handler(lambda pdu: self.found.append(pdu))
        self.client.set_error_pdu_handler(lambda pdu: self.answers.append(pdu))

    async def call(self, method: Callable[..., Any], **arguments: Any) -> Any:
        return await asyncio.to_thread(method, **arguments)

    async def bind(self, mode: str = "transceiver", password: str = "secret") -> Any:
        await self.call(self.client.connect)
        return await self.call(
            getattr(self.client, f"bind_{mode}"), system_id="demo", password=password, system_type=""
        )

    async def submit(self, text: str = "Hello") -> int:
        """Sends a text as smpplib divides it; gives the number of parts."""
        parts, coding, esm_class = gsm.make_parts(text)
        for part in parts:
            await self.call(
                self.client.send_message,
                source_addr_ton=consts.SMPP_TON_INTL,
                source_addr="16500",
                dest_addr_ton=consts.SMPP_TON_INTL,
                destination_addr=HANDSET,
                short_message=part,
                data_coding=coding,
                esm_class=esm_class,
                registered_delivery=True,
            )
        return len(parts)

    async def read_until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            await self.call(self.client.read_once, auto_send_enquire_link=False)


@pytest.fixture
async def esme_for() -> AsyncIterator[Callable[[int], Esme]]:
    """Makes clients and closes their sockets."""
    made: list[Esme] = []

    def make(port: int) -> Esme:
        made.append(Esme(port))
        return made[-1]

    yield make
    for esme in made:
        esme.client.disconnect()


Made = Callable[[int], Esme]


@pytest.mark.parametrize("mode", ["transmitter", "receiver", "transceiver"])
async def test_binds(simulated: Simulated, esme_for: Made, mode: str) -> None:
    centre = await simulated()
    esme = esme_for(centre.smsc.port)
    bound = await esme.bind(mode)
    assert (bound.command, bound.system_id) == (f"bind_{mode}_resp", b"viesti-sim")
    assert [one.mode for one in centre.smsc.sessions()] == [mode]
    goodbye = await esme.call(esme.client.unbind)
    assert goodbye.command == "unbind_resp"


async def test_wrong_password(simulated: Simulated, esme_for: Made) -> None:
    centre = await simulated()
    with pytest.raises(exceptions.PDUError, match="Invalid Password"):
        await esme_for(centre.smsc.port).bind(password="wrong")


@pytest.mark.parametrize(
    ("text", "parts"),
    [("Moi", 1), ("Pitkää tekstiä riittää. " * 15, 3), ("Привет " * 20, 3)],
    ids=["short", "long", "ucs2"],
)
async def test_submit_receipt_query(simulated: Simulated, esme_for: Made, text: str, parts: int) -> None:
    centre = await simulated()
    esme = esme_for(centre.smsc.port)
    await esme.bind()
    assert await esme.submit(text) == parts
    await esme.read_until(lambda: len(esme.answers) == len(esme.deliveries) == parts)
    ids = [answer.message_id for answer in esme.answers]
    assert [answer.status for answer in esme.answers] == [0] * parts
    assert {one.receipted_message_id for one in esme.deliveries} == set(ids)
    assert {one.message_state for one in esme.deliveries} == {consts.SMPP_MESSAGE_STATE_DELIVERED}
    await esme.call(esme.client.query_message, message_id=ids[0].decode(), source_addr="16500")
    await esme.read_until(lambda: bool(esme.found))
    assert (esme.found[0].message_id, esme.found[0].message_state) == (
        ids[0],
        consts.SMPP_MESSAGE_STATE_DELIVERED,
    )
    (shown,) = centre.centre.handsets.conversation(HANDSET)
    assert (shown.text, shown.parts_total, shown.receipt) == (text, parts, "acknowledged")


async def test_refusals(simulated: Simulated, esme_for: Made) -> None:
    centre = await simulated(throttled=1.0)
    esme = esme_for(centre.smsc.port)
    await esme.bind()
    await esme.submit()
    await esme.read_until(lambda: bool(esme.answers))
    assert esme.answers[0].status == Status.RTHROTTLED


async def test_a_reply_from_a_handset(simulated: Simulated, esme_for: Made) -> None:
    centre = await simulated()
    esme = esme_for(centre.smsc.port)
    await esme.bind("receiver")
    reply = centre.centre.reply(HANDSET, "16500", "Kiitos " * 40)
    assert isinstance(reply, Reply)
    await esme.read_until(lambda: len(esme.deliveries) == reply.parts_total)
    assert b"".join(one.short_message[6:] for one in esme.deliveries) == b"Kiitos " * 40
    assert {one.esm_class for one in esme.deliveries} == {0x40}
    await esme.call(esme.client.unbind)  # its answer comes after the acknowledgements have been read
    assert reply.state is ReplyState.ACKNOWLEDGED
