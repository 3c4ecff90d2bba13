"""Whether a channel's number can be used now, and what an operator reads of it.

Rule: it is believed to work only as long as the API says so. After trouble one message goes first, and the
others follow when that one was answered for itself: a dead number costs one message in doubt at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any, Final

import msgspec

from viesti.channels.whatsapp.outcomes import sentence
from viesti.domain.channel import SessionState
from viesti.net.answer import HttpAnswer, HttpFailure
from viesti.protocols.whatsapp import answers
from viesti.protocols.whatsapp.errors import NO_CODE, Action

NAME: Final = "number"  # of the one session that a channel has
_GREATEST: Final = 16  # doublings of the first wait


class Usable(Enum):
    """How many messages may be on their way."""

    NONE = auto()
    ONE = auto()  # to see whether it works
    ALL = auto()


class _Seen(msgspec.Struct, frozen=True):
    display_phone_number: str = ""
    verified_name: str = ""
    quality_rating: str = ""


_seen = msgspec.json.Decoder(_Seen)


class Number:
    """Looks at the number when it starts, every `look_seconds`, and after trouble with growing pauses.

    `tell(state, detail)` is called for each change; `changed()` when more or fewer messages may go.
    """

    def __init__(
        self,
        look: Callable[[], Awaitable[HttpAnswer | HttpFailure]],
        tell: Callable[[SessionState, str], None],
        changed: Callable[[], None],
        *,
        look_seconds: float,
        reconnect_first: float,
        reconnect_longest: float,
        jitter: Callable[[], float],
    ) -> None:
        self._look = look
        self._tell = tell
        self._changed = changed
        self._look_seconds = look_seconds
        self._first = reconnect_first
        self._longest = reconnect_longest
        self._jitter = jitter
        self._told: tuple[SessionState, str] | None = None
        self._troubles = 0  # since a message was answered for itself
        self._refused = ""  # why, since a message was refused for the number's sake
        self._detail = ""
        self._trouble = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.usable = Usable.NONE

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="whatsapp number")

    async def stop(self) -> None:
        """Look no more."""
        self.usable = Usable.NONE
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._say(SessionState.STOPPED, "stopped")

    def works(self) -> None:
        """A message was answered for itself, whatever the answer was."""
        self._troubles = 0
        if self.usable is Usable.ONE:
            self._refused = ""
            self.usable = Usable.ALL
            self._say(SessionState.BOUND, self._detail)
            self._changed()

    def lost(self, detail: str) -> None:
        """Nobody knows whether it works."""
        if self.usable is not Usable.NONE:
            self._troubled(detail)

    def refused(self, reason: str) -> None:
        """The API does not send by it."""
        self._refused = reason
        self._troubled(reason)

    def _troubled(self, detail: str) -> None:
        self.usable = Usable.NONE
        self._troubles += 1
        self._say_trouble(detail)
        self._trouble.set()
        self._changed()

    async def _run(self) -> None:
        self._say(SessionState.CONNECTING, "")
        while True:
            seen = self._judge(await self._look())
            self._changed()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_seconds if seen else self._pause()):
                    await self._trouble.wait()
            if self._trouble.is_set():
                await asyncio.sleep(self._look_seconds if self._refused else self._pause())
                self._trouble.clear()

    def _judge(self, result: HttpAnswer | HttpFailure) -> bool:
        """What a look showed; whether the next has time."""
        if isinstance(result, HttpFailure):
            return self._unseen(f"{result.kind.value}: {result.detail}")
        match answers.read_body(result.status, result.body, _seen):
            case _Seen() as seen:
                self._detail = _described(seen)
                if self._trouble.is_set():  # while we looked: it is looked at again
                    return True
                if self.usable is Usable.NONE:
                    self.usable = Usable.ONE
                if not self._refused:
                    self._say(SessionState.BOUND, self._detail)
                return True
            case answers.Refused() as refused:
                if refused.code == NO_CODE or refused.action is not Action.STOP:
                    return self._unseen(sentence(refused))
                self.usable = Usable.NONE
                self._say(SessionState.STOPPED, sentence(refused))
                return True
            case answers.Unclear(reason=reason):
                return self._unseen(reason)

    def _unseen(self, detail: str) -> bool:
        self.usable = Usable.NONE
        self._troubles += 1
        self._say_trouble(detail)
        return False

    def _say_trouble(self, detail: str) -> None:
        """Why messages were refused is told until one is taken."""
        if self._refused:
            self._say(SessionState.STOPPED, self._refused)
        else:
            self._say(SessionState.DOWN, detail)

    def _pause(self) -> float:
        longest = min(self._longest, self._first * 2.0 ** min(max(self._troubles - 1, 0), _GREATEST))
        return longest * (0.5 + 0.5 * self._jitter())

    def _say(self, state: SessionState, detail: str) -> None:
        if self._told != (state, detail):
            self._told = (state, detail)
            self._tell(state, detail)


def _described(seen: Any) -> str:
    quality = f"quality {seen.quality_rating}" if seen.quality_rating else ""
    return ", ".join(filter(None, (seen.display_phone_number, seen.verified_name, quality)))
