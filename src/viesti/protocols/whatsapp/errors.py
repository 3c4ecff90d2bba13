"""Meta's error codes, and what each asks for.

Rule: a code is named here once; what is not in the table is judged by the HTTP status alone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """What an error asks of whoever sends."""

    STOP = "stop"  # nothing more goes out by this number until an operator has looked
    WAIT = "wait"  # the same may go through in a while
    DAY = "day"  # the same may go through after a day
    FINAL = "final"  # never to this person in this form
    CALLER = "caller"  # the request or its template is at fault
    MEDIA = "media"  # the file is at fault, or could not be moved


NO_CODE: Final = -1  # an answer that names no code

ERRORS: Final[dict[int, Action]] = {
    **dict.fromkeys((0, 3, 10, 190, 368), Action.STOP),  # token, permission, ban
    **dict.fromkeys(range(200, 300), Action.STOP),  # permission missing
    **dict.fromkeys((131005, 131031, 131037, 131042, 131044, 131045, 133010), Action.STOP),
    **dict.fromkeys((17, 341, 613), Action.WAIT),  # too many calls of any kind
    **dict.fromkeys((1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 133016, 135000), Action.WAIT),
    **dict.fromkeys((131048, 131049, 131064), Action.DAY),
    **dict.fromkeys((130472, 130497, 131021, 131026, 131030, 131047, 131050, 131051, 131062), Action.FINAL),
    **dict.fromkeys((100, 131008, 131009, 131063), Action.CALLER),
    **dict.fromkeys((132000, 132001, 132005, 132007, 132008, 132012), Action.CALLER),
    **dict.fromkeys((132015, 132016, 132068, 132069), Action.CALLER),
    **dict.fromkeys((131052, 131053), Action.MEDIA),
}

# Where the code alone says too little.
SUBCODES: Final[dict[tuple[int, int], Action]] = {
    (100, 33): Action.STOP,  # there is no such number or account, or the token may not see it
}

PAIR: Final = frozenset({131056})  # waiting concerns this person alone, not the number
OPTED_OUT: Final = frozenset({131050})  # the person stopped marketing: no other way may be tried


def action(code: int, http_status: int = 400, subcode: int = 0, transient: bool = False) -> Action:
    """What this error asks for. `code` may be `NO_CODE`; `transient` is Meta's word, for codes not known."""
    known = SUBCODES.get((code, subcode)) or ERRORS.get(code)
    if known is not None:
        return known
    if http_status in (401, 403):
        return Action.STOP
    passing = transient or http_status in (408, 425, 429) or http_status >= 500
    return Action.WAIT if passing else Action.CALLER
