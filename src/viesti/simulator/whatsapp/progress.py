"""What becomes of a message that was taken: sent, delivered, read or failed, each told by webhook.

Rule: the whole course is planned when the message is taken; a state that was reached is not left again,
in whatever order its statuses are told.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from viesti.simulator.whatsapp import payloads
from viesti.simulator.whatsapp.behaviour import CloudBehaviour, Course, Ends, Order
from viesti.simulator.whatsapp.payloads import Change
from viesti.simulator.whatsapp.problem import Problem
from viesti.simulator.whatsapp.record import Message

Later = Callable[[float, Callable[[], None]], None]
STAGES = ("sent", "delivered", "read")
_RANKS = {state: rank for rank, state in enumerate(("accepted", *STAGES, "failed"))}


class Progress:
    """Moves messages on. `answered` is called for one whose person is to answer by themselves."""

    def __init__(
        self,
        random: Random,
        behaviour: Callable[[], CloudBehaviour],
        now: Callable[[], float],
        later: Later,
        tell: Callable[[Change], None],
        changed: Callable[[str], None],
    ) -> None:
        self.answered: Callable[[Message], None] = lambda _: None
        self._random, self._behaviour, self._now = random, behaviour, now
        self._later, self._tell, self._changed = later, tell, changed

    def plan(self, message: Message, course: Course) -> None:
        """Arrange what happens to a message from now on."""
        behaviour, chance = self._behaviour(), self._random
        sent = behaviour.sent_delay.draw(chance)
        if message.failure:
            self._at(sent, message, ("failed",), course)
            return
        ends = course.ends or (Ends.READ if chance.random() < behaviour.reads else Ends.DELIVERED)
        stages = STAGES[: STAGES.index(ends) + 1]
        usual = course.delivery_delay
        delivered = sent + (behaviour.delivery_delay.draw(chance) if usual is None else usual)
        times = (sent, delivered, delivered + behaviour.read_delay.draw(chance))
        if course.order is Order.REVERSED:
            self._at(times[len(stages) - 1], message, stages[::-1], course)
        else:
            for stage, time in zip(stages, times, strict=False):
                if stage == "sent" and course.order is Order.BEFORE_ANSWER:
                    self._reach(message, (stage,), course)
                else:
                    self._at(time, message, (stage,), course)
        if course.reply:
            self._later(times[-1], lambda: self.answered(message))

    def _at(self, delay: float, message: Message, stages: tuple[str, ...], course: Course) -> None:
        self._later(delay, lambda: self._reach(message, stages, course))

    def _reach(self, message: Message, stages: tuple[str, ...], course: Course) -> None:
        for stage in stages:
            message.state = max(message.state, stage, key=_RANKS.__getitem__)
            message.statuses.append(stage)
            change = payloads.status(
                message.number, message.person, self._status(message, stage), named=not course.absent
            )
            for _ in range(course.copies):
                self._tell(change)
        self._changed(message.person.phone)

    def _status(self, message: Message, stage: str) -> dict[str, Any]:
        status: dict[str, Any] = {"id": message.id, "status": stage, "timestamp": str(int(self._now()))}
        if stage in ("sent", "delivered"):
            kind = "regular" if message.category != "service" else "free_customer_service"
            status["pricing"] = payloads.pricing(message.category, kind)
        if stage == "failed":
            status["errors"] = [Problem(message.failure).in_status()]
        if message.callback_data:
            status["biz_opaque_callback_data"] = message.callback_data
        return status
