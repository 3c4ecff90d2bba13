"""The HTTP application: every route, in the order they are tried.

Rule: nothing is made here but the handlers; services, clocks and keys come in as arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from starlette.routing import Route, Router

from viesti.api import documents, links, native, oauth, provider, smartdialog, txtsync
from viesti.api.answer import Endpoint
from viesti.api.body import BodyLimits
from viesti.api.edge import Edge
from viesti.api.faces import FACES
from viesti.api.guard import Guard
from viesti.api.meters import Meters
from viesti.api.ops.probes import Probes
from viesti.services.authenticate import Authenticate
from viesti.services.follow_link import FollowLink
from viesti.services.health import CheckReady, CountWaiting
from viesti.services.throttle import Throttle


@dataclass(frozen=True, slots=True)
class ApiServices:
    """What the API calls."""

    authenticate: Authenticate
    throttle: Throttle
    follow_link: FollowLink
    check_ready: CheckReady
    count_waiting: CountWaiting
    txtsync: txtsync.TxtSyncServices
    smartdialog: smartdialog.SmartDialogServices
    native: native.NativeServices
    oauth: oauth.OAuthServices
    provider: provider.ProviderServices


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """How the API behaves. `provider_limits`: of what providers post; `shared_metrics_dir`: see
    api/meters."""

    body_limits: BodyLimits = field(default_factory=BodyLimits)
    provider_limits: BodyLimits = field(default_factory=lambda: BodyLimits(3 << 20))
    shared_metrics_dir: str | None = None


def create_app(
    services: ApiServices,
    monotonic: Callable[[], float],
    options: ApiOptions | None = None,
    pages: Sequence[Route] = (),
) -> Edge:
    """The ASGI application. `monotonic` gives seconds, for measuring requests; `pages`: what is served beside
    the API."""
    options = options or ApiOptions()
    registry = CollectorRegistry()
    meters = Meters(registry)
    guard = Guard(services.authenticate, services.throttle)
    probes = Probes(services.check_ready, services.count_waiting, registry, options.shared_metrics_dir)
    routes = [
        *provider.routes(services.provider, options.provider_limits),  # first: many come
        Route("/healthz", Endpoint(probes.alive), methods=["GET"]),
        Route("/readyz", Endpoint(probes.ready), methods=["GET"]),
        Route("/metrics", Endpoint(probes.metrics), methods=["GET"]),
        *txtsync.routes(services.txtsync, guard, options.body_limits, meters),
        *smartdialog.routes(services.smartdialog, options.body_limits, meters),
        *native.routes(services.native, guard, options.body_limits, meters),
        *oauth.routes(services.oauth),
        *documents.routes(FACES, services.native.base_url),
        *links.routes(services.follow_link),
        *pages,
    ]
    return Edge(Router(routes, redirect_slashes=False), meters, monotonic)
