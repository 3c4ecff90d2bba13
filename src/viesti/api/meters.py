"""What the API counts about itself.

Rule: labels come from closed lists (routes, methods, statuses, faces), never from a request; customers are
not labels, because there may be thousands.

Several workers: when the environment variable PROMETHEUS_MULTIPROC_DIR names an empty directory before the
worker starts, prometheus-client keeps the counts there and `/metrics` of any worker tells the sum over all.
Without it each process tells its own. Gauges of waiting work are read from the store, so they are right
either way.
"""

from __future__ import annotations

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, values


def share(process: int) -> None:
    """Before the first counter of a process that has PROMETHEUS_MULTIPROC_DIR: it stays `process` (its pid)
    to its end. Otherwise each single count asks the system whether it has been forked meanwhile."""
    values.ValueClass = values.MultiProcessValue(lambda: process)  # type: ignore[no-untyped-call]  # none given


_BOUNDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Meters:
    """The counters of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "viesti_api_request_seconds",
            "Time from the request's head to the end of its answer.",
            ("route", "method", "status"),
            buckets=_BOUNDS,
            registry=registry,
        )
        self._messages = Counter(
            "viesti_accepted_messages", "Messages accepted.", ("interface",), registry=registry
        )
        self._recipients = Counter(
            "viesti_accepted_recipients", "Recipients accepted.", ("interface",), registry=registry
        )
        self._parts = Counter("viesti_accepted_parts", "Parts accepted.", ("interface",), registry=registry)
        # Finding a label's child takes a lock each time.
        self._seconds_of = cache(self._seconds.labels)
        self._accepted_of = cache(
            lambda face: (
                self._messages.labels(face),
                self._recipients.labels(face),
                self._parts.labels(face),
            )
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._seconds_of(route, method, str(status)).observe(seconds)

    def accepted(self, interface: str, recipients: int, parts: int) -> None:
        """A message was accepted (repeats of a request are not)."""
        messages, recipient_count, part_count = self._accepted_of(interface)
        messages.inc()
        recipient_count.inc(recipients)
        part_count.inc(parts)
