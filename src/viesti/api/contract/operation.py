"""An operation, declared once: its path, what it takes, what it answers, who may call it.

Rule: a declaration is data and knows no dialect and no service. The route, the reading of a request and the
documents are all made from it, so that none of them can say something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import msgspec

from viesti.api.contract.values import PLAIN, About, Moment, Text, Thing, Truth, Value, Whole

I = TypeVar("I", bound=msgspec.Struct)  # noqa: E741  what an operation reads

# The scope of an operation that is open to every caller who is known.
ANY_CALLER = ""
# The errors that every operation may answer; 409 is added where it can be.
USUAL = frozenset((400, 401, 403, 404, 405, 408, 413, 429, 500, 503))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value beside the body. Its `name` on the wire, and the field `to` which it goes.

    `to` empty: it is described, and not read. `required` and `lenient`: described as required, because
    designers send it, and taken without. `encoding`: how often a designer escapes a path parameter;
    `extension`: ours, not in the original; `slashes`: it ends the path, and may have some in it.
    """

    name: str
    where: Literal["header", "path", "query"]
    to: str
    value: Text | Whole | Truth | Moment
    required: bool = False
    about: About = PLAIN
    encoding: Literal["", "single", "double"] = ""
    extension: bool = False
    lenient: bool = False
    slashes: bool = False

    @property
    def needed(self) -> bool:
        """Whether a request without it is refused."""
        return self.required and not self.lenient and bool(self.to)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is no error. `value` None: without a body; `extension`: ours, not in the original."""

    status: int
    value: Value | None
    about: str
    extension: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """The operation subscribes a flow; `notification` is what it is sent then."""

    notification: Thing
    hint: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Operation(Generic[I]):
    """An operation. `path` is the contract's, placeholders by the names of parameters; `reads` has a field
    for each parameter that is read and each member of the body. `scope`: what the guard asks of the caller
    beyond being known; None: the credentials may be left out. `described` False: it is served, and its path
    only tells what flows are sent, as the leftovers of an original do."""

    id: str
    method: str
    path: str
    about: About
    reads: type[I]
    replies: tuple[Reply, ...]
    scope: str | None
    parameters: tuple[Parameter, ...] = ()
    body: Thing | None = None
    body_name: str = "Request Body"
    errors: frozenset[int] = USUAL
    trigger: Trigger | None = None
    deprecated: bool = False
    described: bool = True

    @property
    def serving_path(self) -> str:
        """The path as the router takes it: each placeholder by its field."""
        path = self.path
        for parameter in self.parameters:
            if parameter.where == "path":
                kind = ":rest" if parameter.slashes else ""
                path = path.replace(f"{{{parameter.name}}}", f"{{{parameter.to}{kind}}}")
        return path


AnyOperation = Operation[Any]
