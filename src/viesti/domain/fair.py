"""Fair order between customers: start-time fair queueing (Goyal, Vin, Cheng 1996) as one integer per message.

Rule: a tag is given once, when the message is queued, and taking the smallest tag first is fair for as long
as the queue lasts. So the store needs one ordered index and no counters per customer.

The start tag of a message is the virtual time, or the finish of the customer's message before it if that is
later; its finish is the start plus cost / weight. Virtual time is the tag of what was taken last.
"""

from __future__ import annotations

from viesti.domain.lane import Lane

# One part of a customer of weight 1. Divisible by every weight up to 16, so that shares are exact; a bigint
# holds ten million million of them.
UNIT = 720_720

_SWEEP_FROM = 1_024


class FairClock:
    """Hands out tags. One per process is enough: several that hear of the same `advance` stay fair together,
    a customer that spreads his requests over n of them having n times the share until they are taken.

    Before the first `tag` of a queue tell its virtual time with `advance`: tags must not start behind a
    backlog.
    """

    __slots__ = ("_queues",)

    def __init__(self) -> None:
        self._queues: dict[tuple[int, Lane], _Queue] = {}

    def tag(self, channel_id: int, lane: Lane, customer_id: int, cost: int, weight: int = 1) -> int:
        """The tag of a message of `cost` parts. `weight` is the customer's share against others', at least 1.

        Raises ValueError for a cost or weight below 1.
        """
        if cost < 1 or weight < 1:
            raise ValueError(f"cost {cost} and weight {weight} must be at least 1")
        queue = self._queue(channel_id, lane)
        start = max(queue.virtual_time, queue.finishes.get(customer_id, 0))
        queue.finishes[customer_id] = start + max(1, cost * UNIT // weight)
        return start

    def advance(self, channel_id: int, lane: Lane, virtual_time: int) -> None:
        """The message with this tag was taken. Time never goes back, so an older tag changes nothing."""
        queue = self._queue(channel_id, lane)
        if virtual_time > queue.virtual_time:
            queue.virtual_time = virtual_time
            queue.sweep()

    def remembered(self) -> int:
        """How many customers are held in memory, over all queues."""
        return sum(len(queue.finishes) for queue in self._queues.values())

    def _queue(self, channel_id: int, lane: Lane) -> _Queue:
        key = (channel_id, lane)
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = _Queue()
        return queue


class _Queue:
    __slots__ = ("finishes", "sweep_at", "virtual_time")

    def __init__(self) -> None:
        self.virtual_time = 0
        self.finishes: dict[int, int] = {}
        self.sweep_at = _SWEEP_FROM

    def sweep(self) -> None:
        """Forget who has nothing ahead of virtual time, each time the memory has doubled: constant cost per
        tag."""
        if len(self.finishes) < self.sweep_at:
            return
        self.finishes = {who: at for who, at in self.finishes.items() if at > self.virtual_time}
        self.sweep_at = max(_SWEEP_FROM, 2 * len(self.finishes))
