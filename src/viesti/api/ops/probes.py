"""For those who run it: is it alive, is it ready, what does it count.

Rule: these need no key and tell nothing of any customer.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import Receive, Scope

from viesti.api.answer import Answer, answer_json
from viesti.domain.lane import Lane
from viesti.services.health import CheckReady, CountWaiting, Waiting
from viesti.services.store_errors import StoreUnavailable


class Probes:
    """Handlers of `/healthz`, `/readyz` and `/metrics`.

    `registry` holds this process's counters; `shared_dir` is where all workers keep theirs (api/meters), None
    when there is one worker.
    """

    def __init__(
        self,
        check_ready: CheckReady,
        count_waiting: CountWaiting,
        registry: CollectorRegistry,
        shared_dir: str | None,
    ) -> None:
        self._check_ready = check_ready
        self._count_waiting = count_waiting
        self._registry = registry
        self._shared_dir = shared_dir

    async def alive(self, _scope: Scope, _receive: Receive) -> Answer:
        """200 while the process answers at all."""
        return answer_json({"status": "alive"})

    async def ready(self, _scope: Scope, _receive: Receive) -> Answer:
        """200 when requests can be served, else 503 with the reasons."""
        reasons = await self._check_ready()
        if reasons:
            return answer_json({"status": "not ready", "reasons": reasons}, 503)
        return answer_json({"status": "ready", "reasons": []})

    async def metrics(self, _scope: Scope, _receive: Receive) -> Answer:
        """Prometheus text. Without the database, the counters alone and `viesti_database_up 0`."""
        shown = CollectorRegistry()
        if self._shared_dir is None:
            shown.register(_Once(list(self._registry.collect())))
        else:
            MultiProcessCollector(shown, path=self._shared_dir)  # type: ignore[no-untyped-call]  # none given there
        try:
            waiting = _gauges(await self._count_waiting())
        except StoreUnavailable:
            waiting = [GaugeMetricFamily("viesti_database_up", "Whether the database answers.", value=0)]
        shown.register(_Once(waiting))
        return Answer(200, generate_latest(shown), content_type=CONTENT_TYPE_LATEST.encode())


class _Once(Collector):
    """Metrics that were read already."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return iter(self._metrics)


def _gauges(waiting: Waiting) -> list[Metric]:
    outbox = GaugeMetricFamily(
        "viesti_outbox_recipients",
        "Recipients waiting for a channel: ready, due later, or claimed.",
        labels=("channel", "lane", "state"),
    )
    for (channel, lane, state), count in waiting.outbox.items():
        outbox.add_metric((channel, Lane(lane).name.lower(), state), count)
    sessions = GaugeMetricFamily(
        "viesti_sessions", "Sessions with carriers by state.", labels=("channel", "state")
    )
    for (channel, state), count in waiting.sessions.items():
        sessions.add_metric((channel, state), count)
    return [
        GaugeMetricFamily("viesti_database_up", "Whether the database answers.", value=1),
        outbox,
        sessions,
        GaugeMetricFamily(
            "viesti_waiting_receipts", "Receipts that have not found their part.", value=waiting.receipts
        ),
        GaugeMetricFamily("viesti_callbacks_waiting", "Callbacks to be made.", value=waiting.callbacks),
        GaugeMetricFamily(
            "viesti_callbacks_parked", "Callbacks given up; replay them.", value=waiting.parked
        ),
        GaugeMetricFamily(
            "viesti_webhooks_waiting", "Bodies of providers to be worked on.", value=waiting.bodies
        ),
        GaugeMetricFamily(
            "viesti_webhooks_failed",
            "Bodies of providers that failed; `viesti webhooks` shows them.",
            value=waiting.failed_bodies,
        ),
    ]
