"""Every option of the SMPP channel: defaults, all set, and what is said of a wrong one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from viesti.channels.options import OptionError
from viesti.channels.smpp.options import (
    BindMode,
    CarrierAlphabet,
    SmppOptions,
    SourceRule,
    TlsOptions,
    TonNpi,
)
from viesti.domain.channel import AddressKind
from viesti.domain.text import ConcatMethod
from viesti.protocols.smpp.receipt import ReceiptOptions
from viesti.protocols.smpp.references import IdBase
from viesti.protocols.smpp.status import StatusClass

LEAST: dict[str, Any] = {"host": "smsc.example", "system_id": "viesti"}

FULL: dict[str, Any] = {
    "host": "smsc.example",
    "port": 3550,
    "system_id": "viesti",
    "password": "secret12",
    "system_type": "VMA",
    "address_range": "^3584",
    "bind": "transmitter+receiver",
    "sessions": 4,
    "tls": {"on": True, "ca": "/etc/carrier.pem", "verify": False, "server_name": "smsc"},
    "connect_timeout": 5,
    "window": 100,
    "max_pdu": 8192,
    "timers": {"bind": 10, "enquire_link": False, "inactivity": 300, "response": 15.5},
    "rate": 33.5,
    "ahead": 10,
    "deliveries": 50,
    "throttle_pause": 2,
    "throttle_limit": 30,
    "reconnect_first": 0.5,
    "reconnect_longest": 20,
    "alphabet": "latin1",
    "data_coding": 3,
    "concatenation": "udh16",
    "service_type": "CMT",
    "registered_delivery": 17,
    "validity": 3600,
    "international_prefix": "+",
    "ton_npi": {"short_code": {"ton": 6, "npi": 1}},
    "source_ton": 0,
    "source_npi": 0,
    "destination_ton": 2,
    "destination_npi": 8,
    "source_rules": {"alphanumeric": {"use": "17170", "kind": "short_code"}},
    "default_sender": "Viesti",
    "default_sender_kind": "alphanumeric",
    "receipts": {"answer_ids": "hex", "receipt_ids": "decimal", "utc_offset_minutes": 120, "sniff": True},
    "status_classes": {"0x45": "temporary", "1028": "throttle"},
}


BINDS = "'transceiver', 'transmitter', 'receiver', 'transmitter+receiver'"
CLASSES = "'ok', 'throttle', 'temporary', 'session', 'permanent'"


def test_defaults() -> None:
    options = SmppOptions.read(LEAST)
    assert (options.port, options.bind, options.sessions, options.tls) == (
        2775,
        BindMode.TRANSCEIVER,
        1,
        None,
    )
    assert (options.session.window, options.session.timers.response, options.rate) == (10, 60.0, None)
    assert (options.alphabet, options.data_coding, options.concatenation) == (
        CarrierAlphabet.GSM7,
        0,
        ConcatMethod.UDH8,
    )
    assert options.ton_npi == {
        AddressKind.INTERNATIONAL: TonNpi(1, 1),
        AddressKind.SHORT_CODE: TonNpi(3, 0),
        AddressKind.ALPHANUMERIC: TonNpi(5, 0),
    }
    assert options.receipts == ReceiptOptions()
    assert (options.source_rules, options.source_forced, options.status_classes) == ({}, None, {})


def test_full() -> None:
    options = SmppOptions.read(FULL)
    assert options.tls == TlsOptions("/etc/carrier.pem", False, "smsc")
    timers = options.session.timers
    assert (timers.init, timers.enquire_link, timers.inactivity, timers.response) == (10.0, None, 300.0, 15.5)
    assert (options.session.window, options.session.max_pdu, options.rate) == (100, 8192, 33.5)
    assert options.ton_npi[AddressKind.SHORT_CODE] == TonNpi(6, 1)
    assert (options.source_forced, options.destination_forced) == (TonNpi(0, 0), TonNpi(2, 8))
    assert options.source_rules == {AddressKind.ALPHANUMERIC: SourceRule("17170", AddressKind.SHORT_CODE)}
    assert options.default_sender == SourceRule("Viesti", AddressKind.ALPHANUMERIC)
    assert options.receipts == ReceiptOptions(IdBase.HEX, IdBase.DECIMAL, timedelta(hours=2), True)
    assert options.status_classes == {0x45: StatusClass.TEMPORARY, 1028: StatusClass.THROTTLE}


def test_the_password_is_not_shown() -> None:
    assert "secret12" not in repr(SmppOptions.read(FULL))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"host": None}, "host: is required"),
        ({"host": 7}, "host: must be text, not int"),
        ({"port": "2775"}, "port: must be a whole number, not '2775'"),
        ({"port": 0}, "port: must be from 1 to 65535, not 0"),
        ({"port": True}, "port: must be a whole number, not True"),
        ({"system_id": "x" * 16}, "system_id: is longer than 15 characters"),
        ({"password": "x" * 9}, "password: is longer than 8 characters"),
        ({"alphabet": "utf8"}, "alphabet: must be one of 'gsm7', 'latin1', 'ascii', not 'utf8'"),
        ({"rate": 0}, "rate: must be more than 0, not 0"),
        ({"rate": "fast"}, "rate: must be a number, not 'fast'"),
        ({"connect_timeout": False}, "connect_timeout: can't be switched off"),
        ({"timers": {"response": False}}, "timers.response: can't be switched off"),
        ({"timers": {"respons": 3}}, "timers.respons: is no option here"),
        ({"timers": 3}, "timers: must be a table, not 3"),
        ({"tls": {"on": "yes"}}, "tls.on: must be true or false, not 'yes'"),
        ({"international_prefix": "0"}, "international_prefix: must be '', '+' or '00', not '0'"),
        ({"ton_npi": {"mobile": {}}}, "ton_npi.mobile: is no option here"),
        ({"ton_npi": {"short_code": {"ton": 256}}}, "ton_npi.short_code.ton: must be from 0 to 255, not 256"),
        ({"source_ton": 1}, "source_npi: must be given together with the other one"),
        ({"destination_npi": 1}, "destination_ton: must be given together with the other one"),
        ({"source_rules": {"alphanumeric": {}}}, "source_rules.alphanumeric.use: is required"),
        ({"receipts": {"answer_ids": "either"}}, "receipts.answer_ids: must be 'string', 'hex' or 'decimal'"),
        ({"status_classes": {"busy": "throttle"}}, "status_classes.busy: must be a status number like 0x45"),
        ({"bind": "x"}, f"bind: must be one of {BINDS}, not 'x'"),
        ({"status_classes": {"0x45": "x"}}, f"status_classes.0x45: must be one of {CLASSES}, not 'x'"),
        ({"pasword": "x"}, "pasword: is no option here"),
    ],
)  # fmt: skip
def test_wrong(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        SmppOptions.read({**LEAST, **change})
    assert str(caught.value) == sentence
