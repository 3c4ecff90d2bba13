"""Command statuses (SMPP 3.4, 5.1.3; 5.0 additions carriers already send) and what each asks of the sender.

Rule: a status is classified here once, by number. Carriers differ, so a channel may override any row; what is
not listed is permanent, because sending the same thing again would be refused again.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum


class Status(IntEnum):
    """command_status by its name in the standard, without the ESME_ in front."""

    ROK = 0x00
    RINVMSGLEN = 0x01
    RINVCMDLEN = 0x02
    RINVCMDID = 0x03
    RINVBNDSTS = 0x04
    RALYBND = 0x05
    RINVPRTFLG = 0x06
    RINVREGDLVFLG = 0x07
    RSYSERR = 0x08
    RINVSRCADR = 0x0A
    RINVDSTADR = 0x0B
    RINVMSGID = 0x0C
    RBINDFAIL = 0x0D
    RINVPASWD = 0x0E
    RINVSYSID = 0x0F
    RCANCELFAIL = 0x11
    RREPLACEFAIL = 0x13
    RMSGQFUL = 0x14
    RINVSERTYP = 0x15
    RINVNUMDESTS = 0x33
    RINVDLNAME = 0x34
    RINVDESTFLAG = 0x40
    RINVSUBREP = 0x42
    RINVESMCLASS = 0x43
    RCNTSUBDL = 0x44
    RSUBMITFAIL = 0x45
    RINVSRCTON = 0x48
    RINVSRCNPI = 0x49
    RINVDSTTON = 0x50
    RINVDSTNPI = 0x51
    RINVSYSTYP = 0x53
    RINVREPFLAG = 0x54
    RINVNUMMSGS = 0x55
    RTHROTTLED = 0x58
    RINVSCHED = 0x61
    RINVEXPIRY = 0x62
    RINVDFTMSGID = 0x63
    RX_T_APPN = 0x64
    RX_P_APPN = 0x65
    RX_R_APPN = 0x66
    RQUERYFAIL = 0x67
    RINVOPTPARSTREAM = 0xC0
    ROPTPARNOTALLWD = 0xC1
    RINVPARLEN = 0xC2
    RMISSINGOPTPARAM = 0xC3
    RINVOPTPARAMVAL = 0xC4
    RDELIVERYFAILURE = 0xFE
    RUNKNOWNERR = 0xFF
    # 5.0
    RSERTYPUNAUTH = 0x100
    RPROHIBITED = 0x101
    RSERTYPUNAVAIL = 0x102
    RSERTYPDENIED = 0x103
    RINVDCS = 0x104
    RINVSRCADDRSUBUNIT = 0x105
    RINVDSTADDRSUBUNIT = 0x106
    RINVBCASTFREQINT = 0x107
    RINVBCASTALIAS_NAME = 0x108
    RINVBCASTAREAFMT = 0x109
    RINVNUMBCAST_AREAS = 0x10A
    RINVBCASTCNTTYPE = 0x10B
    RINVBCASTMSGCLASS = 0x10C
    RBCASTFAIL = 0x10D
    RBCASTQUERYFAIL = 0x10E
    RBCASTCANCELFAIL = 0x10F
    RINVBCAST_REP = 0x110
    RINVBCASTSRVGRP = 0x111
    RINVBCASTCHANIND = 0x112


_NAMES = {int(status): f"ESME_{status.name}" for status in Status}


def status_name(status: int) -> str:
    """The standard's name of a command_status, or its number in hex when it is the carrier's own."""
    return _NAMES.get(status) or f"0x{status:08X}"


class StatusClass(StrEnum):
    """What an answer with this status asks of the sender."""

    OK = "ok"
    THROTTLE = "throttle"  # too fast: pause the session, keep the order, send the same PDU first
    TEMPORARY = "temporary"  # not now: the same message may be taken later
    SESSION = "session"  # the session is not what we thought: bind again, then send again
    PERMANENT = "permanent"


STATUS_CLASSES: dict[int, StatusClass] = {
    Status.ROK: StatusClass.OK,
    Status.RTHROTTLED: StatusClass.THROTTLE,
    Status.RMSGQFUL: StatusClass.THROTTLE,
    Status.RSYSERR: StatusClass.TEMPORARY,
    Status.RX_T_APPN: StatusClass.TEMPORARY,
    Status.RINVSCHED: StatusClass.TEMPORARY,
    Status.RINVBNDSTS: StatusClass.SESSION,
}


def classify(status: int, overrides: Mapping[int, StatusClass] | None = None) -> StatusClass:
    """The class of a status; `overrides` are the channel's own rows."""
    if overrides and status in overrides:
        return overrides[status]
    return STATUS_CLASSES.get(status, StatusClass.PERMANENT)


# Refusals of a bind that trying again can't heal; the rest (already bound, bind failed) may pass.
BIND_NEEDS_PERSON: dict[int, str] = {
    Status.RINVSYSID: "The carrier does not know this system id.",
    Status.RINVPASWD: "The carrier refused the password.",
    Status.RINVSYSTYP: "The carrier refused the system type.",
}
