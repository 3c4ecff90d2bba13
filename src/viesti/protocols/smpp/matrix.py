"""Which side may send which request in which state of the session (SMPP 3.4, 2.2 and table 2-1).

Rule: both ends consult this one table, for what they send and for what they accept. Responses are not
listed: one is allowed exactly when the request it answers is outstanding.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from viesti.protocols.smpp.spec import Command


class Role(Enum):
    """The two ends: the ESME is the client, the SMSC the message centre."""

    ESME = "esme"
    SMSC = "smsc"

    @property
    def peer(self) -> Role:
        return Role.SMSC if self is Role.ESME else Role.ESME


class State(Enum):
    """Session states (2.2); CLOSED also stands for unbound, after which nothing more is said."""

    OPEN = "open"
    OUTBOUND = "outbound"
    BOUND_TX = "bound_tx"
    BOUND_RX = "bound_rx"
    BOUND_TRX = "bound_trx"
    CLOSED = "closed"


BOUND: Final = frozenset({State.BOUND_TX, State.BOUND_RX, State.BOUND_TRX})
BOUND_BY: Final[dict[int, State]] = {
    Command.BIND_TRANSMITTER: State.BOUND_TX,
    Command.BIND_RECEIVER: State.BOUND_RX,
    Command.BIND_TRANSCEIVER: State.BOUND_TRX,
}

_UNBOUND = frozenset({State.OPEN, State.OUTBOUND})
_SENDING = frozenset({State.BOUND_TX, State.BOUND_TRX})
_RECEIVING = frozenset({State.BOUND_RX, State.BOUND_TRX})
_NOWHERE: frozenset[State] = frozenset()
_ALIVE = BOUND | _UNBOUND  # 5.0 allows enquire_link before the bind; harmless, so tolerated in 3.4 too

# request: (states in which the ESME may send it, states in which the SMSC may)
MATRIX: Final[dict[Command, tuple[frozenset[State], frozenset[State]]]] = {
    Command.BIND_TRANSMITTER: (_UNBOUND, _NOWHERE),
    Command.BIND_RECEIVER: (_UNBOUND, _NOWHERE),
    Command.BIND_TRANSCEIVER: (_UNBOUND, _NOWHERE),
    Command.OUTBIND: (_NOWHERE, frozenset({State.OPEN})),
    Command.UNBIND: (BOUND, BOUND),
    Command.ENQUIRE_LINK: (_ALIVE, _ALIVE),
    Command.SUBMIT_SM: (_SENDING, _NOWHERE),
    Command.SUBMIT_MULTI: (_SENDING, _NOWHERE),
    Command.QUERY_SM: (_SENDING, _NOWHERE),
    Command.CANCEL_SM: (_SENDING, _NOWHERE),
    Command.REPLACE_SM: (_SENDING, _NOWHERE),
    Command.DATA_SM: (_SENDING, _RECEIVING),
    Command.DELIVER_SM: (_NOWHERE, _RECEIVING),
    Command.ALERT_NOTIFICATION: (_NOWHERE, _RECEIVING),
}


def _allowed(role: Role, state: State) -> frozenset[int]:
    column = 0 if role is Role.ESME else 1
    return frozenset(int(command) for command, states in MATRIX.items() if state in states[column])


# The same table turned round: what `role` may send in `state`.
ALLOWED: Final[dict[tuple[Role, State], frozenset[int]]] = {
    (role, state): _allowed(role, state) for role in Role for state in State
}


def may_send(role: Role, command_id: int, state: State) -> bool:
    """Whether `role` may send this request in `state`."""
    return command_id in ALLOWED[role, state]
