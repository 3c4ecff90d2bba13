"""Keeps child processes running: starts them in order, restarts one that dies, stops them in reverse.

Rule: a child that fails before its first readiness is a mistake of set-up and ends everything. One that dies
later is started again: at once when it had served, after a growing pause when it dies right after its start
again and again.

Each child has a socket to us. It writes one octet when it is ready; when we die the socket closes, and the
child stops by itself, so that nothing is left behind whatever way we end.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

READY = b"R"
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
SERVED_SECONDS = 2.0  # a child that was ready for so long did not die of its start
READY_SECONDS = 60.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep. `grace`: seconds between SIGTERM and SIGKILL."""

    name: str
    grace: float


@dataclass(frozen=True, slots=True)
class Instance:
    """One life of a child. `dead` are the instances it replaces."""

    name: str
    dead: tuple[str, ...]


Spawn = Callable[[Child, Instance, socket.socket], Awaitable[asyncio.subprocess.Process]]


def next_pause(pause: float, served: float) -> float:
    """Seconds to wait before a child is started again. `pause`: before the life that ended; `served`: seconds
    that it was ready."""
    if served >= SERVED_SECONDS:
        return 0.0
    return min(max(pause * 2, FIRST_PAUSE), LONGEST_PAUSE)


class ChildFailed(Exception):  # noqa: N818  the fact
    """A child ended before it was ever ready; it has said why itself."""


class Supervisor:
    """Supervises children. `spawn(child, instance, socket)` starts one; `new_id()` names a life."""

    def __init__(
        self,
        children: Sequence[Child],
        spawn: Spawn,
        new_id: Callable[[], str],
        monotonic: Callable[[], float],
    ) -> None:
        self._keepers = [_Keeper(child, spawn, new_id, monotonic) for child in children]

    async def start(self) -> None:
        """Start every child in order, each when the one before it is ready. Raises `ChildFailed`."""
        started: list[_Keeper] = []
        try:
            for keeper in self._keepers:
                started.append(keeper)
                await keeper.start()
        except BaseException:
            await self._stop(started)
            raise

    async def stop(self) -> None:
        """Stop every child, last started first."""
        await self._stop(self._keepers)

    @staticmethod
    async def _stop(keepers: Sequence[_Keeper]) -> None:
        for keeper in reversed(keepers):
            await keeper.stop()

    def pids(self) -> dict[str, int]:
        """The process ids of the children that run."""
        return {
            k.child.name: k.process.pid for k in self._keepers if k.process and k.process.returncode is None
        }


class _Keeper:
    def __init__(
        self, child: Child, spawn: Spawn, new_id: Callable[[], str], monotonic: Callable[[], float]
    ) -> None:
        self.child = child
        self.process: asyncio.subprocess.Process | None = None
        self._spawn = spawn
        self._new_id = new_id
        self._monotonic = monotonic
        self._link: socket.socket | None = None
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._dead: tuple[str, ...] = ()
        self._ready_at: float | None = None  # in the present life

    async def start(self) -> None:
        if not await self._live():
            raise ChildFailed(f"The {self.child.name} process ended before it was ready.")
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.child.name}")

    async def stop(self) -> None:
        self._stopping = True
        if self.process and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), self.child.grace)
            except TimeoutError:
                _log.warning("child did not stop in time, killed", child=self.child.name)
                with suppress(ProcessLookupError):
                    self.process.kill()
                await self.process.wait()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._link:
            self._link.close()

    async def _keep(self) -> None:
        pause = 0.0
        while True:
            assert self.process is not None  # started before
            code = await self.process.wait()
            if self._stopping:
                return
            served = self._monotonic() - self._ready_at if self._ready_at is not None else 0.0
            pause = next_pause(pause, served)
            _log.error("child died, starting it again", child=self.child.name, code=code, pause=pause)
            await asyncio.sleep(pause)
            if await self._live():
                _log.info("child runs again", child=self.child.name)

    async def _live(self) -> bool:
        """Start a new life; gives whether it became ready."""
        self._ready_at = None
        if self._link:
            self._link.close()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        instance = Instance(f"{self.child.name}-{self._new_id()}", self._dead)
        self._dead = (*self._dead[-7:], instance.name)
        self.process = await self._spawn(self.child, instance, theirs)
        theirs.close()
        self._link = ours
        with suppress(TimeoutError, OSError):
            ready = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(ours, 1), READY_SECONDS)
            if ready == READY:
                self._ready_at = self._monotonic()
        return self._ready_at is not None


async def be_supervised(link: socket.socket, stop: asyncio.Event) -> None:
    """In a child: say that we are ready, and set `stop` when the supervisor is gone."""
    loop = asyncio.get_running_loop()
    link.setblocking(False)
    with suppress(OSError):
        await loop.sock_sendall(link, READY)
        while await loop.sock_recv(link, 1):
            pass
    stop.set()
