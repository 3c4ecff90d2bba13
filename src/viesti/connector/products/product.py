"""What makes one connector differ from another.

Rule: it is data. Whatever the operations can tell, such as scopes and triggers, is taken from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from viesti.api.contract.errors import ERROR
from viesti.api.contract.operation import AnyOperation
from viesti.connector.icon import Stroke
from viesti.services.principal import Scope


class Auth(StrEnum):
    """How a connection shows who it is."""

    OAUTH = "oauth2_auth"
    BASIC = "basic_auth"


@dataclass(frozen=True, slots=True)
class Product:
    """A connector. `original`: what it is moved from, if it is like another's; `base`: where its paths begin;
    `contracts`: its operations by version, the usual one first; `colour`: as #rrggbb; `glyph`: what is drawn
    in its icon; `known_issues`: for its page, beside what holds for all."""

    key: str
    title: str
    description: str
    base: str
    contracts: Mapping[str, tuple[AnyOperation, ...]]
    auth: tuple[Auth, ...]
    colour: str
    glyph: tuple[Stroke, ...]
    original: str = ""
    error: Mapping[str, Any] = field(default_factory=lambda: ERROR)
    known_issues: tuple[str, ...] = ()

    @property
    def can_ask_for_host(self) -> bool:
        """Whether connections may name their server: not where people sign in, whose addresses are fixed."""
        return Auth.OAUTH not in self.auth

    def version(self, asked: str) -> str:
        """The version of the contract that is meant; '' is the usual one."""
        return asked or next(iter(self.contracts))

    def operations(self, asked: str) -> tuple[AnyOperation, ...]:
        """The operations of a version."""
        return self.contracts[self.version(asked)]

    def triggers(self, asked: str) -> tuple[AnyOperation, ...]:
        """Those of them that subscribe a flow."""
        return tuple([operation for operation in self.operations(asked) if operation.trigger])

    def scopes(self, asked: str) -> tuple[Scope, ...]:
        """What a connection must be allowed to do all of it, and to go on doing so."""
        needed = {operation.scope for operation in self.operations(asked)}
        return tuple([scope for scope in Scope if scope in needed or scope is Scope.OFFLINE])
