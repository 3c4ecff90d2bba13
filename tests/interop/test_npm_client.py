"""The client of npm smpp against our message centre."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
from tests.interop.conftest import Simulated
from tests.interop.peer import Happened, Peer

from viesti.protocols.smpp.status import Status
from viesti.simulator.message import Reply, ReplyState
from viesti.simulator.receipt import Quirk

pytestmark = pytest.mark.interop

HANDSET = "358401234567"
LONG = "Päivää! " + "0123456789" * 30 + " {hintaan} 20 €"


class Client:
    """Sends commands through the peer and gives the answers."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._keys = count(1)

    async def connect(self, port: int) -> None:
        self.peer.do("connect", port=port)
        await self.peer.event("connect")

    def send(self, command: str, **fields: Any) -> int:
        key = next(self._keys)
        self.peer.do("send", command=command, key=key, fields=fields)
        return key

    async def answer(self, key: int) -> Happened:
        return await self.peer.event("answer", key=key)

    async def ask(self, command: str, **fields: Any) -> Happened:
        return await self.answer(self.send(command, **fields))

    async def bind(self, command: str = "bind_transceiver", password: str = "secret") -> Happened:
        return await self.ask(command, system_id="demo", password=password)

    def submit(self, message: Any = "Hello", **fields: Any) -> int:
        values = {
            "source_addr": "16500",
            "destination_addr": HANDSET,
            "registered_delivery": 1,
            # Left to choose, npm smpp writes the GSM alphabet under data_coding 1, which says ASCII (5.2.19).
            "data_coding": 0,
        }
        return self.send("submit_sm", short_message=message, **{**values, **fields})


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Peer("client.js") as peer:
        yield Client(peer)


def parts_of(text: str, reference: int, size: int) -> list[dict[str, Any]]:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return [
        {"udh": {"hex": bytes([5, 0, 3, reference, len(pieces), number]).hex()}, "message": piece}
        for number, piece in enumerate(pieces, 1)
    ]


@pytest.mark.parametrize("command", ["bind_transmitter", "bind_receiver", "bind_transceiver"])
async def test_binds_and_what_they_allow(simulated: Simulated, client: Client, command: str) -> None:
    centre = await simulated()
    await client.connect(centre.smsc.port)
    bound = await client.bind(command)
    assert (bound["command_status"], bound["system_id"]) == (0, "viesti-sim")
    assert bound["sc_interface_version"] == 0x34
    assert [session.mode for session in centre.smsc.sessions()] == [command.removeprefix("bind_")]
    answer = await client.answer(client.submit())
    assert answer["command_status"] == (Status.RINVBNDSTS if command == "bind_receiver" else Status.ROK)
    again = await client.bind(command)
    assert again["command_status"] == Status.RALYBND
    assert (await client.ask("enquire_link"))["command_status"] == 0
    assert (await client.ask("unbind"))["command"] == "unbind_resp"
    await client.peer.event("close")
    assert centre.smsc.sessions() == []


async def test_wrong_password(simulated: Simulated, client: Client) -> None:
    centre = await simulated()
    await client.connect(centre.smsc.port)
    assert (await client.bind(password="wrong"))["command_status"] == Status.RINVPASWD
    assert (await client.answer(client.submit()))["command_status"] == Status.RINVBNDSTS
    assert (await client.bind())["command_status"] == 0  # on the same connection


async def test_submit_receipt_query(simulated: Simulated, client: Client) -> None:
    centre = await simulated()
    await client.connect(centre.smsc.port)
    await client.bind()
    answer = await client.answer(client.submit("Moi {0} €"))
    assert (answer["command_status"], answer["message_id"]) == (0, "1")
    receipt = await client.peer.event("deliver_sm")
    assert (receipt["esm_class"], receipt["source_addr"], receipt["destination_addr"]) == (
        4,
        HANDSET,
        "16500",
    )
    assert (receipt["receipted_message_id"], receipt["message_state"]) == ("1", 2)
    assert "id:1 " in receipt["short_message"]["message"]
    assert "stat:DELIVRD" in receipt["short_message"]["message"]
    found = await client.ask("query_sm", message_id="1", source_addr="16500")
    assert (found["command_status"], found["message_id"], found["message_state"]) == (0, "1", 2)
    assert found["final_date"].startswith("20")  # a time npm smpp could read
    missing = await client.ask("query_sm", message_id="999", source_addr="16500")
    assert missing["command_status"] == Status.RQUERYFAIL
    cancelled = await client.ask("cancel_sm", message_id="1", source_addr="16500", destination_addr=HANDSET)
    assert cancelled["command_status"] == Status.RCANCELFAIL
    (shown,) = centre.centre.handsets.conversation(HANDSET)
    assert (shown.text, shown.state, shown.receipt) == ("Moi {0} €", "delivered", "acknowledged")


@pytest.mark.parametrize(
    ("text", "coding", "size"), [(LONG, 0, 140), ("Доброе утро 🎉 " * 10, 8, 60)], ids=["gsm", "ucs2"]
)
async def test_long_messages_are_joined(
    simulated: Simulated, client: Client, text: str, coding: int, size: int
) -> None:
    centre = await simulated()
    await client.connect(centre.smsc.port)
    await client.bind()
    messages = parts_of(text, 7, size)
    keys = [client.submit(message, data_coding=coding) for message in reversed(messages)]
    answers = [await client.answer(key) for key in keys]
    assert {answer["command_status"] for answer in answers} == {0}
    await client.peer.event("deliver_sm", times=len(messages))
    (shown,) = centre.centre.handsets.conversation(HANDSET)
    assert (shown.text, shown.parts, shown.parts_total) == (text, len(messages), len(messages))


@pytest.mark.parametrize("by", ["sar", "payload"])
async def test_long_messages_in_tlvs(simulated: Simulated, client: Client, by: str) -> None:
    centre = await simulated()
    await client.connect(centre.smsc.port)
    await client.bind()
    if by == "payload":
        keys = [client.submit("", message_payload=LONG)]
    else:
        tlvs = {"sar_msg_ref_num": 5, "sar_total_segments": 2}
        halves = (LONG[:150], LONG[150:])
        keys = [
            client.submit(half, sar_segment_seqnum=number, **tlvs) for number, half in enumerate(halves, 1)
        ]
    for key in keys:
        assert (await client.answer(key))["command_status"] == 0
    (shown,) = centre.centre.handsets.conversation(HANDSET)
    assert shown.text == LONG


async def test_several_destinations(simulated: Simulated, client: Client) -> None:
    centre = await simulated(refused_prefixes=("999",))
    await client.connect(centre.smsc.port)
    await client.bind()
    addresses = [
        {"dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": address} for address in (HANDSET, "9991")
    ]
    answer = await client.ask(
        "submit_multi", source_addr="16500", dest_address=addresses, short_message="All of you"
    )
    assert answer["command_status"] == 0
    assert [one["destination_addr"] for one in answer["unsuccess_sme"]] == ["9991"]
    assert answer["unsuccess_sme"][0]["error_status_code"] == Status.RINVDSTADR
    assert [shown.text for shown in centre.centre.handsets.conversation(HANDSET)] == ["All of you"]


async def test_a_receipt_refused_comes_again(simulated: Simulated, client: Client) -> None:
    centre = await simulated()
    await client.connect(centre.smsc.port)
    await client.bind()
    client.peer.do("answer", statuses=[Status.RX_T_APPN])
    client.submit()
    first = await client.peer.event("deliver_sm")
    second = await client.peer.event("deliver_sm", times=2)
    assert first["receipted_message_id"] == second["receipted_message_id"] == "1"
    await client.ask("enquire_link")  # so that the answer has been read
    assert centre.centre.handsets.conversation(HANDSET)[0].receipt == "acknowledged"


async def test_odd_receipts_are_still_smpp(simulated: Simulated, client: Client) -> None:
    await client.connect(
        (await simulated(quirks=frozenset({Quirk.BEFORE_ANSWER, Quirk.DUPLICATE}))).smsc.port
    )
    await client.bind()
    key = client.submit()
    await client.peer.event("deliver_sm", times=2)
    answer = await client.answer(key)
    kinds = [one["event"] for one in client.peer.happened if one["event"] in ("deliver_sm", "answer")]
    assert kinds == ["answer", "deliver_sm", "deliver_sm", "answer"]  # of the bind, then the receipts first
    assert answer["message_id"] == client.peer.events("deliver_sm")[0]["receipted_message_id"]


@pytest.mark.parametrize(
    "text", ["Kiitos €", "Спасибо 🎉", "pitkä {vastaus} " * 20], ids=["gsm", "ucs2", "long"]
)
async def test_a_reply_from_a_handset(simulated: Simulated, client: Client, text: str) -> None:
    centre = await simulated()
    await client.connect(centre.smsc.port)
    await client.bind()
    reply = centre.centre.reply(HANDSET, "16500", text)
    assert isinstance(reply, Reply)
    await client.peer.event("deliver_sm", times=reply.parts_total)
    await client.ask("enquire_link")  # so that the last acknowledgement has been read
    assert reply.state is ReplyState.ACKNOWLEDGED
    delivered = client.peer.events("deliver_sm")
    assert {(one["source_addr"], one["destination_addr"]) for one in delivered} == {(HANDSET, "16500")}
    assert "".join(one["short_message"]["message"] for one in delivered) == text


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [({"throttled": 1.0}, Status.RTHROTTLED), ({"queue_full": 1.0}, Status.RMSGQFUL)],
)
async def test_refusals(
    simulated: Simulated, client: Client, behaviour: dict[str, Any], status: Status
) -> None:
    await client.connect((await simulated(**behaviour)).smsc.port)
    await client.bind()
    assert (await client.answer(client.submit()))["command_status"] == status


async def test_what_is_no_command_is_refused(simulated: Simulated, client: Client) -> None:
    await client.connect((await simulated()).smsc.port)
    await client.bind()
    client.peer.do("octets", hex="00000010000001110000000000000063")  # broadcast_sm, SMPP 5.0
    assert await client.peer.event("nack") == {"event": "nack", "status": Status.RINVCMDID, "of": 0x63}
    refused = await client.ask("replace_sm", message_id="1", short_message="other")
    assert refused["command_status"] == Status.RREPLACEFAIL


async def test_a_thousand_messages_at_once(simulated: Simulated, client: Client) -> None:
    centre = await simulated()
    await client.connect(centre.smsc.port)
    await client.bind()
    for number in range(1000):
        client.submit(f"#{number}", destination_addr=f"35840{number:07}")
    await client.peer.event("deliver_sm", times=1000)
    ids = {answer["message_id"] for answer in client.peer.events("answer", command="submit_sm_resp")}
    assert len(ids) == 1000
    assert {one["receipted_message_id"] for one in client.peer.events("deliver_sm")} == ids


async def test_the_centre_says_goodbye(simulated: Simulated, client: Client) -> None:
    centre = await simulated()
    await client.connect(centre.smsc.port)
    await client.bind()
    await centre.stop(grace=5.0)
    await client.peer.event("unbind")
    await client.peer.event("close")
