"""The message centre over TCP, seen by a client."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest
from tests.fakes.esme import Esme
from tests.integration.simulator.conftest import Starter

from viesti.protocols.smpp.events import BindRefused, Bound
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import Command, DistributionList, SmeAddress, Tag, Unsuccessful
from viesti.protocols.smpp.status import Status
from viesti.simulator.behaviour import BindRefusal, Span
from viesti.simulator.centre import CentreOptions
from viesti.simulator.identity import Account
from viesti.simulator.message import Reply, ReplyState
from viesti.simulator.receipt import Quirk
from viesti.simulator.run import CannotStart, SimulatorOptions, start
from viesti.simulator.smsc import SmscOptions
from viesti.simulator.treatment import Fate

pytestmark = pytest.mark.integration


async def bound(port: int, **arguments: object) -> Esme:
    esme = await Esme.connect(port, **arguments)  # type: ignore[arg-type]
    assert isinstance(await esme.bind(), Bound)
    return esme


async def test_submit_answer_receipt(simulator: Starter) -> None:
    centre = await simulator()
    esme = await bound(centre.smsc.port)
    esme.submit(text=b"Good morning")
    answer = await esme.answered()
    assert (answer.status, answer.text("message_id")) == (0, "1")
    receipt = await esme.delivered()
    assert receipt.number("esm_class") == 0x04
    assert receipt.text("source_addr") == "358401234567"
    assert receipt.message().startswith(b"id:1 sub:001 dlvrd:001 ")
    assert receipt.message().endswith(b"stat:DELIVRD err:000 text:Good morning")
    assert receipt.tlv(Tag.RECEIPTED_MESSAGE_ID) == b"1\0"
    assert await esme.unbind() == "unbound"
    assert centre.smsc.sessions() == []


@pytest.mark.parametrize(
    ("refuse", "system_id", "password", "status"),
    [
        (None, "demo", "wrong", Status.RINVPASWD),
        (None, "stranger", "secret", Status.RINVSYSID),
        (BindRefusal.FAILED, "demo", "secret", Status.RBINDFAIL),
    ],
)
async def test_refused_bind(
    simulator: Starter, refuse: BindRefusal | None, system_id: str, password: str, status: Status
) -> None:
    accounts = (Account("demo", "secret"),)
    centre = await simulator(CentreOptions(accounts=accounts), refuse_binds=refuse)
    esme = await Esme.connect(centre.smsc.port)
    refused = await esme.bind(system_id, password)
    assert isinstance(refused, BindRefused)
    assert refused.status == status
    await esme.close()


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        ({"throttled": 1.0}, Status.RTHROTTLED),
        ({"queue_full": 1.0}, Status.RMSGQFUL),
        ({"system_errors": 1.0}, Status.RSYSERR),
        ({"refused_prefixes": ("358",)}, Status.RINVDSTADR),
    ],
)
async def test_refused_submit(simulator: Starter, behaviour: dict[str, object], status: Status) -> None:
    centre = await simulator(**behaviour)
    esme = await bound(centre.smsc.port)
    esme.submit()
    assert (await esme.answered()).status == status
    await esme.close()


async def test_receipts_go_to_the_receiver_of_the_account(simulator: Starter) -> None:
    centre = await simulator()
    sender, stranger = await Esme.connect(centre.smsc.port), await Esme.connect(centre.smsc.port)
    await sender.bind(command=Command.BIND_TRANSMITTER)
    await stranger.bind("stranger")
    sender.submit()
    await sender.answered()
    receiver = await Esme.connect(centre.smsc.port)  # the receipt waits for it
    await receiver.bind(command=Command.BIND_RECEIVER)
    assert (await receiver.delivered()).text("source_addr") == "358401234567"
    assert (sender.deliveries.qsize(), stranger.deliveries.qsize()) == (0, 0)
    for esme in (sender, stranger, receiver):
        await esme.close()


async def test_a_delivery_comes_until_it_is_acknowledged(simulator: Starter) -> None:
    centre = await simulator(response=0.05)
    answers = iter([Status.RX_T_APPN, Status.RSYSERR, None])  # None: no answer, and it times out
    esme = await bound(centre.smsc.port, answer=lambda _: next(answers, Status.ROK))
    esme.submit()
    copies = [await esme.delivered() for _ in range(4)]
    assert len({copy.message() for copy in copies}) == 1
    await esme.unbind()
    assert centre.centre.mail.receipts_pending == 0
    again = await bound(centre.smsc.port)
    again.submit("358409999999")
    assert (await again.delivered()).text("source_addr") == "358409999999"
    await again.close()


async def test_a_delivery_lost_with_its_session_goes_to_the_next_one(simulator: Starter) -> None:
    centre = await simulator(window=2)
    esme = await bound(centre.smsc.port, answer=lambda _: None)
    for number in range(5):
        esme.submit(f"35840000010{number}")
    first = [await esme.delivered(), await esme.delivered()]
    await esme.close()
    assert len(first) == 2  # no more than the window
    esme = await bound(centre.smsc.port)
    found = [(await esme.delivered()).text("source_addr") for _ in range(5)]
    assert found == [f"35840000010{number}" for number in range(5)]
    await esme.close()


async def test_receipt_before_the_answer(simulator: Starter) -> None:
    centre = await simulator(quirks=frozenset({Quirk.BEFORE_ANSWER}))
    esme = await bound(centre.smsc.port)
    esme.submit()
    await esme.answered()
    assert esme.heard == ["delivery", "answer"]
    await esme.close()


async def test_a_receipt_as_data_sm(simulator: Starter) -> None:
    centre = await simulator(quirks=frozenset({Quirk.DATA_SM}))
    esme = await bound(centre.smsc.port)
    esme.submit()
    receipt = await esme.delivered()
    assert receipt.command_id == Command.DATA_SM
    assert b"stat:DELIVRD" in receipt.message()
    await esme.close()


async def test_lost_answers_and_dropped_links_are_taken_all_the_same(simulator: Starter) -> None:
    centre = await simulator(magic=True, ledger="#(\\d+)")
    esme = await bound(centre.smsc.port)
    esme.submit("358400000016", b"lost #1")
    esme.submit("358401234567", b"answered #2")
    await esme.answered()
    esme.submit("358400000017", b"dropped #3")
    await esme.ended()
    assert esme.answers.empty()
    assert centre.ledger is not None
    assert centre.ledger.keys() == Counter({"1": 1, "2": 1, "3": 1})


async def test_answers_out_of_order(simulator: Starter) -> None:
    centre = await simulator(answer_delay=Span(0.0, 0.1))
    esme = await bound(centre.smsc.port)
    sent = [f"3584000001{number:02}" for number in range(30)]
    for destination in sent:
        esme.submit(destination)
    answers = [await asyncio.wait_for(esme.answers.get(), 10) for _ in sent]
    order = [context for context, _ in answers]
    assert order != sent
    assert sorted(order) == sent
    assert len({response.text("message_id") for _, response in answers}) == 30
    await esme.close()


async def test_query_and_cancel(simulator: Starter) -> None:
    centre = await simulator(receipt_delay=Span(60.0, 60.0))
    esme = await bound(centre.smsc.port)
    esme.submit()
    message_id = (await esme.answered()).text("message_id")

    async def ask(command: Command, its_id: str) -> Pdu:
        esme.send(Pdu(command, fields={"message_id": its_id}))
        return await esme.answered()

    assert (await ask(Command.QUERY_SM, message_id)).number("message_state") == 1
    assert (await ask(Command.CANCEL_SM, message_id)).status == Status.ROK
    queried = await ask(Command.QUERY_SM, message_id)
    assert queried.number("message_state") == 4
    assert len(queried.text("final_date")) == 16
    assert (await ask(Command.CANCEL_SM, message_id)).status == Status.RCANCELFAIL
    assert (await ask(Command.QUERY_SM, "none")).status == Status.RQUERYFAIL
    assert (await ask(Command.REPLACE_SM, message_id)).status == Status.RREPLACEFAIL
    await esme.close()


async def test_submit_multi(simulator: Starter) -> None:
    centre = await simulator(refused_prefixes=("46",))
    esme = await bound(centre.smsc.port)
    destinations = (SmeAddress(1, 1, "358401"), SmeAddress(1, 1, "467"), DistributionList("friends"))
    fields = {"source_addr": "16500", "dest_addresses": destinations, "registered_delivery": 1}
    esme.send(Pdu(Command.SUBMIT_MULTI, fields=fields))
    answer = await esme.answered()
    assert answer.fields["unsuccess_smes"] == (
        Unsuccessful(1, 1, "467", Status.RINVDSTADR),
        Unsuccessful(0, 0, "friends", Status.RINVDLNAME),
    )
    assert (await esme.delivered()).text("source_addr") == "358401"
    await esme.close()


async def test_data_sm(simulator: Starter) -> None:
    centre = await simulator(outcomes=((Fate.UNDELIVERED, 1.0),))
    esme = await bound(centre.smsc.port)
    fields = {"source_addr": "16500", "destination_addr": "358401", "registered_delivery": 1}
    esme.send(Pdu(Command.DATA_SM, fields=fields, tlvs=((Tag.MESSAGE_PAYLOAD, b"Hello"),)))
    assert (await esme.answered()).text("message_id") == "1"
    assert b"stat:UNDELIV" in (await esme.delivered()).message()
    assert centre.centre.handsets.conversation("358401")[0].text == "Hello"
    await esme.close()


async def test_a_handset_writes(simulator: Starter) -> None:
    centre = await simulator()
    esme = await bound(centre.smsc.port)
    reply = centre.centre.reply("358401234567", "16500", "Hyvää päivää")
    assert isinstance(reply, Reply)
    delivery = await esme.delivered()
    assert (delivery.number("esm_class"), delivery.text("destination_addr")) == (0, "16500")
    await esme.unbind()
    assert reply.state is ReplyState.ACKNOWLEDGED


async def test_dropping_links(simulator: Starter) -> None:
    centre = await simulator()
    esmes = [await bound(centre.smsc.port) for _ in range(3)]
    assert len(centre.smsc.sessions()) == 3
    assert centre.smsc.drop_links() == 3
    for esme in esmes:
        await esme.ended()
    assert centre.smsc.sessions() == []
    await (await bound(centre.smsc.port)).close()  # and it takes new ones


async def test_stopping_unbinds(simulator: Starter) -> None:
    centre = await simulator()
    esme, idle = await bound(centre.smsc.port), await Esme.connect(centre.smsc.port)
    await centre.stop(grace=5.0)
    assert await esme.ended() == "the peer unbound"
    await idle.ended()


async def test_many_sessions_and_nothing_is_lost(simulator: Starter) -> None:
    centre = await simulator(window=5, ledger="#(\\d+)")
    esmes = [await bound(centre.smsc.port) for _ in range(4)]
    for number in range(2000):
        esmes[number % 4].submit(f"3584{number:07}", b"#%d" % number)
        if number % 100 == 99:
            await esmes[number % 4].answered()
    got: set[str] = set()
    async with asyncio.timeout(20):
        while len(got) < 2000:  # receipts come to any session of the account
            for esme in esmes:
                while not esme.deliveries.empty():
                    got.add(esme.deliveries.get_nowait().text("source_addr"))
            await asyncio.sleep(0)
    assert centre.ledger is not None
    assert (centre.ledger.lost(map(str, range(2000))), centre.ledger.doubled()) == ([], {})
    for esme in esmes:
        await esme.close()


async def test_what_is_no_smpp_ends_the_connection(simulator: Starter) -> None:
    centre = await simulator()
    reader, writer = await asyncio.open_connection("127.0.0.1", centre.smsc.port)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    async with asyncio.timeout(10):
        answer = await reader.read()
    assert answer[4:12] == Command.GENERIC_NACK.to_bytes(4, "big") + Status.RINVCMDLEN.to_bytes(4, "big")
    writer.close()


@pytest.mark.parametrize("taken", ["message centre", "handset page"])
async def test_a_taken_port_is_one_sentence(simulator: Starter, taken: str) -> None:
    running = await simulator(page=True)
    page_port = int(running.page_url.rstrip("/").rpartition(":")[2])
    ports = (running.smsc.port, 0) if taken == "message centre" else (0, page_port)
    options = SimulatorOptions(smsc=SmscOptions(port=ports[0]), page_port=ports[1])
    problem = await start(options, lambda: datetime.now(UTC), Random(1))
    assert isinstance(problem, CannotStart)
    assert problem.sentence == (
        f"The {taken} can't listen on 127.0.0.1:{ports[0] or ports[1]}: something else uses it. "
        "Choose another port or stop what uses it."
    )
