"""The tables themselves: ids pair up, statuses are classified, the matrix says what the standard's table
says."""

from __future__ import annotations

import pytest

from viesti.protocols.smpp.matrix import MATRIX, Role, State, may_send
from viesti.protocols.smpp.spec import LAYOUTS, RESPONSE, UNANSWERED, Command, command_name
from viesti.protocols.smpp.status import (
    BIND_NEEDS_PERSON,
    Status,
    StatusClass,
    classify,
    status_name,
)


def test_every_command_has_a_layout() -> None:
    assert set(LAYOUTS) == {int(command) for command in Command}


@pytest.mark.parametrize("command", [command for command in Command if command < RESPONSE])
def test_every_request_has_its_response(command: Command) -> None:
    assert (command | RESPONSE in LAYOUTS) is (command not in UNANSWERED)


def test_every_request_is_in_the_matrix() -> None:
    assert set(MATRIX) == {command for command in Command if command < RESPONSE}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.ROK, StatusClass.OK),
        (Status.RTHROTTLED, StatusClass.THROTTLE),
        (Status.RMSGQFUL, StatusClass.THROTTLE),
        (Status.RSYSERR, StatusClass.TEMPORARY),
        (Status.RX_T_APPN, StatusClass.TEMPORARY),
        (Status.RINVBNDSTS, StatusClass.SESSION),
        (Status.RINVDSTADR, StatusClass.PERMANENT),
        (Status.RSUBMITFAIL, StatusClass.PERMANENT),
        (Status.RINVDCS, StatusClass.PERMANENT),
        (0x0400, StatusClass.PERMANENT),
    ],
)
def test_class(status: int, expected: StatusClass) -> None:
    assert classify(status) is expected


def test_a_channel_may_know_better() -> None:
    overrides = {int(Status.RSUBMITFAIL): StatusClass.TEMPORARY}
    assert classify(Status.RSUBMITFAIL, overrides) is StatusClass.TEMPORARY
    assert classify(Status.RTHROTTLED, overrides) is StatusClass.THROTTLE


def test_which_bind_refusals_need_a_person() -> None:
    assert set(BIND_NEEDS_PERSON) == {0x0E, 0x0F, 0x53}


@pytest.mark.parametrize(
    ("number", "name"), [(0, "ESME_ROK"), (0x58, "ESME_RTHROTTLED"), (0x0401, "0x00000401")]
)
def test_status_names(number: int, name: str) -> None:
    assert status_name(number) == name


def test_command_names() -> None:
    assert (command_name(4), command_name(0x80000000), command_name(0x99)) == (
        "submit_sm",
        "generic_nack",
        "0x00000099",
    )


OPEN, OUT, TX, RX, TRX, END = State
BOUND = {TX, RX, TRX}


@pytest.mark.parametrize(
    ("command", "esme", "smsc"),
    [
        (Command.BIND_TRANSMITTER, {OPEN, OUT}, set()),
        (Command.BIND_RECEIVER, {OPEN, OUT}, set()),
        (Command.BIND_TRANSCEIVER, {OPEN, OUT}, set()),
        (Command.OUTBIND, set(), {OPEN}),
        (Command.UNBIND, BOUND, BOUND),
        (Command.ENQUIRE_LINK, {OPEN, OUT, *BOUND}, {OPEN, OUT, *BOUND}),
        (Command.SUBMIT_SM, {TX, TRX}, set()),
        (Command.SUBMIT_MULTI, {TX, TRX}, set()),
        (Command.QUERY_SM, {TX, TRX}, set()),
        (Command.CANCEL_SM, {TX, TRX}, set()),
        (Command.REPLACE_SM, {TX, TRX}, set()),
        (Command.DATA_SM, {TX, TRX}, {RX, TRX}),
        (Command.DELIVER_SM, set(), {RX, TRX}),
        (Command.ALERT_NOTIFICATION, set(), {RX, TRX}),
    ],
)
def test_matrix(command: Command, esme: set[State], smsc: set[State]) -> None:
    assert {state for state in State if may_send(Role.ESME, command, state)} == esme
    assert {state for state in State if may_send(Role.SMSC, command, state)} == smsc
