"""Two sessions joined in memory, and one fed by hand (SMPP 3.4, section 2 and 7)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.protocols.smpp.codec import decode, encode
from viesti.protocols.smpp.events import (
    Answered,
    BindRefused,
    Bound,
    Closed,
    Event,
    PeerUnbound,
    Rejected,
    RequestReceived,
    TimedOut,
    Unmatched,
)
from viesti.protocols.smpp.matrix import Role, State
from viesti.protocols.smpp.pdu import BuildError, Pdu, Unreadable
from viesti.protocols.smpp.session import LocalError, Session, SessionOptions
from viesti.protocols.smpp.spec import Command
from viesti.protocols.smpp.status import Status
from viesti.protocols.smpp.timers import TimerOptions

TIMERS = TimerOptions(init=30, enquire_link=20, inactivity=None, response=10)


class Ends:
    """An ESME and an SMSC with a wire between them; `now` stands still unless told."""

    def __init__(self, window: int = 3, timers: TimerOptions = TIMERS) -> None:
        self.now = 0.0
        self.esme = Session(Role.ESME, SessionOptions(window, timers=timers), self.now)
        self.smsc = Session(Role.SMSC, SessionOptions(window, timers=timers), self.now)

    def to_smsc(self) -> list[Event]:
        return self.smsc.receive(self.esme.outgoing(), self.now)

    def to_esme(self) -> list[Event]:
        return self.esme.receive(self.smsc.outgoing(), self.now)

    def bind(self, command: Command = Command.BIND_TRANSCEIVER, status: int = 0) -> list[Event]:
        self.esme.bind(command, self.now, system_id="viesti", password="secret")
        (asked,) = self.to_smsc()
        assert isinstance(asked, RequestReceived)
        self.smsc.respond(asked.pdu, status, system_id="centre")
        return self.to_esme()

    def submit(self, context: Any) -> int:
        return self.esme.request(submit(), context, self.now)


def submit(text: bytes = b"hi") -> Pdu:
    return Pdu(Command.SUBMIT_SM, fields={"destination_addr": "358401234567", "short_message": text})


def sent(session: Session) -> list[tuple[int, int]]:
    """(command_id, status) of everything the session wants written."""
    data, found = session.outgoing(), []
    while data:
        size = int.from_bytes(data[:4], "big")
        pdu = decode(data[:size])
        assert isinstance(pdu, Pdu)
        found.append((pdu.command_id, pdu.status))
        data = data[size:]
    return found


class TestBind:
    """2.2.1, 4.1."""

    @pytest.mark.parametrize(
        ("command", "state"),
        [
            (Command.BIND_TRANSMITTER, State.BOUND_TX),
            (Command.BIND_RECEIVER, State.BOUND_RX),
            (Command.BIND_TRANSCEIVER, State.BOUND_TRX),
        ],
    )
    def test_both_ends_are_bound(self, command: Command, state: State) -> None:
        ends = Ends()
        assert ends.bind(command) == [Bound("centre", 0x34)]
        assert (ends.esme.state, ends.smsc.state) == (state, state)

    @pytest.mark.parametrize(
        ("status", "needs_person"),
        [
            (Status.RINVSYSID, True),
            (Status.RINVPASWD, True),
            (Status.RINVSYSTYP, True),
            (Status.RALYBND, False),
            (Status.RBINDFAIL, False),
            (Status.RSYSERR, False),
            (0x0400, False),
        ],
    )
    def test_refused(self, status: int, needs_person: bool) -> None:
        (event,) = Ends().bind(status=status)
        assert isinstance(event, BindRefused)
        assert (event.status, event.needs_person) == (status, needs_person)
        assert event.sentence.startswith("The carrier ")

    def test_generic_nack_refuses_a_bind(self) -> None:
        ends = Ends()
        ends.esme.bind(Command.BIND_RECEIVER, 0)
        nack = encode(Pdu(Command.GENERIC_NACK, Status.RINVCMDID, 1))
        (event,) = ends.esme.receive(nack, 0)
        assert isinstance(event, BindRefused)
        assert ends.esme.state is State.OPEN

    def test_a_second_bind_is_already_bound(self) -> None:
        ends = Ends()
        ends.bind()
        again = encode(Pdu(Command.BIND_RECEIVER, 0, 9))
        (event,) = ends.smsc.receive(again, 0)
        assert isinstance(event, Rejected)
        assert sent(ends.smsc) == [(Command.BIND_RECEIVER_RESP, Status.RALYBND)]

    def test_outbind_is_tolerated(self) -> None:
        ends = Ends()
        ends.smsc.request(Pdu(Command.OUTBIND, fields={"system_id": "centre"}), None, 0)
        (event,) = ends.to_esme()
        assert isinstance(event, RequestReceived)
        assert ends.esme.state is State.OUTBOUND
        assert ends.esme.respond(event.pdu) is False
        assert ends.bind(Command.BIND_RECEIVER) == [Bound("centre", 0x34)]


class TestRequests:
    def test_there_and_back(self) -> None:
        ends = Ends()
        ends.bind()
        sequence = ends.submit("first")
        (asked,) = ends.to_smsc()
        assert isinstance(asked, RequestReceived)
        assert asked.pdu.fields["short_message"] == b"hi"
        assert ends.smsc.respond(asked.pdu, message_id="4a3f")
        (answer,) = ends.to_esme()
        assert isinstance(answer, Answered)
        assert (answer.context, answer.response.text("message_id")) == ("first", "4a3f")
        assert answer.response.sequence == sequence

    def test_answers_out_of_order_find_their_own(self) -> None:
        ends = Ends()
        ends.bind()
        for context in "abc":
            ends.submit(context)
        for event in reversed(ends.to_smsc()):
            assert isinstance(event, RequestReceived)
            ends.smsc.respond(event.pdu, message_id=str(event.pdu.sequence))
        assert [event.context for event in ends.to_esme() if isinstance(event, Answered)] == ["c", "b", "a"]

    def test_the_window_bounds_what_is_outstanding(self) -> None:
        ends = Ends(window=2)
        ends.bind()
        ends.submit(1)
        ends.submit(2)
        assert (ends.esme.free(), ends.esme.outstanding()) == (0, 2)
        with pytest.raises(LocalError, match="window"):
            ends.submit(3)
        (first, _) = ends.to_smsc()
        assert isinstance(first, RequestReceived)
        ends.smsc.respond(first.pdu)
        ends.to_esme()
        assert ends.esme.free() == 1

    def test_what_cant_be_built_is_not_sent(self) -> None:
        ends = Ends()
        ends.bind()
        ends.esme.outgoing()
        with pytest.raises(BuildError):
            ends.esme.request(submit(bytes(300)), None, 0)
        assert (ends.esme.outgoing(), ends.esme.outstanding()) == (b"", 0)

    def test_many_pdus_are_one_write(self) -> None:
        ends = Ends(window=50)
        ends.bind()
        for context in range(50):
            ends.submit(context)
        assert len(ends.to_smsc()) == 50

    def test_deliver_sm_the_other_way(self) -> None:
        ends = Ends()
        ends.bind(Command.BIND_RECEIVER)
        ends.smsc.request(Pdu(Command.DELIVER_SM, fields={"short_message": b"yes"}), "mo", 0)
        (event,) = ends.to_esme()
        assert isinstance(event, RequestReceived)
        ends.esme.respond(event.pdu, Status.RX_T_APPN)
        (answer,) = ends.to_smsc()
        assert isinstance(answer, Answered)
        assert answer.response.status == Status.RX_T_APPN

    def test_generic_nack_answers_a_request(self) -> None:
        ends = Ends()
        ends.bind()
        sequence = ends.submit("it")
        (event,) = ends.esme.receive(encode(Pdu(Command.GENERIC_NACK, 3, sequence)), 0)
        assert isinstance(event, Answered)
        assert event.context == "it"

    @pytest.mark.parametrize(
        "stray",
        [
            Pdu(Command.SUBMIT_SM_RESP, 0, 4711),
            Pdu(Command.QUERY_SM_RESP, 0, 2),  # the number of the submit_sm below
            Pdu(Command.GENERIC_NACK, 2, 0),
        ],
    )
    def test_a_response_to_nothing(self, stray: Pdu) -> None:
        ends = Ends()
        ends.bind()
        assert ends.submit("it") == 2
        (event,) = ends.esme.receive(encode(stray), 0)
        assert isinstance(event, Unmatched)
        assert ends.esme.outstanding() == 1

    def test_sequence_numbers_wrap_past_those_outstanding(self) -> None:
        ends = Ends()
        ends.bind()
        ends.submit("holds number 2")
        ends.esme._sequence._next = 0x7FFFFFFF
        assert [ends.submit(n) for n in range(2)] == [0x7FFFFFFF, 1]
        assert ends.esme._sequence.take() == 3


class TestOutOfPlace:
    """The matrix, at both ends (table 2-1)."""

    @pytest.mark.parametrize(
        ("bound_as", "pdu"),
        [
            (None, submit()),
            (Command.BIND_RECEIVER, submit()),
            (Command.BIND_TRANSMITTER, Pdu(Command.DELIVER_SM)),
            (Command.BIND_TRANSCEIVER, Pdu(Command.OUTBIND)),
        ],
    )
    def test_our_own(self, bound_as: Command | None, pdu: Pdu) -> None:
        ends = Ends()
        if bound_as:
            ends.bind(bound_as)
        with pytest.raises(LocalError, match="may not be sent"):
            ends.esme.request(pdu, None, 0)

    @pytest.mark.parametrize(
        ("bound_as", "pdu", "answer"),
        [
            (None, submit(), [(Command.SUBMIT_SM_RESP, Status.RINVBNDSTS)]),
            (Command.BIND_RECEIVER, submit(), [(Command.SUBMIT_SM_RESP, Status.RINVBNDSTS)]),
            (
                Command.BIND_TRANSCEIVER,
                Pdu(Command.DELIVER_SM),
                [(Command.DELIVER_SM_RESP, Status.RINVBNDSTS)],
            ),
            (None, Pdu(Command.UNBIND), [(Command.UNBIND_RESP, Status.RINVBNDSTS)]),
            (Command.BIND_TRANSCEIVER, Pdu(Command.ALERT_NOTIFICATION), []),
        ],
    )
    def test_the_peers(self, bound_as: Command | None, pdu: Pdu, answer: list[tuple[int, int]]) -> None:
        ends = Ends()
        if bound_as:
            ends.bind(bound_as)
        pdu.sequence = 77
        (event,) = ends.smsc.receive(encode(pdu), 0)
        assert isinstance(event, Rejected)
        assert sent(ends.smsc) == answer


class TestUnreadable:
    """4.3.1, 5.1.3."""

    def test_unknown_command(self) -> None:
        ends = Ends()
        (event,) = ends.smsc.receive(bytes.fromhex("00000011 00000099 00000000 00000005 ff"), 0)
        assert isinstance(event, Rejected)
        assert sent(ends.smsc) == [(Command.GENERIC_NACK, Status.RINVCMDID)]
        assert ends.smsc.state is State.OPEN

    def test_unknown_response_is_not_answered(self) -> None:
        ends = Ends()
        (event,) = ends.smsc.receive(bytes.fromhex("00000011 80000099 00000000 00000005 ff"), 0)
        assert isinstance(event, Rejected)
        assert sent(ends.smsc) == []

    def test_bad_body_is_answered_in_kind_and_the_session_lives(self) -> None:
        ends = Ends()
        ends.bind()
        bad = bytes.fromhex("00000015 00000004 00000000 00000005 0005005669")
        events = ends.smsc.receive(bad + encode(Pdu(Command.ENQUIRE_LINK, 0, 6)), 0)
        assert [type(event) for event in events] == [Rejected]
        assert sent(ends.smsc) == [
            (Command.SUBMIT_SM_RESP, Status.RINVSRCADR),
            (Command.ENQUIRE_LINK_RESP, 0),
        ]

    @pytest.mark.parametrize("length", ["00000007", "7fffffff"])
    def test_bad_length_ends_the_session(self, length: str) -> None:
        ends = Ends()
        ends.bind()
        ends.submit("lost")
        ends.esme.outgoing()
        events = ends.esme.receive(bytes.fromhex(f"{length} 00000005 00000000 00000009"), 0)
        rejected, closed = events
        assert isinstance(rejected, Rejected)
        assert isinstance(rejected.problem, Unreadable)
        assert isinstance(closed, Closed)
        assert closed.lost == ["lost"]
        assert sent(ends.esme) == [(Command.GENERIC_NACK, Status.RINVCMDLEN)]


class TestTimers:
    """7.2: at second so-and-so, without waiting."""

    def test_init(self) -> None:
        ends = Ends()
        assert ends.smsc.next_deadline() == 30
        assert ends.smsc.tick(29.9) == []
        assert ends.smsc.tick(30) == [Closed("not bound within 30 s", [])]
        assert ends.smsc.next_deadline() is None

    def test_a_bind_that_is_not_answered(self) -> None:
        ends = Ends()
        ends.esme.bind(Command.BIND_RECEIVER, 0)
        assert ends.esme.next_deadline() == 10
        assert ends.esme.tick(10) == [Closed("bind_receiver was not answered", [])]

    def test_enquire_link_after_silence(self) -> None:
        ends = Ends()
        ends.bind()
        ends.esme.outgoing()
        assert ends.esme.next_deadline() == 20
        assert ends.esme.tick(19.9) == []
        assert sent(ends.esme) == []
        assert ends.esme.tick(20) == []
        ends.now = 20
        assert ends.to_smsc() == []  # answered by itself
        assert ends.to_esme() == []
        assert ends.esme.next_deadline() == 40

    def test_enquire_link_unanswered_ends_the_session(self) -> None:
        ends = Ends()
        ends.bind()
        ends.submit("in doubt")
        ends.esme.tick(9)
        assert ends.esme.tick(10) == [TimedOut("in doubt", Command.SUBMIT_SM)]
        ends.esme.tick(20)
        assert ends.esme.next_deadline() == 30
        assert ends.esme.tick(30) == [Closed("enquire_link was not answered", [])]

    def test_traffic_puts_enquire_link_off(self) -> None:
        ends = Ends()
        ends.bind()
        ends.now = 15
        ends.smsc.request(Pdu(Command.DELIVER_SM), None, 15)
        ends.to_esme()
        assert ends.esme.next_deadline() == 35

    def test_response_frees_its_slot_and_a_late_answer_is_unmatched(self) -> None:
        ends = Ends(window=1)
        ends.bind()
        ends.submit("slow")
        (asked,) = ends.to_smsc()
        assert isinstance(asked, RequestReceived)
        assert ends.esme.tick(10) == [TimedOut("slow", Command.SUBMIT_SM)]
        assert ends.esme.free() == 1
        ends.smsc.respond(asked.pdu, message_id="9")
        (late,) = ends.to_esme()
        assert isinstance(late, Unmatched)
        assert late.response.text("message_id") == "9"

    def test_inactivity_unbinds(self) -> None:
        ends = Ends(timers=TimerOptions(init=30, enquire_link=None, inactivity=300, response=10))
        ends.bind()
        assert ends.smsc.next_deadline() == 300
        ends.smsc.tick(300)
        assert sent(ends.smsc) == [(Command.UNBIND, 0)]

    def test_timers_switched_off(self) -> None:
        ends = Ends(timers=TimerOptions(init=None, enquire_link=None, inactivity=None))
        assert ends.esme.next_deadline() is None
        ends.bind()
        assert ends.esme.next_deadline() is None


class TestGoodbye:
    """4.2."""

    def test_unbind(self) -> None:
        ends = Ends()
        ends.bind()
        ends.submit("answered after")
        ends.esme.unbind(0)
        assert (ends.esme.bound, ends.esme.free()) == (False, 0)
        with pytest.raises(LocalError):
            ends.submit("too late")
        asked, gone, closed = ends.to_smsc()
        assert isinstance(asked, RequestReceived)
        assert gone == PeerUnbound()
        assert closed == Closed("the peer unbound", [])
        assert ends.smsc.respond(asked.pdu) is False
        assert ends.to_esme() == [Closed("unbound", ["answered after"])]

    def test_answers_still_come_while_unbinding(self) -> None:
        ends = Ends()
        ends.bind()
        ends.submit("a")
        (asked,) = ends.to_smsc()
        ends.esme.unbind(0)
        assert isinstance(asked, RequestReceived)
        ends.smsc.respond(asked.pdu)
        (answer,) = ends.to_esme()
        assert isinstance(answer, Answered)

    def test_unbind_unanswered(self) -> None:
        ends = Ends()
        ends.bind()
        ends.esme.unbind(5)
        ends.esme.unbind(6)
        assert len(sent(ends.esme)) == 1
        assert ends.esme.next_deadline() == 15
        assert ends.esme.tick(15) == [Closed("unbind was not answered", [])]

    def test_eof_gives_back_what_was_never_answered_in_order(self) -> None:
        ends = Ends()
        ends.bind()
        for context in (1, 2, 3):
            ends.submit(context)
        assert ends.esme.eof(1) == [Closed("the peer closed the connection", [1, 2, 3])]

    def test_after_the_end_nothing_happens(self) -> None:
        ends = Ends()
        ends.bind()
        assert ends.esme.close("enough") == [Closed("enough", [])]
        assert ends.esme.close("again") == []
        assert ends.esme.eof(0) == []
        assert ends.esme.tick(1000) == []
        assert ends.esme.receive(encode(Pdu(Command.ENQUIRE_LINK, 0, 1)), 0) == []
        with pytest.raises(LocalError):
            ends.submit(1)


class TestProperties:
    @given(st.lists(st.binary(max_size=60), max_size=8), st.booleans())
    def test_any_bytes_give_events(self, pieces: list[bytes], bound: bool) -> None:
        ends = Ends()
        if bound:
            ends.bind()
        for session in (ends.esme, ends.smsc):
            for piece in pieces:
                for event in session.receive(piece, 1.0):
                    assert isinstance(event, Event)
            session.tick(100.0)
            sent(session)

    @given(st.lists(st.sampled_from(["submit", "answer", "forget", "tick"]), max_size=40), st.booleans())
    def test_every_context_comes_back_exactly_once(self, moves: list[str], by_bytes: bool) -> None:
        ends = Ends(window=4)
        ends.bind()
        given_out, back, asked = 0, [], []
        for move in moves:
            ends.now += 1
            if move == "submit" and ends.esme.free():
                ends.submit(given_out)
                given_out += 1
                asked += [event.pdu for event in ends.to_smsc() if isinstance(event, RequestReceived)]
            elif move == "answer" and asked:
                ends.smsc.respond(asked.pop(), message_id="1")
            elif move == "forget" and asked:
                asked.pop()
            data = ends.smsc.outgoing()
            pieces = [bytes([octet]) for octet in data] if by_bytes else [data]
            events = [event for piece in pieces for event in ends.esme.receive(piece, ends.now)]
            events += ends.esme.tick(ends.now)
            back += [event.context for event in events if isinstance(event, Answered | TimedOut)]
            asked += [event.pdu for event in ends.to_smsc() if isinstance(event, RequestReceived)]
            ends.to_esme()
        for event in ends.esme.eof(ends.now):
            assert isinstance(event, Closed)
            back += event.lost
        assert sorted(back) == list(range(given_out))
