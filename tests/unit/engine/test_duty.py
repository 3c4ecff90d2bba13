"""Duties run in rounds, survive errors, and stop when told."""

from __future__ import annotations

import asyncio

import pytest

from viesti.engine import duty as module
from viesti.engine.duty import Duty
from viesti.services.store_errors import StoreUnavailable

FOREVER = 3600.0


class Rounds:
    """What each round returns or raises; `done` is set when all have run."""

    def __init__(self, *results: int | Exception) -> None:
        self._results = list(results)
        self.ran = 0
        self.done = asyncio.Event()

    async def __call__(self) -> int:
        self.ran += 1
        result = self._results.pop(0) if self._results else 0
        if not self._results:
            self.done.set()
        if isinstance(result, Exception):
            raise result
        return result


async def test_rounds_follow_at_once_while_there_is_work() -> None:
    rounds = Rounds(3, 3, 0)
    duty = Duty("test", rounds, FOREVER)
    duty.start()
    await asyncio.wait_for(rounds.done.wait(), 5)
    await duty.stop()
    assert rounds.ran == 3


async def test_a_wake_begins_a_round() -> None:
    rounds = Rounds(0, 0)
    duty = Duty("test", rounds, FOREVER)
    duty.start()
    await asyncio.sleep(0)  # the first round has run, the duty waits
    duty.wake()
    await asyncio.wait_for(rounds.done.wait(), 5)
    await duty.stop()
    assert rounds.ran == 2


async def test_a_wake_during_a_round_is_not_lost() -> None:
    began, go_on = asyncio.Event(), asyncio.Event()
    ran = 0

    async def once() -> int:
        nonlocal ran
        ran += 1
        began.set()
        await go_on.wait()
        return 0

    duty = Duty("test", once, FOREVER)
    duty.start()
    await began.wait()
    duty.wake()
    began.clear()
    go_on.set()
    await asyncio.wait_for(began.wait(), 5)
    await duty.stop()
    assert ran == 2


async def test_what_falls_due_begins_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.001)
    asked: list[float | None] = [0.001, 0.001, None]

    async def due_in() -> float | None:
        return asked.pop(0)

    rounds = Rounds(0, 0, 0)
    duty = Duty("test", rounds, FOREVER, due_in)
    duty.start()
    await asyncio.wait_for(rounds.done.wait(), 5)
    await duty.stop()
    assert rounds.ran == 3


async def test_what_has_become_due_meanwhile_begins_a_round_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.001)
    monkeypatch.setattr(module, "BLOCKED_SECONDS", FOREVER)
    asked: list[float | None] = [-0.001, -0.001, None]

    async def due_in() -> float | None:
        return asked.pop(0)

    rounds = Rounds(0, 1, 0, 0)
    duty = Duty("test", rounds, FOREVER, due_in)
    duty.start()
    await asyncio.wait_for(rounds.done.wait(), 5)
    await duty.stop()


async def test_what_is_due_and_not_to_be_had_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.001)
    monkeypatch.setattr(module, "BLOCKED_SECONDS", 0.001)

    async def due_in() -> float | None:
        return -1.0

    rounds = Rounds(0, 0, 0)
    duty = Duty("test", rounds, FOREVER, due_in)
    duty.start()
    await asyncio.wait_for(rounds.done.wait(), 5)
    await duty.stop()


async def test_a_wake_goes_before_what_falls_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.001)
    asked = asyncio.Event()

    async def due_in() -> float | None:
        asked.set()
        return FOREVER / 2

    rounds = Rounds(0, 0)
    duty = Duty("test", rounds, FOREVER, due_in, gather_seconds=0.001)
    duty.start()
    await asyncio.wait_for(asked.wait(), 5)
    duty.wake()
    await asyncio.wait_for(rounds.done.wait(), 5)
    await duty.stop()


async def test_who_is_woken_again_and_again_does_not_ask_what_falls_due() -> None:
    async def due_in() -> float | None:
        raise AssertionError("asked under load")

    async def once() -> int:
        nonlocal ran
        ran += 1
        if ran == 100:
            done.set()
        else:
            duty.wake()
        return 0

    ran, done = 0, asyncio.Event()
    duty = Duty("test", once, FOREVER, due_in)
    duty.start()
    await asyncio.wait_for(done.wait(), 5)
    await duty.stop()
    assert ran == 100


async def test_when_it_can_not_be_known_what_falls_due_it_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.001)
    monkeypatch.setattr(module, "ERROR_PAUSE", 0.001)

    async def due_in() -> float | None:
        raise StoreUnavailable("gone")

    rounds = Rounds(0, 0, 0)
    duty = Duty("test", rounds, FOREVER, due_in)
    duty.start()
    await asyncio.wait_for(rounds.done.wait(), 5)
    await duty.stop()


@pytest.mark.parametrize("error", [StoreUnavailable("gone"), ValueError("a bug")])
async def test_an_error_ends_the_round_and_not_the_duty(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ERROR_PAUSE", 0.001)
    rounds = Rounds(error, error, 1, 0)
    duty = Duty("test", rounds, 0.001)
    duty.start()
    await asyncio.wait_for(rounds.done.wait(), 5)
    await duty.stop()
    assert rounds.ran >= 4


async def test_stop_waits_for_the_round_in_hand() -> None:
    began, finished = asyncio.Event(), []

    async def once() -> int:
        began.set()
        await asyncio.sleep(0)
        finished.append(True)
        return 1

    duty = Duty("test", once, FOREVER)
    duty.start()
    await began.wait()
    await duty.stop()
    assert finished


async def test_starting_and_stopping_many_times_leaves_nothing_behind() -> None:
    before = len(asyncio.all_tasks())
    for _ in range(200):
        duty = Duty("test", Rounds(1, 0), FOREVER)
        duty.start()
        await duty.stop()
    assert len(asyncio.all_tasks()) == before
