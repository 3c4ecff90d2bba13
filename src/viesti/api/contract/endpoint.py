"""Serves a declared operation: lets the caller in, reads the request, calls the handler.

Rule: the caller is known before the body is read, and a handler is only called with what the declaration
allows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias, TypeVar

from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import Receive, Send
from starlette.types import Scope as Asgi

from viesti.api.answer import (
    Answer,
    FieldError,
    Headers,
    Refusal,
    Render,
    render_error,
    send_answer,
)
from viesti.api.body import BodyLimits, parse_object, read_body
from viesti.api.contract.operation import AnyOperation
from viesti.api.contract.parameters import parameters_reader
from viesti.api.contract.reading import members_reader, refused

C = TypeVar("C", covariant=True)  # a caller
# Gets the caller (None only where the operation asks for no credentials) and what the operation reads.
Handle: TypeAlias = Callable[[Any, Any], Awaitable[Answer | Refusal]]
Bound: TypeAlias = tuple[AnyOperation, Handle]


class AccessGuard(Protocol[C]):
    """Lets callers in; the headers belong on their answers. Who a caller is, is the guard's matter and the
    handlers'."""

    async def admit(self, headers: Mapping[bytes, bytes], scope: str) -> tuple[C, Headers] | Refusal:
        """The caller, if he may do what this scope opens. Raises `StoreUnavailable`."""

    async def admit_or_nobody(self, headers: Mapping[bytes, bytes]) -> tuple[C | None, Headers] | Refusal:
        """The caller when the credentials are good, None when there are none or dead ones.

        Raises `StoreUnavailable`.
        """


class Rest(Convertor[str]):
    """The rest of a path, whatever is in it: slashes, and line ends, which the router's own stops at."""

    regex = "(?s:.+)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("rest", Rest())


class ContractEndpoint:
    """One operation, as an ASGI application."""

    def __init__(
        self,
        operation: AnyOperation,
        guard: AccessGuard[Any],
        handle: Handle,
        limits: BodyLimits,
        render: Render = render_error,
    ) -> None:
        self._scope = operation.scope
        self._reads = operation.reads
        self._guard = guard
        self._handle = handle
        self._limits = limits
        self._read_parameters = parameters_reader(operation.parameters)
        self._read_members = members_reader(operation.body) if operation.body else None
        self.render = render

    async def __call__(self, scope: Asgi, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])  # of repeated ones the last counts
        shown: Headers = ()
        outcome: Answer | Refusal
        admitted = await self._admit(headers)
        if isinstance(admitted, Refusal):
            outcome = admitted
        else:
            caller, shown = admitted
            asked = await self._read(scope, headers, receive)
            outcome = asked if isinstance(asked, Refusal) else await self._handle(caller, asked)
        await send_answer(self.render(outcome) if isinstance(outcome, Refusal) else outcome, send, shown)

    async def _admit(self, headers: Mapping[bytes, bytes]) -> tuple[Any, Headers] | Refusal:
        if self._scope is None:
            return await self._guard.admit_or_nobody(headers)
        return await self._guard.admit(headers, self._scope)

    async def _read(self, scope: Asgi, headers: Mapping[bytes, bytes], receive: Receive) -> Any:
        """What the operation reads, or the refusal of a request that is not as declared."""
        problems: list[FieldError] = []
        fields = self._read_parameters(scope, headers, problems)
        if self._read_members:
            body = await read_body(receive, headers.get(b"content-length"), self._limits)
            if isinstance(body, Refusal):
                return body
            members = parse_object(body)
            if isinstance(members, Refusal):
                return members
            fields |= self._read_members(members, "", problems)
        return refused(problems) if problems else self._reads(**fields)


class Methods:
    """The operations of one path, by method."""

    def __init__(self, endpoints: Mapping[str, ContractEndpoint], render: Render) -> None:
        self._endpoints = dict(endpoints)
        if "GET" in self._endpoints:
            self._endpoints["HEAD"] = self._endpoints["GET"]
        self.render = render

    async def __call__(self, scope: Asgi, receive: Receive, send: Send) -> None:
        endpoint = self._endpoints.get(scope["method"])
        if endpoint is None:
            raise HTTPException(405, headers={"Allow": ", ".join(self._endpoints)})
        await endpoint(scope, receive, send)


def routes(
    base: str,
    bound: Iterable[Bound],
    guard: AccessGuard[Any],
    limits: BodyLimits,
    render: Render = render_error,
) -> list[Route]:
    """The routes of operations below `base`, each path once; a fixed segment comes before a placeholder."""
    paths: dict[str, dict[str, ContractEndpoint]] = {}
    for operation, handle in bound:
        methods = paths.setdefault(operation.serving_path, {})
        if operation.method in methods:
            raise ValueError(f"{operation.method} {operation.path} is declared twice")
        methods[operation.method] = ContractEndpoint(operation, guard, handle, limits, render)
    made = []
    for path, methods in sorted(paths.items(), key=lambda item: _particularity(item[0])):
        endpoint = Methods(methods, render)
        made.append(Route(base + path, endpoint, methods=list(methods)))
        if "{" not in path:  # another method of it is no business of a placeholder that its name would fit
            made.append(Route(base + path, endpoint))
    return made


def _particularity(path: str) -> list[tuple[bool, str]]:
    return [(segment.startswith("{"), segment) for segment in path.split("/")]
