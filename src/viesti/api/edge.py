"""The outermost layer: every request is timed, and every failure becomes an answer.

Rule: what is logged of a failure is its kind and place, not its text, which may quote a message.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable

import structlog
from starlette.exceptions import HTTPException
from starlette.routing import Route, Router
from starlette.types import Message, Receive, Scope, Send

from viesti.api.answer import Refusal, Render, render_error, send_answer
from viesti.api.body import ClientGone
from viesti.api.meters import Meters
from viesti.services.store_errors import StoreUnavailable

RETRY_SECONDS = 5
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_UNAVAILABLE = Refusal(
    503,
    "The database can't be reached now. Try again; a RequestId keeps a repeat from sending twice.",
    headers=((b"retry-after", b"%d" % RETRY_SECONDS),),
)
_STOPPING = Refusal(
    503,
    "The server is stopping. Nothing is known of the outcome.",
    headers=((b"retry-after", b"%d" % RETRY_SECONDS), (b"connection", b"close")),
)
_log = structlog.get_logger()


class Edge:
    """The ASGI application."""

    def __init__(self, router: Router, meters: Meters, monotonic: Callable[[], float]) -> None:
        self._router = router
        # Paths without parameters, found at once: Starlette tries one route's pattern after the other.
        self._plain = {
            (method, route.path): route
            for route in router.routes
            if isinstance(route, Route) and not route.param_convertors
            for method in route.methods or ()
        }
        self._meters = meters
        self._monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"{scope['type']} is not served")  # the server is told to speak HTTP only
        started = self._monotonic()
        status = 0  # none sent

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        scope["app"] = self  # makes Starlette raise its 404 and 405, so that they look like our other errors
        try:
            route = self._plain.get((scope["method"], scope["path"]))
            if route is None:
                await self._router(scope, receive, watched)
            else:
                scope["route"], scope["endpoint"] = route, route.endpoint
                await route.app(scope, receive, watched)
        except asyncio.CancelledError:  # the drain is over; this is the request's last frame, so it ends here
            if status == 0:
                await send_answer(_render(scope)(_STOPPING), watched)
        except ClientGone:
            status = 499  # nginx's number for it
        except Exception as error:  # the last place that can answer
            refusal = _refusal(error, scope)
            if status == 0:
                await send_answer(_render(scope)(refusal), watched)
        finally:
            matched = scope.get("route")
            name = matched.path if isinstance(matched, Route) else "(none)"
            method = scope["method"] if scope["method"] in _METHODS else "(other)"
            self._meters.request(name, method, status, self._monotonic() - started)


def _refusal(error: Exception, scope: Scope) -> Refusal:
    if isinstance(error, HTTPException):
        if error.status_code == 405:
            allowed = ", ".join(sorted((error.headers or {}).get("Allow", "").split(", ")))
            headers = ((b"allow", allowed.encode()),)
            return Refusal(405, f"This path takes {allowed}, not {scope['method']}.", headers=headers)
        return Refusal(error.status_code, "There is nothing at this path.")
    if isinstance(error, StoreUnavailable):
        _log.warning("request not served, the database is away", path=scope["path"])
        return _UNAVAILABLE
    _log.error(
        "request failed",
        method=scope["method"],
        path=scope["path"],
        error=type(error).__name__,
        trace="".join(traceback.format_tb(error.__traceback__)),
    )
    return Refusal(500, "Something went wrong here; it has been noted. Nothing is known of the outcome.")


def _render(scope: Scope) -> Render:
    endpoint = scope.get("endpoint")
    render: Render = getattr(endpoint, "render", render_error)
    return render
