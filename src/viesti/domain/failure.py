"""Why a recipient did not get a message: a closed list, each with what an operator and a caller read.

Rule: a failure is named here once; carriers' own codes are mapped to these by their channel and kept beside
as detail. `number` is the value shown as `ErrorCode` by the TxtSync dialect (Twilio's published numbers where
one fits).
"""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    """The reason, as stored and as shown in status answers and callbacks."""

    INVALID_DESTINATION = "invalid_destination"
    INVALID_SENDER = "invalid_sender"
    INVALID_CONTENT = "invalid_content"
    UNREACHABLE = "unreachable"
    CARRIER_REJECTED = "carrier_rejected"
    CARRIER_ERROR = "carrier_error"
    CARRIER_BUSY = "carrier_busy"
    LINK_DOWN = "link_down"
    CHANNEL_STOPPED = "channel_stopped"
    EXPIRED = "expired"
    DELETED = "deleted"
    NO_ROUTE = "no_route"
    OPTED_OUT = "opted_out"
    NOT_OPTED_IN = "not_opted_in"
    NO_BALANCE = "no_balance"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    IN_DOUBT = "in_doubt"
    CANCELLED = "cancelled"
    NOT_ON_WHATSAPP = "not_on_whatsapp"
    WINDOW_CLOSED = "window_closed"
    UNSPECIFIED = "unspecified"


NUMBERS: dict[Failure, int] = {
    Failure.INVALID_DESTINATION: 30005,
    Failure.INVALID_SENDER: 21606,
    Failure.INVALID_CONTENT: 30007,
    Failure.UNREACHABLE: 30003,
    Failure.CARRIER_REJECTED: 30007,
    Failure.CARRIER_ERROR: 30008,
    Failure.CARRIER_BUSY: 30022,
    Failure.LINK_DOWN: 30002,
    Failure.CHANNEL_STOPPED: 30002,
    Failure.EXPIRED: 30036,
    Failure.DELETED: 30008,
    Failure.NO_ROUTE: 21612,
    Failure.OPTED_OUT: 21610,
    Failure.NOT_OPTED_IN: 21610,
    Failure.NO_BALANCE: 30002,
    Failure.TOO_MANY_ATTEMPTS: 30008,
    Failure.IN_DOUBT: 30008,
    Failure.CANCELLED: 30409,
    Failure.NOT_ON_WHATSAPP: 63003,
    Failure.WINDOW_CLOSED: 63016,
    Failure.UNSPECIFIED: 30008,
}

SENTENCES: dict[Failure, str] = {
    Failure.INVALID_DESTINATION: "The destination number does not exist or can't receive messages.",
    Failure.INVALID_SENDER: "The carrier does not allow this sender.",
    Failure.INVALID_CONTENT: "The carrier refused the content or its format.",
    Failure.UNREACHABLE: "The handset could not be reached.",
    Failure.CARRIER_REJECTED: "The carrier rejected the message.",
    Failure.CARRIER_ERROR: "The carrier reported an error of its own.",
    Failure.CARRIER_BUSY: "The carrier asked us to slow down.",
    Failure.LINK_DOWN: "The link to the carrier was down.",
    Failure.CHANNEL_STOPPED: "The channel stopped before the message was sent.",
    Failure.EXPIRED: "The message was not delivered within its validity time.",
    Failure.DELETED: "The carrier deleted the message.",
    Failure.NO_ROUTE: "No route leads to this destination.",
    Failure.OPTED_OUT: "The recipient has opted out.",
    Failure.NOT_OPTED_IN: "The recipient has not opted in.",
    Failure.NO_BALANCE: "The customer's balance does not cover the message.",
    Failure.TOO_MANY_ATTEMPTS: "Every attempt failed for a passing reason, and no more are made.",
    Failure.IN_DOUBT: "The link died before the carrier answered; the message may have been sent.",
    Failure.CANCELLED: "The message was cancelled before it was sent.",
    Failure.NOT_ON_WHATSAPP: "The recipient can't be reached on WhatsApp.",
    Failure.WINDOW_CLOSED: "The recipient has not written within 24 hours; only a template can be sent.",
    Failure.UNSPECIFIED: "The carrier gave no reason.",
}

# Nothing is sent to them, and that is as it should be: no failure of the sending.
UNWANTED = frozenset((Failure.OPTED_OUT, Failure.NOT_OPTED_IN))

# The number does not exist, or can't be written to in this way: another message will not reach it either.
INVALID = frozenset((Failure.INVALID_DESTINATION, Failure.NOT_ON_WHATSAPP))
