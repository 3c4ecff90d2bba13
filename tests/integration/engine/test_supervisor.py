"""The supervisor with real processes: order, restart, readiness, and children that outlive nobody."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from viesti.engine.supervisor import (
    FIRST_PAUSE,
    SERVED_SECONDS,
    Child,
    ChildFailed,
    Instance,
    Supervisor,
    be_supervised,
)

pytestmark = pytest.mark.integration

# Says that it is ready, tells what happens to it in a file, and ends when its supervisor is gone.
CHILD = """
import signal, socket, sys
name, how, link, story = sys.argv[1], sys.argv[2], socket.socket(fileno=int(sys.argv[3])), sys.argv[4]
def tell(what):
    with open(story, "a") as file:
        file.write(f"{name} {what}\\n")
def stop(*_):
    tell("stopped")
    if how != "stubborn":
        sys.exit(0)
signal.signal(signal.SIGTERM, stop)
if how == "broken":
    sys.exit(3)
tell("ready")
link.sendall(b"R")
while how == "stubborn" or link.recv(1):
    signal.pause() if how == "stubborn" else None
tell("orphaned")
"""


async def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


class Story:
    """What the children told."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.instances: list[Instance] = []

    def lines(self) -> list[str]:
        return self.file.read_text().splitlines() if self.file.exists() else []

    async def has(self, line: str, times: int = 1) -> None:
        await until(lambda: self.lines().count(line) >= times)

    def supervisor(
        self, *children: Child, how: str = "well", monotonic: Callable[[], float] = time.monotonic
    ) -> Supervisor:
        async def spawn(child: Child, instance: Instance, link: socket.socket) -> asyncio.subprocess.Process:
            self.instances.append(instance)
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                CHILD,
                child.name,
                how if child.name == "b" else "well",
                str(link.fileno()),
                str(self.file),
                pass_fds=[link.fileno()],
            )

        numbers = count(1)
        return Supervisor(children, spawn, lambda: str(next(numbers)), monotonic)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path / "story")


A, B = Child("a", grace=5), Child("b", grace=5)


async def test_starts_in_order_and_stops_in_reverse(story: Story) -> None:
    supervisor = story.supervisor(A, B)
    await supervisor.start()
    await supervisor.stop()
    assert story.lines() == ["a ready", "b ready", "b stopped", "a stopped"]


async def test_a_child_that_dies_is_started_again_and_knows_whom_it_replaces(story: Story) -> None:
    supervisor = story.supervisor(A, B)
    await supervisor.start()
    os.kill(supervisor.pids()["b"], signal.SIGKILL)
    await story.has("b ready", times=2)
    await supervisor.stop()
    assert [instance.dead for instance in story.instances] == [(), (), (story.instances[1].name,)]


async def test_the_pause_depends_on_how_long_it_had_served(story: Story) -> None:
    """Time that a child spent starting, or that passed since earlier deaths, counts for nothing."""
    clock = [0.0]
    supervisor = story.supervisor(B, monotonic=lambda: clock[0])
    with capture_logs() as logs:
        await supervisor.start()
        for life, served in enumerate((100.0, 0.0, 0.1, SERVED_SECONDS), 1):
            clock[0] += served
            os.kill(supervisor.pids()["b"], signal.SIGKILL)
            await until(lambda: [log["event"] for log in logs].count("child runs again") == life)  # noqa: B023
        await supervisor.stop()
    assert [log["pause"] for log in logs if "pause" in log] == [0, FIRST_PAUSE, 2 * FIRST_PAUSE, 0]


async def test_a_child_that_fails_at_first_ends_everything(story: Story) -> None:
    supervisor = story.supervisor(A, B, how="broken")
    with pytest.raises(ChildFailed, match="The b process ended before it was ready"):
        await supervisor.start()
    assert story.lines() == ["a ready", "a stopped"]


async def test_a_child_that_will_not_stop_is_killed(story: Story) -> None:
    supervisor = story.supervisor(A, Child("b", grace=0.3), how="stubborn")
    await supervisor.start()
    began = time.monotonic()
    await supervisor.stop()
    assert time.monotonic() - began < 5
    assert story.lines() == ["a ready", "b ready", "b stopped", "a stopped"]


async def test_a_child_learns_that_its_supervisor_is_gone() -> None:
    ours, theirs = socket.socketpair()
    stop = asyncio.Event()
    supervised = asyncio.create_task(be_supervised(theirs, stop))
    ours.setblocking(False)
    assert await asyncio.get_running_loop().sock_recv(ours, 1) == b"R"
    assert not stop.is_set()
    ours.close()  # as the kernel does, whatever way a process ends
    await asyncio.wait_for(supervised, 5)
    assert stop.is_set()
    theirs.close()
