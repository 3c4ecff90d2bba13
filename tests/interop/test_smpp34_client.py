"""The client of smpp34 against our message centre."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import smpp34
from tests.interop.conftest import Simulated

from viesti.protocols.smpp.status import Status
from viesti.simulator.message import Reply, ReplyState

pytestmark = pytest.mark.interop

HANDSET = "358401234567"
PATIENCE = 10.0
Connected = Callable[..., Awaitable[smpp34.Smsc]]


@pytest.fixture
async def connected() -> AsyncIterator[Connected]:
    """Binds a client to a port as demo:secret."""
    clients = []
    sessions = []

    async def connect(
        port: int, bind_type: str = "TRX", password: str = "secret", patience: float = PATIENCE
    ) -> smpp34.Smsc:
        client = smpp34.Client(
            "127.0.0.1",
            port,
            "demo",
            password,
            bind_type=bind_type,
            window_size=50,
            connect_timeout_ms=int(patience * 1000),
        )
        clients.append(client)
        sessions.append(await client.connect())
        return sessions[-1]

    yield connect
    for session in sessions:
        await session.unbind()
    for client in clients:
        await client.stop()


async def received(session: smpp34.Smsc) -> smpp34.DeliverSmEvent:
    event = await asyncio.wait_for(session.next(), PATIENCE)
    assert isinstance(event, smpp34.DeliverSmEvent)
    return event


def submit(session: smpp34.Smsc, text: bytes = b"Hello", **fields: Any) -> Awaitable[smpp34.SubmitSmResp]:
    values = {"source_addr": "16500", "registered_delivery": 1, **fields}
    return session.submit_sm(values.pop("destination_addr", HANDSET), text, **values)


@pytest.mark.parametrize(
    ("bind_type", "mode"), [("TX", "transmitter"), ("RX", "receiver"), ("TRX", "transceiver")]
)
async def test_binds(simulated: Simulated, connected: Connected, bind_type: str, mode: str) -> None:
    centre = await simulated()
    session = await connected(centre.smsc.port, bind_type)
    assert [one.mode for one in centre.smsc.sessions()] == [mode]
    await session.unbind()
    assert isinstance(await asyncio.wait_for(session.next(), PATIENCE), smpp34.Disconnected)


async def test_wrong_password(simulated: Simulated, connected: Connected) -> None:
    centre = await simulated()
    with pytest.raises(smpp34.SmppError, match="bind timed out"):  # its words for any refusal
        await connected(centre.smsc.port, password="wrong", patience=0.3)
    assert centre.smsc.sessions() == []


async def test_submits_and_receipts(simulated: Simulated, connected: Connected) -> None:
    centre = await simulated()
    session = await connected(centre.smsc.port)
    answers = await asyncio.gather(*(submit(session, b"#%d" % number) for number in range(200)))
    assert all(answer.is_success for answer in answers)
    ids = {answer.message_id for answer in answers}
    assert len(ids) == 200
    receipts = [await received(session) for _ in range(200)]
    assert {one.esm_class for one in receipts} == {4}
    told = {
        tlv.as_string() for one in receipts for tlv in one.tlvs if tlv.tag == smpp34.TLV_RECEIPTED_MESSAGE_ID
    }
    assert told == ids
    assert {one.short_message.split(b" ")[0].decode() for one in receipts} == {f"id:{id_}" for id_ in ids}
    assert centre.centre.handsets.received(HANDSET) == 200


async def test_long_messages(simulated: Simulated, connected: Connected) -> None:
    centre = await simulated()
    session = await connected(centre.smsc.port)
    text = "Привет 🎉 " * 15
    octets = text.encode("utf-16-be")
    for number in (1, 2, 3):
        piece = octets[(number - 1) * 100 : number * 100]
        header = bytes([5, 0, 3, 9, 3, number])
        answer = await submit(session, header + piece, esm_class=0x40, data_coding=8)
        assert answer.is_success
    payload = [smpp34.Tlv(smpp34.TLV_MESSAGE_PAYLOAD, b"long " * 100)]
    assert (await submit(session, b"", tlvs=payload)).is_success
    shown = centre.centre.handsets.conversation(HANDSET)
    assert [(one.text, one.parts_total) for one in shown] == [(text, 3), ("long " * 100, 1)]


async def test_refusals(simulated: Simulated, connected: Connected) -> None:
    centre = await simulated(refused_prefixes=("999",))
    session = await connected(centre.smsc.port)
    answer = await submit(session, destination_addr="9991")
    assert (answer.is_success, answer.command_status) == (False, Status.RINVDSTADR)


async def test_replies_from_handsets(simulated: Simulated, connected: Connected) -> None:
    centre = await simulated()
    session = await connected(centre.smsc.port, "RX")
    replies = [centre.centre.reply(HANDSET, "16500", text) for text in ("Kiitos", "Да 🎉")]
    found = [await received(session) for _ in replies]  # smpp34 hands them over in any order
    assert {(one.short_message, one.data_coding, one.source_addr) for one in found} == {
        (b"Kiitos", 0, HANDSET),
        ("Да 🎉".encode("utf-16-be"), 8, HANDSET),
    }
    await session.unbind()  # its answer comes after the acknowledgements have been read
    assert [one.state for one in replies if isinstance(one, Reply)] == [ReplyState.ACKNOWLEDGED] * 2


async def test_the_centre_says_goodbye(simulated: Simulated, connected: Connected) -> None:
    centre = await simulated()
    session = await connected(centre.smsc.port)
    await centre.stop(grace=5.0)
    assert isinstance(await asyncio.wait_for(session.next(), PATIENCE), smpp34.Disconnected)
