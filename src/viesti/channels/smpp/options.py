"""Every option of an SMPP channel, its default and its meaning.

Rule: an option is described here once. `SmppOptions.read` takes what `estate.toml` says and names the field
it can't use; nothing else in the channel checks options again.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from viesti.channels.options import OptionReader
from viesti.domain.channel import AddressKind
from viesti.domain.text import ConcatMethod
from viesti.protocols.smpp.receipt import ReceiptOptions
from viesti.protocols.smpp.references import IdBase
from viesti.protocols.smpp.session import SessionOptions
from viesti.protocols.smpp.spec import DEFAULT_MAX_PDU, HEADER_SIZE
from viesti.protocols.smpp.status import StatusClass
from viesti.protocols.smpp.timers import TimerOptions


class BindMode(StrEnum):
    """What the sessions are bound as; `pair` binds as many transmitters as receivers."""

    TRANSCEIVER = "transceiver"
    TRANSMITTER = "transmitter"
    RECEIVER = "receiver"
    PAIR = "transmitter+receiver"


class CarrierAlphabet(StrEnum):
    """What the carrier takes text of the GSM alphabet in."""

    GSM7 = "gsm7"  # septets, one an octet
    LATIN1 = "latin1"
    ASCII = "ascii"


@dataclass(frozen=True, slots=True)
class TonNpi:
    """Type of number and numbering plan (5.2.5, 5.2.6)."""

    ton: int
    npi: int


@dataclass(frozen=True, slots=True)
class SourceRule:
    """What becomes of senders of one kind: another put in their place, or none ('')."""

    sender: str
    kind: AddressKind


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """`ca`: a PEM file, or '' for the system's; `server_name`: what the certificate must be for ('': the
    host)."""

    ca: str = ""
    verify: bool = True
    server_name: str = ""


DEFAULT_TON_NPI: dict[AddressKind, TonNpi] = {
    AddressKind.INTERNATIONAL: TonNpi(1, 1),
    AddressKind.SHORT_CODE: TonNpi(3, 0),
    AddressKind.ALPHANUMERIC: TonNpi(5, 0),
}
_BYTE = (0, 255)


@dataclass(frozen=True, slots=True)
class SmppOptions:
    """An SMPP channel as configured. Times in seconds, rates in parts a second."""

    # Where and as whom
    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str
    address_range: str
    bind: BindMode
    sessions: int  # of each kind the mode binds
    tls: TlsOptions | None
    connect_timeout: float
    # How fast
    session: SessionOptions  # window and timers
    rate: float | None  # each session; None: as fast as the window lets
    ahead: int  # parts taken before the window has room for them
    deliveries: int  # deliver_sm of one session being stored at once
    throttle_pause: float  # how long a session is silent after RTHROTTLED and its like
    throttle_limit: float  # how long one part is tried against them
    reconnect_first: float
    reconnect_longest: float
    # What is written
    alphabet: CarrierAlphabet
    data_coding: int  # of that alphabet
    concatenation: ConcatMethod
    service_type: str
    registered_delivery: int
    validity: int | None  # when the message says none
    international_prefix: str  # before E.164 digits: '', '+' or '00'
    ton_npi: Mapping[AddressKind, TonNpi]
    source_forced: TonNpi | None
    destination_forced: TonNpi | None
    source_rules: Mapping[AddressKind, SourceRule]
    default_sender: SourceRule  # when the message names none
    # What is read
    receipts: ReceiptOptions
    status_classes: Mapping[int, StatusClass]

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> SmppOptions:
        """Options from a plain mapping. Raises `OptionError` naming the field."""
        take = OptionReader(values)
        options = cls(
            host=take.text("host"),
            port=take.number("port", 2775, 1, 65_535),
            system_id=take.text("system_id", longest=15),
            password=take.text("password", "", longest=8),
            system_type=take.text("system_type", "", longest=12),
            address_range=take.text("address_range", "", longest=40),
            bind=take.choice("bind", BindMode, BindMode.TRANSCEIVER),
            sessions=take.number("sessions", 1, 1, 64),
            tls=_tls(take),
            connect_timeout=take.required_seconds("connect_timeout", 10.0),
            session=_session(take),
            rate=take.seconds("rate", None),
            ahead=take.number("ahead", 0, 0, 100_000),
            deliveries=take.number("deliveries", 500, 1, 100_000),
            throttle_pause=take.required_seconds("throttle_pause", 1.0),
            throttle_limit=take.required_seconds("throttle_limit", 60.0),
            reconnect_first=take.required_seconds("reconnect_first", 1.0),
            reconnect_longest=take.required_seconds("reconnect_longest", 60.0),
            alphabet=take.choice("alphabet", CarrierAlphabet, CarrierAlphabet.GSM7),
            data_coding=take.number("data_coding", 0, *_BYTE),
            concatenation=take.choice("concatenation", ConcatMethod, ConcatMethod.UDH8),
            service_type=take.text("service_type", "", longest=5),
            registered_delivery=take.number("registered_delivery", 1, *_BYTE),
            validity=take.optional_number("validity", 1, 30 * 86_400),
            international_prefix=_prefix(take),
            ton_npi=_ton_npi(take),
            source_forced=_forced(take, "source"),
            destination_forced=_forced(take, "destination"),
            source_rules=_source_rules(take),
            default_sender=_default_sender(take),
            receipts=_receipts(take),
            status_classes=_status_classes(take),
        )
        take.finish()
        return options


def ssl_context(tls: TlsOptions) -> ssl.SSLContext:
    """The TLS context of a channel. Raises OSError when the CA file can't be read."""
    context = ssl.create_default_context(cafile=tls.ca or None)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _tls(take: OptionReader) -> TlsOptions | None:
    inside = take.reader("tls")
    on = inside.flag("on", False)
    tls = TlsOptions(inside.text("ca", ""), inside.flag("verify", True), inside.text("server_name", ""))
    inside.finish()
    return tls if on else None


def _session(take: OptionReader) -> SessionOptions:
    timers = take.reader("timers")
    session = SessionOptions(
        window=take.number("window", 10, 1, 10_000),
        max_pdu=take.number("max_pdu", DEFAULT_MAX_PDU, HEADER_SIZE, 1 << 24),
        timers=TimerOptions(
            init=timers.seconds("bind", 30.0),
            enquire_link=timers.seconds("enquire_link", 30.0),
            inactivity=timers.seconds("inactivity", None),
            response=timers.required_seconds("response", 60.0),
        ),
    )
    timers.finish()
    return session


def _prefix(take: OptionReader) -> str:
    prefix = take.text("international_prefix", "")
    if prefix not in ("", "+", "00"):
        raise take.error("international_prefix", f"must be '', '+' or '00', not {prefix!r}")
    return prefix


def _ton_npi(take: OptionReader) -> Mapping[AddressKind, TonNpi]:
    inside = take.reader("ton_npi")
    table = {}
    for kind, default in DEFAULT_TON_NPI.items():
        pair = inside.reader(kind.value)
        table[kind] = TonNpi(pair.number("ton", default.ton, *_BYTE), pair.number("npi", default.npi, *_BYTE))
        pair.finish()
    inside.finish()
    return table


def _forced(take: OptionReader, side: str) -> TonNpi | None:
    ton = take.optional_number(f"{side}_ton", *_BYTE)
    npi = take.optional_number(f"{side}_npi", *_BYTE)
    if ton is None and npi is None:
        return None
    if ton is None or npi is None:
        missing = "ton" if ton is None else "npi"
        raise take.error(f"{side}_{missing}", "must be given together with the other one")
    return TonNpi(ton, npi)


def _source_rules(take: OptionReader) -> Mapping[AddressKind, SourceRule]:
    values = take.mapping("source_rules")
    inside = OptionReader(values, "source_rules.")
    rules = {}
    for kind in DEFAULT_TON_NPI:
        if kind.value in values:
            rule = inside.reader(kind.value)
            sender = rule.text("use", longest=20)
            rules[kind] = SourceRule(sender, _kind(rule, "kind"))
            rule.finish()
    inside.finish()
    return rules


def _default_sender(take: OptionReader) -> SourceRule:
    sender = take.text("default_sender", "", longest=20)
    return SourceRule(sender, _kind(take, "default_sender_kind"))


def _kind(take: OptionReader, name: str) -> AddressKind:
    kind = take.choice(name, AddressKind, AddressKind.INTERNATIONAL)
    if kind not in DEFAULT_TON_NPI:
        raise take.error(name, f"must be a kind of address that SMS has, not {kind.value!r}")
    return kind


def _receipts(take: OptionReader) -> ReceiptOptions:
    inside = take.reader("receipts")
    answer = inside.choice("answer_ids", IdBase, IdBase.STRING)
    if answer is IdBase.EITHER:
        raise inside.error("answer_ids", "must be 'string', 'hex' or 'decimal'")
    options = ReceiptOptions(
        answer_base=answer,
        receipt_base=inside.choice("receipt_ids", IdBase, IdBase.EITHER),
        utc_offset=timedelta(minutes=inside.number("utc_offset_minutes", 0, -14 * 60, 14 * 60)),
        sniff=inside.flag("sniff", False),
    )
    inside.finish()
    return options


def _status_classes(take: OptionReader) -> Mapping[int, StatusClass]:
    values = take.mapping("status_classes")
    inside = OptionReader(values, "status_classes.")
    classes = {}
    for name in values:
        try:
            number = int(str(name), 0)
        except ValueError:
            raise inside.error(str(name), "must be a status number like 0x45") from None
        classes[number] = inside.choice(name, StatusClass, StatusClass.PERMANENT)
    return classes
