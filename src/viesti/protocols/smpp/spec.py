"""SMPP 3.4 as tables: command ids, the layout of every PDU body, TLV tags, limits (sections 4 and 5).

Rule: a field is described here once, as a row; the codec only reads rows. Maxima of C-octet strings count
the NUL.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final, NamedTuple

from viesti.protocols.smpp.status import Status

HEADER_SIZE: Final = 16
DEFAULT_MAX_PDU: Final = 64 * 1024
MAX_SEQUENCE: Final = 0x7FFFFFFF
MAX_SHORT_MESSAGE: Final = 254
RESPONSE: Final = 0x80000000
INTERFACE_VERSION: Final = 0x34


class Command(IntEnum):
    """command_id (5.1.2.1)."""

    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    QUERY_SM = 0x03
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    REPLACE_SM = 0x07
    CANCEL_SM = 0x08
    BIND_TRANSCEIVER = 0x09
    OUTBIND = 0x0B
    ENQUIRE_LINK = 0x15
    SUBMIT_MULTI = 0x21
    ALERT_NOTIFICATION = 0x102
    DATA_SM = 0x103
    GENERIC_NACK = 0x80000000
    BIND_RECEIVER_RESP = 0x80000001
    BIND_TRANSMITTER_RESP = 0x80000002
    QUERY_SM_RESP = 0x80000003
    SUBMIT_SM_RESP = 0x80000004
    DELIVER_SM_RESP = 0x80000005
    UNBIND_RESP = 0x80000006
    REPLACE_SM_RESP = 0x80000007
    CANCEL_SM_RESP = 0x80000008
    BIND_TRANSCEIVER_RESP = 0x80000009
    ENQUIRE_LINK_RESP = 0x80000015
    SUBMIT_MULTI_RESP = 0x80000021
    DATA_SM_RESP = 0x80000103


BINDS: Final = frozenset({Command.BIND_RECEIVER, Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER})
UNANSWERED: Final = frozenset({Command.OUTBIND, Command.ALERT_NOTIFICATION})  # requests that have no response
_NAMES: Final = {int(command): command.name.lower() for command in Command}


def command_name(command_id: int) -> str:
    """The standard's name of a command id, or the number in hex."""
    return _NAMES.get(command_id) or f"0x{command_id:08X}"


class SmeAddress(NamedTuple):
    """A destination of submit_multi, dest_flag 1 (4.5.1.1)."""

    ton: int
    npi: int
    address: str


class DistributionList(NamedTuple):
    """A destination of submit_multi, dest_flag 2 (4.5.1.2)."""

    name: str


class Unsuccessful(NamedTuple):
    """A destination that submit_multi could not take (4.5.2.1)."""

    ton: int
    npi: int
    address: str
    status: int


class Kind(Enum):
    """How a field lies in the body."""

    TEXT = "C-octet string"
    NUMBER = "integer"
    MESSAGE = "octet string after a one-octet length"
    DESTINATIONS = "dest_address list after a one-octet count"
    UNSUCCESSFUL = "unsuccess_sme list after a one-octet count"


@dataclass(frozen=True, slots=True)
class Field:
    """One row: `size` is octets of a NUMBER, most octets of anything else; `status` answers a bad one."""

    name: str
    kind: Kind
    size: int
    status: Status = Status.RINVCMDLEN


def _text(name: str, size: int, status: Status = Status.RINVCMDLEN) -> Field:
    return Field(name, Kind.TEXT, size, status)


def _number(name: str, size: int = 1) -> Field:
    return Field(name, Kind.NUMBER, size)


def _address(prefix: str, size: int, status: Status, name: str = "") -> tuple[Field, ...]:
    return (
        _number(f"{prefix}_addr_ton"),
        _number(f"{prefix}_addr_npi"),
        _text(name or f"{prefix}_addr", size, status),
    )


_SOURCE = _address("source", 21, Status.RINVSRCADR)
_DEST = _address("dest", 21, Status.RINVDSTADR, "destination_addr")
_SERVICE_TYPE = _text("service_type", 6, Status.RINVSERTYP)
_MESSAGE_ID = _text("message_id", 65, Status.RINVMSGID)
_SCHEDULE = _text("schedule_delivery_time", 17, Status.RINVSCHED)
_VALIDITY = _text("validity_period", 17, Status.RINVEXPIRY)
_SHORT_MESSAGE = Field("short_message", Kind.MESSAGE, MAX_SHORT_MESSAGE, Status.RINVMSGLEN)

_BIND = (
    _text("system_id", 16, Status.RINVSYSID),
    _text("password", 9, Status.RINVPASWD),
    _text("system_type", 13, Status.RINVSYSTYP),
    _number("interface_version"),
    _number("addr_ton"),
    _number("addr_npi"),
    _text("address_range", 41),
)
_BIND_RESP = (_text("system_id", 16),)
_AFTER_DESTINATION = (
    _number("esm_class"),
    _number("protocol_id"),
    _number("priority_flag"),
    _SCHEDULE,
    _VALIDITY,
    _number("registered_delivery"),
    _number("replace_if_present_flag"),
    _number("data_coding"),
    _number("sm_default_msg_id"),
    _SHORT_MESSAGE,
)
_SM = (_SERVICE_TYPE, *_SOURCE, *_DEST, *_AFTER_DESTINATION)

# Body of every PDU, in order (4.1-4.12). Responses that carry nothing have an empty row.
LAYOUTS: Final[dict[int, tuple[Field, ...]]] = {
    Command.BIND_RECEIVER: _BIND,
    Command.BIND_TRANSMITTER: _BIND,
    Command.BIND_TRANSCEIVER: _BIND,
    Command.BIND_RECEIVER_RESP: _BIND_RESP,
    Command.BIND_TRANSMITTER_RESP: _BIND_RESP,
    Command.BIND_TRANSCEIVER_RESP: _BIND_RESP,
    Command.OUTBIND: (_text("system_id", 16), _text("password", 9)),
    Command.UNBIND: (),
    Command.UNBIND_RESP: (),
    Command.GENERIC_NACK: (),
    Command.ENQUIRE_LINK: (),
    Command.ENQUIRE_LINK_RESP: (),
    Command.SUBMIT_SM: _SM,
    Command.SUBMIT_SM_RESP: (_MESSAGE_ID,),
    Command.DELIVER_SM: _SM,
    Command.DELIVER_SM_RESP: (_MESSAGE_ID,),
    Command.SUBMIT_MULTI: (
        _SERVICE_TYPE,
        *_SOURCE,
        Field("dest_addresses", Kind.DESTINATIONS, 254, Status.RINVNUMDESTS),
        *_AFTER_DESTINATION,
    ),
    Command.SUBMIT_MULTI_RESP: (_MESSAGE_ID, Field("unsuccess_smes", Kind.UNSUCCESSFUL, 255)),
    Command.DATA_SM: (
        _SERVICE_TYPE,
        *_address("source", 65, Status.RINVSRCADR),
        *_address("dest", 65, Status.RINVDSTADR, "destination_addr"),
        _number("esm_class"),
        _number("registered_delivery"),
        _number("data_coding"),
    ),
    Command.DATA_SM_RESP: (_MESSAGE_ID,),
    Command.QUERY_SM: (_MESSAGE_ID, *_SOURCE),
    Command.QUERY_SM_RESP: (
        _MESSAGE_ID,
        _text("final_date", 17),
        _number("message_state"),
        _number("error_code"),
    ),
    Command.CANCEL_SM: (_SERVICE_TYPE, _MESSAGE_ID, *_SOURCE, *_DEST),
    Command.CANCEL_SM_RESP: (),
    Command.REPLACE_SM: (
        _MESSAGE_ID,
        *_SOURCE,
        _SCHEDULE,
        _VALIDITY,
        _number("registered_delivery"),
        _number("sm_default_msg_id"),
        _SHORT_MESSAGE,
    ),
    Command.REPLACE_SM_RESP: (),
    Command.ALERT_NOTIFICATION: (
        *_address("source", 65, Status.RINVSRCADR),
        *_address("esme", 65, Status.RINVDSTADR),
    ),
}


# What lists are made of.
OCTET: Final = _number("length")
ERROR_STATUS: Final = _number("error_status_code", 4)
DESTINATION: Final = _text("destination_addr", 21, Status.RINVDSTADR)
DL_NAME: Final = _text("dl_name", 21, Status.RINVDLNAME)


class Tag(IntEnum):
    """TLV tags (5.3.2) that anything here reads or writes, or an operator may want named."""

    DEST_ADDR_SUBUNIT = 0x0005
    DEST_NETWORK_TYPE = 0x0006
    DEST_BEARER_TYPE = 0x0007
    DEST_TELEMATICS_ID = 0x0008
    SOURCE_ADDR_SUBUNIT = 0x000D
    SOURCE_NETWORK_TYPE = 0x000E
    SOURCE_BEARER_TYPE = 0x000F
    SOURCE_TELEMATICS_ID = 0x0010
    QOS_TIME_TO_LIVE = 0x0017
    PAYLOAD_TYPE = 0x0019
    ADDITIONAL_STATUS_INFO_TEXT = 0x001D
    RECEIPTED_MESSAGE_ID = 0x001E
    MS_MSG_WAIT_FACILITIES = 0x0030
    PRIVACY_INDICATOR = 0x0201
    SOURCE_SUBADDRESS = 0x0202
    DEST_SUBADDRESS = 0x0203
    USER_MESSAGE_REFERENCE = 0x0204
    USER_RESPONSE_CODE = 0x0205
    SOURCE_PORT = 0x020A
    DESTINATION_PORT = 0x020B
    SAR_MSG_REF_NUM = 0x020C
    LANGUAGE_INDICATOR = 0x020D
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    SC_INTERFACE_VERSION = 0x0210
    CALLBACK_NUM_PRES_IND = 0x0302
    CALLBACK_NUM_ATAG = 0x0303
    NUMBER_OF_MESSAGES = 0x0304
    CALLBACK_NUM = 0x0381
    DPF_RESULT = 0x0420
    SET_DPF = 0x0421
    MS_AVAILABILITY_STATUS = 0x0422
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    DELIVERY_FAILURE_REASON = 0x0425
    MORE_MESSAGES_TO_SEND = 0x0426
    MESSAGE_STATE = 0x0427
    CONGESTION_STATE = 0x0428
    USSD_SERVICE_OP = 0x0501
    BILLING_IDENTIFICATION = 0x060B
    DISPLAY_TIME = 0x1201
    SMS_SIGNAL = 0x1203
    MS_VALIDITY = 0x1204
    ALERT_ON_MESSAGE_DELIVERY = 0x130C
    ITS_REPLY_TYPE = 0x1380
    ITS_SESSION_INFO = 0x1383


# esm_class (5.2.12)
ESM_TYPE_MASK: Final = 0x3C
ESM_RECEIPT: Final = 0x04
ESM_DELIVERY_ACK: Final = 0x08
ESM_INTERMEDIATE: Final = 0x20
ESM_UDHI: Final = 0x40
